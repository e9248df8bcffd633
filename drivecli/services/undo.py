"""Undo: a worker's last change is taken out again, if it only added rows and nothing was built on them.

What it made goes, as a change of its own that stays on record with the image of every row. What a hand-over, a leaving
or a closing filled in is emptied again. Everything else is put right by a line that says what is so, and why.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from drivecli import images
from drivecli.db import Connection
from drivecli.domain.checklists import AGREED, OPEN, SAFETY
from drivecli.domain.refs import PERSON_PREFIX, make_ref
from drivecli.domain.undo import CORRECTED, FILLED_IN, NEVER_TAKEN_OUT, UNDONE
from drivecli.errors import NotFound, Refused
from drivecli.queries import undo as queries
from drivecli.queries.undo import UNDO, Entry, Row
from drivecli.services.imports import undo as imports
from drivecli.services.made import Made, said
from drivecli.work import Work

NAMED = 20
"""What a refusal names; the rest is counted."""

BUILT = "built_upon"

CAN, WAS, IS_UNDO, STAYS = "can_be_undone", "undone", "undo", "stays"


@dataclass(frozen=True)
class Change:
    """A change of one worker: its entry in the record, when (UTC), with which command, in which cases, what it made.

    `state` is can_be_undone, undone, undo (it undid another) or stays; then `why` says why, and `instead` what to type.
    """

    entry: int
    at: str
    command: str
    cases: tuple[str, ...]
    made: tuple[str, ...]
    state: str
    why: str | None
    instead: str | None


@dataclass(frozen=True)
class Undone:
    """A change that was undone: what it was, and what of it was taken out or emptied again."""

    entry: int
    at: str
    command: str
    cases: tuple[str, ...]
    taken_out: tuple[str, ...]
    emptied: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True)
class Obstacle:
    """Why a change cannot be undone, and the line to type `instead`."""

    kind: str
    why: str
    instead: str


# -- which -------------------------------------------------------------------------------------------------------------


def history(db: Connection, username: str, limit: int) -> list[Change]:
    """The newest changes of a worker, and what can be undone of them."""
    return [_change(db, each) for each in islice(queries.mine(db, username), limit)]


def find(db: Connection, username: str, number: int | None) -> Entry:
    """The change to undo: the one with this number, else the worker's last that was not undone.

    Raises NotFound for an entry that is no change of theirs, Refused where there is nothing or it was undone already.
    """
    for entry in queries.mine(db, username):
        if number in (None, entry.seq) and (number or not (entry.undone or entry.kind == UNDO)):
            break
    else:
        if number is None:
            raise Refused("There is nothing of yours to undo.", kind="nothing", next="drive history")
        raise NotFound(f"Entry {number} is no change of yours.", next="drive history")
    if entry.undone:
        raise Refused(f"Entry {entry.seq} ({entry.command}) was undone already.", kind="undone", next="drive history")
    return entry


def look(db: Connection, entry: Entry) -> Undone:
    """What undoing a change would take out. Raises Refused when it cannot be undone."""
    if entry.batch is not None:
        batch = imports.check(db, entry.batch)
        return _told(db, entry, _in_words(db, batch.runs), ())
    plan = _Plan(db, entry)
    plan.must_be_undoable()
    return _told(db, entry, plan.made_words(), plan.emptied_words())


def undo(work: Work, username: str, number: int, reason: str | None) -> Undone:
    """Undo a change in this unit of work, in which nobody else writes. It may be undone once."""
    entry = find(work.db, username, number)
    undone = look(work.db, entry)
    work.kind, work.reason, work.undoes = UNDO, reason, entry.seq
    if entry.batch is not None:
        imports.undo(work, entry.batch, reason=reason)
    else:
        plan = _Plan(work.db, entry)
        plan.empty_again()
        plan.made.take_out(work)
    return _told(work.db, entry, undone.taken_out, undone.emptied, reason)


def _told(
    db: Connection, entry: Entry, taken_out: tuple[str, ...], emptied: tuple[str, ...], reason: str | None = None
) -> Undone:
    return Undone(entry.seq, entry.at, entry.command, _cases(db, entry), taken_out, emptied, reason)


def _change(db: Connection, entry: Entry) -> Change:
    plan = _Plan(db, entry)
    made = plan.made_words() if entry.batch is None else (f"import {entry.batch}",)
    state, why, instead = CAN, None, None
    if entry.kind == UNDO:
        state, made, why = IS_UNDO, (), f"undid entry {entry.undoes}" if entry.undoes else None
    elif entry.undone:
        state = WAS
    else:
        found = plan.obstacle() if entry.batch is None else _obstacle_of_import(db, entry.batch)
        if found:
            state, why, instead = STAYS, found.why, found.instead
    return Change(entry.seq, entry.at, entry.command, _cases(db, entry), made, state, why, instead)


def _obstacle_of_import(db: Connection, batch: int) -> Obstacle | None:
    try:
        imports.check(db, batch)
    except Refused as refusal:
        return Obstacle(refusal.kind, refusal.message, refusal.next)
    return None


def _cases(db: Connection, entry: Entry) -> tuple[str, ...]:
    prefix = db.value("SELECT value FROM setting WHERE key = 'prefix'")
    return tuple(make_ref(prefix, number) for number in entry.cases)


# -- how ---------------------------------------------------------------------------------------------------------------


class _Plan:
    """What there is to undo of a change: the rows it made, and those that were there and that it filled in."""

    def __init__(self, db: Connection, entry: Entry) -> None:
        self.db = db
        self.entry = entry
        rows = [each for each in queries.rows(db, entry) if each.table != "event"]
        added = {(each.table, each.pk) for each in rows if each.op == "I"}
        self.others = [each for each in rows if (each.table, each.pk) not in added]
        self.keyed = sorted({table for table, _ in added if images.key_of(table) != ("id",)})
        self.made = Made(db, entry.event or 0, _runs(added))

    def must_be_undoable(self) -> None:
        """Raises Refused, with the line that puts right what was done."""
        found = self.obstacle()
        if found:
            cases = _cases(self.db, self.entry)
            where = f" on {cases[0]}" if len(cases) == 1 else ""
            called = f"Entry {self.entry.seq} ({self.entry.command or self.entry.kind}{where})"
            verb = "has been" if found.kind == BUILT else "is not undone:"
            raise Refused(f"{called} {verb} {found.why}. Nothing was changed.", kind=found.kind, next=found.instead)

    def obstacle(self) -> "Obstacle | None":
        """What stands against undoing it; None when nothing does."""
        for line, why in self._never():
            return Obstacle("not_undone", why, self._line(line) or "drive history")
        built = list(dict.fromkeys(self._built_upon()))
        if not built:
            return None
        more = f", and {len(built) - NAMED} more" if len(built) > NAMED else ""
        line = self._line(UNDONE[self.entry.command]) or "drive history"
        return Obstacle(BUILT, f"built upon: {', '.join(built[:NAMED])}{more}", line)

    def _line(self, line: str) -> str:
        cases, contacts = _cases(self.db, self.entry), self.made.runs.get("contact")
        return line.format(ref=cases[0] if len(cases) == 1 else "REF", contact=contacts[0][0] if contacts else "ID")

    # -- what is never undone ------------------------------------------------------------------------------------------

    def _never(self) -> Iterator[tuple[str, str]]:
        """The line that puts it right, and why this change is never undone, whatever came after it."""
        command = self.entry.command
        if self.entry.kind == "export":
            yield "", "what was taken out has left"
        if self.entry.kind != "write" or command not in UNDONE:
            line = CORRECTED.get(command, "")
            yield line, "say what is so instead" if line else "it is not among what can be"
            return
        line = UNDONE[command]
        for table in NEVER_TAKEN_OUT:
            if table in self.made.runs:
                yield line, f"a {said(table)} keeps people safe"
        yield from ((line, why) for why in self._keeps_safe())
        if self.keyed or not all(self._is_filled_in(each) for each in self.others):
            changed = ", ".join(sorted({said(each.table) for each in self.others}))
            yield line, f"it also changed what was there before ({changed})"

    def _keeps_safe(self) -> Iterator[str]:
        if self._has("checklist_item", "x.key = :key", key=SAFETY) or self._has(
            "checklist_tick", "x.item_id IN (SELECT i.id FROM checklist_item i WHERE i.key = :key)", key=SAFETY
        ):
            yield "the safety step of a checklist stays"
        if self._has("checklist_tick", "x.overridden = :yes", yes=True):
            yield "that something was set aside stays on the sheet"
        if self._has("contact", "x.flag IS NOT NULL"):
            yield "a lead was told of this contact"

    def _has(self, table: str, which: str, **params: Any) -> bool:
        if table not in self.made.runs:
            return False
        own = self.made.rows_of(table)
        return bool(self.db.value(f"SELECT 1 FROM {table} x WHERE {own} AND {which} LIMIT 1", **params))

    def _is_filled_in(self, row: Row) -> bool:
        """Whether only what `FILLED_IN` names was put into a row that was there, where nothing was before."""
        names = FILLED_IN.get(row.table)
        if names is None or row.op != "U":
            return False
        before = queries.held_before(self.db, self.entry)[row.table, row.pk]
        named = [*names, *(["version"] if "version" in before else [])]
        now = self.db.run(f"SELECT {', '.join(named)} FROM {row.table} WHERE id = :id", id=int(row.pk)).fetchone()
        filled = images.image(row.table, {**before, **dict(zip(named, now, strict=True))}) if now else None
        return all(before[name] is None for name in names) and filled == images.Images(self.db).one(row.table, row.pk)

    # -- what was built on it ------------------------------------------------------------------------------------------

    def _built_upon(self) -> Iterator[str]:
        touched = f"c.id IN (SELECT s.case_id FROM event_case s WHERE s.event_id = {self.made.event})"
        yield from self.made.later_in_cases(touched)
        yield from self.made.later_corrections()
        yield from self.made.references()
        yield from self._changed_since()
        yield from self._left_since()
        yield from self._open_again()

    def _changed_since(self) -> Iterator[str]:
        """Rows that a later entry changed, unless that was taken back."""
        gone = set(self.made.taken_back.values())
        own = [(table, str(n)) for table, runs in self.made.runs.items() for a, b in runs for n in range(a, b + 1)]
        for table, pk in [*own, *((each.table, each.pk) for each in self.others)]:
            if set(queries.changed_since(self.db, self.entry.seq, table, pk)) - gone:
                yield f"{self._named(table, pk)} (changed since)"

    def _left_since(self) -> Iterator[str]:
        """Nobody who left the service may come to hold a case, or to owe an item, again."""
        back = _among(self._emptied("worker"))
        ended, ticks = _among(self._emptied("assignment")), self.made.rows_of("checklist_tick", "m")
        again = f"x.id IN ({ended})"
        corrected = (
            f"x.ended_on IS NULL AND x.id IN (SELECT n.supersedes_id FROM assignment n"
            f" WHERE {self.made.rows_of('assignment', 'n')})"
        )
        rows = self.db.run(
            f"""
            SELECT DISTINCT w.name, c.ref FROM assignment x JOIN worker w ON w.id = x.worker_id
            JOIN case_record c ON c.id = x.case_id
            WHERE w.left_on IS NOT NULL AND w.id NOT IN ({back}) AND ({again} OR ({corrected}))
            UNION
            SELECT DISTINCT w.name, c.ref FROM checklist_tick x JOIN worker w ON w.id = x.owner_id
            JOIN case_record c ON c.id = x.case_id
            WHERE w.left_on IS NOT NULL AND w.id NOT IN ({back}) AND x.state IN (:agreed, :open)
              AND x.item_id IN (SELECT m.item_id FROM checklist_tick m WHERE {ticks})
              AND x.id = (SELECT MAX(o.id) FROM checklist_tick o WHERE o.item_id = x.item_id
                          AND NOT ({self.made.rows_of("checklist_tick", "o")}))
            """,
            agreed=AGREED,
            open=OPEN,
        ).fetchall()
        yield from (f"{name}, who would have {ref} again, left" for name, ref in rows)

    def _open_again(self) -> Iterator[str]:
        """A person has one open case at a time."""
        rows = self.db.run(
            "SELECT o.ref FROM closing x JOIN case_record c ON c.id = x.case_id"
            " JOIN case_record o ON o.person_id = c.person_id AND o.id <> c.id"
            f" WHERE {self.made.rows_of('closing')} AND o.closed_on IS NULL ORDER BY o.id"
        ).fetchall()
        yield from (f"{ref} (a new episode)" for (ref,) in rows)

    # -- doing it ------------------------------------------------------------------------------------------------------

    def _emptied(self, table: str) -> list[int]:
        return [int(each.pk) for each in self.others if each.table == table]

    def empty_again(self) -> None:
        """Empty what it filled in. How often a worker's row was changed goes on counting."""
        for table, names in FILLED_IN.items():
            sets = [f"{name} = NULL" for name in names] + (["version = version + 1"] if table == "worker" else [])
            if self._emptied(table):
                self.db.run(f"UPDATE {table} SET {', '.join(sets)} WHERE id IN ({_among(self._emptied(table))})")

    def made_words(self) -> tuple[str, ...]:
        """The rows it made, in words."""
        return _in_words(self.db, self.made.runs)

    def emptied_words(self) -> tuple[str, ...]:
        """What it ended and is not ended again, in words."""
        ended = self._emptied("assignment")
        told = [f"{len(ended)} ended assignment{'' if len(ended) == 1 else 's'}"] if ended else []
        return (*told, *(f"the leaving of {self._named('worker', str(each))}" for each in self._emptied("worker")))

    def _named(self, table: str, pk: str) -> str:
        return _in_words(self.db, {table: [(int(pk), int(pk))]})[0]


def _runs(rows: Iterable[tuple[str, str]]) -> dict[str, list[tuple[int, int]]]:
    """Rows by table, as runs of their numbers."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for table, pk in rows:
        if images.key_of(table) == ("id",):
            numbers[table].append(int(pk))
    runs: dict[str, list[tuple[int, int]]] = {}
    for table, listed in numbers.items():
        for number in sorted(listed):
            known = runs.setdefault(table, [])
            if known and known[-1][1] == number - 1:
                known[-1] = (known[-1][0], number)
            else:
                known.append((number, number))
    return runs


def _among(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "0"


def _in_words(db: Connection, runs: Mapping[str, Iterable[tuple[int, int]]]) -> tuple[str, ...]:
    """Rows in words: one by its ref, name or number, more of a table as how many there are."""
    told = []
    for table, each in sorted(runs.items()):
        listed = list(each)
        count, first = sum(last - first + 1 for first, last in listed), listed[0][0]
        called = {"worker": "username", "agency": "name"}.get(table)
        if count > 1:
            told.append(f"{count} {said(table, many=True)}")
        elif table in ("case_record", "person"):
            prefix = db.value("SELECT value FROM setting WHERE key = 'prefix'")
            told.append(f"{said(table)} {make_ref(prefix if table == 'case_record' else PERSON_PREFIX, first)}")
        else:
            name = called and db.value(f"SELECT {called} FROM {table} WHERE id = :id", id=first)
            told.append(f"{said(table)} {name or first}")
    return tuple(told)
