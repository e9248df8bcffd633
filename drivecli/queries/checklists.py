"""Checklists of a case as they stand: the copy that was started, each item's last tick, its owner and its day."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain.checklists import AGREED, DONE, OPEN, SAFETY, not_checked_since
from drivecli.errors import NotFound
from drivecli.queries.cases import CaseKey


@dataclass(frozen=True, slots=True)
class ChecklistRow:
    """A checklist of a case. `open`, `agreed`, `settled`: how many items. `safety_step`: the day it was done."""

    ref: str
    name: str
    title: str
    version: int
    started_on: date
    items: int
    open: int
    agreed: int
    settled: int
    safety_step: date | None

    @property
    def running(self) -> bool:
        """Whether anything on it is still to be answered or done."""
        return bool(self.open or self.agreed)


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A checklist that can be started."""

    name: str
    title: str
    version: int
    items: int
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of a checklist. `number` is its place on paper; `on` is the day it came to stand where it stands.

    `override` says who set the safety step aside, when and why; it is shown ever after. `stale` is true when a legal
    item was not read again for six months.
    """

    number: int
    key: str
    lead: str
    text: str
    state: str
    owner: str | None
    due_on: date | None
    on: date | None
    result: str | None
    reason: str | None
    override: str | None
    why: str
    law: str
    nation: str
    checked_on: date | None
    stale: bool
    needs: tuple[str, ...]
    ask: tuple[str, ...]
    due_days: int
    id: int = field(compare=False)


@dataclass(frozen=True)
class Sheet:
    """A checklist with its items, in page order."""

    ref: str
    name: str
    title: str
    version: int
    started_on: date
    items: tuple[ItemRow, ...]

    @property
    def safety_step(self) -> ItemRow | None:
        """The step that is settled before anybody acts, where the list has one."""
        return next((item for item in self.items if item.key == SAFETY), None)


@dataclass(frozen=True, slots=True)
class _Copy:
    id: int
    name: str
    title: str
    version: int
    started_on: date


@dataclass(frozen=True, slots=True)
class _Item:
    id: int
    place: int
    key: str
    lead: str
    text: str
    why: str
    law: str
    nation: str
    checked_on: date | None
    needs: str
    due_days: int
    ask: str


@dataclass(frozen=True, slots=True)
class _Tick:
    item_id: int
    id: int
    on: date
    state: str
    owner: str | None
    result: str | None
    overridden: bool
    reason: str | None
    by: str


def known(catalogue: Catalogue) -> list[KnownRow]:
    """Every checklist there is, packaged or the service's own."""
    lists = [catalogue.checklist(name) for name in catalogue.checklist_names]
    return [KnownRow(x.name, x.title, x.version, len(x.items), x.valid_from, x.valid_until) for x in lists]


def of_case(db: Connection, case: CaseKey) -> list[ChecklistRow]:
    """The checklists of a case, the last started first."""
    return [_summary(case.ref, copy, _read(db, case, date.min, copy)) for copy in _copies(db, case.id)]


def running(db: Connection, case: CaseKey, name: str) -> ChecklistRow | None:
    """The copy of this checklist that is still worked with, if there is one."""
    rows = [row for row in of_case(db, case) if row.name == name and row.running]
    return rows[0] if rows else None


def sheet(db: Connection, case: CaseKey, name: str, today: date) -> Sheet:
    """The last started copy of a checklist. Raises NotFound."""
    copies = _copies(db, case.id)
    copy = next((each for each in copies if each.name == name), None)
    if copy is None:
        there = f" Started: {', '.join(dict.fromkeys(each.name for each in copies))}." if copies else ""
        raise NotFound(
            f"{case.ref} has no checklist called {name}.{there}", next=f"drive checklist start {name} {case.ref}"
        )
    return _read(db, case, today, copy)


def _read(db: Connection, case: CaseKey, today: date, copy: _Copy) -> Sheet:
    """One copy of a checklist with where its items stand."""
    items = db.rows(
        _Item,
        "SELECT id, place, key, lead, text, why, law, nation, checked_on, needs, due_days, ask FROM checklist_item"
        " WHERE checklist_id = :id ORDER BY place",
        id=copy.id,
    )
    ticks = _ticks(db, copy.id)
    due = _due(db, case.id)
    rows = [_row(item, ticks[item.id], due, copy, today) for item in items]
    return Sheet(case.ref, copy.name, copy.title, copy.version, copy.started_on, tuple(rows))


@dataclass(frozen=True, slots=True)
class Owed:
    """An item of an open case that a worker has still to see to: agreed or opened again; with the tick that said so."""

    case_id: int
    ref: str
    name: str
    place: int
    item_id: int
    state: str
    on: date
    result: str | None
    overridden: bool
    reason: str | None


def owed_by(db: Connection, worker: int) -> list[Owed]:
    """The items of open cases that a worker owns and that are due, by case: agreed ones, and steps opened again."""
    return db.rows(
        Owed,
        "SELECT c.id, c.ref, l.name, i.place, i.id, t.state, t.occurred_on, t.result, t.overridden, t.reason"
        " FROM checklist_tick t JOIN checklist_item i ON i.id = t.item_id JOIN checklist l ON l.id = i.checklist_id"
        " JOIN case_record c ON c.id = t.case_id"
        " WHERE t.owner_id = :worker AND t.state IN (:agreed, :open) AND c.closed_on IS NULL"
        " AND t.id = (SELECT MAX(m.id) FROM checklist_tick m WHERE m.item_id = t.item_id) ORDER BY c.id, l.id, i.place",
        worker=worker,
        agreed=AGREED,
        open=OPEN,
    )


def _row(item: _Item, ticks: list[_Tick], due: dict[tuple[str, int], date], copy: _Copy, today: date) -> ItemRow:
    last = ticks[-1] if ticks else None
    overrides = [f"{each.on.isoformat()} by {each.by}: {each.reason}" for each in ticks if each.overridden]
    open_due = due.get(("checklist", copy.id)) if item.key == SAFETY and last is None else None
    return ItemRow(
        number=item.place,
        key=item.key,
        lead=item.lead,
        text=item.text,
        state=last.state if last else OPEN,
        owner=last.owner if last else None,
        due_on=due.get(("checklist_tick", last.id)) if last else open_due,
        on=last.on if last else None,
        result=last.result if last else None,
        reason=last.reason if last else None,
        override="; ".join(overrides) or None,
        why=item.why,
        law=item.law,
        nation=item.nation,
        checked_on=item.checked_on,
        stale=not_checked_since(item.checked_on, today),
        needs=tuple(item.needs.split()),
        ask=tuple(item.ask.splitlines()),
        due_days=item.due_days,
        id=item.id,
    )


def _summary(ref: str, copy: _Copy, sheet: Sheet) -> ChecklistRow:
    states = [item.state for item in sheet.items]
    step = sheet.safety_step
    return ChecklistRow(
        ref=ref,
        name=copy.name,
        title=copy.title,
        version=copy.version,
        started_on=copy.started_on,
        items=len(states),
        open=states.count(OPEN),
        agreed=states.count(AGREED),
        settled=len(states) - states.count(OPEN) - states.count(AGREED),
        safety_step=step.on if step and step.state == DONE else None,
    )


def _copies(db: Connection, case: int) -> list[_Copy]:
    return db.rows(
        _Copy,
        "SELECT id, name, title, version, occurred_on FROM checklist WHERE case_id = :case ORDER BY id DESC",
        case=case,
    )


def _ticks(db: Connection, copy: int) -> dict[int, list[_Tick]]:
    """Every tick of a copy by item, in the order in which they were recorded."""
    found: dict[int, list[_Tick]] = defaultdict(list)
    rows = db.rows(
        _Tick,
        "SELECT t.item_id, t.id, t.occurred_on, t.state, o.username, t.result, t.overridden, t.reason, w.name"
        " FROM checklist_tick t JOIN checklist_item i ON i.id = t.item_id JOIN worker w ON w.id = t.recorded_by"
        " LEFT JOIN worker o ON o.id = t.owner_id WHERE i.checklist_id = :copy ORDER BY t.id",
        copy=copy,
    )
    for tick in rows:
        found[tick.item_id].append(tick)
    return found


@dataclass(frozen=True, slots=True)
class _Due:
    because_table: str
    because_id: int
    due_on: date


def _due(db: Connection, case: int) -> dict[tuple[str, int], date]:
    rows = db.rows(
        _Due,
        "SELECT because_table, because_id, due_on FROM deadline"
        " WHERE case_id = :case AND because_table IN ('checklist', 'checklist_tick')",
        case=case,
    )
    return {(row.because_table, row.because_id): row.due_on for row in rows}
