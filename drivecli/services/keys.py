"""What opens a store, and changing it: passphrase, recovery code, keyring, and a new data key.

Whatever is changed, the store is open under its key and locked meanwhile: so the key is known to fit, nobody changes
the slots at the same time, and what opens the store now opens it until something else has been seen to.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import randbits
from time import monotonic, sleep

from drivecli import db, keyrings, keys
from drivecli.domain.passphrases import CODE_BITS, write_code
from drivecli.errors import DriveError, Refused, StoreUnusable
from drivecli.keys import KEYRING, PASSPHRASE, RECOVERY, Slots
from drivecli.queries.store import read_store_settings
from drivecli.settings import Settings, is_in_memory

CUT_SHORT = "rotation"
PATIENCE = 5.0
"""Seconds for which others may still be reading what was before."""


@dataclass(frozen=True)
class Opener:
    """One thing that opens the store: what kind, where it lies, when it was made, until when it holds."""

    kind: str
    where: str
    made: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Changed:
    """What opens the store after a change; `removed` is the raw key file that no longer does."""

    store: str
    opens_with: list[str]
    removed: str | None = None


def refuse_elsewhere(settings: Settings, *, demo: bool = False) -> None:
    """Refuse where the key is not drive's to keep: on PostgreSQL, and, unless the `demo` is welcome, in the demo."""
    if settings.store.path is None:
        raise Refused(
            "On PostgreSQL there is no key of drive's: encryption at rest is the database's own. Nothing was changed.",
            kind="no_key_here",
            next="Ask whoever looks after the database.",
        )
    if settings.is_demo and not demo:
        raise Refused(
            "The demo holds nobody's record: it keeps its plain key file. Nothing was changed.", kind="no_key_here"
        )


def openers(settings: Settings) -> list[Opener]:
    """Everything that opens the store, in the order in which it is tried. No key is read, nobody is asked."""
    found = []
    if settings.key_file:
        found.append(Opener("key_file", str(settings.key_file)))
    if settings.key_command:
        found.append(Opener("key_command", "DRIVE_KEY_COMMAND"))
    if settings.is_demo:
        return [Opener("key_file", str(settings.own_key_file))]
    session = keys.read_session(settings, use=False)
    if session:
        until = session.until.isoformat(timespec="seconds")
        found.append(Opener("session", str(keys.session_file(settings)), until=until))
    slots = keys.read_slots(settings)
    listed = sorted(slots.slots, key=lambda slot: slot["kind"]) if slots else []
    found += [Opener(str(slot["kind"]), str(settings.slots_file), str(slot.get("made"))) for slot in listed]
    if settings.own_key_file.exists():
        found.append(Opener("key_file", str(settings.own_key_file)))
    if is_cut_short(settings):
        found.append(Opener(CUT_SHORT, "a change of the key was cut short: drive key rotate finishes it"))
    return found


def is_cut_short(settings: Settings) -> bool:
    """Whether a change of the data key began and did not end, so that there are two keys of which one fits."""
    slots = keys.read_slots(settings)
    return bool(slots and slots.former) or bool(both_in_a_file(settings))


def both_in_a_file(settings: Settings) -> list[str]:
    """The new key and the former, where a change was cut short and a raw key file has them; else nothing."""
    return next((found for found in _key_files(settings).values() if len(found) > 1), [])


def new_code() -> str:
    """A new recovery code."""
    return write_code(randbits(CODE_BITS))


# -- holding the key for a while ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unlocked:
    """A store whose key is held: until when if it is not used, where, and whether that is memory alone."""

    store: str
    until: str
    where: str
    in_memory: bool


@dataclass(frozen=True)
class Locked:
    """A store whose key is held no longer; whether it was."""

    store: str
    was_unlocked: bool


def unlock(settings: Settings, found: list[str]) -> Unlocked:
    """Hold the key of those found that fits. Raises StoreUnusable when none does, or the store will not open."""
    key = keys.fitting(settings, found)
    db.open_store(settings.store, lambda: key).close()
    session = keys.open_session(settings, key)
    until = session.until.isoformat(timespec="seconds")
    return Unlocked(str(settings.store), until, str(settings.runtime), is_in_memory(settings.runtime))


def lock(settings: Settings) -> Locked:
    """Hold the key no longer."""
    return Locked(str(settings.store), keys.close_session(settings))


# -- passphrase, recovery code, keyring --------------------------------------------------------------------------------


def set_passphrase(settings: Settings, key: str, passphrase: str) -> Changed:
    """Open the store with this passphrase from now on, and no longer with its raw key file, which is deleted.

    The file goes only once the passphrase has opened the store for real. Raises Refused or StoreUnusable.
    """
    _set_secret(settings, key, PASSPHRASE, passphrase)
    removed = _remove_key_file(settings, key)
    return _changed(settings, removed)


def set_recovery(settings: Settings, key: str, code: str) -> Changed:
    """Open the store with this recovery code too, in place of an earlier one."""
    _set_secret(settings, key, RECOVERY, code)
    return _changed(settings)


def set_keyring(settings: Settings, key: str) -> Changed:
    """Let the keyring of this computer open the store too."""
    with _held(settings, key) as connection:
        slots = _slots_of(settings, connection)
        if slots.of(PASSPHRASE) is None:
            raise Refused(
                "A keyring can be lost with its computer: set a passphrase first.",
                kind="no_passphrase",
                next="drive key passphrase",
            )
        slots = slots.with_keyring(key)
        if key not in slots.opened_by_keyring():
            raise Refused("The keyring did not give back what it was given.", kind="no_keyring", next="drive unlock")
        keys.write_slots(settings, slots.write())
    return _changed(settings)


def remove_keyring(settings: Settings, key: str) -> Changed:
    """Let the keyring of this computer open the store no longer."""
    with _held(settings, key) as connection:
        slots = _slots_of(settings, connection)
        if slots.of(KEYRING) is None:
            raise Refused("No keyring opens this store. Nothing was changed.", next="drive key status")
        keys.write_slots(settings, slots.without(KEYRING).write())
    with suppress(DriveError):
        keyrings.forget(slots.db)
    return _changed(settings)


def _set_secret(settings: Settings, key: str, kind: str, secret: str) -> None:
    """Make a slot, and open the store with it for real; if that fails the slots are as before."""
    with _held(settings, key) as connection:
        before = keys.read_slots(settings) if not _is_damaged(settings) else None
        slots = _slots_of(settings, connection)
        keys.write_slots(settings, slots.with_secret(kind, secret, key).write())
        try:
            written = keys.read_slots(settings)
            found = written.opened_by(secret) if written else []
            if not found or not db.fits(settings.store, found[0]):
                raise StoreUnusable("What was written does not open the store. Nothing was changed.", kind="damaged")
        except BaseException:
            if before:
                keys.write_slots(settings, before.write())
            else:
                settings.slots_file.unlink(missing_ok=True)
            raise


def _key_files(settings: Settings) -> dict[Path, list[str]]:
    """The raw key files that are there, and what is in them: the one that DRIVE_KEY_FILE names, and the store's own."""
    paths = [path for path in (settings.key_file, settings.own_key_file) if path and path.exists()]
    return {path: keys.read_key_file(path) for path in paths}


def _remove_key_file(settings: Settings, key: str) -> str | None:
    """Delete the store's own raw key file, if it is this key's; one that DRIVE_KEY_FILE names is not ours to delete."""
    path = settings.own_key_file
    if key not in _key_files(settings).get(path, ()):
        return None
    if settings.key_file and settings.key_file.exists() and path.samefile(settings.key_file):
        return None
    keys.remove_key_file(path)
    return str(path)


def _changed(settings: Settings, removed: str | None = None) -> Changed:
    found = [each.kind for each in openers(settings) if each.kind != CUT_SHORT]
    return Changed(str(settings.store), list(dict.fromkeys(found)), removed)


@contextmanager
def _held(settings: Settings, key: str) -> Iterator[db.Connection]:
    """The store, open under this key and locked: the key fits, and nobody changes it or its slots meanwhile."""
    connection = db.open_store(settings.store, lambda: key, write=True)
    try:
        connection.begin(write=True)
        yield connection
    finally:
        connection.rollback()
        connection.close()


def _slots_of(settings: Settings, connection: db.Connection) -> Slots:
    """The slots of this very store, or empty ones. Damaged ones are put aside, since the key is known without them."""
    own = read_store_settings(connection)["db_id"]
    if _is_damaged(settings):
        os.replace(settings.slots_file, settings.slots_file.with_suffix(".damaged"))
    slots = keys.read_slots(settings) or Slots(own)
    if slots.db != own:
        raise Refused(
            f"{settings.slots_file} is of another store of the same name. Nothing was changed.",
            kind="foreign",
            next="Move that file to where it belongs.",
        )
    if is_cut_short(settings):
        raise Refused("A change of the key was cut short.", kind="unfinished", next="drive key rotate   finishes it")
    return slots


def _is_damaged(settings: Settings) -> bool:
    try:
        keys.read_slots(settings)
    except StoreUnusable as error:
        if error.kind != "damaged":
            raise
        return True
    return False


# -- a new data key ----------------------------------------------------------------------------------------------------


def rotate(settings: Settings, key: str, passphrase: str = "", code: str = "") -> Changed:
    """Encrypt the store anew under a new key. The slots are made anew for the passphrase and for a new recovery code.

    At every moment what is on disk opens the store: slots and key file hold both keys while the file is changed, which
    is one transaction. The keyring keeps its slot where it answers.
    """
    new = keys.new_key()
    with _held(settings, key) as connection:
        slots = _slots_of(settings, connection)
        keys.close_session(settings)
        if slots.slots:
            keys.write_slots(settings, _slots_for(slots, key, new, passphrase, code).write())
        _encrypt_anew(connection, settings, key, new)
    _settle(settings, new)
    return _changed(settings)


def finish(settings: Settings, found: list[str]) -> Changed:
    """Bring a change of the key that was cut short to its end. `found` is the new key and the former."""
    new, former = found[0], found[-1]
    if not db.fits(settings.store, new):
        with _held(settings, former) as connection:
            _encrypt_anew(connection, settings, former, new)
    _settle(settings, new)
    return _changed(settings)


def _slots_for(slots: Slots, key: str, new: str, passphrase: str, code: str) -> Slots:
    made = Slots(slots.db)
    if slots.of(PASSPHRASE):
        made = made.with_secret(PASSPHRASE, passphrase, new)
    if code:
        made = made.with_secret(RECOVERY, code, new)
    if slots.of(KEYRING):
        with suppress(Refused):
            made = made.with_keyring(new)
    return made.with_former(key, new)


def _encrypt_anew(connection: db.Connection, settings: Settings, former: str, new: str) -> None:
    """Every page under the new key, in the transaction that holds the lock, and committed: all or nothing."""
    for path, found in _key_files(settings).items():
        if former in found:
            keys.write_key_file(path, new, former)
    try:
        connection.run(f"PRAGMA rekey = \"x'{new}'\"")
        connection.commit()
    except Exception:  # of one kind, whatever the reason; it is taken back whole
        raise StoreUnusable(
            "The store could not be encrypted anew. It is as it was, and both keys are kept.",
            kind="no_space",
            next="Make room on the disk, then: drive key rotate   finishes it",
        ) from None


def _is_in_one_file(connection: db.Connection) -> bool:
    """Whether every page could be brought into the file. SQLite itself does not wait for another who is doing that."""
    until = monotonic() + PATIENCE
    while (busy := connection.value("PRAGMA wal_checkpoint(TRUNCATE)")) and monotonic() < until:
        sleep(0.1)
    return not busy


def _settle(settings: Settings, new: str) -> None:
    """Forget the former key, once nothing on disk needs it: every page is in the file, and checks out under the new."""
    connection = db.open_store(settings.store, lambda: new, write=True)
    try:
        whole = _is_in_one_file(connection)
        faults = connection.run("PRAGMA cipher_integrity_check").fetchall()
    finally:
        connection.close()
    if not whole:
        raise StoreUnusable(
            "The store is under its new key, and somebody still reads the old pages: both keys are kept.",
            kind="locked",
            next="drive key rotate   finishes it, in a minute",
        )
    if faults:
        raise StoreUnusable("Pages of the store are damaged: both keys are kept.", kind="damaged", next="drive doctor")
    with _held(settings, new):
        slots = keys.read_slots(settings)
        if slots and slots.former:
            keys.write_slots(settings, Slots(slots.db, slots.slots).write())
        for path, found in _key_files(settings).items():
            if new in found:
                keys.write_key_file(path, new)
    keys.close_session(settings)
