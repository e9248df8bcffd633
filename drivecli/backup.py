"""Backups of a file store: made, listed, and looked at. Each is checked whole before it counts as one.

What the file of one is, is in `backup_file`; how one is put back, in `restore`.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from drivecli import __version__, audit, images, keys, proof
from drivecli.anchors import Sealed, head
from drivecli.backup_file import (
    DATA,
    SUFFIX,
    UNVERIFIED,
    Keyed,
    Manifest,
    damaged,
    open_backup,
    pack,
    read_manifest,
    room_in,
    sum_of,
    sync,
    unpack,
)
from drivecli.db import SCHEMA, Connection, as_refusal, file_engine, finish_file, open_copy, open_store
from drivecli.errors import Damaged, DriveError, Refused
from drivecli.queries import caseload, workers
from drivecli.queries.caseload import Wanted
from drivecli.queries.store import read_store_settings
from drivecli.settings import Settings, Store, make_private_folder, publish, sync_folder

KEPT = 14
"""Backups of a store that stay in the default folder."""

STALE = 24 * 60 * 60
"""Seconds after which what a backup that was cut short left behind is removed."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made and checked. `opens_with` is slots or key_file; `removed` are older ones that went."""

    file: str
    created: str
    size: int
    entries: int
    sha256: str
    opens_with: str
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A backup that lies in a folder. `verified` is yes, no or damaged; `behind` how far the store went on since."""

    file: str
    created: str | None
    size: int
    verified: str
    entries: int | None
    behind: int | None


@dataclass(frozen=True, slots=True)
class Verified:
    """A backup in which nothing was found wrong, and how deeply it was looked at."""

    file: str
    created: str
    entries: int
    rows: int
    deep: bool


def refuse_elsewhere(settings: Settings) -> None:
    """Refuse on PostgreSQL, which has its own ways. Raises Refused."""
    if settings.store.path is None:
        raise Refused(
            "Backups of a team's database are the database's own; drive makes and restores none.",
            kind="not_here",
            next=f"pg_dump --format=custom --file=drive.dump '{settings.store.url}'",
        )


# -- making one --------------------------------------------------------------------------------------------------------


def make(
    db: Connection,
    key: str,
    settings: Settings,
    to: Path | None = None,
    record: Callable[[Manifest, Path], object] = lambda manifest, path: None,
) -> Made:
    """Copy the open store, check the copy whole, and only then give it its name. Others may write meanwhile.

    `to` is a folder or a file. `record` writes down that it was made, before it has its name: what then fails leaves
    nothing behind that could be taken for a backup. Raises StoreUnusable, Damaged, or Refused for a name that is taken.
    """
    moment, folder = datetime.now(UTC), settings.backups if to is None else to
    with room_in(folder):
        if to is None:
            make_private_folder(folder)
        path = _path_of(folder, db.value("SELECT value FROM setting WHERE key = 'prefix'"), moment)
        data, whole = (path.with_name(f"{path.name}.{os.getpid()}{rest}{UNVERIFIED}") for rest in (".data", ""))
        slots = keys.read_slots(settings)
        try:
            before = [head(db)] if images.is_kept(db) else []
            _copy(db, data)
            manifest = _described(data, key, moment, before)
            portable = slots is not None and bool(slots.of(keys.PASSPHRASE) or slots.of(keys.RECOVERY))
            pack(whole, data, manifest, slots.without_keyring() if slots and portable else None)
            record(manifest, path)
            publish(whole, path, replace=False)
            sync_folder(path.parent)
        except FileExistsError:
            raise Refused(f"There is a file {path} already.", kind="taken", next="Choose another name.") from None
        finally:
            for each in (data, data.with_name(f"{data.name}-journal"), whole):
                each.unlink(missing_ok=True)
    removed = _let_go(path, manifest) if to is None else ()
    opens, size = "slots" if portable else "key_file", path.stat().st_size
    return Made(str(path), manifest.created, size, manifest.seq, manifest.sha256, opens, removed)


def seal(db: Connection, manifest: Manifest, path: Path, *, worker: str | None, login: str) -> Sealed:
    """Write down that a backup was made."""
    words = f"{path.name} of entry {manifest.seq} {manifest.head}, sha256 {manifest.sha256}"
    return write_entry(db, audit.Doing("backup", "drive backup create", audit.utc_stamp(), worker, login, reason=words))


def write_entry(db: Connection, doing: audit.Doing) -> Sealed:
    """Put an entry of its own into a store's record."""
    with audit.apart(db):
        audit.seal_outside(db, doing.at)
        return audit.seal(db, doing)


def _path_of(to: Path, prefix: str, moment: datetime) -> Path:
    """Where a backup goes: the file that was named, or a name of its own in a folder."""
    if not to.is_dir():
        return to
    stem, more = f"drive-{prefix}-{moment:%Y%m%dT%H%M%SZ}", ""
    while os.path.lexists(path := to / f"{stem}{more}{SUFFIX}"):
        more = f"-{int(more[1:] or 1) + 1}"
    return path


def _copy(db: Connection, to: Path) -> None:
    """A whole copy of an open store under the same key, as it is at one moment, on the disk when this returns."""
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db.run("VACUUM INTO :path", path=str(to))
    sync(to)


def _described(data: Path, key: str, moment: datetime, anchors: Sequence[Sealed]) -> Manifest:
    """Check a copy whole, and say what is in it. Raises Damaged."""
    with closing(open_copy(data, key)) as copy:
        said = read_store_settings(copy, older=True)
        faults = _faults(copy, anchors, deep=True)
        if faults:
            raise Damaged(
                f"The copy of the store does not check out: {faults[0]}. It was thrown away.",
                next="drive audit verify --deep   and drive doctor",
            )
        sqlcipher, sqlite, _ = file_engine()
        created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        last = head(copy) if images.is_kept(copy) else Sealed(0, "")
        return Manifest(
            db_id=said.get("db_id", ""),
            prefix=said["prefix"],
            schema=said["schema"],
            versions={"drive": __version__, "sqlcipher": sqlcipher, "sqlite": sqlite},
            created=created,
            sha256=sum_of(data),
            counts=_counts(copy),
            answers=_answers(copy, said["schema"], created[:10]),
            seq=last.seq,
            head=last.hash,
        )


def _let_go(made: Path, manifest: Manifest) -> tuple[str, ...]:
    """Remove the oldest backups of this store in its folder, but never the one just made, and what was cut short."""
    found = [
        (there.created, there.seq, path)
        for path in made.parent.glob(f"*{SUFFIX}")
        if (there := _of(path, manifest.db_id))
    ]
    others = sorted((each for each in found if each[2] != made), reverse=True)
    old = [path for *_, path in others[KEPT - 1 :]]
    now = datetime.now(UTC).timestamp()
    with suppress(OSError):
        for path in old:
            path.unlink()
        for path in made.parent.glob(f"*{UNVERIFIED}"):
            if now - path.stat().st_mtime > STALE:
                path.unlink()
    return tuple(path.name for path in old)


def _of(path: Path, db_id: str) -> Manifest | None:
    """The manifest of a backup of this store; None where it is another's, or cannot be read."""
    with suppress(DriveError, OSError):
        manifest = read_manifest(path)
        return manifest if manifest.db_id == db_id else None
    return None


# -- looking at one ----------------------------------------------------------------------------------------------------


def listed(folder: Path, db_id: str, now: Sealed | None) -> list[BackupRow]:
    """The backups in a folder, newest first, by what they say of themselves; `now` is where the record stands."""
    found = []
    for path in folder.glob(f"*{SUFFIX}*"):
        if path.suffix in (SUFFIX, UNVERIFIED) and path.is_file():
            found.append(_row(path, db_id, now))
    return sorted(found, key=lambda row: (row.created or "", row.entries or 0, row.file), reverse=True)


def _row(path: Path, db_id: str, now: Sealed | None) -> BackupRow:
    size = path.stat().st_size
    if path.suffix == UNVERIFIED:
        return BackupRow(str(path), None, size, "no", None, None)
    try:
        manifest = read_manifest(path)
    except DriveError:
        return BackupRow(str(path), None, size, "damaged", None, None)
    behind = now.seq - manifest.seq if now and manifest.db_id == db_id else None
    return BackupRow(str(path), manifest.created, size, "yes", manifest.seq, behind)


def verify(path: Path, keyed: Keyed, *, deep: bool) -> Verified:
    """Check a backup: the file, its pages, its record and its rows; `deep` also restores it into a private folder.

    Raises Damaged for whatever does not fit, StoreUnusable when it cannot be opened.
    """
    with TemporaryDirectory(prefix="drive-") as folder, room_in(Path(folder)):
        data = Path(folder) / DATA
        manifest, slots = unpack(path, data)
        copy, key = open_backup(data, path, slots, keyed)
        with closing(copy):
            must_check_out(copy, path, manifest, deep=deep)
        if deep:
            make_store(data, key)
            with closing(open_store(Store("restored", path=data), lambda: key)) as store:
                _must_answer(store, path, manifest)
    return Verified(str(path), manifest.created, manifest.seq, sum(manifest.counts.values()), deep)


def make_store(data: Path, key: str, write: Callable[[Connection], Any] = lambda copy: None) -> Any:
    """Bring a checked copy into the mode of a store, with what `write` adds to it, and close it. Returns its answer."""
    with closing(open_copy(data, key, write=True)) as copy:
        copy.run("PRAGMA journal_mode = WAL").fetchall()
        answer = write(copy)
        finish_file(copy)
    sync(data)
    return answer


def rekey(data: Path, former: str, key: str) -> None:
    """Bring every page of a copy under another key."""
    with closing(open_copy(data, former, write=True)) as copy:
        copy.run(f"PRAGMA rekey = \"x'{key}'\"").fetchall()


def must_check_out(copy: Connection, path: Path, manifest: Manifest, *, deep: bool) -> None:
    """Hold the database of a backup to itself and to its manifest. Raises Damaged."""
    try:
        said = read_store_settings(copy, older=True)
        faults = _faults(copy, [manifest.sealed] if manifest.seq else [], deep=deep)
        last = head(copy) if images.is_kept(copy) else Sealed(0, "")
    except Exception as error:
        refusal = as_refusal(error)
        raise damaged(path, "its database cannot be read") if refusal and refusal.kind == "damaged" else error from None
    if faults:
        raise damaged(path, faults[0])
    there = (said.get("db_id", ""), said["prefix"], said["schema"], last, _counts(copy))
    if there != (
        manifest.db_id,
        manifest.prefix,
        manifest.schema,
        manifest.sealed,
        manifest.counts,
    ):
        raise damaged(path, "what is in it is not what its manifest says")


def _must_answer(store: Connection, path: Path, manifest: Manifest) -> None:
    said = read_store_settings(store, older=True)
    answers = _answers(store, said["schema"], manifest.created[:10])
    if _counts(store) != manifest.counts or answers != manifest.answers:
        raise damaged(path, "restored, it answers otherwise than its store did")


def _faults(copy: Connection, anchors: Sequence[Sealed], *, deep: bool) -> list[str]:
    """What is wrong with a copy of a store: its pages first, for nothing else can be asked of damaged ones."""
    pages = copy.run("PRAGMA cipher_integrity_check").fetchall()
    if pages or copy.value("PRAGMA integrity_check") != "ok":
        return [f"{len(pages) or 1} of its pages are damaged"]
    if copy.run("PRAGMA foreign_key_check").fetchall():
        return ["some of its rows point nowhere"]
    if not images.is_kept(copy):
        return []
    newest = copy.value("SELECT version_num FROM alembic_version") == SCHEMA
    found = proof.verify(copy, anchors, deep=deep).findings
    return [each.said for each in found if newest or each.kind != "unwatched"]


def _counts(copy: Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = copy.run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    return {name: copy.value(f"SELECT COUNT(*) FROM {name}") for (name,) in tables.fetchall()}


def _answers(copy: Connection, schema: str, day: str) -> dict[str, Any]:
    """What a few lists say on a day: numbers alone, for a manifest can be read without the key."""
    if schema != SCHEMA:
        return {}
    opened, late = caseload.counts(copy, date.fromisoformat(day))
    everybody = workers.listed(copy, role=None, everyone=True)
    held = sum(
        caseload.caseload(copy, date.fromisoformat(day), Wanted(manager=each.username)).open for each in everybody
    )
    return {"open": opened, "overdue": late, "workers": len(everybody), "managed": held}
