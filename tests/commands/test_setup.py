"""`drive init`: a store, its key and its first worker. What a store withstands is shown in test_store.py."""

import sys
from pathlib import Path

import pytest
from screens import Screen

from drivecli.keys import PROTECTS


def test_init_makes_a_store_and_says_what_protects_it(new_drive) -> None:
    result = new_drive("init --name 'Sam Okoro' --username sam --role team_lead --site ws")

    assert result.code == 0
    store = str(new_drive.settings.store)
    assert result.out == f"Made the store at {store}. Refs begin with WS-. You act as sam.\n"
    assert result.err.endswith("\nNext: drive case open --forename FIRST --surname LAST\n")
    if new_drive.engine == "file":
        assert result.err.startswith(f"Its key is in {new_drive.settings.own_key_file}.\n{PROTECTS}\n")
        assert "If the key file is lost, the records are lost." in result.err
    else:
        assert result.err.startswith("On PostgreSQL, who may see what is guided by drive but not yet enforced")
    here = new_drive("whoami --json").json
    assert (here["username"], here["name"], here["role"], here["prefix"]) == ("sam", "Sam Okoro", "team_lead", "WS")


def test_refs_begin_with_drv_unless_told_otherwise(new_drive) -> None:
    new_drive("init --name Sam --username sam --role team_lead", ok=True)

    assert new_drive.open_case() == "DRV-0001"


def test_the_store_s_key_lies_apart_from_its_data(drive_file) -> None:
    settings = drive_file.settings

    assert settings.store.path == drive_file.home / "data" / "drive.db"
    assert settings.own_key_file == drive_file.home / "config" / "keys" / "drive.key"
    assert len(settings.own_key_file.read_text().strip()) == 64


def test_another_file_is_another_store_with_a_key_of_its_own(drive_file, tmp_path: Path) -> None:
    env = {"DRIVE_DATABASE": str(tmp_path / "other.db")}
    missing = drive_file("caseload", env=env)
    drive_file("init --name Sam --username sam --role admin --site OTHER", env=env, ok=True)

    opened = drive_file("case open --forename Kim --surname Other --quiet", env=env)

    assert (missing.code, missing.err.splitlines()[0]) == (5, f"There is no store at {tmp_path / 'other.db'}.")
    assert opened.out == "OTHER-0001\n"
    assert (drive_file.home / "config" / "keys" / "other.key").exists()
    assert drive_file("case list --json").json == []


def test_no_other_store_takes_the_name_of_the_usual_one_or_of_the_demo(drive_file, tmp_path: Path) -> None:
    init = "init --name Sam --username sam --role admin --site OTHER"
    usual, demo = ({"DRIVE_DATABASE": str(tmp_path / name)} for name in ("drive.db", "demo.db"))

    refused = [drive_file(init, env=usual), drive_file(init, env=demo)]

    assert [each.code for each in refused] == [3, 3]
    assert "goes by the name “drive” already" in refused[0].err
    assert "The demo goes by the name “demo” already" in refused[1].err
    assert not list(tmp_path.glob("*.db"))


NOT_MADE = [
    ("init --username sam --role team_lead", "Missing --name (running without a terminal, so not asking)."),
    ("init --name Sam --role team_lead", "Missing --username (running without a terminal, so not asking)."),
    ("init --name Sam --username sam", "Missing --role (running without a terminal, so not asking). One of: "),
    ("init --name Sam --username sam --role boss", "--role: “boss” is not a role."),
    ("init --name Sam --username sam --role team_lead --site W", "--site: “W” cannot be a site prefix."),
    ("init --name Sam --username sam --role team_lead --site 1WS", "--site: “1WS” cannot be a site prefix."),
    ("init --name Sam --username 's m' --role team_lead", "--username: “s m” cannot be a username"),
]


@pytest.mark.parametrize(("line", "sentence"), NOT_MADE)
def test_a_store_is_not_made(drive_file, tmp_path: Path, line: str, sentence: str) -> None:
    home = tmp_path / "nothing"

    result = drive_file.another(home)(line)

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(sentence)
    assert not home.exists() or not [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize("site", ["P", "DEMO", "demo"])
def test_a_prefix_that_means_something_else_is_refused(drive_file, tmp_path: Path, site: str) -> None:
    result = drive_file.another(tmp_path / "nothing")(f"init --name Sam --username sam --role team_lead --site {site}")

    assert result.code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_what_is_missing_is_asked_for_where_a_person_is(drive_file, tmp_path: Path) -> None:
    other = drive_file.another(tmp_path / "asked")

    screen = Screen(other, "init --site WS").answer(
        ("Your name, as colleagues know it:", "Sam Okoro\n"),
        ("A short name to act under:", "Sam\n"),
        ("Your role", "\x1b[B\r"),  # the first below the line that chooses nothing
    )

    assert screen.end() == 0, screen.text
    here = other("whoami --json").json
    assert (here["name"], here["username"], here["role"]) == ("Sam Okoro", "sam", "case_manager")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_leaving_the_questions_leaves_nothing(drive_file, tmp_path: Path) -> None:
    other = drive_file.another(tmp_path / "left")

    screen = Screen(other, "init").answer(("Your name, as colleagues know it:", "\x03"))

    assert screen.end() == 130, screen.text
    assert "Stopped. Nothing was saved." in screen.text
    assert not [path for path in (tmp_path / "left").rglob("*") if path.is_file()]


def test_no_input_asks_nothing_even_at_a_terminal(drive_file, tmp_path: Path) -> None:
    result = drive_file.another(tmp_path / "nothing")("init --no-input --name Sam")

    assert result.code == 2


@pytest.mark.parametrize("today", ["tomorrow", "02/03/2026", "2026-02-30", "20260302x"])
def test_a_drive_today_that_is_no_day_is_told(drive_file, today: str) -> None:
    result = drive_file("caseload", today=today)

    assert (result.code, result.out) == (2, "")
    assert result.err == f"DRIVE_TODAY is “{today}”; write it as 2026-03-02, or leave it unset.\n"


def test_every_command_says_first_that_today_is_not_today(drive_file, team) -> None:
    drive_file.open_case()

    for line in ("caseload", "case list --json", "why 1", "approach 1 --state never --with Fay", "doctor --format csv"):
        first = drive_file(line).raw_err.splitlines()[0]
        assert first == "DRIVE_TODAY is set: today is taken to be 2026-03-02."


def test_the_training_day_never_feeds_when_something_was_written_down(drive) -> None:
    drive.open_case(today="2031-01-01")

    moments = [row["recorded_at"] for row in drive("case timeline 1 --json").json]

    assert not [moment for moment in moments if moment.startswith("2031")]
    assert (
        drive.db().value(
            "SELECT COUNT(*) FROM event WHERE at LIKE '2031%'".replace("%", "%%")
            if drive.engine == "postgres"
            else "SELECT COUNT(*) FROM event WHERE at LIKE '2031%'"
        )
        == 0
    )
