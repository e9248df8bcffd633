"""Why something is due: the rule and its version, the record that started it, days skipped, what would stop it."""

from dataclasses import dataclass
from datetime import date

from drivecli.db import Connection
from drivecli.domain.overdue import days_overdue


@dataclass(frozen=True, slots=True)
class WhyRow:
    """One deadline of a case, explained. `record` names the row that started it, as in "contact 12"."""

    kind: str
    weight: str
    due_on: date
    overdue_days: int
    rule: str
    because: str
    record: str
    skipped: str
    stops_when: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class _Stored:
    kind: str
    weight: str
    due_on: date
    rule: str
    because: str
    because_table: str
    because_id: int
    skipped: str
    stops_when: str
    owner: str | None


def why(db: Connection, case: int, today: date) -> list[WhyRow]:
    """Every deadline of a case, soonest first."""
    found = db.rows(
        _Stored,
        """
        SELECT d.kind, d.weight, d.due_on, d.rule, d.because, d.because_table, d.because_id, d.skipped, d.stops_when,
               COALESCE(o.username, m.username)
        FROM deadline d JOIN case_record c ON c.id = d.case_id
        LEFT JOIN worker o ON o.id = d.owner_id LEFT JOIN worker m ON m.id = c.manager_id
        WHERE d.case_id = :case AND d.side = 'case' ORDER BY d.due_on, d.id
        """,
        case=case,
    )
    return [
        WhyRow(
            kind=each.kind,
            weight=each.weight,
            due_on=each.due_on,
            overdue_days=days_overdue(each.due_on, today),
            rule=each.rule,
            because=each.because,
            record=f"{each.because_table.replace('_', ' ')} {each.because_id}",
            skipped=each.skipped,
            stops_when=each.stops_when,
            owner=each.owner,
        )
        for each in found
    ]
