"""Cases: opening one, and changing its details."""

from dataclasses import dataclass
from datetime import date

from drivecli.domain.days import say_day
from drivecli.domain.refs import make_ref
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import AreaChange, Case, Opening, Person, StageChange, TierChange
from drivecli.queries import cases, workers
from drivecli.queries.cases import CaseRow
from drivecli.services import assignments, people
from drivecli.services.people import Details
from drivecli.services.taking import Ref, prefix, take
from drivecli.work import Work

FIRST_STAGE = "information_gathering"
LONGEST_WINDOW = 36


@dataclass(frozen=True)
class Asked:
    """How a case is to be opened. `window_months` None takes the service's own length."""

    opened_on: date
    route: str = "other"
    area: str | None = None
    tier: str = "not_assessed"
    manager: str | None = None
    external_ref: str | None = None
    window_months: int | None = None
    same_as: Ref | None = None
    not_same_as: tuple[Ref, ...] = ()
    over_capacity: bool = False
    reason: str | None = None


def open_case(work: Work, said: Details, asked: Asked) -> CaseRow:
    """Open a case for a person, new or known. The window's length is frozen on it.

    Raises Refused for a day in the future, a person who may be on record, or a manager without room.
    """
    work.must_may("case_work", "open a case")
    check_opening(asked.opened_on, work.today)
    months = work.catalogue.practice.window_months if asked.window_months is None else asked.window_months
    check_window(months)
    person = _person(work, said, asked)
    if asked.external_ref:
        _refuse_taken(work, asked.external_ref)
    work.db.lock("case_record")
    number = work.next_number("case_record")
    work.add(
        Case(
            id=number,
            ref=make_ref(prefix(work), number),
            person_id=person,
            route=asked.route,
            area=asked.area,
            external_ref=asked.external_ref,
            opened_on=asked.opened_on,
            window_months=months,
        )
    )
    work.touch([number])
    on = asked.opened_on
    work.add(Opening(case_id=number, occurred_on=on, window_months=months))
    work.add(StageChange(case_id=number, occurred_on=on, stage=FIRST_STAGE))
    work.add(TierChange(case_id=number, occurred_on=on, tier=asked.tier))
    if asked.area:
        work.add(AreaChange(case_id=number, occurred_on=on, area=asked.area))
    if asked.manager:
        manager = workers.find(work.db, asked.manager)
        allowed = assignments.Override(asked.over_capacity, asked.reason)
        assignments.check(work, manager, assignments.MANAGER, allowed)
        assignments.begin(work, number, manager, assignments.MANAGER, asked.opened_on, allowed)
    return work.answer(number)


def check_opening(opened_on: date, today: date) -> None:
    """Refuse a case that opens in the future."""
    if opened_on > today:
        raise Refused(
            f"{say_day(opened_on)} is in the future; a case opens on the day the work is taken on.", kind="future"
        )


def check_window(months: int) -> None:
    """Refuse a window, in calendar months, longer than anybody is worked with."""
    if not 1 <= months <= LONGEST_WINDOW:
        raise NotUnderstood(f"--window-months: {months}; it must be from 1 to {LONGEST_WINDOW}.")


def edit(
    work: Work,
    ref: Ref,
    said: Details,
    *,
    external_ref: str | None,
    route: str | None,
    tier: str | None,
    area: str | None,
    reason: str | None,
) -> tuple[CaseRow, list[str]]:
    """Change details of the person or the case. Tier and area are dated facts from today. Returns what changed."""
    work.must_may("case_work", "change a case")
    work.reason = reason
    case = take(work, ref)
    row = work.case(case.id)
    changed = people.edit(work, case.person_id, said, reason)
    if external_ref and external_ref != row.external_ref:
        _refuse_taken(work, external_ref)
    wanted = {name: value for name, value in (("external_ref", external_ref), ("route", route)) if value is not None}
    changed += people.change_fields(work, "case_record", row, wanted, reason)
    if tier and tier != row.tier:
        work.add(TierChange(case_id=case.id, occurred_on=work.today, tier=tier, reason=reason))
        changed.append("tier")
    if area and area != row.area:
        work.add(AreaChange(case_id=case.id, occurred_on=work.today, area=area, reason=reason))
        changed.append("area")
    if not changed:
        raise NotUnderstood(
            f"Nothing to change: say what is new about {case.ref}.",
            next=f"drive case edit {case.ref} --tier standard   (drive case edit --help lists all)",
        )
    return work.answer(case.id), changed


def _person(work: Work, said: Details, asked: Asked) -> int:
    """The person of the new case: the one `same_as` names, or a new one that nobody on record may be."""
    work.db.lock("person")  # two who open a case for one person at once: the second must see the first
    others = [people.number_of(work, each) for each in asked.not_same_as]
    if asked.same_as is None:
        if said.forename and said.surname:
            people.refuse_if_alike(work, said, others)
        person = people.add(work, said).id
        assert person is not None
        people.note_not_same(work, person, others, asked.reason)
        return person
    known = people.number_of(work, asked.same_as)
    work.session.get_one(Person, known, with_for_update=work.db.is_postgres or None)
    still_open = [
        each
        for each in cases.of_person(work.db, known)
        if work.db.value("SELECT closed_on FROM case_record WHERE id = :id", id=each) is None
    ]
    if still_open:
        open_ref = make_ref(prefix(work), still_open[0])
        raise Refused(
            f"That person already has the open case {open_ref}.", kind="second_case", next=f"drive case show {open_ref}"
        )
    people.edit(work, known, said)
    return known


def _refuse_taken(work: Work, external_ref: str) -> None:
    taken = work.db.value("SELECT ref FROM case_record WHERE external_ref = :ref", ref=external_ref)
    if taken:
        raise Refused(
            f"The external ref {external_ref} is already that of {taken}.",
            kind="taken",
            next=f"drive case show {taken}",
        )
