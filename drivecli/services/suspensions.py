"""Suspending work with a person, and taking it up again."""

from datetime import date

from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import ReleaseDate, Suspension
from drivecli.queries.cases import CaseRow
from drivecli.services.taking import check_day, take_open
from drivecli.work import Work

UNKNOWN = "unknown"


def suspend(
    work: Work, ref: tuple[str, int], *, reason: str | None, on: date, expected_release: date | str | None
) -> CaseRow:
    """Suspend a case, or say anew when the person will be released.

    The window runs on. `expected_release` is a day, "unknown", or None; custody and hospital without one count as
    unknown, so that it is asked for.
    """
    work.must_may("case_work", "suspend a case")
    case = take_open(work, ref)
    check_day(work, case, on, "a suspension")
    standing = work.facts(case.id).suspended
    if standing is None:
        if reason is None:
            raise NotUnderstood("Missing --reason: say why the case is suspended, as in custody.")
        row = work.add(Suspension(case_id=case.id, occurred_on=on, suspend_reason=reason))
        number = row.id
        assert number is not None
        reasons = work.catalogue.codes("suspend_reason")
        if expected_release is None and reason in reasons and reasons[reason].is_("release"):
            expected_release = UNKNOWN
    elif expected_release is None or reason not in (None, standing.reason):
        reason = work.catalogue.codes("suspend_reason").label(standing.reason)
        raise Refused(
            f"{case.ref} has been suspended ({reason}) since {say_day(standing.on)}.",
            kind="suspended",
            next=f"A new release day: drive case suspend {case.ref} --expected-release DAY"
            f"   Take it up again: drive case resume {case.ref} --reason CODE",
        )
    else:
        number = standing.id
        on = max(on, standing.on)
    if expected_release is not None:
        _expect(work, case.id, number, on, expected_release)
    return work.answer(case.id)


def resume(work: Work, ref: tuple[str, int], *, reason: str, on: date) -> CaseRow:
    """Take up a suspended case. Contact clocks start anew from that day."""
    work.must_may("case_work", "resume a case")
    case = take_open(work, ref)
    check_day(work, case, on, "a resumption")
    standing = work.facts(case.id).suspended
    if standing is None:
        raise Refused(f"{case.ref} is not suspended.", kind="not_suspended", next=f"drive case show {case.ref}")
    if on < standing.on:
        raise Refused(f"{case.ref} was suspended on {say_day(standing.on)}; it cannot resume before.", kind="too_early")
    row = work.session.get_one(Suspension, standing.id)
    row.resumed_on, row.resume_reason = on, reason
    work.session.add(row)
    return work.answer(case.id)


def _expect(work: Work, case: int, suspension: int, on: date, expected: date | str) -> None:
    day = None if expected == UNKNOWN or isinstance(expected, str) else expected
    if day is not None and day < on:
        raise NotUnderstood(f"--expected-release: {say_day(day)} is before {say_day(on)}.")
    work.add(ReleaseDate(case_id=case, occurred_on=on, suspension_id=suspension, expected_on=day))
