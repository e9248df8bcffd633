"""What an export takes out: rows by number, read a few thousand at a time, so that how many there are is no matter.

A row is a tuple in the order of `FIELDS`. Read it inside one transaction: it takes more than one statement.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any, NamedTuple, TypeVar

from drivecli.db import Connection
from drivecli.queries import cases
from drivecli.queries.caseload import Wanted as WantedCases
from drivecli.queries.caseload import chosen
from drivecli.queries.cases import CaseRow
from drivecli.queries.facts import standing

MANY = 2_000
"""Rows, or cases, that are in memory at once."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "persons": (
        *("ref", "external_ref", "forename", "surname", "dob", "sex", "ethnicity", "language", "interpreter"),
        *("phone", "address", "aliases", "identifiers"),
    ),
    "cases": (
        *("ref", "external_ref", "person", "forename", "surname", "dob", "sex", "ethnicity", "language", "interpreter"),
        *("phone", "address", "opened_on", "route", "area", "tier", "manager", "window_months", "stage", "status"),
        *("closed_on", "closure_reason", "aliases", "identifiers", "stage_on"),
        *("suspended_on", "suspend_reason", "expected_release", "approach_agreed_on", "followed_up_on"),
    ),
    "contacts": (
        *("id", "case", "external_ref", "on", "mode", "outcome", "kind", "purpose", "with_whom", "minutes", "by"),
        *("about", "note"),
    ),
    "assignments": ("case", "role", "worker", "from", "until", "reason"),
    "workers": ("username", "name", "role", "agency", "capacity", "left_on"),
    "agencies": ("name", "kind"),
    "caseload": tuple(each.name for each in fields(CaseRow) if each.name != "deadlines"),
    "deadlines": ("ref", "name", "manager", "kind", "weight", "due_on", "overdue_days", "because"),
}
"""What can be taken out, and the columns of each in the order of its rows."""


class Wanted(NamedTuple):
    """Which rows are asked for: the filters of the lists. None asks for all.

    `case` is a case's id, `since` a day, `ids` are rows' numbers; `restricted` asks for the words of restricted notes.
    """

    status: str | None = None
    manager: str | None = None
    area: str | None = None
    case: int | None = None
    since: date | None = None
    role: str | None = None
    caseload: WantedCases = WantedCases()
    restricted: bool = False
    ids: frozenset[int] | None = None


def count(db: Connection, kind: str, wanted: Wanted, today: date) -> int:
    """How many rows `rows` would give."""
    if kind in ("caseload", "deadlines"):
        ids = chosen(db, today, wanted.caseload)
        return len(ids) if kind == "caseload" else sum(_deadlines_of(db, each) for each in _few(ids))
    source, params = _TABLES[kind].asked(wanted)
    found: int = db.value(f"SELECT COUNT(*) {source}", **params)
    return found


def rows(db: Connection, kind: str, wanted: Wanted, today: date) -> Iterator[tuple[Any, ...]]:
    """The rows of a kind: by number; workers and agencies by name, the caseload and its deadlines most urgent first."""
    if kind in ("caseload", "deadlines"):
        return _from_caseload(db, kind, chosen(db, today, wanted.caseload), today)
    return (row for _, row in _READ[kind](db, wanted))


def by_number(db: Connection, kind: str, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Rows of these numbers as they would be taken out, restricted words too, by number and column.

    What is brought in is the same when it says what would be taken out.
    """
    numbers, found = sorted(ids), {}
    for few in _few(numbers):
        for number, row in _READ[kind](db, Wanted(restricted=True, ids=frozenset(few))):
            found[number] = dict(zip(FIELDS[kind], row, strict=True))
    return found


# -- by number ---------------------------------------------------------------------------------------------------------


class _Person(NamedTuple):
    id: int
    ref: str
    external_ref: str | None
    forename: str
    surname: str
    dob: date | None
    sex: str | None
    ethnicity: str | None
    language: str | None
    interpreter: bool
    phone: str | None
    address: str | None


class _Case(NamedTuple):
    id: int
    person_id: int
    ref: str
    external_ref: str | None
    person: str
    forename: str
    surname: str
    dob: date | None
    sex: str | None
    ethnicity: str | None
    language: str | None
    interpreter: bool
    phone: str | None
    address: str | None
    opened_on: date
    route: str
    area: str | None
    tier: str
    manager: str | None
    window_months: int
    stage: str
    status: str
    closed_on: date | None
    closure_reason: str | None


class _Contact(NamedTuple):
    id: int
    case: str
    external_ref: str | None
    on: date
    mode: str
    outcome: str
    kind: str
    purpose: str | None
    with_whom: str | None
    minutes: int | None
    by: str
    about: str
    note: str | None


class _Assignment(NamedTuple):
    id: int
    case: str
    role: str
    worker: str
    from_on: date
    until: date | None
    reason: str | None


class _Worker(NamedTuple):
    id: int
    username: str
    name: str
    role: str
    agency: str | None
    capacity: int | None
    left_on: date | None


class _Agency(NamedTuple):
    id: int
    name: str
    kind: str | None


class _Table(NamedTuple):
    """Where rows of a kind are read: their columns, the table that numbers them (`x`) with what is joined to it.

    `stands` is what all of them must be, and `filters` which column each filter compares, and how.
    """

    columns: str
    tables: str
    stands: str = ""
    filters: Mapping[str, str] = {}

    def asked(self, wanted: Wanted) -> tuple[str, dict[str, Any]]:
        """FROM and WHERE of the rows that are wanted, and their parameters."""
        params = {name: getattr(wanted, name) for name in self.filters if getattr(wanted, name) is not None}
        terms = [self.stands or "1 = 1", *(self.filters[name] for name in params)]
        if wanted.ids is not None:
            terms.append(f"x.id IN ({', '.join(map(str, sorted(wanted.ids)))})")  # numbers of our own, never typed text
        if ":no" in self.stands:
            params["no"] = False
        return f"FROM {self.tables} WHERE {' AND '.join(terms)}", params


_FACT_STANDS = "x.withdrawn = :no AND NOT EXISTS (SELECT 1 FROM {table} n WHERE n.supersedes_id = x.id)"
_PERSON = "forename, surname, dob, sex, ethnicity, language, interpreter, phone, address"

_TABLES = {
    "persons": _Table(f"x.id, x.ref, x.external_ref, {_PERSON}", "person x"),
    "cases": _Table(
        f"x.id, p.id, x.ref, x.external_ref, p.ref, {_PERSON}, x.opened_on, x.route, x.area, x.tier, m.username,"
        " x.window_months, x.stage, x.status, x.closed_on, x.closure_reason",
        "case_record x JOIN person p ON p.id = x.person_id LEFT JOIN worker m ON m.id = x.manager_id",
        filters={"status": "x.status = :status", "manager": "m.username = :manager", "area": "x.area = :area"},
    ),
    "contacts": _Table(
        "x.id, c.ref, x.external_ref, x.occurred_on, x.mode, x.outcome, x.kind, x.purpose, x.with_whom, x.minutes,"
        " m.username, x.about, CASE WHEN x.about = 'person' OR :restricted THEN x.note END",
        "contact x JOIN case_record c ON c.id = x.case_id JOIN worker m ON m.id = x.made_by",
        _FACT_STANDS.format(table="contact"),
        {"case": "x.case_id = :case", "since": "x.occurred_on >= :since"},
    ),
    "assignments": _Table(
        "x.id, c.ref, x.role, w.username, x.occurred_on, x.ended_on, x.end_reason",
        "assignment x JOIN case_record c ON c.id = x.case_id JOIN worker w ON w.id = x.worker_id",
        _FACT_STANDS.format(table="assignment"),
        {"case": "x.case_id = :case"},
    ),
    "workers": _Table(
        "x.id, x.username, x.name, x.role, a.name, x.capacity, x.left_on",
        "worker x LEFT JOIN agency a ON a.id = x.agency_id",
        filters={"role": "x.role = :role"},
    ),
    "agencies": _Table("x.id, x.name, x.kind", "agency x"),
}

Row = TypeVar("Row", bound=tuple[Any, ...])
Numbered = tuple[int, tuple[Any, ...]]
"""A row, and before it its number."""


def _in_turn(db: Connection, kind: str, row: type[Row], wanted: Wanted, **more: Any) -> Iterator[list[Row]]:
    """The rows of a table by number, in lists of at most MANY: each begins after the last of the one before."""
    table, last = _TABLES[kind], 0
    source, params = table.asked(wanted)
    sql = f"SELECT {table.columns} {source} AND x.id > :last ORDER BY x.id LIMIT {MANY}"
    while found := db.rows(row, sql, last=last, **params, **more):
        yield found
        last = found[-1][0]


def _persons(db: Connection, wanted: Wanted) -> Iterator[Numbered]:
    for people in _in_turn(db, "persons", _Person, wanted):
        lists = _Lists(db, {each.id for each in people})
        for each in people:
            yield each.id, (*each[1:], *lists.of(each.id))


def _cases(db: Connection, wanted: Wanted) -> Iterator[Numbered]:
    for found in _in_turn(db, "cases", _Case, wanted):
        lists = _Lists(db, {each.person_id for each in found})
        stands = _Stands(db, [each.id for each in found])
        for each in found:
            yield each.id, (*each[2:], *lists.of(each.person_id), *stands.of(each.id))


class _Lists:
    """The aliases and identifiers of a few people, each as a list; None where there is none."""

    def __init__(self, db: Connection, people: Iterable[int]) -> None:
        among = f"person_id IN ({', '.join(map(str, sorted(people)))})"  # whole numbers of our own, never typed text
        self.aliases: dict[int, dict[str, None]] = defaultdict(dict)
        self.identifiers: dict[int, dict[str, None]] = defaultdict(dict)
        for person, name in db.run(
            f"SELECT person_id, name FROM person_name WHERE kind = 'alias' AND {among} ORDER BY id"
        ).fetchall():
            self.aliases[person][name] = None
        for person, kind, value in db.run(
            f"SELECT person_id, type, value FROM person_identifier WHERE {among} ORDER BY id"
        ).fetchall():
            self.identifiers[person][f"{kind}={value}"] = None

    def of(self, person: int) -> tuple[list[str] | None, list[str] | None]:
        """Aliases and identifiers, each once, in the order they were written down."""
        return list(self.aliases.get(person, ())) or None, list(self.identifiers.get(person, ())) or None


class _Stands:
    """Since when a few cases stand where they stand: stage, suspension not resumed, agreed approach, last follow-up."""

    def __init__(self, db: Connection, ids: list[int]) -> None:
        self.stages, self.suspensions, self.releases, self.approaches, self.reviews = standing(
            db, ids, "stage_change", "suspension", "release_date", "approach", "review"
        )

    def of(self, case: int) -> tuple[date | str | None, ...]:
        """The day of the stage; day, reason and expected release of the suspension; of the agreement and follow-up.

        An agreement that has an end or holds for some modes alone stays here: a day cannot say so.
        """
        stages, approaches = self.stages.get(case), self.approaches.get(case)
        stage_on = stages[-1][1] if stages else None
        agreed_on = approaches[-1][1] if approaches and approaches[-1][2:] == ("agreed", None, None) else None
        followed_up = [each[1] for each in self.reviews.get(case, ()) if each[2] == "follow_up"]
        return (stage_on, *self._suspended(case), agreed_on, followed_up[-1] if followed_up else None)

    def _suspended(self, case: int) -> tuple[date | None, str | None, date | None]:
        suspended = [each for each in self.suspensions.get(case, ()) if each[3] is None]
        if not suspended:
            return None, None, None
        number, on, reason, _ = suspended[-1]
        said = [each for each in self.releases.get(case, ()) if each[2] == number]
        return on, reason, said[-1][3] if said else None


def _contacts(db: Connection, wanted: Wanted) -> Iterator[Numbered]:
    for found in _in_turn(db, "contacts", _Contact, wanted, restricted=wanted.restricted):
        yield from ((each.id, each) for each in found)


def _assignments(db: Connection, wanted: Wanted) -> Iterator[Numbered]:
    for found in _in_turn(db, "assignments", _Assignment, wanted):
        yield from ((each.id, each[1:]) for each in found)


def _workers(db: Connection, wanted: Wanted) -> Iterator[Numbered]:
    found = [each for few in _in_turn(db, "workers", _Worker, wanted) for each in few]
    return ((each.id, each[1:]) for each in sorted(found, key=lambda each: each.username))


def _agencies(db: Connection, wanted: Wanted) -> Iterator[Numbered]:
    found = [each for few in _in_turn(db, "agencies", _Agency, wanted) for each in few]
    return ((each.id, each[1:]) for each in sorted(found, key=lambda each: each.name.casefold()))


_READ: dict[str, Callable[[Connection, Wanted], Iterator[Numbered]]] = {
    "persons": _persons,
    "cases": _cases,
    "contacts": _contacts,
    "assignments": _assignments,
    "workers": _workers,
    "agencies": _agencies,
}


# -- the caseload ------------------------------------------------------------------------------------------------------


def _from_caseload(db: Connection, kind: str, ids: list[int], today: date) -> Iterator[tuple[Any, ...]]:
    for few in _few(ids):
        for case in cases.rows(db, few, today):
            if kind == "caseload":
                yield tuple(getattr(case, name) for name in FIELDS["caseload"])
            else:
                for due in case.deadlines:
                    late = due.overdue_days
                    yield case.ref, case.name, case.manager, due.kind, due.weight, due.due_on, late, due.because


def _deadlines_of(db: Connection, ids: list[int]) -> int:
    among = ", ".join(map(str, ids))
    found: int = db.value(f"SELECT COUNT(*) FROM deadline WHERE side = 'case' AND case_id IN ({among})")
    return found


def _few(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), MANY):
        yield ids[start : start + MANY]
