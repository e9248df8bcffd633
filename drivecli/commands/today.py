"""`drive today`, and `drive` alone: the acting worker's day."""

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.days import say_day
from drivecli.domain.overdue import say_overdue
from drivecli.errors import StoreUnusable
from drivecli.layout import Column, say, words
from drivecli.queries import caseload
from drivecli.queries import today as query
from drivecli.queries.today import DayRow
from drivecli.render import Out

TITLES = {
    "hold": "HOLD: no direct contact",
    "flagged": "For the lead: direct contact that should not have been",
    "overdue": "Overdue",
    "today": "Due today",
    "week": "Due this week",
}

COLUMNS = [
    Column("section", "When"),
    Column("ref", "Ref"),
    Column("name", "Person"),
    Column("kind", "What", words),
    Column("due_on", "Day"),
    Column("overdue_days", "Days overdue"),
    Column("because", "Because"),
]

START = """\
Welcome to drive: case records for work with perpetrators of domestic abuse, kept on this computer.
There is no store yet. Choose one:
  drive demo                       try it with about 30 invented cases, apart from any real record
  drive init                       start your service's store
  drive init --join ADDRESS --username YOURS
                                   connect this computer to your team's store
Stuck? drive doctor checks this computer."""


@command(examples=["drive today", "drive today --json", "drive --demo today"], see=["drive caseload", "drive why REF"])
@click.pass_obj
def today(app: App) -> None:
    """Your day: holds first, then what is overdue, due today and due this week."""
    try:
        db = app.read()
    except StoreUnusable as error:
        if error.kind != "no_store" or app.settings.store.url or app.asked.demo:
            raise
        app.out.text(START)
        return
    roles = app.catalogue.roles
    leads = app.actor.role in roles and "lead" in roles[app.actor.role].may
    rows = query.day(db, app.actor.id, app.today, leads=leads)
    if app.out.for_programs:
        app.out.rows(rows, DayRow, COLUMNS, empty="Nothing is due this week.")
        return
    app.out.page(_page(app, rows))
    if leads:
        opened, late = caseload.counts(db, app.today)
        app.out.note(f"{say_overdue(late, opened)}: drive caseload --overdue")
    _mind_backups(app)
    app.out.hint("All open cases: drive caseload. Why something is due: drive why REF")


def _mind_backups(app: App) -> None:
    """Say once a day that the last verified backup is older than this person wants. A team's database has its own."""
    from drivecli import anchors

    days = app.preferences["backup-days"]
    if days == "off" or app.settings.is_demo or app.settings.store.path is None:
        return
    missed = anchors.backup_is_missed(app.settings.state, app.store_settings()["db_id"], int(days))
    if missed:
        app.out.note(f"{missed}: drive backup create   (drive help backups)")


def _page(app: App, rows: list[DayRow]) -> list[str]:
    lines = [app.out.heading(f"{app.actor.name}, {say_day(app.today)}")]
    for section in query.SECTIONS:
        ours = [row for row in rows if row.section == section]
        if ours:
            lines += ["", app.out.heading(TITLES[section]), *_section(app.out, ours)]
    return lines if rows else [*lines, "", "Nothing is due this week."]


def _section(out: Out, rows: list[DayRow]) -> list[str]:
    """What must never be cut in aligned columns, then why: on a line of its own where the terminal is too narrow."""
    firsts = out.columns([["", row.ref, row.name, _what(row)] for row in rows])
    return [line for first, row in zip(firsts, rows, strict=True) for line in out.two_parts(first, f"({_why(row)})")]


def _what(row: DayRow) -> str:
    if row.section == "hold":
        return f"until {say(row.due_on)}"
    late = f", OVERDUE {row.overdue_days} day{'' if row.overdue_days == 1 else 's'}" if row.overdue_days else ""
    return f"{words(row.kind)}, {say(row.due_on)}{late}"


def _why(row: DayRow) -> str:
    parts = [row.because]
    if row.covering:
        parts.append(f"covering for {row.covering}")
    if row.seen_until:
        parts.append(f"known until {say(row.seen_until)}")
    if not row.manager:
        parts.append("nobody manages this case")
    return "; ".join(parts)
