"""A worker's own changes as the record has them, and which rows each of them made."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from drivecli.db import Connection

NO_CHANGE = ("read", "print", "outside", "accept", "start", "key", "backup", "restore")
"""Kinds of entries that change nothing of the service's."""

UNDO = "undo"

LOT = 100
"""Entries that are read at once; whoever asks for the last change rarely needs more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change of one worker. `event` is its unit of work, where it is one; `batch` the import it was.

    `undone` says that it was taken back, `undoes` which entry it took back itself.
    """

    seq: int
    at: str
    kind: str
    command: str
    event: int | None
    cases: tuple[int, ...]
    batch: int | None
    undone: bool
    undoes: int | None
    said: Mapping[str, Any]


class Row(NamedTuple):
    """A row that an entry changed: its table, its key, and what was done to it (I, U or D)."""

    table: str
    pk: str
    op: str


def mine(db: Connection, username: str) -> Iterator[Entry]:
    """The changes of a worker, newest first. Whatever undid one of them is later than it, and their own too."""
    undone: set[int] = set()
    for said, batch, undone_by in _bodies(db, username):
        if said.get("worker") != username or said["kind"] in NO_CHANGE:
            continue
        seq, undoes, cases = said["seq"], said.get("undoes"), said.get("cases", [])
        undone |= {undoes} if undoes else set()
        yield Entry(
            seq=seq,
            at=said["at"],
            kind=said["kind"],
            command=said.get("command", ""),
            event=said.get("event"),
            cases=tuple(cases) if isinstance(cases, list) else (),
            batch=batch,
            undone=seq in undone or undone_by is not None,
            undoes=undoes,
            said=said,
        )


def _bodies(db: Connection, username: str) -> Iterator[tuple[dict[str, Any], int | None, int | None]]:
    """What entries say that name a worker, a few at a time, with the import each was and what undid that."""
    before = db.value("SELECT MAX(seq) + 1 FROM audit_event") or 0
    while found := db.run(
        "SELECT a.body, b.id, b.undone_by_event FROM audit_event a LEFT JOIN import_batch b ON b.event_id = a.event_id"
        f" WHERE a.seq < :before ORDER BY a.seq DESC LIMIT {LOT}",
        before=before,
    ).fetchall():
        for body, batch, undone_by in found:
            said = json.loads(body)
            before = said["seq"]
            yield said, batch, undone_by


def rows(db: Connection, entry: Entry) -> list[Row]:
    """Every row that an entry changed, in the order in which it did where it names each."""
    if "digests" not in entry.said:
        return [Row(table, pk, op) for table, pk, op, *_ in entry.said.get("changes", ())]
    kept = db.run("SELECT tbl, pk, op FROM change WHERE seq = :seq ORDER BY id", seq=entry.seq).fetchall()
    runs = [(table, run) for table, told in entry.said["digests"].items() for run in told["runs"]]
    added = [Row(table, str(number), "I") for table, (first, last) in runs for number in range(first, last + 1)]
    return [*added, *(Row(*each) for each in kept)]


def held_before(db: Connection, entry: Entry) -> dict[tuple[str, str], dict[str, Any]]:
    """What the rows that an entry changed held before it, by table and key."""
    found = db.run("SELECT tbl, pk, old FROM change WHERE seq = :seq AND op = 'U' ORDER BY id DESC", seq=entry.seq)
    return {(table, pk): json.loads(old) for table, pk, old in found.fetchall()}


def taken_back(db: Connection) -> dict[int, int]:
    """The units of work that were undone and those that undid one, by event; and their entries. They count for nothing.

    An event that is older than the record has no entry, and 0 instead.
    """
    events = {
        event
        for pair in db.run(
            "SELECT event_id, undone_by_event FROM import_batch WHERE undone_by_event IS NOT NULL"
        ).fetchall()
        for event in pair
    }
    undoing = db.run(
        "SELECT a.event_id, a.body FROM event e JOIN audit_event a ON a.event_id = e.id WHERE e.command = 'drive undo'"
    ).fetchall()
    entries = sorted({json.loads(body)["undoes"] for _, body in undoing})
    among = ", ".join(map(str, entries)) or "0"
    undone = db.run(f"SELECT event_id FROM audit_event WHERE seq IN ({among}) AND event_id IS NOT NULL").fetchall()
    events |= {event for event, _ in undoing} | {event for (event,) in undone}
    among = ", ".join(map(str, sorted(events))) or "0"
    sealed = dict(db.run(f"SELECT event_id, seq FROM audit_event WHERE event_id IN ({among})").fetchall())
    return {event: sealed.get(event, 0) for event in events}


def changed_since(db: Connection, seq: int, table: str, pk: str) -> list[int]:
    """The entries after one that changed or removed a row."""
    found = db.run(
        "SELECT DISTINCT seq FROM change WHERE tbl = :table AND pk = :pk AND seq > :seq", table=table, pk=pk, seq=seq
    )
    return [each for (each,) in found.fetchall()]
