"""A row per worker: what they hold, and what is late or near."""

from dataclasses import dataclass
from datetime import date, timedelta

from drivecli.db import Connection

ENDING = 28
WEEK = 7


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """A worker's open cases, as manager or specialist. `ending` are windows that end within 28 days, today included.

    `overdue` counts, for a manager, every overdue case, as the caseload does; for a specialist, those that wait for
    them. `due_this_week` counts contact deadlines of the next seven days, today included; what is overdue is counted
    apart.
    """

    username: str
    name: str
    role: str
    open: int
    suspended: int
    overdue: int
    ending: int
    due_this_week: int
    capacity: int | None


def workload(db: Connection, today: date) -> list[WorkloadRow]:
    """Workers who have not left, most overdue first."""
    found = db.rows(
        WorkloadRow,
        """
        WITH held AS (
            SELECT a.worker_id, a.case_id, MAX(CASE WHEN a.role = 'case_manager' THEN 1 ELSE 0 END) AS manages
            FROM assignment a
            WHERE a.ended_on IS NULL AND a.withdrawn = :no
              AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.supersedes_id = a.id)
            GROUP BY a.worker_id, a.case_id),
        load AS (
            SELECT h.worker_id, h.case_id, c.status, c.window_ends_on,
                   CASE WHEN h.manages = 1 THEN CASE WHEN c.next_due_on < :today THEN 1 ELSE 0 END
                        WHEN EXISTS (SELECT 1 FROM deadline d WHERE d.case_id = c.id AND d.owner_id = h.worker_id
                                     AND d.side = 'case' AND d.due_on < :today) THEN 1 ELSE 0 END AS late,
                   (SELECT COUNT(*) FROM deadline d WHERE d.case_id = c.id AND d.side = 'case'
                     AND d.kind IN ('contact', 'first_contact', 'specialist_first_contact')
                     AND COALESCE(d.owner_id, c.manager_id) = h.worker_id
                     AND d.due_on >= :today AND d.due_on < :week_end) AS soon
            FROM held h JOIN case_record c ON c.id = h.case_id WHERE c.closed_on IS NULL)
        SELECT w.username, w.name, w.role,
               COUNT(CASE WHEN l.status = 'open' THEN 1 END),
               COUNT(CASE WHEN l.status = 'suspended' THEN 1 END),
               COUNT(CASE WHEN l.late = 1 THEN 1 END),
               COUNT(CASE WHEN l.window_ends_on >= :today AND l.window_ends_on <= :ending THEN 1 END),
               CAST(COALESCE(SUM(l.soon), 0) AS INTEGER), w.capacity
        FROM worker w LEFT JOIN load l ON l.worker_id = w.id
        WHERE w.left_on IS NULL
        GROUP BY w.id, w.username, w.name, w.role, w.capacity
        """,
        no=False,
        today=today,
        week_end=today + timedelta(days=WEEK),
        ending=today + timedelta(days=ENDING),
    )
    return sorted(found, key=lambda each: (-each.overdue, each.username))
