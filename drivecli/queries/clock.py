"""The stored deadlines against the function's own answer: what `doctor` checks and what a new practice would change."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain.deadlines import Deadline, deadlines
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


def open_cases(db: Connection) -> dict[int, str]:
    """Refs of all cases that are not closed, by id."""
    return dict(db.run("SELECT id, ref FROM case_record WHERE closed_on IS NULL ORDER BY id").fetchall())


def differences(db: Connection, catalogue: Catalogue) -> list[Difference]:
    """Every case that is not closed whose stored deadlines differ from what these rules answer from scratch."""
    refs = open_cases(db)
    stored: dict[int, list[_Stored]] = defaultdict(list)
    columns = ", ".join(_Stored.__dataclass_fields__)
    for row in db.rows(_Stored, f"SELECT {columns} FROM deadline WHERE side = 'case' ORDER BY id"):
        stored[row.case_id].append(row)
    found = []
    for case, facts in case_facts(db, refs, catalogue).items():
        answer = [
            _Stored(**stored_form(case, each)) for each in deadlines(facts, catalogue.practice, catalogue.holidays)
        ]
        if sorted(map(repr, answer)) != sorted(map(repr, stored[case])):
            found.append(Difference(refs[case], _said(stored[case]), _said(answer)))
    return found


def _said(rows: list[_Stored]) -> tuple[str, ...]:
    return tuple(f"{row.kind} {row.due_on.isoformat()}" for row in sorted(rows, key=lambda row: (row.due_on, row.kind)))
