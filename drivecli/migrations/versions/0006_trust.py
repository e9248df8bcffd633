"""What tells one store from every other, so that a key, a copy or an anchor of another is never taken for its own."""

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
