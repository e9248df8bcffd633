"""The key of an encrypted store: 32 random bytes, kept apart from the data. The one file that reads or makes a key.

It lies in a raw key file, or in slots: copies of it, each wrapped by a passphrase, by a recovery code or by the keyring
of this computer. A session holds it for a while. The libraries that wrap load only when a slot is opened or made.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from drivecli.errors import DriveError, StoreUnusable
from drivecli.settings import Settings, make_private_folder, publish, sync_folder, without_keys, write_private

PROTECTS = """\
The records are encrypted. Whoever has only the data file cannot read them.
Whoever has the data file and the key file can. This protects a lost copy, not an unlocked computer or this account.
If the key file is lost, the records are lost. Nobody can bring them back. Keep a copy where the data is not.
To open them with a passphrase in place of the key file: drive key passphrase"""

TRIES = 3
UNLOCK = "drive unlock"
Ask = Callable[[str], str]
"""Asks a person for words that are not shown while they are typed."""


# -- where the key comes from ------------------------------------------------------------------------------------------


def read_key(settings: Settings, ask: Ask | None = None, *, quick: bool = False) -> str:
    """The store's key as 64 hexadecimal digits: from DRIVE_KEY_FILE, DRIVE_KEY_COMMAND, a session, the keyring, the
    store's own key file, or a person who is asked; `quick` does without the keyring and the person.

    Raises StoreUnusable when there is none, when others may read the file, or when it does not hold a key.
    """
    if settings.key_command and not settings.key_file:
        return _from_command(settings.key_command)
    if settings.key_file or settings.is_demo:
        return fitting(settings, read_key_file(key_file(settings)))
    session = read_session(settings)
    if session:
        return session.key
    slots = read_slots(settings)
    if slots is None or not slots.has_taken_over(settings):
        return fitting(settings, read_key_file(settings.own_key_file))
    found = [] if quick else slots.opened_by_keyring()
    if not found and ask and not quick:
        found = ask_for_key(slots, ask)
    if not found:
        raise StoreUnusable("The store is locked: it opens with a passphrase.", kind="no_key", next=UNLOCK)
    return fitting(settings, found)


def ask_for_key(slots: "Slots", ask: Ask) -> list[str]:
    """What a person's passphrase or recovery code opens. Raises StoreUnusable when three did not."""
    for again in ("", *["That does not open it. "] * (TRIES - 1)):
        found = slots.opened_by(ask(f"{again}Passphrase or recovery code"))
        if found:
            return found
    raise wrong_secret()


def wrong_secret() -> StoreUnusable:
    """Neither the passphrase nor the recovery code."""
    return StoreUnusable("That is neither the passphrase nor the recovery code.", kind="wrong_key", next=UNLOCK)


def fitting(settings: Settings, found: Sequence[str]) -> str:
    """The key that fits the store. There are two only where a change of the key was cut short (`drive key rotate`)."""
    if len(found) == 1:
        return found[0]
    from drivecli import db

    return next((key for key in found if db.fits(settings.store, key)), found[0])


def has_key(settings: Settings) -> bool:
    """Whether a key is already there for this store, so that none needs to be made."""
    return bool(settings.key_command) or key_file(settings).exists()


def make_key(settings: Settings) -> Path:
    """Make a new key file (0600) and return where it is. An existing one is never overwritten."""
    path = key_file(settings)
    if path == settings.own_key_file:
        make_private_folder(path.parent)
    write_private(path, f"{new_key()}\n".encode(), replace=False)
    close_session(settings)
    return path


def new_key() -> str:
    """A new data key."""
    return os.urandom(32).hex()


def key_file(settings: Settings) -> Path:
    """Where the store's raw key lies, or would."""
    return settings.key_file or settings.own_key_file


def read_key_file(path: Path) -> list[str]:
    """The key in a raw key file; while a new one is being put in, that and the former."""
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        raise StoreUnusable(
            f"The key file {path} is not there. Without it the records cannot be read.",
            kind="no_key",
            next="Bring the key file back from its copy, or name it in DRIVE_KEY_FILE.",
        ) from None
    except OSError as error:
        raise StoreUnusable(
            f"The key file {path} cannot be read: {error.strerror}.", kind="no_key", next="drive doctor"
        ) from None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise StoreUnusable(
            f"The key file {path} can be read by others on this computer.",
            kind="no_key",
            next=f"chmod 600 {path}",
        )
    return [_checked(line, str(path)) for line in text.strip(" \t\r\n").split("\n")]


def write_key_file(path: Path, *keys: str) -> None:
    """Put a key into a raw key file in place of what is there; two, the newer first, while it is being changed."""
    _put(path, "".join(f"{key}\n" for key in keys).encode(), own_folder=False)


def remove_key_file(path: Path) -> None:
    """Delete a raw key file, and what a write of it that was cut short may have left."""
    for each in (path, _unfinished(path)):
        each.unlink(missing_ok=True)
    sync_folder(path.parent)


def _put(path: Path, content: bytes, *, own_folder: bool = True) -> None:
    """Write a file of ours whole (0600), so that it outlasts a power cut. Raises StoreUnusable when it cannot."""
    try:
        if own_folder:
            make_private_folder(path.parent)
        with open(os.open(_unfinished(path), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        publish(_unfinished(path), path, replace=True)
        sync_folder(path.parent)
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be written: {error.strerror}.", kind="read_only", next="Check the disk and that folder."
        ) from None


def _unfinished(path: Path) -> Path:
    """Where a file is written before it takes its name: always the same place, so that no key is left lying about."""
    return path.with_name(f".{path.name}.new")


def _from_command(command: str) -> str:
    import shlex
    import subprocess

    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, timeout=10, check=True, text=True, env=without_keys(os.environ)
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        raise StoreUnusable(
            "DRIVE_KEY_COMMAND did not give a key within 10 seconds.",
            kind="no_key",
            next="Run that command by itself and see what it says.",
        ) from None
    return _checked(done.stdout.partition("\n")[0], "what DRIVE_KEY_COMMAND printed")


def _checked(text: str, where: str) -> str:
    """A key as it is written, in letters of one size, so that a flipped bit is noticed."""
    key = text.strip(" \t\r\n")
    if not re.fullmatch(r"[0-9a-f]{64}|[0-9A-F]{64}", key):
        raise StoreUnusable(
            f"There is no key in {where}: it should be 64 hexadecimal digits.",
            kind="no_key",
            next="Bring the key file back from its copy.",
        )
    return key.lower()


# -- slots: wrapped copies of the key ----------------------------------------------------------------------------------

FORMAT, VERSION = "drive key slots", 1
PASSPHRASE, RECOVERY, KEYRING = "passphrase", "recovery", "keyring"
COST = {"memory_kib": 65536, "passes": 3, "lanes": 4}
"""What one try at a passphrase costs (Argon2id). A slot keeps its own, bound to it."""

MOST = {"memory_kib": 1 << 20, "passes": 20, "lanes": 16}
"""What a slot may ask for, so that a file from elsewhere cannot use up this computer."""

Slot = Mapping[str, Any]


@dataclass(frozen=True)
class Slots:
    """Wrapped copies of the data key of the store whose name is `db`, one of a kind.

    `former` is there only while a new key is being put in: the one before it, wrapped by the new one. Changed ones are
    made anew. What a slot says of itself is bound to it (AAD): it opens in no other store, place or cost.
    """

    db: str
    slots: tuple[Slot, ...] = ()
    former: Slot | None = None

    @classmethod
    def read(cls, data: bytes, where: str) -> "Slots":
        """The slots in a file. Raises StoreUnusable when a single bit of it is not as it was written."""
        import json

        try:
            said = json.loads(data)
            found = cls(said["db"], tuple(said["slots"]), said["former"])
            sound = found.write() == data and all(slot["kind"] for slot in found.slots)
        except (ValueError, KeyError, TypeError, RecursionError):
            sound = False
        if not sound:
            raise StoreUnusable(
                f"{where} is damaged, or was made by a newer drive: the store's key is not read from it.",
                kind="damaged",
                next="Bring that file back from a backup, each of which holds it.",
            )
        return found

    def write(self) -> bytes:
        """The slots as a file, with a checksum over all of it."""
        import json
        from hashlib import sha256

        said = {"format": FORMAT, "version": VERSION, "db": self.db, "slots": self.slots, "former": self.former}
        check = sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
        return (json.dumps({**said, "sha256": check}, indent=1) + "\n").encode()

    def without_keyring(self) -> bytes:
        """The slots as they go into a backup, which may be opened on another computer."""
        return self.without(KEYRING).write()

    def of(self, kind: str) -> Slot | None:
        """The slot of a kind."""
        return next((slot for slot in self.slots if slot["kind"] == kind), None)

    def without(self, kind: str) -> "Slots":
        """The slots but that of a kind."""
        return replace(self, slots=tuple(slot for slot in self.slots if slot["kind"] != kind))

    def has_taken_over(self, settings: Settings) -> bool:
        """Whether they, and no longer the raw key file, open the store."""
        return self.of(PASSPHRASE) is not None or not settings.own_key_file.exists()

    def with_secret(self, kind: str, secret: str, key: str) -> "Slots":
        """The slots with one that a passphrase or a recovery code opens, in place of the one of that kind."""
        from drivecli.domain.passphrases import plain

        slot = {**_new_slot(kind), "kdf": "argon2id", **COST, "salt": os.urandom(16).hex()}
        return self._with(self._wrapped(slot, _derived(slot, plain(secret)), key))

    def with_keyring(self, key: str) -> "Slots":
        """The slots with one that the keyring opens. Raises Refused when there is none to be trusted."""
        from drivecli import keyrings

        wrapping = os.urandom(32)
        keyrings.put(self.db, wrapping.hex())
        return self._with(self._wrapped({**_new_slot(KEYRING), "kdf": "none"}, wrapping, key))

    def with_former(self, former: str, key: str) -> "Slots":
        """The slots that also hold the key before this one."""
        return replace(self, former=self._wrapped(_new_slot("former"), bytes.fromhex(key), former))

    def opened_by(self, secret: str) -> list[str]:
        """The key that a passphrase or a recovery code opens, then the former where there is one; else nothing."""
        from drivecli.domain.passphrases import plain, read_code

        for kind, words in ((RECOVERY, read_code(secret)), (PASSPHRASE, plain(secret))):
            slot = self.of(kind)
            key = self._unwrapped(slot, _derived(slot, words)) if slot and words else None
            if key:
                return self._and_former(key)
        return []

    def opened_by_keyring(self) -> list[str]:
        """The same by the keyring of this computer, where it will."""
        slot = self.of(KEYRING)
        if slot is None:
            return []
        from drivecli import keyrings

        with suppress(DriveError, ValueError):
            key = self._unwrapped(slot, bytes.fromhex(keyrings.get(self.db)))
            return self._and_former(key) if key else []
        return []

    def _and_former(self, key: str) -> list[str]:
        former = self._unwrapped(self.former, bytes.fromhex(key)) if self.former else None
        return [key, former] if former else [key]

    def _with(self, slot: Slot) -> "Slots":
        others = self.without(slot["kind"])
        return replace(others, slots=(*others.slots, slot))

    def _wrapped(self, slot: Slot, by: bytes, key: str) -> Slot:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        wrapped = AESGCM(by).encrypt(nonce, bytes.fromhex(key), self._bound(slot))
        return {**slot, "nonce": nonce.hex(), "wrapped": wrapped.hex()}

    def _unwrapped(self, slot: Slot, by: bytes) -> str | None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        with suppress(InvalidTag, AttributeError, KeyError, TypeError, ValueError):
            nonce, wrapped = bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["wrapped"])
            return AESGCM(by).decrypt(nonce, wrapped, self._bound(slot)).hex()
        return None

    def _bound(self, slot: Slot) -> bytes:
        import json

        about = {name: value for name, value in slot.items() if name not in ("nonce", "wrapped")}
        return json.dumps([FORMAT, VERSION, self.db, about], sort_keys=True).encode()


def _new_slot(kind: str) -> dict[str, Any]:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"id": os.urandom(8).hex(), "kind": kind, "made": made}


def _derived(slot: Slot, secret: str) -> bytes:
    """What unwraps a slot, by what was typed and by what the slot says of its cost."""
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    try:
        memory, passes, lanes = (int(slot[name]) for name in COST if 0 < slot[name] <= MOST[name])
        salt = bytes.fromhex(slot["salt"])
        return hash_secret_raw(secret.encode(), salt, passes, memory, lanes, hash_len=32, type=Type.ID)
    except (HashingError, KeyError, TypeError, ValueError):
        return b""


def read_slots(settings: Settings) -> Slots | None:
    """The store's slots; None when it has none. Raises StoreUnusable when they cannot be read whole."""
    path = settings.slots_file
    try:
        return Slots.read(path.read_bytes(), str(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnusable(f"{path} cannot be read: {error.strerror}.", kind="no_key", next="drive doctor") from None


def write_slots(settings: Settings, data: bytes) -> None:
    """Put the store's slots in place, whole or not at all (0600)."""
    Slots.read(data, "What is to be written")
    _put(settings.slots_file, data)


def open_slots(data: bytes, secret: str, fits: Callable[[str], bool] = lambda key: True) -> str:
    """The data key in the slots of a backup, by a passphrase or a recovery code. Raises StoreUnusable.

    `fits` tries a key on the copy: a backup that was made while a change of the key was cut short may have the former.
    """
    found = [key for key in Slots.read(data, "The list of keys in it").opened_by(secret) if fits(key)]
    if not found:
        raise wrong_secret()
    return found[0]


# -- a session: the key, held for a while ------------------------------------------------------------------------------

IDLE, SHIFT = 60 * 60, 10 * 60 * 60
"""Seconds for which it is held when it is not used, and at most."""


@dataclass(frozen=True)
class Session:
    """The key that `drive unlock` holds, and until when if it is not used again."""

    key: str = field(repr=False)
    until: datetime


def session_file(settings: Settings) -> Path:
    """Where the session of this store is: stores of one name in two folders have two."""
    return settings.runtime / f"{settings.store.name}-{crc32(os.fsencode(str(settings.store.path))):08x}.session"


def open_session(settings: Settings, key: str) -> Session:
    """Hold the key from now on."""
    began = datetime.now(UTC).timestamp()
    _put(session_file(settings), os.fsencode(f"{began}\n{key}\n{settings.store.path}"))
    return Session(key, datetime.fromtimestamp(began + IDLE, UTC))


def close_session(settings: Settings) -> bool:
    """Let go of the key; whether one was held."""
    path = session_file(settings)
    was_held = path.exists()
    for each in (path, _unfinished(path)):
        each.unlink(missing_ok=True)
    return was_held


def read_session(settings: Settings, *, use: bool = True) -> Session | None:
    """The session of this store, made longer again by its `use`.

    One that is too old, of another store or open to others is not used, and is removed where it is this user's.
    """
    path = session_file(settings)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(handle, encoding="utf-8", errors="surrogateescape") as file:
        found, text = os.fstat(handle), file.read()
    ours = os.name != "posix" or found.st_uid == os.getuid()
    private = os.name != "posix" or not found.st_mode & 0o077
    session = _session_in(text, found.st_mtime, str(settings.store.path)) if ours and private else None
    with suppress(OSError):
        if session is None and ours:
            path.unlink()
        elif session and use:
            os.utime(path)
    return session


def _session_in(text: str, used: float, wanted: str) -> Session | None:
    now = datetime.now(UTC).timestamp()
    began, key, store = [*text.split("\n", 2), "", ""][:3]
    with suppress(ValueError, StoreUnusable):
        ends = min(float(began) + SHIFT, used + IDLE)
        if store == wanted and float(began) - 60 <= now < ends:
            return Session(_checked(key, "it"), datetime.fromtimestamp(ends, UTC))
    return None
