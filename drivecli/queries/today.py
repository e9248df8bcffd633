"""One worker's day: holds first, then what is overdue by weight, due today, and due this week."""

from dataclasses import dataclass
from datetime import date, timedelta

from drivecli.db import Connection
from drivecli.domain.overdue import days_overdue, is_overdue
from drivecli.domain.practice import weight_rank

WEEK = 7
"""Days, today included."""

SECTIONS = ("hold", "flagged", "overdue", "today", "week")


@dataclass(frozen=True, slots=True)
class DayRow:
    """One line of the day. `covering` is the username of whoever it is covered for; `seen_until` a lead's mark."""

    section: str
    ref: str
    name: str
    kind: str
    weight: str | None
    due_on: date | None
    overdue_days: int
    because: str
    manager: str | None
    covering: str | None
    seen_until: date | None


@dataclass(frozen=True, slots=True)
class _Due:
    ref: str
    name: str
    kind: str
    weight: str
    due_on: date
    because: str
    manager: str | None
    owner_id: int | None
    seen_until: date | None


def day(db: Connection, worker: int, today: date, *, leads: bool) -> list[DayRow]:
    """The lines of a worker's day, and of those they cover for.

    A lead also sees flags, and what nobody owns any more: no line is in nobody's day.
    """
    covered = _covered(db, worker, today)
    among = ", ".join(map(str, [worker, *covered]))
    rows = _holds(db, among, today, leads=leads)
    if leads:
        rows += _flagged(db)
    left = "d.owner_id IS NULL AND (c.manager_id IS NULL OR m.left_on IS NOT NULL)"
    unowned = f"OR o.left_on IS NOT NULL OR ({left})" if leads else ""
    due = db.rows(
        _Due,
        f"""
        SELECT c.ref, p.forename || ' ' || p.surname, d.kind, d.weight, d.due_on, d.because, m.username,
               COALESCE(d.owner_id, c.manager_id), (SELECT MAX(s.until_on) FROM seen s WHERE s.case_id = c.id)
        FROM deadline d JOIN case_record c ON c.id = d.case_id JOIN person p ON p.id = c.person_id
        LEFT JOIN worker m ON m.id = c.manager_id LEFT JOIN worker o ON o.id = d.owner_id
        WHERE d.side = 'case' AND d.due_on < :week_end
          AND (d.owner_id IN ({among}) OR (d.owner_id IS NULL AND c.manager_id IN ({among})) {unowned})
        ORDER BY d.due_on, c.id
        """,
        week_end=today + timedelta(days=WEEK),
    )
    shown = [_shown(each, today, covered) for each in due]
    return rows + sorted(shown, key=lambda row: (SECTIONS.index(row.section), _urgency(row)))


def _urgency(row: DayRow) -> tuple[int, date]:
    rank = weight_rank(row.weight) if row.weight and row.section == "overdue" else 0
    return rank, row.due_on or date.min


def _shown(due: _Due, today: date, covered: dict[int, str]) -> DayRow:
    section = "overdue" if is_overdue(due.due_on, today) else "today" if due.due_on == today else "week"
    return DayRow(
        section=section,
        ref=due.ref,
        name=due.name,
        kind=due.kind,
        weight=due.weight,
        due_on=due.due_on,
        overdue_days=days_overdue(due.due_on, today),
        because=due.because,
        manager=due.manager,
        covering=covered.get(due.owner_id or 0),
        seen_until=due.seen_until if due.seen_until and due.seen_until >= today else None,
    )


def _covered(db: Connection, worker: int, today: date) -> dict[int, str]:
    return dict(
        db.run(
            """
        SELECT a.worker_id, w.username FROM worker_away a JOIN worker w ON w.id = a.worker_id
        WHERE a.cover_id = :worker AND :today BETWEEN a.from_on AND a.to_on
        """,
            worker=worker,
            today=today,
        ).fetchall()
    )


@dataclass(frozen=True, slots=True)
class _Held:
    ref: str
    name: str
    until: date
    reason: str
    by_whom: str
    manager: str | None


def _holds(db: Connection, among: str, today: date, *, leads: bool) -> list[DayRow]:
    unowned = "OR c.manager_id IS NULL OR m.left_on IS NOT NULL" if leads else ""
    found = db.rows(
        _Held,
        f"""
        SELECT c.ref, p.forename || ' ' || p.surname, c.hold_until, h.hold_reason, h.by_whom, m.username
        FROM case_record c JOIN person p ON p.id = c.person_id LEFT JOIN worker m ON m.id = c.manager_id
        JOIN hold h ON h.case_id = c.id AND h.lifted_on IS NULL AND h.until_on = c.hold_until
        WHERE c.closed_on IS NULL AND c.hold_until >= :today
          AND (c.manager_id IN ({among}) OR c.id IN (
              SELECT a.case_id FROM assignment a
              WHERE a.worker_id IN ({among}) AND a.ended_on IS NULL AND a.withdrawn = :no
                AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.supersedes_id = a.id)) {unowned})
        ORDER BY c.id
        """,
        today=today,
        no=False,
    )
    return [
        DayRow(
            "hold",
            each.ref,
            each.name,
            "hold",
            None,
            each.until,
            0,
            f"{each.reason.replace('_', ' ')}, by {each.by_whom}",
            each.manager,
            None,
            None,
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class _Flag:
    ref: str
    name: str
    on: date
    flag: str
    id: int
    manager: str | None


def _flagged(db: Connection) -> list[DayRow]:
    """Direct contacts that should not have been, on open cases, until a lead marks the case as seen."""
    found = db.rows(
        _Flag,
        """
        SELECT c.ref, p.forename || ' ' || p.surname, k.occurred_on, k.flag, k.id, m.username
        FROM contact k JOIN case_record c ON c.id = k.case_id JOIN person p ON p.id = c.person_id
        LEFT JOIN worker m ON m.id = c.manager_id
        WHERE k.flag IS NOT NULL AND c.closed_on IS NULL AND k.withdrawn = :no
          AND NOT EXISTS (SELECT 1 FROM contact n WHERE n.supersedes_id = k.id)
          AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.case_id = c.id AND s.recorded_at > k.recorded_at)
        ORDER BY k.occurred_on, k.id
        """,
        no=False,
    )
    return [
        DayRow(
            "flagged",
            each.ref,
            each.name,
            each.flag,
            None,
            each.on,
            0,
            f"direct contact {each.id}",
            each.manager,
            None,
            None,
        )
        for each in found
    ]
