"""Rows as text, to be hashed: as they stand, and going back, as they were before each change.

An image is a row's columns that hold something, in the order of their names, as SQL would write them. It is the same
on both engines, and stays the same when a column is added. Columns that repeat other facts are left out.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from heapq import merge
from typing import Any

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

LOT, LOTS = 256, 200
"""Rows that are read at once when the whole record is gone through, and how many such lots are kept in memory."""


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


Columns = dict[str, tuple[str, bool]]
"""A table's columns that are in the record, in the order of names: their type, and if it may be empty."""


def columns(db: Connection, table: str) -> Columns:
    """The columns of a table; none of what is no table."""
    return _columns(db, [table]).get(table, {})


def _columns(db: Connection, tables: Iterable[str] | None = None) -> dict[str, Columns]:
    """The columns of these tables, or of all; whatever else is named is left out."""
    if db.is_postgres:
        sql = (
            "SELECT c.relname, a.attname, format_type(a.atttypid, NULL), NOT a.attnotnull"
            " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relnamespace = CAST(current_schema() AS regnamespace)"
            " AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        )
        among = " AND c.relname = ANY(CAST(:tables AS text[]))"
    else:
        sql = (
            'SELECT m.name, c.name, c.type, NOT c."notnull" FROM sqlite_master m JOIN pragma_table_info(m.name) c'
            " WHERE m.type = 'table'"
        )
        among = " AND m.name IN (SELECT value FROM json_each(:tables))"
    if tables is None:
        rows = db.run(sql)
    else:
        rows = db.run(sql + among, tables=[*tables] if db.is_postgres else json.dumps([*tables]))
    found: dict[str, Columns] = {}
    for table, name, kind, may_be_empty in sorted(rows.fetchall()):
        if name not in DERIVED.get(table, ()):
            found.setdefault(table, {})[name] = kind, bool(may_be_empty)
    return found


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


def hashed(text: str) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(table: str, old: str | None) -> str | None:
    """The hash of a row's image, from what was kept of it."""
    return hashed(image(table, json.loads(old))) if old else None


class Images:
    """The images of rows as they stand, read from the store; `ahead` reads much at once, for all will be asked for."""

    def __init__(self, db: Connection, *, ahead: bool = False) -> None:
        self.db = db
        self._ahead = ahead
        self._expressions: dict[str, str] = {}
        self._read: dict[tuple[str, int], dict[int, str]] = {}

    @cached_property
    def _known(self) -> dict[str, Columns]:
        """The columns of every table in the record."""
        return _columns(self.db)

    @cached_property
    def _filled(self) -> set[str]:
        """The tables in the record that have a row."""
        asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in watched(self.db)]
        return {table for (table,) in self.db.run(" UNION ALL ".join(asked)).fetchall()}

    def expect(self, tables: Iterable[str]) -> None:
        """Learn at one go what must be known of these tables before a row of them can be read."""
        unknown = {*tables} - {*self._expressions}
        if not unknown:
            return
        found = self._known if self._ahead else _columns(self.db, unknown)
        for table in unknown:
            mine = found.get(table, {})
            self._expressions[table] = self._joined(mine) if {*key_of(table)} <= {*mine} else ""

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
        if self._ahead and table not in self._filled:
            return iter(())
        key = _key(table)
        within = "" if first is None else f" WHERE id BETWEEN {first} AND {last}"
        found = self.db.run(f"SELECT {key}, {self.expression(table)} FROM {table}{within} ORDER BY {key}")
        return iter(found) if key == "id" else iter(sorted((*row,) for row in found.fetchall()))

    def texts(self, table: str, first: int, last: int) -> Iterator[tuple[int, str]]:
        """How many rows lie from `first` to `last`, and their images in order, each on a line; a lot at a time."""
        joined = "string_agg(i, '' ORDER BY id)" if self.db.is_postgres else "group_concat(i, '')"
        line = "chr(10)" if self.db.is_postgres else "char(10)"
        rows = f"SELECT id, {self.expression(table)} || {line} AS i FROM {table} WHERE id BETWEEN :first AND :last"
        sql = f"SELECT COUNT(*), {joined} FROM ({rows} ORDER BY id) lot"
        for start in range(first, last + 1, LOT):
            count, text = self.db.run(sql, first=start, last=min(last, start + LOT - 1)).fetchone()
            yield count, text or ""

    def expression(self, table: str) -> str:
        """A row's image in SQL; nothing for what is no table of ours: another program may have noted any name."""
        if table not in self._expressions:
            self.expect([table])
        return self._expressions[table]

    def _joined(self, found: Mapping[str, tuple[str, bool]]) -> str:
        """One call that joins all of it, and passes over what is NULL: a chain of || would copy the text each time."""
        form, parts, said = _postgres_form if self.db.is_postgres else _file_form, list[str](), ""
        for name, (kind, may_be_empty) in found.items():
            if may_be_empty:
                whole = f"'{name}=' || {form(name, kind)} || ','"
                parts += [f"'{said}'", f"CASE WHEN {name} IS NOT NULL THEN {whole} END"]
                said = ""
            else:
                parts += [f"'{said}{name}='", form(name, kind)]
                said = ","
        parts = [part for part in [*parts, f"'{said}'"] if part != "''"]
        return f"concat({', '.join(parts)})"


def _file_form(name: str, kind: str) -> str:
    """A value as SQL would write it; numbers need no asking how."""
    return name if kind in ("INTEGER", "BOOLEAN") else f"quote({name})"


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

    def texts(self, table: str, first: int, last: int) -> Iterator[tuple[int, str]]:
        """The same of the rows from `first` to `last` as lines: how many, and their images, a few at a time."""
        if self._then.get(table) or self._not_yet.get(table):
            yield from ((1, f"{row}\n") for _, row in self.all(table, first, last))
        else:
            yield from self.images.texts(table, first, last)

    def _is_not_yet(self, table: str, key: Any) -> bool:
        return any(first <= key <= last for first, last in self._not_yet.get(table, ()))


def _typed(table: str, pk: str) -> int | str:
    return int(pk) if _key(table) == "id" and pk.isdecimal() and len(pk) < 19 else pk
