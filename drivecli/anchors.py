"""Where the record stood when this user last saw it: kept outside the store, and looked at at every opening.

Whoever puts an older file back, or cuts the end of the record off, cannot also change what is remembered elsewhere.
Beside it lies when the last verified backup was made.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drivecli.db import Connection
from drivecli.errors import Damaged
from drivecli.settings import DEMO, Settings, make_private_folder, write_private


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry of the record by its place and its hash: all that an anchor must hold."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit: where in the record, and what. `kind` is damaged, missing, outside or unwatched."""

    kind: str
    seq: int | None
    said: str


def anchor_file(settings: Settings, store: str) -> Path:
    """Where it is kept, by the store's own name; but for the demo by that word, for it may be made anew at any time."""
    return settings.state / "anchors" / (DEMO if settings.is_demo else store)


def read_anchor(settings: Settings, store: str) -> Sealed | None:
    """The last entry that this user of this computer saw in a store, by the store's own name; None before the first."""
    try:
        seq, _, hashed = anchor_file(settings, store).read_text(encoding="ascii").strip().partition(" ")
        return Sealed(int(seq), hashed)
    except (OSError, ValueError):
        return None


def keep_anchor(settings: Settings, store: str, sealed: Sealed) -> None:
    """Remember the last entry. Raises OSError where that cannot be written."""
    path = anchor_file(settings, store)
    make_private_folder(path.parent)
    write_private(path, f"{sealed.seq} {sealed.hash}\n".encode(), replace=True)


def head(db: Connection) -> Sealed:
    """The last entry of the record."""
    return db.one(Sealed, "SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1") or Sealed(0, "")


def against(db: Connection, anchor: Sealed) -> Finding | None:
    """What does not fit between the record and an anchor; None when it stands as the anchor says."""
    found = db.value("SELECT hash FROM audit_event WHERE seq = :seq", seq=anchor.seq)
    if found is None:
        last = head(db).seq
        return Finding(
            "missing", last, f"{anchor.seq - last} entries after {last} are gone: an older state was put back"
        )
    if not found.startswith(anchor.hash):
        return Finding("damaged", anchor.seq, f"entry {anchor.seq} is not the one that was there before")
    return None


def must_be_whole(db: Connection, anchor: Sealed | None) -> None:
    """Refuse a store in which an older state was put back, or whose past was rewritten. Raises Damaged.

    A restore that was cut short after the backup was in place could not remember it any more: its own entry names what
    it gave up.
    """
    found = against(db, anchor) if anchor else None
    if found and anchor and not stands(db, anchor):
        raise Damaged(
            f"This store is not as it was when this computer last used it: {found.said}.",
            kind="rolled_back",
            next="drive doctor   then drive backup list; whoever leads the service decides",
        )


def stands(db: Connection, anchor: Sealed) -> bool:
    """Whether the record is as an anchor says, or a restore that it tells of gave up the very entry of the anchor."""
    if not against(db, anchor):
        return True
    said = "SELECT 1 FROM audit_event WHERE body LIKE :restore AND body LIKE :head"
    return bool(db.value(said, restore='%"kind":"restore"%', head=f"%{given_up(anchor)}%"))


def given_up(head: Sealed) -> str:
    """How the entry of a restore names the last entry that it gave up."""
    return f"gave up entry {head.seq} {head.hash}"


# -- backups -----------------------------------------------------------------------------------------------------------

EVERY = 24 * 60 * 60
"""Seconds after which a person may be reminded again."""


def _backup_file(state: Path, store: str) -> Path:
    return state / "backups" / store


def keep_backup(state: Path, store: str, path: Path) -> None:
    """Remember that a verified backup of a store was just made. Raises OSError where that cannot be written."""
    file = _backup_file(state, store)
    make_private_folder(file.parent)
    write_private(file, f"{path}\n".encode(), replace=True)


def backup_is_missed(state: Path, store: str, days: int) -> str:
    """A sentence when the last verified backup is older than so many days, once a day; nothing otherwise.

    A store that is seen for the first time has as many days until its first one. Costs two looks at a file.
    """
    file, now = _backup_file(state, store), datetime.now(UTC).timestamp()
    told = file.with_name(f"{file.name}.told")
    with suppress(OSError):
        if not file.exists():
            make_private_folder(file.parent)
            write_private(file, b"", replace=True)
        missed = backup_too_old(state, store, days)
        if not missed or (told.exists() and now - told.stat().st_mtime < EVERY):
            return ""
        write_private(told, b"", replace=True)
        return missed
    return ""


def backup_too_old(state: Path, store: str, days: int) -> str:
    """A sentence when the last verified backup is older than so many days, whenever it is asked; nothing otherwise."""
    try:
        found = _backup_file(state, store).stat()
    except OSError:
        return ""
    old = (datetime.now(UTC).timestamp() - found.st_mtime) / EVERY
    if old <= days:
        return ""
    ago = f"{int(old)} day{'' if int(old) == 1 else 's'} old"
    return f"The last verified backup is {ago}" if found.st_size else "There is no verified backup of this store"
