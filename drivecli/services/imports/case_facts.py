"""The dated facts of new cases, written a table at a time; and as the clock takes them, so that none is read again."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from drivecli.domain import facts
from drivecli.domain.refs import make_ref
from drivecli.models import (
    Approach,
    AreaChange,
    Assignment,
    Closing,
    Opening,
    ReleaseDate,
    Review,
    StageChange,
    Suspension,
    TierChange,
)
from drivecli.queries.workers import Acting
from drivecli.services.assignments import MANAGER
from drivecli.services.cases import FIRST_STAGE
from drivecli.services.reviews import FOLLOW_UP
from drivecli.work import Work

BY_THE_FILE = "not said: an imported list has the day"
"""With whom an approach was agreed of which a file only knows the day."""

New = tuple[int, int, dict[str, Any], Acting | None]
"""A new case: its number and its person's, what its row says, and who manages it."""


def add_cases(work: Work, prefix: str, cases: Sequence[New]) -> None:
    """Write down new cases, what their rows say of them, and the clock's answer to it."""
    months = work.catalogue.practice.window_months
    for _, _, said, _ in cases:
        said.setdefault("window_months", months)
        said.setdefault("tier", "not_assessed")
        said.setdefault("stage", FIRST_STAGE)
    told = _told(work, cases)
    work.add_cases(
        {
            "id": [number for number, _, _, _ in cases],
            "ref": [make_ref(prefix, number) for number, _, _, _ in cases],
            "person_id": [person for _, person, _, _ in cases],
            "route": [said.get("route", "other") for _, _, said, _ in cases],
            "external_ref": [said.get("external_ref") for _, _, said, _ in cases],
        },
        told,
    )
    _write_down(work, told)
    _suspend(work, [case for case in cases if "suspended_on" in case[2]])


def _told(work: Work, cases: Sequence[New]) -> list[facts.CaseFacts]:
    """What new cases' rows say, as the clock takes it; but for suspensions, which few cases have."""
    stages = [_stages(said) for _, _, said, _ in cases]
    reasons = work.catalogue.codes("closure_reason")
    openings = work.numbers(Opening, len(cases))
    next_stage = iter(work.numbers(StageChange, sum(map(len, stages)))).__next__
    next_closing = iter(work.numbers(Closing, sum("closed_on" in said for _, _, said, _ in cases))).__next__
    next_manager = iter(work.numbers(Assignment, sum(manager is not None for *_, manager in cases))).__next__
    next_approach = iter(work.numbers(Approach, sum("approach_agreed_on" in said for _, _, said, _ in cases))).__next__
    next_review = iter(work.numbers(Review, sum("followed_up_on" in said for _, _, said, _ in cases))).__next__
    told = []
    for opening, so_far, (number, _, said, manager) in zip(openings, stages, cases, strict=True):
        opened, ended = said["opened_on"], said.get("closed_on")
        closing = assigned = None
        if ended:
            reason = said["closure_reason"]
            closing = facts.Closing(next_closing(), ended, reason, reasons[reason].is_("follow_up"))
        if manager:
            assigned = facts.Assignment(next_manager(), opened, manager.id, manager.name, MANAGER, False, ended)
        agreed, followed_up = said.get("approach_agreed_on"), said.get("followed_up_on")
        told.append(
            facts.CaseFacts(
                id=number,
                opening_id=opening,
                opened_on=opened,
                window_months=said["window_months"],
                tier=said["tier"],
                area=said.get("area"),
                stages=tuple([facts.Stage(next_stage(), on, stage) for on, stage in so_far]),
                approaches=(facts.Approach(next_approach(), agreed, "agreed", None),) if agreed else (),
                assignments=(assigned,) if assigned else (),
                reviews=(facts.Review(next_review(), followed_up, FOLLOW_UP),) if followed_up else (),
                closing=closing,
            )
        )
    return told


def _stages(said: dict[str, Any]) -> list[tuple[date, str]]:
    """The stage a case is in; before that, where its day is later than the opening, the first one."""
    opened, stage = said["opened_on"], said["stage"]
    on = said.get("stage_on", opened)
    return [(opened, FIRST_STAGE), (on, stage)] if on > opened and stage != FIRST_STAGE else [(on, stage)]


def _write_down(work: Work, told: Sequence[facts.CaseFacts]) -> None:
    """The rows of just those facts that the clock was told."""
    write = partial(work.add_columns, is_answered=True)
    cases, opened = [case.id for case in told], [case.opened_on for case in told]
    openings, months = [case.opening_id for case in told], [case.window_months for case in told]
    write(Opening, {"id": openings, "case_id": cases, "occurred_on": opened, "window_months": months})
    write(TierChange, {"case_id": cases, "occurred_on": opened, "tier": [case.tier for case in told]})
    placed = [case for case in told if case.area is not None]
    write(
        AreaChange,
        {
            "case_id": [case.id for case in placed],
            "occurred_on": [case.opened_on for case in placed],
            "area": [case.area for case in placed],
        },
    )
    stages = [(case, each) for case in told for each in case.stages]
    write(StageChange, {**_facts(stages), "stage": [each.stage for _, each in stages]})
    closed = [(case, case.closing) for case in told if case.closing]
    write(Closing, {**_facts(closed), "closure_reason": [each.reason for _, each in closed]})
    agreed = [(case, each) for case in told for each in case.approaches]
    states = [each.state for _, each in agreed]
    write(Approach, {**_facts(agreed), "state": states, "with_whom": [BY_THE_FILE] * len(agreed)})
    reviewed = [(case, each) for case in told for each in case.reviews]
    write(Review, {**_facts(reviewed), "kind": [each.kind for _, each in reviewed]})
    managed = [(case, each) for case in told for each in case.assignments]
    write(
        Assignment,
        {
            **_facts(managed),
            "worker_id": [each.worker for _, each in managed],
            "role": [each.role for _, each in managed],
            "ended_on": [each.ended_on for _, each in managed],
            "end_reason": ["case closed" if each.ended_on else None for _, each in managed],
        },
    )


def _facts(rows: Sequence[tuple[facts.CaseFacts, Any]]) -> dict[str, list[Any]]:
    """What facts of all kinds have: their number, their case and their day."""
    return {
        "id": [each.id for _, each in rows],
        "case_id": [case.id for case, _ in rows],
        "occurred_on": [each.on for _, each in rows],
    }


def _suspend(work: Work, cases: Sequence[New]) -> None:
    """One by one: a release day names its suspension by number, and few cases are suspended."""
    reasons = work.catalogue.codes("suspend_reason")
    for number, _, said, _ in cases:
        on, reason = said["suspended_on"], said["suspend_reason"]
        row = work.add(Suspension(case_id=number, occurred_on=on, suspend_reason=reason))
        assert row.id is not None
        if "expected_release" in said or reasons[reason].is_("release"):
            expected = said.get("expected_release")
            work.add(ReleaseDate(case_id=number, occurred_on=on, suspension_id=row.id, expected_on=expected))
    work.touch([number for number, *_ in cases])
