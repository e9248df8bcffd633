"""Files as other programs make them, built byte by byte in the test: workbooks of three kinds, whole or damaged."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

PLAIN = {"in_memory": True, "strings_to_urls": False, "strings_to_numbers": False, "strings_to_formulas": False}


def xlsx(fill: Callable[[Any], None], **options: Any) -> bytes:
    """A workbook that `fill` has written into."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN | options)
    fill(book)
    book.close()
    return stream.getvalue()


def tables(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook of these sheets, each a list of rows: texts, numbers, True and False, days."""

    def fill(book: Any) -> None:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, str):
                        sheet.write_string(row, column, value)
                    elif isinstance(value, bool):
                        sheet.write_boolean(row, column, value)
                    elif isinstance(value, date):
                        sheet.write_datetime(row, column, value, day)
                    elif value is not None:
                        sheet.write_number(row, column, value)

    return xlsx(fill)


def patched(book: bytes, member: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """The same workbook with one member changed, or left out where `change` gives None."""
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as into:
        for name in old.namelist():
            data = old.read(name)
            if name == member:
                changed = change(data)
                if changed is None:
                    continue
                data = changed
            into.writestr(name, data)
    return new.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip file of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as into:
        for name, data in members.items():
            into.writestr(name, data)
    return stream.getvalue()


ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    ' office:version="1.2"><office:body><office:spreadsheet>'
)
ODS_TAIL = "</office:spreadsheet></office:body></office:document-content>"
ODS_KIND = b"application/vnd.oasis.opendocument.spreadsheet"


def ods_cell(value: object, times: int = 1) -> str:
    """One cell of an OpenDocument table."""
    many = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    if value is None:
        return f"<table:table-cell{many}/>"
    if isinstance(value, bool):
        return f'<table:table-cell{many} office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, date):
        return f'<table:table-cell{many} office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell{many} office:value-type="float" office:value="{value}"/>'
    return (
        f'<table:table-cell{many} office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
    )


def ods_row(*cells: str, times: int = 1) -> str:
    """One row of an OpenDocument table."""
    many = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{many}>{''.join(cells)}</table:table-row>"


def ods(rows: Sequence[Sequence[object]], *, more: str = "", name: str = "Sheet1", second: str = "") -> bytes:
    """An OpenDocument workbook with one table; `more` is put below its rows, `second` beside the table."""
    body = "".join(ods_row(*(ods_cell(each) for each in row)) for row in rows) + more
    content = f'{ODS_HEAD}<table:table table:name="{name}">{body}</table:table>{second}{ODS_TAIL}'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as into:
        into.writestr("mimetype", ODS_KIND)
        into.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        into.writestr("META-INF/manifest.xml", b"<manifest/>")
    return stream.getvalue()


# -- the old workbook: records in a stream in a small file system ------------------------------------------------------


def record(kind: int, data: bytes = b"") -> bytes:
    """One record of an old workbook."""
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int) -> bytes:
    return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 1996, 0, 6))


def label(row: int, column: int, text: str) -> bytes:
    """A text in a cell."""
    return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    """A number in a cell; style 1 is a day."""
    return record(0x203, struct.pack("<HHHd", row, column, style, value))


def error(row: int, column: int) -> bytes:
    """A cell that says #DIV/0!."""
    return record(0x205, struct.pack("<HHHBB", row, column, 0, 7, 1))


def xls(*cells: bytes, before: bytes = b"", name: str = "Sheet1") -> bytes:
    """An old workbook of one sheet with these cells; `before` is put among the records of the whole book."""
    styles = record(0xE0, struct.pack("<HHHH", 0, 0, 0, 0) + bytes(12)) + record(
        0xE0, struct.pack("<HHHH", 0, 14, 0, 0) + bytes(12)
    )
    title = struct.pack("<BB", len(name), 0) + name.encode("latin-1")
    head = _bof(5) + record(0x42, struct.pack("<H", 1200)) + before + styles
    start = len(head) + 4 + 6 + len(title) + 4
    book = head + record(0x85, struct.pack("<IBB", start, 0, 0) + title) + record(0x0A)
    return compound(book + _bof(0x10) + b"".join(cells) + record(0x0A))


def compound(stream: bytes, name: str = "Workbook", *, looped: bool = False) -> bytes:
    """The small file system that old workbooks lie in, with one stream (never in the part for small streams)."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    tables_of_sectors = -(-(sectors + 2) // 127)
    chain = [*range(1, sectors), 0xFFFFFFFE]
    if looped:
        chain[-1] = 0
    chain += [0xFFFFFFFE, *[0xFFFFFFFD] * tables_of_sectors]
    chain += [0xFFFFFFFF] * (tables_of_sectors * 128 - len(chain))
    first = sectors + 1
    where = [*range(first, first + tables_of_sectors)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables_of_sectors, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *where, *[0xFFFFFFFF] * (109 - len(where)))
    entries = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(name, 2, 0, len(stream)) + bytes(256)
    return header + stream + entries + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF) -> bytes:
    title = name.encode("utf-16-le") + b"\0\0"
    return (
        title.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(title), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


# -- a small workbook to be changed ------------------------------------------------------------------------------------

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
PLAIN_BOOK = tables(A=[["name", "phone"], ["Jo", "1"], ["Al", "2"]])


def in_sheet(old: bytes, new: bytes, book: bytes = PLAIN_BOOK) -> bytes:
    """The small workbook with something else in its sheet."""
    assert old in zipfile.ZipFile(io.BytesIO(book)).read(SHEET)
    return patched(book, SHEET, lambda xml: xml.replace(old, new))
