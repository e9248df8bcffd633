"""People who may be one person: suggestions with a reason, never a merge.

Everybody new in a file is held against everybody on record and in the file, but only within blocks: the same date of
birth, also with day and month exchanged, or the same surname in either order with a date of birth that is unknown or
off by one of its parts.
"""

from collections import defaultdict
from datetime import date
from typing import Any, NamedTuple

from drivecli.domain.names import BETWEEN, fold
from drivecli.domain.refs import PERSON_PREFIX, make_ref
from drivecli.services.imports.known import Known
from drivecli.services.imports.rows import Row

ALIKE = 82
"""How alike two folded names must be, of 100, in either order of their parts."""

MOST = 200
"""Suggestions that are listed; the rest are counted."""

CROWD = 400
"""People in one block beyond which only the newest are compared: so many alike say nothing."""


class Suspicion(NamedTuple):
    """A row that may be about somebody who is here, or in another row, and why."""

    row: int
    name: str
    other: str
    other_name: str
    reason: str


class _Someone(NamedTuple):
    row: int
    ref: str
    forename: str
    surname: str
    dob: date | None


class Suspicions:
    """Everybody new, gathered row by row; `found` compares them."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._new: list[_Someone] = []
        self._seen: set[str] = set()

    def add(self, row: Row) -> None:
        """Remember somebody new. A row about somebody who is known brings nobody."""
        said = row.said
        elsewhere = row.found.get("person_elsewhere")
        if row.found.get("person") or "surname" not in said or (elsewhere and elsewhere in self._seen):
            return
        if elsewhere:
            self._seen.add(elsewhere)
        self._new.append(_Someone(row.number, f"row {row.number}", said["forename"], said["surname"], said.get("dob")))

    def found(self) -> tuple[list[Suspicion], int]:
        """The first MOST suspicions, and how many more there are."""
        if not self._new:
            return [], 0
        blocks: dict[Any, list[tuple[_Someone, str]]] = defaultdict(list)
        for someone, folded in self._on_record():
            for key in _blocks(someone):
                blocks[key].append((someone, folded))
        listed: list[Suspicion] = []
        more = 0
        for someone in self._new:
            folded = _folded(someone)
            for suspicion in self._of(someone, folded, blocks):
                if len(listed) < MOST:
                    listed.append(suspicion)
                else:
                    more += 1
            for key in _blocks(someone):
                blocks[key].append((someone, folded))
        return listed, more

    def _of(self, someone: _Someone, folded: str, blocks: Any) -> list[Suspicion]:
        from rapidfuzz.fuzz import token_sort_ratio

        others: dict[str, _Someone] = {}
        for key in _blocks(someone):
            for other, theirs in blocks.get(key, ())[-CROWD:]:
                if other.ref not in others and token_sort_ratio(folded, theirs, score_cutoff=ALIKE):
                    others[other.ref] = other
        name = f"{someone.forename} {someone.surname}"
        return [
            Suspicion(someone.row, name, each.ref, f"{each.forename} {each.surname}", _why(someone, each))
            for each in others.values()
        ]

    def _on_record(self) -> list[tuple[_Someone, str]]:
        rows = self._known.db.run("SELECT id, forename, surname, dob FROM person ORDER BY id").fetchall()
        people = [
            _Someone(0, make_ref(PERSON_PREFIX, number), forename, surname, _day(dob))
            for number, forename, surname, dob in rows
        ]
        return [(each, _folded(each)) for each in people]


def _day(dob: Any) -> date | None:
    return date.fromisoformat(dob) if isinstance(dob, str) else dob


def _folded(someone: _Someone) -> str:
    return f"{fold(someone.forename)} {fold(someone.surname)}"


def _blocks(someone: _Someone) -> list[Any]:
    """The blocks in which somebody is compared."""
    names = {fold(someone.forename), fold(someone.surname)}
    dob = someone.dob
    if dob is None:
        return [(name, BETWEEN) for name in names]
    swapped = _swapped(dob)
    days: list[Any] = [dob] if swapped is None else [min(dob, swapped)]
    parts = [("y", dob.year, dob.month), ("d", dob.year, dob.day), ("m", dob.month, dob.day)]
    return [*days, *((name, part) for name in names for part in parts), *((name, BETWEEN) for name in names)]


def _swapped(dob: date) -> date | None:
    """The date of birth with day and month exchanged, where that is a day."""
    return dob.replace(month=dob.day, day=dob.month) if dob.day <= 12 else None


def _why(one: _Someone, other: _Someone) -> str:
    same = {fold(one.forename), fold(one.surname)} == {fold(other.forename), fold(other.surname)}
    crossed = same and fold(one.forename) != fold(other.forename)
    names = "forename and surname exchanged" if crossed else "same name" if same else "names alike"
    if one.dob is None or other.dob is None:
        return f"{names}, a date of birth is not known"
    if one.dob == other.dob:
        return f"{names}, same date of birth"
    if _swapped(one.dob) == other.dob:
        return f"{names}, date of birth with day and month exchanged"
    return f"{names}, date of birth nearly the same"
