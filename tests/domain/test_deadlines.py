"""The clock: what is due in a case, from which day, and what ends it. One test for each thing a rule does."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.catalogue import Catalogue
from drivecli.domain.contact import counting
from drivecli.domain.deadlines import Deadline, deadlines
from drivecli.domain.facts import (
    Approach,
    Assignment,
    CaseFacts,
    Contact,
    Extension,
    Hold,
    Release,
    Review,
    Stage,
    Suspension,
)
from drivecli.domain.overdue import days_overdue, is_overdue
from drivecli.domain.practice import weight_rank

from .build import (
    HOLIDAYS,
    MANAGER,
    OPENED,
    PRACTICE,
    SPECIALIST,
    agreed,
    all_due,
    assigned,
    attempt,
    case,
    closing,
    due,
    extension,
    fruitless,
    held,
    hold,
    in_stage,
    information,
    never,
    not_yet,
    release,
    review,
    rows,
    sep,
    suspension,
)

ANYTHING = "any contact held, or with information given or received, direct or indirect"


# -- overdue ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "overdue", "days"),
    [(sep(7), False, 0), (sep(8), False, 0), (sep(9), True, 1), (date(2026, 10, 8), True, 30)],
    ids=["before", "the due day", "the day after", "a month after"],
)
def test_a_deadline_is_overdue_from_the_day_after_its_due_day(today: date, overdue: bool, days: int) -> None:
    assert is_overdue(sep(8), today) is overdue
    assert days_overdue(sep(8), today) == days


def test_nothing_due_is_not_overdue() -> None:
    assert days_overdue(None, sep(8)) == 0


# -- what is due at all ----------------------------------------------------------------------------------------------


def test_a_new_case_is_asked_about_safety_first() -> None:
    assert all_due(case()) == [
        ("safety_consult", sep(3)),
        ("contact", sep(8)),
        ("review", date(2026, 12, 1)),
        ("closure_plan", date(2027, 6, 3)),
        ("window_end", date(2027, 7, 1)),
    ]


def test_a_case_with_an_agreed_approach_and_a_specialist_has_their_first_contacts_due() -> None:
    facts = case(approaches=(agreed(),), assignments=(assigned(OPENED),))

    assert all_due(facts) == [
        ("contact", sep(8)),
        ("first_contact", sep(8)),
        ("specialist_first_contact", sep(15)),
        ("review", date(2026, 12, 1)),
        ("closure_plan", date(2027, 6, 3)),
        ("window_end", date(2027, 7, 1)),
    ]


def test_a_suspended_case_keeps_safety_review_and_window_and_asks_for_the_release() -> None:
    facts = case(
        approaches=(agreed(until=sep(30)),),
        assignments=(assigned(OPENED),),
        contacts=(attempt(sep(1), id=1), attempt(sep(2), id=2), attempt(sep(3), id=3)),
        suspensions=(suspension(sep(4)),),
        releases=(release(sep(4), None),),
    )

    assert all_due(facts) == [
        ("release", sep(18)),
        ("safety_consult", date(2026, 10, 2)),
        ("review", date(2026, 12, 1)),
        ("closure_plan", date(2027, 6, 3)),
        ("window_end", date(2027, 7, 1)),
    ]


def test_closing_leaves_only_follow_ups() -> None:
    facts = case(
        assignments=(assigned(OPENED),),
        suspensions=(suspension(sep(4)),),
        releases=(release(sep(4), None),),
        closing=closing(date(2026, 11, 30)),
    )

    assert all_due(facts) == [
        ("follow_up", date(2027, 2, 28)),
        ("follow_up", date(2027, 5, 30)),
        ("follow_up", date(2027, 11, 30)),
    ]


def test_the_soonest_comes_first_then_the_weightiest_then_the_kind() -> None:
    facts = case(approaches=(agreed(until=sep(6)),))

    assert all_due(facts)[:3] == [
        ("safety_consult", sep(8)),
        ("contact", sep(8)),
        ("review", date(2026, 12, 1)),
    ]


def test_deadlines_of_one_kind_and_day_are_in_the_order_of_their_records() -> None:
    facts = case(
        approaches=(agreed(),),
        assignments=(assigned(OPENED, worker=9, name="Kit Moss", id=702), assigned(OPENED, id=701)),
    )

    assert [each.because_id for each in rows(facts, "specialist_first_contact")] == [701, 702]


def test_each_rule_has_the_weight_of_the_issue() -> None:
    working = case(
        approaches=(agreed(until=sep(30)),),
        assignments=(assigned(OPENED),),
        contacts=(attempt(sep(1), id=1), attempt(sep(2), id=2), attempt(sep(3), id=3)),
    )
    in_custody = case(suspensions=(suspension(sep(4)),), releases=(release(sep(4), None),))
    closed = case(closing=closing(sep(30)))

    weights = {each.kind: each.weight for facts in (working, in_custody, closed) for each in whole(facts)}

    assert weights == {
        "safety_consult": "safety",
        "first_contact": "practice",
        "contact": "practice",
        "specialist_first_contact": "practice",
        "engagement_review": "practice",
        "review": "practice",
        "closure_plan": "practice",
        "window_end": "practice",
        "release": "safety",
        "follow_up": "practice",
    }


def test_every_deadline_is_on_the_side_of_the_case() -> None:
    assert {each.side for each in whole(case(approaches=(agreed(),)))} == {"case"}


def test_equal_facts_have_equal_deadlines() -> None:
    assert whole(case(approaches=(agreed(),))) == whole(case(approaches=(agreed(),)))


# -- safety_consult --------------------------------------------------------------------------------------------------


def test_a_safety_consult_is_due_two_calendar_days_after_opening() -> None:
    assert rows(case(), "safety_consult") == [
        Deadline(
            kind="safety_consult",
            side="case",
            weight="safety",
            due_on=sep(3),
            rule="safety_consult v1",
            because_table="opening",
            because_id=100,
            because="opened Tue 1 Sep 2026",
            stops_when="drive approach: the answer whether the person may be approached",
            skipped=(),
            owner=None,
        )
    ]


def test_a_safety_consult_is_not_put_off_by_weekend_or_christmas() -> None:
    assert due(case(opened_on=date(2026, 12, 24)), "safety_consult") == [date(2026, 12, 26)]


@pytest.mark.parametrize(
    "answer",
    [agreed(sep(2)), never(sep(2)), Approach(202, sep(2), "never", sep(9))],
    ids=["agreed", "never", "never, whatever its until"],
)
def test_a_lasting_answer_ends_the_safety_consult(answer: Approach) -> None:
    assert due(case(approaches=(answer,)), "safety_consult") == []


def test_a_not_yet_is_asked_about_again_two_days_after_its_until() -> None:
    found = rows(case(approaches=(not_yet(sep(2), until=sep(18)),)), "safety_consult")

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in found] == [
        (sep(20), "approach", 201, "not yet, ask again Fri 18 Sep 2026")
    ]


def test_a_not_yet_without_an_until_is_asked_about_again_two_days_after_the_answer() -> None:
    found = rows(case(approaches=(not_yet(sep(4)),)), "safety_consult")

    assert [(each.due_on, each.because) for each in found] == [(sep(6), "not yet, ask again Fri 4 Sep 2026")]


def test_an_agreement_until_a_day_is_asked_about_again_two_days_after_it() -> None:
    found = rows(case(approaches=(agreed(until=sep(18)),)), "safety_consult")

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in found] == [
        (sep(20), "approach", 200, "approach agreed only until Fri 18 Sep 2026")
    ]


@pytest.mark.parametrize(
    ("answers", "asked_again"),
    [
        ((not_yet(sep(2), until=sep(8)), agreed(sep(5))), []),
        ((not_yet(sep(2), until=sep(8)), never(sep(5))), []),
        ((agreed(sep(2)), not_yet(sep(5), until=sep(14))), [sep(16)]),
        ((not_yet(sep(2), until=sep(8)), not_yet(sep(5), until=sep(14))), [sep(16)]),
        ((agreed(sep(2), until=sep(8)), agreed(sep(5))), []),
    ],
    ids=["not yet, agreed", "not yet, never", "agreed, not yet", "not yet twice", "agreed for longer"],
)
def test_only_the_last_answer_is_asked_about_again(answers: tuple[Approach, ...], asked_again: list[date]) -> None:
    assert due(case(approaches=answers), "safety_consult") == asked_again


def test_a_safety_consult_goes_on_while_suspended() -> None:
    assert due(case(suspensions=(suspension(sep(2)),)), "safety_consult") == [sep(3)]


# -- first_contact ---------------------------------------------------------------------------------------------------


def test_a_first_contact_is_due_five_working_days_after_an_agreed_approach() -> None:
    assert rows(case(approaches=(agreed(sep(2)),)), "first_contact") == [
        Deadline(
            kind="first_contact",
            side="case",
            weight="practice",
            due_on=sep(9),
            rule="first_contact v1",
            because_table="approach",
            because_id=200,
            because="approach agreed Wed 2 Sep 2026",
            stops_when="the first contact that counts",
            skipped=("2 weekend days",),
            owner=None,
        )
    ]


def test_a_first_contact_skips_the_holidays_it_meets_and_names_them() -> None:
    facts = case(opened_on=date(2026, 12, 14), approaches=(agreed(date(2026, 12, 21)),))

    assert [(each.due_on, each.skipped) for each in rows(facts, "first_contact")] == [
        (date(2026, 12, 30), ("2 weekend days", "Christmas Day (25 Dec)", "Boxing Day (observed) (28 Dec)"))
    ]


@pytest.mark.parametrize(
    "answers",
    [(), (not_yet(),), (never(),), (agreed(), not_yet(sep(3))), (agreed(), never(sep(3)))],
    ids=["no answer", "not yet", "never", "agreed, then not yet", "agreed, then never"],
)
def test_no_first_contact_is_due_while_no_approach_is_agreed(answers: tuple[Approach, ...]) -> None:
    assert due(case(approaches=answers), "first_contact") == []


@pytest.mark.parametrize(
    ("contacts", "is_due"),
    [
        ((held(sep(4)),), []),
        ((held(sep(2)),), []),
        ((held(sep(1)),), [sep(9)]),
        ((attempt(sep(4)),), [sep(9)]),
        ((information(sep(4)),), [sep(9)]),
        ((held(sep(4), direct=False),), [sep(9)]),
    ],
    ids=["held", "held on the day of agreement", "held before it", "failed", "information", "held indirect"],
)
def test_the_first_contact_that_counts_ends_it(contacts: tuple[Contact, ...], is_due: list[date]) -> None:
    assert due(case(approaches=(agreed(sep(2)),), contacts=contacts), "first_contact") == is_due


def test_a_second_agreement_does_not_put_off_a_first_contact() -> None:
    assert due(case(approaches=(agreed(sep(2)), agreed(sep(7), id=203))), "first_contact") == [sep(9)]


def test_an_agreement_after_a_not_yet_starts_a_first_contact_anew() -> None:
    facts = case(approaches=(agreed(sep(2)), not_yet(sep(4)), agreed(sep(14), id=203)), contacts=(held(sep(3)),))

    assert [(each.due_on, each.because_id) for each in rows(facts, "first_contact")] == [(sep(21), 203)]


def test_a_first_contact_starts_on_the_day_a_hold_ends() -> None:
    facts = case(approaches=(agreed(),), holds=(hold(sep(3), sep(10)),))

    assert [
        (each.due_on, each.because_table, each.because_id, each.because) for each in rows(facts, "first_contact")
    ] == [(sep(18), "hold", 400, "hold ends Fri 11 Sep 2026")]


def test_a_first_contact_starts_on_the_day_a_hold_is_lifted() -> None:
    facts = case(approaches=(agreed(),), holds=(hold(sep(3), sep(30), lifted_on=sep(7)),))

    assert due(facts, "first_contact") == [sep(14)]


def test_a_hold_that_ended_before_the_agreement_does_not_put_off_a_first_contact() -> None:
    facts = case(approaches=(agreed(sep(7)),), holds=(hold(sep(2), sep(4)),))

    assert [(each.due_on, each.because_table) for each in rows(facts, "first_contact")] == [(sep(14), "approach")]


def test_an_agreement_on_the_day_a_hold_ends_or_work_resumes_is_what_starts_a_first_contact() -> None:
    after_hold = case(approaches=(agreed(sep(7)),), holds=(hold(sep(2), sep(6)),))
    after_custody = case(approaches=(agreed(sep(7)),), suspensions=(suspension(sep(2), resumed_on=sep(7)),))

    assert [(each.due_on, each.because_table) for each in rows(after_hold, "first_contact")] == [(sep(14), "approach")]
    assert [(each.due_on, each.because_table) for each in rows(after_custody, "first_contact")] == [
        (sep(14), "approach")
    ]


def test_of_several_holds_the_last_to_end_says_when_a_first_contact_starts() -> None:
    facts = case(approaches=(agreed(),), holds=(hold(sep(2), sep(13), id=401), hold(sep(3), sep(4), id=402)))

    assert [(each.due_on, each.because_id) for each in rows(facts, "first_contact")] == [(sep(21), 401)]


def test_a_first_contact_starts_on_the_day_a_case_is_resumed() -> None:
    facts = case(approaches=(agreed(),), suspensions=(suspension(sep(3), resumed_on=sep(14)),))

    assert [
        (each.due_on, each.because_table, each.because_id, each.because) for each in rows(facts, "first_contact")
    ] == [(sep(21), "suspension", 500, "resumed Mon 14 Sep 2026")]


def test_an_agreement_after_one_that_ran_out_starts_a_first_contact_anew() -> None:
    facts = case(approaches=(agreed(sep(1), until=sep(4)), agreed(sep(21), id=203)))

    assert due(facts, "first_contact") == [sep(28)]


@pytest.mark.parametrize(
    ("answers", "is_due"),
    [
        ((agreed(sep(1), until=sep(8)), agreed(sep(8), id=203)), [(sep(8), 200)]),
        ((agreed(sep(1), until=sep(3)), agreed(sep(2), until=sep(8), id=203)), [(sep(8), 200)]),
        ((agreed(sep(1), until=sep(3)), agreed(sep(5), id=203)), [(sep(11), 203)]),
        ((agreed(sep(1), until=sep(3)), not_yet(sep(2)), agreed(sep(3), id=203)), [(sep(10), 203)]),
    ],
    ids=["on its last day", "before it ran out", "after a day without", "after a not yet"],
)
def test_an_agreement_renewed_in_time_goes_on_and_one_that_was_broken_starts_anew(
    answers: tuple[Approach, ...], is_due: list[tuple[date, int]]
) -> None:
    assert [(each.due_on, each.because_id) for each in rows(case(approaches=answers), "first_contact")] == is_due


def test_an_agreement_renewed_on_the_next_day_goes_on() -> None:
    facts = case(approaches=(agreed(sep(1), until=sep(4)), agreed(sep(5), id=203)), contacts=(held(sep(3)),))

    assert due(facts, "first_contact") == []


@pytest.mark.parametrize(
    ("until", "first", "specialist"),
    [
        (sep(7), [], []),
        (sep(8), [sep(8)], []),
        (sep(14), [sep(8)], []),
        (sep(15), [sep(8)], [sep(15)]),
        (None, [sep(8)], [sep(15)]),
    ],
)
def test_nobody_is_pushed_to_meet_the_person_on_a_day_after_an_agreement_has_run_out(
    until: date | None, first: list[date], specialist: list[date]
) -> None:
    facts = case(approaches=(agreed(sep(1), until=until),), assignments=(assigned(sep(1)),))

    assert due(facts, "first_contact") == first
    assert due(facts, "specialist_first_contact") == specialist


# -- contact ---------------------------------------------------------------------------------------------------------


def test_contact_is_due_seven_days_after_opening_when_there_was_none() -> None:
    assert rows(case(), "contact") == [
        Deadline(
            kind="contact",
            side="case",
            weight="practice",
            due_on=sep(8),
            rule="contact v1",
            because_table="opening",
            because_id=100,
            because="opened Tue 1 Sep 2026",
            stops_when=ANYTHING,
            skipped=(),
            owner=None,
        )
    ]


def test_contact_is_due_so_many_days_after_the_last_that_counts() -> None:
    facts = case(approaches=(agreed(),), contacts=(held(sep(2), id=1), held(sep(4), id=2), attempt(sep(6), id=3)))

    assert rows(facts, "contact") == [
        Deadline(
            kind="contact",
            side="case",
            weight="practice",
            due_on=sep(11),
            rule="contact v1",
            because_table="contact",
            because_id=2,
            because="last contact that counts: phone, held, Fri 4 Sep 2026",
            stops_when="a held direct contact",
            skipped=(),
            owner=None,
        )
    ]


@pytest.mark.parametrize(
    ("tier", "stage", "due_on"),
    [
        ("high", "engaged", sep(11)),
        ("not_assessed", "engaged", sep(11)),
        ("standard", "engaged", sep(18)),
        ("standard", "pre_engagement", sep(18)),
        ("standard", "not_engaged", sep(18)),
        ("high", "step_down", date(2026, 10, 2)),
        ("standard", "step_down", date(2026, 10, 2)),
        ("not_assessed", "step_down", date(2026, 10, 2)),
        ("a tier of our own", "engaged", sep(11)),
    ],
)
def test_how_often_is_said_by_the_tier_and_in_step_down_by_the_stage(tier: str, stage: str, due_on: date) -> None:
    facts = case(tier=tier, stages=in_stage(stage), approaches=(agreed(),), contacts=(held(sep(4)),))

    assert due(facts, "contact") == [due_on]


def test_contact_counts_calendar_days() -> None:
    facts = case(opened_on=date(2026, 12, 21))

    assert [(each.due_on, each.skipped) for each in rows(facts, "contact")] == [(date(2026, 12, 28), ())]


def test_indirect_work_moves_the_contact_clock_before_an_approach_is_agreed() -> None:
    assert due(case(contacts=(information(sep(4)),)), "contact") == [sep(11)]


def test_indirect_work_moves_the_contact_clock_where_the_person_is_not_engaging() -> None:
    facts = case(approaches=(agreed(),), stages=in_stage("not_engaged"), contacts=(held(sep(4), direct=False),))

    assert [(each.due_on, each.stops_when) for each in rows(facts, "contact")] == [(sep(11), ANYTHING)]


def test_contact_runs_on_during_a_hold_and_indirect_work_moves_it() -> None:
    facts = case(approaches=(agreed(),), contacts=(held(sep(2), id=1),), holds=(hold(sep(3), sep(20)),))
    after = case(
        approaches=(agreed(),),
        contacts=(held(sep(2), id=1), information(sep(8), id=2)),
        holds=(hold(sep(3), sep(20)),),
    )

    assert due(facts, "contact") == [sep(9)]
    assert due(after, "contact") == [sep(15)]


def test_contact_says_what_counts_during_a_hold_and_after_it() -> None:
    facts = case(approaches=(agreed(),), holds=(hold(sep(3), sep(20)),))
    lifted = case(approaches=(agreed(),), holds=(hold(sep(3), sep(20), lifted_on=sep(5)),))

    assert [each.stops_when for each in rows(facts, "contact")] == [
        f"{ANYTHING}, while on hold until Sun 20 Sep 2026; after that a held direct contact"
    ]
    assert [each.stops_when for each in rows(lifted, "contact")] == ["a held direct contact"]


def test_contact_says_what_counts_while_agreed_and_after_it() -> None:
    facts = case(approaches=(agreed(until=sep(30)),))

    assert [each.stops_when for each in rows(facts, "contact")] == [
        f"a held direct contact, while agreed until Wed 30 Sep 2026; after that {ANYTHING}"
    ]


def test_contact_does_not_ask_for_a_direct_contact_during_a_hold_when_the_agreement_has_an_end() -> None:
    facts = case(approaches=(agreed(until=sep(30)),), holds=(hold(sep(3), sep(20)),))

    assert "while on hold until Sun 20 Sep 2026" in rows(facts, "contact")[0].stops_when


def test_a_contact_after_the_window_still_moves_the_contact_clock() -> None:
    facts = case(approaches=(agreed(),), contacts=(held(date(2027, 7, 5)),))

    assert due(facts, "contact") == [date(2027, 7, 12)]


def test_contact_starts_from_the_day_a_case_is_resumed() -> None:
    facts = case(
        approaches=(agreed(),), contacts=(held(sep(2)),), suspensions=(suspension(sep(3), resumed_on=sep(20)),)
    )

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in rows(facts, "contact")] == [
        (sep(27), "suspension", 500, "resumed Sun 20 Sep 2026")
    ]


def test_a_contact_after_the_day_of_resuming_moves_the_contact_clock_again() -> None:
    facts = case(
        approaches=(agreed(),), contacts=(held(sep(22)),), suspensions=(suspension(sep(3), resumed_on=sep(20)),)
    )

    assert [(each.due_on, each.because_table) for each in rows(facts, "contact")] == [(sep(29), "contact")]


def test_of_several_suspensions_the_last_resumed_says_when_contact_starts() -> None:
    facts = case(suspensions=(suspension(sep(2), sep(4), id=501), suspension(sep(6), sep(10), id=502)))

    assert [(each.due_on, each.because_id) for each in rows(facts, "contact")] == [(sep(17), 502)]


def test_no_contact_is_due_while_suspended_again() -> None:
    facts = case(suspensions=(suspension(sep(2), sep(4), id=501), suspension(sep(6), id=502)))

    assert due(facts, "contact") == []


# -- specialist_first_contact ----------------------------------------------------------------------------------------


def test_a_specialist_s_first_contact_is_due_ten_working_days_after_the_assignment() -> None:
    facts = case(approaches=(agreed(),), assignments=(assigned(sep(2), role="mental_health"),))

    assert rows(facts, "specialist_first_contact") == [
        Deadline(
            kind="specialist_first_contact",
            side="case",
            weight="practice",
            due_on=sep(16),
            rule="specialist_first_contact v1",
            because_table="assignment",
            because_id=700,
            because="Robin Ash assigned (mental health) Wed 2 Sep 2026",
            stops_when="a held direct contact by Robin Ash, or the end of the assignment",
            skipped=("4 weekend days",),
            owner=SPECIALIST,
        )
    ]


@pytest.mark.parametrize(
    "answers",
    [(), (not_yet(),), (never(),), (agreed(), not_yet(sep(3)))],
    ids=["no answer", "not yet", "never", "agreed, then not yet"],
)
def test_no_specialist_is_pushed_to_meet_the_person_before_an_approach_is_agreed(
    answers: tuple[Approach, ...],
) -> None:
    assert due(case(approaches=answers, assignments=(assigned(sep(2)),)), "specialist_first_contact") == []


def test_a_specialist_assigned_before_the_agreement_has_ten_working_days_from_it() -> None:
    facts = case(approaches=(agreed(sep(7)),), assignments=(assigned(sep(2)),))

    found = rows(facts, "specialist_first_contact")

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in found] == [
        (sep(21), "approach", 200, "approach agreed Mon 7 Sep 2026")
    ]


@pytest.mark.parametrize(
    ("contacts", "is_due"),
    [
        ((held(sep(4), by=SPECIALIST),), []),
        ((held(sep(2), by=SPECIALIST),), []),
        ((held(sep(1), by=SPECIALIST),), [sep(16)]),
        ((held(sep(4), by=MANAGER),), [sep(16)]),
        ((held(sep(4), by=SPECIALIST, direct=False),), [sep(16)]),
        ((Contact(9, sep(4), True, False, False, True, SPECIALIST, "phone, not in"),), [sep(16)]),
        ((Contact(9, sep(4), True, False, True, False, SPECIALIST, "phone, information given"),), [sep(16)]),
    ],
    ids=["held", "held that day", "held before", "by somebody else", "indirect", "failed", "information"],
)
def test_a_held_direct_contact_by_the_specialist_since_the_assignment_ends_it(
    contacts: tuple[Contact, ...], is_due: list[date]
) -> None:
    facts = case(approaches=(agreed(),), assignments=(assigned(sep(2)),), contacts=contacts)

    assert due(facts, "specialist_first_contact") == is_due


def test_the_end_of_the_assignment_ends_it() -> None:
    facts = case(approaches=(agreed(),), assignments=(assigned(sep(2), ended_on=sep(4)),))

    assert due(facts, "specialist_first_contact") == []


def test_a_case_manager_has_no_specialist_s_deadline() -> None:
    facts = case(approaches=(agreed(),), assignments=(assigned(sep(2), role="case_manager"),))

    assert due(facts, "specialist_first_contact") == []


def test_each_specialist_has_a_deadline_and_owns_it() -> None:
    facts = case(
        approaches=(agreed(),),
        assignments=(assigned(sep(2), id=701), assigned(sep(3), worker=9, name="Kit Moss", role="housing", id=702)),
        contacts=(held(sep(4), by=MANAGER),),
    )

    assert [(each.owner, each.due_on, each.because) for each in rows(facts, "specialist_first_contact")] == [
        (SPECIALIST, sep(16), "Robin Ash assigned (substance) Wed 2 Sep 2026"),
        (9, sep(17), "Kit Moss assigned (housing) Thu 3 Sep 2026"),
    ]


def test_a_specialist_who_takes_over_is_to_meet_the_person_too() -> None:
    facts = case(
        approaches=(agreed(),),
        assignments=(assigned(sep(2), ended_on=sep(9), id=701), assigned(sep(9), worker=9, name="Kit Moss", id=702)),
        contacts=(held(sep(4), by=SPECIALIST),),
    )

    assert [(each.owner, each.due_on) for each in rows(facts, "specialist_first_contact")] == [(9, sep(23))]


def test_a_specialist_s_first_contact_starts_on_the_day_a_hold_ends() -> None:
    facts = case(approaches=(agreed(),), assignments=(assigned(sep(2)),), holds=(hold(sep(3), sep(10)),))

    assert [(each.due_on, each.because) for each in rows(facts, "specialist_first_contact")] == [
        (sep(25), "hold ends Fri 11 Sep 2026")
    ]


def test_a_specialist_s_first_contact_starts_on_the_day_a_case_is_resumed() -> None:
    facts = case(
        approaches=(agreed(),), assignments=(assigned(sep(2)),), suspensions=(suspension(sep(3), resumed_on=sep(18)),)
    )

    assert [(each.due_on, each.because) for each in rows(facts, "specialist_first_contact")] == [
        (date(2026, 10, 2), "resumed Fri 18 Sep 2026")
    ]


# -- engagement_review -----------------------------------------------------------------------------------------------


def attempts(*days: date) -> tuple[Contact, ...]:
    """An unanswered attempt on each of these days."""
    return tuple(attempt(day, id=number) for number, day in enumerate(days, start=1))


def approached(**happened: Any) -> CaseFacts:
    """A case with an agreed approach that is engaged, so that only a held direct contact counts."""
    return case(**({"approaches": (agreed(),), "stages": in_stage("engaged")} | happened))


def test_the_third_attempt_without_an_answer_makes_an_engagement_review_due_in_two_working_days() -> None:
    assert rows(approached(contacts=attempts(sep(2), sep(8), sep(11))), "engagement_review") == [
        Deadline(
            kind="engagement_review",
            side="case",
            weight="practice",
            due_on=sep(15),
            rule="engagement_review v1",
            because_table="contact",
            because_id=3,
            because="third attempt without an answer: phone, not in, Fri 11 Sep 2026",
            stops_when=(
                "drive review --kind engagement, a contact that counts, or stage not engaged. Ask first what stands in "
                "the way: custody, illness, language, address, another way to reach the person; then what moves in the "
                "other lanes"
            ),
            skipped=("2 weekend days",),
            owner=None,
        )
    ]


@pytest.mark.parametrize(
    ("days", "is_due"),
    [
        ((sep(2), sep(8)), []),
        ((sep(2), sep(8), sep(14)), [sep(16)]),
        ((sep(2), sep(8), sep(16)), [sep(18)]),
        ((sep(2), sep(8), sep(17)), []),
        ((sep(2), sep(8), sep(17), sep(21)), [sep(23)]),
        ((sep(2), sep(8), sep(14), sep(15), sep(18)), [sep(16)]),
        ((sep(2), sep(2), sep(2)), [sep(4)]),
    ],
    ids=["two", "three", "14 days apart", "15 days apart", "the last three of four", "five", "three in one day"],
)
def test_it_is_the_third_attempt_of_fourteen_days_and_no_later_one(days: tuple[date, ...], is_due: list[date]) -> None:
    assert due(approached(contacts=attempts(*days)), "engagement_review") == is_due


@pytest.mark.parametrize(
    "words", ["phone, wrong details", "phone, cancelled by us", "phone, rescheduled", "phone, message left"]
)
def test_what_the_person_could_not_have_answered_is_no_attempt_and_no_answer(words: str) -> None:
    two = (*attempts(sep(2), sep(8)), fruitless(sep(10), words, id=9))
    three = (attempt(sep(2), id=1), fruitless(sep(4), words, id=2), attempt(sep(8), id=3), attempt(sep(14), id=4))

    assert due(approached(contacts=two), "engagement_review") == []
    assert due(approached(contacts=three), "engagement_review") == [sep(16)]


def test_an_indirect_attempt_is_no_attempt() -> None:
    contacts = (*attempts(sep(2), sep(8)), attempt(sep(14), direct=False, id=9))

    assert due(approached(contacts=contacts), "engagement_review") == []


def test_an_attempt_in_custody_is_no_attempt() -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), suspensions=(suspension(sep(13), sep(15)),))

    assert due(facts, "engagement_review") == []


def test_an_attempt_on_hold_is_no_attempt() -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), holds=(hold(sep(14), sep(14)),))

    assert due(facts, "engagement_review") == []


def test_an_attempt_where_the_person_is_not_engaging_is_no_attempt() -> None:
    facts = approached(contacts=attempts(sep(8), sep(9), sep(10)), stages=in_stage("not_engaged", sep(4)))

    assert due(facts, "engagement_review") == []


def test_attempts_after_the_person_engages_again_are_counted_anew() -> None:
    stages = (Stage(1, OPENED, "engaged"), Stage(2, sep(4), "not_engaged"), Stage(3, sep(9), "engaged"))
    two_since = approached(contacts=attempts(sep(2), sep(3), sep(10), sep(11)), stages=stages)
    three_since = approached(contacts=attempts(sep(2), sep(3), sep(9), sep(10), sep(11)), stages=stages)

    assert due(two_since, "engagement_review") == []
    assert due(three_since, "engagement_review") == [sep(15)]


@pytest.mark.parametrize(
    ("contacts", "is_due"),
    [
        ((attempt(sep(2), id=1), attempt(sep(8), id=2), held(sep(10), id=3), attempt(sep(14), id=4)), []),
        ((*attempts(sep(2), sep(8), sep(14)), held(sep(15), id=4)), []),
        ((*attempts(sep(2), sep(8), sep(14)), held(sep(14), id=4)), []),
        ((attempt(sep(2), id=1), attempt(sep(8), id=2), held(sep(14), id=3), attempt(sep(14), id=4)), []),
        ((held(sep(14), id=1), *(attempt(sep(n), id=n) for n in (14, 15, 16))), [sep(18)]),
        ((attempt(sep(14), id=1), held(sep(14), id=2), *(attempt(sep(n), id=n) for n in (15, 16))), []),
        ((*attempts(sep(2), sep(8), sep(14)), information(sep(15), id=4)), [sep(16)]),
        ((*attempts(sep(2), sep(8), sep(14)), held(sep(15), id=4), *(attempt(sep(n), id=n) for n in (16, 17, 18))),
         [sep(22)]),
        ((*attempts(sep(2), sep(8), sep(14)), held(sep(15), id=4), attempt(sep(16), id=5), attempt(sep(17), id=6)), []),
    ],
    ids=["between", "after", "later that day", "earlier that day", "earlier on the first day",
         "later on the first day", "not one that counts", "three more", "two more"],
)  # fmt: skip
def test_a_contact_that_counts_ends_it_and_attempts_are_counted_anew(
    contacts: tuple[Contact, ...], is_due: list[date]
) -> None:
    assert due(approached(contacts=contacts), "engagement_review") == is_due


def test_indirect_work_ends_it_before_an_approach_is_agreed() -> None:
    facts = case(contacts=(*attempts(sep(2), sep(3), sep(4)), information(sep(5), id=4)))

    assert due(facts, "engagement_review") == []


@pytest.mark.parametrize(
    ("reviewed", "is_due"),
    [
        (review(sep(15), "engagement"), []),
        (review(sep(14), "engagement"), []),
        (review(sep(9), "engagement"), []),
        (review(sep(1), "engagement"), [sep(16)]),
        (review(sep(15), "case"), [sep(16)]),
        (review(sep(15), "supervision"), [sep(16)]),
    ],
    ids=["after", "the same day", "between", "before", "a case review", "a supervision"],
)
def test_an_engagement_review_ends_it(reviewed: Review, is_due: list[date]) -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), reviews=(reviewed,))

    assert due(facts, "engagement_review") == is_due


def test_an_engagement_review_on_the_day_of_all_three_attempts_comes_after_them() -> None:
    facts = approached(contacts=attempts(sep(14), sep(14), sep(14)), reviews=(review(sep(14), "engagement"),))

    assert due(facts, "engagement_review") == []


def test_a_hold_does_not_put_an_engagement_review_off() -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), holds=(hold(sep(15), sep(30)),))

    assert due(facts, "engagement_review") == [sep(16)]


def test_three_more_attempts_after_an_engagement_review_make_another_due() -> None:
    facts = approached(
        contacts=attempts(sep(2), sep(8), sep(14), sep(16), sep(17), sep(18)), reviews=(review(sep(15), "engagement"),)
    )

    assert [(each.due_on, each.because_id) for each in rows(facts, "engagement_review")] == [(sep(22), 6)]


@pytest.mark.parametrize(
    ("stage", "on", "is_due"),
    [
        ("not_engaged", sep(15), []),
        ("not_engaged", sep(14), []),
        ("pre_engagement", sep(15), [sep(16)]),
        ("step_down", sep(15), [sep(16)]),
    ],
)
def test_moving_to_not_engaged_ends_it_and_another_stage_does_not(stage: str, on: date, is_due: list[date]) -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), stages=in_stage(stage, on))

    assert due(facts, "engagement_review") == is_due


def test_no_engagement_review_is_due_while_suspended() -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), suspensions=(suspension(sep(15)),))

    assert due(facts, "engagement_review") == []


def test_an_engagement_review_starts_from_the_day_a_case_is_resumed() -> None:
    facts = approached(contacts=attempts(sep(2), sep(8), sep(14)), suspensions=(suspension(sep(15), sep(30)),))

    assert [(each.due_on, each.because_table, each.because) for each in rows(facts, "engagement_review")] == [
        (date(2026, 10, 2), "suspension", "resumed Wed 30 Sep 2026")
    ]


# -- review ----------------------------------------------------------------------------------------------------------


def test_a_review_is_due_three_months_after_opening() -> None:
    assert rows(case(), "review") == [
        Deadline(
            kind="review",
            side="case",
            weight="practice",
            due_on=date(2026, 12, 1),
            rule="review v1",
            because_table="opening",
            because_id=100,
            because="opened Tue 1 Sep 2026",
            stops_when="drive review",
            skipped=(),
            owner=None,
        )
    ]


def test_a_review_is_due_three_months_after_the_last_and_clipped_to_the_month() -> None:
    facts = case(reviews=(review(date(2026, 10, 1), id=801), review(date(2026, 11, 30), id=802)))

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in rows(facts, "review")] == [
        (date(2027, 2, 28), "review", 802, "last review Mon 30 Nov 2026")
    ]


@pytest.mark.parametrize("kind", ["engagement", "closure_plan", "supervision", "follow_up"])
def test_a_review_of_something_else_does_not_move_the_review(kind: str) -> None:
    assert due(case(reviews=(review(date(2026, 10, 1), kind),)), "review") == [date(2026, 12, 1)]


def test_a_review_runs_on_while_suspended_and_is_not_moved_by_resuming() -> None:
    assert due(case(suspensions=(suspension(sep(3)),)), "review") == [date(2026, 12, 1)]
    assert due(case(suspensions=(suspension(sep(3), sep(30)),)), "review") == [date(2026, 12, 1)]


# -- closure_plan and window_end -------------------------------------------------------------------------------------


def test_a_closure_plan_is_due_twenty_eight_days_before_the_window_ends() -> None:
    assert rows(case(), "closure_plan") == [
        Deadline(
            kind="closure_plan",
            side="case",
            weight="practice",
            due_on=date(2027, 6, 3),
            rule="closure_plan v1",
            because_table="opening",
            because_id=100,
            because="opened Tue 1 Sep 2026",
            stops_when="drive review --kind closure_plan, or closing; an extension moves it",
            skipped=(),
            owner=None,
        )
    ]


def test_the_end_of_the_window_is_due_on_its_last_day() -> None:
    assert rows(case(), "window_end") == [
        Deadline(
            kind="window_end",
            side="case",
            weight="practice",
            due_on=date(2027, 7, 1),
            rule="window_end v1",
            because_table="opening",
            because_id=100,
            because="opened Tue 1 Sep 2026",
            stops_when="drive case close, or drive case extend",
            skipped=(),
            owner=None,
        )
    ]


@pytest.mark.parametrize(
    ("extensions", "plan_due", "ends", "record", "words"),
    [
        (
            (extension(date(2027, 5, 1), 1, id=901),),
            date(2027, 7, 4),
            date(2027, 8, 1),
            901,
            "opened Tue 1 Sep 2026, extended by 1 month",
        ),
        (
            (extension(date(2027, 5, 1), 2, id=901),),
            date(2027, 8, 4),
            date(2027, 9, 1),
            901,
            "opened Tue 1 Sep 2026, extended by 2 months",
        ),
        (
            (extension(date(2027, 5, 1), 1, id=901), extension(date(2027, 7, 1), 2, id=902)),
            date(2027, 9, 3),
            date(2027, 10, 1),
            902,
            "opened Tue 1 Sep 2026, extended by 3 months",
        ),
    ],
    ids=["one month", "two months", "two extensions"],
)
def test_an_extension_moves_the_end_of_the_window_and_the_closure_plan(
    extensions: tuple[Extension, ...], plan_due: date, ends: date, record: int, words: str
) -> None:
    facts = case(extensions=extensions)

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in whole(facts)[-2:]] == [
        (plan_due, "extension", record, words),
        (ends, "extension", record, words),
    ]


def test_a_closure_plan_review_ends_the_closure_plan_and_not_the_window() -> None:
    facts = case(reviews=(review(date(2027, 5, 20), "closure_plan"),))

    assert due(facts, "closure_plan") == []
    assert due(facts, "window_end") == [date(2027, 7, 1)]


@pytest.mark.parametrize("kind", ["case", "engagement", "supervision", "follow_up"])
def test_another_review_does_not_end_the_closure_plan(kind: str) -> None:
    assert due(case(reviews=(review(date(2027, 5, 20), kind),)), "closure_plan") == [date(2027, 6, 3)]


@pytest.mark.parametrize(
    ("planned_on", "is_due"),
    [
        (date(2027, 5, 31), [date(2027, 8, 4)]),
        (date(2027, 6, 1), [date(2027, 8, 4)]),
        (date(2027, 6, 2), []),
    ],
    ids=["before the extension", "the day of the extension", "after the extension"],
)
def test_an_extension_asks_for_the_plan_again(planned_on: date, is_due: list[date]) -> None:
    facts = case(extensions=(extension(date(2027, 6, 1), 2),), reviews=(review(planned_on, "closure_plan"),))

    assert due(facts, "closure_plan") == is_due


def test_a_second_extension_asks_for_the_plan_once_more() -> None:
    facts = case(
        extensions=(extension(date(2027, 6, 1), 1, id=901), extension(date(2027, 7, 1), 1, id=902)),
        reviews=(review(date(2027, 6, 15), "closure_plan"),),
    )

    assert due(facts, "closure_plan") == [date(2027, 8, 4)]


# -- release ---------------------------------------------------------------------------------------------------------

OCT_1 = date(2026, 10, 1)


def in_custody(*said: Release) -> CaseFacts:
    """A case suspended on 1 October, with what was said of the release."""
    return case(approaches=(agreed(),), suspensions=(suspension(OCT_1),), releases=said)


def test_a_release_is_prepared_twenty_eight_days_seven_days_and_one_day_before() -> None:
    def row(due_on: date) -> Deadline:
        return Deadline(
            kind="release",
            side="case",
            weight="safety",
            due_on=due_on,
            rule="release v1",
            because_table="release_date",
            because_id=600,
            because="release expected Mon 30 Nov 2026",
            stops_when="drive case resume, or drive case suspend with the new day",
            skipped=(),
            owner=None,
        )

    found = rows(in_custody(release(OCT_1, date(2026, 11, 30))), "release")

    assert found == [row(date(2026, 11, 2)), row(date(2026, 11, 23)), row(date(2026, 11, 29))]


@pytest.mark.parametrize(
    ("expected_on", "asked"),
    [
        (date(2026, 10, 29), [date(2026, 10, 1), date(2026, 10, 22), date(2026, 10, 28)]),
        (date(2026, 10, 28), [date(2026, 10, 21), date(2026, 10, 27)]),
        (date(2026, 10, 8), [date(2026, 10, 1), date(2026, 10, 7)]),
        (date(2026, 10, 7), [date(2026, 10, 6)]),
        (date(2026, 10, 2), [date(2026, 10, 1)]),
        (date(2026, 10, 1), [date(2026, 9, 30)]),
    ],
    ids=["28 days off", "27 days off", "7 days off", "6 days off", "tomorrow", "today"],
)
def test_only_the_days_still_to_come_when_it_was_said_are_due_and_always_the_last(
    expected_on: date, asked: list[date]
) -> None:
    assert due(in_custody(release(OCT_1, expected_on)), "release") == asked


def test_the_lengths_before_a_release_may_be_written_in_any_order() -> None:
    own = Catalogue({"practice.toml": "[rules.release]\ndue = [1, 28, 7]\n"}).practice

    far = deadlines(in_custody(release(OCT_1, date(2026, 11, 30))), own, HOLIDAYS)
    near = deadlines(in_custody(release(OCT_1, OCT_1)), own, HOLIDAYS)

    assert [each.due_on for each in far if each.kind == "release"] == [
        date(2026, 11, 2),
        date(2026, 11, 23),
        date(2026, 11, 29),
    ]
    assert [each.due_on for each in near if each.kind == "release"] == [date(2026, 9, 30)]


def test_while_nobody_knows_the_release_day_it_is_asked_for_after_fourteen_days() -> None:
    found = rows(in_custody(release(OCT_1, None)), "release")

    assert [(each.due_on, each.because_table, each.because_id, each.because) for each in found] == [
        (date(2026, 10, 15), "release_date", 600, "release day not known, asked Thu 1 Oct 2026")
    ]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ((release(OCT_1, None, id=601), release(date(2026, 10, 14), None, id=602)), [date(2026, 10, 28)]),
        (
            (release(OCT_1, None, id=601), release(date(2026, 10, 14), date(2026, 10, 26), id=602)),
            [date(2026, 10, 19), date(2026, 10, 25)],
        ),
        (
            (release(OCT_1, date(2026, 10, 29), id=601), release(date(2026, 10, 14), date(2026, 12, 31), id=602)),
            [date(2026, 12, 3), date(2026, 12, 24), date(2026, 12, 30)],
        ),
        (
            (release(OCT_1, date(2026, 10, 29), id=601), release(date(2026, 10, 14), None, id=602)),
            [date(2026, 10, 28)],
        ),
    ],
    ids=["still unknown", "now known", "put off", "no longer known"],
)
def test_a_new_release_day_replaces_the_one_before(said: tuple[Release, ...], asked: list[date]) -> None:
    assert due(in_custody(*said), "release") == asked


def test_resuming_ends_the_release() -> None:
    facts = case(suspensions=(suspension(OCT_1, date(2026, 10, 5)),), releases=(release(OCT_1, date(2026, 10, 29)),))

    assert due(facts, "release") == []


def test_a_release_day_of_an_earlier_suspension_is_not_of_this_one() -> None:
    facts = case(
        suspensions=(suspension(sep(2), sep(9), id=501), suspension(OCT_1, id=502)),
        releases=(release(sep(2), date(2026, 10, 29), of=501),),
    )

    assert due(facts, "release") == []


def test_a_suspension_without_a_release_has_none_to_prepare() -> None:
    assert due(in_custody(), "release") == []


# -- follow_up -------------------------------------------------------------------------------------------------------

CLOSED = date(2026, 11, 30)


def test_a_follow_up_is_due_three_six_and_twelve_months_after_closing() -> None:
    def row(due_on: date) -> Deadline:
        return Deadline(
            kind="follow_up",
            side="case",
            weight="practice",
            due_on=due_on,
            rule="follow_up v1",
            because_table="closing",
            because_id=1000,
            because="closed Mon 30 Nov 2026",
            stops_when="drive review --kind follow_up",
            skipped=(),
            owner=None,
        )

    assert whole(case(closing=closing(CLOSED))) == (
        row(date(2027, 2, 28)),
        row(date(2027, 5, 30)),
        row(date(2027, 11, 30)),
    )


def test_a_service_may_count_its_follow_ups_in_days() -> None:
    own = Catalogue({"practice.toml": '[rules.follow_up]\nunit = "days"\ndue = [90]\n'}).practice

    assert [each.due_on for each in deadlines(case(closing=closing(CLOSED)), own, HOLIDAYS)] == [date(2027, 2, 28)]


def test_a_review_answers_follow_ups_counted_in_days_too() -> None:
    own = Catalogue({"practice.toml": '[rules.follow_up]\nunit = "days"\ndue = [90, 180]\n'}).practice
    facts = case(closing=closing(CLOSED), reviews=(review(date(2027, 3, 10), "follow_up"),))

    assert [each.due_on for each in deadlines(facts, own, HOLIDAYS)] == [date(2027, 5, 29)]


def test_the_lengths_of_follow_ups_may_be_written_in_any_order() -> None:
    own = Catalogue({"practice.toml": "[rules.follow_up]\ndue = [12, 3, 6]\n"}).practice
    facts = case(closing=closing(CLOSED), reviews=(review(date(2027, 2, 10), "follow_up"),))

    assert [each.due_on for each in deadlines(facts, own, HOLIDAYS)] == [date(2027, 5, 30), date(2027, 11, 30)]


def test_a_service_s_own_lengths_and_versions_are_what_the_clock_goes_by() -> None:
    own = Catalogue({"practice.toml": "[rules.contact]\nversion = 2\nby = { not_assessed = 10 }\n"}).practice

    assert [(each.due_on, each.rule) for each in deadlines(case(), own, HOLIDAYS) if each.kind == "contact"] == [
        (sep(11), "contact v2")
    ]


def test_nobody_is_followed_up_where_nobody_is_left_to() -> None:
    assert whole(case(closing=closing(CLOSED, "died", follow_up=False))) == ()


@pytest.mark.parametrize(
    ("reviewed", "left"),
    [
        ((date(2027, 2, 28),), [date(2027, 5, 30), date(2027, 11, 30)]),
        ((date(2027, 3, 20),), [date(2027, 5, 30), date(2027, 11, 30)]),
        ((date(2027, 2, 10),), [date(2027, 5, 30), date(2027, 11, 30)]),
        ((date(2027, 5, 29),), [date(2027, 5, 30), date(2027, 11, 30)]),
        ((date(2027, 5, 30),), [date(2027, 11, 30)]),
        ((date(2027, 2, 28), date(2027, 5, 20)), [date(2027, 11, 30)]),
        ((date(2028, 1, 10),), []),
        ((date(2027, 2, 28), date(2027, 5, 30), date(2027, 11, 30)), []),
        ((date(2027, 2, 28), date(2027, 5, 30), date(2027, 11, 30), date(2028, 1, 10)), []),
    ],
    ids=[
        "on the day",
        "late",
        "early",
        "the day before the second",
        "on the day of the second",
        "the second early",
        "after the last",
        "each in time",
        "one too many",
    ],
)
def test_a_follow_up_review_answers_what_was_due_by_then_or_the_next(
    reviewed: tuple[date, ...], left: list[date]
) -> None:
    facts = case(closing=closing(CLOSED), reviews=tuple(review(day, "follow_up") for day in reviewed))

    assert due(facts, "follow_up") == left


def test_another_review_answers_no_follow_up() -> None:
    facts = case(closing=closing(CLOSED), reviews=(review(date(2027, 3, 1), "case"),))

    assert due(facts, "follow_up") == [date(2027, 2, 28), date(2027, 5, 30), date(2027, 11, 30)]


# -- properties ------------------------------------------------------------------------------------------------------

fixed = settings(derandomize=True, max_examples=100, deadline=None)
LAST = 400
days = st.integers(0, LAST).map(lambda n: OPENED + timedelta(days=n))


def by_day(drawn: Iterable[tuple[Any, ...]], make: Any) -> tuple[Any, ...]:
    """Facts in order of day, numbered in that order."""
    return tuple(make(number, *each) for number, each in enumerate(sorted(drawn, key=lambda e: e[0]), start=1))


def listed(*parts: st.SearchStrategy[Any], most: int = 4) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    return st.lists(st.tuples(days, *parts), max_size=most)


@st.composite
def histories(draw: st.DrawFn) -> CaseFacts:
    """A case to which anything may have happened, in any order."""
    lengths = st.integers(0, 60)
    later = st.none() | lengths
    outcomes = st.sampled_from([(True, False, False), (False, True, False), (False, False, True), (False,) * 3])

    def after(day: date, length: int | None) -> date | None:
        return None if length is None else day + timedelta(days=length)

    suspensions = by_day(draw(listed(later, most=2)), lambda n, on, up: Suspension(n, on, "custody", after(on, up)))
    return case(
        tier=draw(st.sampled_from(["high", "not_assessed", "standard"])),
        stages=(
            Stage(0, OPENED, "information_gathering"),
            *by_day(draw(listed(st.sampled_from(["engaged", "not_engaged", "step_down"]), most=3)), Stage),
        ),
        contacts=by_day(
            draw(listed(st.booleans(), outcomes, st.sampled_from([MANAGER, SPECIALIST]), most=8)),
            lambda n, on, direct, what, by: Contact(n, on, direct, *what, by, "phone"),
        ),
        approaches=by_day(
            draw(listed(st.sampled_from(["agreed", "not_yet", "never"]), later, most=3)),
            lambda n, on, state, until: Approach(n, on, state, None if state == "never" else after(on, until)),
        ),
        holds=by_day(
            draw(listed(lengths, later, most=2)),
            lambda n, on, until, lifted: Hold(n, on, on + timedelta(days=until), after(on, lifted)),
        ),
        suspensions=suspensions,
        releases=by_day(
            draw(listed(st.sampled_from([each.id for each in suspensions]), later)) if suspensions else [],
            lambda n, on, of, expected: Release(n, on, of, after(on, expected)),
        ),
        assignments=by_day(
            draw(listed(st.sampled_from(["substance", "case_manager"]), later, most=3)),
            lambda n, on, role, ended: Assignment(
                n, on, SPECIALIST, "Robin Ash", role, role == "substance", after(on, ended)
            ),
        ),
        reviews=by_day(
            draw(listed(st.sampled_from(["case", "engagement", "closure_plan", "follow_up"]))),
            lambda n, on, kind: Review(n, on, kind),
        ),
        extensions=by_day(draw(listed(st.integers(1, 3), most=2)), Extension),
        closing=draw(st.none() | days.map(closing)),
    )


def whole(facts: CaseFacts) -> tuple[Deadline, ...]:
    """Everything the clock says of a case."""
    return deadlines(facts, PRACTICE, HOLIDAYS)


@fixed
@given(facts=histories())
def test_whatever_happened_deadlines_are_in_order_and_say_why(facts: CaseFacts) -> None:
    found = whole(facts)

    keys = [(each.due_on, weight_rank(each.weight), each.kind, each.because_id) for each in found]
    assert keys == sorted(keys)
    assert all(each.because and each.stops_when for each in found)


@fixed
@given(facts=histories())
def test_whatever_happened_each_rule_speaks_as_often_as_it_may(facts: CaseFacts) -> None:
    kinds = [each.kind for each in whole(facts)]

    if facts.closing:
        assert set(kinds) <= {"follow_up"}
        assert len(kinds) <= 3
    elif facts.suspended:
        assert set(kinds) <= {"safety_consult", "review", "closure_plan", "window_end", "release"}
        assert (kinds.count("review"), kinds.count("window_end")) == (1, 1)
    else:
        assert "release" not in kinds
        assert "follow_up" not in kinds
        assert (kinds.count("review"), kinds.count("window_end"), kinds.count("contact")) == (1, 1, 1)
        assert kinds.count("engagement_review") <= 1
        open_ones = [each for each in facts.assignments if each.specialist and each.ended_on is None]
        assert kinds.count("specialist_first_contact") <= len(open_ones)


@fixed
@given(facts=histories())
def test_whatever_happened_nobody_is_pushed_to_the_person_outside_an_agreement_or_before_a_hold_ends(
    facts: CaseFacts,
) -> None:
    direct = [each for each in whole(facts) if each.kind in ("first_contact", "specialist_first_contact")]

    assert not direct or facts.approaches[-1].state == "agreed"
    assert all(each.due_on >= standing.ends_on for each in direct for standing in facts.holds)
    assert all(facts.approaches[-1].until is None or each.due_on <= facts.approaches[-1].until for each in direct)


@fixed
@given(facts=histories())
def test_whatever_happened_contact_is_due_a_rhythm_after_the_latest_thing_that_starts_it(facts: CaseFacts) -> None:
    rhythm = {"high": 7, "not_assessed": 7, "standard": 14}[facts.tier] if facts.stage != "step_down" else 28

    starts = [OPENED, *(each.on for each in counting(facts))]
    resumed = [each.resumed_on for each in facts.suspensions if each.resumed_on]
    if not facts.closing and not facts.suspended:
        assert due(facts, "contact") == [max(starts + resumed) + timedelta(days=rhythm)]


@fixed
@given(offsets=st.lists(st.integers(0, 60), max_size=8))
def test_an_engagement_review_is_due_exactly_when_three_attempts_lie_within_fourteen_days(offsets: list[int]) -> None:
    made = [OPENED + timedelta(days=n) for n in sorted(offsets)]

    found = rows(approached(contacts=attempts(*made)), "engagement_review")

    thirds = [made[n] for n in range(2, len(made)) if (made[n] - made[n - 2]).days <= 14]
    assert [(each.because_id, made[each.because_id - 1]) for each in found] == [
        (each.because_id, thirds[0]) for each in found
    ]
    assert bool(found) is bool(thirds)
