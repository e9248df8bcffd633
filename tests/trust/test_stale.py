"""Two people at one thing: the second is told, sees both versions, and keeps their words. Sent twice is done once."""

from typing import Any

import pytest
from conftest import Drive
from racing import race

PHONE = "01273 000001"


def last(drive: Drive) -> dict[str, Any]:
    return drive("audit log --limit 1 --json", as_="sam", ok=True).json[0]


def test_who_edits_a_field_that_another_changed_meanwhile_is_told_both_versions(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam", phone=PHONE, manager="amina")
    drive("case show 1", as_="amina", ok=True)
    drive("case edit 1 --phone '01273 000002'", as_="ben", ok=True)

    told = drive("case edit 1 --phone '01273 000003' --tier standard --reason 'spoke on the phone'", as_="amina")

    assert (told.code, told.out) == (5, "")
    assert told.err.startswith("Ben Carter changed the phone of WS-0001 after you last looked (")
    assert [line.strip() for line in told.err.splitlines()[1:5]] == [
        "Phone:",
        "you had seen  01273 000001",
        "Ben Carter    01273 000002",
        "you typed     01273 000003",
    ]
    assert "drive case show WS-0001   then, if yours is right, type the line again" in told.err
    assert "Your words are kept as draft 1" in told.err
    assert drive("drafts show 1 --json", as_="amina", ok=True).json["words"] == "spoke on the phone"
    assert drive("case show 1 --json", as_="sam", ok=True).json["phone"] == "01273 000002"


def test_what_was_shown_was_looked_at_and_the_line_typed_again_is_done(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam", phone=PHONE, manager="amina")
    drive("case edit 1 --phone '01273 000002'", as_="ben", ok=True)
    line = "case edit 1 --phone '01273 000003'"
    drive("case show 1", as_="sam", ok=True)
    drive("case edit 1 --phone '01273 000004'", as_="ben", ok=True)

    told = drive(line, as_="sam")
    looked = last(drive)
    again = drive(line, as_="sam")

    assert (told.code, again.code) == (5, 0)
    assert (looked["kind"], looked["worker"], looked["cases"]) == ("read", "sam", ["WS-0001"])
    assert drive("case show 1 --json", as_="sam", ok=True).json["phone"] == "01273 000003"


def test_a_program_is_told_no_values_and_must_look_first(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam", phone=PHONE)
    drive("case edit 1 --phone '01273 000002'", as_="ben", ok=True)
    line = "case edit 1 --phone '01273 000003' --json"

    first, second = drive(line, as_="sam"), drive(line, as_="sam")
    drive("case show 1", as_="sam", ok=True)
    third = drive(line, as_="sam")

    assert (first.code, second.code, third.code) == (5, 5, 0)
    assert first.error["kind"] == "stale"
    assert "01273" not in first.err


@pytest.mark.parametrize("username", ["amina", "zoë", "a_b"])
def test_what_somebody_wrote_of_something_else_is_no_look(drive: Drive, team: Any, username: str) -> None:
    drive(["worker", "add", "Somebody", "--username", username, "--role", "case_manager"], as_="sam", ok=None)
    drive.open_case(as_="sam", phone=PHONE)
    drive("case show 1", as_=username, ok=True)
    drive("case edit 1 --phone '01273 000002'", as_="ben", ok=True)
    drive("contact log 1 --mode meeting --outcome information_given", as_=username, ok=True)

    done = drive("case edit 1 --phone '01273 000003'", as_=username)

    assert done.code == 5
    assert "contact log" in drive("history", as_=username).out


def test_nobody_is_stopped_who_changes_another_field_or_types_the_same_or_never_looked(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam", phone=PHONE)
    drive("case show 1", as_="amina", ok=True)
    drive("case edit 1 --phone '01273 000002' --tier standard", as_="ben", ok=True)

    other = drive("case edit 1 --language Welsh --phone '01273 000002'", as_="amina")
    newcomer = drive("case edit 1 --phone '01273 000003'", as_="carl")

    assert (other.code, newcomer.code) == (0, 0)


@pytest.mark.parametrize("looked", [True, False])
def test_of_two_who_edit_one_field_at_the_same_moment_one_is_told(drive: Drive, team: Any, looked: bool) -> None:
    """Whoever never looked is not stopped: that is the control."""
    drive.open_case(as_="sam", phone=PHONE)
    people = ("amina", "ben")
    for each in people if looked else ():
        drive("case show 1", as_=each, ok=True)

    with race(drive) as at_once:
        ended = at_once(
            *(f"DRIVE_WORKER={who} case edit 1 --phone '01273 00000{n}'" for n, who in enumerate(people, 5))
        )

    assert sorted(each.code for each in ended) == ([0, 5] if looked else [0, 0]), ended


@pytest.mark.parametrize(("first", "second"), [("--tier standard", "--tier high"), ("--area adur", "--area worthing")])
def test_tier_and_area_are_held_to_the_last_look_too(drive: Drive, team: Any, first: str, second: str) -> None:
    drive.open_case(as_="sam")
    drive("case show 1", as_="amina", ok=True)
    drive(f"case edit 1 {first}", as_="ben", ok=True)

    told = drive(f"case edit 1 {second}", as_="amina")

    assert told.code == 5
    assert f"Ben Carter    {first.split()[1]}" in told.err


def test_who_corrects_a_contact_second_sees_what_the_first_made_of_it(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam")
    drive("contact log 1 --mode meeting --outcome held --with housing", as_="sam", ok=True)
    drive("contact correct 1 --with police --reason 'misheard'", as_="ben", ok=True)

    told = drive("contact correct 1 --with school --reason 'it was the school'", as_="amina")

    assert told.code == 3
    lines = [line.strip() for line in told.err.splitlines()]
    assert lines[0] == "Contact 1 was already corrected; contact 2 stands in its place."
    assert lines[1:5] == ["With whom:", "you had seen  housing", "ben           police", "you typed     school"]
    assert "Your words are kept as draft 1" in told.err


def test_a_restricted_note_is_not_shown_to_who_comes_second(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam", manager="amina")
    drive("contact log 1 --mode meeting --outcome held --about restricted --note 'kept close'", as_="amina", ok=True)
    drive("contact correct 1 --note 'closer' --reason 'misheard'", as_="amina", ok=True)

    told = drive("contact correct 1 --note 'mine' --reason 'it was the school'", as_="ben")

    assert told.code == 3
    assert "close" not in told.err.replace("closed", "")


def test_a_fact_that_another_corrected_meanwhile_is_not_corrected_unseen(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam", opened="1/2/2026")
    drive("case show 1", as_="amina", ok=True)
    drive("case correct 1 opened --on 2/2/2026 --reason 'misread'", as_="ben", ok=True)

    told = drive("case correct 1 opened --on 3/2/2026 --reason 'the form was misread'", as_="amina")
    again = drive("case correct 1 opened --on 3/2/2026 --reason 'the form was misread'", as_="amina")

    assert (told.code, again.code) == (5, 0)
    assert [line.strip() for line in told.err.splitlines()[1:5]] == [
        "Opened:", "you had seen  2026-02-01", "Ben Carter    2026-02-02", "you typed     2026-02-03",
    ]  # fmt: skip


def test_who_applies_practice_over_anothers_is_told(drive: Drive, team: Any, tmp_path: Any) -> None:
    file = tmp_path / "practice.toml"
    file.write_text("[window]\nmonths = 9\n", encoding="utf-8")
    applied = drive(f"practice apply {file} --reason 'agreed in May'", as_="gil")
    assert applied.code == 0, str(applied)

    second = drive(f"practice apply {file} --reason 'agreed in June'", as_="sam")

    assert second.code == 0
    assert "This took the place of version 1 of practice.toml, which Gil Stone applied (" in second.err


def test_a_line_sent_twice_with_one_name_is_done_once(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam")
    line = "contact log 1 --mode phone --outcome held --once note-17"

    first, second = drive(line, as_="sam"), drive(line, as_="sam")

    assert (first.code, second.code, second.out) == (0, 0, "")
    assert "--once note-17 was done already" in second.err
    assert drive.db().value("SELECT COUNT(*) FROM contact") == 1


def test_a_line_sent_twice_at_the_same_moment_is_done_once(drive: Drive, team: Any) -> None:
    drive.open_case(as_="sam")
    line = "contact log 1 --mode phone --outcome held --once note-17"

    with race(drive, env={"DRIVE_WORKER": "sam"}) as at_once:
        ended = at_once(*[line] * 4)

    assert [each.code for each in ended] == [0] * 4, ended
    assert sum("was done already" in each.err for each in ended) == 3
    assert drive.db().value("SELECT COUNT(*) FROM contact") == 1


def test_without_a_name_the_same_line_is_done_as_often_as_it_is_sent(drive: Drive, team: Any) -> None:
    """The control: it is the name that holds them together."""
    drive.open_case(as_="sam")
    line = "contact log 1 --mode phone --outcome held"

    with race(drive, env={"DRIVE_WORKER": "sam"}) as at_once:
        ended = at_once(*[line] * 4)

    assert [each.code for each in ended] == [0] * 4, ended
    assert drive.db().value("SELECT COUNT(*) FROM contact") == 4
