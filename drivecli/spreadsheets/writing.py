"""Tables are written as CSV, as a workbook and as JSON, so that reading them gives the same texts."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO, TextIO

from drivecli.errors import Refused
from drivecli.spreadsheets import celltexts
from drivecli.spreadsheets.headings import LONGEST_TEXT, continued, units
from drivecli.spreadsheets.safe import csv_cell
from drivecli.spreadsheets.sheet import Cell

MOST_SHEET_ROWS = 1_048_575
"""What a sheet holds below its heading."""

EXACT = 10**15
"""From here on a spreadsheet would lose the end of a number: it is written as a text."""

FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheets count a day that never was. Such days are written as texts."""


@contextmanager
def _letters(stream: BinaryIO | TextIO) -> Iterator[TextIO]:
    """A stream that takes texts and changes none of their line ends; what it was given stays open."""
    if hasattr(stream, "encoding"):
        yield stream  # type: ignore[misc]
        return
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()


def _said(cell: Any) -> Any:
    """A cell that is not a text, as text or JSON has it."""
    if isinstance(cell, date | time):
        return cell.isoformat()
    return cell


# -- text --------------------------------------------------------------------------------------------------------------


def write_csv(stream: BinaryIO | TextIO, names: Sequence[str], rows: Iterable[Sequence[Cell]], *, bom: bool) -> int:
    """Every cell quoted, lines as Excel ends them, nothing that would run as a formula. Gives the number of rows."""
    import csv

    count = 0
    with _letters(stream) as text:
        if bom:
            text.write("\ufeff")
        into = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        into.writerow([csv_cell(name) for name in names])
        for row in rows:
            into.writerow([csv_cell(cell) if type(cell) is str else _as_text(cell) for cell in row])
            count += 1
    return count


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return csv_cell(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, list):
        return json.dumps(cell)
    return str(_said(cell))


# -- JSON --------------------------------------------------------------------------------------------------------------


def write_json(stream: BinaryIO | TextIO, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """A list of objects, one on each line, in letters that every program reads. Gives the number of rows."""
    count = 0
    with _letters(stream) as text:
        text.write("[")
        for row in rows:
            text.write(",\n" if count else "\n")
            text.write(_object(names, row))
            count += 1
        text.write("\n]\n" if count else "]\n")
    return count


def write_jsonl(stream: BinaryIO | TextIO, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """An object on each line. Gives the number of rows."""
    count = 0
    with _letters(stream) as text:
        for row in rows:
            text.write(_object(names, row) + "\n")
            count += 1
    return count


def _object(names: Sequence[str], row: Sequence[Cell]) -> str:
    return json.dumps(dict(zip(names, map(_said, row), strict=True)), allow_nan=False)


# -- workbooks ---------------------------------------------------------------------------------------------------------


def write_xlsx(stream: BinaryIO, title: str, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """A workbook with one sheet: texts as texts, real days, a heading that stays, filters. Gives the number of rows."""
    book = workbook(stream)
    page = _Page(book, title, names)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_SHEET_ROWS:
            raise Refused(
                f"A sheet holds {MOST_SHEET_ROWS:,} rows at most.", next="Write the table as CSV: --format csv"
            )
        for column, cell in enumerate(row):
            page.put(count, column, cell)
    page.finish(count)
    book.close()
    return count


def workbook(stream: BinaryIO) -> Any:
    """A new workbook that is made in memory: no part of it lies about in a folder for temporary files."""
    import xlsxwriter

    return xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "dd/mm/yyyy",
        },
    )


def sheet_name(title: str) -> str:
    """A title as the name of a sheet, which may be 31 letters long and lacks some of them."""
    name = "".join(" " if each in "[]:*?/\\" else each for each in title).strip("' ")[:31].strip("' ")
    return name or "Table"


class _Page:
    """One sheet, and the further columns that long texts need."""

    def __init__(self, book: Any, title: str, names: Sequence[str]) -> None:
        self._sheet = book.add_worksheet(sheet_name(title))
        self._sheet.xls_strmax = (
            8 * LONGEST_TEXT
        )  # it counts marks that stand for one letter; our own limit is kept below
        self._names = list(names)
        self._heading = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        self._text = book.add_format({"num_format": "@"})
        self._day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
        self._moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss", "align": "left"})
        self._time = book.add_format({"num_format": "hh:mm:ss", "align": "left"})
        self._more: dict[tuple[int, int], int] = {}
        self._widths = [len(name) + 4 for name in names]

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Writes one cell, and only what it is: no text ever becomes a number, a link or a formula."""
        if cell is None or cell == "":
            return
        if type(cell) is str:
            self._put_text(row, column, cell)
        elif isinstance(cell, bool | list | str):
            self._put_text(row, column, cell if isinstance(cell, str) else _in_words(cell))
        elif isinstance(cell, int | float):
            if abs(cell) < EXACT:
                self._sheet.write_number(row, column, cell)
            else:
                self._put_text(row, column, str(cell))
        else:
            self._put_day(row, column, cell)

    def _put_text(self, row: int, column: int, text: str) -> None:
        if column < len(self._widths) and row < 200:
            self._widths[column] = max(self._widths[column], min(len(text), 50) + 2)
        if len(text) <= LONGEST_TEXT // 2 or units(text) <= LONGEST_TEXT:
            self._sheet.write_string(row, column, celltexts.written(text), self._text)
            return
        for part, piece in enumerate(_pieces(text), 1):
            place = column if part == 1 else self._further(column, part)
            self._sheet.write_string(row, place, celltexts.written(piece), self._text)

    def _further(self, column: int, part: int) -> int:
        """The column in which the texts of this one go on."""
        if (column, part) not in self._more:
            name = continued(self._names[column], part)
            if name in self._names:
                raise ValueError(f"two columns would be headed {name}")
            self._more[column, part] = len(self._names)
            self._names.append(name)
            self._widths.append(30)
        return self._more[column, part]

    def _put_day(self, row: int, column: int, cell: date | time) -> None:
        if column < len(self._widths):
            self._widths[column] = max(self._widths[column], 21 if isinstance(cell, datetime) else 12)
        if isinstance(cell, time):
            if cell.tzinfo or cell.microsecond:
                self._put_text(row, column, cell.isoformat())
            else:
                self._sheet.write_datetime(row, column, cell, self._time)
            return
        is_moment = isinstance(cell, datetime)
        if (isinstance(cell, datetime) and (cell.tzinfo or cell.microsecond or cell.date() < FIRST_DAY)) or (
            not is_moment and cell < FIRST_DAY
        ):
            self._put_text(row, column, cell.isoformat())
        else:
            self._sheet.write_datetime(row, column, cell, self._moment if is_moment else self._day)

    def finish(self, rows: int) -> None:
        """The heading, once it is known how many columns there are, and what makes a sheet pleasant to read."""
        for column, name in enumerate(self._names):
            self._sheet.write_string(0, column, celltexts.written(name), self._heading)
            self._sheet.set_column(column, column, max(8, min(self._widths[column], 52)))
        last = max(len(self._names) - 1, 0)
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, max(rows, 1), last)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_SHEET_ROWS + 1}"})


def _in_words(cell: bool | list[str]) -> str:
    return json.dumps(cell) if isinstance(cell, list) else "yes" if cell else "no"


def _pieces(text: str) -> Iterator[str]:
    """A long text in parts that a cell can hold; no letter is cut in two."""
    start = 0
    while start < len(text):
        end, room = start, LONGEST_TEXT
        if text.isascii():
            end = start + room
        else:
            while end < len(text) and room > 0:
                room -= 2 if text[end] > "\uffff" else 1
                end += 1
            if room < 0:
                end -= 1
        yield text[start:end]
        start = end
