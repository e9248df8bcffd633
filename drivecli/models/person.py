"""People the service works with, the names they go by, and decisions about who is who."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from drivecli.models.base import Recorded, Table


class Person(Table, table=True):
    """Descriptive fields are edited in place; `field_change` keeps what they were."""

    __table_args__ = (Index("uq_person_external_ref", "external_ref", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    external_ref: str | None = None
    forename: str
    surname: str
    dob: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    language: str | None = None
    interpreter: bool = False
    phone: str | None = None
    address: str | None = None
    version: int = 1


class PersonName(Table, table=True):
    """Every name a person goes by, with the folded key it is looked up by."""

    __tablename__ = "person_name"
    __table_args__ = (
        CheckConstraint("kind IN ('main', 'alias')", "kind"),
        Index("ix_person_name_folded", "folded"),
        Index("ix_person_name_person_id", "person_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str
    name: str
    folded: str


class PersonIdentifier(Table, table=True):
    """Another agency's reference for the person."""

    __tablename__ = "person_identifier"
    __table_args__ = (Index("ix_person_identifier_person_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    type: str
    value: str


class PersonLink(Recorded, table=True):
    """A decision that two records are, or are not, the same person. Kept, so that it is not asked twice."""

    __tablename__ = "person_link"
    __table_args__ = (CheckConstraint("person_id < other_id", "order"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    other_id: int = Field(foreign_key="person.id")
    same: bool
    reason: str
