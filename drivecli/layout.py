"""How values become cells and cells become lines: plain text, nothing printed. No text can control a terminal."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from drivecli.domain.days import say_day

GAP = "  "


@dataclass(frozen=True)
class Column:
    """One column of a list: the field it shows, its heading, and how it is said.

    Where a terminal is too narrow, `soft` text is wrapped, a cell that `breaks` is broken between words, and a `spare`
    column is left out; anything else is never cut. A `whole` column is said of the whole row.
    """

    field: str
    heading: str
    say: Callable[[Any], str] | None = None
    soft: bool = False
    whole: bool = False
    breaks: bool = False
    spare: bool = False


def words(code: Any) -> str:
    """A code as people read it: not_engaged becomes "not engaged"."""
    return "" if code is None else str(code).replace("_", " ")


def say(value: Any) -> str:
    """Any value as people read it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return say_day(value)
    if isinstance(value, (list, tuple)):
        return ("; " if value and is_dataclass(value[0]) else ", ").join(say(each) for each in value)
    if is_dataclass(value):
        told = [(each.name, getattr(value, each.name)) for each in fields(value)]
        return ", ".join(f"{words(name)} {say(part)}" for name, part in told if part is not None)
    return str(value)


def safe_text(text: str) -> str:
    """Text that cannot control a terminal, forge a line or reverse its order: such characters are shown, not sent."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_safe_letter(letter) for letter in text)


def _safe_letter(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if letter.isprintable() or letter in "\u200c\u200d\u200e\u200f\u061c\xa0\u3000":
        return letter
    return f"<U+{code:04X}>"


def columns_for(columns: Sequence[Column], chosen: list[str] | None) -> Sequence[Column]:
    """The columns to show: those chosen by field, else all."""
    if not chosen:
        return columns
    ours = {column.field: column for column in columns}
    return [ours.get(name) or Column(name, words(name)) for name in chosen]


def cells(row: Any, columns: Sequence[Column]) -> list[str]:
    """A row as text that can be shown anywhere."""
    return [safe_text((column.say or say)(row if column.whole else getattr(row, column.field))) for column in columns]


def aligned(lines: list[list[str]], *, trim: bool = True) -> list[str]:
    """Lines of cells with each column as wide as its widest cell; blanks at the end stay unless `trim`."""
    lines = [[shown(cell) for cell in line] for line in lines]
    widths = [max(width(line[n]) for line in lines) for n in range(len(lines[0]))]
    padded = [
        GAP.join(cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True)) for line in lines
    ]
    return [line.rstrip() for line in padded] if trim else padded


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    return max(wcswidth(text), 0)


SOFT = 16
"""The narrowest that wrapped text is still readable."""

LIMITS = (32, 24, 18, 0)
"""How wide a cell that is broken may stay: at first, and as space grows short; at last as its longest word."""


def unbroken(text: str) -> str:
    """Words that belong on one line, as a day does: joined by spaces at which no line is broken."""
    return text.replace(" ", "\xa0")


def shown(text: str) -> str:
    """Text as it is printed, once lines have been broken."""
    return text.replace("\xa0", " ")


TOGETHER = r"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2} \d{4}\b|OVERDUE \d+ days?\b"
"""What is kept on one line wherever a line has room for it: a day, and how late something is."""

COLOUR = "\x1b\\[[0-9;]*m"


def wrapped(text: str, space: int) -> list[str]:
    """A line broken between words into lines of at most `space` columns. What has no blank in it is never broken."""
    lines: list[str] = []
    taken = 0
    for word in re.sub(TOGETHER, lambda found: unbroken(found[0]), text).split(" "):
        wide = width(re.sub(COLOUR, "", word))
        if lines and taken + 1 + wide <= space:
            lines[-1] += f" {word}"
            taken += 1 + wide
        elif word or not lines:
            lines.append(word)
            taken = wide
    return [line.rstrip(" ") for line in lines]


def wrapped_line(line: str, space: int) -> list[str]:
    """A line of a page, wrapped where it is too wide; what follows stands a little further in than the line began."""
    if width(re.sub(COLOUR, "", line)) <= space:
        return [line]
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    first, *more = wrapped(text, space - indent)
    if not more:
        return [line]
    rest = wrapped(" ".join(more), space - indent - len(GAP))
    return [shown(f"{' ' * indent}{first}"), *(shown(f"{' ' * indent}{GAP}{each}") for each in rest)]


def block(line: Sequence[str], columns: Sequence[Column], space: int | None) -> list[str]:
    """One row as a block of lines that name what they say; a cell too wide for its line has lines of its own.

    A heading is never said of an empty cell. Without `space` nothing is wrapped.
    """
    lines = []
    for column, cell in zip(columns, line, strict=True):
        together = f"{column.heading}: {shown(cell)}"
        if not cell:
            continue
        if space is None or width(together) <= space:
            lines.append(together)
        else:
            lines += [f"{column.heading}:", *(f"{GAP}{shown(each)}" for each in wrapped(cell, space - len(GAP)))]
    return lines


@dataclass(frozen=True)
class Fitted:
    """A table made to fit: its columns, its lines of cells, and the headings that were left out."""

    columns: Sequence[Column]
    lines: list[list[str]]
    left_out: tuple[str, ...] = ()


def fit(lines: list[list[str]], columns: Sequence[Column], space: int) -> Fitted | None:
    """The table in `space` columns: cells broken where they may be, then spare columns left out. None: none fits."""
    tries = [lines, *(_broken(lines, columns, limit) for limit in LIMITS)]
    for each in tries:
        if _needed(each, columns) <= space:
            return Fitted(columns, each)
    narrow = tries[-1]
    left_out: list[str] = []
    while spare := [n for n, column in enumerate(columns) if column.spare]:
        last = spare[-1]
        left_out.insert(0, columns[last].heading)
        narrow = [line[:last] + line[last + 1 :] for line in narrow]
        columns = [column for n, column in enumerate(columns) if n != last]
        if _needed(narrow, columns) <= space:
            return Fitted(columns, narrow, tuple(left_out))
    return None


def _broken(lines: list[list[str]], columns: Sequence[Column], limit: int) -> list[list[str]]:
    """The lines with breakable cells broken between words, at `limit` or at the column's longest word."""
    longest = [max((width(w) for line in lines for w in line[n].split(" ")), default=0) for n in range(len(columns))]
    return [
        [
            "\n".join(wrapped(cell, max(limit, longest[n], 1))) if columns[n].breaks else cell
            for n, cell in enumerate(line)
        ]
        for line in lines
    ]


def _needed(lines: list[list[str]], columns: Sequence[Column]) -> int:
    """The width that a table needs when soft text is wrapped: its columns and the gaps between them."""
    total = -len(GAP)
    for n, column in enumerate(columns):
        widest = max(width(part) for line in lines for part in [column.heading, *line[n].split("\n")])
        total += (min(widest, SOFT) if column.soft else widest) + len(GAP)
    return total
