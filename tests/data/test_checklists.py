"""The checklists that ship: whole, in page order, and fit to be printed on paper that may go astray."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import drivecli

FOLDER = Path(drivecli.__file__).parent / "templates" / "checklists"
NAMES = ["opening", "enforcement", "disruption", "closing"]
AT_THE_TABLE = ["enforcement", "disruption"]
SAFETY = "safety_step"

SLUG = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
NATIONS = {"england_and_wales", "england", "wales"}
FIELDS = {"key", "lead", "text", "why", "basis", "citation", "nation", "checked_on", "needs", "due_days", "ask",
          "due_from_start", "unless", "in_force"}  # fmt: skip

BANNED = re.compile(
    r"\b(?:he|she|him|her|his|hers|himself|herself|offend(?:ers?|er's)|abusers?|nominals?|targets?|clients?|complainants?"
    r"|punish\w*|sanction\w*|refus\w*|no-shows?|failed to comply|escalat\w*|crack down|safe|safely|legal advice)\b",
    re.IGNORECASE,
)
"""What a checklist never says, on a screen or on paper."""

NOT_ON_PAPER = re.compile(
    r"\b(?:victim\w*|survivor\w*|advis[eo]rs?|idvas?|marac|partner\w*|husband|wife|mothers?|fathers?|parents?|famil(?:y|ies)"
    r"|child\w*|sons?|daughters?|household|tier|risk\w*|high harm|serial|panel|clear|clears|cleared)\b",
    re.IGNORECASE,
)
"""What the paper never says: that anybody else exists, or how the service sees the person."""
ON_PAPER_AFTER_ALL = ["family court"]
"""Names of institutions that hold such a word."""

MAY_GO_AHEAD = {
    "enforcement": {"order_notices", "bail_dates", "non_molestation", "occupation", "family_limits", "evidence",
                    "order_ends"},
    "disruption": {"sharing_basis", "file_flags", "own_notes", "intelligence", "address_flag", "social_care"},
}  # fmt: skip
"""What gathers or records and does not touch the person: all that may be done before the safety step."""

TO_31_MARCH = date(2026, 3, 31)
PROTECTION_ORDERS = [
    (
        ["greater_manchester", "croydon", "bromley", "sutton", "british_transport_police"],
        date(2024, 11, 27),
        TO_31_MARCH,
    ),
    (["cleveland"], date(2025, 3, 5), date(2025, 3, 10)),
    (["hartlepool", "middlesbrough", "redcar_and_cleveland", "stockton_on_tees"], date(2025, 3, 11), TO_31_MARCH),
    (["north_wales"], date(2025, 4, 28), TO_31_MARCH),
]
"""Where and when protection orders under the Act of 2021 could be had, by the regulations named in the file."""


def read(name: str) -> dict[str, Any]:
    """A checklist, read by the standard library and not by our own code."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def items(name: str) -> dict[str, dict[str, Any]]:
    return {each["key"]: each for each in read(name)["item"]}


def printed(name: str) -> list[str]:
    """All of a list's own words that reach paper."""
    checklist = read(name)
    return [checklist["title"], *checklist["groups"].values(), *(each["text"] for each in checklist["item"])]


def not_for_paper(text: str) -> list[str]:
    for institution in ON_PAPER_AFTER_ALL:
        text = re.sub(institution, "", text, flags=re.IGNORECASE)
    return [*BANNED.findall(text), *NOT_ON_PAPER.findall(text)]


def test_these_are_the_checklists() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(NAMES)


# -- every list ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_checklist_says_its_title_its_version_whom_it_is_for_and_since_when(name: str) -> None:
    checklist = read(name)

    assert checklist["title"] == f"{name.capitalize()} checklist"
    assert checklist["version"] >= 1
    assert checklist["audience"] == "staff"
    assert type(checklist["valid_from"]) is date


@pytest.mark.parametrize("name", NAMES)
def test_the_keys_are_slugs_each_once(name: str) -> None:
    keys = [each["key"] for each in read(name)["item"]]

    assert [key for key in keys if not SLUG.fullmatch(key)] == []
    assert sorted(set(keys)) == sorted(keys)


@pytest.mark.parametrize("name", NAMES)
def test_an_item_has_what_it_must_and_nothing_unknown(name: str) -> None:
    for key, item in items(name).items():
        assert set(item) <= FIELDS, key
        assert item["text"].strip(), key
        assert item["why"].strip(), key
        assert 1 <= item["due_days"] <= 120, key
        assert item.get("nation", "england_and_wales") in NATIONS, key


@pytest.mark.parametrize("name", NAMES)
def test_the_items_stand_together_by_agency_in_page_order(name: str) -> None:
    checklist = read(name)

    leads = [each["lead"] for each in checklist["item"]]
    assert list(dict.fromkeys(leads)) == list(checklist["groups"])
    assert leads == sorted(leads, key=list(checklist["groups"]).index)


@pytest.mark.parametrize("name", NAMES)
def test_what_an_item_needs_stands_before_it_in_the_list(name: str) -> None:
    seen: set[str] = set()
    for key, item in items(name).items():
        assert set(item.get("needs", [])) <= seen, key
        seen.add(key)


@pytest.mark.parametrize("name", NAMES)
def test_an_item_given_only_where_another_is_not_names_one_with_places_and_days(name: str) -> None:
    found = items(name)

    others = [item["unless"] for item in found.values() if "unless" in item]
    assert [key for key in others if not found[key].get("in_force")] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_law_is_named_with_its_citation_and_the_day_it_was_last_read(name: str) -> None:
    for key, item in items(name).items():
        assert ("basis" in item) == ("citation" in item) == ("checked_on" in item), key
        if "basis" in item:
            assert type(item["checked_on"]) is date, key
            assert item["basis"].strip(), key
            assert item["citation"].strip(), key


@pytest.mark.parametrize("name", NAMES)
def test_what_is_printed_fits_its_row(name: str) -> None:
    assert [each["text"] for each in read(name)["item"] if len(each["text"]) > 95 or "\n" in each["text"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_why_is_one_to_three_sentences(name: str) -> None:
    sentences = {key: len(re.findall(r'[.?!]"?(?= |$)', item["why"])) for key, item in items(name).items()}

    assert {key: count for key, count in sentences.items() if not 1 <= count <= 3} == {}


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_speaks_of_nobody_but_the_person(name: str) -> None:
    found = {text: not_for_paper(text) for text in printed(name)}

    assert {text: words for text, words in found.items() if words} == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_reasons_keep_to_the_words_we_use(name: str) -> None:
    spoken = {key: " ".join([item["why"], *item.get("ask", [])]) for key, item in items(name).items()}

    assert {key: BANNED.findall(text) for key, text in spoken.items() if BANNED.search(text)} == {}


@pytest.mark.parametrize("name", NAMES)
def test_no_item_offers_what_must_never_be_offered(name: str) -> None:
    shut = re.compile(r"counsel|mediat|restorative|joint (?:meeting|session)|anger|conditional.caution", re.IGNORECASE)

    assert [text for text in printed(name) if shut.search(text)] == []


@pytest.mark.parametrize(
    "text",
    ["Tell the victim", "Ask the adviser", "her address", "the new partner", "Children's social care", "the IDVA",
     "the family", "refused", "Escalate to police", "the offender", "at high risk", "a safe day"],
)  # fmt: skip
def test_the_search_finds_what_the_paper_must_not_say(text: str) -> None:
    assert not_for_paper(text)


@pytest.mark.parametrize("text", ["Family court", "Safety step done", "Other offences", "whether there is a way"])
def test_the_search_leaves_other_words_alone(text: str) -> None:
    assert not not_for_paper(text)


# -- the two lists of the table --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", AT_THE_TABLE)
@pytest.mark.parametrize("nation", ["england", "wales"])
def test_there_are_at_least_twenty_things_to_consider_in_either_nation_and_two_pages_of_them_at_most(
    name: str, nation: str
) -> None:
    there = [
        key
        for key, item in items(name).items()
        if key != SAFETY and "in_force" not in item and item.get("nation", nation) in ("england_and_wales", nation)
    ]

    assert 20 <= len(there) <= 24


@pytest.mark.parametrize("name", AT_THE_TABLE)
def test_the_safety_step_comes_first_and_is_due_from_the_start(name: str) -> None:
    first, *others = read(name)["item"]

    assert (first["key"], first["text"]) == (SAFETY, "Safety step done")
    assert (first["due_days"], first["due_from_start"]) == (2, True)
    assert [item["key"] for item in others if item.get("due_from_start") or item["lead"] == first["lead"]] == []


@pytest.mark.parametrize("name", AT_THE_TABLE)
def test_all_but_gathering_and_recording_waits_for_the_safety_step(name: str) -> None:
    ahead = {key for key, item in items(name).items() if key != SAFETY and SAFETY not in item.get("needs", [])}

    assert ahead == MAY_GO_AHEAD[name]


@pytest.mark.parametrize("name", NAMES)
def test_only_the_safety_step_is_due_from_the_start(name: str) -> None:
    assert {key for key, item in items(name).items() if item.get("due_from_start")} <= {SAFETY}


def test_homes_and_benefits_have_three_questions_and_leave_the_decision_to_the_landlord_or_agency() -> None:
    found = items("disruption")

    homes_and_benefits = {key: item for key, item in found.items() if item["lead"] in ("housing", "benefits")}
    assert {key for key, item in found.items() if "ask" in item} == set(homes_and_benefits)
    assert {key: len(item["ask"]) for key, item in homes_and_benefits.items()} == dict.fromkeys(homes_and_benefits, 3)
    for item in homes_and_benefits.values():
        whose, who, adviser = item["ask"]
        assert whose.startswith("Whose ")
        assert who.startswith("Who lives ")
        assert "victim's adviser say" in adviser
        assert re.match(r"Ask the .+ whether it will consider ", item["text"])
        assert "decides" in item["why"]


def test_possession_is_told_apart_by_nation_and_the_change_in_england_is_told() -> None:
    found = items("disruption")

    assert (found["possession_england"]["nation"], found["possession_wales"]["nation"]) == ("england", "wales")
    assert "1 May 2026" in found["possession_england"]["why"]
    assert "basis" not in found["possession_wales"]


def test_protection_orders_of_2021_are_there_by_area_and_day_and_the_older_ones_elsewhere() -> None:
    found = items("enforcement")

    for key in ("dapn", "dapo"):
        assert [(each["areas"], each["from"], each["until"]) for each in found[key]["in_force"]] == PROTECTION_ORDERS
    assert [found[key]["unless"] for key in ("dvpn", "dvpo")] == ["dapo", "dapo"]
    assert {key for name in NAMES for key, item in items(name).items() if "in_force" in item} == {"dapn", "dapo"}


@pytest.mark.parametrize("name", ["opening", "closing"])
def test_opening_and_closing_are_short(name: str) -> None:
    assert 10 <= len([key for key in items(name) if key != SAFETY]) <= 14
