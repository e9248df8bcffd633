"""The old workbook (.xls): a small file system with one stream of records, looked through before it is opened.

Sectors that lead to each other in a circle, cells far out, sheets behind a password: what would hang the reader, fill
the memory or give nonsense is refused here. Errors (#REF!) are found here too: the reader gives them as empty cells.
"""

import struct
from collections.abc import Iterator

from drivecli.spreadsheets.reach import Reach
from drivecli.spreadsheets.sheet import refused
from drivecli.spreadsheets.sources import Source

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_END = 0xFFFFFFFA
"""From here on a number of a sector says that there is none."""

_CELLS = {0x06, 0x206, 0x406, 0x203, 0x27E, 0x04, 0x204, 0xD6, 0xFD, 0x205, 0xBD}
_FORMULAS = {0x06, 0x206, 0x406}
_MULTIPLE, _ERROR_OR_TRUTH, _SHEET, _PASSWORD, _DIMENSIONS, _BEGIN, _FINISH = (
    0xBD,
    0x205,
    0x85,
    0x2F,
    0x200,
    0x809,
    0x0A,
)

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class _Broken(Exception):
    """The file system of an old workbook cannot be followed."""


def reaches_of_xls(source: Source, data: bytes) -> list[Reach]:
    """The reach of each sheet of an old workbook."""
    try:
        streams = _streams(data)
        book = streams.get("workbook") or streams.get("book")
        if book is None:
            if "encryptedpackage" in streams:
                raise refused(source, "it is locked with a password. Save it without one, or as CSV.")
            raise refused(source, "it is not a workbook, though it is a file of an office program.")
        stream = _stream(data, *book)
        starts = list(_sheets(source, stream))
        return [_reach(source, stream, start) for start in starts]
    except (_Broken, struct.error, IndexError):
        raise refused(source, "it is damaged: the parts of the workbook cannot be found.") from None


# -- the file system ---------------------------------------------------------------------------------------------------


def _size(data: bytes) -> int:
    shift = int.from_bytes(data[30:32], "little")
    if shift not in (9, 12):
        raise _Broken
    return 1 << shift


def _sector(data: bytes, number: int) -> bytes:
    size = _size(data)
    found = data[(number + 1) * size : (number + 2) * size]
    if not found:
        raise _Broken
    return found


def _table(data: bytes) -> list[int]:
    """Which sector follows which."""
    count, more = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 68)[0]
    where = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while more < _END:
        if more in seen:
            raise _Broken
        seen.add(more)
        *numbers, more = struct.unpack(f"<{_size(data) // 4}I", _sector(data, more).ljust(_size(data), b"\xff"))
        where += numbers
    table: list[int] = []
    for number in where[:count]:
        if number < _END:
            sector = _sector(data, number)
            table += struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
    return table


def _chain(table: list[int], start: int) -> Iterator[int]:
    """The sectors from this one on. A circle would never end."""
    left = len(table)
    while start < _END:
        if left < 0 or start >= len(table):
            raise _Broken
        yield start
        start, left = table[start], left - 1


def _streams(data: bytes) -> dict[str, tuple[int, int]]:
    """The streams by their names in small letters: where each starts, and how long it is. Every chain is walked."""
    if len(data) < 512:
        raise _Broken
    table = _table(data)
    listing = b"".join(_sector(data, each) for each in _chain(table, struct.unpack_from("<I", data, 48)[0]))
    sum(1 for _ in _chain(table, struct.unpack_from("<I", data, 60)[0]))
    found = {}
    for at in range(0, len(listing) - 127, 128):
        length, kind = struct.unpack_from("<HB", listing, at + 64)
        start, size = struct.unpack_from("<II", listing, at + 116)
        name = listing[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()
        if kind == 5:
            found[""] = start, size
        if kind in (2, 5) and (kind == 5 or size >= 4096):
            sum(1 for _ in _chain(table, start))
        if kind == 2:
            found[name] = start, size
    return found


def _stream(data: bytes, start: int, size: int) -> bytes:
    table = _table(data)
    if size >= struct.unpack_from("<I", data, 56)[0]:
        return b"".join(_sector(data, each) for each in _chain(table, start))[:size]
    small = b"".join(_sector(data, each) for each in _chain(table, struct.unpack_from("<I", data, 60)[0]))
    follows = list(struct.unpack(f"<{len(small) // 4}I", small))
    room = b"".join(_sector(data, each) for each in _chain(table, _streams(data)[""][0]))
    return b"".join(room[each * 64 : each * 64 + 64] for each in _chain(follows, start))[:size]


# -- the records -------------------------------------------------------------------------------------------------------


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records from here to the end of this part of the workbook."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        start += 4 + length
        depth += (kind == _BEGIN) - (kind == _FINISH)
        if kind == _FINISH and depth <= 0:
            return


def _sheets(source: Source, stream: bytes) -> Iterator[int]:
    """Where each sheet starts."""
    for kind, body in _records(stream, 0):
        if kind == _PASSWORD:
            raise refused(source, "it is locked with a password. Save it without one, or as CSV.")
        if kind == _SHEET:
            yield struct.unpack_from("<I", body)[0]


def _reach(source: Source, stream: bytes, start: int) -> Reach:
    rows = columns = 0
    errors = {}
    for kind, body in _records(stream, start):
        if kind == _DIMENSIONS and len(body) >= 12:
            first, last, left, right = struct.unpack_from("<IIHH", body)
            if last - first > 65_536 or right - left > 256 or last < first or right < left:
                raise refused(source, "it is damaged: a sheet says that it is larger than any can be.")
        if kind in _CELLS and len(body) >= 6:
            row, column = struct.unpack_from("<HH", body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _MULTIPLE else column
            rows, columns = max(rows, row + 1), max(columns, max(column, last) + 1)
            said = _error(kind, body)
            if said:
                errors[row + 1, column + 1] = said
    return Reach(rows, columns, errors)


def _error(kind: int, body: bytes) -> str:
    """What stands in a cell that is an error, or an empty text."""
    if kind == _ERROR_OR_TRUTH and len(body) >= 8 and body[7] == 1:
        return _ERRORS.get(body[6], "an error")
    if kind in _FORMULAS and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "an error")
    return ""
