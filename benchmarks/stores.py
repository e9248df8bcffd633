"""Stores of a chosen size for the benchmarks: open cases through the unit of work, closed ones as copies of one closed.

A closed case's rows are those that the unit of work and the clock made for a closed case like it, with numbers of its
own; `check` compares a sample of them with the clock's answer from scratch.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from drivecli import db, keys
from drivecli.catalogue import Catalogue
from drivecli.models import Approach, Assignment, Case, Contact, Opening, Person, StageChange, TierChange
from drivecli.models import metadata as tables
from drivecli.queries import workers
from drivecli.queries.clock import differences
from drivecli.services import closings, setup
from drivecli.settings import Settings, read_settings
from drivecli.work import Actor, Work

TODAY = date(2026, 3, 2)
OPENED = TODAY - timedelta(days=80)
LATE, IN_TIME = (60, 40, 20), (21, 14, 7, 3)
"""Days since the contacts of a case that is overdue, and of one that is not."""

AT_ONCE = 2000
"""Cases in one unit of work."""


def build(home: Path, *, opened: int, overdue: int, closed: int = 0, database: str = "") -> Settings:
    """A store under `home` with `opened` open cases, of which `overdue` are overdue on TODAY, and `closed` closed ones.

    The open cases lie evenly among the closed ones, and so do the overdue among the open. `database` is the address of
    an empty PostgreSQL database, where it is not to be a file.
    """
    settings = read_settings({"DRIVE_HOME": str(home), "DRIVE_DATABASE": database}, demo=False)
    login = f"{os.environ.get('USER', 'root')}@bench"
    setup.start(settings, "WS", setup.FirstWorker("Sam Okoro", "sam", "case_manager", login))
    everyone = range(1, opened + closed + 1)
    step = len(everyone) // max(opened, 1)
    still_open = list(everyone[step - 1 :: step][:opened])
    among = set(still_open)
    done = [number for number in everyone if number not in among]
    late = set(still_open[:: max(opened // overdue, 1)][:overdue]) if overdue else set()
    with reading(settings) as connection:
        if done:
            with _work(connection) as work:
                _open(work, done[:1], late=set())
                closings.close(work, ("", done[0]), reason="completed", on=TODAY, note=None)
            _copy(connection, done[0], done[1:])
        for start in range(0, opened, AT_ONCE):
            with _work(connection) as work:
                _open(work, still_open[start : start + AT_ONCE], late)
    return settings


def check(settings: Settings) -> None:
    """Every stored deadline is what the clock answers from scratch."""
    with reading(settings) as connection:
        wrong = differences(connection, Catalogue())
    assert not wrong, wrong[:3]


@contextmanager
def reading(settings: Settings) -> Iterator[db.Connection]:
    connection = db.open_store(settings.store, lambda: keys.read_key(settings), write=True)
    yield connection
    connection.close()


def _work(connection: db.Connection) -> Work:
    found = workers.find(connection, "sam")
    who = Actor(found.id, found.username, found.name, found.role)
    connection.rollback()
    return Work(connection, who, Catalogue(), today=TODAY, command="benchmark", now=lambda: datetime.now(UTC))


def _open(work: Work, numbers: list[int], late: set[int]) -> None:
    """Open cases with a manager, an agreed approach and their contacts."""
    work.add_many(
        Person, [{"id": n, "ref": f"P-{n:04d}", "forename": "Robin", "surname": f"Example{n}"} for n in numbers]
    )
    work.add_many(
        Case,
        [
            {"id": n, "ref": f"WS-{n:04d}", "person_id": n, "route": "police", "opened_on": OPENED, "window_months": 10}
            for n in numbers
        ],
    )
    began = [{"case_id": n, "occurred_on": OPENED} for n in numbers]
    work.add_many(Opening, [{**each, "window_months": 10} for each in began])
    work.add_many(StageChange, [{**each, "stage": "engaged"} for each in began])
    work.add_many(TierChange, [{**each, "tier": "high" if each["case_id"] % 3 else "standard"} for each in began])
    work.add_many(Approach, [{**each, "state": "agreed", "with_whom": "adviser"} for each in began])
    work.add_many(Assignment, [{**each, "worker_id": work.actor.id, "role": "case_manager"} for each in began])
    told = {"mode": "phone", "outcome": "held", "kind": "direct", "note": "spoke about the week"}
    told["made_by"] = work.actor.id  # type: ignore[assignment]
    work.add_many(
        Contact,
        [
            {"case_id": n, "occurred_on": TODAY - timedelta(days=days), **told}
            for n in numbers
            for days in (LATE if n in late else IN_TIME)
        ],
    )


def _copy(connection: db.Connection, model: int, numbers: list[int]) -> None:
    """Copies of a case with all its rows, under other numbers, each for a person of its own."""
    connection.begin(write=True)
    person = {"id": None, "ref": "P-", "surname": "Example"}
    _copy_rows(connection, "person", f"id = {model}", [{**person, "id": number} for number in numbers])
    _copy_rows(connection, "case_record", f"id = {model}", [{"id": n, "ref": "WS-", "person_id": n} for n in numbers])
    shifts = {}
    for name, table in tables.tables.items():
        if "case_id" in table.columns and name != "deadline":
            shifts[name] = _copy_facts(connection, name, model, numbers)
    _copy_facts(connection, "deadline", model, numbers, shifts)
    connection.commit()


def _copy_rows(connection: db.Connection, table: str, where: str, news: list[dict[str, Any]]) -> None:
    """Copy a row once for each dict of new values. A text that is to be different for each ends in its number."""
    columns = list(tables.tables[table].columns.keys())
    row = connection.run(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}").fetchone()
    old = dict(zip(columns, row, strict=True))
    rows = ({**old, **{k: f"{v}{new['id']:04d}" if isinstance(v, str) else v for k, v in new.items()}} for new in news)
    _insert(connection, table, columns, rows)


def _copy_facts(
    connection: db.Connection, table: str, model: int, numbers: list[int], shifts: dict[str, int] | None = None
) -> int:
    """Copy a case's rows of one table. Returns what to add to a row's id for each further copy.

    A deadline names the row that started it; in a copy that is the copy's own row, found by the `shifts` of its table.
    """
    columns = list(tables.tables[table].columns.keys())
    found = connection.run(f"SELECT {', '.join(columns)} FROM {table} WHERE case_id = {model} ORDER BY 1").fetchall()
    old = [dict(zip(columns, row, strict=True)) for row in found]
    has_id = "id" in columns

    def copies() -> Iterator[dict[str, Any]]:
        for nth, number in enumerate(numbers, start=1):
            for row in old:
                copy = {**row, "case_id": number}
                if has_id:
                    copy["id"] = row["id"] + nth * len(old)
                if shifts:
                    copy["because_id"] = row["because_id"] + nth * shifts[row["because_table"]]
                yield copy

    _insert(connection, table, columns, copies())
    if has_id and connection.is_postgres:
        connection.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
    return len(old)


def _insert(connection: db.Connection, table: str, columns: list[str], rows: Iterator[dict[str, Any]]) -> None:
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(f':{name}' for name in columns)})"
    while batch := list(islice(rows, 20_000)):
        connection.run_many(sql, batch)
