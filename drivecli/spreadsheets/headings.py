"""The heading of a table: which row it is, its columns by letter, and texts that go on in a further column."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

Known = Callable[[Sequence[str]], int]
"""How many headings of a row are known."""

LOOKED_AT = 20
"""So many rows that are not blank are looked at for the heading."""

MOST_COLUMNS = 1000

LONGEST_TEXT = 32767
"""The longest text that a cell of a workbook can hold, in units of UTF-16."""


def best_row(rows: Sequence[Sequence[str]], known: Known) -> int:
    """Which of these rows is the heading: the first with most known words, or the first of all."""
    counts = [known(row) for row in rows[:LOOKED_AT]]
    return counts.index(max(counts))


def trimmed(header: Sequence[str]) -> list[str]:
    """A heading without the empty columns at its end."""
    width = len(header)
    while width and not header[width - 1].strip():
        width -= 1
    return list(header[:width])


def letters(place: int) -> str:
    """The letters of a column, as spreadsheets name it: 0 is A, 26 is AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def say_column(place: int, header: Sequence[str]) -> str:
    """A column by its letters and its heading."""
    heading = header[place] if place < len(header) else ""
    return f"{letters(place)} ({heading})" if heading.strip() else letters(place)


def fault_of_heading(header: Sequence[str]) -> str:
    """Why this row cannot be a heading, or an empty text."""
    if len(header) > MOST_COLUMNS:
        return f"it has {len(header):,} columns; a table may have {MOST_COLUMNS:,}."
    seen: dict[str, int] = {}
    for place, heading in enumerate(header):
        if "\0" in heading:
            return f"the heading of column {letters(place)} holds a NUL character, so this is no table of texts."
        name = re.sub(r"[\s_]+", "", heading).casefold() or heading.strip()
        if not name:
            continue
        if name in seen:
            other = seen[name]
            return (
                f"columns {letters(other)} ({other + 1}) and {letters(place)} ({place + 1}) are both headed"
                f' "{heading}". Each heading may stand there once.'
            )
        seen[name] = place
    return ""


def say_header(row: int, passed: Sequence[int]) -> list[str]:
    """What is said of the heading, and of the rows above it, by their numbers."""
    said = [f"header: row {row}"]
    if passed:
        rows = f"rows {passed[0]}-{passed[-1]}" if len(passed) > 1 else f"row {passed[0]}"
        said.append(f"{rows} above the header {'were' if len(passed) > 1 else 'was'} not read")
    return said


# -- texts that go on in a further column ------------------------------------------------------------------------------


def continued(name: str, part: int) -> str:
    """The heading of the column in which the texts of another go on."""
    return f"{name} ({part})"


def units(text: str) -> int:
    """How long a text is for a spreadsheet, which counts in units of UTF-16."""
    return len(text) + sum(1 for each in text if each > "\uffff") if not text.isascii() else len(text)


class Long(NamedTuple):
    """A column, and those headed like it with (2), (3) and so on."""

    first: int
    rest: tuple[int, ...]

    def join(self, cells: list[Any]) -> bool:
        """Puts the parts together in the first cell; False where a part is there that nothing leads to."""
        whole, full, right = cells[self.first], _is_full(cells[self.first]), True
        for place in self.rest:
            part = cells[place]
            if part is None or part == "":
                full = False
                continue
            right = right and full and isinstance(part, str)
            full = _is_full(part)
            whole = f"{'' if whole is None else whole}{part}"
        cells[self.first] = whole
        return right

    def is_meant(self, rows: Iterable[Sequence[Any]]) -> bool:
        """Whether texts go on here at all: otherwise `Phone (2)` is just a second phone."""
        second = self.rest[0]
        return any(cells[second] not in (None, "") and _is_full(cells[self.first]) for cells in rows)


def _is_full(part: Any) -> bool:
    """One unit may be left, where the next letter needs two."""
    return isinstance(part, str) and len(part) >= LONGEST_TEXT // 2 and units(part) >= LONGEST_TEXT - 1


def long_columns(header: Sequence[str]) -> list[Long]:
    """The columns that could be parts of others, by their headings."""
    places = {name: place for place, name in enumerate(header)}
    found = []
    for name, place in places.items():
        rest, part = [], 2
        while name.strip() and continued(name, part) in places:
            rest.append(places[continued(name, part)])
            part += 1
        if rest:
            found.append(Long(place, tuple(rest)))
    return found
