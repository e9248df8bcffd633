"""The stored deadlines against the function's own answer: what `doctor` checks and what a new practice would change."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain import contact as contacts
from drivecli.domain.deadlines import Deadline, deadlines, window_ends_on
from drivecli.domain.facts import CaseFacts, Numbers, Shape, shape_of
from drivecli.queries.facts import case_facts


@dataclass(frozen=True, slots=True)
class Difference:
    """A case whose stored deadlines are not what the rules answer, as "kind day" lists."""

    ref: str
    stored: tuple[str, ...]
    answer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    case_id: int
    side: str
    kind: str
    weight: str
    due_on: date
    rule: str
    because_table: str
    because_id: int
    because: str
    stops_when: str
    skipped: str
    owner_id: int | None


class _Columns(NamedTuple):
    id: int
    stage: str
    tier: str
    tier_rank: int
    area: str | None
    status: str
    manager_id: int | None
    hold_until: date | None
    opened_on: date
    window_months: int
    window_ends_on: date | None
    closed_on: date | None
    closure_reason: str | None
    last_contact_on: date | None
    next_due_on: date | None
    next_due_kind: str | None
    next_due_weight: str | None


DERIVED = tuple(name for name in _Columns.__annotations__ if name != "id")
"""The columns of a case that the unit of work rewrites from its facts and its clock, in the order they are answered."""


DEADLINE = tuple(_Stored.__dataclass_fields__)
"""The columns of a stored deadline, in the order of `stored_form`."""


def stored_form(case: int, due: Deadline) -> dict[str, Any]:
    """A deadline as its table keeps it."""
    return {
        "case_id": case,
        "side": due.side,
        "kind": due.kind,
        "weight": due.weight,
        "due_on": due.due_on,
        "rule": due.rule,
        "because_table": due.because_table,
        "because_id": due.because_id,
        "because": due.because,
        "stops_when": due.stops_when,
        "skipped": "; ".join(due.skipped),
        "owner_id": due.owner,
    }


def derived_columns(facts: CaseFacts, due: tuple[Deadline, ...], tiers: list[str]) -> dict[str, Any]:
    """The columns of the case that repeat its facts and its clock. Only the case side: a list must not betray more.

    A closed case keeps its last manager: the follow-ups are theirs. `tiers` are in order of urgency; one that is not
    among them ranks with the first.
    """
    first = next((each for each in due if each.side == "case"), None)
    managers = [each for each in facts.assignments if not each.specialist and (facts.closing or not each.ended_on)]
    standing = facts.holds[-1] if facts.holds and facts.holds[-1].lifted_on is None else None
    counting = contacts.counting(facts)
    return {
        "stage": facts.stage,
        "tier": facts.tier,
        "tier_rank": tiers.index(facts.tier) if facts.tier in tiers else 0,
        "area": facts.area,
        "status": "closed" if facts.closing else "suspended" if facts.suspended else "open",
        "manager_id": managers[-1].worker if managers else None,
        "hold_until": standing.until if standing and not facts.closing else None,
        "opened_on": facts.opened_on,
        "window_months": facts.window_months + sum(each.months for each in facts.extensions),
        "window_ends_on": window_ends_on(facts),
        "closed_on": facts.closing.on if facts.closing else None,
        "closure_reason": facts.closing.reason if facts.closing else None,
        "last_contact_on": counting[-1].on if counting else None,
        "next_due_on": first.due_on if first else None,
        "next_due_kind": first.kind if first else None,
        "next_due_weight": first.weight if first else None,
    }


class Answers:
    """The clock's answers for many cases, as their rows are stored. Cases alike in all but numbers are worked out once.

    A case's own numbers are put in afterwards: those of the facts that its deadlines are due because of.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._tiers = list(catalogue.codes("tier"))
        self._known: dict[Shape, tuple[tuple[Deadline, ...], list[_Stencil]]] = {}

    def rows(self, facts: CaseFacts) -> tuple[list[tuple[Any, ...]], tuple[Any, ...]]:
        """A case's rows of `deadline`, in the order of `DEADLINE`; and its id with its columns, as in `DERIVED`."""
        shape, numbers = shape_of(facts)
        known = self._known.get(shape) if shape else None
        if known is None:
            due = deadlines(facts, self.catalogue.practice, self.catalogue.holidays)
            if shape is None:
                return [_stored_row(facts.id, each) for each in due], self._columns(facts, due)
            known = due, [_stencil(_stored_row(facts.id, each), numbers) for each in due]
            if len(self._known) < MOST_SHAPES:
                self._known[shape] = known
        due, stencils = known
        stored = [(facts.id, *before, numbers[place][1], *after) for before, place, after in stencils]
        return stored, self._columns(facts, due)

    def _columns(self, facts: CaseFacts, due: tuple[Deadline, ...]) -> tuple[Any, ...]:
        return (facts.id, *derived_columns(facts, due, self._tiers).values())


def _stored_row(case: int, due: Deadline) -> tuple[Any, ...]:
    return tuple(stored_form(case, due).values())


_Stencil = tuple[tuple[Any, ...], int, tuple[Any, ...]]
"""A row of `deadline` without its numbers: what stands between the case and the fact it is due because of, the place of
that fact among the case's numbers, and what stands after."""


def _stencil(row: tuple[Any, ...], numbers: Numbers) -> _Stencil:
    return row[1:_NUMBER], numbers.index((row[_TABLE], row[_NUMBER])), row[_NUMBER + 1 :]


MOST_SHAPES = 50_000
_TABLE, _NUMBER = DEADLINE.index("because_table"), DEADLINE.index("because_id")


def all_cases(db: Connection) -> dict[int, str]:
    """Refs of all cases, by id."""
    return dict(db.run("SELECT id, ref FROM case_record ORDER BY id").fetchall())


def differences(db: Connection, catalogue: Catalogue) -> list[Difference]:
    """Every case whose stored deadlines, or what lists read of them, differ from these rules' answer from scratch."""
    refs = all_cases(db)
    stored, derived = _stored_deadlines(db), _stored_columns(db)
    tiers = list(catalogue.codes("tier"))
    found = []
    for case, facts in case_facts(db, refs, catalogue).items():
        due = deadlines(facts, catalogue.practice, catalogue.holidays)
        answer = [_Stored(**stored_form(case, each)) for each in due]
        columns = derived_columns(facts, due, tiers)
        if sorted(answer, key=repr) != sorted(stored[case], key=repr) or columns != derived[case]:
            found.append(Difference(refs[case], _said(stored[case]), _said(answer)))
    return found


def _stored_deadlines(db: Connection) -> dict[int, list[_Stored]]:
    stored: dict[int, list[_Stored]] = defaultdict(list)
    columns = ", ".join(_Stored.__dataclass_fields__)
    for row in db.rows(_Stored, f"SELECT {columns} FROM deadline WHERE side = 'case' ORDER BY id"):
        stored[row.case_id].append(row)
    return stored


def _stored_columns(db: Connection) -> dict[int, dict[str, Any]]:
    columns = list(_Columns.__annotations__)
    rows = db.rows(_Columns, f"SELECT {', '.join(columns)} FROM case_record")
    return {row.id: {name: getattr(row, name) for name in columns if name != "id"} for row in rows}


def _said(rows: list[_Stored]) -> tuple[str, ...]:
    return tuple(f"{row.kind} {row.due_on.isoformat()}" for row in sorted(rows, key=lambda row: (row.due_on, row.kind)))
