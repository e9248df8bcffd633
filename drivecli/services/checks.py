"""What `drive doctor` checks: each problem with the line that mends it. It never repairs on its own."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.errors import DriveError
from drivecli.packaged import fingerprint
from drivecli.queries import clock
from drivecli.settings import Settings

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
    import shutil

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


def of_store(db: Connection, settings: Settings, catalogue: Catalogue, rules: str, today: date) -> Iterator[Check]:
    """Checks of an open store whose schema is this release's."""
    yield Check("store", "ok", f"{settings.store} opens")
    yield Check("schema", "ok", "is this release's")
    if rules == fingerprint():
        yield Check("rules", "ok", "are those the deadlines were made with")
    else:
        yield Check("rules", "fail", "differ from those the deadlines were made with", "drive upgrade")
    yield _deadlines(db, catalogue)
    yield _holidays(catalogue, today)
    if not db.is_postgres:
        faults = db.run("PRAGMA cipher_integrity_check").fetchall()
        sound = not faults and db.value("PRAGMA integrity_check") == "ok"
        yield (
            Check("pages", "ok", "every page checks out")
            if sound
            else Check("pages", "fail", f"{len(faults) or 1} damaged", "Bring the store back from its copy.")
        )
        yield from _modes(settings)


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
