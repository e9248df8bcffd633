"""What the store keeps about itself: settings, the service's own data files, events, changed fields, drafts."""

from sqlalchemy import Index
from sqlmodel import Field

from drivecli.models.base import Recorded, Table


class Setting(Table, table=True):
    key: str = Field(primary_key=True)
    value: str


class SiteFile(Recorded, table=True):
    """A data file of the service's own, laid over the packaged one of the same name; the newest version stands."""

    __tablename__ = "site_file"
    __table_args__ = (Index("uq_site_file_name_version", "name", "version", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    version: int
    text: str
    reason: str


class Event(Table, table=True):
    """One unit of work: when, who, and which command, without its values."""

    id: int | None = Field(default=None, primary_key=True)
    at: str
    worker_id: int | None = Field(default=None, foreign_key="worker.id")
    command: str


class EventCase(Table, table=True):
    """A case that an event touched."""

    __tablename__ = "event_case"
    __table_args__ = (Index("ix_event_case_case_id", "case_id"),)

    event_id: int = Field(primary_key=True, foreign_key="event.id")
    case_id: int = Field(primary_key=True, foreign_key="case_record.id")


class FieldChange(Recorded, table=True):
    """What a descriptive field held before it was edited."""

    __tablename__ = "field_change"
    __table_args__ = (Index("ix_field_change_table_name_row_id", "table_name", "row_id"),)

    id: int | None = Field(default=None, primary_key=True)
    table_name: str
    row_id: int
    field: str
    old: str | None = None
    new: str | None = None
    reason: str | None = None


class Draft(Table, table=True):
    """Words of a command that did not end well, and the line they came with. Only their writer sees them."""

    __table_args__ = (Index("ix_draft_worker_id", "worker_id"),)

    id: int | None = Field(default=None, primary_key=True)
    at: str
    worker_id: int | None = Field(default=None, foreign_key="worker.id")
    login: str
    line: str
    words: str
