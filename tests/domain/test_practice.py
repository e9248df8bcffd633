"""Reading practice.toml: what is taken, and the sentence for what is not."""

from copy import deepcopy
from typing import Any

import pytest

from drivecli.catalogue import parse
from drivecli.domain.practice import KINDS, read_practice, weight_rank
from drivecli.errors import NotUnderstood
from drivecli.packaged import packaged_text

WHERE = "own.toml"
KNOWN_RULES = (
    "safety_consult, first_contact, contact, specialist_first_contact, engagement_review, review, closure_plan, "
    "window_end, release, follow_up, safety_step, checklist_item"
)


def packaged() -> dict[str, Any]:
    """The packaged practice, parsed anew, so that a test may spoil it."""
    return deepcopy(parse(packaged_text("practice.toml"), "practice.toml"))


def with_rule(kind: str, **changed: Any) -> dict[str, Any]:
    """The packaged practice with a rule changed."""
    data = packaged()
    data["rules"][kind] |= changed
    return data


def without(kind: str, name: str) -> dict[str, Any]:
    """The packaged practice with an entry of a rule left out."""
    data = packaged()
    del data["rules"][kind][name]
    return data


def refusal(data: dict[str, Any]) -> str:
    with pytest.raises(NotUnderstood) as refused:
        read_practice(data, WHERE)
    return refused.value.message


def test_the_packaged_practice_reads() -> None:
    practice = read_practice(packaged(), WHERE)

    assert practice.version == "2026-11"
    assert practice.window_months == 10
    assert list(practice.rules) == list(KINDS)
    assert practice["contact"].name == "contact v1"


@pytest.mark.parametrize(
    ("kind", "weight", "unit", "due", "by", "limits"),
    [
        ("safety_consult", "safety", "days", (2,), {}, {}),
        ("first_contact", "practice", "working_days", (5,), {}, {}),
        ("contact", "practice", "days", (7,), {"high": 7, "not_assessed": 7, "standard": 14, "step_down": 28}, {}),
        ("specialist_first_contact", "practice", "working_days", (10,), {}, {}),
        ("engagement_review", "practice", "working_days", (2,), {}, {"attempts": 3, "within_days": 14}),
        ("review", "practice", "months", (3,), {}, {}),
        ("closure_plan", "practice", "days", (28,), {}, {}),
        ("window_end", "practice", "days", (0,), {}, {}),
        ("release", "safety", "days", (28, 7, 1), {}, {"ask_every_days": 14}),
        ("follow_up", "practice", "months", (3, 6, 12), {}, {}),
    ],
)
def test_each_packaged_rule_has_the_values_of_the_issue(
    kind: str, weight: str, unit: str, due: tuple[int, ...], by: dict[str, int], limits: dict[str, int]
) -> None:
    rule = read_practice(packaged(), WHERE)[kind]

    assert (rule.kind, rule.weight, rule.unit, rule.due, rule.by, rule.limits) == (kind, weight, unit, due, by, limits)


def test_the_engagement_review_asks_first_what_stands_in_the_way() -> None:
    assert read_practice(packaged(), WHERE)["engagement_review"].ended_by == (
        "drive review --kind engagement, a contact that counts, or stage not engaged. Ask first what stands in the "
        "way: custody, illness, language, address, another way to reach the person; then what moves in the other lanes"
    )


def test_safety_comes_before_statutory_and_statutory_before_practice() -> None:
    assert sorted(["practice", "safety", "statutory"], key=weight_rank) == ["safety", "statutory", "practice"]


def test_an_unknown_rule_is_refused() -> None:
    data = packaged()
    data["rules"]["contcat"] = data["rules"]["contact"]

    assert refusal(data) == f"own.toml, [rules]: “contcat” is not known here. Known: {KNOWN_RULES}."


def test_missing_rules_are_refused_by_name() -> None:
    data = packaged()
    del data["rules"]["contact"]
    del data["rules"]["release"]

    assert refusal(data) == "own.toml: no rule for contact, release."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "own.toml: there is no [window] table."),
        ({"window": {"months": 10}}, "own.toml: there is no [rules] table."),
        ({"window": 10, "rules": {}}, "own.toml: there is no [window] table."),
        (packaged() | {"rules": packaged()["rules"] | {"review": 3}}, "own.toml: there is no [review] table."),
    ],
    ids=["empty", "no rules", "window is a number", "a rule is a number"],
)
def test_a_missing_table_is_refused(data: dict[str, Any], sentence: str) -> None:
    assert refusal(data) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            with_rule("contact", evry=7),
            "own.toml, [rules.contact]: “evry” is not known here. "
            "Known: weight, version, unit, due, by, starts_from, ended_by, source.",
        ),
        (
            with_rule("release", attempts=3),
            "own.toml, [rules.release]: “attempts” is not known here. "
            "Known: weight, version, unit, due, by, starts_from, ended_by, source, ask_every_days.",
        ),
        (
            with_rule("contact", weight="urgent"),
            "own.toml, [rules.contact]: weight is “urgent”; it must be one of safety, statutory, practice.",
        ),
        (
            without("contact", "weight"),
            "own.toml, [rules.contact]: weight is “None”; it must be one of safety, statutory, practice.",
        ),
        (
            with_rule("contact", unit="weeks"),
            "own.toml, [rules.contact]: unit is “weeks”; it must be one of days, working_days, months.",
        ),
        (
            with_rule("safety_consult", unit="working_days"),
            'own.toml, [rules.safety_consult]: a safety deadline counts calendar days; write unit = "days".',
        ),
        (
            with_rule("first_contact", weight="safety"),
            'own.toml, [rules.first_contact]: a safety deadline counts calendar days; write unit = "days".',
        ),
        (
            with_rule("review", weight="safety"),
            'own.toml, [rules.review]: a safety deadline counts calendar days; write unit = "days".',
        ),
        (
            with_rule("contact", due="7"),
            "own.toml, [rules.contact]: due is “7”; it must be a whole number from 0 to 366.",
        ),
        (
            with_rule("contact", due=7.5),
            "own.toml, [rules.contact]: due is “7.5”; it must be a whole number from 0 to 366.",
        ),
        (
            with_rule("contact", due=True),
            "own.toml, [rules.contact]: due is “True”; it must be a whole number from 0 to 366.",
        ),
        (
            with_rule("contact", due=-1),
            "own.toml, [rules.contact]: due is “-1”; it must be a whole number from 0 to 366.",
        ),
        (
            with_rule("contact", due=367),
            "own.toml, [rules.contact]: due is “367”; it must be a whole number from 0 to 366.",
        ),
        (
            without("contact", "due"),
            "own.toml, [rules.contact]: due is “None”; it must be a whole number from 0 to 366.",
        ),
        (
            with_rule("release", due=[28, "7", 1]),
            "own.toml, [rules.release]: due is “7”; it must be a whole number from 0 to 366.",
        ),
        (
            with_rule("contact", by={"high": 0}),
            "own.toml, [rules.contact]: by.high is “0”; it must be a whole number from 1 to 366.",
        ),
        (
            with_rule("contact", by={"high": "7"}),
            "own.toml, [rules.contact]: by.high is “7”; it must be a whole number from 1 to 366.",
        ),
        (
            without("engagement_review", "attempts"),
            "own.toml, [rules.engagement_review]: attempts is “None”; it must be a whole number from 1 to 366.",
        ),
        (
            with_rule("engagement_review", within_days=0),
            "own.toml, [rules.engagement_review]: within_days is “0”; it must be a whole number from 1 to 366.",
        ),
        (
            with_rule("release", ask_every_days=0),
            "own.toml, [rules.release]: ask_every_days is “0”; it must be a whole number from 1 to 366.",
        ),
        (
            with_rule("contact", version=0),
            "own.toml, [rules.contact]: version is “0”; it must be a whole number from 1 to 9999.",
        ),
        (without("contact", "source"), "own.toml, [rules.contact]: source must say something in words."),
        (with_rule("contact", source="  "), "own.toml, [rules.contact]: source must say something in words."),
        (with_rule("contact", ended_by=""), "own.toml, [rules.contact]: ended_by must say something in words."),
        (with_rule("contact", starts_from=1), "own.toml, [rules.contact]: starts_from must say something in words."),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_the_entry_and_what_would_be_right(
    data: dict[str, Any], sentence: str
) -> None:
    assert refusal(data) == sentence


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        ({"months": 0}, "months is “0”; it must be a whole number from 1 to 36."),
        ({"months": 37}, "months is “37”; it must be a whole number from 1 to 36."),
        ({"months": "10"}, "months is “10”; it must be a whole number from 1 to 36."),
        ({}, "months is “None”; it must be a whole number from 1 to 36."),
        ({"months": 10, "month": 12}, "“month” is not known here. Known: months."),
    ],
)
def test_a_window_that_cannot_be_is_refused(window: dict[str, Any], sentence: str) -> None:
    assert refusal(packaged() | {"window": window}) == f"own.toml, [window]: {sentence}"


def test_one_length_may_be_written_without_a_list() -> None:
    assert read_practice(with_rule("follow_up", due=6), WHERE)["follow_up"].due == (6,)


def test_two_lengths_are_refused_where_one_is_due() -> None:
    assert refusal(with_rule("review", due=[3, 6])) == (
        "own.toml, [rules.review]: due has 2 lengths; this one is due once, so give one."
    )


def test_lengths_by_tier_are_refused_where_the_clock_would_not_look_at_them() -> None:
    assert refusal(with_rule("review", by={"high": 1})) == (
        "own.toml, [rules.review]: by is not known here. Only contact has other lengths."
    )


def test_an_empty_list_of_lengths_is_refused() -> None:
    assert refusal(with_rule("contact", due=[])) == (
        "own.toml, [rules.contact]: due is empty; give at least one length."
    )


def test_other_lengths_that_are_not_a_table_are_refused() -> None:
    assert refusal(with_rule("contact", by=7)) == (
        "own.toml, [rules.contact]: by is “7”; write it as { high = 7, standard = 14 }."
    )


@pytest.mark.parametrize(
    ("kind", "weight", "unit"),
    [
        ("closure_plan", "practice", "months"),
        ("closure_plan", "practice", "working_days"),
        ("window_end", "practice", "months"),
        ("release", "practice", "working_days"),
    ],
)
def test_what_is_counted_back_from_a_day_is_counted_in_days(kind: str, weight: str, unit: str) -> None:
    assert refusal(with_rule(kind, weight=weight, unit=unit)) == (
        f'own.toml, [rules.{kind}]: it is counted back from a day; write unit = "days".'
    )


def test_an_unknown_table_is_refused() -> None:
    assert refusal(packaged() | {"rule": {"contact": {"due": 14}}}) == (
        "own.toml: “rule” is not known here. Known: version, window, rules."
    )
