"""The record of who did and who looked. Its rows are written by `audit` and the triggers, never through a session."""

from sqlalchemy import Index
from sqlmodel import Field

from drivecli.models.base import Table


class AuditEvent(Table, table=True):
    """One entry of the chain: each names the one before by its `hash`. Never changed, never removed.

    `body` says all; `event_id`, `case_id` (of a reading) and `once` repeat what is looked for in it.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_event_id", "event_id"),
        Index("ix_audit_event_case_id", "case_id"),
        Index("uq_audit_event_once", "once", unique=True),
    )

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    prev: str
    hash: str
    body: str
    event_id: int | None = None
    case_id: int | None = None
    once: str | None = None


class Change(Table, table=True):
    """What a row held before it was changed (op U) or removed (D), by the entry that says so. Never changed itself.

    A row that was added is its own image; among many of one entry it is named here (I) if it lies in no run of ids.
    """

    __table_args__ = (Index("ix_change_seq", "seq"), Index("ix_change_tbl_pk", "tbl", "pk"))

    id: int | None = Field(default=None, primary_key=True)
    seq: int
    tbl: str
    pk: str
    op: str
    old: str | None = None


class Unsealed(Table, table=True):
    """What the triggers noted and no entry names yet. Empty whenever nobody writes; `tx` tells writers apart."""

    id: int | None = Field(default=None, primary_key=True)
    tbl: str
    pk: str
    op: str
    old: str | None = None
    tx: str | None = None
