"""Which letters the bytes of a text file stand for: found out, said aloud, and checked to the last byte."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from drivecli.errors import NotUnderstood, Refused
from drivecli.spreadsheets.sources import CHUNK, Hash, Source

LONGEST_LINE = 64 << 20
"""A file in which no line ends for so long is no table, and would fill the memory."""

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32 with a mark"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32 with a mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16 with a mark"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16 with a mark"),
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a mark"),
)
"""The longer ones first: that of UTF-32 starts like that of UTF-16."""

NOT_LETTERS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7")
"""What Python calls an encoding, but no program saves a table in."""

USUAL = "utf-8, utf-16, cp1252 (Windows), iso8859-15, cp850 (DOS), mac-roman"


class Text(NamedTuple):
    """How a file is decoded, what is said of it, and what its bytes hash to."""

    encoding: str
    said: str
    digest: str


class _Read(NamedTuple):
    digest: str
    wrong_at: int | None
    others: bool
    longest: int


def decoded(source: Source, encoding: str | None) -> Text:
    """Finds the encoding of a file by reading all of it once."""
    if encoding is not None:
        name = _codec(encoding, source.start)
        read = _read(source, name)
        if read.wrong_at is not None:
            raise _undecodable(source, read.wrong_at, f"is not text in {encoding}")
        return _checked(source, Text(name, f"{encoding}, as said", read.digest), read)
    for mark, name, said in MARKS:
        if source.start.startswith(mark):
            read = _read(source, name)
            if read.wrong_at is not None:
                raise _undecodable(source, read.wrong_at, f"does not fit: the file starts as {said}")
            return _checked(source, Text(name, said, read.digest), read)
    _no_utf_16(source)
    read = _read(source, "utf-8")
    if read.wrong_at is None:
        return _checked(source, Text("utf-8", "UTF-8", read.digest), read)
    if read.others:
        raise _undecodable(source, read.wrong_at, "is not UTF-8, though other letters before it are")
    wrong = read.wrong_at
    read = _read(source, "cp1252")
    if read.wrong_at is not None:
        raise _undecodable(source, read.wrong_at, "is neither UTF-8 nor Windows-1252")
    return _checked(source, Text("cp1252", f"Windows-1252 (byte {wrong:,} is not UTF-8)", read.digest), read)


@contextmanager
def text_of(source: Source, encoding: str, hashing: Hash | None = None) -> Iterator[io.TextIOWrapper]:
    """The letters of a file from its start, decoded as they are read; line ends stay as they are."""
    with source.opened(hashing) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        yield text


def _codec(encoding: str, start: bytes) -> str:
    """The name of an encoding as Python has it; of two, the one that takes the mark away where there is one."""
    try:
        info = codecs.lookup(encoding)
    except LookupError:
        info = None
    name = info.name.replace("_", "-") if info and getattr(info, "_is_text_encoding", True) else ""
    if not name or name in NOT_LETTERS:
        raise NotUnderstood(f'There is no encoding "{encoding}".', next=f"Encodings are for example {USUAL}.")
    marked = {with_mark for mark, with_mark, _ in MARKS if start.startswith(mark)}
    if name[:6] in marked and name.endswith(("-le", "-be")):
        return name[:6]
    return "utf-8-sig" if name == "utf-8" else name


def _read(source: Source, encoding: str) -> _Read:
    """Reads to the end whatever comes, so that the hash is of all the bytes."""
    hashing = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(encoding)()
    done = run = longest = 0
    wrong: int | None = None
    others = False
    with source.opened() as stream:
        while chunk := stream.read(CHUNK):
            hashing.update(chunk)
            if wrong is None:
                waiting = decoder.getstate()[0]
                try:
                    text = decoder.decode(chunk)
                except UnicodeDecodeError as error:
                    wrong = done + len(chunk) - len(error.object) + error.start
                    others = others or not (waiting + chunk)[: error.start].isascii()
                    continue
                others = others or not text.isascii()
                first, last = _ends(text)
                longest = max(longest, run + first)
                run = run + len(text) if last < 0 else len(text) - last
                done += len(chunk)
    if wrong is None:
        waiting = decoder.getstate()[0]
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            wrong = done - len(waiting)
    return _Read(hashing.hexdigest(), wrong, others, max(longest, run))


def _ends(text: str) -> tuple[int, int]:
    """Where the first line of a piece ends, and where the last one does (or -1)."""
    firsts = [place for place in (text.find("\n"), text.find("\r")) if place >= 0]
    return min(firsts, default=len(text)), max(text.rfind("\n"), text.rfind("\r"))


def _checked(source: Source, text: Text, read: _Read) -> Text:
    if read.longest > LONGEST_LINE:
        raise Refused(
            f"{source.name}: no line ends within {LONGEST_LINE >> 20} million letters, so this is no table.",
            kind="file",
        )
    return text


def _undecodable(source: Source, offset: int, why: str) -> Refused:
    return Refused(
        f"{source.name}: the byte at {offset:,} (counted from 0) {why}. Nothing was read.",
        next=f"Say how the file was saved with --encoding: {USUAL}.",
        kind="file",
    )


def _no_utf_16(source: Source) -> None:
    """Every second byte is zero: letters of two bytes, without the mark that would say so."""
    start = source.start
    zeros = start.count(0)
    if zeros * 10 > len(start):
        name = "utf-16-le" if start[1::2].count(0) >= start[0::2].count(0) else "utf-16-be"
        raise Refused(
            f"{source.name}: it is full of NUL bytes, so it is either UTF-16 without a mark or no text at all.",
            next=f"If it is a table saved as text, try --encoding {name}.",
            kind="file",
        )
