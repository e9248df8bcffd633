"""`drive checklist`: started as a copy, ticked in order of safety, due once agreed, printed without a word too many."""

import json
import re
import stat
from datetime import date
from pathlib import Path

import pytest
from conftest import Drive, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivecli.app import App

OWN = """\
title = "Night visits"
version = 1
audience = "staff"
valid_from = 2026-01-01

[groups]
police = "Police"

[[item]]
key = "drive_by"
lead = "police"
text = "Ask the police to drive by at night"
why = "Where calls come at night."
due_days = 5
"""


@pytest.fixture
def case(drive: Drive, team, stores) -> Drive:
    """A case in Adur, WS-0001, that Amina manages."""
    return stores.prepared(drive, with_case)


def with_case(drive: Drive) -> None:
    drive.open_case(manager="amina", area="adur", forename="Robin", surname="Exampleton")


def items(drive: Drive, name: str = "enforcement") -> dict[str, dict]:
    """The items of a checklist on the case, by key."""
    return {item["key"]: item for item in drive(f"checklist show {name} 1 --json", ok=True).json["items"]}


def dues(drive: Drive) -> list[tuple[str, str, str | None]]:
    """What a checklist made due: kind, day, owner."""
    rows = drive("why 1 --json", ok=True).json
    return [
        (row["kind"], row["due_on"], row["owner"]) for row in rows if row["kind"] in ("safety_step", "checklist_item")
    ]


# -- started -----------------------------------------------------------------------------------------------------------


def test_starting_says_how_many_items_and_what_comes_first(case: Drive) -> None:
    result = case("checklist start enforcement 1")

    count = len(items(case))
    assert (result.code, result.out) == (0, f"Started Enforcement checklist, version 1, on WS-0001: {count} items.\n")
    assert result.err.splitlines()[0] == (
        "First the safety step: drive checklist tick enforcement WS-0001 safety_step --state done"
    )


def test_only_the_safety_step_is_due_from_the_start(case: Drive) -> None:
    before = len(case("why 1 --json").json)

    case("checklist start enforcement 1", ok=True)

    assert dues(case) == [("safety_step", "2026-03-04", "amina")]
    assert len(case("why 1 --json").json) == before + 1


def test_a_copy_that_is_running_is_not_started_again_and_one_that_is_settled_may_be(case: Drive) -> None:
    case("checklist start opening 1", ok=True)

    again = case("checklist start opening 1")

    assert again.code == 3
    assert again.err.startswith("Opening checklist is running on WS-0001 since Mon 2 Mar 2026, with ")
    for item in items(case, "opening").values():
        line = ["checklist", "tick", "opening", "1", item["key"], "--state", "not_appropriate"]
        case(line, ok=True)
    case("checklist start opening 1", ok=True)
    assert len(case("checklist list 1 --json").json) == 2


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        ("checklist start enforcment 1", 4, "There is no checklist called enforcment. Did you mean enforcement?"),
        ("checklist start enforcement 99", 4, "There is no case WS-0099."),
        ("checklist start enforcement 1 --on 1/1/2026", 3, "Thu 1 Jan 2026 is before WS-0001 opened (Mon 2 Mar 2026)."),
        ("checklist start enforcement 1 --on 2026-03-09", 3, "Mon 9 Mar 2026 is in the future"),
        ("checklist show enforcement 1", 4, "WS-0001 has no checklist called enforcement."),
        ("checklist print enforcement 1", 4, "WS-0001 has no checklist called enforcement."),
        ("checklist print enforcement --with-name", 2, "--with-name needs a case: a blank sheet is nobody's."),
        ("checklist tick enforcement 1 1 --state done", 4, "WS-0001 has no checklist called enforcement."),
        ("checklist tick enforcement 1 1", 2, "Missing --state."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(case: Drive, line: str, code: int, sentence: str) -> None:
    result = case(line)

    assert (result.code, result.err.splitlines()[0][: len(sentence)]) == (code, sentence)


def test_a_closed_case_takes_no_checklist(case: Drive) -> None:
    case("case close 1 --reason completed", ok=True)

    assert case("checklist start closing 1").code == 3


def test_a_later_edit_of_the_file_never_rewrites_a_case(case: Drive, tmp_path: Path) -> None:
    file = tmp_path / "night_visits.toml"
    file.write_text(OWN, encoding="utf-8")
    case(["practice", "apply", str(file), "--reason", "agreed"], ok=True)
    case("checklist start night_visits 1", ok=True)

    file.write_text(
        OWN.replace("drive by at night", "stay away").replace("version = 1", "version = 2"), encoding="utf-8"
    )
    case(["practice", "apply", str(file), "--reason", "changed"], ok=True)

    known = {row["name"]: row["version"] for row in case("checklist list --json").json}
    assert known["night_visits"] == 2
    sheet = case("checklist show night_visits 1 --json").json
    assert (sheet["version"], sheet["items"][0]["text"]) == (1, "Ask the police to drive by at night")
    assert sheet["items"][0]["number"] == 1


def test_a_checklist_file_that_is_wrong_is_refused_with_its_line(case: Drive, tmp_path: Path) -> None:
    file = tmp_path / "night_visits.toml"
    file.write_text(OWN.replace("due_days = 5", 'due_days = "soon"'), encoding="utf-8")

    result = case(["practice", "check", str(file)])

    assert (result.code, result.err.splitlines()[0]) == (
        2,
        "checklists/night_visits.toml, line 9, drive_by: due_days is “soon”; it must be a whole number from 1 to 366.",
    )


def test_a_list_of_which_nothing_is_in_force_is_not_started(case: Drive, tmp_path: Path) -> None:
    file = tmp_path / "night_visits.toml"
    file.write_text(f"{OWN}nation = 'wales'\n", encoding="utf-8")
    case(["practice", "apply", str(file), "--reason", "agreed"], ok=True)

    result = case("checklist start night_visits 1")

    assert (result.code, result.err.splitlines()[0]) == (
        3,
        "Nothing on the night visits is in force for WS-0001 on Mon 2 Mar 2026.",
    )


# -- the safety step ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["agreed", "done"])
def test_an_item_that_needs_the_safety_step_waits_for_it(case: Drive, state: str) -> None:
    case("checklist start enforcement 1", ok=True)

    refused = case(f"checklist tick enforcement 1 spo --state {state}")

    assert refused.code == 3
    assert refused.err == (
        f"Item 3 cannot be {state} yet: first item 0 (Safety step done).\n"
        "drive checklist tick enforcement WS-0001 safety_step --state done"
        "   If it cannot wait: --override --reason WHY\n"
    )
    assert items(case)["spo"]["state"] == "open"
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    case(f"checklist tick enforcement 1 spo --state {state} --by amina", ok=True)
    assert items(case)["spo"]["state"] == state


def test_saying_that_an_item_will_not_be_done_needs_no_safety_step(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)

    for state in ("not_appropriate", "not_possible", "not_done"):
        case(f"checklist tick enforcement 1 spo --state {state}", ok=True)


def test_an_override_needs_a_reason_and_is_shown_ever_after(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    line = "checklist tick enforcement 1 spo --state agreed --by amina --override"

    bare = case(line)
    taken = case(f"{line} --reason 'threat tonight'")
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    case("checklist tick enforcement 1 spo --state done", ok=True)

    assert (bare.code, bare.err.splitlines()[0]) == (
        2,
        "--override needs --reason: say why; it is shown ever after.",
    )
    assert taken.code == 0
    assert items(case)["spo"]["override"] == "2026-03-02 by Sam Okoro: threat tonight"
    assert "OVERRIDE 2026-03-02 by Sam Okoro: threat tonight" in case("checklist show enforcement 1").out
    assert "Override recorded." in case("checklist print enforcement 1").out
    assert "threat" not in case("checklist print enforcement 1").out


def test_opening_the_safety_step_again_makes_it_due_and_names_what_rests_on_it(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    case("checklist tick enforcement 1 spo --state agreed --by amina", ok=True)

    again = case("checklist tick enforcement 1 safety_step --state open")

    assert "agreed items rest on it: 3. Stop them until it does." in again.err
    assert ("safety_step", "2026-03-04", "amina") in dues(case)
    assert case("checklist tick enforcement 1 spo --state done").code == 3


STATES = ("open", "agreed", "done", "not_appropriate", "not_possible", "not_done")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, stores) -> Drive:
    """A store in which one case after another is opened, for sequences that must all be refused."""
    drive = stores.copy("file", tmp_path_factory.mktemp("safety") / "home", team=False)
    drive.env["DRIVE_WORKER"] = "sam"
    return drive


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(("safety_step", "spo", "dvpn", "firearms")), st.sampled_from(STATES), st.booleans()),
        min_size=1,
        max_size=7,
    )
)
def test_no_sequence_gets_an_item_agreed_or_done_without_the_step_or_a_recorded_override(shared, steps) -> None:
    ref = shared.open_case()
    shared(f"checklist start enforcement {ref}", ok=True)
    shared(f"checklist start disruption {ref}", ok=True)

    for item, state, override in steps:
        for name in ("enforcement", "disruption"):
            more = ["--override", "--reason", "it cannot wait"] if override else []
            before = json.loads(shared(f"checklist show {name} {ref} --json", ok=True).out)["items"]
            done = shared(["checklist", "tick", name, ref, item, "--state", state, *more])
            after = json.loads(shared(f"checklist show {name} {ref} --json", ok=True).out)["items"]

            stood = next(each for each in before if each["key"] == "safety_step")["state"] == "done"
            for was, now in zip(before, after, strict=True):
                if was != now and now["state"] in ("agreed", "done") and "safety_step" in now["needs"]:
                    assert stood or (override and "it cannot wait" in now["override"]), (name, now, done)


# -- agreed ------------------------------------------------------------------------------------------------------------


def test_an_agreed_item_is_due_after_its_days_with_its_owner_until_it_is_settled(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    days = items(case)["spo"]["due_days"]

    result = case("checklist tick enforcement 1 3 --state agreed --by carl")

    due = date(2026, 3, 2 + days)
    assert result.out == f"enforcement WS-0001, item 3: agreed, carl, due {due:%a} {due.day} Mar 2026.\n"
    assert dues(case) == [("checklist_item", due.isoformat(), "carl")]
    assert [row["ref"] for row in case("today --json", as_="carl", today=due.isoformat()).json] == ["WS-0001"]
    case("checklist tick enforcement 1 3 --state not_done --result -", stdin="moved away\n", ok=True)
    assert dues(case) == []
    assert items(case)["spo"]["result"] == "moved away"


def test_agreed_without_an_owner_says_so_and_holds_the_closing_up(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done", ok=True)

    agreed = case("checklist tick enforcement 1 3 --state agreed")
    refused = case("case close 1 --reason completed")

    assert agreed.err.splitlines()[0] == ("Nobody owns it yet: say --by USERNAME. The case cannot be closed before.")
    assert (refused.code, refused.err.splitlines()) == (
        3,
        [
            "WS-0001 has agreed checklist items that nobody owns: enforcement 3.",
            "drive checklist tick enforcement WS-0001 3 --state agreed --by USERNAME",
        ],
    )
    case("checklist tick enforcement 1 3 --state agreed --by amina", ok=True)
    case("case close 1 --reason completed", ok=True)


def test_the_victim_s_adviser_is_never_named_as_an_owner(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done", ok=True)

    refused = case("checklist tick enforcement 1 3 --state agreed --by fay")

    assert (refused.code, refused.err.splitlines()[0]) == (
        3,
        "Fay Moss is on the victim's side and is never named as an owner on a sheet about the person.",
    )


def carl_leaves(drive: Drive) -> Result:
    """He leaves, and all goes to Ben. Returns what was said without the hand-over."""
    refused = drive("worker leave carl --on 2026-03-05", today="2026-03-05")
    drive("worker leave carl --on 2026-03-05 --hand-over-to ben", today="2026-03-05", ok=True)
    return refused


def test_whoever_leaves_hands_their_agreed_items_over_and_no_day_moves(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    case("checklist tick enforcement 1 3 --state agreed --by carl", ok=True)
    before = dues(case)

    refused = carl_leaves(case)

    assert (refused.code, refused.err.splitlines()[0]) == (3, "Carl Jones still holds 1: WS-0001 (enforcement 3).")
    assert dues(case) == [(kind, day, "ben") for kind, day, _ in before]


def test_a_step_that_was_opened_again_goes_to_whoever_takes_over(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done --by carl", ok=True)
    case("checklist tick enforcement 1 safety_step --state open --reason 'the adviser asks'", ok=True)
    before = dues(case)

    refused = carl_leaves(case)

    assert ("safety_step", "carl") in [(kind, owner) for kind, _, owner in before]
    assert (refused.code, refused.err.splitlines()[0]) == (3, "Carl Jones still holds 1: WS-0001 (enforcement 0).")
    assert dues(case) == [(kind, day, "ben" if owner == "carl" else owner) for kind, day, owner in before]


def test_what_somebody_owns_who_is_gone_is_in_the_lead_s_day(case: Drive) -> None:
    """A store in which somebody left before what they had to see to was handed over."""
    case("checklist start enforcement 1", ok=True)
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    case("checklist tick enforcement 1 3 --state agreed --by carl", ok=True)
    before = [row["kind"] for row in case("today --json", as_="sam", today="2026-03-20", ok=True).json]
    store = case.db(write=True)
    store.run("UPDATE worker SET left_on = '2026-03-01' WHERE username = 'carl'")
    store.raw.commit()

    after = [row["kind"] for row in case("today --json", as_="sam", today="2026-03-20", ok=True).json]

    assert "checklist_item" not in before
    assert after.count("checklist_item") == 1


def test_what_happened_is_in_the_timeline(case: Drive) -> None:
    case("checklist start disruption 1", ok=True)
    case("checklist tick disruption 1 safety_step --state done", ok=True)

    told = [row["words"] for row in case("case timeline 1 --json").json]

    assert told[-2:] == ["started disruption checklist, version 1", "disruption item 0 done"]


# -- printed -----------------------------------------------------------------------------------------------------------


FORMS = ("text", "markdown", "html")


@pytest.mark.parametrize("form", FORMS)
def test_a_sheet_has_marking_warning_version_week_and_signatures_and_no_name(case: Drive, form: str) -> None:
    case("checklist start enforcement 1", ok=True)

    page = case(f"checklist print enforcement 1 --format {form}", ok=True).out

    assert page.count("OFFICIAL-SENSITIVE when completed") >= 2
    assert page.count("Not to be taken to a meeting with the person") >= (1 if form == "markdown" else 2)
    for part in ("Enforcement checklist", "WS-0001", "week 1 of 44", "Case manager", "Police lead"):
        assert part in page, part
    assert re.search("[Vv]ersion 1", page)
    assert "Exampleton" not in page


@pytest.mark.parametrize("form", FORMS)
def test_the_person_s_name_is_printed_only_when_it_was_asked_for(case: Drive, form: str) -> None:
    case("checklist start enforcement 1", ok=True)

    assert "Robin Exampleton" in case(f"checklist print enforcement 1 --format {form} --with-name", ok=True).out


@pytest.mark.parametrize("name", ["opening", "enforcement", "disruption", "closing"])
def test_nothing_of_a_victim_or_an_adviser_is_ever_printed(drive_file: Drive, team, name: str) -> None:
    drive_file.open_case(manager="amina", area="adur")
    drive_file("approach 1 --state agreed --with 'Fay Moss'", ok=True)
    drive_file(f"checklist start {name} 1", ok=True)
    for item in list(items(drive_file, name))[::3]:
        line = f"checklist tick {name} 1 {item} --state agreed --by amina --override --reason 'the IDVA Fay said so'"
        drive_file(f"{line} --result 'the victim was told by Fay'", ok=True)

    pages = [drive_file(f"checklist print {name} 1 --format {form} --with-name", ok=True).out for form in FORMS]

    told = "".join(pages).replace("Children Act 1989", "")
    assert re.findall(r"victim|survivor|advis|idva|fay|moss|marac|partner|child", told, re.IGNORECASE) == []


def test_boxes_are_empty_until_ticked_and_crossed_after(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    blank = case("checklist print enforcement --format html", ok=True).out
    fresh = case("checklist print enforcement 1 --format html", ok=True).out
    case("checklist tick enforcement 1 safety_step --state done", ok=True)
    case("checklist tick enforcement 1 3 --state agreed --by amina", ok=True)

    filled = case("checklist print enforcement 1 --format html", ok=True).out

    case("checklist tick enforcement 1 safety_step --state open", ok=True)
    assert "Day: Mon" not in case("checklist print enforcement 1", ok=True).out
    assert ["×" in page for page in (blank, fresh, filled)] == [False, False, True]
    assert filled.count("×") == 2
    assert "amina" in filled


def test_a_page_fetches_nothing_runs_nothing_and_holds_what_was_typed_as_text(case: Drive) -> None:
    case(["case", "edit", "1", "--surname", "<script>alert(1)</script>", "--reason", "typed wrongly"], ok=True)
    case("checklist start enforcement 1", ok=True)

    page = case("checklist print enforcement 1 --format html --with-name", ok=True).out

    assert "&lt;script&gt;" in page
    assert re.findall(r"<script|<link|<img|https?://|url\(|@import", page) == []


def test_a_law_that_was_not_read_for_six_months_says_so_on_paper(case: Drive) -> None:
    case("checklist start enforcement 1", ok=True)
    late = "2026-11-23"

    page = case("checklist print enforcement 1", today=late, ok=True).out

    assert "Law not checked since Tue 10 Mar 2026." in page
    assert "not checked since" not in case("checklist print enforcement 1", ok=True).out
    assert "not checked since Tue 10 Mar 2026" in case("checklist show enforcement 1", today=late, ok=True).out


def test_a_file_is_private_and_nothing_is_written_over_unasked(case: Drive, tmp_path: Path) -> None:
    case("checklist start enforcement 1", ok=True)
    file = tmp_path / "sheet.html"
    line = ["checklist", "print", "enforcement", "1", "--format", "html", "-o", str(file)]

    first = case(line)
    mode = stat.S_IMODE(file.stat().st_mode)
    again = case(line)
    file.chmod(0o644)
    forced = case([*line, "--force"])

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".*")) == []
    assert (first.code, first.out, mode) == (0, f"{file}\n", 0o600)
    assert (again.code, again.err.splitlines()) == (
        3,
        [f"There is a file {file} already.", "Choose another name, or say --force."],
    )
    assert forced.code == 0


def test_a_sheet_s_own_words_are_data(case: Drive, tmp_path: Path) -> None:
    folder = tmp_path / "ours" / "print"
    folder.mkdir(parents=True)
    (folder / "sheet.toml").write_text('marking = "RESTRICTED when completed"\n', encoding="utf-8")

    case(["practice", "apply", str(folder.parent), "--reason", "our own marking"], ok=True)

    page = case("checklist print disruption", ok=True).out
    assert page.count("RESTRICTED when completed") == 2
    assert "Not to be taken to a meeting with the person" in page


# -- typed back in -----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(case: Drive, monkeypatch: pytest.MonkeyPatch) -> Drive:
    """The case with somebody at an accessible terminal, whose answers come on stdin, a line each."""
    monkeypatch.setattr(App, "person_present", property(lambda app: not app.asked.no_input))
    case.env["DRIVE_ACCESSIBLE"] = "1"
    case(["practice", "apply", str(case.home.parent / "night_visits.toml"), "--reason", "agreed"], ok=True)
    case("checklist start night_visits 1", ok=True)
    return case


@pytest.fixture(autouse=True)
def two_items(tmp_path: Path) -> Path:
    """A list of our own with two items, the second of which waits for the first."""
    file = tmp_path / "night_visits.toml"
    second = OWN[OWN.index("[[item]]") :].replace("drive_by", "knock").replace("drive by", "knock")
    file.write_text(f"{OWN}\n{second}needs = ['drive_by']\n", encoding="utf-8")
    return file


def test_a_paper_sheet_is_typed_in_item_by_item_in_page_order(asked: Drive) -> None:
    said = asked("checklist record night_visits 1 --on 2/3/2026", stdin="3\nseen to\n2\namina\n")

    assert (said.code, said.out) == (0, "night_visits WS-0001: 2 of 2 items recorded.\n"), said
    stands = items(asked, "night_visits")
    assert [(each["state"], each["owner"], each["result"]) for each in stands.values()] == [
        ("done", None, "seen to"),
        ("agreed", "amina", None),
    ]
    assert said.err.index("1. Ask the police to drive by at night") < said.err.index(
        "2. Ask the police to knock at night"
    )


def test_what_a_rule_refuses_is_said_and_the_next_item_comes(asked: Drive) -> None:
    said = asked("checklist record night_visits 1", stdin="1\n2\namina\n")

    assert (said.code, said.out) == (0, "night_visits WS-0001: 0 of 2 items recorded.\n")
    assert "Item 2 cannot be agreed yet: first item 1" in said.err


def test_what_was_answered_before_an_interruption_is_saved_and_the_rest_is_asked_again(asked: Drive) -> None:
    stopped = asked("checklist record night_visits 1", stdin="3\n\n")
    again = asked("checklist record night_visits 1", stdin="4\nno need\n")

    assert stopped.code == 130
    assert (again.code, again.out) == (0, "night_visits WS-0001: 1 of 1 items recorded.\n"), again
    assert [each["state"] for each in items(asked, "night_visits").values()] == ["done", "not_appropriate"]


def test_without_a_terminal_nothing_is_asked_and_the_other_way_is_named(case: Drive) -> None:
    result = case("checklist record enforcement 1")

    assert (result.code, result.err.splitlines()) == (
        2,
        [
            "Nobody is at the terminal, so nothing can be asked.",
            "drive checklist tick enforcement REF ITEM --state CODE",
        ],
    )
