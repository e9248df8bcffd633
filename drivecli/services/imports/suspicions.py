"""People who may be one person: suggestions with a reason, never a merge.

Everybody whom a file is about is held against everybody on record and in the file, but only within blocks: the same
date of birth, also with day and month exchanged, or the same surname in either order with a date of birth that is
unknown or off by one of its parts.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from drivecli.domain.names import fold
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
    """A row that may be about somebody who is here, or in another row, and why.

    `ref` is the row's own person, None while they are not here; `other` is a person's ref, or "row 7".
    """

    row: int
    name: str
    other: str
    other_name: str
    reason: str
    ref: str | None = None

    def once_here(self, came: Mapping[int, int]) -> "Suspicion":
        """The same with refs in place of rows, once those rows were brought in; `came` has the persons' numbers."""
        number = came.get(self.row)
        row = int(self.other.removeprefix("row ")) if self.other.startswith("row ") else 0
        return self._replace(
            ref=self.ref or (make_ref(PERSON_PREFIX, number) if number else None),
            other=make_ref(PERSON_PREFIX, came[row]) if row in came else self.other,
        )


class _Someone(NamedTuple):
    row: int
    ref: str
    forename: str
    surname: str
    dob: date | None
    first: str
    last: str
    parts: str
    """Both folded names in the order of their letters, so that it is all one which of them is the surname."""


def _someone(row: int, ref: str, forename: str, surname: str, dob: date | None) -> _Someone:
    first, last = fold(forename), fold(surname)
    parts = f"{first} {last}" if first <= last else f"{last} {first}"
    return _Someone(row, ref, forename, surname, dob, first, last, parts.strip())


class Suspicions:
    """Everybody that rows are about, gathered row by row; `found` compares them with those on record and each other."""

    def __init__(self, known: Known) -> None:
        from rapidfuzz.fuzz import ratio

        self._ratio = ratio
        self._known = known
        self._people: list[_Someone] = []
        self._seen: set[str] = set()

    def add(self, row: Row, number: int | None) -> None:
        """Remember whom a row is about: somebody on record, by their number, or somebody new."""
        said, here = row.said, f"row {row.number}"
        ref = make_ref(PERSON_PREFIX, number) if number else row.found.get("person_elsewhere") or here
        if ref in self._seen or "surname" not in said or "forename" not in said:
            return
        self._seen.add(ref)
        ref = ref if number else here
        self._people.append(_someone(row.number, ref, said["forename"], said["surname"], said.get("dob")))

    def found(self) -> tuple[list[Suspicion], int]:
        """The first MOST suspicions, and how many more there are. Pairs that somebody decided on are left out."""
        if not self._people:
            return [], 0
        blocks = _Blocks()
        for someone in self._on_record():
            blocks.enter(someone)
        asked = self._decided()
        listed: list[Suspicion] = []
        more = 0
        for someone in self._people:
            for other in self._like(someone, blocks, asked):
                if len(listed) < MOST:
                    mine, theirs = (f"{each.forename} {each.surname}" for each in (someone, other))
                    ref = None if someone.ref.startswith("row ") else someone.ref
                    listed.append(Suspicion(someone.row, mine, other.ref, theirs, _why(someone, other), ref))
                else:
                    more += 1
            if someone.ref.startswith("row "):
                blocks.enter(someone)
        return listed, more

    def _like(self, someone: _Someone, blocks: "_Blocks", asked: set[frozenset[str]]) -> list[_Someone]:
        """Others who may be this person. Each pair is asked about once."""
        found = []
        for other in blocks.others(someone):
            if self._ratio(someone.parts, other.parts, score_cutoff=ALIKE):
                pair = frozenset((someone.ref, other.ref))
                if len(pair) == 2 and pair not in asked:
                    asked.add(pair)
                    found.append(other)
        return found

    def _on_record(self) -> list[_Someone]:
        rows = self._known.db.run("SELECT id, forename, surname, dob FROM person ORDER BY id").fetchall()
        return [
            _someone(0, make_ref(PERSON_PREFIX, number), forename, surname, _day(dob))
            for number, forename, surname, dob in rows
        ]

    def _decided(self) -> set[frozenset[str]]:
        rows = self._known.db.run("SELECT person_id, other_id FROM person_link").fetchall()
        return {frozenset(make_ref(PERSON_PREFIX, number) for number in pair) for pair in rows}


def _day(dob: Any) -> date | None:
    return date.fromisoformat(dob) if isinstance(dob, str) else dob


class _Blocks:
    """People by what those who may be the same person have in common: a date of birth, or a folded name."""

    def __init__(self) -> None:
        self._born: dict[date, list[_Someone]] = defaultdict(list)
        self._first: dict[str, list[_Someone]] = defaultdict(list)
        self._last: dict[str, list[_Someone]] = defaultdict(list)

    def enter(self, someone: _Someone) -> None:
        """Put somebody where they will be looked up."""
        if someone.dob:
            self._born[someone.dob].append(someone)
        self._last[someone.last].append(someone)
        self._first[someone.first].append(someone)

    def others(self, someone: _Someone) -> list[_Someone]:
        """Whoever has the same date of birth, also with day and month exchanged; or the same surname, in either order,
        with a date of birth that is not known or differs in one of its parts."""
        dob, found = someone.dob, list[_Someone]()
        if dob is not None:
            found += self._born.get(dob, ())[-CROWD:]
            swapped = _swapped(dob)
            if swapped is not None and swapped != dob:
                found += self._born.get(swapped, ())[-CROWD:]
        for names, name in ((self._last, someone.last), (self._first, someone.last), (self._last, someone.first)):
            if name in names:
                found += [
                    other
                    for other in names[name][-CROWD:]
                    if dob is None or other.dob is None or _nearly(dob, other.dob)
                ]
        return found


def _nearly(one: date, other: date) -> bool:
    """Whether two dates of birth differ in one of their parts at most."""
    if one.year == other.year:
        return one.month == other.month or one.day == other.day
    return one.month == other.month and one.day == other.day


def _swapped(dob: date) -> date | None:
    """The date of birth with day and month exchanged, where that is a day."""
    return dob.replace(month=dob.day, day=dob.month) if dob.day <= 12 else None


def _why(one: _Someone, other: _Someone) -> str:
    same = {one.first, one.last} == {other.first, other.last}
    crossed = same and one.first != other.first
    names = "forename and surname exchanged" if crossed else "same name" if same else "names alike"
    if one.dob is None or other.dob is None:
        return f"{names}, a date of birth is not known"
    if one.dob == other.dob:
        return f"{names}, same date of birth"
    if _swapped(one.dob) == other.dob:
        return f"{names}, date of birth with day and month exchanged"
    return f"{names}, date of birth nearly the same"
