"""CaseFacts for many cases in a fixed number of statements for every ten thousand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain import facts
from drivecli.domain.checklists import AGREED, OPEN

MANY = 10_000
"""Cases read at once: their ids must fit into one statement."""

COLUMNS: Mapping[str, Sequence[str]] = {
    "opening": ("occurred_on", "window_months"),
    "stage_change": ("occurred_on", "stage"),
    "tier_change": ("occurred_on", "tier"),
    "area_change": ("occurred_on", "area"),
    "contact": ("occurred_on", "kind", "mode", "outcome", "made_by"),
    "approach": ("occurred_on", "state", "until_on", "modes"),
    "hold": ("occurred_on", "until_on", "lifted_on"),
    "suspension": ("occurred_on", "suspend_reason", "resumed_on"),
    "release_date": ("occurred_on", "suspension_id", "expected_on"),
    "assignment": ("occurred_on", "worker_id", "role", "ended_on"),
    "review": ("occurred_on", "kind"),
    "extension": ("occurred_on", "months"),
    "closing": ("occurred_on", "closure_reason"),
}
"""The facts of a case, each in a table of its name, and what of each matters here; the day it happened first."""

_BESIDE = {
    "names": "SELECT id, name FROM worker WHERE id IN (SELECT worker_id FROM assignment WHERE {among})",
    "ticks": "SELECT item_id, id, occurred_on, state, owner_id FROM checklist_tick WHERE {among} ORDER BY id",
    "items": "SELECT l.case_id, i.id, l.id, l.title, i.place, l.occurred_on, i.due_from_start, i.due_days"
    " FROM checklist l JOIN checklist_item i ON i.checklist_id = l.id WHERE l.{among} ORDER BY i.id",
}
"""What must be known beside the facts."""


def case_facts(db: Connection, ids: Iterable[int], catalogue: Catalogue) -> dict[int, facts.CaseFacts]:
    """What happened in each of these cases, by case id. A superseded or withdrawn row is not among the facts."""
    listed = sorted(ids)
    found: dict[int, facts.CaseFacts] = {}
    for start in range(0, len(listed), MANY):
        found.update(_facts(_Reader(db, listed[start : start + MANY], catalogue)))
    return found


def _facts(read: "_Reader") -> dict[int, facts.CaseFacts]:
    tiers, areas = read.current("tier_change"), read.current("area_change")
    contacts, approaches = read.contacts(), read.approaches()
    stages, holds, reviews = read.current("stage_change"), read.current("hold"), read.current("review")
    suspensions, releases = read.current("suspension"), read.current("release_date")
    assignments, items = read.assignments(), read.items()
    extensions, closings = read.current("extension"), read.current("closing")
    found = {}
    for case, rows in read.current("opening").items():
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
    listed = sorted(ids)
    if not listed:
        return {}
    read = _Reader(db, listed, catalogue, ("opening", "approach", "hold", "extension"))
    approaches, holds, extensions = read.approaches(), read.current("hold"), read.current("extension")
    found = {}
    for case, rows in read.current("opening").items():
        opening, opened_on, months = rows[-1]
        found[case] = facts.CaseFacts(
            id=case,
            opening_id=opening,
            opened_on=opened_on,
            window_months=months,
            tier="",
            approaches=tuple(approaches.get(case, ())),
            holds=_each(facts.Hold, holds.get(case)),
            extensions=_each(facts.Extension, extensions.get(case)),
        )
    return found


def standing(db: Connection, ids: Iterable[int], *tables: str) -> list[dict[int, list[Any]]]:
    """(id, columns ...) of the rows of each fact's table that stand, by case, in order of day and then of recording.

    The columns are those of `COLUMNS`.
    """
    among = _among(ids)
    found = db.all_of([_select(table, among) for table in tables])
    return [_by_case(rows, COLUMNS[table]) for table, rows in zip(tables, found, strict=True)]


def _select(table: str, among: str) -> str:
    columns = ", ".join(COLUMNS[table])
    return f"SELECT case_id, id, supersedes_id, withdrawn, {columns} FROM {table} WHERE {among}"


def _by_case(rows: list[Any], columns: Sequence[str]) -> dict[int, list[Any]]:
    if any(row[2] is not None or row[3] for row in rows):
        rows = _standing(rows)
    else:
        rows.sort(key=lambda row: (str(row[4]), row[1]))
    days = [place for place, name in enumerate(columns, 4) if name.endswith("_on")]
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        typed = list(row)
        for place in days:
            typed[place] = _typed(typed[place])
        found[row[0]].append((row[1], *typed[4:]))
    return found


def _among(ids: Iterable[int]) -> str:
    return f"case_id IN ({', '.join(map(str, ids))})"  # whole numbers of our own, never typed text


class _Reader:
    """The rows of some tables about some cases, all asked for at once, and what they say. Each is told once."""

    def __init__(
        self, db: Connection, ids: list[int], catalogue: Catalogue, tables: Iterable[str] = (*COLUMNS, *_BESIDE)
    ) -> None:
        among = _among(ids)
        self.catalogue = catalogue
        asked = {
            each: _BESIDE[each].format(among=among) if each in _BESIDE else _select(each, among) for each in tables
        }
        self._rows = dict(zip(asked, db.all_of([*asked.values()]), strict=True))

    def current(self, table: str) -> dict[int, list[Any]]:
        return _by_case(self._rows.pop(table), COLUMNS[table])

    def approaches(self) -> dict[int, list[facts.Approach]]:
        found: dict[int, list[facts.Approach]] = {}
        for case, rows in self.current("approach").items():
            found[case] = [
                facts.Approach(row, on, state, until, tuple(modes.split(",")) if modes else ())
                for row, on, state, until, modes in rows
            ]
        return found

    def contacts(self) -> dict[int, list[facts.Contact]]:
        outcomes, modes = self.catalogue.codes("contact_outcome"), self.catalogue.codes("contact_mode")
        found: dict[int, list[facts.Contact]] = defaultdict(list)
        for case, rows in self.current("contact").items():
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
        names = dict(tuple(row) for row in self._rows.pop("names"))
        found: dict[int, list[facts.Assignment]] = defaultdict(list)
        for case, rows in self.current("assignment").items():
            for row, on, worker, role, ended_on in rows:
                specialist = role != "case_manager"
                found[case].append(facts.Assignment(row, on, worker, names[worker], role, specialist, ended_on))
        return found

    def items(self) -> dict[int, list[facts.ChecklistItem]]:
        """Checklist items that were agreed, and those due from the start: no other is of any matter to the clock."""
        ticks = {row[0]: row[1:] for row in self._rows.pop("ticks")}
        found: dict[int, list[facts.ChecklistItem]] = defaultdict(list)
        for case, item, checklist, title, place, on, from_start, days in self._rows.pop("items"):
            tick, day, state, owner = ticks.get(item, (None, on, OPEN, None))
            if from_start or state == AGREED:
                days_ = (_typed(on), bool(from_start), days, state, tick, _typed(day), owner)
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


def _typed(value: Any) -> Any:
    return _day(value) if isinstance(value, str) else value
