"""Finding the case that a line names, and taking it: locked, touched, and read as it stands once it is ours."""

from datetime import date

from drivecli.domain.days import say_day
from drivecli.errors import Refused
from drivecli.queries import cases
from drivecli.queries.cases import CaseKey
from drivecli.work import Work

Ref = tuple[str, int]
"""A typed ref: its prefix, empty when only the number was typed, and its number."""


def find(work: Work, ref: Ref) -> CaseKey:
    """The case that a typed ref names, not yet touched."""
    return cases.find(work.db, ref, prefix(work))


def prefix(work: Work) -> str:
    """The site prefix of refs."""
    found: str = work.db.value("SELECT value FROM setting WHERE key = 'prefix'")
    return found


def take(work: Work, ref: Ref) -> CaseKey:
    """The case that a typed ref names, locked and touched, as it stands once it is ours. A wrong ref ends the work."""
    work.touch([ref[1]])  # before it is read: what it says must hold to the end
    return find(work, ref)


def take_open(work: Work, ref: Ref) -> CaseKey:
    """The case that a typed ref names, locked and touched. Raises Refused when it is closed."""
    case = take(work, ref)
    if case.closed_on is not None:
        raise Refused(
            f"{case.ref} was closed on {say_day(case.closed_on)}.",
            kind="closed",
            next=f"A new episode: drive case open --same-as {case.ref}",
        )
    return case


def check_day(work: Work, case: CaseKey, on: date, what: str) -> None:
    """Refuse a day in the future or before the case opened."""
    check_day_of(case, on, what, work.today)


def check_day_of(case: CaseKey, on: date, what: str, today: date) -> None:
    """Refuse a day after `today` or before the case opened."""
    if on > today:
        raise Refused(f"{say_day(on)} is in the future; {what} is recorded once it has happened.", kind="future")
    if on < case.opened_on:
        raise Refused(
            f"{say_day(on)} is before {case.ref} opened ({say_day(case.opened_on)}).",
            kind="before_opening",
            next=f"If the opening day is wrong: drive case correct {case.ref} opened --on DAY --reason WHY",
        )
