"""Checklists of a case: the copy that was started, its items as they were then, and every tick."""

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from drivecli.models.base import Fact, Table, fact_indexes


class Checklist(Fact, table=True):
    """A checklist was started. Its items are copies: a later edit of the file never rewrites a case."""

    __table_args__ = fact_indexes("checklist")

    name: str
    title: str
    version: int


class ChecklistItem(Table, table=True):
    """An item as the file had it on that day. `place` is its number on paper; `needs` and `ask` have one to a line."""

    __tablename__ = "checklist_item"
    __table_args__ = (Index("ix_checklist_item_checklist_id", "checklist_id"),)

    id: int | None = Field(default=None, primary_key=True)
    checklist_id: int = Field(foreign_key="checklist.id")
    place: int
    key: str
    lead: str
    text: str
    why: str
    law: str
    nation: str
    checked_on: date | None = None
    needs: str
    due_days: int
    ask: str
    due_from_start: bool


class ChecklistTick(Fact, table=True):
    """An item was ticked. The last tick that was recorded says where it stands; `overridden` stays for ever."""

    __tablename__ = "checklist_tick"
    __table_args__ = (*fact_indexes("checklist_tick"), Index("ix_checklist_tick_item_id", "item_id"))

    item_id: int = Field(foreign_key="checklist_item.id")
    state: str
    owner_id: int | None = Field(default=None, foreign_key="worker.id")
    result: str | None = None
    overridden: bool = False
