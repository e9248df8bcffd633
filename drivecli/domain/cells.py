"""What a cell of a spreadsheet holds: read as strictly as at the keyboard, and nothing is guessed.

A cell is text, or what a workbook knows it to be: a number, a day, yes or no. A reader raises NotUnderstood saying what
was read and what would be right. An empty cell says nothing.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from drivecli.domain import days
from drivecli.domain.codes import read_code
from drivecli.domain.columns import Column
from drivecli.domain.refs import PERSON_PREFIX, read_ref
from drivecli.domain.text import clean, read_identifier, read_username, read_whole
from drivecli.errors import NotUnderstood

Cell = str | int | float | bool | date | datetime | time | list[str] | None
Read = Callable[[Any], Any]

EARLIEST_IN_A_WORKBOOK = date(1920, 1, 1)
"""Earlier ones are numbers that were formatted as days."""

YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


REMEMBERED, SHORT = 20_000, 80
"""Texts of a column that are remembered, and how long one may be: notes and refs hardly ever repeat."""


class Reader(dict[str, Any]):
    """How cells of one column are read. By a text it has what that says, which is worked out when it is first met.

    What a cell says is its value, None when it is empty, or the NotUnderstood that it is refused with.
    """

    def __init__(self, read: Read) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Any:
        found = self.of(text)
        if len(text) <= SHORT and len(self) < REMEMBERED:
            self[text] = found
        return found

    def of(self, cell: Cell) -> Any:
        """What a cell says, whatever it holds."""
        if _is_empty(cell):
            return None
        try:
            found = self._read(cell)
        except NotUnderstood as refusal:
            return refusal
        return None if found in ("", ()) else found


class DayReader(Reader):
    """How days are read, with an eye on those that would be others if month and day were exchanged."""

    _is_clear = False
    _is_unclear = False

    @property
    def is_in_doubt(self) -> bool:
        """Whether there were such days, and none that shows which way they were written."""
        return self._is_unclear and not self._is_clear

    def of(self, cell: Cell) -> Any:
        doubt = is_ambiguous(cell)
        self._is_clear = self._is_clear or doubt is False
        self._is_unclear = self._is_unclear or doubt is True
        return super().of(cell)


def reader(column: Column, codes: Callable[[str], Iterable[str]], today: date) -> Reader:
    """How cells of a column are read."""
    read = _readers(codes, today)[column.kind](column)
    return (DayReader if column.kind == "day" else Reader)(read)


def _readers(codes: Callable[[str], Iterable[str]], today: date) -> dict[str, Callable[[Column], Read]]:
    return {
        "text": lambda column: _words,
        "day": lambda column: lambda cell: _day(cell, today),
        "code": lambda column: lambda cell: read_code(_as_text(cell), codes(column.codes), column.codes),
        "number": lambda column: lambda cell: _number(cell, column.least, column.most),
        "yes_no": lambda column: _yes_no,
        "texts": lambda column: _texts,
        "identifiers": lambda column: _identifiers(list(codes("identifier_type"))),
        "case": lambda column: _words,
        "person": lambda column: _words,
        "contact": lambda column: lambda cell: _number(cell, 1, 2**31 - 1),
        "worker": lambda column: lambda cell: read_username(_as_text(cell)),
        "username": lambda column: lambda cell: read_username(_as_text(cell)),
    }


def _is_empty(cell: Cell) -> bool:
    return cell is None or cell == [] or (isinstance(cell, str) and not cell.strip())


def is_ambiguous(cell: Cell) -> bool | None:
    """Whether a typed day would be another with day and month exchanged; None for a cell that settles nothing."""
    found = re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\s*", cell) if isinstance(cell, str) else None
    return None if found is None or int(found[2]) > 12 else int(found[1]) <= 12


def is_believed(day: date, today: date) -> bool:
    """Whether a workbook's day is taken for one, and not for a number that somebody formatted as a day."""
    return EARLIEST_IN_A_WORKBOOK <= day <= today + timedelta(days=731)


def person_ref(text: str) -> int | None:
    """The number of a person's own ref, P-0007; None for anything else, which is a ref of another system."""
    found = re.fullmatch(rf"{PERSON_PREFIX}-0*(\d{{1,9}})", text.strip(), re.IGNORECASE | re.ASCII)
    return int(found[1]) if found else None


def case_ref(text: str, prefix: str) -> int | None:
    """The number of one of our own case refs, WS-0042; None for anything else, which is a ref of another system."""
    if text[: len(prefix)].upper() != prefix:
        return None  # most refs in a file, and a refusal costs more than a look
    try:
        typed, number = read_ref(text)
    except NotUnderstood:
        return None
    return number if typed == prefix else None


def _words(cell: Cell) -> str:
    return clean(_as_text(cell)).strip()


def _as_text(cell: Cell) -> str:
    """A cell as the text somebody sees. A day is not one: a workbook may have made it of something else."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == int(cell) else repr(cell)
    if isinstance(cell, date | time):
        raise NotUnderstood(f"{cell} is a day or time in this workbook, and words are wanted; format it as text.")
    raise NotUnderstood("It is a list, and one value is wanted.")


def _day(cell: Cell, today: date) -> date:
    if isinstance(cell, datetime | time):
        raise NotUnderstood(f"{cell} has a time in it; a day is wanted, as in 3/4/2026.")
    if isinstance(cell, date):
        if not is_believed(cell, today):
            raise NotUnderstood(f"{cell.isoformat()} cannot be right; it may be a number that was formatted as a day.")
        return cell
    if not isinstance(cell, str):
        raise NotUnderstood(f"{_as_text(cell)} is a number, not a day; format the column as a date, or write 3/4/2026.")
    return days.read_written_day(cell)


def _number(cell: Cell, least: int, most: int) -> int:
    number = read_whole(_as_text(cell))
    if not least <= number <= most:
        raise NotUnderstood(f"{number}; it must be from {least} to {most}.")
    return number


def _yes_no(cell: Cell) -> bool:
    text = _as_text(cell).strip().casefold()
    if text not in YES + NO:
        raise NotUnderstood(f"“{text}” should be yes or no.")
    return text in YES


def _texts(cell: Cell) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(each).strip() for each in _listed(cell) if each.strip()))


def _identifiers(types: Sequence[str]) -> Read:
    return lambda cell: tuple(dict.fromkeys(read_identifier(each, types) for each in _listed(cell) if each.strip()))


def _listed(cell: Cell) -> list[str]:
    """Several texts in one cell: a list, as programs write it, or texts with ; between them, as people do."""
    if isinstance(cell, list):
        found = cell
    else:
        text = _as_text(cell)
        try:
            found = json.loads(text) if text.lstrip().startswith("[") else text.split(";")
        except ValueError:
            found = text.split(";")
    if not all(isinstance(each, str) for each in found):
        raise NotUnderstood("It should be words, with ; between them.")
    return found
