"""The caseload: which open cases, most urgent first. The stored dates are compared with today, and nothing else is."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from drivecli.db import Connection
from drivecli.queries.cases import CaseRow, rows


class Wanted(NamedTuple):
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


class Caseload(NamedTuple):
    """The rows asked for, and how many cases are open and overdue among those that the filters name."""

    rows: list[CaseRow]
    open: int
    overdue: int


def caseload(db: Connection, today: date, wanted: Wanted) -> Caseload:
    """Open cases, most urgent first: by weight of what is overdue, then tier, then days."""
    where, params = _where(wanted, today)
    opened, late = db.run(
        f"SELECT COUNT(*), COUNT(CASE WHEN c.next_due_on < :today THEN 1 END) FROM case_record c WHERE {where}",
        **params,
    ).fetchone()
    return Caseload(rows(db, chosen(db, today, wanted), today), opened, late)


def chosen(db: Connection, today: date, wanted: Wanted) -> list[int]:
    """Ids of the open cases asked for, most urgent first."""
    where, params = _where(wanted, today)
    late_only = "AND c.next_due_on < :today" if wanted.overdue else ""
    limit = f"LIMIT {int(wanted.limit)}" if wanted.limit else ""
    found = db.run(f"SELECT c.id FROM case_record c WHERE {where} {late_only} {_URGENT_FIRST} {limit}", **params)
    return [each[0] for each in found.fetchall()]


def counts(db: Connection, today: date) -> tuple[int, int]:
    """How many cases are open, and how many of them overdue."""
    found = caseload(db, today, Wanted(limit=1))
    return found.open, found.overdue


_URGENT_FIRST = """
ORDER BY COALESCE((SELECT MIN(CASE d.weight WHEN 'safety' THEN 0 WHEN 'statutory' THEN 1 ELSE 2 END)
                   FROM deadline d WHERE d.case_id = c.id AND d.due_on < :today AND d.side = 'case'), 9),
         c.tier_rank, COALESCE(c.next_due_on, c.window_ends_on), c.id
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
