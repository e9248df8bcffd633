"""What every fact has: whose case, when it happened, when it was written down, by whom, and in which event."""

from datetime import date
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

metadata = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """What every table class is made from. Pydantic's checks are not asked for, so none are made until they are."""

    model_config = {"defer_build": True}

    def __init_subclass__(cls, **given: Any) -> None:
        """Each is in a registry of its own: when one is first used, SQLAlchemy readies all that are in the same."""
        super().__init_subclass__(**given)
        cls._sa_registry = registry(metadata=metadata)


class Recorded(Table):
    """When it was written down (UTC, as text that sorts), by whom, and in which event: `work.add` fills these in."""

    recorded_at: str = Field(default="", nullable=False)
    recorded_by: int = Field(default=0, foreign_key="worker.id")
    event_id: int = Field(default=0, foreign_key="event.id")


class Fact(Recorded):
    """A dated fact of one case. It is never edited: a row that `supersedes_id` names another takes its place.

    `withdrawn` marks a row that says the superseded fact never happened. `reason` is why it was corrected, or why a
    rule was set aside.
    """

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_record.id")
    occurred_on: date
    supersedes_id: int | None = None
    withdrawn: bool = False
    reason: str | None = None


def fact_indexes(table: str) -> tuple[Index, ...]:
    """Read by case; and one row can be superseded only once, so two corrections never both stand."""
    return (
        Index(f"ix_{table}_case_id", "case_id"),
        partial_index(f"uq_{table}_supersedes_id", "supersedes_id IS NOT NULL", "supersedes_id", unique=True),
    )


def partial_index(name: str, only: str, *columns: str, unique: bool = False) -> Index:
    """An index of only the rows of which `only` is true: where most are not, there is less to write and keep.

    A migration makes it, and a test holds it to this. It is noted in SQLAlchemy's free place for notes: said in its own
    words, every command that writes would load the whole of what it knows of PostgreSQL.
    """
    return Index(name, *columns, unique=unique, info={"only": only})
