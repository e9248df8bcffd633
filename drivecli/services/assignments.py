"""Who works on a case: the manager and the specialists, their hand-overs and ends."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import Assignment
from drivecli.queries import workers
from drivecli.queries.cases import CaseRow
from drivecli.queries.workers import Acting
from drivecli.services.taking import check_day, take_open
from drivecli.work import Work

MANAGER = "case_manager"


@dataclass(frozen=True)
class Override:
    """Whether a worker may be given more than their capacity, and why."""

    over_capacity: bool = False
    reason: str | None = None


@dataclass(frozen=True)
class Given:
    """Who works on a case after a change: the case, and its current workers as (role, username)."""

    ref: str
    case: CaseRow
    assigned: tuple[tuple[str, str], ...]


def check(work: Work, worker: Acting, role: str, override: Override) -> None:
    """Refuse a worker who lacks the role, has left, or has no room for another case."""
    check_role(worker, role, work.role_label)
    if worker.left_on is not None:
        raise Refused(
            f"{worker.name} left on {say_day(worker.left_on)}.", kind="left", next=f"drive worker list --role {role}"
        )
    work.db.lock(f"worker {worker.id}")
    held, capacity = workers.load(work.db, worker.id)
    if capacity is None or held < capacity:
        return
    if not override.over_capacity:
        raise no_room(worker, held, capacity)
    if not override.reason:
        raise NotUnderstood("Missing --reason: say why this worker should hold more than their capacity.")


def check_role(worker: Acting, role: str, label: Callable[[str], str]) -> None:
    """Refuse a worker who lacks the role."""
    if worker.role != role:
        raise Refused(
            f"{worker.name} is not a {label(role)} but a {label(worker.role)}.",
            kind="wrong_role",
            next=f"drive worker list --role {role}",
        )


def no_room(worker: Acting, held: int, capacity: int) -> Refused:
    """Why a worker is given no further case."""
    return Refused(
        f"{worker.name} holds {held} cases and has room for {capacity}.",
        kind="over_capacity",
        next="Choose somebody else (drive workload), or add: --over-capacity --reason WHY",
    )


def begin(work: Work, case: int, worker: Acting, role: str, on: date, override: Override | None = None) -> Assignment:
    """Put a worker on a case in a role, from `on`."""
    reason = override.reason if override else None
    return work.add(Assignment(case_id=case, occurred_on=on, worker_id=worker.id, role=role, reason=reason))


def assign(
    work: Work, ref: tuple[str, int], wanted: Iterable[tuple[str, str]], *, on: date, override: Override
) -> Given:
    """Give a case specialists, as (role, username). A role with one holder is handed over. All of it, or nothing."""
    work.must_may("case_work", "assign a specialist")
    case = take_open(work, ref)
    check_day(work, case, on, "an assignment")
    for role, username in wanted:
        worker = workers.find(work.db, username)
        current = standing(work, case.id, role)
        if any(each.worker_id == worker.id for each in current):
            continue
        check(work, worker, role, override)
        if not work.catalogue.roles[role].several:
            end(work, current, on, f"handed over to {worker.name}")
        begin(work, case.id, worker, role, on, override)
    return given(work, case.id)


def unassign(
    work: Work, ref: tuple[str, int], roles: Iterable[str], *, on: date, reason: str, username: str | None = None
) -> Given:
    """End specialists' work on a case. Raises Refused when nobody holds the role."""
    work.must_may("case_work", "end an assignment")
    case = take_open(work, ref)
    check_day(work, case, on, "the end of an assignment")
    for role in roles:
        current = standing(work, case.id, role)
        if username:
            only = workers.find(work.db, username).id
            current = [each for each in current if each.worker_id == only]
        if not current:
            raise Refused(
                f"No {work.role_label(role)} is assigned to {case.ref}.",
                kind="not_assigned",
                next=f"drive case show {case.ref}",
            )
        end(work, current, on, reason)
    return given(work, case.id)


def transfer(work: Work, ref: tuple[str, int], to: str, *, on: date, reason: str, override: Override) -> CaseRow:
    """Give a case another manager."""
    work.must_may("case_work", "transfer a case")
    case = take_open(work, ref)
    check_day(work, case, on, "a transfer")
    worker = workers.find(work.db, to)
    current = standing(work, case.id, MANAGER)
    if any(each.worker_id == worker.id for each in current):
        raise Refused(f"{worker.name} already manages {case.ref}.", kind="no_change")
    check(work, worker, MANAGER, override)
    end(work, current, on, reason)
    begin(work, case.id, worker, MANAGER, on, Override(override.over_capacity, reason))
    return work.answer(case.id)


def standing(work: Work, case: int, role: str | None = None) -> list[Assignment]:
    """The assignments of a case that have not ended, as rows; of one role, or of all."""
    current = {each.id for each in work.facts(case).assignments if each.ended_on is None}
    rows = [work.session.get_one(Assignment, number) for number in sorted(current)]
    return [each for each in rows if role in (None, each.role)]


def end(work: Work, rows: Iterable[Assignment], on: date, reason: str) -> None:
    """End assignments on a day; never before they began."""
    for row in rows:
        if on < row.occurred_on:
            raise Refused(
                f"That assignment began on {say_day(row.occurred_on)}; it cannot end before.", kind="before_start"
            )
        row.ended_on, row.end_reason = on, reason
        work.session.add(row)
    work.session.flush()


def given(work: Work, case: int) -> Given:
    """The case and its current workers."""
    names = workers.usernames(work.db)
    assigned = tuple((each.role, names[each.worker_id]) for each in standing(work, case))
    row = work.answer(case)
    return Given(row.ref, row, assigned)
