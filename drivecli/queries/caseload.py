"""The caseload: which open cases, most urgent first. The stored dates are compared with today, and nothing else is."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from drivecli.db import Connection
from drivecli.queries.cases import CaseRow, rows

NOT_LATE = 9


@dataclass(frozen=True)
class Wanted:
    """Which open cases are asked for. Days count from today; a manager is a username."""

    overdue: bool = False
    manager: str | None = None
    unallocated: bool = False
    area: str | None = None
    tier: str | None = None
    stage: str | None = None
    due_within: int | None = None
    ending_within: int | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Caseload:
    """The rows asked for, and how many cases are open and overdue among those that the filters name."""

    rows: list[CaseRow]
    open: int
    overdue: int


def caseload(db: Connection, today: date, wanted: Wanted, tiers: list[str]) -> Caseload:
    """Open cases, most urgent first: by weight of what is overdue, then tier (in the order of `tiers`), then days."""
    where, params = _where(wanted, today)
    counts = db.run(
        f"SELECT COUNT(*), COUNT(CASE WHEN c.next_due_on < :today THEN 1 END) FROM case_record c WHERE {where}",
        **params,
    ).fetchone()
    late_only = " AND c.next_due_on < :today" if wanted.overdue else ""
    found = db.rows(_Urgency, f"{_URGENCY} WHERE {where}{late_only}", **params)
    rank = {tier: number for number, tier in enumerate(tiers)}
    found.sort(
        key=lambda c: (
            NOT_LATE if c.late_rank is None else c.late_rank,
            rank.get(c.tier, 0),
            c.next_due_on or date.max,
            c.id,
        )
    )
    chosen = [each.id for each in found[: wanted.limit]]
    return Caseload(rows(db, chosen, today), counts[0], counts[1])


@dataclass(frozen=True, slots=True)
class _Urgency:
    id: int
    tier: str
    next_due_on: date | None
    late_rank: int | None


_URGENCY = """
SELECT c.id, c.tier, c.next_due_on,
       (SELECT MIN(CASE d.weight WHEN 'safety' THEN 0 WHEN 'statutory' THEN 1 ELSE 2 END)
        FROM deadline d WHERE d.case_id = c.id AND d.due_on < :today AND d.side = 'case')
FROM case_record c
"""


def _where(wanted: Wanted, today: date) -> tuple[str, dict[str, Any]]:
    terms, params = ["c.closed_on IS NULL"], {"today": today}
    if wanted.manager:
        terms.append("c.manager_id = (SELECT id FROM worker WHERE username = :manager)")
        params["manager"] = wanted.manager  # type: ignore[assignment]
    if wanted.unallocated:
        terms.append("c.manager_id IS NULL")
    for column in ("area", "tier", "stage"):
        if getattr(wanted, column):
            terms.append(f"c.{column} = :{column}")
            params[column] = getattr(wanted, column)
    if wanted.due_within is not None:
        terms.append("c.next_due_on <= :due_by")
        params["due_by"] = today + timedelta(days=wanted.due_within)
    if wanted.ending_within is not None:
        terms.append("c.window_ends_on <= :ends_by")
        params["ends_by"] = today + timedelta(days=wanted.ending_within)
    return " AND ".join(terms), params
