"""Workers, the agencies they come from, and when they are away."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from drivecli.models.base import Recorded, Table


class Agency(Table, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    kind: str | None = None


class Worker(Table, table=True):
    """Somebody who works on cases. `capacity` is the most cases they may hold."""

    __table_args__ = (CheckConstraint("capacity >= 0", "capacity"),)

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True)
    name: str
    role: str
    agency_id: int | None = Field(default=None, foreign_key="agency.id")
    capacity: int | None = None
    left_on: date | None = None
    version: int = 1


class WorkerLogin(Table, table=True):
    """Which worker a user of a computer is: one row per `user@computer`."""

    __tablename__ = "worker_login"

    login: str = Field(primary_key=True)
    worker_id: int = Field(foreign_key="worker.id")


class WorkerAway(Recorded, table=True):
    """A worker away from `from_on` to `to_on`, both included; the cover sees the cases, ownership stays."""

    __tablename__ = "worker_away"
    __table_args__ = (CheckConstraint("to_on >= from_on", "days"), Index("ix_worker_away_worker_id", "worker_id"))

    id: int | None = Field(default=None, primary_key=True)
    worker_id: int = Field(foreign_key="worker.id")
    cover_id: int = Field(foreign_key="worker.id")
    from_on: date
    to_on: date
