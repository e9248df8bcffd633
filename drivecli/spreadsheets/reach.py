"""How far the cells of a sheet reach, and which are errors: read from the XML of a workbook before it is opened.

The reader of workbooks makes room for every cell between the first and the last, so two cells in opposite corners would
fill the memory; and it gives an error (#REF!) as an empty cell, which would lose what stood there in silence.
"""

import re
from contextlib import suppress
from typing import NamedTuple

MOST_ROWS = 200_000
MOST_SHEET_COLUMNS = 200
MOST_CELLS = 5_200_000
"""What a table may have at most between its first and its last cell: about 330 MB while it is read."""

MOST_ERRORS = 100_000
"""One cell of an OpenDocument may stand for many: of so many errors nobody reads a list."""


class Reach(NamedTuple):
    """The last row and column with a value (counted from 1), and what stands in the cells that are errors."""

    rows: int
    columns: int
    errors: dict[tuple[int, int], str]

    def too_far(self) -> str:
        """Why this is more than will be read, or an empty text."""
        if self.rows > MOST_ROWS or self.columns > MOST_SHEET_COLUMNS:
            return (
                f"a sheet of it reaches to row {self.rows:,} and column {self.columns:,};"
                f" of a workbook, {MOST_ROWS:,} rows and {MOST_SHEET_COLUMNS} columns are read."
            )
        if self.rows * self.columns > MOST_CELLS:
            return f"a sheet of it has room for {self.rows * self.columns:,} cells; {MOST_CELLS:,} are read."
        return ""


NOTHING = Reach(0, 0, {})

_FAR = re.compile(rb'<c r="(?:[A-Za-z]{3}|[H-Zh-z][A-Za-z]|[Gg][S-Zs-z]|[A-Za-z]+(?:[2-9]\d{5}|\d{7}))')
_WIDE, _TALL = re.compile(rb'<c r="[A-Za-z]{2}'), re.compile(rb'<c r="[A-Za-z]+(?:2[5-9]\d{3}|[3-9]\d{4}|\d{6})')
_ERROR = re.compile(
    rb'<c r="([A-Za-z]{1,3})(\d{1,7})"[^>]*? t="e"[^>]*>(?:(?!</c>).)*?(?:<v>([^<]*)</v>|</c>)', re.DOTALL
)
_COLUMN, _ROW = re.compile(rb'<c r="([A-Za-z]+)'), re.compile(rb'<c r="[A-Za-z]+(\d{1,9})')
_PREFIXED = re.compile(rb":c[\s/>]")

_PLACE = re.compile(r"([A-Za-z]{1,8})(\d{1,10})\Z")


def reach_of_xlsx(xml: bytes) -> Reach:
    """The reach of one sheet of a new workbook.

    Every program we know writes a cell as `<c r="A1" ...`. Then a few searches say that nothing is far out, without a
    look at each cell; only a sheet that is written otherwise, or may reach too far, is walked through.
    """
    cells = sum(xml.count(b"<c" + after) for after in (b" ", b">", b"/", b"\t", b"\n", b"\r"))
    if cells != xml.count(b'<c r="') or _PREFIXED.search(xml) or _FAR.search(xml):
        return _Walk(xml).reach()
    if _WIDE.search(xml) and _TALL.search(xml):
        columns = max(_number(each.decode()) for each in {found[1] for found in _COLUMN.finditer(xml)})
        if columns * max(int(each) for each in {found[1] for found in _ROW.finditer(xml)}) > MOST_CELLS:
            return _Walk(xml).reach()
    said = xml.count(b'"e"') + xml.count(b"'e'")
    if not said:
        return NOTHING
    errors = {(int(row), _number(column.decode())): (text or b"").decode() for column, row, text in _ERROR.findall(xml)}
    return Reach(0, 0, errors) if len(errors) == said else _Walk(xml).reach()


class _Walk:
    """Goes through a sheet cell by cell, as the reader of workbooks would."""

    def __init__(self, xml: bytes) -> None:
        from xml.parsers import expat

        self.rows = self.columns = 0
        self.errors: dict[tuple[int, int], str] = {}
        self._row = self._column = 0
        self._is_error = self._in_value = False
        parser = expat.ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._letters
        # What is broken is refused by the reader itself; what was seen so far still counts.
        with suppress(expat.ExpatError):
            parser.Parse(xml, True)

    def reach(self) -> Reach:
        return Reach(self.rows, self.columns, self.errors)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self._row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self._row + 1
            self._column = 0
        elif name == "c":
            place = _PLACE.match(attributes.get("r", ""))
            if place:
                self._row, self._column = int(place[2]), _number(place[1])
            else:
                self._column += 1
            self._is_error = attributes.get("t") == "e"
        elif name in ("v", "is"):
            self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._column)
            self._in_value = self._is_error and name == "v"
            if self._in_value:
                self.errors[self._row, self._column] = ""

    def _end(self, name: str) -> None:
        self._in_value = False

    def _letters(self, text: str) -> None:
        if self._in_value:
            self.errors[self._row, self._column] += text


def _number(letters: str) -> int:
    number = 0
    for each in letters.upper():
        number = number * 26 + ord(each) - 64
    return number


def reach_of_ods(xml: bytes) -> list[Reach]:
    """The reach of each table of an OpenDocument workbook."""
    from xml.parsers import expat

    walk = _Tables()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.letters
    with suppress(expat.ExpatError):
        parser.Parse(xml, True)
    return walk.reaches


class _Tables:
    """Goes through the tables of an OpenDocument, where one cell or row may stand for many."""

    def __init__(self) -> None:
        self.reaches: list[Reach] = []
        self._row = self._column = self._times = self._many = self._depth = 0
        self._widest = 0
        self._text: list[str] | None = None
        self._errors: dict[int, str] = {}
        self._is_error = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self.reaches.append(Reach(0, 0, {}))
                self._row = 0
        elif name == "table:table-row" and self._depth == 1:
            self._times, self._column, self._widest = _times(attributes, "table:number-rows-repeated"), 0, 0
            self._errors = {}
        elif name in ("table:table-cell", "table:covered-table-cell") and self._depth == 1:
            self._many = _times(attributes, "table:number-columns-repeated")
            self._is_error = attributes.get("calcext:value-type") == "error"
            self._text = []
            if "office:value-type" in attributes or self._is_error:
                self._widest = self._column + self._many

    def letters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif self._depth != 1:
            return
        elif name in ("table:table-cell", "table:covered-table-cell"):
            said = "".join(self._text or [])
            self._text = None
            if said:
                self._widest = max(self._widest, self._column + self._many)
            if self._is_error:
                self._errors |= {
                    self._column + each: said for each in range(1, min(self._many, MOST_SHEET_COLUMNS) + 1)
                }
            self._column += self._many
        elif name == "table:table-row":
            self._close_row()

    def _close_row(self) -> None:
        reach = self.reaches[-1]
        if self._widest:
            last = self._row + self._times
            if self._times * len(self._errors) > MOST_ERRORS:
                last = max(last, MOST_ROWS + 1)
            else:
                rows = range(self._row + 1, last + 1)
                reach.errors.update({(row, column): said for row in rows for column, said in self._errors.items()})
            self.reaches[-1] = Reach(last, max(reach.columns, self._widest), reach.errors)
        self._row += self._times


def _times(attributes: dict[str, str], name: str) -> int:
    said = attributes.get(name, "1")
    return int(said) if said.isdecimal() and len(said) < 19 else 1
