"""The record of who did what, and who looked: a chain of entries, each sealed to the one before. Plain SQL.

Triggers note every row that is added, changed or removed (`unsealed`), whoever does it. The unit of work seals what it
did last of all, in its own transaction: one entry says who, when, which command, and the hash of every row as it was
and as it became. What a row held before lies in `change`; a row that was added is its own image.

An image is a row's columns that hold something, in the order of their names, as SQL would write them. It is the same
on both engines, and stays the same when a column is added. Columns that repeat other facts are left out.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from heapq import merge
from typing import Any

from drivecli import many
from drivecli.anchors import Sealed
from drivecli.db import Connection

SEALED_TABLES = ("audit_event", "change")
"""Tables whose rows are never changed and never removed."""

UNWATCHED = ("alembic_version", "deadline", "draft", "event_case", "unsealed", *SEALED_TABLES)
"""Tables that are not in the record: what follows from others, words not yet saved, and the record itself."""

DERIVED = {
    "case_record": (
        *("stage", "tier", "tier_rank", "area", "status", "manager_id", "hold_until", "opened_on", "window_months"),
        *("window_ends_on", "closed_on", "closure_reason", "last_contact_on"),
        *("next_due_on", "next_due_kind", "next_due_weight"),
    )
}
"""Columns that repeat what stands elsewhere, and are written anew whenever the clock runs."""

KEYS: Mapping[str, tuple[str, ...]] = {
    "setting": ("key",),
    "worker_login": ("login",),
    "import_made": ("batch_id", "table_name"),
}
"""What tells a row of a table from the others, where that is not its `id`."""

SINGLY = 100
"""Rows of one entry up to which it names each with its hash; above, it has one digest for each table."""

LOT, LOTS = 256, 200
"""Rows that are read at once when the whole record is gone through, and how many such lots are kept in memory."""

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

    `cases` are those that were touched or looked at; `once` is the name under which a line may be done only once.
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


def utc_stamp() -> str:
    """The moment as it is stored: UTC text that sorts."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# -- rows and their images ---------------------------------------------------------------------------------------------


def watched(db: Connection) -> list[str]:
    """The tables whose rows are in the record."""
    tables = (
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        if db.is_postgres
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return sorted(name for (name,) in db.run(tables).fetchall() if name not in UNWATCHED)


def is_kept(db: Connection) -> bool:
    """Whether this form of the store has a record at all; the oldest had none."""
    found = (
        "SELECT to_regclass('audit_event')"
        if db.is_postgres
        else "SELECT 1 FROM sqlite_master WHERE name = 'audit_event'"
    )
    return db.value(found) is not None


def key_of(table: str) -> tuple[str, ...]:
    """The columns that tell a row of a table from the others."""
    return KEYS.get(table, ("id",))


@cache
def _key(table: str) -> str:
    return " || '/' || ".join(key_of(table))


def columns(db: Connection, table: str) -> dict[str, str]:
    """The columns of a table that are in the record, in the order of their names, and their types."""
    sql = (
        "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relname = :table AND c.relnamespace = CAST(current_schema() AS regnamespace)"
        " AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        if db.is_postgres
        else "SELECT name, type FROM pragma_table_info(:table)"
    )
    found = db.run(sql, table=table).fetchall()
    return {name: kind for name, kind in sorted(found) if name not in DERIVED.get(table, ())}


def image(table: str, row: Mapping[str, Any]) -> str:
    """A row's image, from what its columns hold."""
    left_out = DERIVED.get(table, ())
    return "".join(
        f"{name}={_written(row[name])}," for name in sorted(row) if name not in left_out and row[name] is not None
    )


def _written(value: Any) -> str:
    if isinstance(value, int):
        return str(int(value))
    text = str(value).replace("'", "''")
    return f"'{text}'"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(table: str, old: str | None) -> str | None:
    """The hash of a row's image, from what was kept of it."""
    return _hash(image(table, json.loads(old))) if old else None


class Images:
    """The images of rows as they stand, read from the store; `ahead` reads many at once, for many will be asked for."""

    def __init__(self, db: Connection, *, ahead: bool = False) -> None:
        self.db = db
        self._ahead = ahead
        self._expressions: dict[str, str] = {}
        self._read: dict[tuple[str, int], dict[int, str]] = {}

    def one(self, table: str, pk: str) -> str | None:
        """The image of the row with this key; None when there is none."""
        key = _typed(table, pk)
        if not self.expression(table) or (_key(table) == "id" and key == pk):
            return None
        if self._ahead and isinstance(key, int):
            return self._lot(table, key).get(key)
        sql = f"SELECT {self.expression(table)} FROM {table} WHERE {_key(table)} = :pk"
        found: str | None = self.db.value(sql, pk=key)
        return found

    def _lot(self, table: str, number: int) -> dict[int, str]:
        """The images of the rows around one."""
        lot = number // LOT
        if (table, lot) not in self._read:
            if len(self._read) > LOTS:
                self._read.clear()
            self._read[table, lot] = dict(self.all(table, lot * LOT, lot * LOT + LOT - 1))
        return self._read[table, lot]

    def all(self, table: str, first: int | None = None, last: int | None = None) -> Iterator[tuple[Any, str]]:
        """The keys and images of a table's rows, in order; of those from `first` to `last` where given."""
        key = _key(table)
        within = "" if first is None else f" WHERE id BETWEEN {first} AND {last}"
        found = self.db.run(f"SELECT {key}, {self.expression(table)} FROM {table}{within} ORDER BY {key}")
        return iter(found) if key == "id" else iter(sorted((*row,) for row in found.fetchall()))

    def expression(self, table: str) -> str:
        """A row's image in SQL; nothing for what is no table of ours: another program may have noted any name."""
        if table not in self._expressions:
            found = columns(self.db, table)
            parts = [self._part(name, kind) for name, kind in found.items()] if {*key_of(table)} <= {*found} else []
            self._expressions[table] = " || ".join(parts)
        return self._expressions[table]

    def _part(self, name: str, kind: str) -> str:
        written = _postgres_form(name, kind) if self.db.is_postgres else f"quote({name})"
        return f"CASE WHEN {name} IS NULL THEN '' ELSE '{name}=' || {written} || ',' END"


def _postgres_form(name: str, kind: str) -> str:
    """A value as SQLite's quote() writes it."""
    if kind == "boolean":
        return f"CAST(CAST({name} AS integer) AS text)"
    if kind in ("integer", "bigint"):
        return f"CAST({name} AS text)"
    text = f"to_char({name}, 'YYYY-MM-DD')" if kind == "date" else f"replace({name}, '''', '''''')"
    return f"'''' || {text} || ''''"


class Backwards:
    """Rows as they were, going back from how they stand: each change that is taken off shows the row before it."""

    def __init__(self, db: Connection, *, far: bool = False) -> None:
        self.images = Images(db, ahead=far)
        self._then: dict[str, dict[Any, str | None]] = {}
        self._not_yet: dict[str, list[Sequence[int]]] = {}

    def now(self, table: str, pk: str) -> str | None:
        """The image of a row at this point; None where it is not there."""
        then, key = self._then.get(table, {}), _typed(table, pk)
        if key in then:
            return then[key]
        return None if self._is_not_yet(table, key) else self.images.one(table, pk)

    def before(self, table: str, pk: str, was: str | None) -> None:
        """Take one change off: the row was `was` before it."""
        self._then.setdefault(table, {})[_typed(table, pk)] = was

    def before_run(self, table: str, run: Sequence[int]) -> None:
        """Take the adding of a run off: none of its rows was there before."""
        self._not_yet.setdefault(table, []).append(run)
        then = self._then.get(table, {})
        for key in [key for key in then if run[0] <= key <= run[1]]:
            del then[key]

    def all(self, table: str, first: int | None = None, last: int | None = None) -> Iterator[tuple[Any, str]]:
        """The same at this point: the keys and images of a table's rows, in order."""
        then = self._then.get(table, {})
        inside = [key for key in then if first is None or first <= key <= (last or 0)]
        put_back = sorted((key, was) for key in inside if (was := then[key]) is not None)
        standing = self.images.all(table, first, last)
        yield from merge(
            (row for row in standing if row[0] not in then and not self._is_not_yet(table, row[0])), put_back
        )

    def _is_not_yet(self, table: str, key: Any) -> bool:
        return any(first <= key <= last for first, last in self._not_yet.get(table, ()))


def _typed(table: str, pk: str) -> int | str:
    return int(pk) if _key(table) == "id" and pk.isdecimal() and len(pk) < 19 else pk


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
    many.insert(db, "event_case", ("event_id", "case_id"), ((event, case) for case in sorted(cases)))


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
    db.begin(write=True, patience=PATIENCE)
    try:
        db.lock(LOCK, patience=PATIENCE)
        seal_outside(db, doing.at)
        sealed = _append(db, doing, {}, [])
        db.commit()
    except BaseException:
        db.rollback()
        raise
    return sealed


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
    many_rows = db.value(f"SELECT COUNT(*) FROM unsealed WHERE {which}") > SINGLY
    said, kept = _many_rows(db, which) if many_rows else _few_rows(db, which)
    db.run(f"DELETE FROM unsealed WHERE {which}")
    return said, kept


def noted(db: Connection, which: str = "1 = 1") -> list[Noted]:
    """What the triggers noted and no entry names yet, oldest first."""
    return [(*each,) for each in db.run(f"SELECT tbl, pk, op, old FROM unsealed WHERE {which} ORDER BY id").fetchall()]


def _few_rows(db: Connection, which: str) -> tuple[dict[str, Any], list[Noted]]:
    rows = noted(db, which)
    return {"changes": hashes(Backwards(db), rows)}, [each for each in rows if each[3]]


def hashes(then: Backwards, rows: Iterable[Noted]) -> list[list[str | None]]:
    """Each row with the hash of what it became and of what it was, going back from how rows stand in `then`."""
    found = []
    for table, pk, op, old in reversed(list(rows)):
        after, was = then.now(table, pk), image(table, json.loads(old)) if old else None
        found.append([table, pk, op, *(None if each is None else _hash(each) for each in (after, was))])
        then.before(table, pk, was)
    return found[::-1]


def _many_rows(db: Connection, which: str) -> tuple[dict[str, Any], list[Noted]]:
    """Rows that were added one after the other are a run, by its first and last id; all others are named singly."""
    runs = _runs(db, which)
    others = which + "".join(f" AND NOT (op = 'I' AND tbl = '{table}')" for table in runs)
    single: dict[str, list[Noted]] = {table: [] for table in runs}
    for each in noted(db, others):
        single.setdefault(each[0], []).append(each)
    said, then = {}, Backwards(db)
    for table, rows in single.items():
        told = [runs[table]] if table in runs else []
        said[table] = {"runs": told, "single": len(rows), "digest": digest(then, table, rows, told)}
    return {"digests": said}, [each for rows in single.values() for each in rows]


def _runs(db: Connection, which: str) -> dict[str, list[int]]:
    """Tables in which many rows were added without a gap, and none removed: their first and last id."""
    keyed = ", ".join(f"'{table}'" for table in KEYS)
    found = db.run(
        "SELECT tbl, COUNT(*), MIN(CAST(pk AS bigint)), MAX(CAST(pk AS bigint)) FROM unsealed"
        f" WHERE {which} AND op = 'I' AND tbl NOT IN ({keyed})"
        " AND tbl NOT IN (SELECT tbl FROM unsealed WHERE op = 'D') GROUP BY tbl"
    ).fetchall()
    knows = Images(db).expression
    return {name: [a, b] for name, count, a, b in found if SINGLY < count == b - a + 1 and knows(name)}


def digest(then: Backwards, table: str, single: Sequence[Noted], runs: Sequence[Sequence[int]]) -> str | None:
    """One hash over rows of a table: those named singly, then all of the runs; None where one of a run is gone."""
    whole = hashlib.sha256()
    for each in hashes(then, single):
        whole.update(f"{each}\n".encode())
    for first, last in runs:
        missing = last - first + 1
        for _, row in then.all(table, first, last):
            whole.update(f"{row}\n".encode())
            missing -= 1
        if missing:
            return None
    return whole.hexdigest()


def _append(db: Connection, doing: Doing, said: Mapping[str, Any], kept: Sequence[Noted]) -> Sealed:
    seq, prev = db.run(f"SELECT {NEXT_SEQ}, {LAST_HASH}").fetchone()
    listed = len(doing.cases) <= SINGLY
    body = {
        "v": 1,
        "seq": seq,
        "kind": doing.kind,
        "command": doing.command,
        "at": doing.at,
        "worker": doing.worker,
        "login": doing.login,
        "event": doing.event,
        "cases": sorted(doing.cases) if listed else len(doing.cases),
        "reason": doing.reason,
        "once": doing.once,
        **said,
    }
    text = json.dumps(
        {name: value for name, value in body.items() if value not in (None, [], "")},
        sort_keys=True,
        separators=(",", ":"),
    )
    sealed = Sealed(seq, chained(prev, text))
    many.insert(db, "change", ("seq", "tbl", "pk", "op", "old"), ((seq, *each) for each in kept))
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
    return _hash(f"drive-audit-v1\n{prev}\n{body}")
