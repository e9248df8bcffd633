"""What was brought in from files, and the refs that persons and contacts have in other systems."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("person", sa.Column("external_ref", sa.String(), nullable=True))
    op.create_index("uq_person_external_ref", "person", ["external_ref"], unique=True)
    op.add_column("contact", sa.Column("external_ref", sa.String(), nullable=True))
    op.drop_index("ix_contact_case_id", table_name="contact")
    op.create_index("ix_contact_external_ref", "contact", ["external_ref"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "file", "digest")),
        sa.Column("note", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("rows", "new", "same", "changed", "conflict", "rejected", "applied")
        ),
        sa.Column("undone_by_event", sa.Integer(), nullable=True),
        sa.Column("undone_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_import_batch_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_import_batch_recorded_by_worker"),
        sa.ForeignKeyConstraint(["undone_by_event"], ["event.id"], name="fk_import_batch_undone_by_event_event"),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
    )
    op.create_table(
        "import_made",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_import_made_batch_id_import_batch"),
        sa.PrimaryKeyConstraint("batch_id", "table_name", name="pk_import_made"),
    )
