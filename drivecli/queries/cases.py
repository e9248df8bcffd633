"""Cases as every screen and every answer shows them: one row, one set of field names, wherever it is printed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from drivecli.db import Connection
from drivecli.domain.overdue import days_overdue, is_overdue
from drivecli.domain.refs import make_ref
from drivecli.domain.window import window_month
from drivecli.errors import NotFound


class CaseKey(NamedTuple):
    """A case as far as finding it goes."""

    id: int
    ref: str
    person_id: int
    status: str
    opened_on: date
    closed_on: date | None
    manager_id: int | None


@dataclass(frozen=True)
class DeadlineRow:
    """One thing due in a case. `overdue_days` are calendar days, 0 when not overdue."""

    kind: str
    weight: str
    due_on: date
    overdue_days: int
    because: str


@dataclass(frozen=True)
class CaseRow:
    """A case on one line. `hold` is the last day of a hold that stands, `seen_until` a lead's mark that stands.

    `overdue` and the days follow from `today`; everything else is stored. `deadlines` are soonest first.
    """

    ref: str
    name: str
    manager: str | None
    area: str | None
    tier: str
    stage: str
    status: str
    hold: date | None
    opened_on: date
    window_month: int
    window_months: int
    window_ends_on: date
    days_left: int
    last_contact_on: date | None
    next_due_on: date | None
    next_due_kind: str | None
    next_due_weight: str | None
    overdue: bool
    overdue_days: int
    deadlines: tuple[DeadlineRow, ...]
    person: str
    route: str
    external_ref: str | None
    closed_on: date | None
    closure_reason: str | None
    seen_until: date | None


class _Stored(NamedTuple):
    id: int
    ref: str
    name: str
    manager: str | None
    area: str | None
    tier: str
    stage: str
    status: str
    hold: date | None
    opened_on: date
    window_months: int
    window_ends_on: date
    last_contact_on: date | None
    next_due_on: date | None
    next_due_kind: str | None
    next_due_weight: str | None
    person: str
    route: str
    external_ref: str | None
    closed_on: date | None
    closure_reason: str | None
    seen_until: date | None


_SELECT = """
SELECT c.id, c.ref, p.forename || ' ' || p.surname, m.username, c.area, c.tier, c.stage, c.status, c.hold_until,
       c.opened_on, c.window_months, c.window_ends_on, c.last_contact_on, c.next_due_on, c.next_due_kind,
       c.next_due_weight, p.ref, c.route, c.external_ref, c.closed_on, c.closure_reason,
       (SELECT MAX(s.until_on) FROM seen s WHERE s.case_id = c.id)
FROM case_record c JOIN person p ON p.id = c.person_id LEFT JOIN worker m ON m.id = c.manager_id
"""


class _Due(NamedTuple):
    case_id: int
    kind: str
    weight: str
    due_on: date
    because: str


def find(db: Connection, ref: tuple[str, int], prefix: str) -> CaseKey:
    """The case that a typed ref names. Raises NotFound naming the nearest."""
    typed, number = ref
    shown = make_ref(typed or prefix, number)
    found = None
    if not typed or typed == prefix:
        found = db.one(
            CaseKey,
            "SELECT id, ref, person_id, status, opened_on, closed_on, manager_id FROM case_record WHERE id = :id",
            id=number,
        )
    if found:
        return found
    if typed and typed != prefix:
        raise NotFound(f"There is no case {shown}: refs here begin with {prefix}-.", next="drive case list")
    last = db.value("SELECT MAX(id) FROM case_record") or 0
    hint = _near(db, number)
    where = f" Did you mean {hint}?" if hint else f" The last one is {make_ref(prefix, last)}." if last else ""
    raise NotFound(f"There is no case {shown}.{where}", next="drive case list   or: drive case find NAME")


def _near(db: Connection, number: int) -> str | None:
    """A case whose number is what was typed with digits swapped, doubled or dropped at the end."""
    typed = str(number)
    tries = {typed[:-1], typed[::-1], typed + "0", *(typed[:n] + typed[n + 1 :] for n in range(len(typed)))}
    numbers = ", ".join(sorted(each for each in tries if each.isdigit() and len(each) < 9))
    if not numbers:
        return None
    ref: str | None = db.value(f"SELECT ref FROM case_record WHERE id IN ({numbers}) ORDER BY id DESC LIMIT 1")
    return ref


def row(db: Connection, number: int, today: date) -> CaseRow:
    """The case with this id, as it is printed everywhere."""
    return rows(db, [number], today)[0]


def rows(db: Connection, ids: Iterable[int], today: date) -> list[CaseRow]:
    """These cases, in the order asked for, in two statements."""
    listed = list(ids)
    if not listed:
        return []
    among = ", ".join(map(str, listed))  # ids of our own, never typed text
    stored = {each.id: each for each in db.rows(_Stored, f"{_SELECT} WHERE c.id IN ({among})")}
    due: dict[int, list[DeadlineRow]] = defaultdict(list)
    for each in db.rows(
        _Due,
        "SELECT case_id, kind, weight, due_on, because FROM deadline"
        f" WHERE case_id IN ({among}) AND side = 'case' ORDER BY due_on, id",
    ):
        late = days_overdue(each.due_on, today)
        due[each.case_id].append(DeadlineRow(each.kind, each.weight, each.due_on, late, each.because))
    return [_shown(stored[number], tuple(due[number]), today) for number in listed if number in stored]


def _shown(case: _Stored, due: tuple[DeadlineRow, ...], today: date) -> CaseRow:
    late = case.next_due_on is not None and is_overdue(case.next_due_on, today)
    return CaseRow(
        ref=case.ref,
        name=case.name,
        manager=case.manager,
        area=case.area,
        tier=case.tier,
        stage=case.stage,
        status=case.status,
        hold=case.hold if case.hold and case.hold >= today else None,
        opened_on=case.opened_on,
        window_month=window_month(case.opened_on, case.window_months, case.closed_on or today),
        window_months=case.window_months,
        window_ends_on=case.window_ends_on,
        days_left=(case.window_ends_on - today).days,
        last_contact_on=case.last_contact_on,
        next_due_on=case.next_due_on,
        next_due_kind=case.next_due_kind,
        next_due_weight=case.next_due_weight,
        overdue=late,
        overdue_days=days_overdue(case.next_due_on, today),
        deadlines=due,
        person=case.person,
        route=case.route,
        external_ref=case.external_ref,
        closed_on=case.closed_on,
        closure_reason=case.closure_reason,
        seen_until=case.seen_until if case.seen_until and case.seen_until >= today else None,
    )


def search(db: Connection, text: str) -> list[int]:
    """Ids of cases whose person, alias, ref, external ref or identifier holds `text`, whatever its accents or case."""
    from drivecli.domain.names import fold

    folded, plain = fold(text), text.strip().lower()
    found = db.run(
        """
        SELECT DISTINCT c.id FROM case_record c
        LEFT JOIN person_name n ON n.person_id = c.person_id
        LEFT JOIN person_identifier i ON i.person_id = c.person_id
        JOIN person p ON p.id = c.person_id
        WHERE (:folded <> '' AND REPLACE(n.folded, '|', '') LIKE :held)
           OR LOWER(c.ref) = :plain OR LOWER(p.ref) = :plain OR LOWER(c.external_ref) = :plain
           OR LOWER(i.value) = :plain
        ORDER BY c.id
        """,
        folded=folded,
        held=f"%{folded}%",
        plain=plain,
    ).fetchall()
    return [each[0] for each in found]


def of_person(db: Connection, person: int) -> list[int]:
    """Ids of all cases of one person, oldest first."""
    return [
        each[0]
        for each in db.run(
            "SELECT id FROM case_record WHERE person_id = :person ORDER BY opened_on, id", person=person
        ).fetchall()
    ]


class Candidate(NamedTuple):
    """An open case whose ref begins as typed, and its state. Nobody's name is read: others may see the screen."""

    id: int
    ref: str
    stage: str
    status: str
    hold_until: date | None
    next_due_on: date | None

    def typed(self, begun: str) -> str:
        """The case in the way it was begun: WS-0042, 42 or 0042."""
        ways = (self.ref, str(self.id), self.ref.rpartition("-")[2])
        return next((way for way in ways if way.startswith(begun.upper())), self.ref)


def candidates(db: Connection, text: str, *, first: int) -> list[Candidate]:
    """Open cases whose ref or number begins so: those that the worker `first` manages, then what is due soonest.

    At most fifty: a longer list helps nobody who types.
    """
    if not text.replace("-", "").isalnum() and text:
        return []
    return db.rows(
        Candidate,
        """
        SELECT c.id, c.ref, c.stage, c.status, c.hold_until, c.next_due_on FROM case_record c
        WHERE c.closed_on IS NULL
          AND (c.ref LIKE :ref OR CAST(c.id AS TEXT) LIKE :ref OR c.ref LIKE :number)
        ORDER BY CASE WHEN c.manager_id = :first THEN 0 ELSE 1 END, COALESCE(c.next_due_on, c.window_ends_on), c.id
        LIMIT 50
        """,
        ref=f"{text.upper()}%",
        number=f"%-{text}%" if text[:1].isdigit() else "",
        first=first,
    )


def listed(
    db: Connection, *, status: str | None = None, manager: str | None = None, area: str | None = None
) -> list[int]:
    """Ids of cases by number, closed ones too."""
    return [
        each[0]
        for each in db.run(
            """
        SELECT c.id FROM case_record c LEFT JOIN worker m ON m.id = c.manager_id
        WHERE (:status = '' OR c.status = :status) AND (:manager = '' OR m.username = :manager)
          AND (:area = '' OR c.area = :area)
        ORDER BY c.id
        """,
            status=status or "",
            manager=manager or "",
            area=area or "",
        ).fetchall()
    ]
