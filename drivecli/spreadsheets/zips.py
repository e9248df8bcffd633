"""A zip file is weighed before it is opened: what it says of itself, and what really comes out of it.

The reader of workbooks trusts the directory of a zip file. So every member is inflated here first, counted piece by
piece, and compared with what the directory says.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from struct import error as StructError

from drivecli.spreadsheets.sheet import refused
from drivecli.spreadsheets.sources import Source

MOST_BYTES = 50 << 20
MOST_INFLATED = 200 << 20
MOST_TIMES = 200
MOST_MEMBERS = 1000

SMALL = 1 << 20
"""Below this a member may be packed as tight as it likes: a sheet of empty rows is."""

DOCTYPES = [word.encode(code) for word in ("<!DOCTYPE", "<!ENTITY") for code in ("ascii", "utf-16-le", "utf-16-be")]

NEVER = "This is how a file is made that fills the memory, so it was not opened."

Members = dict[str, bytes]


def weighed(source: Source, data: bytes) -> Members:
    """The XML in a zip file, after all of it was looked at."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            infos = file.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, StructError, zlib.error):
        raise refused(source, "it is damaged: its directory cannot be read.") from None
    _weigh_directory(source, infos)
    kept: Members = {}
    left = MOST_INFLATED
    for info in infos:
        pieces, size, crc = [], 0, 0
        for piece in _inflated(source, data, info):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > info.file_size or size > left:
                raise refused(source, f"more comes out of it than it says. {NEVER}")
            pieces.append(piece)
        if size != info.file_size or crc != info.CRC:
            raise refused(source, f"it is damaged: {info.filename} is not what it was saved as.")
        left -= size
        name = info.filename
        if name.lower().endswith((".xml", ".rels")):
            _no_doctype(source, whole := b"".join(pieces))
            kept[name] = whole
    return kept


def _weigh_directory(source: Source, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise refused(source, f"it has {len(infos):,} parts, a workbook has at most {MOST_MEMBERS:,}.")
    if len({info.filename for info in infos}) < len(infos):
        raise refused(source, "two of its parts have the same name, so nobody can say which one counts.")
    if any(info.flag_bits & 0x1 for info in infos):
        raise refused(source, "it is locked with a password. Save it without one, or as CSV.")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise refused(source, "it is packed in a way that no spreadsheet program uses.")
    if sum(info.file_size for info in infos) > MOST_INFLATED:
        raise refused(source, f"unpacked it would be larger than {MOST_INFLATED >> 20} MB. Save the sheet as CSV.")
    for info in infos:
        if info.file_size > SMALL and info.file_size > MOST_TIMES * max(info.compress_size, 1):
            raise refused(source, f"a part of it grows more than {MOST_TIMES} times when it is unpacked. {NEVER}")


def _inflated(source: Source, data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """What really comes out of a member, in pieces, whatever the directory says of its size."""
    head = info.header_offset
    start = head + 30 + int.from_bytes(data[head + 26 : head + 28], "little")
    start += int.from_bytes(data[head + 28 : head + 30], "little")
    packed = memoryview(data)[start : start + info.compress_size]
    if data[head : head + 4] != b"PK\x03\x04" or len(packed) != info.compress_size:
        raise refused(source, f"it is damaged: {info.filename} is not where its directory says.")
    if info.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    inflating = zlib.decompressobj(-15)
    waiting: bytes | memoryview = packed
    try:
        while waiting and not inflating.eof:
            yield inflating.decompress(waiting, SMALL)
            waiting = inflating.unconsumed_tail
        yield inflating.flush()
    except zlib.error:
        raise refused(source, f"it is damaged: {info.filename} cannot be unpacked.") from None


def _no_doctype(source: Source, xml: bytes) -> None:
    if any(each in xml for each in DOCTYPES):
        raise refused(source, "it declares words of its own (a DOCTYPE), as no spreadsheet program does.")
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in xml[:100]:
        raise refused(source, "a part of it is not UTF-8, as in every workbook.")
