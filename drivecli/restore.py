"""Putting a backup back: what is there moves aside, and the old store or the new one is there at every moment.

The backup is made ready beside the store, checked, with its entry in it, and takes the store's name in one step, while
nobody else has the store open. Where this computer's key is another than the backup's, the copy is brought under this
computer's, so that nothing but the one file need change.
"""

import os
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from drivecli import audit, images, keys
from drivecli.anchors import Sealed, given_up, head, keep_anchor, read_anchor, stands
from drivecli.backup import make_store, must_check_out, rekey, write_entry
from drivecli.backup_file import Keyed, Manifest, open_backup, room_in, sync, unpack
from drivecli.db import BUSY_MS, SCHEMA, Connection, fits, open_copy, open_store
from drivecli.errors import Refused, StoreUnusable
from drivecli.queries import workers
from drivecli.queries.store import read_store_settings
from drivecli.settings import Settings, make_private_folder, publish, sync_folder

LOG = ("-wal", "-shm")
"""What lies beside the file of a store while it is open, by the ends of their names."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that was put back: `missing` entries were given up, and what was there before lies at `moved`.

    `slots` is where the slots moved that were here before, when those of the backup took their place. `is_newest` is
    whether its form is this release's.
    """

    store: str
    file: str
    created: str
    missing: int
    moved: str | None
    slots: str | None
    is_newest: bool


def restore(path: Path, settings: Settings, keyed: Keyed, accepted: int | None, login: str) -> Restored:
    """Put a backup in the store's place. `accepted` is how many entries the person knows will be missing.

    Raises Damaged for a backup that does not check out, Refused where more would be missing than was accepted or the
    backup is of another store, StoreUnusable where it cannot be opened or put in place. Nothing is changed then.
    """
    store = settings.store.path
    assert store is not None
    moment = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    fresh = store.with_name(f".{store.name}.{os.getpid()}.restoring")
    with room_in(store.parent):
        make_private_folder(store.parent)
        try:
            manifest, slots = unpack(path, fresh)
            copy, key = open_backup(fresh, path, slots, keyed)
            with closing(copy):
                must_check_out(copy, path, manifest, deep=True)
                here = _key_here(settings, keyed, key)
                missing, left = _missing(copy, settings, manifest, here)
                _must_accept(path, manifest, missing, accepted)
            if here and here != key:
                rekey(fresh, key, here)
            sealed = make_store(fresh, here or key, lambda copy: _note(copy, path, left, login))
            former = None
            if slots and (here is None or not (settings.slots_file.exists() or keys.has_key(settings))):
                former = _put_slots(settings, slots, moment)
            moved = _put_in_place(fresh, settings, here, moment)
        finally:
            for rest in ("", "-journal", *LOG):
                fresh.with_name(f"{fresh.name}{rest}").unlink(missing_ok=True)
    if sealed:
        with suppress(OSError):
            keep_anchor(settings, manifest.db_id, sealed)
    newest = manifest.schema == SCHEMA
    aside, shut = (str(each) if each else None for each in (moved, former))
    return Restored(str(store), str(path), manifest.created, missing, aside, shut, newest)


def _key_here(settings: Settings, keyed: Keyed, key: str) -> str | None:
    """The key that this computer opens its store with; None where it has none, or none that can be had."""
    with suppress(StoreUnusable):
        return keyed.own()
    slots = keys.read_slots(settings)
    known = slots.opened_by(keyed.secret()) if slots and keyed.secret else []
    with suppress(StoreUnusable):
        return next((each for each in (key, *known) if fits(settings.store, each)), None)
    return None


# -- what would be missing ---------------------------------------------------------------------------------------------


def _missing(copy: Connection, settings: Settings, manifest: Manifest, here: str | None) -> tuple[int, Sealed | None]:
    """How many entries are not in the backup, and the last of them: by the store here, and by what is remembered."""
    found = []
    anchor = read_anchor(settings, manifest.db_id) if manifest.db_id else None
    live = _live(settings, here)
    if live:
        with closing(live):
            found.append(_missing_of_store(copy, live, manifest))
            if anchor and stands(live, anchor):
                anchor = None  # it is among those of the store
    elif settings.store.path and settings.store.path.exists() and not anchor:
        raise Refused(
            f"{settings.store} cannot be opened, and this computer never worked with the store of this backup.",
            kind="foreign",
            next="If it is of no use any more, give that file another name, and type the line again.",
        )
    if anchor:
        there = _hash_of(copy, manifest, anchor.seq)
        gone = 0 if there == anchor.hash else max(1, anchor.seq - manifest.seq)
        found.append((gone, anchor if gone else None))
    return max(found, key=lambda each: each[0], default=(0, None))


def _live(settings: Settings, here: str | None) -> Connection | None:
    """The store that is here, open; None where there is none, or it will not open."""
    with suppress(StoreUnusable):
        return open_store(settings.store, lambda: here) if here else None
    return None


def _missing_of_store(copy: Connection, live: Connection, manifest: Manifest) -> tuple[int, Sealed | None]:
    with suppress(StoreUnusable):
        said = read_store_settings(live, older=True)
        if manifest.db_id and said.get("db_id", manifest.db_id) != manifest.db_id:
            raise Refused(
                f"This is a backup of another store ({manifest.prefix}), not of the one that is here.",
                kind="foreign",
                next="Name another place for it in DRIVE_DATABASE, and type the line again.",
            )
        last = head(live) if images.is_kept(live) else Sealed(0, "")
        for seq, hashed in live.run("SELECT seq, hash FROM audit_event ORDER BY seq DESC") if last.seq else ():
            if _hash_of(copy, manifest, seq) == hashed:
                return last.seq - seq, last if last.seq > seq else None
        return last.seq, last if last.seq else None
    return 0, None


def _hash_of(copy: Connection, manifest: Manifest, seq: int) -> str | None:
    found: str | None = copy.value("SELECT hash FROM audit_event WHERE seq = :seq", seq=seq) if manifest.seq else None
    return found


def _must_accept(path: Path, manifest: Manifest, missing: int, accepted: int | None) -> None:
    if missing == (accepted or 0):
        return
    if not missing:
        raise Refused("Nothing will be missing.", kind="loss", next="Leave --accept-loss out.")
    entries = "1 entry" if missing == 1 else f"{missing} entries"
    raise Refused(
        f"This backup is of {manifest.created[:16].replace('T', ' ')} UTC. {entries} of the record came after it, and"
        " what was done in them will be missing.",
        kind="loss",
        next=f"drive backup restore {path} --accept-loss {missing}",
    )


# -- in its place ------------------------------------------------------------------------------------------------------


def _note(copy: Connection, path: Path, left: Sealed | None, login: str) -> Sealed | None:
    """Write down in a copy that it was put back, and what was given up. The oldest form has no place for it."""
    if not images.is_kept(copy):
        return None
    who = workers.by_login(copy, login)
    words = f"put back {path.name} of entry {head(copy).seq}" + (f"; {given_up(left)}" if left else "")
    worker = who.username if who else None
    doing = audit.Doing("restore", "drive backup restore", audit.utc_stamp(), worker, login, reason=words)
    return write_entry(copy, doing)


def _put_slots(settings: Settings, slots: bytes, moment: str) -> Path | None:
    """Let what opens the backup open this store; what opened nothing here moves aside. Returns where the slots went."""
    former = _aside(settings.slots_file, moment) if settings.slots_file.exists() else None
    for each in (settings.slots_file, settings.own_key_file):
        if each.exists():
            os.replace(each, _aside(each, moment))
    keys.write_slots(settings, slots)
    keys.close_session(settings)
    return former


def _aside(path: Path, moment: str) -> Path:
    return path.with_name(f"{path.name}.before-restore-{moment}")


def _put_in_place(fresh: Path, settings: Settings, here: str | None, moment: str) -> Path | None:
    """Give the copy the store's name in one step. Returns where what was there is now."""
    store = settings.store.path
    assert store is not None
    aside = _aside(store, moment)
    former = _held_alone(store, here) if here and store.exists() else None
    try:
        if store.exists():
            _keep(store, aside)
        for rest in LOG:
            log = store.with_name(f"{store.name}{rest}")
            if former and log.exists():
                log.unlink()  # empty: all of it is in the file
            elif log.exists():
                os.replace(log, aside.with_name(f"{aside.name}{rest}"))
        if former and os.name == "nt":
            former.close()  # a file that is open has no other put in its place there
        publish(fresh, store, replace=aside.exists())
        sync_folder(store.parent)
    finally:
        if former:
            former.close()
    return aside if aside.exists() else None


def _held_alone(store: Path, key: str) -> Connection | None:
    """The store, all of it in its one file, and nobody else in it; None where it cannot be opened at all."""
    until = monotonic() + BUSY_MS / 1000
    while True:
        try:
            former = open_copy(store, key, write=True, alone=True)
            break
        except StoreUnusable as error:
            if error.kind != "locked":
                return None
            if monotonic() > until:
                raise StoreUnusable(
                    "Somebody else has the store open. Nothing was changed.",
                    kind="locked",
                    next="Try again in a minute.",
                ) from None
    former.run("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return former


def _keep(store: Path, aside: Path) -> None:
    """Give the file that is there a second name, so that there is no moment without a store."""
    for each in store.parent.glob(f"{store.name}.before-restore-*"):
        if each.samefile(store):
            each.unlink()  # of a restore that was cut short
    try:
        os.link(store, aside)
    except OSError:  # where a file cannot have two names
        import shutil

        shutil.copy2(store, aside)
        sync(aside)
