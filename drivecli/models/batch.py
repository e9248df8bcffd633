"""What was brought in from files: each batch, and which rows it made."""

from sqlmodel import Field

from drivecli.models.base import Recorded, Table


class ImportBatch(Recorded, table=True):
    """One file that was brought in: what it was, what was found in it, and what was done."""

    __tablename__ = "import_batch"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    file: str
    digest: str
    note: str | None = None
    rows: int
    new: int
    same: int
    changed: int
    conflict: int
    rejected: int
    applied: int
    undone_by_event: int | None = Field(default=None, foreign_key="event.id")
    undone_reason: str | None = None


class ImportMade(Table, table=True):
    """The rows that a batch made in one table: all from `first_id` to `last_id`, for nobody else wrote meanwhile.

    Dated facts are found by their event instead; these tables do not say in which event a row was made.
    """

    __tablename__ = "import_made"

    batch_id: int = Field(primary_key=True, foreign_key="import_batch.id")
    table_name: str = Field(primary_key=True)
    first_id: int
    last_id: int
