"""Who works on a case, in which role, from when to when."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from drivecli.models.base import Fact, fact_indexes


class Assignment(Fact, table=True):
    """A worker in a role on a case. It ends; it is never deleted."""

    __table_args__ = (
        *fact_indexes("assignment"),
        Index("ix_assignment_worker_id", "worker_id"),
        CheckConstraint("ended_on >= occurred_on", "ended_on"),
    )

    worker_id: int = Field(foreign_key="worker.id")
    role: str
    ended_on: date | None = None
    end_reason: str | None = None
