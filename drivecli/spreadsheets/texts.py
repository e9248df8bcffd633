"""Tables as text: a line after the other, cells between separators. Nothing but the row at hand is kept in memory."""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from drivecli.spreadsheets.decoding import decoded, text_of
from drivecli.spreadsheets.headings import (
    LOOKED_AT,
    Known,
    best_row,
    fault_of_heading,
    say_column,
    say_header,
    trimmed,
)
from drivecli.spreadsheets.safe import csv_text
from drivecli.spreadsheets.separators import (
    SAMPLE,
    found_separator,
    said_by_file,
    said_separator,
    say_separator,
)
from drivecli.spreadsheets.sheet import EMPTY_FILE, Cell, Line, Sheet
from drivecli.spreadsheets.sources import Source

LONGEST_CELL = 10 << 20
"""The most letters of one cell: a quote that is never closed cannot swallow more than this."""

SHORT = 16 << 20
"""Bytes of a text that is short: some hundred thousand rows."""

SHOWN = 20_000
"""So many letters of a record that cannot be taken apart are kept with its fault."""


class Record(NamedTuple):
    """What stands on the lines from `first` to `last`; no cells where it cannot be taken apart, but `fault`."""

    first: int
    last: int
    cells: list[str]
    fault: str


class TextSheet(Sheet):
    """A table as text."""

    def __init__(self, source: Source, form: str, *, encoding: str | None, delimiter: str | None, known: Known) -> None:
        super().__init__(source, form)
        text = decoded(source, encoding)
        self._encoding, self.digest = text.encoding, text.digest
        self._delimiter, said, self._hint = self._separator(delimiter, known)
        self.took = [text.said, said]
        self._find_heading(known)

    @property
    def is_short(self) -> bool:
        return self.source.size() <= SHORT

    def _separator(self, delimiter: str | None, known: Known) -> tuple[str, str, int]:
        """The separator, what is said of it, and how many lines above the table only say it."""
        with text_of(self.source, self._encoding) as text:
            by_file = said_by_file(text.readline(80))
        if delimiter is not None:
            sign = said_separator(delimiter)
            return sign, f"separator: {say_separator(sign)}, as said", int(bool(by_file))
        if by_file:
            return by_file, f"separator: {say_separator(by_file)}, as the first line says", 1
        sign, said = found_separator(
            self.source,
            self._sample,
            known,
            "\t" if self.form == "tsv" else "",
        )
        return sign, said, 0

    def _sample(self, delimiter: str) -> tuple[list[list[str]], int]:
        records = self._first(delimiter, SAMPLE)
        return [each.cells for each in records if not each.fault], sum(bool(each.fault) for each in records)

    def _first(self, delimiter: str, most: int, below: int = 0) -> list[Record]:
        """The first records that are not blank."""
        found = []
        with text_of(self.source, self._encoding) as text:
            for each in _records(text, delimiter):
                if each.first > below and (each.fault or any(each.cells)):
                    found.append(each._replace(cells=[csv_text(cell) for cell in each.cells]))
                    if len(found) == most:
                        break
        return found

    def _find_heading(self, known: Known) -> None:
        records = self._first(self._delimiter, LOOKED_AT, self._hint)
        if not records:
            raise self._refused("it is empty: there is no row in it.", code=EMPTY_FILE)
        readable = [each for each in records if not each.fault]
        if not readable:
            raise self._refused(f"no row of it can be read. {records[0].fault}")
        at = best_row([each.cells for each in readable], known)
        head = readable[at]
        broken = [each for each in records if each.fault and each.first < head.first]
        if broken:
            raise self._refused(f"a row above the heading cannot be read. {broken[0].fault}")
        header = trimmed(head.cells)
        fault = fault_of_heading(header)
        if fault:
            raise self._refused(fault)
        if not header:
            raise self._refused(f"the heading on line {head.first} has no words.")
        self.header_row = head.first
        self.took += say_header(head.first, [each.first for each in readable[:at]])
        self._takes(header)

    def _rows(self) -> Iterator[Line]:
        width, above, blank = len(self.columns), self.header_row, 0
        line, make = Line, tuple.__new__
        hashing = hashlib.sha256()
        kept: list[str] = []
        try:
            with text_of(self.source, self._encoding, hashing) as text:
                reader = _reader(_keeping(text, kept), self._delimiter)
                while True:
                    first = reader.line_num + 1
                    kept.clear()
                    try:
                        cells: list[str] = next(reader)
                    except StopIteration:
                        break
                    except csv.Error as error:
                        if first > above:
                            fault = _say_broken(first, reader.line_num, kept, self._delimiter, error)
                            yield self._broken(first, "".join(kept), fault)
                        continue
                    if first <= above:
                        continue
                    if not cells or not (cells[0] or any(cells)):
                        blank += 1
                        continue
                    raw = kept[0] if len(kept) == 1 else "".join(kept)
                    if "'" in raw:
                        cells = [csv_text(cell) if cell[:1] == "'" else cell for cell in cells]
                    if len(cells) == width and "\0" not in raw:
                        yield make(line, (first, cells, ""))
                    else:
                        yield self._odd(first, cells)
        except (UnicodeDecodeError, OSError):
            raise self.source.changed() from None
        if hashing.hexdigest() != self.digest:
            raise self.source.changed()
        self.blank = blank

    def _odd(self, number: int, cells: list[str]) -> Line:
        """A row that has other cells than the heading, or letters that are none."""
        width, fault = len(self.columns), ""
        count = len(cells)
        if count > width and not any(cells[width:]):
            cells = cells[:width]
        elif count > width:
            fault = f"The row has {_cells(count)}, the heading has {width}."
        elif count < width:
            fault = f"The row has {_cells(count)}, the heading has {width}."
            cells = cells + [""] * (width - count)
        nul = next((place for place, cell in enumerate(cells) if "\0" in cell), None)
        if nul is not None and not fault:
            fault = f"Column {say_column(nul, self.columns)} holds a NUL character, which no text can hold."
        return Line(number, cells, fault)

    def _broken(self, number: int, raw: str, fault: str) -> Line:
        cells: list[Cell] = [None] * len(self.columns)
        cells[0] = raw.rstrip("\r\n")[:SHOWN]
        return Line(number, cells, fault)


def _cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"


def _reader(lines: Iterable[str], delimiter: str) -> "csv._reader":  # type: ignore[name-defined]
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _keeping(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    """The same lines; those of the record at hand are kept, for what must be said of it."""
    for line in lines:
        kept.append(line)
        yield line


def _records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """The records of a text, one after the other; after a broken one it goes on with the next line."""
    kept: list[str] = []
    reader = _reader(_keeping(lines, kept), delimiter)
    while True:
        first = reader.line_num + 1
        kept.clear()
        try:
            cells = next(reader)
            yield Record(first, reader.line_num, cells, "")
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(first, reader.line_num, [], _say_broken(first, reader.line_num, kept, delimiter, error))


def _say_broken(first: int, last: int, kept: list[str], delimiter: str, error: csv.Error) -> str:
    """Why a record cannot be taken apart, and which lines went with it."""
    words = str(error)
    if "end of data" in words or "field limit" in words:
        opened = first + _opens(kept, delimiter)
        lost = f"Lines {first} to {last} were" if last > first else f"Line {first} was"
        if "field limit" in words and last == first:
            return f"A cell on line {first} has more than {LONGEST_CELL >> 20} million letters. The line was not read."
        return f"The quote that opens on line {opened} is not closed. {lost} not read."
    lines = f"line {last}" if first == last else f"line {last}, in the row that starts on line {first}"
    lost = "" if first == last else f" Lines {first} to {last} were not read."
    if "expected after" in words:
        return f"Something stands after a closing quote on {lines}: a quote inside a text is written twice.{lost}"
    return f"The cells on {lines} cannot be told apart ({words}).{lost}"


def _opens(kept: list[str], delimiter: str) -> int:
    """How many lines below the first the quote opens that is not closed."""
    raw = "".join(kept)
    cell = re.compile(rf'(?:\A|(?<=[{re.escape(delimiter)}\r\n]))"[^"]*(?:""[^"]*)*("?)')
    at = next((found.start() for found in cell.finditer(raw) if not found[1]), 0)
    return len(re.findall(r"\r\n|\r|\n", raw[:at]))
