"""Taking a batch back: every row that it made and every field that it changed, unless somebody has built on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from drivecli.db import Connection
from drivecli.errors import Refused
from drivecli.models import Agency, Case, Contact, ImportBatch, Person, Worker
from drivecli.queries import imports
from drivecli.services import people
from drivecli.services.made import Made
from drivecli.work import RULES, Work

EDITED: dict[str, Any] = {"person": Person, "case_record": Case, "contact": Contact, "worker": Worker, "agency": Agency}
"""Tables whose fields are changed in place."""

COUNTED = {"contact", "assignment", *EDITED}
"""Tables whose rows are records; the others say more about one of them."""

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


class _Batch(Made):
    """A batch as it lies in the store: its event, and the numbers of the rows it made, by table."""

    def __init__(self, db: Connection, number: int) -> None:
        event, self.kind, self.undone_by = db.run(
            "SELECT event_id, kind, undone_by_event FROM import_batch WHERE id = :batch", batch=number
        ).fetchone()
        made = db.run(
            "SELECT table_name, first_id, last_id FROM import_made WHERE batch_id = :batch", batch=number
        ).fetchall()
        super().__init__(db, event, {table: [(first, last)] for table, first, last in made}, by_event=True)

    def made_row(self, table: str, number: int) -> bool:
        """Whether a row is the batch's own, and will go."""
        own = self.rows_of(table)
        return bool(self.db.value(f"SELECT id FROM {table} x WHERE x.id = {number} AND {own}"))


def undo(work: Work, number: int, *, reason: str | None) -> Undone:
    """Take a batch back, in this unit of work. What it was stays on record.

    Raises Refused when it was taken back before, or when something here was built on its rows, and names them.
    """
    work.must_may("import", "take an import back")
    work.kind, work.reason = "undo", reason
    work.db.lock(RULES)
    work.announce()
    batch = check(work.db, number)
    restored = _restore(work, batch)
    removed = batch.take_out(work)
    row = work.session.get_one(ImportBatch, number, populate_existing=True)
    row.undone_by_event, row.undone_reason = work.event, reason
    work.session.add(row)
    return Undone(number, row.kind, row.file, sum(removed[table] for table in COUNTED), restored)


def check(db: Connection, number: int) -> _Batch:
    """The batch, if it can be taken back. Raises NotFound, or Refused as `undo` does."""
    imports.batch(db, number)
    batch = _Batch(db, number)
    if batch.undone_by is not None:
        raise Refused(f"Import {number} was taken back already.", kind="undone", next="drive import history")
    built = list(dict.fromkeys(_built_upon(batch)))
    if built:
        more = f", and {len(built) - NAMED} more" if len(built) > NAMED else ""
        raise Refused(
            f"Import {number} has been built upon: {', '.join(built[:NAMED])}{more}. Nothing was changed.",
            kind="built_upon",
            next="What is wrong in single records is corrected there: drive case correct, drive contact correct",
        )
    return batch


# -- what was built on it ----------------------------------------------------------------------------------------------


def _built_upon(batch: _Batch) -> Iterator[str]:
    """Cases of the batch, and cases in which it gave somebody a role, that a later command touched; and so on."""
    own = batch.rows_of("case_record", "c")
    if batch.kind == "assignments":
        own = f"c.id IN (SELECT a.case_id FROM assignment a WHERE a.event_id = {batch.event})"
    yield from batch.later_in_cases(own)
    yield from batch.later_corrections()
    yield from _later_changes(batch)
    yield from batch.references()


def _later_changes(batch: _Batch) -> Iterator[str]:
    """Fields that somebody changed after the batch made or changed their record."""
    for name, model in EDITED.items():
        called = "ref" if "ref" in model.model_fields else "username" if name == "worker" else "id"
        rows = batch.db.run(
            f"""
            SELECT DISTINCT x.{called} FROM field_change f JOIN {name} x ON x.id = f.row_id
            LEFT JOIN audit_event a ON a.event_id = f.event_id
            WHERE f.table_name = '{name}' AND {batch.later("f.event_id")}
              AND ({batch.rows_of(name)} OR f.row_id IN (SELECT o.row_id FROM field_change o
                                         WHERE o.table_name = '{name}' AND o.event_id = {batch.event}
                                           AND o.field = f.field))
            """
        ).fetchall()
        yield from (f"{ref} (changed since)" for (ref,) in rows)


# -- taking it back ----------------------------------------------------------------------------------------------------


def _restore(work: Work, batch: _Batch) -> int:
    """Give every field that the batch changed what it held before; that, too, is kept as a change."""
    rows = work.db.run(
        "SELECT table_name, row_id, field, old FROM field_change WHERE event_id = :event ORDER BY id DESC",
        event=batch.event,
    ).fetchall()
    restored = 0
    for table, number, name, old in rows:
        if batch.made_row(table, number):
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
    before = batch.runs["person_name"][0][0] if "person_name" in batch.runs else 2**31
    work.db.run(
        "UPDATE person_name SET kind = 'main' WHERE id = (SELECT MAX(n.id) FROM person_name n"
        " WHERE n.person_id = :person AND n.name = :name AND n.id < :before)",
        person=number,
        name=f"{person.forename} {person.surname}",
        before=before,
    )
