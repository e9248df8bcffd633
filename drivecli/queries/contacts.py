"""Contacts, and who may read a restricted note."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.errors import NotFound


class Reader(Protocol):
    """Whoever is reading."""

    @property
    def id(self) -> int: ...
    @property
    def role(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact. `by` made it, `recorded_by` wrote it down; `note` is empty where the reader may not see it.

    `flag` is why a lead must hear of it; `placed` is after_window or late; `superseded_by` is the row that corrects it.
    """

    id: int
    ref: str
    on: date
    mode: str
    outcome: str
    kind: str
    purpose: str | None
    with_whom: str | None
    minutes: int | None
    by: str
    recorded_by: str
    recorded_at: str
    about: str
    note: str | None
    flag: str | None
    placed: str | None
    supersedes: int | None
    superseded_by: int | None
    withdrawn: bool
    reason: str | None
    case_id: int


_SELECT = """
SELECT k.id, c.ref, k.occurred_on, k.mode, k.outcome, k.kind, k.purpose, k.with_whom, k.minutes, m.username, w.username,
       k.recorded_at, k.about, k.note, k.flag, k.placed, k.supersedes_id,
       (SELECT n.id FROM contact n WHERE n.supersedes_id = k.id), k.withdrawn, k.reason, k.case_id
FROM contact k JOIN case_record c ON c.id = k.case_id
JOIN worker m ON m.id = k.made_by JOIN worker w ON w.id = k.recorded_by
"""


def stored(db: Connection, number: int) -> ContactRow | None:
    """The contact with this id, note included whoever reads; for services."""
    return db.one(ContactRow, f"{_SELECT} WHERE k.id = :id", id=number)


def one(db: Connection, number: int, reader: Reader, catalogue: Catalogue) -> ContactRow:
    """The contact with this id, as far as the reader may see it. Raises NotFound."""
    found = stored(db, number)
    if found is None:
        raise _no_contact(number)
    rows = {row.id: row for row in _rows(db, found.case_id)} if found.superseded_by else {}
    if is_restricted(found, rows) and not may_read(db, found.case_id, reader, catalogue):
        return replace(found, note=None)
    return found


def case_of(db: Connection, number: int) -> int:
    """The case that the contact with this id is about. Raises NotFound."""
    case: int | None = db.value("SELECT case_id FROM contact WHERE id = :id", id=number)
    if case is None:
        raise _no_contact(number)
    return case


def _no_contact(number: int) -> NotFound:
    return NotFound(f"There is no contact {number}.", next="drive contact list REF")


def is_restricted(contact: ContactRow, rows: dict[int, ContactRow]) -> bool:
    """Whether a note is restricted: by its own word, or by that of a correction. `rows` are the case's, by id."""
    while contact.about != "restricted" and contact.superseded_by is not None:
        contact = rows[contact.superseded_by]
    return contact.about == "restricted"


def of_case(db: Connection, case: int, *, all_rows: bool = False, limit: int | None = None) -> list[ContactRow]:
    """A case's contacts, newest first, without restricted notes. Superseded and withdrawn ones only with `all_rows`."""
    found = _rows(db, case)
    rows = {row.id: row for row in found}
    if not all_rows:
        found = [each for each in found if each.superseded_by is None and not each.withdrawn]
    return [replace(each, note=None) if is_restricted(each, rows) else each for each in found[:limit]]


def _rows(db: Connection, case: int) -> list[ContactRow]:
    return db.rows(ContactRow, f"{_SELECT} WHERE k.case_id = :case ORDER BY k.occurred_on DESC, k.id DESC", case=case)


def may_read(db: Connection, case: int, reader: Reader, catalogue: Catalogue) -> bool:
    """Whether the reader may see restricted notes of a case: its manager, an adviser, or a lead."""
    role = catalogue.roles.get(reader.role)
    if role and role.restricted:
        return True
    return bool(db.value("SELECT manager_id = :reader FROM case_record WHERE id = :case", reader=reader.id, case=case))
