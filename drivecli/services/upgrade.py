"""Bringing a store to this release: its schema, with a verified backup first, and then its deadlines."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drivecli import anchors, audit, backup, images, migrations, proof
from drivecli.db import SCHEMA, Connection
from drivecli.errors import Damaged, StoreUnusable
from drivecli.migrations import triggers
from drivecli.packaged import fingerprint
from drivecli.queries.store import read_store_settings
from drivecli.services.practice import recompute
from drivecli.settings import Settings
from drivecli.work import RULES, Work


@dataclass(frozen=True)
class Upgraded:
    """What was brought forward. `copy` is the verified backup that was made first; `cases` had their clock run."""

    schema_from: str
    schema_to: str
    copy: str | None
    cases: int


@dataclass(frozen=True)
class Needs:
    """What a store needs to be at this release: its `found` schema brought to the `newest`, its clock run anew.

    `watch` is whether the triggers that note every change must be put back.
    """

    found: str
    newest: str
    schema: bool
    clock: bool
    watch: bool


def look(db: Connection, *, recompute: bool) -> Needs:
    """What this store needs. Raises StoreUnusable when it is newer than this release."""
    settings = read_store_settings(db, older=True)
    older = settings["schema"] != SCHEMA
    clock = recompute or older or settings["rules"] != fingerprint()
    return Needs(settings["schema"], SCHEMA, older, clock, watch=not older and not proof.is_watched(db))


def watch_again(db: Connection, login: str) -> None:
    """Put the triggers back that something else took away, and write down that it was done.

    What was changed meanwhile is in no entry; `drive audit verify --deep` tells it.
    """
    with audit.apart(db, orm=True):
        triggers.take_away(db)
        triggers.put_on(db)
        audit.seal_outside(db, audit.utc_stamp())
        reason = "the triggers that note changes were put back"
        audit.seal(db, audit.Doing("upgrade", "drive upgrade", audit.utc_stamp(), login=login, reason=reason))


def bring_schema(db: Connection, needs: Needs, settings: Settings, key: Callable[[], str], login: str) -> str | None:
    """Run the schema's steps, all or none, after a verified backup of a file store. Returns where that is.

    Raises StoreUnusable when a step leaves rows that point nowhere, Damaged when the record does not hold before it
    begins anew with the new form, or is older than this computer last saw it; nothing is changed then.
    """
    _must_hold(db, settings)
    copy = None if db.is_postgres else backup.make(db, key(), settings)
    if copy:
        db.run("PRAGMA foreign_keys = OFF")  # a table that is rebuilt must not take its children with it
    with audit.apart(db, orm=True):
        migrations.upgrade(db)
        if not db.is_postgres and db.run("PRAGMA foreign_key_check").fetchall():
            raise StoreUnusable(
                "The new form of the store did not check out. Nothing was changed.", kind="damaged", next="drive doctor"
            )
        words = f"from schema {needs.found} to {needs.newest}"
        words += f", after {Path(copy.file).name} (sha256 {copy.sha256})" if copy else ""
        audit.seal_all(db, audit.Doing("upgrade", "drive upgrade", audit.utc_stamp(), login=login, reason=words))
    if copy:
        db.run("PRAGMA foreign_keys = ON")
        with suppress(OSError):
            anchors.keep_backup(settings.state, read_store_settings(db)["db_id"], Path(copy.file))
    return copy.file if copy else None


def _must_hold(db: Connection, settings: Settings) -> None:
    """Only rows that are as the record says, and as new as was ever seen, may become the beginning of a new one.

    Which triggers an older release had is not known here.
    """
    if not images.is_kept(db):
        return
    own = read_store_settings(db, older=True)["db_id"]
    anchors.must_be_whole(db, anchors.read_anchor(settings, own))
    found = [each for each in proof.verify(db, [], deep=True).findings if each.kind != "unwatched"]
    db.rollback()
    if found:
        raise Damaged(
            f"The record does not hold: {found[0].said}. Nothing was changed.", next="drive audit verify --deep"
        )


def bring_clock(work: Work) -> int:
    """Run the clock of every case by this release's rules. Returns how many there were."""
    work.db.lock(RULES)
    cases = recompute(work)
    work.db.run("UPDATE setting SET value = :rules WHERE key = 'rules'", rules=fingerprint())
    return cases
