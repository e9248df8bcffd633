"""Checklists of a case: started as a copy, ticked item by item."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from drivecli.domain.checklists import (
    ACTING,
    AGREED,
    DONE,
    SAFETY,
    Checklist,
    Item,
    first_number,
    law,
    offered,
    unsettled,
)
from drivecli.domain.codes import nearest
from drivecli.domain.days import say_day
from drivecli.errors import NotFound, NotUnderstood, Refused
from drivecli.models import Checklist as Started
from drivecli.models import ChecklistItem, ChecklistTick
from drivecli.queries import checklists, workers
from drivecli.queries.cases import CaseKey, CaseRow
from drivecli.queries.checklists import ChecklistRow, ItemRow, Owed, Sheet
from drivecli.queries.workers import Acting
from drivecli.services.taking import Ref, check_day, take_open
from drivecli.work import Work


@dataclass(frozen=True)
class Ticked:
    """An item as it stands after a tick, and its case. `resting` are agreed items that need the step just reopened."""

    ref: str
    name: str
    item: ItemRow
    resting: tuple[int, ...]
    case: CaseRow


@dataclass(frozen=True)
class Tick:
    """What is said of an item. `override` sets aside what the item needs, and must say why in `reason`."""

    state: str
    on: date
    by: str | None = None
    result: str | None = None
    override: bool = False
    reason: str | None = None


def start(work: Work, ref: Ref, name: str, *, on: date) -> ChecklistRow:
    """Start a checklist: copy what is in force for the case's area, nation and day.

    Raises NotFound for a name that is none, Refused while a copy is running or where the list is not valid.
    """
    work.must_may("case_work", "start a checklist")
    checklist = work.catalogue.checklist(name)
    case = take_open(work, ref)
    check_day(work, case, on, "a checklist")
    _only_one(work, case, checklist)
    area = work.facts(case.id).area
    _valid(checklist, area, on)
    known = work.catalogue.areas.get(area or "")
    items = offered(checklist, area=area, nation=known.nation if known else None, day=on)
    if not items:
        raise Refused(
            f"Nothing on the {checklist.title.lower()} is in force for {case.ref} on {say_day(on)}.",
            kind="not_valid",
            next=f"If its area is wrong: drive case edit {case.ref} --area AREA",
        )
    row = work.add(
        Started(case_id=case.id, occurred_on=on, name=checklist.name, title=checklist.title, version=checklist.version)
    )
    assert row.id is not None
    for place, item in enumerate(items, start=first_number(items)):
        work.add(_copy(checklist, item, row.id, place))
    work.settle()
    return checklists.of_case(work.db, case)[0]


def tick(work: Work, ref: Ref, name: str, item: str, said: Tick) -> Ticked:
    """Say where an item stands. `item` is its number on paper or its key.

    Raises Refused while something it needs does not stand, unless that is overridden with a reason.
    """
    work.must_may("case_work", "tick a checklist")
    case = take_open(work, ref)
    check_day(work, case, said.on, "a tick")
    sheet = checklists.sheet(work.db, case, name, work.today)
    row = _find_item(sheet, item)
    if said.on < sheet.started_on:
        raise Refused(
            f"{say_day(said.on)} is before the list was started ({say_day(sheet.started_on)}).", kind="before_start"
        )
    overridden = _settled(sheet, row, said)
    owner = find_owner(work, said.by).id if said.by else _owner_so_far(work, row)
    work.add(
        ChecklistTick(
            case_id=case.id,
            occurred_on=said.on,
            item_id=row.id,
            state=said.state,
            owner_id=owner,
            result=said.result,
            overridden=overridden,
            reason=said.reason,
        )
    )
    answer = work.answer(case.id)
    after = checklists.sheet(work.db, case, name, work.today)
    return Ticked(case.ref, name, _find_item(after, row.key), _resting_on(after, row, said), answer)


def _only_one(work: Work, case: CaseKey, checklist: Checklist) -> None:
    running = checklists.running(work.db, case, checklist.name)
    if running:
        raise Refused(
            f"{checklist.title} is running on {case.ref} since {say_day(running.started_on)}, with"
            f" {running.open} open and {running.agreed} agreed.",
            kind="running",
            next=f"drive checklist show {checklist.name} {case.ref}",
        )


def _valid(checklist: Checklist, area: str | None, on: date) -> None:
    if not checklist.valid_on(on):
        until = f" to {say_day(checklist.valid_until)}" if checklist.valid_until else " on"
        raise Refused(
            f"{checklist.title} is valid from {say_day(checklist.valid_from)}{until}, not on {say_day(on)}.",
            kind="not_valid",
            next="drive checklist list",
        )
    if checklist.areas and area not in checklist.areas:
        raise Refused(
            f"{checklist.title} is for {', '.join(checklist.areas)}; this case's area is {area or 'not recorded'}.",
            kind="not_valid",
            next="drive checklist list",
        )


def _copy(checklist: Checklist, item: Item, number: int, place: int) -> ChecklistItem:
    return ChecklistItem(
        checklist_id=number,
        place=place,
        key=item.key,
        lead=checklist.groups[item.lead],
        text=item.text,
        why=item.why,
        law=law(item),
        nation=item.nation,
        checked_on=item.checked_on,
        needs=" ".join(item.needs),
        due_days=item.due_days,
        ask="\n".join(item.ask),
        due_from_start=item.due_from_start,
    )


def _find_item(sheet: Sheet, typed: str) -> ItemRow:
    wanted = typed.strip().lower().replace("-", "_")
    for item in sheet.items:
        if wanted in (item.key, str(item.number)):
            return item
    near = nearest(wanted, [item.key for item in sheet.items])
    hint = f" Did you mean {near}?" if near else ""
    raise NotFound(
        f"There is no item {typed} on {sheet.title}.{hint} Items have numbers {sheet.items[0].number} to"
        f" {sheet.items[-1].number}.",
        next=f"drive checklist show {sheet.name} {sheet.ref}",
    )


def _settled(sheet: Sheet, row: ItemRow, said: Tick) -> bool:
    """Whether this tick sets aside something that does not stand. Raises Refused when it may not."""
    states = {item.key: item.state for item in sheet.items}
    missing = unsettled(row.needs, states) if said.state in ACTING else []
    if said.override and not said.reason:
        raise NotUnderstood("--override needs --reason: say why; it is shown ever after.")
    if not missing:
        return False
    if said.override:
        return True
    named = {item.key: f"item {item.number} ({item.text.rstrip('.')})" for item in sheet.items}
    raise Refused(
        f"Item {row.number} cannot be {said.state} yet: first {' and '.join(named[key] for key in missing)}.",
        kind="safety_step" if SAFETY in missing else "needs",
        next=f"drive checklist tick {sheet.name} {sheet.ref} {missing[0]} --state {DONE}"
        "   If it cannot wait: --override --reason WHY",
    )


def find_owner(work: Work, username: str) -> Acting:
    """Who sees to it. Refused for the victim's side: a sheet names the owner, and may fall into any hands."""
    worker = workers.find(work.db, username)
    role = work.catalogue.roles.get(worker.role)
    if role and role.victim_side:
        raise Refused(
            f"{worker.name} is on the victim's side and is never named as an owner on a sheet about the person.",
            kind="victim_side",
            next="Name who asks them: --by USERNAME",
        )
    if worker.left_on is not None:
        raise Refused(f"{worker.name} left the service.", kind="left", next="drive worker list")
    return worker


def _owner_so_far(work: Work, row: ItemRow) -> int | None:
    return workers.find(work.db, row.owner).id if row.owner else None


def _resting_on(sheet: Sheet, row: ItemRow, said: Tick) -> tuple[int, ...]:
    """The agreed items that need a step which no longer stands."""
    if said.state == DONE:
        return ()
    return tuple(each.number for each in sheet.items if row.key in each.needs and each.state == AGREED)


def hand_over(work: Work, owed: Iterable[Owed], to: Acting) -> None:
    """Give items to another owner. They stay agreed or open since the day they were, so no day due moves."""
    for each in owed:
        work.touch([each.case_id])
        work.add(
            ChecklistTick(
                case_id=each.case_id,
                occurred_on=each.on,
                item_id=each.item_id,
                state=each.state,
                owner_id=to.id,
                result=each.result,
                reason=each.reason,
            )
        )


def without_owner(work: Work, case: CaseKey) -> list[str]:
    """The agreed items of a case that nobody owns, in words."""
    found = []
    for row in checklists.of_case(work.db, case):
        if row.agreed:
            sheet = checklists.sheet(work.db, case, row.name, work.today)
            found += [f"{row.name} {each.number}" for each in sheet.items if each.state == AGREED and not each.owner]
    return found
