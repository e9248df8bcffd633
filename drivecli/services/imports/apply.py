"""Doing what a plan says: all of it in one unit of work, with a record of the batch."""

from dataclasses import dataclass
from typing import Any

from drivecli.errors import Refused
from drivecli.models import ImportBatch, ImportMade
from drivecli.queries.imports import latest_event
from drivecli.queries.workers import Acting
from drivecli.services.imports.known import Known
from drivecli.services.imports.plan import Plan, Reading, Watch, make_kind, make_plan
from drivecli.services.imports.rows import CHANGED, NEW, STATES
from drivecli.services.taking import prefix
from drivecli.spreadsheets.reading import Sheet
from drivecli.work import RULES, Work

MADE_IN = ("agency", "worker", "person", "person_name", "person_identifier", "case_record")
"""Tables whose rows do not say in which event they were made."""


@dataclass(frozen=True)
class Applied:
    """A batch that was brought in, and the plan as it was done."""

    batch: int
    plan: Plan


class Outdated(Refused):
    """The store changed after the plan was made, and by the new one not every row, or nothing, can be brought in."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("The store was changed while the plan was made. Nothing was brought in.", kind="stale")
        self.plan = plan


def apply(
    work: Work,
    sheet: Sheet,
    plan: Plan,
    *,
    actor: Acting,
    note: str | None = None,
    partial: bool = False,
    watch: Watch = lambda rows: None,
) -> Applied:
    """Write what the plan says, and record the batch. Under the lock nobody else writes.

    When the store has changed since the plan was made, the plan is made anew. Raises Outdated when it then has nothing
    to bring in, or rows that cannot be, unless it was to be `partial`.
    """
    work.must_may("import", "bring in a file")
    work.include("case_work", "manage")
    work.kind, work.reason = "import", note
    work.db.lock(RULES)
    known = Known(work.db, work.catalogue, work.today, actor, prefix(work))
    if latest_event(work.db) != plan.seen + 1:  # one more: the event of this work
        plan = make_plan(sheet, plan.asked, known)
        if (plan.refused and not partial) or not plan.to_apply:
            raise Outdated(plan)
    before = _last_numbers(work)
    work.announce()
    work.db.expect_much()
    came = _write(work, sheet, plan, known, watch)
    plan.suspicions = [each.once_here(came) for each in plan.suspicions]
    return Applied(_record(work, sheet, plan, note, before), plan)


def _write(work: Work, sheet: Sheet, plan: Plan, known: Known, watch: Watch) -> dict[int, int]:
    """Write what is new and what changes. Returns the numbers of new persons, by row."""
    columns = known.catalogue.columns(plan.asked.kind)
    kind = make_kind(plan.asked, known, columns)
    reading = plan.kept or Reading(sheet, columns, plan.headings, known)
    states = iter(plan.states)
    done = 0
    for rows in reading.chunks():
        chosen = [(STATES[next(states)], row) for row in rows]
        new = [row for state, row in chosen if state == NEW]
        if new:
            kind.resolve(new)
            kind.add(work, new)
            if kind.is_finished:
                work.settle()
        changed = [row for state, row in chosen if state == CHANGED]
        kind.resolve(changed)
        for row in changed:
            row.known = plan.targets[row.number]
            kind.change(work, row)
        done += len(rows)
        watch(done)
    return kind.came


def _record(work: Work, sheet: Sheet, plan: Plan, note: str | None, before: dict[str, int]) -> int:
    what: dict[str, Any] = {"kind": plan.asked.kind, "file": sheet.name, "digest": sheet.digest, "note": note}
    batch = work.add(ImportBatch(**{**what, **plan.counts}, rows=len(plan.states), applied=plan.to_apply))
    assert batch.id is not None
    for table, last in _last_numbers(work).items():
        if last > before[table]:
            work.add(ImportMade(batch_id=batch.id, table_name=table, first_id=before[table] + 1, last_id=last))
    return batch.id


def _last_numbers(work: Work) -> dict[str, int]:
    return {table: work.db.value(f"SELECT MAX(id) FROM {table}") or 0 for table in MADE_IN}
