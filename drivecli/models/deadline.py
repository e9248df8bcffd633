"""What is due, as the clock last worked it out. Derived: replaced whole whenever its case is touched."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from drivecli.models.base import Table, partial_index


class Deadline(Table, table=True):
    __table_args__ = (
        CheckConstraint("side IN ('case', 'victim')", "side"),
        CheckConstraint("weight IN ('safety', 'statutory', 'practice')", "weight"),
        Index("ix_deadline_case_id_due_on", "case_id", "due_on"),
        partial_index("ix_deadline_owner_id", "owner_id IS NOT NULL", "owner_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_record.id")
    side: str
    kind: str
    weight: str
    due_on: date
    rule: str
    because_table: str
    because_id: int
    because: str
    stops_when: str
    skipped: str
    owner_id: int | None = Field(default=None, foreign_key="worker.id")
