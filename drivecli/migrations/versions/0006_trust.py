"""The record of who did and who looked; and what tells one store from every other."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    setting = sa.table("setting", sa.column("key", sa.String()), sa.column("value", sa.String()))
    op.bulk_insert(setting, [{"key": "db_id", "value": secrets.token_hex(16)}])

    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("once", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_event_id", "audit_event", ["event_id"], unique=False)
    op.create_index("ix_audit_event_case_id", "audit_event", ["case_id"], unique=False)
    op.create_index("uq_audit_event_once", "audit_event", ["once"], unique=True)

    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("pk", sa.String(), nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_change"),
    )
    op.create_index("ix_change_seq", "change", ["seq"], unique=False)
    op.create_index("ix_change_tbl_pk", "change", ["tbl", "pk"], unique=False)

    op.create_table(
        "unsealed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tbl", sa.String(), nullable=False),
        sa.Column("pk", sa.String(), nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.Column("tx", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_unsealed"),
    )
