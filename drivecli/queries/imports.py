"""What was brought in from files, and what is here that rows of a file may be about."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from drivecli.db import Connection
from drivecli.errors import NotFound


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A file that was brought in. `state` is applied or undone; the numbers are rows of the file."""

    batch: int
    kind: str
    file: str
    at: str
    by: str
    rows: int
    new: int
    same: int
    changed: int
    conflict: int
    rejected: int
    applied: int
    note: str | None
    digest: str
    state: str
    reason: str | None


_SELECT = """
SELECT b.id, b.kind, b.file, b.recorded_at, w.username, b.rows, b.new, b.same, b.changed, b.conflict, b.rejected,
       b.applied, b.note, b.digest, CASE WHEN b.undone_by_event IS NULL THEN 'applied' ELSE 'undone' END,
       b.undone_reason
FROM import_batch b JOIN worker w ON w.id = b.recorded_by
"""


def history(db: Connection) -> list[BatchRow]:
    """Every batch, newest first."""
    return db.rows(BatchRow, f"{_SELECT} ORDER BY b.id DESC")


def batch(db: Connection, number: int) -> BatchRow:
    """One batch. Raises NotFound."""
    found = db.one(BatchRow, f"{_SELECT} WHERE b.id = :id", id=number)
    if found is None:
        raise NotFound(f"There is no import {number}.", next="drive import history")
    return found


def latest_event(db: Connection) -> int:
    """The number of the last unit of work: when it is the same, nothing has changed."""
    return db.value("SELECT MAX(id) FROM event") or 0


class Standing(NamedTuple):
    """An assignment that stands, and who has it."""

    id: int
    case: int
    role: str
    worker: int
    username: str
    on: date
    until: date | None


_STANDS = "x.withdrawn = :no AND NOT EXISTS (SELECT 1 FROM {table} n WHERE n.supersedes_id = x.id)"


def standing_assignments(db: Connection, cases: Iterable[int]) -> list[Standing]:
    """The assignments of these cases that stand, ended ones too."""
    return [
        row
        for among in _among(cases)
        for row in db.rows(
            Standing,
            "SELECT x.id, x.case_id, x.role, x.worker_id, w.username, x.occurred_on, x.ended_on"
            " FROM assignment x JOIN worker w ON w.id = x.worker_id"
            f" WHERE x.case_id IN ({among}) AND {_STANDS.format(table='assignment')} ORDER BY x.id",
            no=False,
        )
    ]


def cases_of_contacts(db: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """The cases of these contacts, by number of contact; those that do not stand are left out."""
    found: dict[int, int] = {}
    for among in _among(numbers):
        sql = f"SELECT x.id, x.case_id FROM contact x WHERE x.id IN ({among}) AND {_STANDS.format(table='contact')}"
        found.update(db.run(sql, no=False).fetchall())
    return found


def contacts_elsewhere(db: Connection, refs: Iterable[str]) -> dict[tuple[int, str], int]:
    """Contacts that stand, by case and by their ref in another system, for these refs."""
    found: dict[tuple[int, str], int] = {}
    listed = sorted(refs)
    for start in range(0, len(listed), 500):
        few = listed[start : start + 500]
        marks = ", ".join(f":r{place}" for place in range(len(few)))
        rows = db.run(
            "SELECT x.case_id, x.external_ref, x.id FROM contact x"
            f" WHERE x.external_ref IN ({marks}) AND {_STANDS.format(table='contact')}",
            no=False,
            **{f"r{place}": ref for place, ref in enumerate(few)},
        ).fetchall()
        found.update({(case, ref): number for case, ref, number in rows})
    return found


class _Told(NamedTuple):
    case: int
    id: int
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


def contacts_of_days(
    db: Connection, days: Iterable[tuple[int, date]]
) -> dict[tuple[int, date], list[tuple[int, dict[str, Any]]]]:
    """Contacts that stand and have no ref of another system, by case and day: each its number and what it says."""
    found: dict[tuple[int, date], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    listed = sorted(days)
    for start in range(0, len(listed), 500):
        few = listed[start : start + 500]
        pairs = ", ".join(f"({case}, :d{place})" for place, (case, _) in enumerate(few))
        for row in db.rows(
            _Told,
            "SELECT x.case_id, x.id, x.occurred_on, x.mode, x.outcome, x.kind, x.purpose, x.with_whom, x.minutes,"
            " w.username, x.about, x.note FROM contact x JOIN worker w ON w.id = x.made_by"
            f" WHERE (x.case_id, x.occurred_on) IN (VALUES {pairs}) AND x.external_ref IS NULL"
            f" AND {_STANDS.format(table='contact')} ORDER BY x.id",
            no=False,
            **{f"d{place}": day for place, (_, day) in enumerate(few)},
        ):
            found[row.case, row.on].append((row.id, row._asdict()))
    return found


def _among(numbers: Iterable[int]) -> list[str]:
    """Numbers of our own, a thousand at a time, as they stand in a statement."""
    listed = sorted(numbers)
    return [", ".join(map(str, listed[start : start + 1000])) for start in range(0, len(listed), 1000)]
