"""Which contacts count, which are failed attempts, and which a lead must hear of."""

from datetime import date

from drivecli.domain.facts import CaseFacts, Contact

NOT_ENGAGED = "not_engaged"


def indirect_counts(case: CaseFacts, day: date) -> bool:
    """Whether, on `day`, work that does not involve the person counts as contact.

    So it does where the person is not engaging, and where nobody may approach the person yet or just now: the work
    goes on without them, and the clock must not push anybody to ring.
    """
    return case.stage_on(day) == NOT_ENGAGED or not case.agreed_on(day) or case.held_on(day)


def counts(case: CaseFacts, contact: Contact) -> bool:
    """Whether `contact` starts the contact clock anew."""
    if indirect_counts(case, contact.on):
        return contact.held or contact.informed
    return contact.held and contact.direct


def counting(case: CaseFacts) -> list[Contact]:
    """The contacts that count, oldest first."""
    return [each for each in case.contacts if counts(case, each)]


def is_attempt(case: CaseFacts, contact: Contact) -> bool:
    """Whether `contact` is a failed attempt the person could have answered: not while suspended or on hold."""
    return contact.direct and contact.failed and not case.suspended_on(contact.on) and not case.held_on(contact.on)


def flag_for_lead(case: CaseFacts, day: date, *, direct: bool, mode: str) -> str | None:
    """Why a lead must hear of a direct contact on `day`: on_hold, before_approach, mode_not_agreed; None when fine."""
    if not direct:
        return None
    if case.held_on(day):
        return "on_hold"
    if not case.agreed_on(day):
        return "before_approach"
    approach = case.approach_on(day)
    return "mode_not_agreed" if approach and approach.modes and mode not in approach.modes else None
