"""The rows that one unit of work made: what was built on them since, and taking them out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from sqlalchemy import Table

from drivecli.db import Connection
from drivecli.images import SEALED_TABLES
from drivecli.models import metadata
from drivecli.queries import undo as queries
from drivecli.work import Work

RECOMPUTED = ("drive practice apply", "drive upgrade", "drive export contacts", "drive export assignments")
"""Commands that touch cases and say nothing new about them."""

FOLLOWING = ("event_case", "deadline", "field_change", "import_made")
"""Tables that follow from others, or keep what was done: naming a row there builds nothing on it."""

KEPT = (*FOLLOWING, "import_batch", *SEALED_TABLES)
"""Tables from which nothing is taken out."""

Run = tuple[int, int]
"""Numbers of rows, from the first to the last."""


class Made:
    """A unit of work (its `event`) as it lies in the store: the numbers of the rows it made, by table.

    `by_event` says that its dated facts are not among them and are known by their event. What was undone since, and
    what undid it, counts for nothing.
    """

    def __init__(
        self, db: Connection, event: int, runs: Mapping[str, Iterable[Run]], *, by_event: bool = False
    ) -> None:
        self.db = db
        self.event = event
        self.runs = {table: list(each) for table, each in runs.items()}
        self._by_event = by_event
        self._seq = db.value("SELECT seq FROM audit_event WHERE event_id = :event", event=event) or 0

    @cached_property
    def taken_back(self) -> dict[int, int]:
        """Units of work that were undone or undid one, and their entries."""
        return queries.taken_back(self.db)

    def rows_of(self, table: Table | str, alias: str = "x") -> str:
        """What tells its own rows of a table from others, as SQL."""
        table = metadata.tables[table] if isinstance(table, str) else table
        if table.name in self.runs:
            told = [f"{alias}.id BETWEEN {first} AND {last}" for first, last in self.runs[table.name]]
            return f"({' OR '.join(told)})"
        return f"{alias}.event_id = {self.event}" if self._by_event and "event_id" in table.columns else "1 = 0"

    def later(self, event: str) -> str:
        """What tells units of work that came later and still count, by the column of an event and `a`, its entry."""
        gone = ", ".join(map(str, sorted(self.taken_back))) or "0"
        after = f"(a.seq > {self._seq} OR (a.seq IS NULL AND {event} > {self.event}))"
        return f"{after} AND {event} NOT IN ({gone})"

    # -- what was built on it ------------------------------------------------------------------------------------------

    def later_in_cases(self, which: str) -> Iterator[str]:
        """Cases, those of `which` (SQL about case_record c), that a later command touched."""
        commands = ", ".join(f"'{each}'" for each in RECOMPUTED)
        rows = self.db.run(
            f"""
            SELECT DISTINCT c.id, c.ref, e.command FROM event_case t JOIN event e ON e.id = t.event_id
            JOIN case_record c ON c.id = t.case_id LEFT JOIN audit_event a ON a.event_id = t.event_id
            WHERE {self.later("t.event_id")} AND {which} AND e.command NOT IN ({commands}) ORDER BY c.id
            """
        ).fetchall()
        yield from (f"{ref} ({command})" for _, ref, command in rows)

    def later_corrections(self) -> Iterator[str]:
        """Facts of its own that somebody corrected."""
        for table in metadata.sorted_tables:
            if "supersedes_id" in table.columns:
                rows = self.db.run(
                    f"SELECT DISTINCT c.ref FROM {table.name} n JOIN {table.name} x ON x.id = n.supersedes_id"
                    " JOIN case_record c ON c.id = x.case_id"
                    f" WHERE {self.rows_of(table)} AND NOT ({self.rows_of(table, 'n')}) ORDER BY c.ref"
                ).fetchall()
                yield from (f"{ref} ({said(table.name)} corrected)" for (ref,) in rows)

    def references(self) -> Iterator[str]:
        """Rows of others that name a row of its own: a case of its person, a contact made by its worker."""
        for table in metadata.sorted_tables:
            for key in () if table.name in FOLLOWING else sorted(table.foreign_keys, key=lambda each: each.parent.name):
                aim = key.column.table
                if aim.name not in self.runs:
                    continue
                found = self.db.value(
                    f"SELECT COUNT(*) FROM {table.name} x WHERE NOT ({self.rows_of(table)}) AND x.{key.parent.name} IN"
                    f" (SELECT y.id FROM {aim.name} y WHERE {self.rows_of(aim, 'y')})"
                )
                if found:
                    yield f"{found} {said(table.name, many=found > 1)} of its {said(aim.name, many=True)}"

    # -- taking it out -------------------------------------------------------------------------------------------------

    def take_out(self, work: Work) -> Counter[str]:
        """Remove every row it made, those that name others first, and run the clock of the cases that stay anew.

        Returns how many rows that were, by table. What it touched stays on record, and so do the images of the rows.
        """
        if work.session.new or work.session.dirty:
            work.session.flush()
        work.session.expire_all()
        own = f"case_id IN (SELECT c.id FROM case_record c WHERE {self.rows_of('case_record', 'c')})"
        stay = self.db.run(f"SELECT case_id FROM event_case WHERE event_id = {self.event} AND NOT {own}").fetchall()
        self.db.run(f"DELETE FROM deadline WHERE {own}")
        self.db.run(f"DELETE FROM event_case WHERE {own}")  # others that touched them were taken back before
        removed: Counter[str] = Counter()
        for table in reversed(metadata.sorted_tables):
            if table.name not in KEPT:
                gone = self.db.run(f"DELETE FROM {table.name} WHERE {self.rows_of(table, table.name)}").rowcount
                removed[table.name] += gone
        work.touch([case for (case,) in stay])
        return +removed


def said(table: str, *, many: bool = False) -> str:
    """A row of a table, or several, in words."""
    one, more = {
        "case_record": ("case", "cases"),
        "person_link": ("decision who is who", "decisions who is who"),
        "agency": ("agency", "agencies"),
        "worker_away": ("absence", "absences"),
        "seen": ("mark", "marks"),
    }.get(table, (table.replace("_", " "), f"{table.replace('_', ' ')}s"))
    return more if many else one
