"""`drive doctor`: this computer and the store, each problem with the line that mends it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.errors import DAMAGED, DriveError
from drivecli.layout import Column

if TYPE_CHECKING:
    from drivecli.services.checks import Check

COLUMNS = [
    Column("state", "State"),
    Column("name", "Check"),
    Column("found", "Found", soft=True),
    Column("mend", "To mend it", soft=True),
]


@command(examples=["drive doctor", "drive doctor --json"], see=["drive whoami", "drive upgrade"])
@click.pass_obj
def doctor(app: App) -> int:
    """Check this computer and the store; each problem with the line that mends it."""
    from drivecli.services import checks

    found = list(_checks(app))
    app.out.rows(found, checks.Check, COLUMNS)
    failed = [each for each in found if each.state == "fail"]
    warned = [each for each in found if each.state == "warn"]
    app.out.note(f"{len(failed)} failed, {len(warned)} to mind, {len(found) - len(failed) - len(warned)} fine.")
    return DAMAGED if failed else 0


def _checks(app: App) -> "Iterator[Check]":
    """What can be looked at; a store that will not open is a failed check, not the end of the line."""
    from drivecli.services import checks

    yield from checks.of_computer(app.settings)
    yield checks.of_completion(app.env)
    try:
        yield from checks.of_key(app.settings, app.read_key)
        connection = app.open_for_proof()
        rules = app.store_settings()["rules"]
        yield from checks.of_store(connection, app.settings, app.catalogue, rules, app.today, app.seen)
        yield from checks.of_copies(app.settings, app.store_settings()["db_id"], app.preferences["backup-days"])
    except Exception as error:
        refusal = error if isinstance(error, DriveError) else app.refusal(error)
        if refusal is None:
            raise
        mend = checks.BRING_BACK if refusal.next == "drive doctor" else refusal.next
        yield checks.Check("store", "fail", refusal.message, mend)
