"""Files that are made to fill the memory or to hang the reader, and files with damage anywhere in them."""

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from drivecli.errors import DriveError

from .making import (
    PLAIN_BOOK,
    SHEET,
    STRINGS,
    in_sheet,
    label,
    ods,
    ods_cell,
    ods_row,
    patched,
    record,
    xls,
    zipped,
)
from .opening import opened, read_whole


def lying(member: bytes, says: int) -> bytes:
    """A workbook with a sheet of which the directory says something else than what comes out."""
    book = bytearray(patched(PLAIN_BOOK, SHEET, lambda xml: member))
    with zipfile.ZipFile(io.BytesIO(bytes(book))) as file:
        info = file.getinfo(SHEET)
    real = struct.pack("<III", info.CRC, info.compress_size, info.file_size)
    lie = struct.pack("<III", zlib.crc32(member[:says]), info.compress_size, says)
    assert book.count(real) >= 1
    return bytes(book).replace(real, lie)


def many_members() -> bytes:
    return zipped({f"xl/p{each}.xml": b"<x/>" for each in range(1001)})


def overlapping() -> bytes:
    """A directory of many names for the same bytes: small when packed, enormous when every name is unpacked."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = bytes(1 << 20)
    packed = kernel.compress(body) + kernel.flush()
    crc, entries = zlib.crc32(body), b""
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), len(body), 1, 0) + b"a" + packed
    for each in range(900):
        name = f"xl/p{each}.bin".encode()
        entries += struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\1\2",
            20,
            20,
            0,
            8,
            0,
            0,
            crc,
            len(packed),
            len(body),
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        entries += name
    return local + entries + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 900, 900, len(entries), len(local), 0)


def twice_the_same() -> bytes:
    return zipped({"xl/workbook.xml": b"<a/>", "xl/workbook.xmm": b"<b/>"}).replace(b"book.xmm", b"book.xml")


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "declared.xlsx": (lambda: lying(b"<x/>", 201 << 20), "larger than 200 MB"),
    "tight.xlsx": (lambda: zipped({"xl/workbook.xml": bytes(20 << 20)}), "grows more than 200 times"),
    "lying.xlsx": (lambda: lying(bytes(20 << 20), 900), "more comes out of it than it says"),
    "members.xlsx": (many_members, "it has 1,001 parts"),
    "overlapping.xlsx": (overlapping, "larger than 200 MB"),
    "twice.xlsx": (twice_the_same, "have the same name"),
    "far.xlsx": (lambda: in_sheet(b'r="B2"', b'r="XFD1048576"'), "reaches to row 1,048,576"),
    "far.ods": (lambda: ods([["name"]], more=ods_row(ods_cell("x", 16384), times=1_048_576)), "reaches to row"),
    "far.xls": (lambda: xls(label(0, 0, "name"), label(65535, 65535, "x")), "reaches to row 65,536"),
    "dimensions.xls": (lambda: xls(record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0))), "it is damaged"),
    "laughs.xlsx": (
        lambda: patched(PLAIN_BOOK, STRINGS, lambda xml: b'<!DOCTYPE x [<!ENTITY a "lol">]>' + xml),
        "words of its own",
    ),
    "large.xlsx": (lambda: PLAIN_BOOK + bytes(51 << 20), "larger than 50 MB"),
    "line.csv": (lambda: b"name\n" + bytes([97]) * (65 << 20), "no line ends within"),
    "open.csv": (lambda: b'name\n"' + (b"a" * 1000 + b"\n") * 11_000, "rows 525"),
}

CHILD = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
from drivecli.errors import DriveError
from drivecli.spreadsheets.reading import open_sheet
for each in sys.argv[1:]:
    try:
        sheet = open_sheet(Path(each), None, sheet=None, encoding=None, delimiter=None, known=lambda row: 0)
        print(f"{each}\\trows {sum(1 for _ in sheet.lines())}")
    except DriveError as error:
        print(f"{each}\\t{error.message}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of memory is not told there")
def test_a_file_made_to_fill_the_memory_is_refused_within_little_of_it(tmp_path: Path) -> None:
    for name, (make, _) in BOMBS.items():
        (tmp_path / name).write_bytes(make())

    done = subprocess.run(
        [sys.executable, "-c", CHILD, *[str(tmp_path / name) for name in BOMBS]],
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert done.stderr == ""
    assert done.returncode == 0
    said = dict(line.split("\t") for line in done.stdout.splitlines())
    for name, (_, words) in BOMBS.items():
        assert words in said[str(tmp_path / name)], name


def test_damage_anywhere_in_a_workbook_is_said_in_words() -> None:
    """Bytes of each kind of workbook are turned over: never a traceback, never the end of the run."""
    chance = random.Random(7)
    for book in (PLAIN_BOOK, ods([["name", "phone"], ["Jo", 1]]), xls(label(0, 0, "name"), label(1, 0, "Jo"))):
        for _ in range(150):
            data = bytearray(book)
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            with suppress(DriveError):
                read_whole(opened(bytes(data)))
