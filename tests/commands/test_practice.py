"""`drive practice show|check|apply`: the service's own values live in the store, and every open case follows them."""

from pathlib import Path

import pytest

from commands.refusals import assert_refused, contents
from drivecli.packaged import packaged_names, packaged_text

TIGHTER = "[rules.contact]\ndue = 5\nby = { high = 5, not_assessed = 5 }\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A practice.toml of the service's own: the person is seen every five days."""
    path = tmp_path / "practice.toml"
    path.write_text(TIGHTER)
    return path


@pytest.fixture
def two(drive, team, stores):
    """An open and a closed case, both opened four weeks ago, and one whose tier works to another rhythm."""
    return stores.prepared(drive, with_cases)


def with_cases(drive) -> None:
    for tier in ("high", "high", "standard"):
        drive.open_case(manager="amina", tier=tier, opened="2026-02-02")
    drive("case close 2 --reason completed", ok=True)


def contact_due(drive, ref: int = 1) -> str:
    return next(row["due_on"] for row in drive(f"why {ref} --json").json if row["kind"] == "contact")


# -- show --------------------------------------------------------------------------------------------------------------


def test_the_rules_are_shown_with_weight_version_and_source(drive_file) -> None:
    rows = drive_file("practice show --json").json

    assert [(row["kind"], row["weight"], row["due"], row["version"]) for row in rows] == [
        ("safety_consult", "safety", "2 days", 1),
        ("first_contact", "practice", "5 working days", 1),
        ("contact", "practice", "7 days (high), 7 days (not assessed), 14 days (standard), 28 days (step down)", 1),
        ("specialist_first_contact", "practice", "10 working days", 1),
        ("engagement_review", "practice", "2 working days", 1),
        ("review", "practice", "3 months", 1),
        ("closure_plan", "practice", "28 days", 1),
        ("window_end", "practice", "0 days", 1),
        ("release", "safety", "28, 7, 1 days", 1),
        ("follow_up", "practice", "3, 6, 12 months", 1),
        ("safety_step", "safety", "2 days", 1),
        ("checklist_item", "practice", "14 days", 1),
    ]
    assert all(row["source"] and row["starts_from"] and row["ended_by"] for row in rows)
    assert drive_file("practice show").err.startswith("Window: 10 months. Version ")


# -- check -------------------------------------------------------------------------------------------------------------


def test_a_length_for_a_code_that_is_neither_tier_nor_stage_is_refused(two, own: Path) -> None:
    own.write_text("[rules.contact]\nby = { hihg = 3 }\n", encoding="utf-8")

    for line in (["practice", "check", str(own)], ["practice", "apply", str(own), "--reason", "agreed"]):
        result = two(line)
        assert (result.code, result.err.splitlines()[0]) == (
            2,
            "practice.toml, [rules.contact]: by.hihg is neither a tier nor a stage. Known: high, not_assessed, "
            "standard, information_gathering, pre_engagement, engaged, not_engaged, step_down.",
        )


def test_checking_lists_the_cases_that_would_change_and_changes_nothing(two, own: Path) -> None:
    before = contents(two)

    result = two(["practice", "check", str(own)])

    assert result.code == 0
    assert [line.split()[0] for line in result.out.splitlines()] == ["Ref", "WS-0001"]
    assert result.err == (
        f"practice.toml: fine. 1 case would change.\nTo make it so: drive practice apply {own} --reason WHY\n"
    )
    row = two(["practice", "check", str(own), "--json"]).json[0]
    assert row["ref"] == "WS-0001"
    assert ("contact 2026-02-09" in row["stored"], "contact 2026-02-07" in row["answer"]) == (True, True)
    assert contents(two) == before


def test_a_file_that_changes_no_deadline_says_so(drive_file, tmp_path: Path) -> None:
    (tmp_path / "areas.toml").write_text('[[area]]\ncode = "rye"\nlabel = "Rye"\n')

    result = drive_file(["practice", "check", str(tmp_path / "areas.toml")])

    assert (result.code, result.out) == (0, "")
    assert result.err == "areas.toml: fine. No case's deadlines would change.\n"


def test_the_packaged_files_themselves_are_fine_and_change_nothing(two, tmp_path: Path) -> None:
    for name in packaged_names():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(packaged_text(name), encoding="utf-8")

    result = two(["practice", "check", str(tmp_path)])

    assert (result.code, result.out) == (0, "")
    assert result.err.endswith(": fine. No case's deadlines would change.\n")


BAD = {
    "a word for a number": (
        "practice.toml",
        '[rules.contact]\ndue = "weekly"\n',
        "practice.toml, [rules.contact]: due is “weekly”; it must be a whole number from 0 to 366.",
    ),
    "a safety deadline in working days": (
        "practice.toml",
        '[rules.release]\nunit = "working_days"\n',
        'practice.toml, [rules.release]: a safety deadline counts calendar days; write unit = "days".',
    ),
    "a rule there is none of": (
        "practice.toml",
        "[rules.visit]\ndue = 7\n",
        "practice.toml, [rules]: “visit” is not known here. Known: safety_consult, first_contact, contact,"
        " specialist_first_contact, engagement_review, review, closure_plan, window_end, release, follow_up,"
        " safety_step, checklist_item.",
    ),
    "a weight there is none of": (
        "practice.toml",
        '[rules.review]\nweight = "urgent"\n',
        "practice.toml, [rules.review]: weight is “urgent”; it must be one of safety, statutory, practice.",
    ),
    "a window without end": (
        "practice.toml",
        "[window]\nmonths = 60\n",
        "practice.toml, [window]: months is “60”; it must be a whole number from 1 to 36.",
    ),
    "not TOML": ("practice.toml", "due = = 7\n", None),
    "a file of no kind": (
        "visits.toml",
        "due = 7\n",
        "visits.toml is not a file that drive reads, nor a checklist: there is no [[item]] in it."
        f" Known: {', '.join(packaged_names())}.",
    ),
    "a code in capitals": (
        "route.toml",
        '[[code]]\ncode = "GP Surgery"\n',
        "codes/route.toml: code is “GP Surgery”; write it in small letters and underscores, as in step_down.",
    ),
    "a role that may what none may": (
        "roles.toml",
        '[[role]]\ncode = "visitor"\nmay = ["look"]\n',
        "roles.toml: “look” is not something a role may do. Known: case_work, lead, manage, import, export, audit.",
    ),
    "a holiday without a day": (
        "holidays.toml",
        '[[holiday]]\nname = "Jubilee"\n',
        "holidays.toml: each [[holiday]] needs on = a day, and a name.",
    ),
    "entries that are none": ("areas.toml", 'area = "adur"\n', "areas.toml: write each entry under [[area]]."),
}


@pytest.mark.parametrize(("name", "text", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_is_told_in_a_sentence_and_stored_nowhere(drive_file, tmp_path: Path, name, text, sentence) -> None:
    path = tmp_path / name
    path.write_text(text)
    before = contents(drive_file)

    checked = drive_file(["practice", "check", str(path)])
    applied = drive_file(["practice", "apply", str(path), "--reason", "ours"])

    for result in (checked, applied):
        assert (result.code, result.out) == (2, ""), str(result)
        assert result.err == f"{sentence}\n" if sentence else result.err.startswith("practice.toml is not valid TOML: ")
    assert contents(drive_file) == before


def test_a_folder_may_hold_only_what_is_read(drive_file, tmp_path: Path, own: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "visits.toml").write_text("")

    assert drive_file(["practice", "check", str(tmp_path)]).code == 2


def test_a_path_with_nothing_there(drive_file, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    missing, empty = drive_file("practice check /nope.toml"), drive_file(["practice", "check", str(tmp_path / "empty")])

    assert (missing.code, missing.err) == (4, "There is no file or folder /nope.toml.\ndrive practice check --help\n")
    assert (empty.code, empty.err) == (
        4,
        f"There is no TOML file in {tmp_path / 'empty'}.\ndrive practice check --help\n",
    )


# -- apply -------------------------------------------------------------------------------------------------------------


def test_applying_changes_the_days_of_every_open_case_at_once(two, own: Path) -> None:
    assert (contact_due(two), contact_due(two, 3)) == ("2026-02-09", "2026-02-16")
    closed = two("why 2 --json").json
    events = two.db().value("SELECT COUNT(*) FROM event")

    result = two(["practice", "apply", str(own), "--reason", "agreed at the board"])

    assert result.code == 0
    assert result.out == "Applied practice.toml (version 1). Deadlines of 1 case changed.\n"
    assert (contact_due(two), contact_due(two, 3)) == ("2026-02-07", "2026-02-16")
    assert two("why 2 --json").json == closed
    assert two.db().value("SELECT COUNT(*) FROM event") == events + 1
    kept = two.db().run("SELECT name, version, text, reason, recorded_by FROM site_file").fetchall()
    assert [tuple(row) for row in kept] == [("practice.toml", 1, TIGHTER, "agreed at the board", 1)]
    assert two("doctor").code == 0


def test_a_later_version_takes_the_place_of_the_earlier_which_is_kept(two, own: Path) -> None:
    two(["practice", "apply", str(own), "--reason", "first"], ok=True)
    own.write_text("[rules.contact]\nby = { high = 3 }\n")

    answer = two(["practice", "apply", str(own), "--reason", "second", "--json"]).json

    assert answer == {"files": ["practice.toml"], "versions": [2], "changed": ["WS-0001"]}
    assert contact_due(two) == "2026-02-05"
    assert two.db().value("SELECT COUNT(*) FROM site_file") == 2


def test_why_names_the_new_version_of_a_rule(two, own: Path) -> None:
    own.write_text("[rules.contact]\nversion = 2\nby = { high = 3 }\n")

    two(["practice", "apply", str(own), "--reason", "ours"], ok=True)

    assert "  Rule        contact v2, weight practice\n" in two("why 1").out
    assert "  Rule        contact v2, weight practice\n" in two("why 3").out


def test_a_code_or_an_area_of_the_service_s_own_can_be_used_at_once(drive_file, tmp_path: Path) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "route.toml").write_text('[[code]]\ncode = "gp"\nlabel = "GP surgery"\n')
    (tmp_path / "areas.toml").write_text('[[area]]\ncode = "rye"\nlabel = "Rye"\n')

    applied = drive_file(["practice", "apply", str(tmp_path), "--reason", "ours"])
    opened = drive_file("case open --forename Kim --surname Other --route gp --area rye --json").json

    assert applied.out.startswith("Applied areas.toml (version 1), codes/route.toml (version 1). Deadlines of 0 cases")
    assert (opened["route"], opened["area"]) == ("gp", "rye")
    assert drive_file("case open --forename Pat --surname Last --route marac --area adur").code == 0


def test_a_bank_holiday_of_the_service_s_own_is_skipped(drive_file, team, tmp_path: Path) -> None:
    (tmp_path / "holidays.toml").write_text('[[holiday]]\non = 2026-03-04\nname = "A day of mourning"\n')
    drive_file.open_case(manager="amina")
    drive_file("approach 1 --state agreed --with Fay", ok=True)

    drive_file(["practice", "apply", str(tmp_path / "holidays.toml"), "--reason", "proclaimed"], ok=True)

    row = next(each for each in drive_file("why 1 --json").json if each["kind"] == "first_contact")
    assert (row["due_on"], row["skipped"]) == ("2026-03-10", "2 weekend days; A day of mourning (4 Mar)")


@pytest.mark.parametrize(("who", "named"), [("amina", "Amina Khan (case manager)"), ("hal", "Hal Dean (auditor)")])
def test_only_leads_and_admins_change_the_rules(drive_file, team, own: Path, who: str, named: str) -> None:
    line = ["practice", "apply", str(own), "--reason", "ours"]

    assert_refused(
        drive_file, line, 3, f"{named} may not change the service's own values.\nAsk one of: gil, sam.", as_=who
    )
    assert drive_file(["practice", "check", str(own)], as_=who).code == 0
    assert drive_file(line, as_="gil").code == 0


def test_applying_needs_a_reason(drive_file, own: Path) -> None:
    assert_refused(drive_file, ["practice", "apply", str(own)], 2, "Missing --reason.\ndrive practice apply --help")
