"""When two names may be one person's. A match only ever asks a question; it never joins two records."""

import unicodedata
from datetime import date

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


BETWEEN = "|"
"""Between the parts of a folded name, so that Ann Alee is not Anna Lee."""


def fold(name: str) -> str:
    """A name without accents, case, spaces or punctuation, so that O'Neill, Oneill and O’NEILL are the same."""
    if name.isascii() and name.isalpha():  # most names: what follows would do no more
        return name.lower()
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_PLAIN)
    return "".join(letter for letter in plain if letter.isalnum())


def name_key(forename: str, surname: str) -> str:
    """What a name is kept under: its folded parts, in the order in which they were said."""
    return f"{fold(forename)}{BETWEEN}{fold(surname)}"


def name_keys(forename: str, surname: str) -> frozenset[str]:
    """What a name is looked up by: its folded parts in either order, with a mark between them."""
    return frozenset({name_key(forename, surname), name_key(surname, forename)})


def alias_keys(alias: str) -> frozenset[str]:
    """What an alias is looked up by: as it stands, and with its last word before the others."""
    others, _, last = alias.strip().rpartition(" ")
    return name_keys(others, last)


def may_be_born(one: date | None, other: date | None) -> bool:
    """Whether two dates of birth could be one person's: equal, or one of them not known."""
    return one is None or other is None or one == other
