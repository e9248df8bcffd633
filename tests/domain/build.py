"""Plain facts for the tests of the clock: a case opened on Tue 1 Sep 2026, and what may happen in it.

There is no bank holiday between 1 September and 24 December 2026, so working days there skip weekends only.
"""

from datetime import date
from typing import Any

from drivecli.catalogue import Catalogue
from drivecli.domain.deadlines import Deadline, deadlines
from drivecli.domain.facts import (
    Approach,
    Assignment,
    CaseFacts,
    Closing,
    Contact,
    Extension,
    Hold,
    Release,
    Review,
    Stage,
    Suspension,
)

OPENED = date(2026, 9, 1)
PRACTICE = Catalogue().practice
HOLIDAYS = Catalogue().holidays

CASE, OPENING, MANAGER, SPECIALIST = 42, 100, 7, 8


def sep(day: int) -> date:
    """A day in September 2026; the 1st is a Tuesday."""
    return date(2026, 9, day)


def case(**happened: Any) -> CaseFacts:
    """A case opened on 1 September 2026, ten months, tier not assessed, gathering information."""
    usual: dict[str, Any] = {
        "id": CASE,
        "opening_id": OPENING,
        "opened_on": OPENED,
        "window_months": 10,
        "tier": "not_assessed",
        "stages": (Stage(1, happened.get("opened_on", OPENED), "information_gathering"),),
    }
    return CaseFacts(**(usual | happened))


def in_stage(stage: str, since: date = OPENED) -> tuple[Stage, ...]:
    """Stages of a case that moved to `stage` on `since`."""
    return (Stage(1, OPENED, "information_gathering"), Stage(2, since, stage))


def agreed(on: date = OPENED, until: date | None = None, id: int = 200, modes: tuple[str, ...] = ()) -> Approach:
    return Approach(id, on, "agreed", until, modes)


def not_yet(on: date = OPENED, until: date | None = None, id: int = 201) -> Approach:
    return Approach(id, on, "not_yet", until)


def never(on: date = OPENED, id: int = 202) -> Approach:
    return Approach(id, on, "never", None)


def held(on: date, *, direct: bool = True, by: int = MANAGER, id: int = 300) -> Contact:
    """A contact that took place."""
    return Contact(id, on, direct, True, False, False, by, "phone, held")


def information(on: date, *, direct: bool = False, id: int = 301) -> Contact:
    """Information given or received."""
    return Contact(id, on, direct, False, True, False, MANAGER, "email, information received")


def attempt(on: date, *, direct: bool = True, id: int = 302) -> Contact:
    """An attempt the person could have answered: did not attend, declined, not in."""
    return Contact(id, on, direct, False, False, True, MANAGER, "phone, not in")


def fruitless(on: date, words: str = "phone, wrong details", id: int = 303) -> Contact:
    """What neither took place nor could have been answered: wrong details, cancelled by us, message left."""
    return Contact(id, on, True, False, False, False, MANAGER, words)


def hold(on: date, until: date, lifted_on: date | None = None, id: int = 400) -> Hold:
    return Hold(id, on, until, lifted_on)


def suspension(on: date, resumed_on: date | None = None, id: int = 500) -> Suspension:
    return Suspension(id, on, "custody", resumed_on)


def release(on: date, expected_on: date | None, of: int = 500, id: int = 600) -> Release:
    return Release(id, on, of, expected_on)


def assigned(
    on: date,
    worker: int = SPECIALIST,
    name: str = "Robin Ash",
    role: str = "substance",
    ended_on: date | None = None,
    id: int = 700,
) -> Assignment:
    return Assignment(id, on, worker, name, role, role != "case_manager", ended_on)


def review(on: date, kind: str = "case", id: int = 800) -> Review:
    return Review(id, on, kind)


def extension(on: date, months: int, id: int = 900) -> Extension:
    return Extension(id, on, months)


def closing(on: date, reason: str = "completed", *, follow_up: bool = True) -> Closing:
    return Closing(1000, on, reason, follow_up)


def all_due(facts: CaseFacts) -> list[tuple[str, date]]:
    """Kind and due day of everything due, in the clock's order."""
    return [(each.kind, each.due_on) for each in deadlines(facts, PRACTICE, HOLIDAYS)]


def rows(facts: CaseFacts, kind: str) -> list[Deadline]:
    """What the clock says of one kind."""
    return [each for each in deadlines(facts, PRACTICE, HOLIDAYS) if each.kind == kind]


def due(facts: CaseFacts, kind: str) -> list[date]:
    """The due days of one kind."""
    return [each.due_on for each in rows(facts, kind)]
