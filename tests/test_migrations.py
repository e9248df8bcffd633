"""Holds the schema's history to the models, and shows that an older store is brought forward with all that is in it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect

from drivecli import db, keys, migrations
from drivecli.models import metadata
from drivecli.queries.store import OLDER
from drivecli.settings import make_private_folder

OLD_TODAY = "2026-01-05"
BY = {"recorded_at": "2026-01-05T10:00:00.000000Z", "recorded_by": 1, "event_id": 1, "withdrawn": False}
FACT = {"case_id": 1, "occurred_on": OLD_TODAY, **BY}

OLD_ROWS: dict[str, list[dict[str, Any]]] = {
    "setting": [{"key": "prefix", "value": "WS"}, {"key": "rules", "value": "those of an older release"}],
    "worker": [{"id": 1, "username": "sam", "name": "Sam Okoro", "role": "team_lead", "version": 1}],
    "worker_login": [],
    "event": [{"id": 1, "at": "2026-01-05T10:00:00.000000Z", "worker_id": 1, "command": "drive case open"}],
    "person": [
        {"id": 1, "ref": "P-0001", "forename": "Robin", "surname": "Éxample", "interpreter": False, "version": 1},
    ],
    "person_name": [{"id": 1, "person_id": 1, "kind": "main", "name": "Robin Éxample", "folded": "robinexample"}],
    "case_record": [
        {
            "id": 1,
            "ref": "WS-0001",
            "person_id": 1,
            "route": "marac",
            "version": 1,
            "tier": "high",
            "tier_rank": 0,
            "stage": "information_gathering",
            "status": "open",
            "opened_on": OLD_TODAY,
            "window_months": 10,
        }
    ],
    "opening": [{"id": 1, "window_months": 10, **FACT}],
    "stage_change": [{"id": 1, "stage": "information_gathering", **FACT}],
    "tier_change": [{"id": 1, "tier": "high", **FACT}],
    "contact": [
        {
            "id": 1,
            "mode": "meeting",
            "outcome": "information_received",
            "kind": "indirect",
            "made_by": 1,
            "note": "first line\nsecond line",
            "about": "person",
            **FACT,
        }
    ],
    "event_case": [{"event_id": 1, "case_id": 1}],
}
"""A store as release 0.0 left it at revision 0001: one worker and one case, its clock not yet run. Never edited."""


def revisions() -> list[str]:
    """Every revision, oldest first."""
    script = ScriptDirectory.from_config(migrations.config())
    return [each.revision for each in script.walk_revisions()][::-1]


def make_old_store(drive) -> None:
    """A store at the first revision, with rows in it, where `drive` looks for its own."""
    settings = drive.settings
    if drive.engine == "file":
        make_private_folder(settings.store.path.parent)
        keys.make_key(settings)
        connection = db.create_file(settings.store.path, keys.read_key(settings))
    else:
        connection = db.open_store(settings.store, lambda: "", write=True)
    connection.begin(write=True, orm=True)
    migrations.upgrade(connection, "0001")
    for table, rows in OLD_ROWS.items():
        for row in rows:
            names = ", ".join(row)
            connection.run(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", **row)
        if connection.is_postgres and rows and "id" in rows[0]:
            connection.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
    connection.commit()
    connection.close()


def read_rows(connection: db.Connection, table: str) -> list[dict[str, Any]]:
    """The columns of OLD_ROWS as a table holds them now, in order of its first column."""
    wanted = OLD_ROWS[table]
    if not wanted:
        return []
    names = list(wanted[0])
    among = " WHERE key <> 'db_id'" if table == "setting" else ""  # which a store is given on the way
    found = connection.run(f"SELECT {', '.join(names)} FROM {table}{among} ORDER BY {names[0]}").fetchall()
    return [dict(zip(names, map(_as_text, row, wanted[0].values()), strict=True)) for row in found]


def _as_text(value: Any, like: Any) -> Any:
    if isinstance(like, bool):
        return bool(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def schema_of(connection: db.Connection) -> list[tuple[str, ...]]:
    """Every table, column, index and constraint, as the engine itself tells them."""
    found: list[tuple[str, ...]] = []
    inspector = inspect(connection.session(alters=True).connection())
    for table in sorted(inspector.get_table_names()):
        for column in inspector.get_columns(table):
            found.append((table, column["name"], str(column["type"]), str(column["nullable"])))
        for index in inspector.get_indexes(table):
            what = (str(index["name"]), str(index["column_names"]), str(bool(index["unique"])))
            found.append((table, *what, *(str(only) for only in index.get("dialect_options", {}).values())))
        for key in inspector.get_foreign_keys(table):
            found.append((table, str(key["constrained_columns"]), key["referred_table"]))
        for check in inspector.get_check_constraints(table):
            found.append((table, str(check["name"]), check["sqltext"]))
    return sorted(found)


def test_the_models_and_the_migrated_schema_are_the_same(drive) -> None:
    connection = drive.db().session(alters=True).connection()
    context = MigrationContext.configure(connection)

    differences = compare_metadata(context, metadata)

    assert differences == []


def test_indexes_of_some_rows_alone_are_of_those_rows_that_the_models_say(drive) -> None:
    inspector = inspect(drive.db().session(alters=True).connection())
    wanted = {
        (table.name, str(index.name), index.info.get("only"))
        for table in metadata.tables.values()
        for index in table.indexes
    }

    found = {
        (table, str(index["name"]), _only(index))
        for table in inspector.get_table_names()
        for index in inspector.get_indexes(table)
        if not index.get("duplicates_constraint")
    }

    assert {each for each in found if each[2]} == {each for each in wanted if each[2]}
    assert len([each for each in wanted if each[2]]) > 15


def _only(index: Any) -> str | None:
    where = next((only for name, only in index.get("dialect_options", {}).items() if name.endswith("_where")), None)
    return None if where is None else str(where).strip("()")


def test_the_comparison_sees_a_table_that_no_migration_made(drive) -> None:
    store = drive.db(write=True)
    store.run("DROP TABLE draft")
    context = MigrationContext.configure(store.session(alters=True).connection())

    differences = compare_metadata(context, metadata)

    assert [difference[0] for difference in differences if difference[0] == "add_table"] == ["add_table"]


def test_every_check_of_the_models_is_in_the_migrated_schema(drive) -> None:
    inspector = inspect(drive.db().session(alters=True).connection())
    wanted = {
        (table.name, str(each.name))
        for table in metadata.tables.values()
        for each in table.constraints
        if isinstance(each, CheckConstraint)
    }

    found = {
        (table, str(check["name"]))
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }

    assert found == wanted


def test_who_alters_tables_knows_the_server_though_rows_were_written_before(drive) -> None:
    store = drive.db(write=True)
    dialect = store.session().connection().dialect
    dialect.server_version_info = None

    store.session(alters=True)

    assert dialect.server_version_info


def test_the_history_is_one_line_and_its_end_is_the_schema_that_commands_expect() -> None:
    script = ScriptDirectory.from_config(migrations.config())

    heads, all_revisions = script.get_heads(), revisions()

    assert heads == [db.SCHEMA]
    assert all_revisions == [*OLDER, db.SCHEMA]


@pytest.mark.parametrize("revision", ["0001", *OLDER[1:]])
def test_rows_of_an_older_schema_survive_every_step_to_the_newest(new_drive, revision: str) -> None:
    make_old_store(new_drive)
    store = new_drive.db(write=True)
    if store.is_postgres:
        store.raw.autocommit = False
    store.begin(write=True, orm=True)
    migrations.upgrade(store, revision)

    migrations.upgrade(store)
    store.commit()

    assert {table: read_rows(store, table) for table in OLD_ROWS} == OLD_ROWS
    assert store.value("SELECT version_num FROM alembic_version") == db.SCHEMA
    assert new_drive.engine != "file" or store.run("PRAGMA foreign_key_check").fetchall() == []


def test_an_upgraded_schema_is_the_same_as_a_new_one(drive, tmp_path: Path) -> None:
    new = schema_of(drive.db())
    drive.close()
    older = drive.another(tmp_path / "older", drive.env)
    if drive.engine == "postgres":
        with_all = drive.db(write=True)
        with_all.run("DROP SCHEMA public CASCADE")
        with_all.run("CREATE SCHEMA public")
        drive.close()
    make_old_store(older)

    older("upgrade", as_="sam", ok=True)

    assert schema_of(older.db()) == new
    older.close()


def test_a_step_that_fails_leaves_the_store_as_it_was(new_drive) -> None:
    make_old_store(new_drive)
    spoiler = new_drive.db(write=True)
    spoiler.run("CREATE TABLE seen (id INTEGER)")  # so that a later step of 0002 cannot make it
    before = schema_of(spoiler)
    new_drive.close()

    result = new_drive("upgrade", as_="sam", ok=False)

    assert result.code != 0
    assert schema_of(new_drive.db()) == before
    assert new_drive.db().value("SELECT version_num FROM alembic_version") == "0001"


def test_a_store_of_an_older_release_is_read_and_written_by_none_before_its_upgrade(new_drive) -> None:
    make_old_store(new_drive)

    reading = new_drive("caseload", as_="sam")
    writing = new_drive("contact log 1 --mode phone --outcome held", as_="sam")

    for result in (reading, writing):
        assert result.code == 5
        assert result.out == ""
        assert result.err == "This store was made by an older drive.\ndrive upgrade\n"


def test_upgrade_brings_an_older_store_forward_and_runs_its_clock(new_drive) -> None:
    make_old_store(new_drive)

    result = new_drive("upgrade", as_="sam", ok=True)

    assert result.out != ""
    [case] = new_drive("caseload --overdue --json", as_="sam", today="2026-02-20", ok=True).json
    assert (case["ref"], case["name"]) == ("WS-0001", "Robin Éxample")
    assert "safety_consult" in [each["kind"] for each in case["deadlines"]]
    assert new_drive("contact log 1 --mode phone --outcome held", as_="sam").code == 0


@pytest.mark.parametrize("new_drive", ["file"], indirect=True)
def test_upgrade_of_a_file_first_makes_a_verified_backup_that_can_be_put_back(new_drive, tmp_path: Path) -> None:
    make_old_store(new_drive)
    settings = new_drive.settings
    before = set(new_drive.home.rglob("*"))

    result = new_drive("upgrade", as_="sam", ok=True)

    made = [path for path in new_drive.home.rglob("*") if path not in before and path.is_file()]
    [copy] = [path for path in made if not path.is_relative_to(settings.state)]
    assert copy.parent == settings.backups
    assert str(copy) in result.out + result.err
    assert copy.stat().st_mode & 0o777 == 0o600
    assert new_drive(f"backup verify {copy} --deep", as_="sam").code == 0
    other = new_drive.another(tmp_path / "other")
    shutil.copytree(settings.config, other.settings.config)
    other(f"backup restore {copy}", ok=True)
    assert other.db().value("SELECT version_num FROM alembic_version") == "0001"
    assert {table: read_rows(other.db(), table) for table in OLD_ROWS} == OLD_ROWS
    other.close()


@pytest.mark.parametrize("new_drive", ["file"], indirect=True)
def test_the_entry_of_an_upgrade_names_its_backup_which_is_remembered(new_drive) -> None:
    make_old_store(new_drive)

    new_drive("upgrade", as_="sam", ok=True)

    [made] = new_drive("backup list --json", as_="sam", ok=True).json
    [said] = [each for each in new_drive("audit log --json", as_="sam").json if each["reason"]]
    name = new_drive.db().value("SELECT value FROM setting WHERE key = 'db_id'")
    remembered = new_drive.settings.state / "backups" / name
    assert f"after {Path(made['file']).name}" in said["reason"]
    assert remembered.read_text().strip() == made["file"]


def test_a_second_upgrade_changes_nothing(new_drive) -> None:
    make_old_store(new_drive)
    new_drive("upgrade", as_="sam", ok=True)
    files = {path: path.read_bytes() for path in new_drive.home.rglob("*") if path.is_file()}
    events = new_drive.db().value("SELECT COUNT(*) FROM event")
    new_drive.close()

    again = new_drive("upgrade", as_="sam", ok=True)

    assert {path: path.read_bytes() for path in new_drive.home.rglob("*") if path.is_file()} == files
    assert new_drive.db().value("SELECT COUNT(*) FROM event") == events
    assert again.code == 0
