"""What `drive doctor` checks: each problem with the line that mends it. It never repairs on its own."""

import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from drivecli import anchors, audit, keys, proof
from drivecli.anchors import Sealed
from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.errors import DriveError
from drivecli.packaged import fingerprint
from drivecli.queries import clock
from drivecli.settings import Settings

BRING_BACK = "drive backup list   then drive backup restore FILE"
"""What to type when the store itself is damaged."""

NAMED = 3
"""Findings that a check names; the rest are counted."""

COVERED = 365
"""Days ahead that the table of bank holidays must cover."""


@dataclass(frozen=True)
class Check:
    """One line of the doctor: what was looked at, how it is (ok, warn, fail), and what to type when it is not."""

    name: str
    state: str
    found: str
    mend: str = ""


def of_computer(settings: Settings) -> Iterator[Check]:
    """Checks that need no store."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", "ok", f"Python {version}")
    yield Check("folders", "ok", f"data {settings.data}, config {settings.config}")
    if settings.today and not settings.is_demo:
        yield Check(
            "today", "warn", f"DRIVE_TODAY is set to {settings.today.isoformat()}", "Unset DRIVE_TODAY for real work."
        )
    else:
        yield Check("today", "ok", "the day of this computer" if not settings.is_demo else "the demo's own day")


def of_completion(env: Mapping[str, str]) -> Check:
    """Whether TAB completes in the shell in use. To do without is no fault, so only what cannot work is minded."""
    from drivecli.services import completions

    try:
        plan = completions.plan(completions.shell_of(env), env)
    except DriveError as error:
        return Check("completion", "ok", f"not looked at. {error.message}")
    if not plan.is_done:
        return Check("completion", "ok", f"not installed for {plan.shell}", "drive completion install")
    if not shutil.which("drive", path=env.get("PATH")):
        return Check("completion", "warn", f"{plan.shell} does not find drive on its PATH", "Open a new terminal.")
    return Check("completion", "ok", f"TAB completes in {plan.shell}")


def of_store(
    db: Connection, settings: Settings, catalogue: Catalogue, rules: str, today: date, anchor: Sealed | None
) -> Iterator[Check]:
    """Checks of an open store whose schema is this release's. `anchor` is where its record stood when last seen."""
    yield Check("store", "ok", f"{settings.store} opens")
    yield Check("schema", "ok", "is this release's")
    if rules == fingerprint():
        yield Check("rules", "ok", "are those the deadlines were made with")
    else:
        yield Check("rules", "fail", "differ from those the deadlines were made with", "drive upgrade")
    yield _deadlines(db, catalogue)
    yield _holidays(catalogue, today)
    yield from _record(db, anchor)
    yield _moment(db)
    if not db.is_postgres:
        yield from _file(db)
        yield from _modes(settings)
        yield from _place(settings)


_MEND = {
    "missing": f"{BRING_BACK}; or, when it is known why: drive audit accept --reason WHY",
    "damaged": f"{BRING_BACK}; or, when it is known why: drive audit accept --reason WHY",
    "outside": "Ask who did it; when that is known: drive audit accept --reason WHY",
    "unwatched": "drive upgrade   then drive audit verify --deep",
}
_FINE = {
    "missing": ("anchor", "the record goes on from where this computer last saw it"),
    "damaged": ("record", "no entry was altered, and every row is as the record left it"),
    "outside": ("outside", "nothing else than drive changed anything"),
    "unwatched": ("watch", "every change is noted"),
}


def _record(db: Connection, anchor: Sealed | None) -> Iterator[Check]:
    """What `drive audit verify --deep` finds, a check for each kind."""
    found = proof.verify(db, [anchor] if anchor else [], deep=True).findings
    for kind, (name, fine) in _FINE.items():
        said = [each.said for each in found if each.kind == kind]
        more = f"; and {len(said) - NAMED} more" if len(said) > NAMED else ""
        yield Check(name, "fail", "; ".join(said[:NAMED]) + more, _MEND[kind]) if said else Check(name, "ok", fine)


def _moment(db: Connection) -> Check:
    """A clock that was set back writes a record that looks as if it had been made before."""
    last, now = db.value("SELECT body FROM audit_event ORDER BY seq DESC LIMIT 1"), audit.utc_stamp()
    at = json.loads(last)["at"] if last else ""
    if at <= now:
        return Check("clock", "ok", "this computer's clock is after the last entry")
    return Check(
        "clock", "warn", f"this computer's clock is before the last entry, {at[:16]} UTC", "Set the clock right."
    )


def _file(db: Connection) -> Iterator[Check]:
    """The file itself: first what still lies beside it is brought in, or a page that is about to be would seem bad."""
    busy = db.bring_in()
    faults = [] if busy else db.run("PRAGMA cipher_integrity_check").fetchall()
    sound = not faults and db.value("PRAGMA integrity_check") == "ok"
    yield (
        Check("pages", "ok", "every page checks out")
        if sound
        else Check("pages", "fail", f"{len(faults) or 1} damaged", BRING_BACK)
    )
    lost = db.run("PRAGMA foreign_key_check").fetchall()
    yield (
        Check("rows", "fail", f"{len(lost)} rows of {lost[0][0]} point nowhere", BRING_BACK)
        if lost
        else Check("rows", "ok", "every row that names another finds it")
    )


SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud", "box sync")
"""Folders that a program copies elsewhere while the store is written: half a write may come back."""

ROOM = 3
"""Times the store's size that must be free on its disk: for a copy, and for what is being written."""


def _place(settings: Settings) -> Iterator[Check]:
    """Where the file lies, and whether there is room beside it."""
    store = settings.store.path
    assert store is not None
    synced = [part for part in store.parts if any(each in part.lower() for each in SYNCED)]
    yield (
        Check("place", "fail", f"{store} is in a folder that is synchronised ({synced[0]})", "Move it: see DRIVE_HOME.")
        if synced
        else Check("place", "ok", "in no folder that is known to be synchronised")
    )
    needed, free = ROOM * store.stat().st_size, shutil.disk_usage(store.parent).free
    yield (
        Check("room", "warn", f"{free >> 20} MB free, {(needed >> 20) + 1} MB would be good", "Make room on the disk.")
        if free < needed
        else Check("room", "ok", "there is room on the disk")
    )


def _deadlines(db: Connection, catalogue: Catalogue) -> Check:
    different = clock.differences(db, catalogue)
    if not different:
        return Check("deadlines", "ok", "equal the rules' answer for every case")
    refs = ", ".join(each.ref for each in different[:5])
    more = f" and {len(different) - 5} more" if len(different) > 5 else ""
    return Check("deadlines", "fail", f"differ from the rules' answer in {refs}{more}", "drive upgrade --recompute")


def _holidays(catalogue: Catalogue, today: date) -> Check:
    until = catalogue.holidays_until
    if until >= today + timedelta(days=COVERED):
        return Check("holidays", "ok", f"known until {until.isoformat()}")
    return Check(
        "holidays",
        "warn",
        f"known only until {until.isoformat()}",
        "Add the next year's to a holidays.toml: drive practice apply holidays.toml --reason WHY",
    )


def _modes(settings: Settings) -> Iterator[Check]:
    """Nobody else on this computer may read the store or its key. Only where the system has such rights."""
    if os.name != "posix":
        return
    store = settings.store.path
    assert store is not None
    private = [store, *(store.with_name(store.name + rest) for rest in ("-wal", "-shm")), store.parent]
    if not settings.key_file and not settings.key_command:
        private += [settings.own_key_file, settings.slots_file, settings.own_key_file.parent]
    open_ones = [path for path in private if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if not open_ones:
        yield Check("rights", "ok", "only this user can read the store and its key")
    for path in open_ones:
        mode = "700" if path.is_dir() else "600"
        yield Check("rights", "fail", f"{path} can be read by others", f"chmod {mode} {path}")


def of_key(settings: Settings, read_key: Callable[[], str]) -> Iterator[Check]:
    """Whether there is a key."""
    if settings.store.path is not None and settings.store.path.exists():
        read_key()
        yield Check("key", "ok", "is there, and only this user can read it")


def of_copies(settings: Settings, store: str, days: str) -> Iterator[Check]:
    """What is left when the store, or the passphrase, is lost. `store` names it, `days` is how old a backup may be."""
    if settings.store.path is None or settings.is_demo:
        return
    missed = anchors.backup_too_old(settings.state, store, int(days)) if days != "off" else ""
    yield Check("backup", "warn", missed, "drive backup create") if missed else Check("backup", "ok", "is not too old")
    slots = keys.read_slots(settings)
    forgotten = slots is not None and slots.of(keys.PASSPHRASE) and not slots.of(keys.RECOVERY)
    yield (
        Check("recovery", "warn", "nothing opens the store when the passphrase is forgotten", "drive key recovery")
        if forgotten
        else Check("recovery", "ok", "what opens the store does not hang on one memory")
    )
