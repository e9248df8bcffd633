"""The file of a backup: a zip that is stored, not squeezed, and ends with the SHA-256 of all before.

In it are the database under its own key (data.db), what unwraps that key (keys.slots; not where a key file is all there
is), and a list of it all (manifest.json). No bit of it changes unnoticed.
"""

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile

from drivecli import keys
from drivecli.anchors import Sealed
from drivecli.db import Connection, as_refusal, open_copy
from drivecli.errors import Damaged, NotFound, Refused, StoreUnusable

FORMAT, VERSION = "drive backup", 1
SUFFIX, UNVERIFIED = ".drivebackup", ".unverified"
DATA, SLOTS, MANIFEST = "data.db", "keys.slots", "manifest.json"
SEAL = 64
"""How many letters at the end of a backup are the hash of all before."""

UNREADABLE = (BadZipFile, KeyError, ValueError, TypeError, EOFError, NotImplementedError, RuntimeError)
"""What a file raises that is not the zip, or not the manifest, it should be."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in a backup. `seq` and `head` are the last entry of its record, `answers` what a few lists said."""

    db_id: str
    prefix: str
    schema: str
    versions: dict[str, str]
    created: str
    sha256: str
    counts: dict[str, int]
    answers: dict[str, Any]
    seq: int
    head: str
    format: str = FORMAT
    version: int = VERSION

    @property
    def sealed(self) -> Sealed:
        """The last entry of its record."""
        return Sealed(self.seq, self.head)


@dataclass(frozen=True, slots=True)
class Keyed:
    """How a backup may be opened: by this computer's `own` key, else with a `secret`, which is asked for once.

    `only_secret` does without the own key, to show that the passphrase or the recovery code opens it.
    """

    own: Callable[[], str]
    secret: Callable[[], str] | None = None
    only_secret: bool = False


def pack(to: Path, data: Path, manifest: Manifest, slots: bytes | None) -> None:
    """Write a backup whole (0600), on the disk when this returns."""
    with os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file:
        with ZipFile(file, "w", ZIP_STORED, strict_timestamps=False) as archive:
            archive.comment = b"0" * SEAL
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), sort_keys=True, indent=1))
            if slots:
                archive.writestr(SLOTS, slots)
            archive.write(data, DATA)
        size = file.seek(-SEAL, os.SEEK_END)
        sealed = _sum(file, size)
        file.seek(size)
        file.write(sealed.encode())
        file.flush()
        os.fsync(file.fileno())


def _sum(file: BinaryIO, size: int) -> str:
    """The SHA-256 of the first so many bytes of a file."""
    whole = hashlib.sha256()
    file.seek(0)
    while size > 0 and (read := file.read(min(size, 1 << 20))):
        whole.update(read)
        size -= len(read)
    return whole.hexdigest()


def sum_of(path: Path) -> str:
    """The SHA-256 of a whole file."""
    with path.open("rb") as file:
        return _sum(file, path.stat().st_size)


def read_manifest(path: Path) -> Manifest:
    """What a backup says is in it, read without looking at the rest. Raises Damaged, NotFound or Refused."""
    with _reading(path) as file, ZipFile(file) as archive:
        return _manifest_in(archive)


def _manifest_in(archive: ZipFile) -> Manifest:
    said = json.loads(archive.read(MANIFEST))
    if said["format"] == FORMAT and said["version"] > VERSION:
        raise StoreUnusable(
            "This backup was made by a newer drive.", kind="newer_schema", next="pip install --upgrade drivecli"
        )
    found = Manifest(**said)
    if found.format != FORMAT or not isinstance(found.seq, int) or not isinstance(found.created, str):
        raise ValueError
    return found


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    """A file that must be a backup, open; what is not is told apart from one that is damaged."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", next="drive backup list") from None
    except OSError as error:
        raise StoreUnusable(f"{path} cannot be read: {error.strerror}.", kind="read_only") from None
    with file:
        if file.read(4) != b"PK\x03\x04" and path.suffix != SUFFIX:
            raise Refused(
                f"{path} is not a backup. A plain copy of a store's file may have been cut in the middle of a change.",
                kind="not_a_backup",
                next="Take one that drive backup create made. To look into this one: DRIVE_DATABASE=FILE drive doctor",
            )
        try:
            yield file
        except UNREADABLE:
            raise damaged(path, "it is not as it was written") from None
        except OSError as error:
            raise damaged(path, "it is not as it was written") if error.errno == errno.EINVAL else error from None


def damaged(path: Path, why: str) -> Damaged:
    """What is said of a backup that cannot be trusted."""
    return Damaged(f"{path.name} is damaged: {why}.", next="Take another: drive backup list")


def unpack(path: Path, to: Path) -> tuple[Manifest, bytes | None]:
    """Check the file as a whole, and bring its database to `to` (0600), which is not there yet."""
    with _reading(path) as file:
        size = file.seek(0, os.SEEK_END) - SEAL
        if _sum(file, size).encode() != file.read(SEAL):
            raise damaged(path, "it is not as it was written")
        with ZipFile(file) as archive:
            manifest = _manifest_in(archive)
            slots = archive.read(SLOTS) if SLOTS in archive.namelist() else None
            with (
                archive.open(DATA) as source,
                os.fdopen(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb") as copy,
            ):
                while read := source.read(1 << 20):
                    copy.write(read)
    if sum_of(to) != manifest.sha256:
        raise damaged(path, "its manifest is that of another")
    return manifest, slots


def open_backup(data: Path, path: Path, slots: bytes | None, keyed: Keyed) -> tuple[Connection, str]:
    """Open the database of a backup by this computer's key, or by the slots in it. Raises StoreUnusable."""
    if not keyed.only_secret:
        with suppress(StoreUnusable):
            key = keyed.own()
            return open_copy(data, key), key
    if slots is None:
        raise StoreUnusable(
            f"{path.name} opens only with the key file of its store, which is not here or not the right one.",
            kind="no_key",
            next="Say where that is in DRIVE_KEY_FILE, and type the line again.",
        )
    if keyed.secret is None:
        raise StoreUnusable(
            f"This computer's key does not open {path.name}, and nobody was asked for what does.",
            kind="no_key",
            next="Give the passphrase or the recovery code on stdin: --passphrase -",
        )
    key = keys.open_slots(slots, keyed.secret(), lambda found: _fits(data, found))
    return open_copy(data, key), key


def _fits(data: Path, key: str) -> bool:
    with suppress(StoreUnusable):
        open_copy(data, key).close()
        return True
    return False


@contextmanager
def room_in(where: Path) -> Iterator[None]:
    """What a place means that will not take a file, in a sentence."""
    try:
        yield
    except Exception as error:
        refusal = as_refusal(error)
        if isinstance(error, OSError):
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            why, kind = error.strerror or str(error), "no_space" if full else "read_only"
        elif refusal and refusal.kind == "no_space":
            why, kind = "there is no room", refusal.kind
        else:
            raise refusal or error from None
        raise StoreUnusable(
            f"{where} does not take it: {why}. Nothing was changed, and nothing is left there.",
            kind=kind,
            next="Choose another folder, or make room in it and see to its rights.",
        ) from None


def sync(path: Path) -> None:
    """Have a file on the disk when this returns."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
