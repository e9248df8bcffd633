"""The unit of work: all or nothing, one event for each, who may, and the clock run before anything is committed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from commands.refusals import contents

from drivecli import keys
from drivecli.catalogue import Catalogue
from drivecli.db import Connection, open_store
from drivecli.errors import Refused
from drivecli.models import Approach, Assignment, Contact, Opening, StageChange, TierChange
from drivecli.queries import cases, workers
from drivecli.work import Actor, Work

TODAY = date(2026, 3, 2)
MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def opened(drive, team):
    """Two cases of Amina's, and the store open for writing."""
    for _ in range(2):
        drive.open_case(manager="amina", opened="2026-02-02")
    settings = drive.settings
    connection = open_store(settings.store, lambda: keys.read_key(settings), write=True)
    yield drive, connection
    connection.close()


def work_of(connection: Connection, username: str = "sam", **more: Any) -> Work:
    found = workers.by_username(connection, username)
    assert found
    connection.rollback()
    who = Actor(found.id, found.username, found.name, found.role)
    return Work(connection, who, Catalogue(), today=TODAY, command="drive test", now=lambda: MOMENT, **more)


def a_contact(case: int, **more: Any) -> dict[str, Any]:
    told = {"mode": "phone", "outcome": "held", "kind": "indirect", "made_by": 1, "occurred_on": TODAY}
    return {"case_id": case, **told, **more}


def test_a_work_leaves_one_event_to_which_every_fact_points(opened) -> None:
    drive, connection = opened

    with work_of(connection) as work:
        for number in (1, 2):
            work.case(number)
            work.add(Contact(**a_contact(number)))

    event = drive.db().run("SELECT id, at, worker_id, command FROM event ORDER BY id DESC").fetchone()
    assert tuple(event[1:]) == ("2026-03-02T09:30:00.000000Z", 1, "drive test")
    touched = drive.db().run("SELECT case_id FROM event_case WHERE event_id = :id ORDER BY 1", id=event[0]).fetchall()
    assert [row[0] for row in touched] == [1, 2]
    kept = drive.db().run("SELECT event_id, recorded_at, recorded_by FROM contact ORDER BY id").fetchall()
    assert [tuple(row) for row in kept] == [(event[0], "2026-03-02T09:30:00.000000Z", 1)] * 2


def test_an_event_names_the_command_and_none_of_its_values(drive, team) -> None:
    drive("case open --forename Secret --surname Name --manager amina", ok=True)
    drive("contact log 1 --mode phone --outcome held --note 'secret words'", ok=True)

    said = drive.db().run("SELECT * FROM event ORDER BY id DESC").fetchall()

    assert [row[-1] for row in said[:2]] == ["drive contact log", "drive case open"]
    assert "ecret" not in str([tuple(row) for row in said])


def test_an_error_takes_everything_back(opened) -> None:
    drive, connection = opened
    before = contents(drive)

    with pytest.raises(ZeroDivisionError), work_of(connection) as work:  # noqa: PT012
        work.case(1)
        work.add(Contact(**a_contact(1)))
        work.settle()
        raise ZeroDivisionError

    assert contents(drive) == before


def test_the_clock_is_run_for_every_case_that_was_touched_and_no_other(opened) -> None:
    drive, connection = opened
    rows = "SELECT id, case_id, kind, due_on FROM deadline WHERE case_id = 2 ORDER BY id"
    other = drive.db().run(rows).fetchall()

    with work_of(connection) as work:
        work.case(1)
        work.add(TierChange(case_id=1, occurred_on=TODAY, tier="standard"))

    row = cases.row(drive.db(), 1, TODAY)
    assert (row.tier, [each.due_on for each in row.deadlines if each.kind == "contact"]) == (
        "standard",
        [date(2026, 2, 16)],
    )
    assert drive.db().run(rows).fetchall() == other


def test_many_rows_at_once_make_the_same_store_as_one_by_one(drive, stores, team, tmp_path, monkeypatch) -> None:
    made = {}
    many = [a_contact(number, occurred_on=date(2026, 2, day)) for number in (1, 2) for day in (10, 20, 25)]
    for way in ("one", "many"):
        home = stores.copy(drive.engine, tmp_path / way, team=True)
        try:
            for name in ("Exampleb", "Examplec"):
                home.open_case(surname=name, manager="amina", opened="2026-02-02")
            settings = home.settings
            connection = open_store(settings.store, lambda at=settings: keys.read_key(at), write=True)
            with work_of(connection) as work:
                if way == "many":
                    work.add_many(Contact, many)
                else:
                    for each in many:
                        work.case(each["case_id"])
                        work.add(Contact(**each))
            connection.close()
            tables = ("contact", "deadline", "event_case", "case_record")
            found = contents(home)
            made[way] = {table: found[table] for table in tables}
            assert home("doctor", env={"DRIVE_TODAY": None}).code == 0
        finally:
            stores.give_back(home)

    assert made["many"]["contact"] == made["one"]["contact"]
    assert made["many"]["case_record"] == made["one"]["case_record"]
    assert made["many"]["event_case"] == made["one"]["event_case"]
    assert len(made["many"]["deadline"]) == len(made["one"]["deadline"])


RIGHTS = ("case_work", "lead", "manage", "import", "export")


@pytest.mark.parametrize(
    ("username", "may"),
    [
        ("sam", set(RIGHTS)),
        ("gil", {"case_work", "manage", "import", "export"}),
        ("amina", {"case_work"}),
        ("carl", {"case_work"}),
        ("fay", {"case_work"}),
        ("hal", set()),
    ],
)
def test_what_a_worker_may_follows_from_their_role(opened, username: str, may: set[str]) -> None:
    _, connection = opened
    with work_of(connection, username) as work:
        assert {what for what in RIGHTS if work.may(what)} == may
        for what in set(RIGHTS) - may:
            with pytest.raises(Refused):
                work.must_may(what, "do that")


def test_where_nobody_leads_or_manages_anybody_but_an_auditor_may(new_drive) -> None:
    new_drive("init --name Ama --username ama --role case_manager", ok=True)
    added = new_drive("worker add 'Hal Dean' --username hal --role auditor")

    assert added.code == 0
    assert new_drive("worker add 'Kim' --username kim --role police", as_="hal").code == 3
    new_drive("worker add 'Sam Okoro' --username sam --role team_lead", ok=True)
    assert new_drive("worker add 'Pat' --username pat --role police").code == 3


def test_the_store_refuses_what_no_service_would_write(opened) -> None:
    _, connection = opened
    bad = [a_contact(1, minutes=-1), a_contact(1, kind="sideways"), a_contact(99), a_contact(1, made_by=99)]

    for row in bad:
        with pytest.raises(Exception, match=r"(?i)constraint|violates"), work_of(connection) as work:
            work.add(Contact(**row))


# -- what a work never does --------------------------------------------------------------------------------------------

REAL = datetime(2027, 5, 4, 23, 15, tzinfo=UTC)


def fails(connection: Connection, *, after: str) -> None:
    """A work that adds a contact, and ends in an error after writing through the ORM, or before."""
    with pytest.raises(ZeroDivisionError), work_of(connection) as work:  # noqa: PT012
        if after == "writing":
            work.case(1)
            work.add(Contact(**a_contact(1)))
        raise ZeroDivisionError


@pytest.mark.parametrize("after", ["writing", "beginning"])
def test_a_work_that_fails_leaves_its_connection_ready_for_the_next(opened, after: str) -> None:
    drive, connection = opened
    for _ in range(2):
        with work_of(connection) as work:
            work.case(1)
            work.add(Contact(**a_contact(1)))
        before = contents(drive)

        fails(connection, after=after)

        assert contents(drive) == before
        assert connection.run("SELECT COUNT(*) FROM event").fetchone()[0] == len(before["event"])

    assert drive("doctor", env={"DRIVE_TODAY": None}).code == 0


def test_many_rows_at_once_make_the_same_deadlines_and_one_event(opened) -> None:
    drive, connection = opened
    agreed = {"state": "agreed", "with_whom": "adviser", "occurred_on": date(2026, 2, 2)}
    many = [a_contact(1, kind="direct", occurred_on=date(2026, 2, 16)), a_contact(1, occurred_on=date(2026, 2, 23))]
    with work_of(connection) as work:
        for number in (1, 2):
            work.case(number)
            work.add(Approach(case_id=number, **agreed))
    events = drive.db().value("SELECT COUNT(*) FROM event")

    with work_of(connection) as work:
        work.add_many(Contact, many)
        for each in many:
            work.case(2)
            work.add(Contact(**{**each, "case_id": 2}))

    columns = "side, kind, weight, due_on, rule, because_table, because, stops_when, skipped, owner_id"
    due = [
        drive.db().run(f"SELECT {columns} FROM deadline WHERE case_id = {number} ORDER BY due_on, kind").fetchall()
        for number in (1, 2)
    ]
    assert due[0] == due[1] != []
    assert drive.db().value("SELECT COUNT(*) FROM event") == events + 1


def test_what_is_written_down_carries_the_real_moment_whatever_drive_today_says(drive, team) -> None:
    with time_machine.travel(REAL, tick=False):
        drive("case open --forename Robin --surname Example", ok=True)
        drive("contact log 1 --mode phone --outcome held", ok=True)

    for table in ("opening", "stage_change", "tier_change", "contact"):
        rows = drive.db().run(f"SELECT recorded_at, occurred_on FROM {table}").fetchall()
        assert [(at, str(on)) for at, on in rows] == [("2027-05-04T23:15:00.000000Z", "2026-03-02")], table
    last = drive.db().run("SELECT at FROM event ORDER BY id DESC").fetchmany(2)
    assert [row[0] for row in last] == ["2027-05-04T23:15:00.000000Z"] * 2


def test_one_row_can_be_superseded_only_once(opened) -> None:
    drive, connection = opened
    with work_of(connection) as work:
        work.case(1)
        wrong = work.add(Contact(**a_contact(1))).id
        work.add(Contact(**a_contact(1, outcome="not_in"), supersedes_id=wrong, reason="wrong box"))
    before = contents(drive)

    for table, columns in FACTS.items():
        first = drive.db().value(f"SELECT MIN(id) FROM {table.__tablename__} WHERE case_id = 1")
        with pytest.raises(Exception, match=r"(?i)unique"), work_of(connection) as work:  # noqa: PT012
            work.case(1)
            for _ in range(2):
                work.add(table(case_id=1, occurred_on=TODAY, supersedes_id=first, reason="twice", **columns))

    assert contents(drive) == before


FACTS: dict[Any, dict[str, Any]] = {
    Contact: {"mode": "phone", "outcome": "held", "kind": "direct", "made_by": 1},
    TierChange: {"tier": "standard"},
    StageChange: {"stage": "engaged"},
    Opening: {"window_months": 10},
    Assignment: {"worker_id": 2, "role": "case_manager"},
}


def test_only_what_was_typed_raises_a_version_and_never_the_clock(drive, team) -> None:
    drive("case open --forename Robin --surname Example --manager amina --opened 2026-02-02", ok=True)
    version = "SELECT version, next_due_on, stage FROM case_record"
    opened = drive.db().run(version).fetchone()

    drive("approach 1 --state agreed --with adviser --on 2026-02-03", ok=True)
    drive("contact log 1 --mode phone --outcome held", ok=True)
    drive("case stage 1 engaged", ok=True)
    drive("case edit 1 --tier standard --area worthing", ok=True)
    drive("upgrade --recompute", ok=True)
    worked = drive.db().run(version).fetchone()
    drive("case edit 1 --route police", ok=True)
    edited = drive.db().run(version).fetchone()

    assert (opened[0], worked[0], edited[0]) == (1, 1, 2)
    assert opened[1:] != worked[1:] == edited[1:]
