"""Whether the person may be approached: the answer, and holds."""

from datetime import date

from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import Approach, Hold
from drivecli.queries.cases import CaseRow
from drivecli.services.taking import check_day, take_open
from drivecli.work import Work


def answer(
    work: Work,
    ref: tuple[str, int],
    state: str,
    *,
    with_whom: str,
    on: date,
    until: date | None,
    modes: tuple[str, ...],
) -> CaseRow:
    """Record the answer of the victim's adviser, or a named stand-in: agreed, not_yet or never.

    `until` is the last day of an agreement, or the day to ask again; it may not lie before the answer.
    """
    work.must_may("case_work", "record an approach")
    case = take_open(work, ref)
    check_day(work, case, on, "an answer")
    if until is not None and until < on:
        raise NotUnderstood(f"--until: {say_day(until)} is before the answer ({say_day(on)}).")
    if until is not None and state == "never":
        raise NotUnderstood("--until: never has no end. If it may change, record not_yet.")
    if modes and state != "agreed":
        raise NotUnderstood("--modes says how the person may be approached; it goes with --state agreed.")
    work.add(
        Approach(
            case_id=case.id,
            occurred_on=on,
            state=state,
            with_whom=with_whom,
            until_on=until,
            modes=",".join(modes) or None,
        )
    )
    return work.answer(case.id)


def hold(work: Work, ref: tuple[str, int], *, until: date, by: str, reason: str) -> CaseRow:
    """No direct contact from today until a day, that day included. A hold that stands is replaced."""
    work.must_may("case_work", "hold a case")
    case = take_open(work, ref)
    if until < work.today:
        raise NotUnderstood(f"--until: {say_day(until)} has passed; a hold runs to a day to come.")
    _lift_standing(work, case.id, f"replaced: {by}")
    work.add(Hold(case_id=case.id, occurred_on=work.today, until_on=until, by_whom=by, hold_reason=reason))
    return work.answer(case.id)


def lift(work: Work, ref: tuple[str, int], *, by: str) -> CaseRow:
    """End the hold today. Raises Refused when there is none."""
    work.must_may("case_work", "lift a hold")
    case = take_open(work, ref)
    if not _lift_standing(work, case.id, by):
        raise Refused(f"There is no hold on {case.ref}.", kind="no_hold", next=f"drive case show {case.ref}")
    return work.answer(case.id)


def _lift_standing(work: Work, case: int, by: str) -> bool:
    standing = [each for each in work.facts(case).holds if each.holds(work.today)]
    for each in standing:
        row = work.session.get_one(Hold, each.id)
        row.lifted_on, row.lifted_by = work.today, by
        work.session.add(row)
    work.session.flush()
    return bool(standing)
