"""Closing a case."""

from datetime import date

from drivecli.errors import Refused
from drivecli.models import Closing
from drivecli.queries.cases import CaseRow
from drivecli.services import assignments, checklists
from drivecli.services.taking import check_day, take_open
from drivecli.work import Work


def close(work: Work, ref: tuple[str, int], *, reason: str, on: date, note: str | None) -> CaseRow:
    """Close a case: assignments and working deadlines end, follow-ups begin.

    Raises Refused while something open has no owner: follow-ups need the manager they will belong to, and what was
    agreed on a checklist somebody who sees to it.
    """
    work.must_may("case_work", "close a case")
    case = take_open(work, ref)
    check_day(work, case, on, "a closing")
    reasons = work.catalogue.codes("closure_reason")
    standing = assignments.standing(work, case.id)
    follow_up = reason not in reasons or reasons[reason].is_("follow_up")
    if follow_up and not any(each.role == assignments.MANAGER for each in standing):
        raise Refused(
            f"Nobody manages {case.ref}, so its follow-ups would have no owner.",
            kind="no_owner",
            next=f"drive case transfer {case.ref} --to USERNAME --reason WHY",
        )
    loose = checklists.without_owner(work, case)
    if loose:
        name, _, number = loose[0].partition(" ")
        raise Refused(
            f"{case.ref} has agreed checklist items that nobody owns: {', '.join(loose)}.",
            kind="no_owner",
            next=f"drive checklist tick {name} {case.ref} {number} --state agreed --by USERNAME",
        )
    assignments.end(work, standing, on, "case closed")
    work.add(Closing(case_id=case.id, occurred_on=on, closure_reason=reason, note=note))
    return work.answer(case.id)
