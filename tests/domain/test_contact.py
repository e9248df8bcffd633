"""Which contacts count, which are failed attempts, and which a lead must hear of."""

from datetime import date

import pytest

from drivecli.domain.contact import counting, counts, flag_for_lead, indirect_counts, is_attempt
from drivecli.domain.facts import Approach, CaseFacts, Contact, Hold

from .build import agreed, attempt, case, fruitless, held, hold, in_stage, information, never, not_yet, sep, suspension

DAY = sep(10)

ENGAGED = case(approaches=(agreed(),), stages=in_stage("engaged"))
STEPPED_DOWN = case(approaches=(agreed(),), stages=in_stage("step_down"))
NOT_ENGAGED = case(approaches=(agreed(),), stages=in_stage("not_engaged"))
BEFORE_ANY_ANSWER = case()
TOLD_NOT_YET = case(approaches=(not_yet(),))
TOLD_NEVER = case(approaches=(never(),))
ON_HOLD = case(approaches=(agreed(),), stages=in_stage("engaged"), holds=(hold(sep(9), sep(11)),))

HELD_DIRECT = held(DAY)
HELD_INDIRECT = held(DAY, direct=False)
INFORMATION = information(DAY)
INFORMATION_FROM_PERSON = information(DAY, direct=True)
FAILED = attempt(DAY)
FRUITLESS = fruitless(DAY)


@pytest.mark.parametrize("facts", [ENGAGED, STEPPED_DOWN], ids=["engaged", "step-down"])
@pytest.mark.parametrize(
    ("contact", "does"),
    [
        (HELD_DIRECT, True),
        (HELD_INDIRECT, False),
        (INFORMATION, False),
        (INFORMATION_FROM_PERSON, False),
        (FAILED, False),
        (FRUITLESS, False),
    ],
    ids=["held direct", "held indirect", "information", "information, direct", "failed", "fruitless"],
)
def test_where_the_person_may_be_approached_only_a_held_direct_contact_counts(
    facts: CaseFacts, contact: Contact, does: bool
) -> None:
    assert counts(facts, contact) is does


@pytest.mark.parametrize(
    "facts",
    [NOT_ENGAGED, BEFORE_ANY_ANSWER, TOLD_NOT_YET, TOLD_NEVER, ON_HOLD],
    ids=["not engaged", "before any answer", "not yet", "never", "on hold"],
)
@pytest.mark.parametrize(
    ("contact", "does"),
    [
        (HELD_DIRECT, True),
        (HELD_INDIRECT, True),
        (INFORMATION, True),
        (INFORMATION_FROM_PERSON, True),
        (FAILED, False),
        (FRUITLESS, False),
    ],
    ids=["held direct", "held indirect", "information", "information, direct", "failed", "fruitless"],
)
def test_where_nobody_is_pushed_to_approach_whatever_was_held_or_learned_counts(
    facts: CaseFacts, contact: Contact, does: bool
) -> None:
    assert counts(facts, contact) is does


@pytest.mark.parametrize("stage", ["information_gathering", "pre_engagement"])
def test_an_early_stage_does_not_let_indirect_work_count_once_an_approach_is_agreed(stage: str) -> None:
    facts = case(approaches=(agreed(),), stages=in_stage(stage))

    assert not counts(facts, INFORMATION)
    assert counts(facts, HELD_DIRECT)


@pytest.mark.parametrize(
    ("day", "does"), [(sep(9), False), (sep(10), True), (sep(11), True)], ids=["before", "that day", "after"]
)
def test_indirect_work_counts_from_the_day_of_not_engaging(day: date, does: bool) -> None:
    facts = case(approaches=(agreed(),), stages=in_stage("not_engaged", sep(10)))

    assert indirect_counts(facts, day) is does


@pytest.mark.parametrize(
    ("day", "does"), [(sep(9), True), (sep(10), False), (sep(11), False)], ids=["before", "that day", "after"]
)
def test_indirect_work_stops_counting_on_the_day_an_approach_is_agreed(day: date, does: bool) -> None:
    assert indirect_counts(case(approaches=(agreed(sep(10)),)), day) is does


@pytest.mark.parametrize(
    ("day", "does"), [(sep(9), False), (sep(10), False), (sep(11), True)], ids=["before", "last day", "after"]
)
def test_an_approach_agreed_until_a_day_stands_on_that_day_and_not_after(day: date, does: bool) -> None:
    assert indirect_counts(case(approaches=(agreed(until=sep(10)),)), day) is does


def test_an_approach_agreed_and_then_withdrawn_lets_indirect_work_count_again() -> None:
    facts = case(approaches=(agreed(), not_yet(sep(10))))

    assert not indirect_counts(facts, sep(9))
    assert indirect_counts(facts, sep(10))


@pytest.mark.parametrize(
    ("day", "does"),
    [(sep(8), False), (sep(9), True), (sep(11), True), (sep(12), False)],
    ids=["before", "first day", "last day", "after"],
)
def test_indirect_work_counts_on_the_first_and_last_day_of_a_hold(day: date, does: bool) -> None:
    assert indirect_counts(ON_HOLD, day) is does


@pytest.mark.parametrize(
    ("lifted_on", "day", "does"),
    [(sep(12), sep(11), True), (sep(12), sep(12), False), (sep(25), sep(20), True), (sep(25), sep(21), False)],
    ids=["before lifting", "day of lifting", "last day, lifted late", "after the last day, lifted late"],
)
def test_a_hold_that_was_lifted_ends_on_that_day_or_its_own_whichever_is_first(
    lifted_on: date, day: date, does: bool
) -> None:
    facts = case(approaches=(agreed(),), holds=(hold(sep(9), sep(20), lifted_on),))

    assert indirect_counts(facts, day) is does


def test_the_contacts_that_count_are_told_oldest_first() -> None:
    first, between, last = held(sep(2), id=1), information(sep(3), id=2), held(sep(4), id=3)

    assert counting(case(approaches=(agreed(),), contacts=(first, between, last))) == [first, last]


@pytest.mark.parametrize(
    ("facts", "contact", "is_one"),
    [
        (ENGAGED, FAILED, True),
        (ENGAGED, attempt(DAY, direct=False), False),
        (ENGAGED, FRUITLESS, False),
        (ENGAGED, HELD_DIRECT, False),
        (ON_HOLD, FAILED, False),
        (ON_HOLD, attempt(sep(12)), True),
        (case(suspensions=(suspension(sep(9)),)), FAILED, False),
        (case(suspensions=(suspension(sep(9), sep(11)),)), FAILED, False),
        (case(suspensions=(suspension(sep(9), DAY),)), FAILED, True),
        (case(suspensions=(suspension(DAY),)), FAILED, False),
        (case(suspensions=(suspension(sep(11)),)), FAILED, True),
    ],
    ids=[
        "failed",
        "failed, indirect",
        "wrong details",
        "held",
        "on hold",
        "the day after the hold",
        "in custody",
        "in custody then",
        "the day of release",
        "the day of custody",
        "the day before custody",
    ],
)
def test_a_failed_attempt_is_one_the_person_could_have_answered(
    facts: CaseFacts, contact: Contact, is_one: bool
) -> None:
    assert is_attempt(facts, contact) is is_one


@pytest.mark.parametrize(
    ("approaches", "holds", "direct", "mode", "flag"),
    [
        ((agreed(),), (), True, "phone", None),
        ((agreed(modes=("phone", "text")),), (), True, "phone", None),
        ((agreed(modes=("phone", "text")),), (), True, "in_person", "mode_not_agreed"),
        ((agreed(modes=("phone", "text")),), (), False, "in_person", None),
        ((), (), True, "phone", "before_approach"),
        ((), (), False, "phone", None),
        ((not_yet(),), (), True, "phone", "before_approach"),
        ((never(),), (), True, "phone", "before_approach"),
        ((agreed(sep(11)),), (), True, "phone", "before_approach"),
        ((agreed(until=sep(9)),), (), True, "phone", "before_approach"),
        ((agreed(until=sep(10)),), (), True, "phone", None),
        ((agreed(),), (hold(sep(10), sep(10)),), True, "phone", "on_hold"),
        ((agreed(),), (hold(sep(10), sep(10)),), False, "phone", None),
        ((), (hold(sep(10), sep(10)),), True, "phone", "on_hold"),
        ((agreed(modes=("phone",)),), (hold(sep(10), sep(10)),), True, "in_person", "on_hold"),
        ((agreed(),), (hold(sep(1), sep(20), sep(10)),), True, "phone", None),
    ],
    ids=[
        "agreed",
        "agreed mode",
        "mode not agreed",
        "mode not agreed, indirect",
        "no answer",
        "no answer, indirect",
        "not yet",
        "never",
        "agreed a day later",
        "agreed until the day before",
        "agreed until that day",
        "on hold",
        "on hold, indirect",
        "on hold and no answer",
        "on hold and mode not agreed",
        "hold lifted that day",
    ],
)
def test_a_lead_hears_of_a_direct_contact_nobody_agreed_to(
    approaches: tuple[Approach, ...],
    holds: tuple[Hold, ...],
    direct: bool,
    mode: str,
    flag: str | None,
) -> None:
    facts = case(approaches=approaches, holds=holds)

    assert flag_for_lead(facts, DAY, direct=direct, mode=mode) == flag


@pytest.mark.parametrize(
    ("day", "stage"),
    [(date(2026, 8, 31), "information_gathering"), (sep(9), "information_gathering"), (sep(10), "engaged")],
    ids=["before opening", "the day before", "that day"],
)
def test_a_stage_stands_from_the_day_it_was_set(day: date, stage: str) -> None:
    assert case(stages=in_stage("engaged", sep(10))).stage_on(day) == stage


def test_a_case_without_a_stage_has_none() -> None:
    assert case(stages=()).stage_on(DAY) == case(stages=()).stage == ""
