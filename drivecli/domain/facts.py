"""What happened in one case: the facts that the clock reads. No row, and no today."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any

FAR = date.max
"""The end of something that has not ended."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The case moved to `stage`."""

    id: int
    on: date
    stage: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact or an attempt. `held`, `informed` and `failed` come from the outcome's entry in the code list."""

    id: int
    on: date
    direct: bool
    held: bool
    informed: bool
    failed: bool
    by: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Approach:
    """The answer to "may the person be approached?": agreed, not_yet or never; `until` is when to ask again.

    `modes` are those that it allows; none means any.
    """

    id: int
    on: date
    state: str
    until: date | None
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """No direct contact from `on` to `until`, both included, unless lifted before."""

    id: int
    on: date
    until: date
    lifted_on: date | None

    @property
    def ends_on(self) -> date:
        """The first day on which the person may be approached again."""
        after = date.fromordinal(self.until.toordinal() + 1)
        return min(after, self.lifted_on) if self.lifted_on else after

    def holds(self, day: date) -> bool:
        """Whether `day` lies inside the hold."""
        return self.on <= day < self.ends_on


@dataclass(frozen=True, slots=True)
class Suspension:
    """Work with the person was suspended from `on` until the day it was resumed."""

    id: int
    on: date
    reason: str
    resumed_on: date | None

    def holds(self, day: date) -> bool:
        """Whether the case was suspended on `day`."""
        return self.on <= day < (self.resumed_on or FAR)


@dataclass(frozen=True, slots=True)
class Release:
    """What was said on `on` about when the person will be out; `expected_on` is None while nobody knows."""

    id: int
    on: date
    suspension: int
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A worker in a role on the case; `specialist` is everybody but the case manager."""

    id: int
    on: date
    worker: int
    worker_name: str
    role: str
    specialist: bool
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Review:
    """Something was reviewed: the case, engagement, the closure plan, ..."""

    id: int
    on: date
    kind: str


@dataclass(frozen=True, slots=True)
class Extension:
    """The window was extended by calendar months."""

    id: int
    on: date
    months: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of the work. `follow_up` is false where nobody is left to follow up (died, opened in error)."""

    id: int
    on: date
    reason: str
    follow_up: bool


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """An item of a checklist that was started on `started_on`, and where it stands since `on`.

    `tick` is the row that said so, None while nobody has; `due_days` are calendar days from the day it is agreed.
    """

    id: int
    checklist: int
    title: str
    place: int
    started_on: date
    due_from_start: bool
    due_days: int
    state: str
    tick: int | None
    on: date
    owner: int | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything the clock needs of one case. Each tuple is in order of day, then of recording."""

    id: int
    opening_id: int
    opened_on: date
    window_months: int
    tier: str
    area: str | None = None
    stages: tuple[Stage, ...] = ()
    contacts: tuple[Contact, ...] = ()
    approaches: tuple[Approach, ...] = ()
    holds: tuple[Hold, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    releases: tuple[Release, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    reviews: tuple[Review, ...] = ()
    extensions: tuple[Extension, ...] = ()
    items: tuple[ChecklistItem, ...] = ()
    closing: Closing | None = None

    @property
    def stage(self) -> str:
        """The stage the case is in now."""
        return self.stages[-1].stage if self.stages else ""

    @property
    def suspended(self) -> Suspension | None:
        """The suspension that has not been resumed, if there is one."""
        open_ones = [each for each in self.suspensions if each.resumed_on is None]
        return open_ones[-1] if open_ones else None

    def stage_on(self, day: date) -> str:
        """The stage the case was in at the end of `day`."""
        so_far = [each.stage for each in self.stages if each.on <= day]
        return so_far[-1] if so_far else (self.stages[0].stage if self.stages else "")

    def approach_on(self, day: date) -> Approach | None:
        """The last answer about approaching the person that had been given by the end of `day`."""
        so_far = [each for each in self.approaches if each.on <= day]
        return so_far[-1] if so_far else None

    def agreed_on(self, day: date) -> bool:
        """Whether an agreed approach stood on `day`."""
        last = self.approach_on(day)
        return bool(last and last.state == "agreed" and (last.until is None or day <= last.until))

    def held_on(self, day: date) -> bool:
        """Whether a hold stood on `day`."""
        return any(hold.holds(day) for hold in self.holds)

    def suspended_on(self, day: date) -> bool:
        """Whether the case was suspended on `day`."""
        return any(each.holds(day) for each in self.suspensions)


_TABLES: list[tuple[str, str, Callable[[Any], Any]]] = [
    (table, name, attrgetter(*(each.name for each in fields(kind) if each.name != "id")))
    for table, name, kind in [
        ("stage_change", "stages", Stage),
        ("approach", "approaches", Approach),
        ("hold", "holds", Hold),
        ("suspension", "suspensions", Suspension),
        ("assignment", "assignments", Assignment),
        ("review", "reviews", Review),
        ("extension", "extensions", Extension),
    ]
]
"""The tables that a deadline may be due because of, where their rows are among the facts, and a row less its number."""

Shape = tuple[Any, ...]
Numbers = list[tuple[str, int]]


def shape_of(case: CaseFacts) -> tuple[Shape | None, Numbers]:
    """What two cases may have in common for the clock: all that it reads but their numbers; and those, in one order.

    Of a closed case it reads the closing and the reviews after it. None for a case that is like no other: whose facts
    name one another by number, as a release its suspension, or which has contacts.
    """
    if case.closing:
        shape: list[Any] = [case.closing.on, case.closing.reason, case.closing.follow_up]
        numbers = [("closing", case.closing.id)]
        tables = [each for each in _TABLES if each[0] == "review"]
    elif case.items or case.releases or case.contacts:
        return None, []
    else:
        shape = [case.opened_on, case.window_months, case.tier, case.area]
        numbers, tables = [("opening", case.opening_id)], _TABLES
    for table, name, without_number in tables:
        rows = getattr(case, name)
        if rows:
            shape.append((table, tuple([without_number(row) for row in rows])))
            numbers += [(table, row.id) for row in rows]
    return tuple(shape), numbers
