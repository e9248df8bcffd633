"""Workers and agencies: joining, being away, leaving with everything handed over."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import Agency, Assignment, Worker, WorkerAway
from drivecli.queries import checklists as queries
from drivecli.queries import workers
from drivecli.queries.workers import WorkerRow
from drivecli.services import assignments, checklists, people
from drivecli.services.assignments import Override
from drivecli.work import Work

MOST = 1000
"""Cases; more than anybody holds."""


@dataclass(frozen=True)
class Added:
    """An agency that was added."""

    id: int
    name: str
    kind: str | None


@dataclass(frozen=True)
class Away:
    """A worker who is away from one day to another, both included, and who covers."""

    username: str
    cover: str
    from_on: date
    to_on: date


@dataclass(frozen=True)
class Left:
    """A worker who left, and the refs of what was handed over."""

    username: str
    left_on: date
    handed_over_to: str | None
    handed_over: tuple[str, ...]


def add(work: Work, name: str, *, username: str, role: str, agency: str | None, capacity: int | None) -> WorkerRow:
    """Add a worker. Raises Refused when the username is taken, NotFound for an unknown agency."""
    work.must_may("manage", "add a worker")
    if workers.by_username(work.db, username):
        raise Refused(f"The username {username} is taken.", kind="taken", next="drive worker list")
    check_capacity(capacity)
    agency_id = workers.find_agency(work.db, agency) if agency else None
    work.add(Worker(username=username, name=name, role=role, agency_id=agency_id, capacity=capacity))
    return workers.row(work.db, username)


def edit(work: Work, number: int, wanted: dict[str, Any]) -> None:
    """Change a worker's name, agency or capacity; the old values are kept."""
    work.must_may("manage", "change a worker")
    check_capacity(wanted.get("capacity"))
    people.change_fields(work, "worker", work.session.get_one(Worker, number), wanted)


def edit_agency(work: Work, number: int, wanted: dict[str, Any]) -> None:
    """Change what an agency does; the old value is kept."""
    work.must_may("case_work", "change an agency")
    people.change_fields(work, "agency", work.session.get_one(Agency, number), wanted)


def check_capacity(capacity: int | None) -> None:
    """Refuse a number of cases that nobody can hold. None is no limit."""
    if capacity is not None and capacity < 0:
        raise NotUnderstood(f"--capacity: {capacity}; it must be 0 or more.")
    if capacity is not None and capacity > MOST:
        raise NotUnderstood(f"--capacity: {capacity}; it must be {MOST} or less, or left out for no limit.")


def add_agency(work: Work, name: str, kind: str | None) -> Added:
    """Add a partner agency. Raises Refused when there is one of that name."""
    work.must_may("case_work", "add an agency")
    if work.db.value("SELECT id FROM agency WHERE LOWER(name) = LOWER(:name)", name=name):
        raise Refused(f"There is an agency called {name} already.", kind="taken", next="drive agency list")
    row = work.add(Agency(name=name, kind=kind))
    assert row.id is not None
    return Added(row.id, name, kind)


def away(work: Work, username: str, *, from_on: date, to_on: date, cover: str) -> Away:
    """Note that a worker is away and who covers: the cover sees the cases, ownership stays."""
    work.must_may("case_work", "note who is away")
    worker, covering = workers.find(work.db, username), workers.find(work.db, cover)
    if to_on < from_on:
        raise NotUnderstood(f"--to: {say_day(to_on)} is before {say_day(from_on)}.")
    if worker.id == covering.id:
        raise Refused("Nobody can cover for themselves.", kind="same_worker", next="drive worker list")
    if covering.left_on is not None:
        raise Refused(f"{covering.name} left on {say_day(covering.left_on)}.", kind="left", next="drive worker list")
    work.add(WorkerAway(worker_id=worker.id, cover_id=covering.id, from_on=from_on, to_on=to_on))
    return Away(worker.username, covering.username, from_on, to_on)


def leave(work: Work, username: str, *, on: date, hand_over_to: str | None, override: Override) -> Left:
    """End a worker's time here. Everything they hold goes to one other worker, or it is refused with the list.

    One transaction: every case and every specialist's place is handed over, or none.
    """
    work.must_may("manage", "end a worker's time here")
    worker = workers.find(work.db, username)
    if worker.left_on is not None:
        raise Refused(f"{worker.name} left on {say_day(worker.left_on)}.", kind="left")
    if on > work.today:
        raise Refused(f"{say_day(on)} is in the future; somebody has left once the day has come.", kind="future")
    if hand_over_to == worker.username:
        raise Refused("Nobody can hand over to themselves.", kind="same_worker", next="drive worker list")
    held = workers.holds(work.db, worker.id)
    owed = queries.owed_by(work.db, worker.id)
    if (held or owed) and not hand_over_to:
        listed = [f"{ref} ({work.role_label(role)})" for _, ref, role, _ in held]
        listed += [f"{each.ref} ({each.name} {each.place})" for each in owed]
        raise Refused(
            f"{worker.name} still holds {len(listed)}: {', '.join(listed)}.",
            kind="holds_cases",
            next=f"drive worker leave {username} --hand-over-to USERNAME",
        )
    if held and hand_over_to:
        _hand_over(work, held, hand_over_to, on, override, f"{worker.name} left")
    if owed and hand_over_to:
        checklists.hand_over(work, owed, checklists.find_owner(work, hand_over_to))
    row = work.session.get_one(Worker, worker.id)
    row.left_on, row.version = on, row.version + 1
    work.session.add(row)
    refs = tuple(dict.fromkeys([*(ref for _, ref, _, _ in held), *(each.ref for each in owed)]))
    return Left(worker.username, on, hand_over_to if refs else None, refs)


def _hand_over(
    work: Work, held: list[tuple[int, str, str, int]], to: str, on: date, override: Override, reason: str
) -> None:
    receiver = workers.find(work.db, to)
    for case, _, role, assignment in sorted(held):
        work.touch([case])
        row = work.session.get_one(Assignment, assignment)
        assignments.check(work, receiver, role, override)
        on_day = max(on, row.occurred_on)
        assignments.end(work, [row], on_day, reason)
        assignments.begin(
            work, case, receiver, role, on_day, Override(override.over_capacity, override.reason or reason)
        )
