"""`drive undo` and `drive history`: a worker's own changes, and taking the last one out again."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.errors import NotUnderstood
from drivecli.layout import Column, words
from drivecli.params import FEW, NUMBER, reason_option


def _moment(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC"


HISTORY = [
    Column("entry", "Entry"),
    Column("at", "At", _moment),
    Column("command", "Command", breaks=True),
    Column("cases", "Cases", soft=True),
    Column("made", "Made", soft=True),
    Column("state", "Undo", words),
    Column("why", "Why", soft=True),
    Column("instead", "Instead", soft=True),
]


@command(
    examples=["drive undo", "drive undo --dry-run", "drive undo --yes --reason 'wrong case'"],
    see=["drive history", "drive contact correct ID", "drive case correct REF"],
)
@click.argument(
    "entry", type=NUMBER, required=False, metavar="[ENTRY]", help="Another of your changes, from drive history."
)
@click.option("--dry-run", "-n", is_flag=True, help="Only show what would be taken out.")
@click.option("--yes", "-y", is_flag=True, help="Do it without asking.")
@reason_option(required=False)
@click.pass_obj
def undo(app: App, entry: int | None, dry_run: bool, yes: bool, reason: str | None) -> None:
    """Take your last change out again, if it can be. That it was undone stays on record, and so does what it held.

    Only what the change added is taken out, and only while nothing was built on it. A whole import, and a hand-over
    with all its cases, is one change. An approach, a hold, a safety step and every edit is put right by a line that
    says what is so; drive undo names that line.
    """
    from drivecli.services import undo as service

    app.out.check_fields(service.Undone)
    db = app.read()
    found = service.find(db, app.actor.username, entry)
    undone = service.look(db, found)
    if dry_run:
        app.out.thing(undone, _page)
        return
    if not yes:
        for line in _page(app.out, undone):
            app.out.note(line)
        if not _agreed(app):
            app.out.note("Nothing was changed.")
            return
    with app.work(service.Undone, alone=True) as work:
        undone = service.undo(work, app.actor.username, found.seq, reason)
    app.out.done(undone, _sentence(undone), ref=str(undone.entry))


def _page(out: Any, undone: Any) -> list[str]:
    where = f", on {', '.join(undone.cases)}" if undone.cases else ""
    lines = [f"Entry {undone.entry}, {_moment(undone.at)}: {undone.command}{where}."]
    lines += [f"To be taken out: {', '.join(undone.taken_out)}."] if undone.taken_out else []
    return lines + ([f"To be taken back: {', '.join(undone.emptied)}."] if undone.emptied else [])


def _sentence(undone: Any) -> str:
    done = [f"took out {', '.join(undone.taken_out)}"] if undone.taken_out else []
    done += [f"took back {', '.join(undone.emptied)}"] if undone.emptied else []
    return f"Undid entry {undone.entry} ({undone.command}): {'; '.join(done)}. It stays on record."


def _agreed(app: App) -> bool:
    if not app.person_present:
        raise NotUnderstood(
            "Missing --yes (running without a terminal, so not asking). Nothing was changed.", next="drive undo --yes"
        )
    from drivecli import prompts

    return prompts.confirm("Take it out?", accessible=app.accessible)


@command(
    examples=["drive history", "drive history --limit 50 --json"],
    see=["drive undo", "drive audit log", "drive case timeline REF"],
)
@click.option("--limit", type=FEW, default=20, show_default=True, metavar="N", help="The newest N.")
@click.pass_obj
def history(app: App, limit: int) -> None:
    """Your changes, and which of them can be undone: newest first, with the line that puts right what cannot be."""
    from drivecli.services import undo as service

    found = service.history(app.read(), app.actor.username, limit)
    app.out.rows(found, service.Change, HISTORY, empty="You have not changed anything yet.")
