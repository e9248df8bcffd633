"""The dated facts of new cases, written a table at a time; and as the clock takes them, so that none is read again."""

from collections.abc import Sequence
from typing import Any

from drivecli.domain import facts
from drivecli.models import (
    AreaChange,
    Assignment,
    Closing,
    Opening,
    ReleaseDate,
    StageChange,
    Suspension,
    TierChange,
)
from drivecli.queries.workers import Acting
from drivecli.services.assignments import MANAGER
from drivecli.services.cases import FIRST_STAGE
from drivecli.work import Work

New = tuple[int, dict[str, Any], Acting | None]
"""A new case: its number, what its row says, and who manages it."""


def add_facts(work: Work, cases: Sequence[New]) -> None:
    """Write down what the rows of new cases say of them, and let the clock know."""
    months = work.catalogue.practice.window_months
    for _, said, _ in cases:
        said.setdefault("window_months", months)
        said.setdefault("tier", "not_assessed")
        said.setdefault("stage", FIRST_STAGE)
    openings = work.add_many(Opening, [_on(case, "opened_on", "window_months") for case in cases])
    work.add_many(TierChange, [_on(case, "opened_on", "tier") for case in cases])
    work.add_many(AreaChange, [_on(case, "opened_on", "area") for case in cases if "area" in case[1]])
    stages = _add_stages(work, cases)
    managed = [case for case in cases if case[2]]
    managers = dict(
        zip((case[0] for case in managed), work.add_many(Assignment, [_managed(case) for case in managed]), strict=True)
    )
    closed = [case for case in cases if "closed_on" in case[1]]
    rows = [_on(case, "closed_on", "closure_reason") for case in closed]
    closings = dict(zip((case[0] for case in closed), work.add_many(Closing, rows), strict=True))
    suspended = [case for case in cases if "suspended_on" in case[1]]
    reasons = work.catalogue.codes("closure_reason")
    for opening, (number, said, manager) in zip(openings, cases, strict=True):
        if "suspended_on" in said:
            continue
        ended = said.get("closed_on")
        closing = None
        if ended:
            reason = said["closure_reason"]
            closing = facts.Closing(closings[number], ended, reason, reasons[reason].is_("follow_up"))
        held = (
            facts.Assignment(managers[number], said["opened_on"], manager.id, manager.name, MANAGER, False, ended)
            if manager
            else None
        )
        work.know(
            facts.CaseFacts(
                id=number,
                opening_id=opening,
                opened_on=said["opened_on"],
                window_months=said["window_months"],
                tier=said["tier"],
                area=said.get("area"),
                stages=stages[number],
                assignments=(held,) if held else (),
                closing=closing,
            )
        )
    _suspend(work, suspended)


def _on(case: New, day: str, name: str) -> dict[str, Any]:
    """A fact that happened on a day the row says."""
    number, said, _ = case
    return {"case_id": number, "occurred_on": said[day], name: said[name]}


def _add_stages(work: Work, cases: Sequence[New]) -> dict[int, tuple[facts.Stage, ...]]:
    """The stage each case is in; before that, where its day is later than the opening, the first one."""
    rows = []
    for number, said, _ in cases:
        on = said.get("stage_on", said["opened_on"])
        if on > said["opened_on"] and said["stage"] != FIRST_STAGE:
            rows.append({"case_id": number, "occurred_on": said["opened_on"], "stage": FIRST_STAGE})
        rows.append({"case_id": number, "occurred_on": on, "stage": said["stage"]})
    found: dict[int, tuple[facts.Stage, ...]] = {}
    for number, row in zip(work.add_many(StageChange, rows), rows, strict=True):
        before = found.get(row["case_id"], ())
        found[row["case_id"]] = (*before, facts.Stage(number, row["occurred_on"], row["stage"]))
    return found


def _managed(case: New) -> dict[str, Any]:
    number, said, manager = case
    assert manager is not None
    ended = said.get("closed_on")
    return {
        "case_id": number,
        "occurred_on": said["opened_on"],
        "worker_id": manager.id,
        "role": MANAGER,
        "ended_on": ended,
        "end_reason": "case closed" if ended else None,
    }


def _suspend(work: Work, cases: Sequence[New]) -> None:
    """One by one: a release day names its suspension by number, and few cases are suspended."""
    reasons = work.catalogue.codes("suspend_reason")
    for case in cases:
        number, said, _ = case
        row = work.add(Suspension(**_on(case, "suspended_on", "suspend_reason")))
        assert row.id is not None
        if "expected_release" in said or reasons[said["suspend_reason"]].is_("release"):
            expected = said.get("expected_release")
            on = said["suspended_on"]
            work.add(ReleaseDate(case_id=number, occurred_on=on, suspension_id=row.id, expected_on=expected))
