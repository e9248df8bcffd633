"""The record of who did and who looked, as lines to read."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drivecli.db import Connection

UNREADABLE = "unreadable"
"""The kind of an entry that was altered so that it says nothing any more. `drive audit verify` tells of it."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry. `at` is a moment in UTC; `cases` are refs, or one word for many; `rows` is how many rows changed."""

    seq: int
    at: str
    worker: str | None
    login: str | None
    kind: str
    command: str | None
    cases: tuple[str, ...]
    rows: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a case (its id), by a worker, since a day (ISO, UTC), of a kind; the newest `limit`."""

    case: int | None = None
    worker: str | None = None
    since: str | None = None
    kind: str | None = None
    limit: int | None = None


def log(db: Connection, wanted: Wanted) -> list[LogRow]:
    """The entries that were asked for, newest first."""
    found = []
    for said in _bodies(db, wanted.case):
        if wanted.since and said["at"] < wanted.since:
            continue
        if wanted.worker in (None, said.get("worker")) and wanted.kind in (None, said["kind"]):
            found.append(said)
            if len(found) == wanted.limit:
                break
    refs = _refs(db, {case for said in found for case in _listed(said)})
    return [_row(said, refs) for said in found]


def _bodies(db: Connection, case: int | None) -> Iterator[dict[str, Any]]:
    of_case = (
        " WHERE case_id = :case OR event_id IN (SELECT event_id FROM event_case WHERE case_id = :case)" if case else ""
    )
    asked = {"case": case} if case else {}
    for seq, body in db.run(f"SELECT seq, body FROM audit_event{of_case} ORDER BY seq DESC", **asked):
        yield _read(seq, body)


def _read(seq: int, body: str) -> dict[str, Any]:
    """What an entry says; that it cannot be read, where somebody made it so."""
    try:
        said = json.loads(body)
        if isinstance(said["at"], str) and isinstance(said["kind"], str) and _row({**said, "seq": seq}, {}):
            return {**said, "seq": seq}
    except (ValueError, LookupError, TypeError, AttributeError):
        pass
    return {"seq": seq, "at": "", "kind": UNREADABLE}


def _listed(said: dict[str, Any]) -> list[int]:
    cases = said.get("cases", [])
    return cases if isinstance(cases, list) else []


def _refs(db: Connection, cases: set[int]) -> dict[int, str]:
    if not cases:
        return {}
    among = ", ".join(map(str, sorted(cases)))
    return dict(db.run(f"SELECT id, ref FROM case_record WHERE id IN ({among})").fetchall())


def _row(said: dict[str, Any], refs: dict[int, str]) -> LogRow:
    listed = tuple(refs.get(case, f"case {case}, taken out") for case in _listed(said))
    counted = said.get("cases")
    many = [
        sum(last - first + 1 for first, last in each["runs"]) + each["single"]
        for each in said.get("digests", {}).values()
    ]
    return LogRow(
        seq=said["seq"],
        at=said["at"],
        worker=said.get("worker"),
        login=said.get("login"),
        kind=said["kind"],
        command=said.get("command"),
        cases=(f"{counted} cases",) if isinstance(counted, int) else listed,
        rows=len(said.get("changes", ())) + sum(many),
        reason=said.get("reason"),
    )
