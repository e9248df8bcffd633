"""`drive undo` and `drive history`: what only added rows is taken out again, whole, on record, and once."""

import json
import os
from typing import Any

import pytest
from bringing import CASE, CONTACT, assert_sound, bring, records
from commands.refusals import assert_refused
from conftest import Drive
from racing import race
from screens import Screen

from drivecli import cli
from drivecli.domain.undo import CORRECTED, UNDONE

AGREED = "approach 1 --state agreed --with 'Fay Moss'"
LOG = "contact log 1 --mode phone --outcome held"


@pytest.fixture
def one_case(drive: Drive, team: Any, stores: Any) -> None:
    """A case that Sam opened and Amina manages, whose person may be approached."""
    stores.prepared(drive, _one_case)


def _one_case(drive: Drive) -> None:
    drive.open_case(as_="sam", manager="amina", opened="1/2/2026")
    drive(f"{AGREED} --on 1/2/2026", as_="sam", ok=True)


def state(drive: Drive, as_: str = "sam") -> list[tuple[str, str]]:
    """The commands of a worker's history, newest first, and whether each can be undone."""
    return [(each["command"], each["state"]) for each in drive("history --json", as_=as_, ok=True).json]


UNDOABLE: list[tuple[list[str], str]] = [
    ([], "case open --forename Kim --surname Sample --manager ben --area adur"),
    ([], f"{LOG} --on 2/2/2026"),
    ([f"{LOG} --on 2/2/2026"], "contact correct 1 --outcome declined --reason x"),
    ([], "case stage 1 engaged"),
    ([], "case transfer 1 --to ben --reason x"),
    ([], "case extend 1 --months 1 --authorised-by sam --reason x"),
    ([], "case correct 1 opened --on 31/1/2026 --reason x"),
    ([], "case close 1 --reason completed"),
    ([], "assign 1 --substance carl --mental-health dana"),
    ([], "review 1 --kind case"),
    ([], "seen 1 --until tomorrow"),
    ([], "worker add 'Jo Temp' --username jo --role police"),
    ([], "worker away amina --from today --to +2w --cover ben"),
    ([], "worker leave amina --hand-over-to ben"),
    ([], "agency add 'Adur Advice'"),
    ([], "checklist start opening 1"),
    (["checklist start enforcement 1"], "checklist tick enforcement 1 1 --state not_appropriate --result x"),
]


@pytest.mark.parametrize(("before", "line"), UNDOABLE, ids=[line[:24] for _, line in UNDOABLE])
def test_what_a_command_added_is_taken_out_and_all_else_is_as_it_was(
    drive: Drive, one_case: None, before: list[str], line: str
) -> None:
    for each in before:
        drive(each, as_="sam", ok=True)
    stood = records(drive)
    drive(line, as_="sam", ok=True)
    assert records(drive) != stood

    undone = drive("undo --yes --json", as_="sam")

    assert undone.code == 0, str(undone)
    assert undone.json["taken_out"] or undone.json["emptied"]
    assert records(drive) == stood
    assert state(drive)[:2] == [("drive undo", "undo"), (undone.json["command"], "undone")]
    assert_sound(drive)


KEPT: list[tuple[list[str], str, str]] = [
    ([], AGREED, "drive approach WS-0001 --state STATE --with WHO"),
    ([], "case hold 1 --until +1w --by 'Fay Moss' --reason adviser_advice", "drive case hold WS-0001"),
    ([], "case suspend 1 --reason custody", "drive case resume WS-0001 --reason CODE"),
    (["case suspend 1 --reason custody"], "case resume 1 --reason released", "drive case suspend WS-0001"),
    ([], "case edit 1 --tier standard", "drive case edit WS-0001, with what is right"),
    (["assign 1 --substance carl"], "unassign 1 --substance --reason x", "drive assign WS-0001 --ROLE USERNAME"),
    ([], "checklist start enforcement 1", "drive checklist tick NAME WS-0001 ITEM"),
    (
        ["checklist start enforcement 1"],
        "checklist tick enforcement 1 safety_step --state done",
        "drive checklist tick",
    ),
    (
        ["checklist start enforcement 1"],
        "checklist tick enforcement 1 2 --state agreed --by amina --override --reason x",
        "drive checklist tick",
    ),
    (
        ["case hold 1 --until +1w --by 'Fay Moss' --reason adviser_advice"],
        LOG,
        "drive contact correct 1 --withdraw --reason WHY",
    ),
    (
        ["case close 1 --reason completed"],
        "case open --same-as 1 --phone 1",
        "drive case close WS-0002 --reason opened_in_error",
    ),
    ([], "export cases --json", "drive history"),
]


@pytest.mark.parametrize(("before", "line", "instead"), KEPT, ids=[f"{line[:24]}" for _, line, _ in KEPT])
def test_what_keeps_people_safe_and_what_was_edited_is_put_right_not_undone(
    drive_file: Drive, team: Any, stores: Any, before: list[str], line: str, instead: str
) -> None:
    drive = stores.prepared(drive_file, _one_case)
    for each in [*before, line]:
        drive(each, as_="sam", ok=True)
    stood = records(drive)

    refused = drive("undo --yes", as_="sam")

    assert (refused.code, refused.out) == (3, ""), str(refused)
    assert "is not undone: " in refused.err
    assert refused.err.splitlines()[1].startswith(instead), refused.err
    assert records(drive) == stood
    assert drive("history --json --limit 1", as_="sam", ok=True).json[0]["instead"].startswith(instead)


BUILT: list[tuple[str, str, str, str]] = [
    ("case open --forename Kim --surname Sample", "contact log 2 --mode phone --outcome held", "ben", "WS-0002"),
    ("case open --forename Kim --surname Sample", "person link P-0001 P-0002 --reason x", "ben", "decision who is who"),
    (f"{LOG} --on 2/2/2026", "contact correct 1 --outcome declined --reason x", "ben", "contact corrected"),
    (f"{LOG} --on 2/2/2026", "case stage 1 engaged", "ben", "WS-0001 (drive case stage)"),
    ("case transfer 1 --to ben --reason x", "worker leave amina", "gil", "Amina Khan, who would have WS-0001 again"),
    ("case close 1 --reason completed", "case open --same-as 1", "ben", "WS-0002 (a new episode)"),
    ("worker add 'Jo Temp' --username jo --role police", "assign 1 --police jo", "ben", "1 assignment of its workers"),
    ("worker add 'Jo Temp' --username jo --role police", "worker leave jo", "gil", "worker jo (changed since)"),
    (
        "agency add 'Adur Advice'",
        "worker add 'Jo T' --username jo --role police --agency 'Adur Advice'",
        "gil",
        "1 worker",
    ),
]


@pytest.mark.parametrize(("line", "then", "by", "named"), BUILT, ids=[f"{b[0][:16]}, {b[1][:16]}" for b in BUILT])
def test_what_others_built_on_stays_and_is_named(
    drive: Drive, one_case: None, line: str, then: str, by: str, named: str
) -> None:
    drive(line, as_="sam", ok=True)
    drive(then, as_=by, ok=True)
    stood = records(drive)

    refused = drive("undo --yes", as_="sam")

    assert (refused.code, refused.out) == (3, ""), str(refused)
    assert "has been built upon: " in refused.err
    assert named in refused.err
    assert records(drive) == stood


def test_looking_and_running_the_clock_anew_build_nothing(drive: Drive, one_case: None) -> None:
    drive(f"{LOG} --on 2/2/2026", as_="amina", ok=True)
    drive("case show 1", as_="ben", ok=True)
    drive("contact list 1", as_="sam", ok=True)
    drive("upgrade --recompute", as_="gil", ok=True)

    drive("undo --yes", as_="amina", ok=True)

    assert_sound(drive)


def test_undo_goes_back_change_by_change_over_those_that_were_undone(drive: Drive, one_case: None) -> None:
    stood = records(drive)
    drive(f"{LOG} --on 2/2/2026", as_="sam", ok=True)
    drive(f"{LOG} --on 3/2/2026", as_="sam", ok=True)
    drive("review 1 --kind case", as_="sam", ok=True)

    undone = [drive("undo --yes --json", as_="sam", ok=True).json["command"] for _ in range(3)]

    assert undone == ["drive review", "drive contact log", "drive contact log"]
    assert records(drive) == stood
    assert drive("undo --yes", as_="sam").code == 3  # the approach
    assert_sound(drive)


def test_only_changes_of_ones_own_are_undone_and_each_once(drive: Drive, one_case: None) -> None:
    drive(f"{LOG} --on 2/2/2026", as_="sam", ok=True)
    entry = drive("history --json --limit 1", as_="sam").json[0]["entry"]

    assert_refused(drive, "undo --yes", 3, "There is nothing of yours to undo.\ndrive history", as_="amina")
    assert_refused(drive, f"undo {entry} --yes", 4, f"Entry {entry} is no change of yours.\ndrive history", as_="amina")
    drive(f"undo {entry} --yes", as_="sam", ok=True)
    said = f"Entry {entry} (drive contact log) was undone already.\ndrive history"
    assert_refused(drive, f"undo {entry} --yes", 3, said, as_="sam")


def test_two_who_undo_one_change_at_the_same_moment_undo_it_once(drive: Drive, one_case: None) -> None:
    drive(f"{LOG} --on 2/2/2026", as_="sam", ok=True)
    entry = drive("history --json --limit 1", as_="sam").json[0]["entry"]

    with race(drive, env={"DRIVE_WORKER": "sam"}) as at_once:
        ended = at_once(*[f"undo {entry} --yes"] * 3)

    assert sorted(each.code for each in ended) == [0, 3, 3], ended
    assert drive.db().value("SELECT COUNT(*) FROM event WHERE command = 'drive undo'") == 1
    assert_sound(drive)


def test_it_is_shown_first_and_nothing_is_done_without_a_yes(drive: Drive, one_case: None) -> None:
    drive(f"{LOG} --on 2/2/2026 --note 'private words'", as_="sam", ok=True)
    stood = records(drive)

    shown = drive("undo --dry-run", as_="sam", ok=True)
    asked = drive("undo --no-input", as_="sam")

    assert "drive contact log, on WS-0001.\nTo be taken out: contact 1.\n" in shown.out
    assert asked.code == 2
    assert "To be taken out: contact 1.\n" in asked.err
    assert asked.err.endswith(
        "Missing --yes (running without a terminal, so not asking). Nothing was changed.\ndrive undo --yes\n"
    )
    assert records(drive) == stood
    assert "private" not in shown.out + drive("history --json", as_="sam").out


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal")
@pytest.mark.parametrize(("answer", "left"), [("", 1), ("y", 0)])
def test_at_a_terminal_it_asks_and_enter_alone_is_no(drive_file: Drive, team: Any, answer: str, left: int) -> None:
    _one_case(drive_file)
    drive_file(f"{LOG} --on 2/2/2026", as_="sam", ok=True)

    screen = Screen(drive_file, "undo", DRIVE_ACCESSIBLE="1", DRIVE_WORKER="sam")
    screen.answer(("To be taken out: contact 1.", ""), ("Take it out?", f"{answer}\n"))

    assert screen.end() == 0, screen.text
    assert drive_file.db().value("SELECT COUNT(*) FROM contact") == left


def test_what_was_taken_out_stays_on_record_with_why(drive: Drive, one_case: None) -> None:
    drive(f"{LOG} --on 2/2/2026 --note 'kept words'", as_="sam", ok=True)

    drive("undo --yes --reason 'the wrong person'", as_="sam", ok=True)

    last = drive("audit log --limit 1 --json", as_="sam").json[0]
    kept = [json.loads(old) for (old,) in drive.db().run("SELECT old FROM change WHERE op = 'D'").fetchall()]
    assert (last["kind"], last["command"], last["reason"]) == ("undo", "drive undo", "the wrong person")
    assert [each["note"] for each in kept] == ["kept words"]


def test_refs_and_numbers_taken_back_are_never_given_out_again(drive: Drive, one_case: None) -> None:
    kim = "case open --forename Kim --surname Sample --quiet"
    assert drive(kim, as_="sam").out.strip() == "WS-0002"
    drive("undo --yes", as_="sam", ok=True)
    again = drive(kim, as_="sam").out.strip()
    drive(f"{LOG} --on 2/2/2026", as_="sam", ok=True)
    drive("undo --yes", as_="sam", ok=True)

    number = drive(f"{LOG} --on 2/2/2026 --json", as_="sam").json["id"]

    assert (again, number) == ("WS-0003", 2)
    assert drive(f"case show {again} --json", as_="sam").json["person"] == "P-0003"
    assert_sound(drive)


def test_a_hand_over_of_many_cases_is_one_step(drive: Drive, team: Any) -> None:
    for _ in range(40):  # above a hundred rows an entry has digests
        drive.open_case(as_="sam", manager="amina")
    stood = records(drive)
    drive("worker leave amina --hand-over-to ben", as_="sam", ok=True)

    undone = drive("undo --yes --json", as_="sam")

    assert undone.code == 0, str(undone)
    assert undone.json["taken_out"] == ["40 assignments"]
    assert undone.json["emptied"] == ["40 ended assignments", "the leaving of worker amina"]
    assert records(drive) == stood
    assert drive("contact log 1 --mode phone --outcome held", as_="amina").code == 0
    assert_sound(drive)


def test_a_whole_import_is_one_step(drive: Drive, team: Any) -> None:
    stood = records(drive)
    bring(drive, "cases", [CASE])
    bring(drive, "contacts", [CONTACT])
    assert drive("undo --dry-run --json", as_="sam").json["command"] == "drive import contacts"

    undone = [drive("undo --yes --json", as_="sam", ok=True).json["command"] for _ in range(2)]

    assert undone == ["drive import contacts", "drive import cases"]
    assert records(drive) == stood
    assert [each["state"] for each in drive("import history --json").json] == ["undone", "undone"]
    assert [each for _, each in state(drive)[:4]] == ["undo", "undo", "undone", "undone"]
    assert_sound(drive)


def test_a_row_that_another_program_changed_is_not_taken_out(drive_file: Drive, team: Any) -> None:
    _one_case(drive_file)
    drive_file("worker add 'Jo Temp' --username jo --role police", as_="sam", ok=True)
    drive_file.db(write=True).run("UPDATE worker SET capacity = 3 WHERE username = 'jo'")
    drive_file("agency add 'Adur Advice'", as_="ben", ok=True)

    refused = drive_file("undo --yes", as_="sam")

    assert refused.code == 3
    assert "worker jo (changed since)" in refused.err


def test_every_command_that_is_named_there_is() -> None:
    known = {f"drive {name}" for name in cli.COMMANDS}
    known |= {f"drive {group} {name}" for group, names in cli.GROUPS.items() for name in names}

    assert {*UNDONE, *CORRECTED} <= known
    assert not {*UNDONE} & {*CORRECTED}
