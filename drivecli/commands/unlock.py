"""`drive unlock` and `drive lock`: the key of a store that opens with a passphrase, held for a while."""

import os
from datetime import datetime
from typing import TYPE_CHECKING

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.errors import NotUnderstood, Refused
from drivecli.params import FROM_STDIN, secret_from_stdin

if TYPE_CHECKING:
    from drivecli.keys import Slots

CLEAR = "\x1b[H\x1b[2J\x1b[3J"
"""What `clear` sends: the screen, and what can be scrolled back to."""

PASSPHRASE = "The passphrase on stdin, for scripts: - takes it from there."


@command("unlock", examples=["drive unlock", "drive unlock --passphrase -"], see=["drive lock", "drive key status"])
@click.option("--passphrase", type=FROM_STDIN, metavar="-", help=PASSPHRASE)
@click.pass_obj
def unlock(app: App, passphrase: str | None) -> None:
    """Open the store for an hour at a time, by its passphrase. Each use makes the hour anew, for ten hours at most."""
    from drivecli.services import keys as service

    service.refuse_elsewhere(app.settings)
    app.out.check_fields(service.Unlocked)
    unlocked = service.unlock(app.settings, _opened(app, passphrase is not None))
    until = datetime.fromisoformat(unlocked.until).astimezone()
    app.out.done(
        unlocked,
        f"Unlocked until {until:%H:%M}, and an hour longer by each use. Lock it when you leave: drive lock",
        ref=unlocked.store,
        notes=[] if unlocked.in_memory else [_on_disk(unlocked.where)],
    )


@command("lock", examples=["drive lock", "drive lock --json"], see=["drive unlock", "drive key status"])
@click.pass_obj
def lock(app: App) -> None:
    """Close the store again, and clear the screen."""
    from drivecli.services import keys as service

    service.refuse_elsewhere(app.settings)
    app.out.check_fields(service.Locked)
    locked = service.lock(app.settings)
    if app.out.on_terminal and not app.out.for_programs and app.env.get("TERM") != "dumb":
        if os.name == "nt":
            click.clear()
        else:
            app.out.text(CLEAR)
    still = sorted({each.kind for each in service.openers(app.settings)} & {"key_file", "key_command", "keyring"})
    notes = [f"It still opens without a question, by: {', '.join(still).replace('_', ' ')}."] if still else []
    app.out.done(locked, "Locked." if locked.was_unlocked else "It was not unlocked.", ref=locked.store, notes=notes)


def _opened(app: App, from_stdin: bool) -> list[str]:
    """The key, and the former one where there is one, by what a person or stdin says."""
    from drivecli import keys, prompts

    slots = _slots(app)
    if from_stdin:
        found = slots.opened_by(secret_from_stdin(app, "passphrase"))
        if not found:
            raise keys.wrong_secret()
        return found
    found = slots.opened_by_keyring()
    if not found and not app.person_present:
        raise NotUnderstood(
            "Missing the passphrase (running without a terminal, so not asking).", next="drive unlock --passphrase -"
        )
    return found or keys.ask_for_key(slots, lambda question: prompts.secret(question, accessible=app.accessible))


def _slots(app: App) -> "Slots":
    from drivecli import keys

    settings = app.settings
    slots = keys.read_slots(settings)
    if settings.key_file or settings.key_command:
        raise Refused("DRIVE_KEY_FILE or DRIVE_KEY_COMMAND opens this store: there is nothing to unlock.")
    if slots is None or not slots.has_taken_over(settings):
        raise Refused(
            "This store opens with its key file: there is nothing to unlock.",
            kind="no_passphrase",
            next="drive key passphrase   sets a passphrase in its place",
        )
    return slots


def _on_disk(where: str) -> str:
    return (
        f"The key is held in {where}, which is not known to be in memory alone: if the computer is lost while it is"
        " unlocked, so may be the records. Lock it before you close the lid."
    )
