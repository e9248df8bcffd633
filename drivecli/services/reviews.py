"""Reviews, and a lead's mark that an overdue case is known."""

from dataclasses import dataclass
from datetime import date

from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import Review, Seen
from drivecli.queries.cases import CaseKey, CaseRow
from drivecli.services.taking import check_day, take, take_open
from drivecli.work import Work

FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Reviewed:
    """A review that was recorded, and the case after it."""

    id: int
    ref: str
    kind: str
    on: date
    case: CaseRow


def record(work: Work, ref: tuple[str, int], *, kind: str, on: date, note: str | None) -> Reviewed:
    """Record a review. A closed case takes follow-ups, an open one all the others."""
    work.must_may("case_work", "record a review")
    case = take(work, ref)
    check_day(work, case, on, "a review")
    check_kind(case, kind, on)
    row = work.add(Review(case_id=case.id, occurred_on=on, kind=kind, note=note))
    assert row.id is not None
    return Reviewed(row.id, case.ref, kind, on, work.answer(case.id))


def check_kind(case: CaseKey, kind: str, on: date) -> None:
    """Refuse a follow-up review on an open case, and any other on a closed one."""
    if case.closed_on is None and kind == FOLLOW_UP:
        raise Refused(
            f"{case.ref} is open; a follow-up review comes after closing.",
            kind="open",
            next=f"drive review {case.ref} --kind case",
        )
    if case.closed_on is not None and (kind != FOLLOW_UP or on < case.closed_on):
        raise Refused(
            f"{case.ref} was closed on {say_day(case.closed_on)}; only follow-up reviews after that are left.",
            kind="closed",
            next=f"drive review {case.ref} --kind follow_up",
        )


def mark_seen(work: Work, ref: tuple[str, int], *, until: date, note: str | None) -> CaseRow:
    """A lead marks a case as known to be overdue until a day. It stays overdue."""
    work.must_may("lead", "mark a case as known")
    case = take_open(work, ref)
    if until < work.today:
        raise NotUnderstood(f"--until: {say_day(until)} has passed; say until when it is known.")
    work.add(Seen(case_id=case.id, occurred_on=work.today, until_on=until, note=note))
    return work.answer(case.id)
