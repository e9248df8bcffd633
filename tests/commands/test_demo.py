"""`drive demo`: what is in it, that it says so on every screen, and that it never touches a real record."""

import csv
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Drive, Result

from drivecli import db, keys
from drivecli.catalogue import Catalogue
from drivecli.packaged import packaged_text
from drivecli.queries.clock import differences
from drivecli.settings import read_settings

BANNED = """
offender abuser nominal target client complainant refused no-show punish sanction safe clear escalate escalation
he she him her his hers himself herself man woman wife husband girlfriend boyfriend mother father ex-partner
"""

OFCOM_DRAMA = re.compile(r"07700 900\d{3}")

STORY = packaged_text("demo.toml")
TOLD = "\n".join(line for line in STORY.splitlines() if not line.startswith("#"))


@dataclass(frozen=True)
class Made:
    """A home with a real store in which a demo was made: the real store's files before and after, and what was said."""

    home: Path
    said: Result
    before: dict[str, bytes]
    after: dict[str, bytes]


@pytest.fixture(scope="session")
def made(demo_beside: Path) -> Made:
    """The demo, made once; every test works on a copy."""
    home, said = demo_beside / "drive", json.loads((demo_beside / "said").read_text(encoding="utf-8"))
    return Made(home, Result(*said), real_files(demo_beside / "before"), real_files(home))


@pytest.fixture
def demo(made: Made, tmp_path: Path) -> Iterator[Drive]:
    """`demo("...")` in a home that has the demo and a real store."""
    shutil.copytree(made.home, tmp_path / "copy")
    drive = at(tmp_path / "copy")
    yield drive
    drive.close()


@pytest.fixture
def rows(demo: Drive) -> list[dict[str, Any]]:
    """Every case of the demo that is not closed, as programs read it."""
    found: list[dict[str, Any]] = demo("--demo caseload --json", ok=True).json
    return found


@pytest.fixture
def store(demo: Drive) -> Iterator[db.Connection]:
    """The demo's store, opened to look into it."""
    settings = read_settings({"DRIVE_HOME": str(demo.home)}, demo=True)
    connection = db.open_store(settings.store, lambda: keys.read_key(settings))
    yield connection
    connection.close()


def at(home: Path) -> Drive:
    """A person's `drive` with the demo's own day: DRIVE_TODAY is not set."""
    return Drive(home, "file", today=None)


def real_files(home: Path) -> dict[str, bytes]:
    """Every file that is not the demo's, with what is in it."""
    files = [path for path in home.rglob("*") if path.is_file() and path.name.partition(".")[0] != "demo"]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


# -- what is said ------------------------------------------------------------------------------------------------------


def test_it_says_what_was_made_shows_the_overdue_and_what_to_type_next(made: Made) -> None:
    assert made.said.out == (
        "DEMO: invented people, a separate store.\n"
        "Made a demo with 30 invented cases. Real records are untouched.\n"
        "Today in the demo is Mon 2 Mar 2026.\n"
    ) + overdue(at(made.home))
    assert made.said.err == (
        "Making the demo. This takes a few seconds.\n"
        "7 of 27 open cases are overdue.\n"
        "Next, on the demo:\n"
        "  drive --demo today\n"
        "  drive --demo case show 7\n"
        "  drive --demo why 7\n"
        "  drive --demo contact log 7 --mode phone --outcome held\n"
        "--demo runs any command on the demo. drive demo --reset makes it anew.\n"
    )


def test_typed_again_it_shows_the_same_and_says_how_to_make_it_anew(demo: Drive) -> None:
    again = demo("demo", ok=True)

    assert again.out == (
        "DEMO: invented people, a separate store.\nThe demo is there already.\nToday in the demo is Mon 2 Mar 2026.\n"
    ) + overdue(demo)
    assert again.err.endswith("drive demo --reset makes it anew.\n")


def overdue(drive: Drive) -> str:
    """What `drive --demo caseload --overdue` prints below the marking."""
    return drive("--demo caseload --overdue", ok=True).out.partition("\n")[2]


def test_to_programs_it_is_the_rows_of_the_overdue_caseload(demo: Drive) -> None:
    found = demo("demo --json", ok=True)

    assert found.json == demo("--demo caseload --overdue --json", ok=True).json
    assert found.err.splitlines()[0] == "DEMO: invented people, a separate store."


def test_what_it_says_to_type_next_works(made: Made, demo: Drive) -> None:
    lines = re.findall(r"^  drive (.+)$", made.said.err, re.MULTILINE)

    codes = {line: demo(line).code for line in lines}

    assert set(codes.values()) == {0}
    assert len(codes) == 4


@pytest.mark.parametrize(
    "line",
    [
        "demo",
        "--demo today",
        "today --demo",
        "caseload --demo",
        "case --demo show 7",
        "case list --demo",
        "case timeline 7 --demo",
        "why 7 --demo",
        "contact list 7 --demo",
        "contact log 7 --demo --mode phone --outcome held",
        "worker list --demo",
        "workload --demo",
        "whoami --demo",
    ],
)
def test_every_screen_says_demo_and_beside_what_programs_read(demo: Drive, line: str) -> None:
    screen, data, quiet = demo(line, ok=True), demo(f"{line} --format json", ok=True), demo(f"{line} --quiet", ok=True)

    assert screen.out.startswith("DEMO: ")
    assert data.raw_err.startswith("DEMO: ")
    assert "DEMO: " not in data.out
    assert data.json
    assert quiet.raw_err.startswith("DEMO: ")


def test_an_error_on_the_demo_says_demo_too(demo: Drive) -> None:
    found = demo("--demo case show 99", ok=False)

    assert found.out.startswith("DEMO: ")
    assert found.err.startswith("There is no case DEMO-0099.")


# -- its own store and its own day -------------------------------------------------------------------------------------


def test_making_it_leaves_every_other_file_as_it_was(made: Made) -> None:
    assert made.after == made.before
    assert "data/drive.db" in made.after


def test_made_anew_it_is_the_same_again_and_the_real_store_is_untouched(made: Made, demo: Drive) -> None:
    first = demo("--demo caseload --json", ok=True).json
    demo("--demo contact log 7 --mode in_person --outcome held", ok=True)
    changed = demo("--demo caseload --json", ok=True).json

    demo("demo --reset", ok=True)

    assert changed != first
    assert demo("--demo caseload --json", ok=True).json == first
    assert real_files(demo.home) == made.before


def test_without_its_key_it_says_how_to_make_it_anew(demo: Drive) -> None:
    (demo.home / "config" / "keys" / "demo.key").unlink()

    found = demo("demo", ok=False)

    assert found.code == 5
    assert found.err.splitlines()[-1] == "drive demo --reset"


def test_the_environment_cannot_send_it_to_a_real_store(demo: Drive, tmp_path: Path) -> None:
    elsewhere = str(tmp_path / "other.db")

    shown = demo("demo", env={"DRIVE_DATABASE": elsewhere, "DRIVE_KEY_COMMAND": "false"}, ok=True)

    assert "DEMO-0007" in shown.out
    assert not Path(elsewhere).exists()


@pytest.mark.parametrize(
    "line",
    [
        "case open --tier high --forename Robin --surname Example --demo",
        "case open --opened today --forename Robin --surname Example --demo",
        "contact log 7 --mode phone --outcome held --demo",
    ],
)
def test_said_last_it_still_keeps_the_line_from_the_real_store(made: Made, demo: Drive, line: str) -> None:
    result = demo(line, ok=True)

    assert result.out.startswith("DEMO")
    assert real_files(demo.home) == made.before


def test_its_day_stands_still_unless_drive_today_says_another(demo: Drive) -> None:
    its_own = demo("--demo whoami --json", ok=True).json
    another = demo("--demo whoami --json", env={"DRIVE_TODAY": "2026-04-01"}, ok=True).json
    shown = demo("demo", env={"DRIVE_TODAY": "2026-04-01"}, ok=True)

    assert (its_own["today"], another["today"]) == ("2026-03-02", "2026-04-01")
    assert "Today in the demo is Wed 1 Apr 2026.\n" in shown.out
    assert "27 of 27 open cases are overdue.\n" in shown.err


def test_whoever_tries_it_acts_as_its_case_manager_and_may_act_as_others(demo: Drive) -> None:
    by_default = demo("--demo whoami --json", ok=True).json
    as_lead = demo("--demo whoami --json", as_="farida", ok=True).json
    elsewhere = demo("--demo whoami --json", as_="sam", ok=True).json

    assert [each["username"] for each in (by_default, as_lead, elsewhere)] == ["nia", "farida", "nia"]


# -- what is in it -----------------------------------------------------------------------------------------------------


def test_an_export_of_it_is_the_rows_alone_and_only_by_who_may(demo: Drive) -> None:
    refused = demo("--demo export cases")

    exported = demo("--demo export cases", as_="farida", ok=True)

    assert len(list(csv.DictReader(io.StringIO(exported.out, newline="")))) == 30
    assert exported.out.startswith('"ref",')
    assert exported.raw_err == "DEMO: invented people, a separate store.\n30 cases exported.\n"
    assert (refused.code, refused.out, refused.raw_err.splitlines()[-1]) == (3, "", "Ask one of: colin, farida.")


def test_thirty_cases_lie_with_four_managers_in_three_areas(demo: Drive, rows: list[dict[str, Any]]) -> None:
    everyone = demo("--demo case list --json", ok=True).json

    assert (len(everyone), len(rows)) == (30, 27)
    assert Counter(row["area"] for row in rows) == {"adur": 8, "worthing": 10, "crawley": 9}
    assert Counter(row["manager"] for row in rows) == {"nia": 7, "tomasz": 7, "adaeze": 6, "gareth": 6, None: 1}
    assert all(re.fullmatch(r"DEMO-00[0-3]\d", row["ref"]) for row in rows)


def test_every_role_that_can_be_assigned_has_a_worker(demo: Drive) -> None:
    roles = Counter(each["role"] for each in demo("--demo worker list --json", ok=True).json)

    assignable = {code for code, role in Catalogue().roles.items() if role.assignable}
    assert set(roles) == assignable | {"team_lead", "admin", "idva"}
    assert roles["case_manager"] == 4


def test_cases_are_overdue_for_five_different_reasons_and_weights(rows: list[dict[str, Any]]) -> None:
    late = Counter(each["kind"] for row in rows for each in row["deadlines"] if each["overdue_days"])

    assert late == {
        "safety_consult": 2,
        "contact": 2,
        "specialist_first_contact": 1,
        "review": 1,
        "engagement_review": 1,
    }
    assert {each["weight"] for row in rows for each in row["deadlines"] if each["overdue_days"]} == {
        "safety",
        "practice",
    }


def test_the_working_states_are_all_there(demo: Drive, rows: list[dict[str, Any]]) -> None:
    by_stage = Counter(row["stage"] for row in rows)

    assert by_stage["not_engaged"] == 5
    assert by_stage["step_down"] == 1
    assert [row["ref"] for row in rows if row["hold"]] == ["DEMO-0010"]
    assert [row["ref"] for row in rows if row["status"] == "suspended"] == ["DEMO-0011"]
    assert [row["ref"] for row in rows if row["seen_until"]] == ["DEMO-0015"]
    assert [row["ref"] for row in rows if row["window_months"] > 10] == ["DEMO-0004"]
    assert sorted(row["ref"][-4:] for row in rows if row["days_left"] <= 42) == ["0005", "0006", "0007", "0008"]
    assert demo("--demo case show 22 --json", ok=True).json["earlier_cases"] == ["DEMO-0003"]


def test_the_first_day_shown_has_a_hold_something_overdue_and_a_cover(demo: Drive) -> None:
    day = demo("--demo today --json", ok=True).json

    assert [each["section"] for each in day][:4] == ["hold", "overdue", "overdue", "today"]
    assert {each["covering"] for each in day} == {None, "gareth"}


def test_the_lead_is_told_of_a_contact_before_anybody_had_agreed(demo: Drive) -> None:
    day = demo("--demo today --json", as_="farida", ok=True).json

    assert [(each["ref"], each["kind"]) for each in day if each["section"] == "flagged"] == [
        ("DEMO-0028", "before_approach")
    ]


def test_there_is_a_corrected_contact_and_a_restricted_note(demo: Drive) -> None:
    contacts = demo("--demo contact list 7 --all --json", ok=True).json
    restricted = [each["id"] for each in contacts if each["about"] == "restricted"]

    for_manager = demo(f"--demo contact show {restricted[0]} --json", ok=True).json
    for_others = demo(f"--demo contact show {restricted[0]} --json", as_="bridget", ok=True).json

    assert sum(each["superseded_by"] is not None for each in contacts) == 1
    assert (for_manager["note"], for_others["note"]) == ("Ring before visits.", None)


# -- how it was made ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    ["approach", "assignment", "closing", "contact", "extension", "hold", "opening", "review", "seen", "stage_change"],
)
def test_everything_was_written_down_after_it_happened_in_working_hours(store: db.Connection, table: str) -> None:
    times = store.run(f"SELECT occurred_on, recorded_at FROM {table}").fetchall()

    assert times
    assert [each for each in times if each[1][:10] < each[0]] == []
    assert [each for each in times if each[1][:10] > "2026-03-02"] == []
    assert [each for each in times if not "09" <= each[1][11:13] <= "16"] == []


def test_some_contacts_were_written_down_a_day_or_two_later(store: db.Connection) -> None:
    later = store.value("SELECT COUNT(*) FROM contact WHERE substr(recorded_at, 1, 10) > occurred_on")

    assert 50 < later < store.value("SELECT COUNT(*) FROM contact") / 2


def test_its_record_is_in_order_of_time_and_each_thing_by_whoever_would_have_done_it(store: db.Connection) -> None:
    events = store.run("SELECT at, command FROM event ORDER BY id").fetchall()
    by_others = "SELECT COUNT(*) FROM contact k JOIN event e ON e.id = k.event_id WHERE k.recorded_by <> e.worker_id"

    assert events == sorted(events, key=lambda event: event[0])
    assert {"drive case open", "drive contact log", "drive approach", "drive review"} <= {each[1] for each in events}
    assert store.value(by_others) == 0
    assert store.value("SELECT COUNT(DISTINCT recorded_by) FROM contact") == 11


def test_its_deadlines_are_what_the_rules_answer_from_scratch(store: db.Connection) -> None:
    assert differences(store, Catalogue()) == []


# -- its words ---------------------------------------------------------------------------------------------------------


def test_no_story_uses_a_banned_word_or_assumes_a_sex() -> None:
    banned = [word for word in BANNED.split() if re.search(rf"\b{word}\b", TOLD, re.IGNORECASE)]

    assert banned == []


def test_no_story_tells_anything_of_a_victim() -> None:
    spoken_of = set(re.findall(r"victim\S*(?: \w+)?", TOLD.lower()))

    assert spoken_of <= {"victim's adviser", "victim service", 'victim_service"'}


def test_phone_numbers_are_from_the_range_kept_for_drama(demo: Drive) -> None:
    numbers = re.findall(r"phone = \"(.*)\"", STORY)

    assert len(numbers) > 20
    assert len(numbers) == len(set(numbers))
    assert [each for each in numbers if not OFCOM_DRAMA.fullmatch(each)] == []
    assert re.findall(r"\b0\d{3,4} ?\d{5,6}\b", OFCOM_DRAMA.sub("", TOLD)) == []
