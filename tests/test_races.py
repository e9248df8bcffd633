"""Shows that lines typed at the same moment by several people leave one right store, and readers see no half of it.

Real processes, each with a connection of its own, wait at the start and are let go together; pauses inside them make
sure that they meet. Every race is run again with its lock dropped, and then it must go wrong.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY, Drive
from histories import CATALOGUE, wrong_rows
from racing import race

from drivecli import audit, writers
from drivecli.queries import clock
from drivecli.work import RULES

MONDAY = date.fromisoformat(TODAY)
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that are forked at the start")
PAUSE = 0.1
"""Seconds that a process stands still where others could come between."""


def day(ago: int) -> str:
    return (MONDAY - timedelta(days=ago)).isoformat()


@pytest.fixture(params=[("postgres", "row lock"), ("file", "write lock")], ids=" without ".join)
def unlocked(request: pytest.FixtureRequest) -> tuple[Drive, str]:
    """An engine, and the lock on it that a control does without."""
    engine, lock = request.param
    return request.getfixturevalue(f"drive_{engine}"), lock


@pytest.fixture(params=[("postgres", "numbering lock"), ("file", "transaction")], ids=" without ".join)
def unnumbered(request: pytest.FixtureRequest) -> tuple[Drive, str]:
    """The same for what is counted across cases."""
    engine, lock = request.param
    return request.getfixturevalue(f"drive_{engine}"), lock


# -- two contacts at once ----------------------------------------------------------------------------------------------


def log_two_at_once(drive: Drive, *, rounds: int, drop: Sequence[str] = ()) -> list[str]:
    """Log two contacts of two days on one case at once, over and over. Returns what is wrong after a round."""
    drive(f"case open --forename Robin --surname Example --opened {day(60)}", ok=True)
    drive(f"approach 1 --state agreed --with adviser --on {day(60)}", ok=True)
    with race(drive, drop=drop, facts_read=PAUSE) as go:
        for done in range(rounds):
            days = (day(50 - 2 * done), day(49 - 2 * done))
            both = go(*(f"contact log 1 --mode phone --outcome held --on {each}" for each in days))
            found = [str(each) for each in both if each.code]
            logged = drive.db().value("SELECT COUNT(*) FROM contact")
            if logged != 2 * (done + 1):
                found.append(f"{logged} contacts instead of {2 * (done + 1)}")
            found += wrong_rows(drive.db(), 1)
            found += [repr(each) for each in clock.differences(drive.db(), CATALOGUE)]
            if found:
                return found
    return []


def test_two_contacts_logged_at_once_give_one_right_clock(drive):
    assert log_two_at_once(drive, rounds=5) == []


def test_without_the_lock_two_contacts_at_once_go_wrong(unlocked):
    drive, lock = unlocked

    assert log_two_at_once(drive, rounds=6, drop=[lock]) != []


# -- numbers given out -------------------------------------------------------------------------------------------------


def open_at_once(drive: Drive, *, rounds: int, drop: Sequence[str] = ()) -> list[str]:
    """Six people open cases at once, two of them for people who had one. Returns what is wrong with their numbers."""
    known = [drive.open_case() for _ in range(2 * rounds)]
    for ref in known:
        drive(f"case close {ref} --reason opened_in_error", ok=True)
    with race(drive, drop=drop, numbered=PAUSE / 4) as go:
        for done in range(rounds):
            new = [["--forename", "Kim", "--surname", f"Sample{'abcd'[number] * (done + 1)}"] for number in range(4)]
            again = [["--same-as", known.pop()] for _ in range(2)]
            opened = go(*(["case", "open", "--quiet", *who] for who in new + again))
            found = [str(each) for each in opened if each.code]
            refs = sorted(each.out.strip() for each in opened)
            if refs != [f"WS-{2 * rounds + done * 6 + number:04d}" for number in range(1, 7)]:
                found.append(f"numbers {refs}")
            if found:
                return found
    return []


def test_case_numbers_given_out_at_once_are_all_different_and_without_gaps(drive):
    assert open_at_once(drive, rounds=2) == []


def test_without_the_lock_case_numbers_given_out_at_once_collide(unnumbered):
    drive, lock = unnumbered

    assert open_at_once(drive, rounds=3, drop=[lock]) != []


# -- rules that count across cases -------------------------------------------------------------------------------------


def transfer_at_once(drive: Drive, *, drop: Sequence[str] = ()) -> list[int]:
    """Give two cases at once to a manager with room for one. Returns the exit codes, sorted."""
    drive("worker add 'Max Full' --username max --role case_manager --capacity 1", ok=True)
    for _ in range(2):
        drive.open_case()
    with race(drive, drop=drop, load_read=PAUSE) as go:
        done = go(*(["case", "transfer", ref, "--to", "max", "--reason", "moved"] for ref in "12"))
    return sorted(each.code for each in done)


def test_of_two_transfers_at_once_beyond_capacity_one_is_refused(drive):
    assert transfer_at_once(drive) == [0, 3]
    assert len(drive("caseload --manager max --json").json) == 1


def test_without_the_lock_two_transfers_at_once_go_wrong(unnumbered):
    """Both are taken, unless the second fails for having got the same number in the record."""
    drive, lock = unnumbered

    assert transfer_at_once(drive, drop=[lock]) != [0, 3]


def open_the_same_person_at_once(drive: Drive, *, drop: Sequence[str] = ()) -> list[int]:
    """Two people open a case for one person at once. Returns the exit codes, sorted."""
    with race(drive, drop=drop, nobody_alike=PAUSE) as go:
        done = go(*(["case", "open", "--forename", "Robin", "--surname", "Example"] for _ in range(2)))
    return sorted(each.code for each in done)


def test_of_two_cases_opened_at_once_for_one_person_one_is_refused(drive):
    assert open_the_same_person_at_once(drive) == [0, 3]
    assert len(drive("case list --json").json) == 1


def test_without_the_lock_two_cases_opened_at_once_for_one_person_go_wrong(unnumbered):
    drive, lock = unnumbered

    assert open_the_same_person_at_once(drive, drop=[lock]) != [0, 3]


# -- readers -----------------------------------------------------------------------------------------------------------

READS = ("caseload --json", "today --json", "case list --json", "workload --json")
"""Lists: they wait for nobody. Whoever looks at one record is written down first, and so waits for a writer."""


def one_contact(drive: Drive) -> None:
    """A case whose next contact falls due a week after the last."""
    drive(f"case open --forename Robin --surname Example --opened {day(60)}", ok=True)
    drive(f"approach 1 --state agreed --with adviser --on {day(60)}", ok=True)
    drive(f"contact log 1 --mode phone --outcome held --on {day(30)}", ok=True)


def test_a_reader_during_a_write_sees_all_of_it_or_nothing(drive, tmp_path):
    one_contact(drive)
    before = [drive(line, ok=True).out for line in READS]

    with race(drive, half_written=tmp_path / "gate") as writer:
        writer.start(f"contact log 1 --mode phone --outcome held --on {day(9)}")
        with standing_at(tmp_path / "gate"):
            during = [drive(line, ok=True).out for line in READS]
        assert [each.code for each in writer.finish()] == [0]

    assert during == before
    assert not set(before[:2]) & {drive(line, ok=True).out for line in READS[:2]}


def test_a_record_is_shown_once_its_reading_is_written_down_and_refused_when_that_takes_too_long(
    drive_file, tmp_path, monkeypatch
):
    one_contact(drive_file)
    monkeypatch.setattr(audit, "PATIENCE", 0.3)

    with race(drive_file, half_written=tmp_path / "gate") as writer:
        writer.start(f"contact log 1 --mode phone --outcome held --on {day(9)}")
        with standing_at(tmp_path / "gate"):
            during = drive_file("case show 1")
        writer.finish()
    after = drive_file("case show 1")

    assert (during.code, during.out) == (5, "")
    assert "Nothing is shown: that you look could not be written down. Somebody else is writing" in during.err
    assert after.code == 0


@contextmanager
def standing_at(gate: Path) -> Iterator[None]:
    """While a process stands at its gate."""
    end = time.monotonic() + 60
    while not gate.exists():
        assert time.monotonic() < end, "nobody came to the gate"
        time.sleep(0.01)
    try:
        yield
    finally:
        gate.unlink()


def read_around_a_write(drive: Drive, line: str, *, drop: Sequence[str] = ()) -> Any:
    """What a line says that stands still between its statements while a contact is logged."""
    one_contact(drive)
    gate = drive.home.parent / "gate"
    with race(drive, drop=drop, half_read=gate) as reader:
        reader.start(line)
        with standing_at(gate):
            drive(f"contact log 1 --mode phone --outcome held --on {day(9)}", ok=True)
        return reader.finish()[0].json


def test_a_list_that_is_read_around_a_write_is_of_one_moment(drive):
    row = read_around_a_write(drive, "caseload --json")[0]

    assert row["next_due_on"] == row["deadlines"][0]["due_on"]


def test_without_a_snapshot_a_list_read_around_a_write_is_of_two_moments(drive_file):
    row = read_around_a_write(drive_file, "caseload --json", drop=["transaction"])[0]

    assert row["next_due_on"] != row["deadlines"][0]["due_on"]


def test_the_doctor_finds_nothing_wrong_while_others_write(drive):
    found = {each["name"]: each for each in read_around_a_write(drive, "doctor --json")}

    assert found["deadlines"]["state"] == "ok", found["deadlines"]


def test_whoever_waits_longer_than_a_moment_is_told_for_whom(drive, team):
    drive.open_case()
    other = drive.db(write=True)
    if drive.engine == "postgres":
        other.raw.autocommit = False
    other.begin(write=True)
    other.lock(RULES)
    writers.announce(other, "gil (drive import cases, begun 02:10 UTC)")

    with drive.fork("contact log 1 --mode phone --outcome held", env={"DRIVE_WORKER": "sam"}) as waiting:
        said = ""
        while "Waiting" not in said:
            line = waiting.stderr.readline()
            assert line, said
            said += line
        other.rollback()
        writers.withdraw(other)
        waiting.communicate()

    assert said.endswith("Waiting for gil (drive import cases, begun 02:10 UTC) to finish ...\n")
    assert waiting.returncode == 0
    assert not list(drive.home.rglob("*-writer"))
