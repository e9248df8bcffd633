"""What others wrote about a case since a worker last saw it, by the record of who did what and who looked."""

import json
from typing import NamedTuple

from drivecli.db import Connection


class Written(NamedTuple):
    """A field that somebody else changed: what it was before, who changed it, and when (UTC)."""

    field: str
    old: str | None
    by: str
    at: str


def last_look(db: Connection, case: int, worker: int, username: str) -> int | None:
    """The entry by which a worker last looked at a case; where they never did, the first by which they wrote in it.

    Writing shows little of a case, so what others wrote before that is still unseen. None when they did neither.
    """
    looks = db.run("SELECT seq, body FROM audit_event WHERE case_id = :case ORDER BY seq DESC", case=case).fetchall()
    looked = next((seq for seq, body in looks if json.loads(body).get("worker") == username), None)
    wrote: int | None = db.value(
        "SELECT MIN(a.seq) FROM event_case t JOIN event e ON e.id = t.event_id"
        " JOIN audit_event a ON a.event_id = e.id WHERE t.case_id = :case AND e.worker_id = :worker",
        case=case,
        worker=worker,
    )
    return looked or wrote


_SINCE = """
FROM {table} x JOIN event e ON e.id = x.event_id JOIN worker w ON w.id = e.worker_id
JOIN audit_event a ON a.event_id = x.event_id
WHERE {which} AND a.seq > :seen AND e.worker_id <> :worker ORDER BY x.id
"""


def fields_since(db: Connection, case: int, person: int, worker: int, seen: int) -> list[Written]:
    """Details of a case and its person that others changed after an entry, in order."""
    which = "((x.table_name = 'person' AND x.row_id = :person) OR (x.table_name = 'case_record' AND x.row_id = :case))"
    sql = f"SELECT x.field, x.old, w.name, e.at {_SINCE.format(table='field_change', which=which)}"
    return db.rows(Written, sql, person=person, case=case, seen=seen, worker=worker)


def fact_since(db: Connection, table: str, field: str, case: int, worker: int, seen: int) -> Written | None:
    """The first fact of a kind (tier, area) that others recorded in a case after an entry, and what stood before it."""
    before = f"(SELECT o.{field} FROM {table} o WHERE o.case_id = x.case_id AND o.id < x.id ORDER BY o.id DESC LIMIT 1)"
    sql = f"SELECT '{field}', {before}, w.name, e.at {_SINCE.format(table=table, which='x.case_id = :case')}"
    return db.one(Written, sql, case=case, seen=seen, worker=worker)


def writer_since(db: Connection, table: str, number: int, worker: int, seen: int) -> tuple[str, str] | None:
    """Who else recorded a fact, and when, if that was after an entry."""
    sql = f"SELECT w.name, e.at {_SINCE.format(table=table, which='x.id = :number')}"
    found = db.run(sql, number=number, seen=seen, worker=worker).fetchone()
    return (found[0], found[1]) if found else None
