"""Contacts, and whether the person may be contacted at all."""

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from drivecli.models.base import Fact, fact_indexes


class Contact(Fact, table=True):
    """A contact or an attempt. `made_by` made it, which need not be who recorded it.

    `flag` is why a lead must hear of it; `placed` says that it lies after the window or after closing. `external_ref`
    is its ref in the system it was brought from; a correction keeps it, so in a case only one row that stands has it.
    """

    __table_args__ = (
        fact_indexes("contact")[1],  # the index by case and day below also finds them by case
        Index("ix_contact_case_id_occurred_on", "case_id", "occurred_on"),
        Index("ix_contact_external_ref", "external_ref"),
        CheckConstraint("kind IN ('direct', 'indirect')", "kind"),
        CheckConstraint("about IN ('person', 'restricted')", "about"),
        CheckConstraint("minutes >= 0", "minutes"),
    )

    mode: str
    outcome: str
    kind: str
    purpose: str | None = None
    with_whom: str | None = None
    minutes: int | None = None
    made_by: int = Field(foreign_key="worker.id")
    note: str | None = None
    about: str = "person"
    flag: str | None = None
    placed: str | None = None
    external_ref: str | None = None


class Approach(Fact, table=True):
    """The answer whether the person may be approached, from the victim's adviser or a named stand-in."""

    __table_args__ = (
        *fact_indexes("approach"),
        CheckConstraint("state IN ('agreed', 'not_yet', 'never')", "state"),
    )

    state: str
    with_whom: str
    until_on: date | None = None
    modes: str | None = None


class Hold(Fact, table=True):
    """No direct contact until `until_on`, that day included, unless lifted before."""

    __table_args__ = (*fact_indexes("hold"), CheckConstraint("until_on >= occurred_on", "until_on"))

    until_on: date
    by_whom: str
    hold_reason: str
    lifted_on: date | None = None
    lifted_by: str | None = None
