"""Columns that hold something in few rows are indexed for those rows alone: every fact is written quicker."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FACTS = (
    *("approach", "area_change", "assignment", "checklist", "checklist_tick", "closing", "contact", "extension"),
    *("hold", "opening", "release_date", "review", "seen", "stage_change", "suspension", "tier_change"),
)


def upgrade() -> None:
    for table in FACTS:
        _only_where_filled(f"uq_{table}_supersedes_id", table, "supersedes_id", unique=True)
    _only_where_filled("ix_deadline_owner_id", "deadline", "owner_id", unique=False)


def _only_where_filled(name: str, table: str, column: str, *, unique: bool) -> None:
    filled = sa.text(f"{column} IS NOT NULL")
    op.drop_index(name, table)
    op.create_index(name, table, [column], unique=unique, sqlite_where=filled, postgresql_where=filled)
