"""What ships in templates/: every file reads, holds what the issue lists, and keeps to the words we use."""

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import drivecli
from drivecli.catalogue import Catalogue
from drivecli.domain.codes import fold_code
from drivecli.domain.practice import KINDS
from drivecli.packaged import CLOCK_FILES, packaged_names

PACKAGE = Path(drivecli.__file__).parent
TEMPLATES = PACKAGE / "templates"
TOML_FILES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.toml"))
CODE_FILES = [name for name in TOML_FILES if name.startswith("codes/")]
ALL_TEMPLATES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*") if path.is_file())
SPOKEN = sorted(
    path.relative_to(PACKAGE).as_posix()
    for path in PACKAGE.rglob("*.py")
    if path.relative_to(PACKAGE).parts[0] not in ("migrations", "models")
)
"""Sources whose strings may reach a person: commands, services, queries, domain, and the files beside them."""

PAGES = [Path(__file__).parents[2] / "README.md", *sorted((Path(__file__).parents[2] / "docs").rglob("*.md"))]

BANNED = re.compile(
    r"\b(?:he|she|him|her|his|hers|himself|herself"
    r"|offenders?|abusers?|nominals?|clients?|punish\w*|sanction\w*|no-shows?|failed to comply)\b",
    re.IGNORECASE,
)
ALLOWED: dict[str, set[str]] = {}
"""Strings that may hold a banned word, by file: codes that are stored, never shown. None so far."""

CATALOGUE = Catalogue()


def parsed(name: str) -> dict[str, Any]:
    """A template, read by the standard library and not by our own code."""
    return tomllib.loads((TEMPLATES / name).read_text(encoding="utf-8"))


# -- every file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOML_FILES)
def test_a_template_is_toml_in_utf_8_with_words_at_its_head(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert tomllib.loads(text)


def test_every_toml_file_but_the_demo_s_can_be_laid_over_by_a_service() -> None:
    assert sorted(packaged_names()) == [name for name in TOML_FILES if name != "demo.toml"]


def test_the_files_of_the_clock_are_there() -> None:
    assert set(CLOCK_FILES) <= set(TOML_FILES)


@pytest.mark.parametrize("name", ["practice.toml", "holidays.toml"])
def test_the_clock_s_own_files_have_a_version(name: str) -> None:
    assert re.fullmatch(r"\d{4}-\d{2}", parsed(name)["version"])


# -- code lists ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CODE_FILES)
def test_a_code_list_has_codes_that_can_be_typed_each_once_and_with_a_label(name: str) -> None:
    entries = parsed(name)["code"]

    codes = [each["code"] for each in entries]
    assert codes
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code)] == []
    assert [fold_code(code) for code in codes] == codes
    assert [each["code"] for each in entries if not each.get("label", "").strip()] == []


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("about", ["person", "restricted"]),
        ("approach_state", ["agreed", "not_yet", "never"]),
        (
            "closure_reason",
            ["completed", "window_ended_not_engaged", "moved_out_of_area", "long_custody", "died", "transferred",
             "safety_stop", "panel_closed", "opened_in_error"],
        ),
        ("contact_kind", ["direct", "indirect"]),
        ("contact_mode", ["in_person", "phone", "video", "text", "email", "letter", "meeting"]),
        (
            "contact_outcome",
            ["held", "did_not_attend", "declined", "not_in", "answered_by_other", "message_left", "wrong_details",
             "cancelled_by_us", "rescheduled", "information_given", "information_received"],
        ),
        ("contact_purpose", ["support", "disruption", "behaviour_change", "information"]),
        ("hold_reason", ["adviser_advice", "police_operation", "threat", "court", "other"]),
        ("review_kind", ["case", "engagement", "closure_plan", "supervision", "follow_up"]),
        (
            "route",
            ["marac", "police", "matac", "mappa_iom", "probation", "childrens_social_care", "self", "housing", "health",
             "substance", "mental_health", "court", "victim_service", "earlier_case", "other"],
        ),
        ("stage", ["information_gathering", "pre_engagement", "engaged", "not_engaged", "step_down"]),
        ("suspend_reason", ["custody", "hospital", "whereabouts_unknown", "out_of_area", "other"]),
        ("tier", ["high", "not_assessed", "standard"]),
    ],
)  # fmt: skip
def test_a_code_list_is_the_issue_s(name: str, codes: list[str]) -> None:
    assert list(CATALOGUE.codes(name)) == codes


@pytest.mark.parametrize(
    ("name", "fact", "codes"),
    [
        ("contact_outcome", "held", ["held"]),
        ("contact_outcome", "informs", ["information_given", "information_received"]),
        ("contact_outcome", "failed", ["did_not_attend", "declined", "not_in"]),
        ("contact_mode", "indirect", ["meeting"]),
        ("suspend_reason", "release", ["custody", "hospital"]),
        (
            "closure_reason",
            "follow_up",
            ["completed", "window_ended_not_engaged", "moved_out_of_area", "long_custody", "transferred", "safety_stop",
             "panel_closed"],
        ),
    ],
)  # fmt: skip
def test_what_the_rules_need_to_know_of_a_code_is_in_the_data(name: str, fact: str, codes: list[str]) -> None:
    listed = CATALOGUE.codes(name)

    assert [code for code in listed if listed[code].is_(fact)] == codes


def test_the_stages_that_may_follow_a_stage_are_stages() -> None:
    stages = {each["code"]: each["next"] for each in parsed("codes/stage.toml")["code"]}

    assert {name for following in stages.values() for name in following} <= set(stages)
    assert [code for code, following in stages.items() if code in following or not following] == []


def test_every_stage_can_be_reached_from_the_first() -> None:
    stages = {each["code"]: each["next"] for each in parsed("codes/stage.toml")["code"]}

    reached, waiting = {"information_gathering"}, ["information_gathering"]
    while waiting:
        for name in stages[waiting.pop()]:
            if name not in reached:
                reached.add(name)
                waiting.append(name)

    assert reached == set(stages)


# -- practice --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_practice_rule_says_where_its_value_comes_from(kind: str) -> None:
    rule = parsed("practice.toml")["rules"][kind]

    assert rule["source"].strip()
    assert rule["version"] >= 1
    assert rule["weight"] in ("safety", "statutory", "practice")


def test_there_is_a_practice_rule_for_every_kind_and_no_other() -> None:
    assert list(parsed("practice.toml")["rules"]) == list(KINDS)


def test_other_lengths_are_given_for_tiers_and_stages_that_exist() -> None:
    known = {*CATALOGUE.codes("tier"), *CATALOGUE.codes("stage")}

    strange = [(kind, code) for kind, rule in CATALOGUE.practice.rules.items() for code in rule.by if code not in known]

    assert strange == []


def test_every_tier_has_its_contact_rhythm_and_not_assessed_the_tightest() -> None:
    by = CATALOGUE.practice["contact"].by

    assert set(CATALOGUE.codes("tier")) <= set(by)
    assert by["not_assessed"] == min(by.values())


def test_the_window_is_ten_months() -> None:
    assert CATALOGUE.practice.window_months == 10


# -- roles -----------------------------------------------------------------------------------------------------------


def test_there_are_the_twelve_roles_of_the_issue() -> None:
    assert list(CATALOGUE.roles) == [
        "case_manager",
        "mental_health",
        "substance",
        "probation",
        "probation_service",
        "idva",
        "police",
        "housing",
        "childrens_social_care",
        "team_lead",
        "admin",
        "auditor",
    ]


def test_advisers_leads_admins_and_auditors_are_not_assigned() -> None:
    assert [code for code, role in CATALOGUE.roles.items() if not role.assignable] == [
        "idva",
        "team_lead",
        "admin",
        "auditor",
    ]


def test_probation_here_is_not_statutory_supervision() -> None:
    assert CATALOGUE.roles["probation"].label == "probation-trained officer, not statutory supervision"


def test_a_case_has_one_current_worker_of_each_role() -> None:
    assert [code for code, role in CATALOGUE.roles.items() if role.several] == []


def test_only_leads_authorise_and_an_auditor_reads_the_record_and_changes_nothing() -> None:
    assert {code: role.may for code, role in CATALOGUE.roles.items() if role.may != ("case_work",)} == {
        "team_lead": ("case_work", "lead", "manage", "import", "export", "audit"),
        "admin": ("case_work", "manage", "import", "export"),
        "auditor": ("audit",),
    }


def test_advisers_and_leads_see_restricted_notes_of_every_case() -> None:
    assert [code for code, role in CATALOGUE.roles.items() if role.restricted] == ["idva", "team_lead"]


# -- areas -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "areas"),
    [
        ("west_sussex", ["adur", "arun", "chichester", "crawley", "horsham", "mid_sussex", "worthing"]),
        ("sussex", ["brighton_and_hove", "eastbourne", "hastings", "lewes", "rother", "wealden"]),
        (
            "dorset",
            ["bournemouth", "christchurch", "poole", "east_dorset", "north_dorset", "purbeck", "west_dorset",
             "weymouth_and_portland"],
        ),
    ],
)  # fmt: skip
def test_the_areas_are_the_districts_of_each_service(service: str, areas: list[str]) -> None:
    assert [code for code, area in CATALOGUE.areas.items() if area.service == service] == areas


def test_every_area_belongs_to_one_of_the_three_services() -> None:
    assert len(CATALOGUE.areas) == 21
    assert {area.service for area in CATALOGUE.areas.values()} == {"west_sussex", "sussex", "dorset"}


@pytest.mark.parametrize("code", list(CATALOGUE.areas))
def test_an_area_has_council_police_marac_and_nation(code: str) -> None:
    area = CATALOGUE.areas[code]

    assert area.label
    assert area.council.endswith("Council")
    assert area.police == ("Dorset Police" if area.service == "dorset" else "Sussex Police")
    assert area.marac
    assert area.nation == "england"


# -- bank holidays ---------------------------------------------------------------------------------------------------


def holidays_of(year: int) -> list[date]:
    return [day for day in CATALOGUE.holidays if day.year == year]


def test_the_bank_holidays_of_2026_are_those_of_england_and_wales() -> None:
    assert holidays_of(2026) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 4),
        date(2026, 5, 25),
        date(2026, 8, 31),
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2026, 12, 28),
    ]


def test_the_bank_holidays_of_2027_are_those_of_england_and_wales() -> None:
    assert holidays_of(2027) == [
        date(2027, 1, 1),
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 3),
        date(2027, 5, 31),
        date(2027, 8, 30),
        date(2027, 12, 25),
        date(2027, 12, 27),
        date(2027, 12, 28),
    ]


def test_no_working_day_of_2027_is_taken_for_a_bank_holiday_or_missed() -> None:
    assert [day for day in holidays_of(2027) if day.weekday() < 5] == [
        date(2027, 1, 1),
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 5, 3),
        date(2027, 5, 31),
        date(2027, 8, 30),
        date(2027, 12, 27),
        date(2027, 12, 28),
    ]


def test_the_bank_holidays_reach_the_end_of_2028() -> None:
    assert CATALOGUE.holidays_until == date(2028, 12, 31)
    assert [day for day in holidays_of(2028) if day.weekday() < 5] == [
        date(2028, 1, 3),
        date(2028, 4, 14),
        date(2028, 4, 17),
        date(2028, 5, 1),
        date(2028, 5, 29),
        date(2028, 8, 28),
        date(2028, 12, 25),
        date(2028, 12, 26),
    ]


def test_the_bank_holidays_are_in_order_each_once_and_named_with_their_source() -> None:
    days = [each["on"] for each in parsed("holidays.toml")["holiday"]]

    assert days == sorted(set(days))
    assert all(name.strip() for name in CATALOGUE.holidays.values())
    assert "Source: " in (TEMPLATES / "holidays.toml").read_text(encoding="utf-8")
    assert parsed("holidays.toml")["nation"] == "england_and_wales"


# -- words that must never be said -----------------------------------------------------------------------------------


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string in a source, parts of f-strings and docstrings (which are help) included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize("name", ALL_TEMPLATES)
def test_a_template_keeps_to_the_words_we_use(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")

    assert [found for found in BANNED.findall(text) if found not in ALLOWED.get(name, ())] == []


def test_what_a_source_may_say_keeps_to_the_words_we_use() -> None:
    said = [
        (name, line, found)
        for name in SPOKEN
        for line, text in strings(PACKAGE / name)
        if text not in ALLOWED.get(name, ())
        for found in BANNED.findall(text)
    ]

    assert said == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_of_the_docs_keeps_to_the_words_we_use(page: Path) -> None:
    assert BANNED.findall(page.read_text(encoding="utf-8")) == []


def test_the_sources_that_speak_are_among_those_searched() -> None:
    assert {"cli.py", "params.py", "render.py", "commands/case.py", "services/cases.py"} <= set(SPOKEN)


@pytest.mark.parametrize(
    "text",
    ["He rang.", "ask her", "the offender", "Abusers", "a client's", "to punish", "punished", "sanctions", "a no-show",
     "Failed to comply"],
)  # fmt: skip
def test_the_search_for_banned_words_finds_them(text: str) -> None:
    assert BANNED.search(text)


@pytest.mark.parametrize("text", ["the sheet", "other", "there", "psycopg.ClientCursor", "herd", "no shows_of"])
def test_the_search_for_banned_words_finds_whole_words_only(text: str) -> None:
    assert not BANNED.search(text)
