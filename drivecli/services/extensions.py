"""Extending a window: never silently, always with a reason and somebody who authorised it."""

from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import Extension
from drivecli.queries import workers
from drivecli.queries.cases import CaseRow
from drivecli.services.taking import take_open
from drivecli.work import Actor, Work

LONGEST = 12
"""Months in one extension."""


def extend(work: Work, ref: tuple[str, int], *, months: int, reason: str, authorised_by: str) -> CaseRow:
    """Move the end of the window by calendar months, counted from the day the case opened.

    Raises Refused when whoever authorised it may not: the role must be one that leads.
    """
    work.must_may("case_work", "extend a case")
    case = take_open(work, ref)
    if not 1 <= months <= LONGEST:
        raise NotUnderstood(f"--months: {months}; it must be from 1 to {LONGEST}.")
    lead = workers.find(work.db, authorised_by)
    if lead.left_on is not None:
        raise Refused(
            f"{lead.name} left on {say_day(lead.left_on)}.", kind="left", next="drive worker list --role team_lead"
        )
    if not work.may("lead", Actor(lead.id, lead.username, lead.name, lead.role)):
        raise Refused(
            f"{lead.name} ({work.role_label(lead.role)}) cannot authorise an extension.",
            kind="not_permitted",
            next="Name a team lead: drive worker list --role team_lead",
        )
    work.add(Extension(case_id=case.id, occurred_on=work.today, months=months, reason=reason, authorised_by=lead.id))
    return work.answer(case.id)
