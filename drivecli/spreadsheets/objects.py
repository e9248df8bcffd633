"""Tables as JSON: a list of objects, or an object on each line. The heading is every key, in order of first sight."""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from drivecli.errors import Refused
from drivecli.spreadsheets.decoding import decoded, text_of
from drivecli.spreadsheets.headings import MOST_COLUMNS, fault_of_heading, say_column
from drivecli.spreadsheets.sheet import EMPTY_FILE, Cell, Line, Sheet
from drivecli.spreadsheets.sources import Source

SHOWN = 20_000
"""So many letters of a line that is no JSON are kept with its fault."""


class _Twice(dict[str, Any]):
    """An object of which one key stands there twice: the second would have taken the place of the first."""

    key = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = _Twice(found)
        twice.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return twice
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)


class _Objects(Sheet):
    """What both forms have in common: objects with their numbers, and faults instead of some."""

    def __init__(self, source: Source, form: str, *, encoding: str | None) -> None:
        super().__init__(source, form)
        text = decoded(source, encoding)
        self._encoding, self.digest = text.encoding, text.digest
        self._prepare()
        keys: dict[str, None] = {}
        first_fault, count = "", 0
        for _, found, fault in self._found():
            count += 1
            first_fault = first_fault or fault
            if isinstance(found, dict):
                keys.update(dict.fromkeys(found))
                if len(keys) > MOST_COLUMNS:
                    raise self._refused(
                        f"its objects have more than {MOST_COLUMNS:,} keys; no table has so many columns."
                    )
        if not count:
            raise self._refused("it is empty: there is no object in it.", code=EMPTY_FILE)
        if not keys and first_fault:
            raise self._refused(f"nothing in it can be read. {first_fault}")
        self.took = [text.said, "a list of objects" if form == "json" else "an object on each line"]
        fault = fault_of_heading(list(keys))
        if fault or not all(map(_is_text, keys)):
            raise self._refused(fault or "one of its keys is half of a letter.")
        self.header_row = 0
        self._takes(list(keys))

    def _prepare(self) -> None:
        """What must be read before the objects can be found."""

    def _found(self) -> Iterator[tuple[int, Any, str]]:
        """Each object with its number; or what is there instead, and why it cannot be read."""
        raise NotImplementedError

    def _rows(self) -> Iterator[Line]:
        blank = 0
        for number, found, fault in self._found():
            if not isinstance(found, dict):
                cells: list[Cell] = [None] * len(self.columns)
                if cells:
                    cells[0] = str(found)[:SHOWN]
                yield Line(number, cells, fault)
                continue
            cells = [found.get(name) for name in self.columns]
            if isinstance(found, _Twice):
                yield Line(number, [_plain(cell) for cell in cells], f'The key "{found.key}" stands there twice.')
            elif not any(cell is not None and cell != "" for cell in cells):
                blank += 1
            else:
                fault = _fault(cells, self.columns)
                yield Line(number, [_plain(cell) for cell in cells] if fault else cells, fault)
        self.blank = blank


class JsonSheet(_Objects):
    """A list of objects. The number of a row is its place in the list: a list may all be on one line."""

    def _prepare(self) -> None:
        with text_of(self.source, self._encoding) as text:
            self._text = text.read()
        self._check(self._at(0))

    def _at(self, place: int) -> int:
        """The next place that is not white."""
        text = self._text
        while text[place : place + 1] in (" ", "\t", "\n", "\r"):
            place += 1
        return place

    def _check(self, place: int) -> None:
        if place == len(self._text):
            raise self._refused("it is empty.", code=EMPTY_FILE)
        if self._text[place] != "[":
            raise self._wrong("a list of objects would start with [", place)

    def _wrong(self, what: str, place: int) -> Refused:
        line = self._text.count("\n", 0, place) + 1
        column = place - self._text.rfind("\n", 0, place)
        return self._refused(f"it is not JSON as a table is: {what} (line {line}, column {column}).")

    def _found(self) -> Iterator[tuple[int, Any, str]]:
        text, number = self._text, 0
        place = self._at(self._at(0) + 1)
        if text[place : place + 1] == "]":
            place += 1
        else:
            while True:
                number += 1
                try:
                    found, end = _DECODER.raw_decode(text, place)
                except json.JSONDecodeError as error:
                    raise self._wrong(_say_json(error), error.pos) from None
                except (ValueError, RecursionError) as error:
                    raise self._wrong(_say_json(error), place) from None
                yield number, *_checked(found, text, place, end)
                place = self._at(end)
                sign = text[place : place + 1]
                if sign == "]":
                    place += 1
                    break
                if sign != ",":
                    raise self._wrong("a comma or ] is missing", place)
                place = self._at(place + 1)
        if self._at(place) != len(text):
            raise self._wrong("something stands after the list", self._at(place))
        if not self.source.same(self.digest):
            raise self.source.changed()


class JsonLinesSheet(_Objects):
    """An object on each line, of which only one is in memory."""

    def _found(self) -> Iterator[tuple[int, Any, str]]:
        hashing = hashlib.sha256()
        try:
            with text_of(self.source, self._encoding, hashing) as text:
                for number, line in _lines(text):
                    if not line.strip():
                        continue
                    try:
                        found, end = _DECODER.raw_decode(line, len(line) - len(line.lstrip(" \t\r")))
                        rest = line[end:].strip()
                    except (ValueError, RecursionError) as error:
                        yield number, line.rstrip("\r\n"), f"The line is not JSON: {_say_json(error)}."
                        continue
                    if rest:
                        yield number, line.rstrip("\r\n"), "The line is not JSON: something stands after the object."
                    else:
                        yield number, *_checked(found, line, 0, end)
        except (UnicodeDecodeError, OSError):
            raise self.source.changed() from None
        if hashing.hexdigest() != self.digest:
            raise self.source.changed()


def _lines(text: Any) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; a lone return ends none, because JSON takes it for a space."""
    number, waiting = 0, ""
    for piece in text:
        waiting += piece
        if piece.endswith("\n"):
            number += 1
            yield number, waiting
            waiting = ""
    if waiting:
        yield number + 1, waiting


def _checked(found: Any, text: str, start: int, end: int) -> tuple[Any, str]:
    if isinstance(found, dict):
        return found, ""
    return text[start:end], "This is not an object: a row looks like {...}."


def _say_json(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg.lower()} at column {error.colno}"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return "a number in it is none" if "limit" in str(error) else str(error)


def _fault(cells: Sequence[Any], columns: Sequence[str]) -> str:
    """Why a value cannot stand in a cell, or an empty text."""
    for place, cell in enumerate(cells):
        why = ""
        if isinstance(cell, str):
            why = _fault_of_text(cell)
        elif isinstance(cell, list):
            if not all(isinstance(each, str) for each in cell):
                why = "holds a list of something other than texts"
            why = why or next((fault for fault in map(_fault_of_text, cell) if fault), "")
        elif isinstance(cell, dict):
            why = "holds an object, where a table has one value"
        elif isinstance(cell, float) and not math.isfinite(cell):
            why = "holds a number that is too large"
        if why:
            return f"Column {say_column(place, columns)} {why}."
    return ""


def _fault_of_text(text: str) -> str:
    if "\0" in text:
        return "holds a NUL character, which no text can hold"
    return "" if _is_text(text) else "holds half of a letter, which no text can hold"


def _is_text(text: str) -> bool:
    """Whether it has no half of a letter: JSON can write one, and nothing else can hold it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(cell: Any) -> Cell:
    """A value of a row with a fault, so that every cell is one."""
    if isinstance(cell, dict) or (isinstance(cell, list) and not all(isinstance(each, str) for each in cell)):
        return json.dumps(cell)[:SHOWN]
    return cell
