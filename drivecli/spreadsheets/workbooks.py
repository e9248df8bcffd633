"""Tables in workbooks: .xlsx, .xls and .ods, read with python-calamine after they were weighed."""

import hashlib
import io
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from drivecli.errors import NotUnderstood
from drivecli.spreadsheets import celltexts
from drivecli.spreadsheets.compounds import SIGNATURE, reaches_of_xls
from drivecli.spreadsheets.headings import (
    LOOKED_AT,
    Known,
    best_row,
    fault_of_heading,
    say_column,
    say_header,
    trimmed,
)
from drivecli.spreadsheets.reach import NOTHING, Reach, reach_of_ods, reach_of_xlsx
from drivecli.spreadsheets.sheet import EMPTY_FILE, Cell, Line, Sheet, refused
from drivecli.spreadsheets.sources import Source
from drivecli.spreadsheets.zips import MOST_BYTES, Members, weighed

CHOICES = "Choices"
CHOICES_SAYS = "What the lists of this workbook offer. Nothing on this sheet is imported."
"""The sheet of our own templates that is never taken for a table, and what stands in its first cell."""

EXACT = 10**15
"""A spreadsheet keeps 15 digits of a number: longer ones have lost their end before they get here."""


class _Table(NamedTuple):
    """One sheet of a workbook, as it is read."""

    name: str
    hidden: bool
    cells: Any
    reach: Reach
    head: list[tuple[int, list[Cell]]]
    """The first rows that are not blank, with their numbers."""


class WorkbookSheet(Sheet):
    """A table in a workbook."""

    def __init__(self, source: Source, *, sheet: str | None, known: Known) -> None:
        super().__init__(source, "")
        if source.size() > MOST_BYTES:
            raise self._refused(f"it is larger than {MOST_BYTES >> 20} MB. Save the sheet as CSV.")
        data = source.read()
        self.digest = hashlib.sha256(data).hexdigest()
        self.form, data, reaches, self._escaped = _looked_through(source, data)
        tables = _tables(source, data, reaches, self._escaped)
        self._table = _chosen(source, tables, sheet, known)
        self.took = [f"workbook: {self.form}", f"sheet: {self._table.name}{' (hidden)' * self._table.hidden}"]
        self._errors = _first_in_row(self._table.reach)
        self._find_heading(known)

    def _find_heading(self, known: Known) -> None:
        if not self._table.head:
            raise self._refused(f'the sheet "{self._table.name}" is empty.', code=EMPTY_FILE)
        heads = [[_say(cell) for cell in cells] for _, cells in self._table.head]
        at = best_row(heads, known)
        header = trimmed(heads[at])
        fault = fault_of_heading(header)
        if fault:
            raise self._refused(fault)
        numbers = [number for number, _ in self._table.head]
        self.header_row = numbers[at]
        if not header:
            raise self._refused(f"the heading in row {self.header_row} has no words.")
        self.took += say_header(self.header_row, numbers[:at])
        self._takes(header)

    def _rows(self) -> Iterator[Line]:
        width, blank = len(self.columns), 0
        errors = self._errors
        for number, cells in _numbered(self._table.cells, self._escaped):
            if number <= self.header_row:
                continue
            if number not in errors and not any(cell is not None for cell in cells):
                blank += 1
                continue
            fault = _say_error(*errors[number], self.columns) if number in errors else _fault(cells, self.columns)
            if len(cells) > width:
                if any(cell is not None for cell in cells[width:]):
                    last = say_column(width - 1, self.columns)
                    fault = fault or f"The row has values beyond column {last}, the last."
                else:
                    cells = cells[:width]
            elif len(cells) < width:
                cells += [None] * (width - len(cells))
            yield Line(number, cells, fault)
        if not self.source.same(self.digest):
            raise self.source.changed()
        self.blank = blank


# -- opening -----------------------------------------------------------------------------------------------------------


def is_workbook(source: Source) -> bool:
    """Whether the bytes are those of a workbook, or of something packed like one."""
    return source.start.startswith((b"PK\x03\x04", b"PK\x05\x06", SIGNATURE))


def _looked_through(source: Source, data: bytes) -> tuple[str, bytes, list[Reach], bool]:
    """What kind of workbook it is, its bytes as they can be read, and how far its sheets reach."""
    if data.startswith(SIGNATURE):
        reaches = reaches_of_xls(source, data)
        _none_too_far(source, reaches)
        return "xls", data, reaches, False
    members = weighed(source, data)
    if _form(source, members) == "ods":
        reaches = reach_of_ods(members["content.xml"])
        _none_too_far(source, reaches)
        return "ods", _with_tabs(data, members["content.xml"]), reaches, False
    by_part = {name: reach_of_xlsx(xml) for name, xml in members.items() if b"sheetData" in xml}
    _none_too_far(source, list(by_part.values()))
    return "xlsx", data, _by_sheet(source, members, by_part), True


def _none_too_far(source: Source, reaches: Sequence[Reach]) -> None:
    for each in reaches:
        if fault := each.too_far():
            raise refused(source, f"{fault} Save the sheet that is wanted as CSV.")


def _form(source: Source, members: Members) -> str:
    if "content.xml" in members and "[Content_Types].xml" not in members:
        return "ods"
    if any(name.startswith("xl/") for name in members):
        if "xl/workbook.xml" in members:
            return "xlsx"
        raise refused(source, "it is a workbook of a kind that is not read. Save it as .xlsx or as CSV.")
    raise refused(source, "it is not a workbook. Tables are read from .csv, .tsv, .xlsx, .xls, .ods, .json and .jsonl.")


def _by_sheet(source: Source, members: Members, by_part: dict[str, Reach]) -> list[Reach]:
    """The reach of each sheet in the order of the workbook."""
    from xml.etree import ElementTree

    found = []
    try:
        book = ElementTree.fromstring(members["xl/workbook.xml"])
        links = ElementTree.fromstring(members["xl/_rels/workbook.xml.rels"])
        targets = {each.get("Id"): each.get("Target", "") for each in links}
        for each in book.iter():
            if each.tag.rpartition("}")[2] == "sheet":
                link = next((value for key, value in each.attrib.items() if key.rpartition("}")[2] == "id"), None)
                target = targets.get(link, "")
                part = target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"
                found.append(by_part.get(part, NOTHING))
    except (ElementTree.ParseError, KeyError):
        raise refused(source, "it is damaged: its list of sheets cannot be read.") from None
    if sum(len(each.errors) for each in by_part.values()) != sum(len(each.errors) for each in found):
        raise refused(source, "it has errors (such as #REF!) on a sheet that its list does not name.")
    return found


def _with_tabs(data: bytes, content: bytes) -> bytes:
    """The same OpenDocument with tabs and line breaks as letters: the reader leaves out the elements for them."""
    import zipfile

    changed = re.sub(rb"<text:tab\b[^>]*?(?:/>|>\s*</text:tab>)", b"\t", content)
    changed = re.sub(rb"<text:line-break\b[^>]*?(?:/>|>\s*</text:line-break>)", b"\n", changed)
    if changed == content:
        return data
    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(new, "w") as into:
        for name in old.namelist():
            into.writestr(name, changed if name == "content.xml" else old.read(name))
    return new.getvalue()


@contextmanager
def _quiet() -> Iterator[None]:
    """Where the reader panics, it also says so by itself on the error stream: what is said is for us to say."""
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _tables(source: Source, data: bytes, reaches: list[Reach], escaped: bool) -> list[_Table]:
    """The sheets of a workbook that are tables, with their first rows."""
    import python_calamine as calamine

    found = []
    try:
        with _quiet():
            book = calamine.load_workbook(io.BytesIO(data))
            for place, each in enumerate(book.sheets_metadata):
                if each.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                cells = book.get_sheet_by_index(place)
                reach = reaches[place] if place < len(reaches) else NOTHING
                hidden = each.visible != calamine.SheetVisibleEnum.Visible
                found.append(_Table(each.name, hidden, cells, reach, _head(cells, escaped)))
    except calamine.PasswordError:
        raise refused(source, "it is locked with a password. Save it without one, or as CSV.") from None
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit)):
            raise
        raise refused(source, f"it is damaged: as a workbook it cannot be read ({error}).") from None
    return found


def _head(cells: Any, escaped: bool) -> list[tuple[int, list[Cell]]]:
    found = []
    for number, row in _numbered(cells, escaped):
        if any(cell is not None for cell in row):
            found.append((number, row))
            if len(found) == LOOKED_AT:
                break
    return found


def _chosen(source: Source, tables: list[_Table], sheet: str | None, known: Known) -> _Table:
    """The sheet that was named, the only one with something in it, or the only one with headings that are known."""
    tables = [each for each in tables if not _is_ours(each)]
    names = ", ".join(f'"{each.name}"' for each in tables)
    if sheet is not None:
        for fits in (str, lambda name: name.strip().casefold()):
            found = [each for each in tables if fits(each.name) == fits(sheet)]
            if len(found) == 1:
                return found[0]
        raise NotUnderstood(f'{source.name} has no sheet "{sheet}".', next=f"Its sheets are {names}.", kind="file")
    filled = [each for each in tables if each.head]
    if not filled:
        raise refused(source, "it is empty: no sheet has anything on it.", code=EMPTY_FILE)
    if len(filled) == 1:
        return filled[0]
    headed = [each for each in filled if any(known([_say(cell) for cell in row]) > 0 for _, row in each.head)]
    if len(headed) == 1:
        return headed[0]
    raise NotUnderstood(
        f"{source.name} has more than one sheet with something on it: {names}.",
        next=f'Say which with --sheet, for example --sheet "{(headed or filled)[0].name}"',
        kind="file",
    )


def _is_ours(table: _Table) -> bool:
    return table.name == CHOICES and bool(table.head) and table.head[0][1][0] == CHOICES_SAYS


# -- cells -------------------------------------------------------------------------------------------------------------


def _numbered(cells: Any, escaped: bool) -> Iterator[tuple[int, list[Cell]]]:
    """The rows with the numbers they have in the sheet, from its first column on."""
    start = cells.start
    if start is None:
        return
    left: list[Cell] = [None] * start[1]
    for number, row in enumerate(cells.iter_rows(), 1):
        yield number, left + [_cell(each, escaped) for each in row]


def _cell(value: Any, escaped: bool) -> Cell:
    kind = type(value)
    if kind is str:
        if not value:
            return None
        return celltexts.read(value) if escaped and "_x" in value else value
    if kind is float:
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    if kind is datetime:
        return value.date() if value.time() == time(0) else value
    if kind is timedelta:
        return _say_duration(value)
    if isinstance(value, bool | int | date | time):
        return value
    return None if value is None else str(value)


def _say_duration(value: timedelta) -> str:
    """Hours, minutes and seconds, as the sheet shows them."""
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _say(cell: Cell) -> str:
    """A cell as a text, for a heading."""
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _fault(cells: Sequence[Any], columns: Sequence[str]) -> str:
    """Why a cell of this row is not what stood in the sheet, or an empty text."""
    for place, cell in enumerate(cells):
        kind = type(cell)
        if kind is str:
            if "\0" in cell:
                return f"Column {say_column(place, columns)} holds a NUL character, which no text can hold."
        elif kind is float or kind is int:
            if not math.isfinite(cell):
                return f"Column {say_column(place, columns)} holds a number that is none ({cell})."
            if abs(cell) >= EXACT:
                return (
                    f"Column {say_column(place, columns)} holds a number of 16 digits or more, of which a spreadsheet"
                    " keeps only 15. Type it as text."
                )
    return ""


def _first_in_row(reach: Reach) -> dict[int, tuple[int, str]]:
    """The first error of each row that has one: its column and its name."""
    found: dict[int, tuple[int, str]] = {}
    for (row, column), said in reach.errors.items():
        if row not in found or column < found[row][0]:
            found[row] = column, said
    return found


def _say_error(column: int, said: str, columns: Sequence[str]) -> str:
    name = said.strip() or "without a name"
    return f"Column {say_column(column - 1, columns)} holds an error of the spreadsheet ({name})."
