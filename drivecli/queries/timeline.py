"""Everything that happened in a case, in order, with what was corrected."""

from dataclasses import dataclass
from datetime import date

from drivecli.db import Connection


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened. `state` says when it no longer stands: corrected or withdrawn."""

    on: date
    what: str
    id: int
    words: str
    by: str
    recorded_at: str
    state: str
    reason: str | None


_FACTS = {
    "opening": "'opened, window of ' || f.window_months || ' months'",
    "stage_change": "'stage ' || f.stage",
    "tier_change": "'tier ' || f.tier",
    "area_change": "'area ' || f.area",
    "contact": "f.mode || ', ' || f.outcome || ', ' || f.kind",
    "approach": "'approach ' || f.state || ', with ' || f.with_whom",
    "hold": "'hold until ' || f.until_on || ', ' || f.hold_reason || ', by ' || f.by_whom",
    "suspension": "'suspended, ' || f.suspend_reason",
    "release_date": "'release ' || COALESCE('expected ' || f.expected_on, 'day not known')",
    "assignment": "f.role || ' ' || (SELECT w.username FROM worker w WHERE w.id = f.worker_id)",
    "review": "'review ' || f.kind",
    "seen": "'known to be overdue until ' || f.until_on",
    "extension": "'extended by ' || f.months || ', authorised by '"
    " || (SELECT w.username FROM worker w WHERE w.id = f.authorised_by)",
    "closing": "'closed, ' || f.closure_reason",
    "checklist": "'started ' || f.name || ' checklist, version ' || f.version",
    "checklist_tick": "(SELECT l.name || ' item ' || i.place FROM checklist_item i JOIN checklist l"
    " ON l.id = i.checklist_id WHERE i.id = f.item_id) || ' ' || f.state",
}
"""Every fact table, and how one of its rows is put into words."""

_ENDS = {
    "assignment": (
        "ended_on",
        "f.role || ' ' || (SELECT w.username FROM worker w WHERE w.id = f.worker_id) || ' ended'",
        "end_reason",
    ),
    "hold": ("lifted_on", "'hold lifted, by ' || f.lifted_by", "reason"),
    "suspension": ("resumed_on", "'resumed, ' || f.resume_reason", "reason"),
}
"""Facts that end: the day's column, its words, and why."""


def timeline(db: Connection, case: int) -> list[TimelineRow]:
    """A case's history by day, oldest first. No note is in it."""
    parts = [_part(table, "occurred_on", words, "reason") for table, words in _FACTS.items()]
    parts += [_part(table, day, words, reason, ended=True) for table, (day, words, reason) in _ENDS.items()]
    rows = db.rows(TimelineRow, " UNION ALL ".join(parts), case=case, yes=True)
    return sorted(rows, key=lambda row: (row.on, row.recorded_at, row.what, row.id))


def _part(table: str, day: str, words: str, reason: str, *, ended: bool = False) -> str:
    there = f"AND f.{day} IS NOT NULL" if ended else ""
    return f"""
        SELECT f.{day}, '{table}', f.id, {words}, w.username, f.recorded_at,
               CASE WHEN f.withdrawn = :yes THEN 'withdrawn'
                    WHEN EXISTS (SELECT 1 FROM {table} n WHERE n.supersedes_id = f.id) THEN 'corrected'
                    ELSE '' END, f.{reason}
        FROM {table} f JOIN worker w ON w.id = f.recorded_by WHERE f.case_id = :case {there}"""
