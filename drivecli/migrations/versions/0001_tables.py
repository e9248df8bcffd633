"""The tables a caseworker's day needs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
        sa.UniqueConstraint("name", name="uq_agency_name"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("forename", sa.String(), nullable=False),
        sa.Column("surname", sa.String(), nullable=False),
        sa.Column("dob", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("interpreter", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("ref", name="uq_person_ref"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "person_identifier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_identifier_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_person_identifier"),
    )
    op.create_index("ix_person_identifier_person_id", "person_identifier", ["person_id"], unique=False)

    op.create_table(
        "person_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('main', 'alias')", name=op.f("ck_person_name_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_name_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_person_name"),
    )
    op.create_index("ix_person_name_folded", "person_name", ["folded"], unique=False)
    op.create_index("ix_person_name_person_id", "person_name", ["person_id"], unique=False)

    op.create_table(
        "worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("capacity >= 0", name=op.f("ck_worker_capacity")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_worker_agency_id_agency"),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
        sa.UniqueConstraint("username", name="uq_worker_username"),
    )
    op.create_table(
        "case_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("external_ref", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("tier_rank", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("manager_id", sa.Integer(), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("window_months", sa.Integer(), nullable=False),
        sa.Column("window_ends_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closure_reason", sa.String(), nullable=True),
        sa.Column("last_contact_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_due_kind", sa.String(), nullable=True),
        sa.Column("next_due_weight", sa.String(), nullable=True),
        sa.CheckConstraint("window_months BETWEEN 1 AND 60", name=op.f("ck_case_record_window_months")),
        sa.ForeignKeyConstraint(["manager_id"], ["worker.id"], name="fk_case_record_manager_id_worker"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_record_person_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_case_record"),
        sa.UniqueConstraint("external_ref", name="uq_case_record_external_ref"),
        sa.UniqueConstraint("ref", name="uq_case_record_ref"),
    )
    op.create_index("ix_case_record_manager_id", "case_record", ["manager_id"], unique=False)
    op.create_index(
        "ix_case_record_open",
        "case_record",
        ["next_due_on", "id"],
        unique=False,
        sqlite_where=sa.text("closed_on IS NULL"),
        postgresql_where=sa.text("closed_on IS NULL"),
    )
    op.create_index("ix_case_record_person_id", "case_record", ["person_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column("command", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_event_worker_id_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_table(
        "worker_login",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_worker_login_worker_id_worker"),
        sa.PrimaryKeyConstraint("login", name="pk_worker_login"),
    )
    op.create_table(
        "approach",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("with_whom", sa.String(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("modes", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('agreed', 'not_yet', 'never')", name=op.f("ck_approach_state")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_approach_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_approach_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_approach_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_approach"),
    )
    op.create_index("ix_approach_case_id", "approach", ["case_id"], unique=False)
    op.create_index("uq_approach_supersedes_id", "approach", ["supersedes_id"], unique=True)

    op.create_table(
        "area_change",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_area_change_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_area_change_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_area_change_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_area_change"),
    )
    op.create_index("ix_area_change_case_id", "area_change", ["case_id"], unique=False)
    op.create_index("uq_area_change_supersedes_id", "area_change", ["supersedes_id"], unique=True)

    op.create_table(
        "assignment",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.CheckConstraint("ended_on >= occurred_on", name=op.f("ck_assignment_ended_on")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_assignment_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_assignment_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_assignment_recorded_by_worker"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_assignment_worker_id_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
    )
    op.create_index("ix_assignment_case_id", "assignment", ["case_id"], unique=False)
    op.create_index("ix_assignment_worker_id", "assignment", ["worker_id"], unique=False)
    op.create_index("uq_assignment_supersedes_id", "assignment", ["supersedes_id"], unique=True)

    op.create_table(
        "closing",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("closure_reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_closing_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_closing_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_closing_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_closing"),
    )
    op.create_index("ix_closing_case_id", "closing", ["case_id"], unique=False)
    op.create_index("uq_closing_supersedes_id", "closing", ["supersedes_id"], unique=True)

    op.create_table(
        "contact",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("with_whom", sa.String(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("flag", sa.String(), nullable=True),
        sa.Column("placed", sa.String(), nullable=True),
        sa.CheckConstraint("about IN ('person', 'restricted')", name=op.f("ck_contact_about")),
        sa.CheckConstraint("kind IN ('direct', 'indirect')", name=op.f("ck_contact_kind")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_contact_minutes")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_contact_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_contact_event_id_event"),
        sa.ForeignKeyConstraint(["made_by"], ["worker.id"], name="fk_contact_made_by_worker"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_contact_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_case_id", "contact", ["case_id"], unique=False)
    op.create_index("ix_contact_case_id_occurred_on", "contact", ["case_id", "occurred_on"], unique=False)
    op.create_index("uq_contact_supersedes_id", "contact", ["supersedes_id"], unique=True)

    op.create_table(
        "deadline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weight", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("because_table", sa.String(), nullable=False),
        sa.Column("because_id", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("stops_when", sa.String(), nullable=False),
        sa.Column("skipped", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("side IN ('case', 'victim')", name=op.f("ck_deadline_side")),
        sa.CheckConstraint("weight IN ('safety', 'statutory', 'practice')", name=op.f("ck_deadline_weight")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_deadline_case_id_case_record"),
        sa.ForeignKeyConstraint(["owner_id"], ["worker.id"], name="fk_deadline_owner_id_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_deadline"),
    )
    op.create_index("ix_deadline_case_id_due_on", "deadline", ["case_id", "due_on"], unique=False)
    op.create_index("ix_deadline_owner_id", "deadline", ["owner_id"], unique=False)

    op.create_table(
        "event_case",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_event_case_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_case_event_id_event"),
        sa.PrimaryKeyConstraint("event_id", "case_id", name="pk_event_case"),
    )
    op.create_index("ix_event_case_case_id", "event_case", ["case_id"], unique=False)

    op.create_table(
        "extension",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("authorised_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("months >= 1", name=op.f("ck_extension_months")),
        sa.ForeignKeyConstraint(["authorised_by"], ["worker.id"], name="fk_extension_authorised_by_worker"),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_extension_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_extension_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_extension_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_extension"),
    )
    op.create_index("ix_extension_case_id", "extension", ["case_id"], unique=False)
    op.create_index("uq_extension_supersedes_id", "extension", ["supersedes_id"], unique=True)

    op.create_table(
        "field_change",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("old", sa.String(), nullable=True),
        sa.Column("new", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_field_change_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_field_change_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_field_change"),
    )
    op.create_index("ix_field_change_table_name_row_id", "field_change", ["table_name", "row_id"], unique=False)

    op.create_table(
        "hold",
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
        sa.Column("by_whom", sa.String(), nullable=False),
        sa.Column("hold_reason", sa.String(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint("until_on >= occurred_on", name=op.f("ck_hold_until_on")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_hold_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_hold_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_hold_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_case_id", "hold", ["case_id"], unique=False)
    op.create_index("uq_hold_supersedes_id", "hold", ["supersedes_id"], unique=True)

    op.create_table(
        "opening",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("window_months", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_opening_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_opening_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_opening_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_index("ix_opening_case_id", "opening", ["case_id"], unique=False)
    op.create_index("uq_opening_supersedes_id", "opening", ["supersedes_id"], unique=True)

    op.create_table(
        "review",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_review_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_review_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_review_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index("ix_review_case_id", "review", ["case_id"], unique=False)
    op.create_index("uq_review_supersedes_id", "review", ["supersedes_id"], unique=True)

    op.create_table(
        "site_file",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_site_file_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_site_file_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_site_file"),
    )
    op.create_index("uq_site_file_name_version", "site_file", ["name", "version"], unique=True)

    op.create_table(
        "stage_change",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_stage_change_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_stage_change_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_stage_change_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_change"),
    )
    op.create_index("ix_stage_change_case_id", "stage_change", ["case_id"], unique=False)
    op.create_index("uq_stage_change_supersedes_id", "stage_change", ["supersedes_id"], unique=True)

    op.create_table(
        "suspension",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("suspend_reason", sa.String(), nullable=False),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("resume_reason", sa.String(), nullable=True),
        sa.CheckConstraint("resumed_on >= occurred_on", name=op.f("ck_suspension_resumed_on")),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_suspension_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_suspension_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_suspension_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
    )
    op.create_index("ix_suspension_case_id", "suspension", ["case_id"], unique=False)
    op.create_index("uq_suspension_supersedes_id", "suspension", ["supersedes_id"], unique=True)

    op.create_table(
        "tier_change",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_tier_change_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_tier_change_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_tier_change_recorded_by_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_tier_change"),
    )
    op.create_index("ix_tier_change_case_id", "tier_change", ["case_id"], unique=False)
    op.create_index("uq_tier_change_supersedes_id", "tier_change", ["supersedes_id"], unique=True)

    op.create_table(
        "worker_away",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_worker_away_days")),
        sa.ForeignKeyConstraint(["cover_id"], ["worker.id"], name="fk_worker_away_cover_id_worker"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_worker_away_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_worker_away_recorded_by_worker"),
        sa.ForeignKeyConstraint(["worker_id"], ["worker.id"], name="fk_worker_away_worker_id_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_worker_away"),
    )
    op.create_index("ix_worker_away_worker_id", "worker_away", ["worker_id"], unique=False)

    op.create_table(
        "release_date",
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("suspension_id", sa.Integer(), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_record.id"], name="fk_release_date_case_id_case_record"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_release_date_event_id_event"),
        sa.ForeignKeyConstraint(["recorded_by"], ["worker.id"], name="fk_release_date_recorded_by_worker"),
        sa.ForeignKeyConstraint(["suspension_id"], ["suspension.id"], name="fk_release_date_suspension_id_suspension"),
        sa.PrimaryKeyConstraint("id", name="pk_release_date"),
    )
    op.create_index("ix_release_date_case_id", "release_date", ["case_id"], unique=False)
    op.create_index("uq_release_date_supersedes_id", "release_date", ["supersedes_id"], unique=True)
