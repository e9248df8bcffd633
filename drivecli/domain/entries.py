"""The values of an entry in a data file: read, checked, and refused in a sentence that names the place.

Every function raises NotUnderstood. `where` is the file and entry, as in "practice.toml, [rules.contact]".
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from drivecli.domain.codes import fold_code
from drivecli.errors import NotUnderstood

Entry = Mapping[str, Any]


def only(row: Entry, allowed: Iterable[str], where: str) -> None:
    """No other names than these."""
    known = list(allowed)
    strange = [name for name in row if name not in known]
    if strange:
        raise NotUnderstood(f"{where}: “{strange[0]}” is not known here. Known: {', '.join(known)}.")


def table(row: Entry, name: str, where: str) -> Entry:
    """A table, as in [rules]."""
    found = row.get(name)
    if not isinstance(found, dict):
        raise NotUnderstood(f"{where}: there is no [{name}] table.")
    return found


def tables(row: Entry, name: str, where: str, *, needed: bool = False) -> list[Entry]:
    """Entries under [[name]]; none when it is left out, unless it is `needed`."""
    found = row.get(name, None if needed else [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise NotUnderstood(f"{where}: write each entry under [[{name}]].")
    return found


def one_of(row: Entry, name: str, allowed: Iterable[str], where: str) -> str:
    """One of a few words."""
    found, known = row.get(name), list(allowed)
    if found not in known:
        raise NotUnderstood(f"{where}: {name} is “{found}”; it must be one of {', '.join(known)}.")
    return str(found)


def whole(row: Entry, name: str, where: str, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    return number(row.get(name), name, where, least, most)


def number(found: Any, name: str, where: str, least: int, most: int) -> int:
    """`found` as a whole number from `least` to `most`."""
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise NotUnderstood(f"{where}: {name} is “{found}”; it must be a whole number from {least} to {most}.")
    return found


def words(row: Entry, name: str, where: str) -> str:
    """Words, not empty."""
    found = row.get(name)
    if not isinstance(found, str) or not found.strip():
        raise NotUnderstood(f"{where}: {name} must say something in words.")
    return found


def texts(row: Entry, name: str, where: str) -> tuple[str, ...]:
    """A list of words; empty when it is left out."""
    found = row.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) and each.strip() for each in found):
        raise NotUnderstood(f'{where}: {name} must be a list of words, as in ["one", "two"].')
    return tuple(found)


def day(row: Entry, name: str, where: str) -> date:
    """A day."""
    found = row.get(name)
    if type(found) is not date:
        raise NotUnderstood(f"{where}: {name} is “{found}”; it must be a day, as in 2026-11-21.")
    return found


def yes(row: Entry, name: str, where: str) -> bool:
    """true or false; false when it is left out."""
    found = row.get(name, False)
    if not isinstance(found, bool):
        raise NotUnderstood(f"{where}: {name} is “{found}”; it must be true or false.")
    return found


def slug(row: Entry, name: str, where: str) -> str:
    """A stable key: small letters, digits and underscores."""
    found = row.get(name)
    if not isinstance(found, str) or not found.replace("_", "").isalnum() or found != fold_code(found):
        raise NotUnderstood(
            f"{where}: {name} is “{found}”; write it in small letters and underscores, as in step_down."
        )
    return found


def slugs(row: Entry, name: str, where: str) -> tuple[str, ...]:
    """A list of keys; empty when it is left out."""
    return tuple(slug({name: each}, name, where) for each in texts(row, name, where))
