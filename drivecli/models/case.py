"""The case, and the dated facts that carry it from opening to closing."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from drivecli.models.base import Fact, Table, fact_indexes, partial_index


class Case(Table, table=True):
    """One episode of work with one person.

    Everything below `external_ref` repeats the current facts and the clock's answer, so that lists are one indexed
    look-up. It is rewritten by the unit of work alone and never raises `version`.
    """

    __tablename__ = "case_record"
    __table_args__ = (
        Index("ix_case_record_person_id", "person_id"),
        Index("ix_case_record_manager_id", "manager_id"),
        partial_index("ix_case_record_open", "closed_on IS NULL", "next_due_on", "id"),
        CheckConstraint("window_months BETWEEN 1 AND 60", "window_months"),
    )

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id")
    route: str
    external_ref: str | None = Field(default=None, unique=True)
    version: int = 1

    area: str | None = None
    tier: str = "not_assessed"
    tier_rank: int = 0
    stage: str = "information_gathering"
    status: str = "open"
    manager_id: int | None = Field(default=None, foreign_key="worker.id")
    hold_until: date | None = None
    opened_on: date
    window_months: int
    window_ends_on: date | None = None
    closed_on: date | None = None
    closure_reason: str | None = None
    last_contact_on: date | None = None
    next_due_on: date | None = None
    next_due_kind: str | None = None
    next_due_weight: str | None = None


class Opening(Fact, table=True):
    """The day the case opened, and the length of its window, frozen then."""

    __table_args__ = fact_indexes("opening")

    window_months: int


class StageChange(Fact, table=True):
    __tablename__ = "stage_change"
    __table_args__ = fact_indexes("stage_change")

    stage: str


class TierChange(Fact, table=True):
    __tablename__ = "tier_change"
    __table_args__ = fact_indexes("tier_change")

    tier: str


class AreaChange(Fact, table=True):
    __tablename__ = "area_change"
    __table_args__ = fact_indexes("area_change")

    area: str


class Suspension(Fact, table=True):
    """Work with the person is suspended from `occurred_on` until the day it is resumed."""

    __table_args__ = (*fact_indexes("suspension"), CheckConstraint("resumed_on >= occurred_on", "resumed_on"))

    suspend_reason: str
    resumed_on: date | None = None
    resume_reason: str | None = None


class ReleaseDate(Fact, table=True):
    """What was said on `occurred_on` about the day of release; empty while nobody knows."""

    __tablename__ = "release_date"
    __table_args__ = fact_indexes("release_date")

    suspension_id: int = Field(foreign_key="suspension.id")
    expected_on: date | None = None


class Extension(Fact, table=True):
    __table_args__ = (*fact_indexes("extension"), CheckConstraint("months >= 1", "months"))

    months: int
    authorised_by: int = Field(foreign_key="worker.id")


class Closing(Fact, table=True):
    __table_args__ = fact_indexes("closing")

    closure_reason: str
    note: str | None = None
