"""A database that one test used is another's as if nobody had: brought back to what it was, or thrown away."""

import psycopg
import pytest
from conftest import Drive, Stores

LINES = (
    "case open --forename Kim --surname Lee --manager amina",
    "approach 1 --state agreed --with 'Fay Moss'",
    "contact log 1 --mode phone --outcome held --note 'He rang back.'",
    "assign 1 --substance carl",
    "checklist start opening 1",
    "review 1 --kind case",
)


def bring_back(stores: Stores, drive: Drive) -> bool:
    assert drive.copied
    assert drive.copied.was
    return stores.server.bring_back(drive.database, drive.copied.was)


def contents(stores: Stores, database: str) -> dict[str, object]:
    """Every row of every table, and where every sequence stands."""
    with psycopg.connect(stores.server.address(database), passfile=str(stores.server.passfile)) as line:
        tables = line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows = {name: sorted(map(str, line.execute(f"TABLE {name}".encode()))) for (name,) in tables}
        return {**rows, "": line.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()}


def test_every_row_and_number_is_what_it_was(drive_postgres: Drive, team: object, stores: Stores) -> None:
    lent = drive_postgres
    assert lent.copied
    for line in LINES:
        lent(line, as_="amina", ok=True)
    was, used = contents(stores, lent.copied.database), contents(stores, lent.database)

    brought_back = bring_back(stores, lent)

    assert brought_back
    assert len({name for name in was if was[name] != used[name]}) > 10
    assert contents(stores, lent.database) == was


@pytest.mark.parametrize(
    "altered",
    [
        "ALTER TABLE contact DISABLE TRIGGER audit_contact_noted",
        "ALTER TABLE contact DROP COLUMN minutes CASCADE",
        "ALTER TABLE contact ALTER COLUMN mode DROP NOT NULL",
        "ALTER TABLE contact DROP CONSTRAINT ck_contact_kind",
        "CREATE TABLE more (id integer)",
        "DROP INDEX ix_contact_case_id_occurred_on",
        "CREATE OR REPLACE FUNCTION drive_never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE SCHEMA more",
    ],
)
def test_one_that_was_altered_is_not_lent_again(drive_postgres: Drive, stores: Stores, altered: str) -> None:
    drive_postgres("caseload", ok=True)
    before = bring_back(stores, drive_postgres)
    drive_postgres.db(write=True).run(altered)
    drive_postgres.close()

    assert not bring_back(stores, drive_postgres)
    assert before


def test_nor_is_one_that_somebody_else_is_still_connected_to(drive_postgres: Drive, stores: Stores) -> None:
    drive_postgres("caseload", ok=True)
    before, server = bring_back(stores, drive_postgres), stores.server
    with psycopg.Connection.connect(server.address(drive_postgres.database), passfile=str(server.passfile)):
        meanwhile = bring_back(stores, drive_postgres)

    assert before
    assert not meanwhile
