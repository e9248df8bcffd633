"""Many rows at once, on either engine: one statement for hundreds, where one for each would cost several times that.

On the file new rows stand in one statement side by side; what changes is laid in a temporary table (in memory:
`temp_store`) without constraints, and goes from there into its own in one statement, which checks every constraint as
always. On PostgreSQL new rows are copied in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from drivecli.db import Connection
from drivecli.values import for_sqlite

FEW = 20
"""Changed rows for which laying them out first is not worth it."""

SIDE_BY_SIDE = (2048, 512, 128, 32, 8, 2, 1)
"""New rows in one statement of the file's: as many as there are, in few sizes, so that each is prepared only once."""

VALUES = 30_000
"""Values in one statement at most: SQLite takes 32,766, where it was not built to take more."""


def numbers(db: Connection, table: str, count: int) -> Sequence[int]:
    """Numbers for so many new rows of a table, which nobody else will be given. Under the lock of the unit of work."""
    if db.is_postgres:
        sql = "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
        return [number for (number,) in db.run(sql, table=table, count=count).fetchall()]
    first = next_number(db, table)
    return range(first, first + count)


def next_number(db: Connection, table: str) -> int:
    """The number after the last of a table. One that was taken back keeps its own: it may stand on paper."""
    number: int = 1 + db.value(
        f"SELECT MAX(number) FROM (SELECT COALESCE(MAX(id), 0) AS number FROM {table}"
        " UNION ALL SELECT COALESCE(MAX(last_id), 0) FROM import_made WHERE table_name = :table) given",
        table=table,
    )
    gone = "FROM change WHERE tbl = :table AND op = 'D'"
    if db.value(f"SELECT 1 {gone} AND pk = :pk", table=table, pk=str(number)):
        number = 1 + db.value(f"SELECT MAX(CAST(pk AS bigint)) {gone}", table=table)
    return number


def insert(
    db: Connection, table: str, columns: Mapping[str, Sequence[Any]], alike: Mapping[str, Any] | None = None
) -> None:
    """Insert rows, given by column, each with a value for every row; `alike` are columns all of them have in common."""
    count = len(next(iter(columns.values())))
    own, common = dict(columns), dict(alike or {})
    if db.is_postgres:
        with db.raw.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join([*common, *own])}) FROM STDIN") as copy:
            for row in zip(*own.values(), strict=True):
                copy.write_row([*common.values(), *row])
        return
    for name, values in columns.items():
        if count and values[0] == values[-1] and values.count(values[0]) == count:
            common[name] = own.pop(name)[0]
    waiting = chain.from_iterable(zip(*map(_column_for_file, own.values()), strict=True))
    named, shared = ", ".join([*common, *own]), _for_file(list(common.values()))
    for size in SIDE_BY_SIDE:
        if size > count or size * len(own) > VALUES:
            continue
        sql = _side_by_side(table, named, len(common), len(own), size)
        for _ in range(count // size):
            db.later(sql, [*shared, *islice(waiting, size * len(own))])
        count %= size


@lru_cache(maxsize=200)
def _side_by_side(table: str, named: str, common: int, own: int, size: int) -> str:
    """The statement that inserts so many rows: those values that all have in common come first, and once."""
    row = ", ".join([*(f"?{place}" for place in range(1, common + 1)), *("?" * own)])
    return f"INSERT INTO {table} ({named}) VALUES {', '.join([f'({row})'] * size)}"


def update(db: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Update rows by their id: each has the id first, then its values in the order of `columns`."""
    if db.is_postgres:
        sets = ", ".join(f"{name} = %s" for name in columns)
        with db.raw.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE id = %s", [(*row[1:], row[0]) for row in rows])
        return
    listed = list(rows)
    if len(listed) < FEW:
        sets = ", ".join(f"{name} = ?" for name in columns)
        db.raw.executemany(f"UPDATE {table} SET {sets} WHERE id = ?", [_for_file((*r[1:], r[0])) for r in listed])
        return
    laid = _lay_out(db, len(columns) + 1, listed)
    sets = ", ".join(f"{name} = laid.c{place}" for place, name in enumerate(columns, 1))
    db.raw.execute(f"UPDATE {table} SET {sets} FROM {laid} laid WHERE {table}.id = laid.c0")
    db.raw.execute(f"DELETE FROM {laid}")


def _lay_out(db: Connection, width: int, rows: Iterable[Sequence[Any]]) -> str:
    """Rows in a temporary table of this many columns, and its name."""
    name = f"temp.laid_out_{width}"
    columns = ", ".join(f"c{place}" for place in range(width))
    db.raw.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name.removeprefix('temp.')} ({columns})")
    db.raw.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * width)})", map(_for_file, rows))
    return name


class _DaysAsText(dict[date | None, str | None]):
    """Days as text: the same few thousand come again and again, and to look one up is quicker than to write it."""

    def __missing__(self, value: date | None) -> str | None:
        text: str | None = for_sqlite(value)
        self[value] = text
        return text


_TEXT = _DaysAsText()


def _column_for_file(values: Sequence[Any]) -> Sequence[Any]:
    """The values of one column as the file keeps them: all of them days, or none."""
    some = next((value for value in values if value is not None), None)
    if some.__class__ is not date:
        return values
    return [_TEXT[value] for value in values]


def _for_file(values: Sequence[Any]) -> Sequence[Any]:
    """Values as the file keeps them: days as text."""
    if date not in set(map(type, values)):
        return values
    return [for_sqlite(value) for value in values]
