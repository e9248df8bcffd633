"""The record of who did what, and who looked: a chain of entries, each sealed to the one before. Plain SQL.

Triggers note every row that is added, changed or removed (`unsealed`), whoever does it. The unit of work seals what it
did last of all, in its own transaction: one entry says who, when, which command, and the hash of every row as it was
and as it became. What a row held before lies in `change`; a row that was added is its own image.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from drivecli import many
from drivecli.anchors import Sealed
from drivecli.db import Connection
from drivecli.images import KEYS, Backwards, Images, hashed, image, watched

SINGLY = 100
"""Rows of one entry up to which it names each with its hash; above, it has one digest for each table."""

LOCK = "audit"
PATIENCE = 10
"""Seconds that a reading waits to be written down before it is refused."""

LAST_HASH = (
    "COALESCE((SELECT hash FROM audit_event ORDER BY seq DESC LIMIT 1),"
    " (SELECT value FROM setting WHERE key = 'db_id'))"
)
"""The hash an entry follows; the first follows the store's own name."""

NEXT_SEQ = "(SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_event)"

OUTSIDE = "outside"
"""The kind of an entry for rows that something else than drive changed."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What an entry says beside the rows: of which `kind` it is, who did it, and with which command, without values.

    `cases` were touched or looked at; `once` is a name done only once; of what the entry `undoes`, rows were taken out.
    """

    kind: str
    command: str
    at: str
    worker: str | None = None
    login: str = ""
    event: int | None = None
    cases: Sequence[int] = ()
    reason: str | None = None
    once: str | None = None
    undoes: int | None = None


def utc_stamp() -> str:
    """The moment as it is stored: UTC text that sorts."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# -- units of work -----------------------------------------------------------------------------------------------------


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


# -- sealing -----------------------------------------------------------------------------------------------------------


def seal_outside(db: Connection, at: str) -> None:
    """Seal what something else than drive changed, so that no command takes it for its own. Under the write lock."""
    others = "tx IS DISTINCT FROM CAST(pg_current_xact_id() AS text)" if db.is_postgres else "1 = 1"
    if db.value(f"SELECT 1 FROM unsealed WHERE {others} LIMIT 1"):
        db.lock(LOCK)
        _append(db, Doing(OUTSIDE, "", at), *_take(db, others))


def seal(db: Connection, doing: Doing) -> Sealed:
    """Seal what this transaction did: the last thing before it is committed."""
    mine = "1 = 1"
    if db.is_postgres:
        db.lock(LOCK)
        seal_outside(db, doing.at)
        mine = "tx = CAST(pg_current_xact_id() AS text)"
    return _append(db, doing, *_take(db, mine))


def seal_look(db: Connection, doing: Doing) -> Sealed:
    """Write down that somebody looks, and commit it. Raises StoreUnusable when that takes longer than `PATIENCE`."""
    with apart(db, patience=PATIENCE):
        db.lock(LOCK, patience=PATIENCE)
        seal_outside(db, doing.at)
        return _append(db, doing, {}, [])


@contextmanager
def apart(db: Connection, **how: Any) -> Iterator[None]:
    """A transaction of what is no unit of work, and is sealed by hand: saved at its end, or all of it taken back."""
    db.begin(write=True, **how)
    try:
        yield
        db.commit()
    except BaseException:
        db.rollback()
        raise


def seal_all(db: Connection, doing: Doing) -> Sealed:
    """Seal every row as it stands, whatever was noted: how a record begins, and begins anew in a new form."""
    then, said = Backwards(db), {}
    for table in watched(db):
        said[table] = whole_table(then, table)
    db.run("DELETE FROM unsealed")
    return _append(db, doing, {"tables": said}, [])


def whole_table(then: Backwards, table: str) -> list[int | str]:
    """How many rows a table has at this point, and one hash over all of them."""
    whole, count = hashlib.sha256(), 0
    for key, row in then.all(table):
        whole.update(f"{key} {row}\n".encode())
        count += 1
    return [count, whole.hexdigest()]


Noted = tuple[str, str, str, str | None]
"""A row that changed: its table, its key, what was done to it (I, U, D), and what it held before, as JSON."""


def _take(db: Connection, which: str) -> tuple[dict[str, Any], list[Noted]]:
    """Take what the triggers noted: what the entry says of the rows, and the images to keep from before."""
    rows = noted(db, which, limit=SINGLY + 1)
    said, kept = _few_rows(db, rows) if len(rows) <= SINGLY else _many_rows(db, which)
    db.run(f"DELETE FROM unsealed WHERE {which}")
    return said, kept


def noted(db: Connection, which: str = "1 = 1", *, limit: int | None = None) -> list[Noted]:
    """What the triggers noted and no entry names yet, oldest first; with `limit` not more than so many."""
    at_most = "" if limit is None else f" LIMIT {limit}"
    sql = f"SELECT tbl, pk, op, old FROM unsealed WHERE {which} ORDER BY id{at_most}"
    return [(*each,) for each in db.run(sql).fetchall()]


def _few_rows(db: Connection, rows: Sequence[Noted]) -> tuple[dict[str, Any], list[Noted]]:
    return {"changes": hashes(Backwards(db), rows)}, [each for each in rows if each[3]]


def hashes(then: Backwards, rows: Iterable[Noted]) -> list[list[str | None]]:
    """Each row with the hash of what it became and of what it was, going back from how rows stand in `then`."""
    found, backwards = [], [*rows][::-1]
    then.images.expect(table for table, *_ in backwards)
    for table, pk, op, old in backwards:
        after, was = then.now(table, pk), image(table, json.loads(old)) if old else None
        found.append([table, pk, op, *(None if each is None else hashed(each) for each in (after, was))])
        then.before(table, pk, was)
    return found[::-1]


def _many_rows(db: Connection, which: str) -> tuple[dict[str, Any], list[Noted]]:
    """Rows that were added one after the other are a run, by its first and last id; all others are named singly."""
    runs = _runs(db, which)
    single: dict[str, list[Noted]] = {table: [] for table in runs}
    others = which + "".join(f" AND NOT (op = 'I' AND tbl = '{table}')" for table in runs)
    for each in noted(db, others):
        single.setdefault(each[0], []).append(each)
    said, then = {}, Backwards(db)
    for table, rows in single.items():
        told = [runs[table]] if table in runs else []
        said[table] = {"runs": told, "single": len(rows), "digest": digest(then, table, rows, told)}
    return {"digests": said}, [each for rows in single.values() for each in rows]


def _runs(db: Connection, which: str) -> dict[str, list[int]]:
    """Tables in which many rows were added without a gap, and none removed: their first and last id."""
    removed = [table for (table,) in db.run(f"SELECT DISTINCT tbl FROM unsealed WHERE {which} AND op = 'D'").fetchall()]
    keyed = ", ".join(f"'{table}'" for table in KEYS)
    found = db.run(
        "SELECT tbl, COUNT(*), MIN(CAST(pk AS bigint)), MAX(CAST(pk AS bigint)) FROM unsealed"
        f" WHERE {which} AND op = 'I' AND tbl NOT IN ({keyed}) GROUP BY tbl"
    ).fetchall()
    known = {name: [a, b] for name, count, a, b in found if SINGLY < count == b - a + 1 and name not in removed}
    knows = Images(db).expression
    return {name: run for name, run in known.items() if knows(name)}


def digest(then: Backwards, table: str, single: Sequence[Noted], runs: Sequence[Sequence[int]]) -> str | None:
    """One hash over rows of a table: those named singly, then all of the runs; None where one of a run is gone."""
    whole = hashlib.sha256()
    for each in hashes(then, single):
        whole.update(f"{each}\n".encode())
    for first, last in runs:
        missing = last - first + 1
        for count, lines in then.texts(table, first, last):
            whole.update(lines.encode())
            missing -= count
        if missing:
            return None
    return whole.hexdigest()


def _append(db: Connection, doing: Doing, said: Mapping[str, Any], kept: Sequence[Noted]) -> Sealed:
    seq, prev = db.run(f"SELECT {NEXT_SEQ}, {LAST_HASH}").fetchone()
    body = {
        "v": 1,
        "seq": seq,
        "kind": doing.kind,
        "command": doing.command,
        "at": doing.at,
        "worker": doing.worker,
        "login": doing.login,
        "event": doing.event,
        "cases": sorted(doing.cases) if len(doing.cases) <= SINGLY else len(doing.cases),
        "reason": doing.reason,
        "once": doing.once,
        "undoes": doing.undoes,
        **said,
    }
    text = json.dumps(
        {name: value for name, value in body.items() if value not in (None, [], "")},
        sort_keys=True,
        separators=(",", ":"),
    )
    sealed = Sealed(seq, chained(prev, text))
    if kept:
        table, pk, op, old = zip(*kept, strict=True)
        many.insert(db, "change", {"tbl": table, "pk": pk, "op": op, "old": old}, {"seq": seq})
    db.run(
        "INSERT INTO audit_event (seq, prev, hash, body, event_id, case_id, once)"
        " VALUES (:seq, :prev, :hash, :body, :event, :case, :once)",
        seq=seq,
        prev=prev,
        hash=sealed.hash,
        body=text,
        event=doing.event,
        case=doing.cases[0] if doing.event is None and len(doing.cases) == 1 else None,
        once=doing.once,
    )
    return sealed


def chained(prev: str, body: str) -> str:
    """The hash of an entry: over the one before and all that it says."""
    return hashed(f"drive-audit-v1\n{prev}\n{body}")
