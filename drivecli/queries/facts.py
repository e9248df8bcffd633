"""CaseFacts for many cases in a fixed number of statements for every ten thousand."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain import facts
from drivecli.domain.checklists import AGREED, OPEN

MANY = 10_000
"""Cases read at once: their ids must fit into one statement."""


def case_facts(db: Connection, ids: Iterable[int], catalogue: Catalogue) -> dict[int, facts.CaseFacts]:
    """What happened in each of these cases, by case id. A superseded or withdrawn row is not among the facts."""
    listed = sorted(ids)
    found: dict[int, facts.CaseFacts] = {}
    for start in range(0, len(listed), MANY):
        found.update(_facts(_Reader(db, listed[start : start + MANY], catalogue)))
    return found


def _facts(read: "_Reader") -> dict[int, facts.CaseFacts]:
    openings = read.current("opening", "occurred_on, window_months", date, int)
    stages = read.current("stage_change", "occurred_on, stage", date, str)
    tiers = read.current("tier_change", "occurred_on, tier", date, str)
    areas = read.current("area_change", "occurred_on, area", date, str)
    contacts = read.contacts()
    approaches = read.approaches()
    holds = read.current("hold", "occurred_on, until_on, lifted_on", date, date, date)
    suspensions = read.current("suspension", "occurred_on, suspend_reason, resumed_on", date, str, date)
    releases = read.current("release_date", "occurred_on, suspension_id, expected_on", date, int, date)
    assignments = read.assignments()
    reviews = read.current("review", "occurred_on, kind", date, str)
    extensions = read.current("extension", "occurred_on, months", date, int)
    items = read.items()
    closings = read.current("closing", "occurred_on, closure_reason", date, str)
    found = {}
    for case, rows in openings.items():
        opening, opened_on, months = rows[-1]
        found[case] = facts.CaseFacts(
            id=case,
            opening_id=opening,
            opened_on=opened_on,
            window_months=months,
            tier=tiers[case][-1][2] if case in tiers else "",
            area=areas[case][-1][2] if case in areas else None,
            stages=_each(facts.Stage, stages.get(case)),
            contacts=tuple(contacts.get(case, ())),
            approaches=tuple(approaches.get(case, ())),
            holds=_each(facts.Hold, holds.get(case)),
            suspensions=_each(facts.Suspension, suspensions.get(case)),
            releases=_each(facts.Release, releases.get(case)),
            assignments=tuple(assignments.get(case, ())),
            reviews=_each(facts.Review, reviews.get(case)),
            extensions=_each(facts.Extension, extensions.get(case)),
            items=tuple(items.get(case, ())),
            closing=read.closing(closings.get(case)),
        )
    return found


def _each(kind: type[Any], rows: list[Any] | None) -> tuple[Any, ...]:
    return tuple([kind(*row) for row in rows]) if rows else ()


def approachability(db: Connection, ids: Iterable[int], catalogue: Catalogue) -> dict[int, facts.CaseFacts]:
    """Of each case its window, approaches and holds alone."""
    read = _Reader(db, sorted(ids), catalogue)
    if not read.ids:
        return {}
    approaches = read.approaches()
    holds = read.current("hold", "occurred_on, until_on, lifted_on", date, date, date)
    extensions = read.current("extension", "occurred_on, months", date, int)
    found = {}
    for case, rows in read.current("opening", "occurred_on, window_months", date, int).items():
        opening, opened_on, months = rows[-1]
        found[case] = facts.CaseFacts(
            id=case,
            opening_id=opening,
            opened_on=opened_on,
            window_months=months,
            tier="",
            approaches=tuple(approaches[case]),
            holds=tuple(facts.Hold(*row) for row in holds[case]),
            extensions=tuple(facts.Extension(*row) for row in extensions[case]),
        )
    return found


def standing(db: Connection, ids: Iterable[int], table: str, columns: str, *kinds: type) -> dict[int, list[Any]]:
    """(id, columns ...) of the rows of a fact's table that stand, by case, in order of day and then of recording.

    The day, `occurred_on`, is the first of the columns; `kinds` are what each of them is.
    """
    rows = db.run(
        f"SELECT case_id, id, supersedes_id, withdrawn, {columns} FROM {table} WHERE {_among(ids)}"
    ).fetchall()
    if any(row[2] is not None or row[3] for row in rows):
        rows = _standing(rows)
    else:
        rows.sort(key=lambda row: (str(row[4]), row[1]))
    days = [place for place, kind in enumerate(kinds, 4) if kind is date]
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        typed = list(row)
        for place in days:
            typed[place] = _typed(typed[place], date)
        found[row[0]].append((row[1], *typed[4:]))
    return found


def _among(ids: Iterable[int]) -> str:
    return f"case_id IN ({', '.join(map(str, ids))})"  # whole numbers of our own, never typed text


class _Reader:
    def __init__(self, db: Connection, ids: list[int], catalogue: Catalogue) -> None:
        self.db = db
        self.ids = ids
        self.among = _among(ids)
        self.catalogue = catalogue

    def current(self, table: str, columns: str, *kinds: type) -> dict[int, list[Any]]:
        return standing(self.db, self.ids, table, columns, *kinds)

    def approaches(self) -> dict[int, list[facts.Approach]]:
        found: dict[int, list[facts.Approach]] = defaultdict(list)
        for case, rows in self.current("approach", "occurred_on, state, until_on, modes", date, str, date, str).items():
            found[case] = [
                facts.Approach(row, on, state, until, tuple(modes.split(",")) if modes else ())
                for row, on, state, until, modes in rows
            ]
        return found

    def contacts(self) -> dict[int, list[facts.Contact]]:
        outcomes, modes = self.catalogue.codes("contact_outcome"), self.catalogue.codes("contact_mode")
        columns = "occurred_on, kind, mode, outcome, made_by"
        found: dict[int, list[facts.Contact]] = defaultdict(list)
        for case, rows in self.current("contact", columns, date, str, str, str, int).items():
            for row, on, kind, mode, outcome, by in rows:
                known = outcomes[outcome].is_ if outcome in outcomes else lambda fact: False
                found[case].append(
                    facts.Contact(
                        id=row,
                        on=on,
                        direct=kind == "direct",
                        held=known("held"),
                        informed=known("informs"),
                        failed=known("failed"),
                        by=by,
                        words=f"{modes.label(mode)}, {outcomes.label(outcome)}",
                    )
                )
        return found

    def assignments(self) -> dict[int, list[facts.Assignment]]:
        names = {
            row[0]: row[1]
            for row in self.db.run(
                f"SELECT id, name FROM worker WHERE id IN (SELECT worker_id FROM assignment WHERE {self.among})"
            ).fetchall()
        }
        found: dict[int, list[facts.Assignment]] = defaultdict(list)
        columns = "occurred_on, worker_id, role, ended_on"
        for case, rows in self.current("assignment", columns, date, int, str, date).items():
            for row, on, worker, role, ended_on in rows:
                specialist = role != "case_manager"
                found[case].append(facts.Assignment(row, on, worker, names[worker], role, specialist, ended_on))
        return found

    def items(self) -> dict[int, list[facts.ChecklistItem]]:
        """Checklist items that were agreed, and those due from the start: no other is of any matter to the clock."""
        ticks = {
            row[0]: row[1:]
            for row in self.db.run(
                f"SELECT item_id, id, occurred_on, state, owner_id FROM checklist_tick WHERE {self.among} ORDER BY id"
            ).fetchall()
        }
        started = self.db.run(
            "SELECT l.case_id, i.id, l.id, l.title, i.place, l.occurred_on, i.due_from_start, i.due_days"
            f" FROM checklist l JOIN checklist_item i ON i.checklist_id = l.id WHERE l.{self.among} ORDER BY i.id"
        ).fetchall()
        found: dict[int, list[facts.ChecklistItem]] = defaultdict(list)
        for case, item, checklist, title, place, on, from_start, days in started:
            tick, day, state, owner = ticks.get(item, (None, on, OPEN, None))
            if from_start or state == AGREED:
                days_ = (_typed(on, date), bool(from_start), days, state, tick, _typed(day, date), owner)
                found[case].append(facts.ChecklistItem(item, checklist, title, place, *days_))
        return found

    def closing(self, rows: list[Any] | None) -> facts.Closing | None:
        if not rows:
            return None
        row, on, reason = rows[-1]
        reasons = self.catalogue.codes("closure_reason")
        return facts.Closing(row, on, reason, reason not in reasons or reasons[reason].is_("follow_up"))


def _standing(rows: list[Any]) -> list[Any]:
    """Rows that stand, by day; a correction keeps the place of what it corrects among the facts of a day."""
    superseded = {row[2] for row in rows if row[2] is not None}
    place: dict[int, int] = {}
    for row in sorted(rows, key=lambda row: row[1]):
        place[row[1]] = place.get(row[2], row[1])
    standing = [row for row in rows if row[1] not in superseded and not row[3]]
    return sorted(standing, key=lambda row: (str(row[4]), place[row[1]]))


@lru_cache(maxsize=20_000)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _typed(value: Any, kind: type) -> Any:
    return _day(value) if kind is date and isinstance(value, str) else value
