"""The record of who did what: one event per unit of work, to which every fact row points. Plain SQL."""

from collections.abc import Iterable

from drivecli import many
from drivecli.db import Connection


def begin_event(db: Connection, at: str, worker: int | None, command: str) -> int:
    """Open the event of a unit of work and return its id. `command` is the command's name, never its values."""
    event: int = db.value(
        "INSERT INTO event (at, worker_id, command) VALUES (:at, :worker, :command) RETURNING id",
        at=at,
        worker=worker,
        command=command,
    )
    return event


def end_event(db: Connection, event: int, cases: Iterable[int]) -> None:
    """Note which cases the event touched."""
    many.insert(db, "event_case", {"case_id": sorted(cases)}, {"event_id": event})
