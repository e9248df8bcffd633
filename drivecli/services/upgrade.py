"""Bringing a store to this release: its schema, with a checked copy first, and then its deadlines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from drivecli import migrations
from drivecli.db import SCHEMA, Connection, copy_file
from drivecli.errors import StoreUnusable
from drivecli.packaged import fingerprint
from drivecli.queries.store import read_store_settings
from drivecli.services.practice import recompute
from drivecli.settings import Settings, make_private_folder
from drivecli.work import RULES, Work


@dataclass(frozen=True)
class Upgraded:
    """What was brought forward. `copy` is the checked copy that was taken first; `cases` had their clock run."""

    schema_from: str
    schema_to: str
    copy: str | None
    cases: int


@dataclass(frozen=True)
class Needs:
    """What a store needs to be at this release: its `found` schema brought to the `newest`, its clock run anew."""

    found: str
    newest: str
    schema: bool
    clock: bool


def look(db: Connection, *, recompute: bool) -> Needs:
    """What this store needs. Raises StoreUnusable when it is newer than this release."""
    settings = read_store_settings(db, older=True)
    older = settings["schema"] != SCHEMA
    return Needs(settings["schema"], SCHEMA, older, recompute or older or settings["rules"] != fingerprint())


def bring_schema(db: Connection, needs: Needs, settings: Settings, key: Callable[[], str]) -> str | None:
    """Run the schema's steps, all or none, after a checked copy of a file store. Returns where the copy is.

    Raises StoreUnusable when a step leaves rows that point nowhere; nothing is changed then.
    """
    copy = None
    if not db.is_postgres:
        assert db.store.path is not None
        copies = settings.data / "copies"
        make_private_folder(copies)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        copy = copies / f"{db.store.path.stem}-{needs.found}-{moment}.db"
        copy_file(db, key(), copy)
        db.run("PRAGMA foreign_keys = OFF")  # a table that is rebuilt must not take its children with it
    db.begin(write=True, orm=True)
    try:
        migrations.upgrade(db)
        if not db.is_postgres and db.run("PRAGMA foreign_key_check").fetchall():
            raise StoreUnusable(
                "The new form of the store did not check out. Nothing was changed.", kind="damaged", next="drive doctor"
            )
        db.commit()
    except BaseException:
        db.rollback()
        raise
    if not db.is_postgres:
        db.run("PRAGMA foreign_keys = ON")
    return str(copy) if copy else None


def bring_clock(work: Work) -> int:
    """Run the clock of every case by this release's rules. Returns how many there were."""
    work.db.lock(RULES)
    cases = recompute(work)
    work.db.run("UPDATE setting SET value = :rules WHERE key = 'rules'", rules=fingerprint())
    return cases
