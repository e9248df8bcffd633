"""Checklists of a case, their items and ticks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "checklist",
        *_fact("checklist"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    _indexes("checklist")
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("key", "lead", "text", "why", "law", "nation")),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("ask", sa.String(), nullable=False),
        sa.Column("due_from_start", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["checklist_id"], ["checklist.id"], name="fk_checklist_item_checklist_id_checklist"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_item"),
    )
    op.create_index("ix_checklist_item_checklist_id", "checklist_item", ["checklist_id"], unique=False)
    op.create_table(
        "checklist_tick",
        *_fact("checklist_tick"),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("overridden", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_item.id"], name="fk_checklist_tick_item_id_checklist_item"),
        sa.ForeignKeyConstraint(["owner_id"], ["worker.id"], name="fk_checklist_tick_owner_id_worker"),
    )
    _indexes("checklist_tick")
    op.create_index("ix_checklist_tick_item_id", "checklist_tick", ["item_id"], unique=False)


def _fact(table: str) -> list[sa.Column | sa.Constraint]:
    """The columns of every dated fact, as they were when this step was written."""
    return [
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name=f"fk_{table}_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=f"fk_{table}_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name=f"fk_{table}_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    ]


def _indexes(table: str) -> None:
    op.create_index(f"ix_{table}_case_id", table, ["case_id"], unique=False)
    op.create_index(f"uq_{table}_supersedes_id", table, ["supersedes_id"], unique=True)
