"""Which sign stands between the cells of a text: found by what fits the heading and the rows, or asked for."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from drivecli.errors import NotUnderstood
from drivecli.spreadsheets.headings import LOOKED_AT, Known, best_row
from drivecli.spreadsheets.sources import Source

WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
NAMES = {sign: word for word, sign in WORDS.items()}
LISTED = "comma, semicolon, tab, pipe"

SAMPLE = 2 * LOOKED_AT + 1
"""So many rows are looked at: the heading may be the twentieth, and twenty below it say whether it fits."""

Rows = Callable[[str], tuple[Sequence[Sequence[str]], int]]
"""The first rows that are not blank, taken apart at this sign, and how many more could not be."""


class _Fit(NamedTuple):
    """How well a sign fits. Where it is the wrong one, quotes stand in the middle of cells, which breaks rows."""

    known: int
    unbroken: int
    same: float
    sign: str


def said_separator(typed: str) -> str:
    """The separator that was typed: the sign itself, or its word."""
    sign = WORDS.get(typed.strip().lower(), typed)
    if typed == "\\t":
        sign = "\t"
    if len(sign) != 1 or sign in "\"'\r\n\0 " or sign.isalnum():
        raise NotUnderstood(
            f'"{typed}" cannot stand between cells.', next=f"Separators are {LISTED}: --delimiter semicolon"
        )
    return sign


def say_separator(sign: str) -> str:
    """A separator in words."""
    return NAMES.get(sign, f'"{sign}"')


def said_by_file(first_line: str) -> str:
    """The separator of the line `sep=;` that Excel puts first, or an empty text."""
    found = re.fullmatch(r'"?sep=([^\w\s"\']|\t)"?[\r\n]*', first_line, re.IGNORECASE)
    return found[1] if found else ""


def found_separator(source: Source, rows: Rows, known: Known, preferred: str) -> tuple[str, str]:
    """The one sign that fits, and what is said of it. Refused where two fit alike, or none."""
    fits, seen = [], []
    for sign in NAMES:
        records, broken = rows(sign)
        if any(len(each) > 1 for each in records):
            seen.append(sign)
            fit = _fit(sign, records, broken, known)
            if fit:
                fits.append(fit)
    if not seen:
        return preferred or ",", "separator: none, one column"
    best = [fit for fit in fits if fit[:3] == max(each[:3] for each in fits)]
    if len(best) > 1 and preferred in [fit.sign for fit in best]:
        best = [fit for fit in best if fit.sign == preferred]
    if len(best) == 1:
        return best[0].sign, f"separator: {say_separator(best[0].sign)}"
    if not fits and len(seen) == 1:
        return seen[0], f"separator: {say_separator(seen[0])}"
    among = " and ".join(say_separator(each) for each in ([fit.sign for fit in best] or seen))
    raise NotUnderstood(
        f"{source.name}: more than one sign could stand between its cells ({among}).",
        next="Say which with --delimiter, for example --delimiter semicolon",
        kind="file",
    )


def _fit(sign: str, records: Sequence[Sequence[str]], broken: int, known: Known) -> _Fit | None:
    """How well a sign fits: how many headings it makes, and how many rows have as many cells as the heading."""
    at = best_row(records, known)
    header, below = records[at], records[at + 1 : at + 1 + LOOKED_AT]
    if len(header) < 2:
        return None
    same = sum(len(each) == len(header) for each in below) / len(below) if below else 1.0
    return _Fit(known(header), -broken, same, sign)
