"""Taking a batch back: every row that it made and every field that it changed, unless somebody has built on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from drivecli.audit import SEALED_TABLES
from drivecli.errors import Refused
from drivecli.models import Agency, Case, Contact, ImportBatch, Person, Worker, metadata
from drivecli.queries import imports
from drivecli.services import people
from drivecli.work import RULES, Work

RECOMPUTED = ("drive practice apply", "drive upgrade")
"""Commands that run the clock of cases and say nothing new about them."""

EDITED: dict[str, Any] = {"person": Person, "case_record": Case, "contact": Contact, "worker": Worker, "agency": Agency}
"""Tables whose fields are changed in place."""

STAYING = ("import_batch", "field_change", *SEALED_TABLES)
"""Tables that say what was done: their rows stay whatever is taken back."""

NAMED = 20
"""Rows that a refusal names; the rest are counted."""


@dataclass(frozen=True)
class Undone:
    """A batch that was taken back: how many records it had made, and how many fields are again what they were."""

    batch: int
    kind: str
    file: str
    removed: int
    restored: int


class _Batch:
    """A batch as it lies in the store: its event, and the numbers of the rows it made, by table."""

    def __init__(self, work: Work, number: int) -> None:
        self.row = work.session.get_one(ImportBatch, number)
        self.event = self.row.event_id
        made = work.db.run(
            "SELECT table_name, first_id, last_id FROM import_made WHERE batch_id = :batch", batch=number
        ).fetchall()
        self.made: dict[str, tuple[int, int]] = {table: (first, last) for table, first, last in made}

    def rows_of(self, table: Table, alias: str = "x") -> str | None:
        """What tells the batch's own rows of a table from others; None where it can have none."""
        if table.name in self.made:
            first, last = self.made[table.name]
            return f"{alias}.id BETWEEN {first} AND {last}"
        return f"{alias}.event_id = {self.event}" if "event_id" in table.columns else None

    def made_row(self, work: Work, table: str, number: int) -> bool:
        """Whether a row is the batch's own, and will go."""
        own = self.rows_of(metadata.tables[table])
        return bool(own and work.db.value(f"SELECT id FROM {table} x WHERE x.id = {number} AND {own}"))


def undo(work: Work, number: int, *, reason: str) -> Undone:
    """Take a batch back, in this unit of work. What it was stays on record.

    Raises Refused when it was taken back before, or when something here was built on its rows, and names them.
    """
    work.must_may("import", "take an import back")
    work.kind, work.reason = "undo", reason
    imports.batch(work.db, number)
    work.db.lock(RULES)
    work.announce()
    batch = _Batch(work, number)
    if batch.row.undone_by_event is not None:
        raise Refused(f"Import {number} was taken back already.", kind="undone", next="drive import history")
    built = list(dict.fromkeys(_built_upon(work, batch)))
    if built:
        more = f", and {len(built) - NAMED} more" if len(built) > NAMED else ""
        raise Refused(
            f"Import {number} has been built upon: {', '.join(built[:NAMED])}{more}. Nothing was changed.",
            kind="built_upon",
            next="What is wrong in single records is corrected there: drive case correct, drive contact correct",
        )
    touched = _touched(work, batch)
    restored = _restore(work, batch)
    removed = _remove(work, batch)
    row = work.session.get_one(ImportBatch, number, populate_existing=True)
    row.undone_by_event, row.undone_reason = work.event, reason
    work.session.add(row)
    work.touch(touched)
    return Undone(number, row.kind, row.file, removed, restored)


# -- what was built on it ----------------------------------------------------------------------------------------------


def _built_upon(work: Work, batch: _Batch) -> Iterator[str]:
    yield from _later_in_cases(work, batch)
    yield from _later_corrections(work, batch)
    yield from _later_changes(work, batch)
    for table in metadata.sorted_tables:
        if table.name not in ("event_case", "deadline", "field_change", "import_made"):
            yield from _references(work, batch, table)


def _later_in_cases(work: Work, batch: _Batch) -> Iterator[str]:
    """Cases of the batch, and cases in which it gave somebody a role, that a later command touched."""
    commands = ", ".join(f"'{each}'" for each in RECOMPUTED)
    own = batch.rows_of(metadata.tables["case_record"], "c") or "1 = 0"
    if batch.row.kind == "assignments":
        own = f"c.id IN (SELECT a.case_id FROM assignment a WHERE a.event_id = {batch.event})"
    rows = work.db.run(
        f"""
        SELECT DISTINCT c.id, c.ref, e.command FROM event_case t JOIN event e ON e.id = t.event_id
        JOIN case_record c ON c.id = t.case_id
        WHERE t.event_id > {batch.event} AND {own} AND e.command NOT IN ({commands})
          AND t.event_id NOT IN (SELECT b.undone_by_event FROM import_batch b WHERE b.undone_by_event IS NOT NULL)
          AND t.event_id NOT IN (SELECT b.event_id FROM import_batch b WHERE b.undone_by_event IS NOT NULL)
        ORDER BY c.id
        """
    ).fetchall()
    yield from (f"{ref} ({command})" for _, ref, command in rows)


def _later_corrections(work: Work, batch: _Batch) -> Iterator[str]:
    for table in metadata.sorted_tables:
        if "supersedes_id" in table.columns:
            rows = work.db.run(
                f"SELECT DISTINCT c.ref FROM {table.name} n JOIN {table.name} x ON x.id = n.supersedes_id"
                " JOIN case_record c ON c.id = x.case_id"
                f" WHERE x.event_id = {batch.event} AND n.event_id <> {batch.event} ORDER BY c.ref"
            ).fetchall()
            yield from (f"{ref} ({_said(table.name)} corrected)" for (ref,) in rows)


def _later_changes(work: Work, batch: _Batch) -> Iterator[str]:
    """Fields that somebody changed after the batch made or changed their record."""
    for name, model in EDITED.items():
        table = metadata.tables[name]
        own = batch.rows_of(table) or "1 = 0"
        called = "ref" if "ref" in model.model_fields else "username" if name == "worker" else "id"
        rows = work.db.run(
            f"""
            SELECT DISTINCT x.{called} FROM field_change f JOIN {name} x ON x.id = f.row_id
            WHERE f.table_name = '{name}' AND f.event_id > {batch.event}
              AND f.event_id NOT IN (SELECT b.undone_by_event FROM import_batch b WHERE b.undone_by_event IS NOT NULL)
              AND f.event_id NOT IN (SELECT b.event_id FROM import_batch b WHERE b.undone_by_event IS NOT NULL)
              AND ({own} OR f.row_id IN (SELECT o.row_id FROM field_change o
                                         WHERE o.table_name = '{name}' AND o.event_id = {batch.event}
                                           AND o.field = f.field))
            """
        ).fetchall()
        yield from (f"{ref} (changed since)" for (ref,) in rows)


def _references(work: Work, batch: _Batch, table: Table) -> Iterator[str]:
    """Rows of others that name a row of the batch: a case of its person, a contact made by its worker."""
    own = batch.rows_of(table) or "1 = 0"
    for key in table.foreign_keys:
        aim = key.column.table
        if aim.name in batch.made:
            first, last = batch.made[aim.name]
            found = work.db.value(
                f"SELECT COUNT(*) FROM {table.name} x WHERE x.{key.parent.name} BETWEEN {first} AND {last}"
                f" AND NOT ({own})"
            )
            if found:
                yield f"{found} {_said(table.name, many=found > 1)} of its {_said(aim.name, many=True)}"


def _said(table: str, *, many: bool = False) -> str:
    one, more = {
        "case_record": ("case", "cases"),
        "person_link": ("decision who is who", "decisions who is who"),
        "agency": ("agency", "agencies"),
    }.get(table, (table.replace("_", " "), f"{table.replace('_', ' ')}s"))
    return more if many else one


# -- taking it back ----------------------------------------------------------------------------------------------------


def _touched(work: Work, batch: _Batch) -> list[int]:
    """Cases that stay, and whose clock must be run again."""
    first, last = batch.made.get("case_record", (0, -1))
    rows = work.db.run(
        "SELECT case_id FROM event_case WHERE event_id = :event AND NOT (case_id BETWEEN :first AND :last)",
        event=batch.event,
        first=first,
        last=last,
    ).fetchall()
    return [case for (case,) in rows]


def _restore(work: Work, batch: _Batch) -> int:
    """Give every field that the batch changed what it held before; that, too, is kept as a change."""
    rows = work.db.run(
        "SELECT table_name, row_id, field, old FROM field_change WHERE event_id = :event ORDER BY id DESC",
        event=batch.event,
    ).fetchall()
    restored = 0
    for table, number, name, old in rows:
        if batch.made_row(work, table, number):
            continue
        restored += 1
        model = EDITED[table]
        value = _typed(model, name, old)
        people.change_fields(work, table, work.session.get_one(model, number), {name: value})
        if table == "person" and name in ("forename", "surname"):
            _rename(work, batch, number)
    return restored


def _typed(model: Any, name: str, text: str | None) -> Any:
    """A kept value as its column holds it."""
    from datetime import date

    kind = str(model.model_fields[name].annotation)
    if text is None or "str" in kind:
        return text
    if "date" in kind:
        return date.fromisoformat(text)
    return text == "True" if "bool" in kind else int(text)


def _rename(work: Work, batch: _Batch, number: int) -> None:
    """The name before is the main one again; the one that the batch gave goes with its other rows."""
    person = work.session.get_one(Person, number)
    before = batch.made.get("person_name", (0, -1))[0] or 2**31
    work.db.run(
        "UPDATE person_name SET kind = 'main' WHERE id = (SELECT MAX(n.id) FROM person_name n"
        " WHERE n.person_id = :person AND n.name = :name AND n.id < :before)",
        person=number,
        name=f"{person.forename} {person.surname}",
        before=before,
    )


def _remove(work: Work, batch: _Batch) -> int:
    """Remove every row that the batch made, what names others first. Returns how many records that were."""
    work.session.flush()
    work.session.expire_all()
    first, last = batch.made.get("case_record", (0, -1))
    work.db.run(f"DELETE FROM deadline WHERE case_id BETWEEN {first} AND {last}")
    work.db.run(f"DELETE FROM event_case WHERE case_id BETWEEN {first} AND {last}")  # others were taken back before
    removed = 0
    for table in reversed(metadata.sorted_tables):
        own = batch.rows_of(table, table.name)
        if own and table.name not in STAYING:
            gone = work.db.run(f"DELETE FROM {table.name} WHERE {own}").rowcount
            removed += gone if table.name in ("contact", "assignment", *EDITED) else 0
    return int(removed)
