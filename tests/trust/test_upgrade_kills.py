"""An upgrade that fails or is killed before any of its statements leaves the old store or the new, and runs again."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Drive
from forks import Forked
from test_migrations import OLD_ROWS, make_old_store, read_rows

from drivecli import db
from drivecli.db import SCHEMA

UPGRADER = Path(__file__).parent / "upgrader.py"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that are forked and killed")


@contextmanager
def upgrader(drive: Drive) -> Iterator[Any]:
    """Whoever brings the store forward and stops before a statement: called with how, and before which."""
    with Forked(drive.environ(as_="sam"), program=[UPGRADER]) as process:
        assert process.stdout.readline() == "ready\n"

        def stop(how: str, number: int) -> str:
            process.stdin.write(f"{how} {number}\n")
            process.stdin.flush()
            return str(process.stdout.readline().strip())

        yield stop


def stands(drive: Drive) -> tuple[str, list[str]]:
    """The schema that a store says it has, and its tables and triggers."""
    store: db.Connection = drive.db()
    what = (
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = CAST(current_schema() AS regnamespace)"
        " UNION ALL SELECT t.tgname FROM pg_trigger t WHERE NOT t.tgisinternal"
        if store.is_postgres
        else "SELECT name FROM sqlite_master"
    )
    found = sorted(name for (name,) in store.run(what).fetchall())
    schema = store.value("SELECT version_num FROM alembic_version")
    drive.close()
    return schema, found


def lost(drive: Drive) -> list[Any]:
    """Rows of the old store that are not in this one."""
    told = ((table, row, read_rows(drive.db(), table)) for table, rows in OLD_ROWS.items() for row in rows)
    return [(table, row) for table, row, there in told if table != "setting" and row not in there]


@pytest.mark.parametrize("points", [4, pytest.param(1000, marks=pytest.mark.long)])
def test_stopped_before_any_statement_it_is_the_old_store_or_the_new_and_runs_again(
    new_drive_file: Drive, points: int, tmp_path: Path
) -> None:
    drive, old = new_drive_file, tmp_path / "old"
    make_old_store(drive)
    shutil.copytree(drive.home, old)
    before = stands(drive)

    with upgrader(drive) as stop:
        _, code, statements = stop("fail", 0).split()
        after = stands(drive)
        assert (code, after[0]) == ("0", SCHEMA)
        for number in range(1, int(statements) + 1, max(1, int(statements) // points)):
            for how in ("kill", "fail"):
                shutil.rmtree(drive.home)
                shutil.copytree(old, drive.home)

                ended = stop(how, number)

                assert ended == ("killed 9" if how == "kill" else f"ended 1 {number}"), number
                assert stands(drive) in (before, after), (how, number)
                assert stop("fail", 0).split()[1] == "0"
                assert stands(drive) == after
                assert not lost(drive)
                drive.close()


def test_on_postgresql_too(new_drive_postgres: Drive) -> None:
    drive = new_drive_postgres
    make_old_store(drive)
    before = stands(drive)

    with upgrader(drive) as stop:
        for number in (1, 20, 50, 77):
            for how in ("kill", "fail"):
                assert stop(how, number).startswith("killed" if how == "kill" else "ended 1")
                assert stands(drive) == before, (how, number)
        assert stop("fail", 0).split()[1] == "0"

    assert stands(drive)[0] == SCHEMA
    assert drive("case list", as_="sam").code == 0
