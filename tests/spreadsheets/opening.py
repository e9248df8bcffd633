"""Opens files that are only bytes, the way an import does, and checks what holds for every one of them."""

import io
from collections.abc import Sequence
from pathlib import Path

from drivecli.errors import DriveError
from drivecli.spreadsheets.reading import Line, Sheet, open_sheet

KNOWN = {"name", "born", "phone", "note", "ref"}


def known(row: Sequence[str]) -> int:
    """How many headings of a row are known."""
    return sum(cell.strip().lower() in KNOWN for cell in row)


def opened(data: bytes | Path, name: str = "", **options: str | None) -> Sheet:
    """The sheet of a file, or of bytes that are piped in; a name makes them a file of that name."""
    said: dict[str, str | None] = {"sheet": None, "encoding": None, "delimiter": None} | options
    if isinstance(data, Path):
        return open_sheet(data, None, known=known, **said)  # type: ignore[arg-type]
    return open_sheet(None, io.BytesIO(data), known=known, **said)  # type: ignore[arg-type]


def rows(sheet: Sheet) -> list[list[object]]:
    """The cells of every row, empty ones as empty texts; there must be no fault."""
    found = list(sheet.lines())
    assert not [line for line in found if line.fault], found
    return [["" if cell is None else cell for cell in line.cells] for line in found]


def read_whole(sheet: Sheet) -> list[Line]:
    """All rows, after what every sheet promises was checked."""
    lines, blank = list(sheet.lines()), sheet.blank
    assert list(sheet.lines()) == lines, "a second pass reads the same"
    assert sheet.blank == blank
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers)), "every row has its own number"
    for line in lines:
        assert len(line.cells) == len(sheet.header) or (line.fault and len(line.cells) > len(sheet.header))
        assert not line.fault or is_sentence(line.fault), line.fault
    return lines


def is_sentence(said: str) -> bool:
    """Whether this is said to a person: no class, no traceback, no quoted object of a program."""
    odd = ("Error", "Exception", "Traceback", "object at", "None", "invalid", "0x", "<class")
    return said.endswith(".") and said[0].isupper() and not any(each in said for each in odd)


def refusal(error: DriveError) -> str:
    """What is said when a file is refused, with the line to type next."""
    said = f"{error.message} {error.next}".strip()
    assert is_sentence("A" + error.message.rstrip(".") + "."), error.message
    return said
