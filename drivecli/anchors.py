"""Where the record stood when this user last saw it: kept outside the store, and looked at at every opening.

Whoever puts an older file back, or cuts the end of the record off, cannot also change what is remembered elsewhere.
"""

from dataclasses import dataclass
from pathlib import Path

from drivecli.db import Connection
from drivecli.errors import Damaged
from drivecli.settings import make_private_folder, write_private


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


def anchor_file(state: Path, store: str) -> Path:
    """Where it is kept for one store."""
    return state / "anchors" / store


def read_anchor(state: Path, store: str) -> Sealed | None:
    """The last entry that this user of this computer saw in a store, by the store's own name; None before the first."""
    try:
        seq, _, hashed = anchor_file(state, store).read_text(encoding="ascii").strip().partition(" ")
        return Sealed(int(seq), hashed)
    except (OSError, ValueError):
        return None


def keep_anchor(state: Path, store: str, sealed: Sealed) -> None:
    """Remember the last entry. Raises OSError where that cannot be written."""
    path = anchor_file(state, store)
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
    """Refuse a store in which an older state was put back, or whose past was rewritten. Raises Damaged."""
    found = against(db, anchor) if anchor else None
    if found:
        raise Damaged(
            f"This store is not as it was when this computer last used it: {found.said}.",
            kind="rolled_back",
            next="drive doctor   then drive backup list; whoever leads the service decides",
        )
