"""Moving a case from stage to stage."""

from datetime import date

from drivecli.domain.days import say_day
from drivecli.errors import Refused
from drivecli.models import StageChange
from drivecli.queries.cases import CaseRow
from drivecli.services.taking import check_day, take_open
from drivecli.work import Work


def move(work: Work, ref: tuple[str, int], stage: str, *, on: date, reason: str | None) -> CaseRow:
    """Move a case to another stage from a day. Which stage may follow which is data.

    Raises Refused for a stage that may not follow, and for a day before the last move.
    """
    work.must_may("case_work", "move a case to another stage")
    case = take_open(work, ref)
    check_day(work, case, on, "a stage")
    last = work.facts(case.id).stages[-1]
    stages = work.catalogue.codes("stage")
    may_follow = stages[last.stage].facts.get("next", []) if last.stage in stages else list(stages)
    if stage not in may_follow:
        offered = ", ".join(may_follow)
        raise Refused(
            f"{case.ref} is in {stages.label(last.stage)}; from there it moves to one of: {offered}.",
            kind="stage",
            next=f"If the stage was recorded wrongly: drive case correct {case.ref} stage --to {stage} --reason WHY",
        )
    if on < last.on:
        raise Refused(
            f"{case.ref} is in {stages.label(last.stage)} since {say_day(last.on)}; the next move cannot be before.",
            kind="stage",
            next=f"If that day is wrong: drive case correct {case.ref} stage --on DAY --reason WHY",
        )
    work.add(StageChange(case_id=case.id, occurred_on=on, stage=stage, reason=reason))
    return work.answer(case.id)
