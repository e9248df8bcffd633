"""One case on one screen: the row every list prints, and with it how to reach the person and who works on it."""

from dataclasses import dataclass, fields
from datetime import date

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.queries import cases, contacts
from drivecli.queries.cases import CaseKey, CaseRow
from drivecli.queries.contacts import ContactRow, Reader

LAST = 5
"""Contacts shown."""


@dataclass(frozen=True, slots=True)
class ApproachRow:
    """The answer that stands about approaching the person."""

    state: str
    with_whom: str
    on: date
    until: date | None
    modes: str | None


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold that stands."""

    until: date
    by_whom: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuspensionRow:
    """A suspension that stands; `expected_release` is empty while nobody knows."""

    on: date
    reason: str
    expected_release: date | None


@dataclass(frozen=True, slots=True)
class AssignedRow:
    """A worker on the case."""

    role: str
    username: str
    name: str
    on: date


@dataclass(frozen=True)
class CasePage(CaseRow):
    """A case with everything a case manager needs. Phone and address are shown here and nowhere else."""

    dob: date | None
    sex: str | None
    ethnicity: str | None
    language: str | None
    interpreter: bool
    phone: str | None
    address: str | None
    aliases: tuple[str, ...]
    identifiers: tuple[str, ...]
    approach: ApproachRow | None
    held: HoldRow | None
    suspended: SuspensionRow | None
    assigned: tuple[AssignedRow, ...]
    contacts: tuple[ContactRow, ...]
    earlier_cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    dob: date | None
    sex: str | None
    ethnicity: str | None
    language: str | None
    interpreter: bool
    phone: str | None
    address: str | None


def read(db: Connection, case: CaseKey, today: date, reader: Reader, catalogue: Catalogue) -> CasePage:
    """The page of a case, as far as the reader may see it."""
    row = cases.row(db, case.id, today)
    person = db.one(
        _Person,
        "SELECT dob, sex, ethnicity, language, interpreter, phone, address FROM person WHERE id = :id",
        id=case.person_id,
    )
    assert person is not None
    return CasePage(
        **{each.name: getattr(row, each.name) for each in fields(CaseRow)},
        **{each.name: getattr(person, each.name) for each in fields(_Person)},
        aliases=_texts(db, "SELECT name FROM person_name WHERE person_id = :id AND kind = 'alias' ORDER BY id", case),
        identifiers=_texts(
            db, "SELECT type || '=' || value FROM person_identifier WHERE person_id = :id ORDER BY id", case
        ),
        approach=db.one(ApproachRow, _APPROACH, case=case.id, no=False),
        held=db.one(HoldRow, _HOLD, case=case.id, today=today) if row.hold else None,
        suspended=db.one(SuspensionRow, _SUSPENSION, case=case.id) if row.status == "suspended" else None,
        assigned=tuple(db.rows(AssignedRow, _ASSIGNED, case=case.id, no=False)),
        contacts=tuple(contacts.of_case(db, case.id, limit=LAST)),
        earlier_cases=tuple(
            each.ref for each in cases.rows(db, cases.of_person(db, case.person_id), today) if each.ref != case.ref
        ),
    )


def _texts(db: Connection, sql: str, case: CaseKey) -> tuple[str, ...]:
    return tuple(each[0] for each in db.run(sql, id=case.person_id).fetchall())


_APPROACH = """
SELECT a.state, a.with_whom, a.occurred_on, a.until_on, a.modes FROM approach a
WHERE a.case_id = :case AND a.withdrawn = :no AND NOT EXISTS (SELECT 1 FROM approach n WHERE n.supersedes_id = a.id)
ORDER BY a.occurred_on DESC, a.id DESC LIMIT 1
"""

_HOLD = """
SELECT until_on, by_whom, hold_reason FROM hold
WHERE case_id = :case AND lifted_on IS NULL AND until_on >= :today ORDER BY id DESC LIMIT 1
"""

_SUSPENSION = """
SELECT s.occurred_on, s.suspend_reason,
       (SELECT r.expected_on FROM release_date r WHERE r.suspension_id = s.id
        ORDER BY r.occurred_on DESC, r.id DESC LIMIT 1)
FROM suspension s WHERE s.case_id = :case AND s.resumed_on IS NULL ORDER BY s.id DESC LIMIT 1
"""

_ASSIGNED = """
SELECT a.role, w.username, w.name, a.occurred_on FROM assignment a JOIN worker w ON w.id = a.worker_id
WHERE a.case_id = :case AND a.ended_on IS NULL AND a.withdrawn = :no
  AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.supersedes_id = a.id)
ORDER BY CASE a.role WHEN 'case_manager' THEN 0 ELSE 1 END, a.role, a.id
"""
