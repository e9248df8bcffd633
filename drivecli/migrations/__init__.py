"""The schema's history. Alembic owns it; `upgrade` brings an open connection to the newest revision."""

from pathlib import Path
from typing import TYPE_CHECKING

from drivecli import images

if TYPE_CHECKING:
    from alembic.config import Config

    from drivecli.db import Connection


def upgrade(db: "Connection", to: str = "head") -> None:
    """Run every step up to `to` inside the connection's own transaction: all of them, or none."""
    from alembic import command

    from drivecli.migrations import triggers

    triggers.take_away(db)
    command.upgrade(config(db), to)
    if images.is_kept(db):
        triggers.put_on(db)


def config(db: "Connection | None" = None) -> "Config":
    """Alembic's configuration, for the connection that env.py will use."""
    from alembic.config import Config

    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent))
    found.attributes["session"] = db.session(alters=True) if db else None
    return found
