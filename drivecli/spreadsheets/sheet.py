"""One table of one file: its heading, and its rows as often as they are asked for."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from drivecli.errors import Refused
from drivecli.spreadsheets.headings import Long, long_columns, say_column
from drivecli.spreadsheets.sources import Source

Cell = str | int | float | bool | date | datetime | time | list[str] | None
"""What a cell may hold. None and "" both mean that it is empty; only JSON has lists."""

EMPTY_FILE = 6
"""The exit code of an import that brought nothing."""


class Line(NamedTuple):
    """One row of a file: its own number, a cell for each heading, and why it cannot be read, if it cannot.

    Where there were more cells than headings, which is a fault, the others come after them.
    """

    number: int
    cells: Sequence[Cell]
    fault: str


class Sheet(ABC):
    """A table that can be read again and again. `took` says in plain words what was taken for what.

    `number` of a line is the file's own: the row of the sheet, the line of a text on which the record starts, the place
    in a list of JSON. A row with a fault still has a cell for each heading, and nothing that was read is dropped: cells
    beyond the last heading follow; a record that cannot be taken apart is all in the first.
    """

    def __init__(self, source: Source, form: str) -> None:
        self.source = source
        self.name = source.name
        self.form = form
        self.took: list[str] = []
        self.header: list[str] = []
        self.header_row = 1
        self.digest = ""
        self.blank = 0
        self.columns: list[str] = []
        """The headings before the parts of long texts are joined: what the file has."""
        self._long: list[Long] = []
        self._stay: list[int] = []

    @property
    def is_short(self) -> bool:
        """Whether what it says takes little memory. Of a workbook nobody knows: little of it may stand for much."""
        return False

    @abstractmethod
    def _rows(self) -> Iterator[Line]:
        """The rows as the file has them; must set `blank`."""

    def lines(self) -> Iterator[Line]:
        """Every row below the heading that is not blank. Refused at the end if the file was changed meanwhile."""
        return self._joined() if self._long else self._rows()

    def _takes(self, header: list[str]) -> None:
        """Takes this heading; texts that were too long for one cell come back together."""
        self.columns = self.header = header
        self._long = [each for each in long_columns(header) if each.is_meant(self._readable())]
        if self._long:
            gone = {place for each in self._long for place in each.rest}
            self._stay = [place for place in range(len(header)) if place not in gone]
            self.header = [header[place] for place in self._stay]
            self.took += [f"parts of one text joined: {header[each.first]}" for each in self._long]

    def _readable(self) -> Iterator[Sequence[Cell]]:
        return (line.cells for line in self._rows() if not line.fault)

    def _joined(self) -> Iterator[Line]:
        for number, cells, fault in self._rows():
            whole = list(cells)
            for each in self._long:
                if not each.join(whole) and not fault:
                    column = say_column(each.rest[0], self.columns)
                    fault = f"Column {column} goes on with a text that does not fill the column before it."
            beyond = whole[len(self.columns) :]
            yield Line(number, [*(whole[place] for place in self._stay), *beyond], fault)

    def _refused(self, message: str, *, next: str = "", code: int | None = None) -> Refused:
        return refused(self.source, message, next=next, code=code)


def refused(source: Source, message: str, *, next: str = "", code: int | None = None) -> Refused:
    """The refusal of a whole file."""
    return Refused(f"{source.name}: {message}", next=next, kind="file", code=code)
