"""What a checklist file may say, which items are offered where and when, and what must stand first."""

import tomllib
from datetime import date

import pytest

from drivecli.catalogue import Catalogue
from drivecli.domain.checklists import Checklist, not_checked_since, offered, read_checklist, unsettled
from drivecli.domain.window import week_of_window
from drivecli.errors import NotUnderstood

FILE = """\
title = "Night visits"
version = 2
audience = "staff"
valid_from = 2026-01-01

[groups]
first = "Before anything else"
police = "Police"

[[item]]
key = "safety_step"
lead = "first"
text = "Safety step done"
why = "Somebody must say."
due_days = 2
due_from_start = true

[[item]]
key = "old_order"
lead = "police"
text = "Ask for the old order"
why = "Where the new one is not in force."
basis = "An Act 2010"
citation = "section 1"
checked_on = 2026-01-05
needs = ["safety_step"]
due_days = 7
unless = "new_order"

[[item]]
key = "new_order"
lead = "police"
text = "Ask for the new order"
why = "Where it is in force."
due_days = 7
  [[item.in_force]]
  areas = ["adur"]
  from = 2026-02-01
  until = 2026-02-28

[[item]]
key = "welsh"
lead = "police"
text = "Ask about the law of Wales"
why = "Only there."
nation = "wales"
due_days = 7
"""


def read(text: str = FILE) -> Checklist:
    return read_checklist(tomllib.loads(text), "night", text)


def keys(area: str | None, nation: str | None, day: date) -> list[str]:
    return [item.key for item in offered(read(), area=area, nation=nation, day=day)]


def test_a_list_is_read_with_its_groups_and_items_in_page_order() -> None:
    found = read()

    assert (found.title, found.version, found.audience, list(found.groups)) == (
        "Night visits",
        2,
        "staff",
        ["first", "police"],
    )
    assert [item.key for item in found.items] == ["safety_step", "old_order", "new_order", "welsh"]
    assert found.items[1].needs == ("safety_step",)


@pytest.mark.parametrize(
    ("area", "nation", "day", "expected"),
    [
        ("adur", "england", date(2026, 2, 1), ["safety_step", "new_order"]),
        ("adur", "england", date(2026, 2, 28), ["safety_step", "new_order"]),
        ("adur", "england", date(2026, 1, 31), ["safety_step", "old_order"]),
        ("adur", "england", date(2026, 3, 1), ["safety_step", "old_order"]),
        ("worthing", "england", date(2026, 2, 10), ["safety_step", "old_order"]),
        ("cardiff", "wales", date(2026, 2, 10), ["safety_step", "old_order", "welsh"]),
        (None, None, date(2026, 2, 10), ["safety_step", "old_order", "welsh"]),
    ],
)
def test_only_what_is_in_force_in_the_area_the_nation_and_on_the_day_is_offered(
    area: str | None, nation: str | None, day: date, expected: list[str]
) -> None:
    assert keys(area, nation, day) == expected


def test_the_protection_order_is_offered_by_area_and_day_and_the_older_order_elsewhere() -> None:
    enforcement = Catalogue().checklist("enforcement")
    by_place = {
        (area, day): {item.key for item in offered(enforcement, area=area, nation="england", day=day)}
        for area in ("croydon", "worthing")
        for day in (date(2026, 3, 2), date(2026, 4, 1))
    }

    assert "dapo" in by_place["croydon", date(2026, 3, 2)]
    assert "dvpo" not in by_place["croydon", date(2026, 3, 2)]
    for place in (("croydon", date(2026, 4, 1)), ("worthing", date(2026, 3, 2)), ("worthing", date(2026, 4, 1))):
        assert "dvpo" in by_place[place]
        assert "dapo" not in by_place[place]


@pytest.mark.parametrize(
    ("states", "missing"),
    [
        ({"safety_step": "open"}, ["safety_step"]),
        ({"safety_step": "agreed"}, ["safety_step"]),
        ({"safety_step": "not_possible"}, ["safety_step"]),
        ({"safety_step": "done"}, []),
        ({}, []),
    ],
)
def test_what_an_item_needs_stands_once_it_is_done_and_nothing_else_will_do(
    states: dict[str, str], missing: list[str]
) -> None:
    assert unsettled(("safety_step",), states) == missing


@pytest.mark.parametrize(
    ("checked_on", "today", "stale"),
    [
        (date(2026, 1, 5), date(2026, 7, 5), False),
        (date(2026, 1, 5), date(2026, 7, 6), True),
        (None, date(2030, 1, 1), False),
    ],
)
def test_a_law_is_to_be_read_again_after_six_months(checked_on: date | None, today: date, stale: bool) -> None:
    assert not_checked_since(checked_on, today) is stale


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 3, 2), (1, 44)),
        (date(2026, 3, 8), (1, 44)),
        (date(2026, 3, 9), (2, 44)),
        (date(2027, 1, 2), (44, 44)),
        (date(2027, 3, 2), (44, 44)),
    ],
)
def test_the_week_of_the_window_is_counted_from_the_day_it_opened(today: date, expected: tuple[int, int]) -> None:
    assert week_of_window(date(2026, 3, 2), date(2027, 1, 2), today) == expected


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "version = 2",
            'version = "2"',
            "checklists/night.toml: version is “2”; it must be a whole number from 1 to 9999.",
        ),
        (
            'lead = "police"\ntext = "Ask for the old order"',
            'lead = "army"\ntext = "Ask for the old order"',
            "checklists/night.toml, line 18, old_order: lead is “army”; it must be one of first, police.",
        ),
        (
            'needs = ["safety_step"]',
            'needs = ["safety_stp"]',
            "checklists/night.toml, old_order: there is no other item safety_stp in this list.",
        ),
        (
            "checked_on = 2026-01-05\n",
            "",
            "checklists/night.toml, line 18, old_order: it names a law; say on which day it was last read, as in"
            " checked_on = 2026-11-21.",
        ),
        (
            'key = "welsh"',
            'key = "old_order"',
            "checklists/night.toml: the key old_order is there twice; each item needs its own.",
        ),
        (
            'why = "Only there."\n',
            "",
            "checklists/night.toml, line 41, welsh: why must say something in words.",
        ),
        ("  until = 2026-02-28", "  until = 2026-01-28", "checklists/night.toml, line 30, new_order: in_force ends on"),
        ('title = "Night visits"', 'titel = "Night visits"', "checklists/night.toml: “titel” is not known here."),
        (
            'audience = "staff"',
            'audience = "person"',
            "checklists/night.toml: audience is “person”; it must be one of staff.",
        ),
        (
            'lead = "first"',
            'lead = "police"',
            None,
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_a_sentence_with_its_place(
    old: str, new: str, sentence: str | None
) -> None:
    assert FILE.count(old) >= 1
    text = FILE.replace(old, new, 1)
    if sentence is None:
        text = text.replace(
            'lead = "police"\ntext = "Ask for the old order"', 'lead = "first"\ntext = "Ask for the old order"'
        )
        sentence = "checklists/night.toml, old_order: it stands after police; put it with first."

    with pytest.raises(NotUnderstood) as refusal:
        read(text)

    assert refusal.value.message.startswith(sentence)
