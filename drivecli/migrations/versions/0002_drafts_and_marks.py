"""Drafts, known-overdue marks, and who is not whom."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_draft_worker_id_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
    )
    op.create_index("ix_draft_worker_id", "draft", ["worker_id"], unique=False)

    op.create_table(
        "person_link",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("person_id < other_id", name=op.f("ck_person_link_order")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_person_link_event_id_event"),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name="fk_person_link_other_id_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_link_person_id_person"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_person_link_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_person_link"),
    )
    op.create_table(
        "seen",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_seen_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_seen_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_seen_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_seen"),
    )
    op.create_index("ix_seen_case_id", "seen", ["case_id"], unique=False)
    op.create_index("uq_seen_supersedes_id", "seen", ["supersedes_id"], unique=True)
