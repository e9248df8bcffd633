"""`drive contact log|list|show|correct`."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Asks, command
from drivecli.domain.days import say_day
from drivecli.layout import Column, say, words
from drivecli.params import (
    CODE,
    DAY,
    FEW,
    MINUTES,
    NUMBER,
    TEXT,
    USERNAME,
    case_argument,
    note_options,
    on_option,
    reason_option,
)
from drivecli.render import Out

LIST = [
    Column("id", "No."),
    Column("on", "Day"),
    Column("mode", "How", words),
    Column("outcome", "Outcome", words),
    Column("kind", "Kind"),
    Column("by", "By"),
    Column("flag", "Flag", words),
    Column("note", "Note", soft=True),
]

PAGE = [
    Column("id", "Contact"),
    Column("ref", "Case"),
    Column("on", "Day"),
    Column("mode", "How", words),
    Column("outcome", "Outcome", words),
    Column("kind", "Kind"),
    Column("purpose", "Purpose", words),
    Column("with_whom", "With"),
    Column("minutes", "Minutes"),
    Column("by", "Made by"),
    Column("recorded_by", "Recorded by"),
    Column("recorded_at", "Recorded at", lambda at: f"{at[:16].replace('T', ' ')} UTC"),
    Column("flag", "Flag", words),
    Column("placed", "Placed", words),
    Column("supersedes", "Corrects"),
    Column("superseded_by", "Corrected by"),
    Column("reason", "Reason"),
]

FLAGS = {
    "on_hold": "This was during a hold. It is recorded, and the team lead is told.",
    "before_approach": "No approach had been agreed by then. It is recorded, and the team lead is told.",
    "mode_not_agreed": "The approach was not agreed in this form. It is recorded, and the team lead is told.",
}
PLACED = {"after_window": "It lies after the end of the window.", "late": "The case was already closed: marked late."}


def told(required: bool) -> Any:
    """What is told about a contact, on `log` and on `correct`."""

    def wrap(function: Any) -> Any:
        for option in reversed(
            [
                click.option("--mode", type=CODE("contact_mode"), required=required, help="How it was made."),
                click.option("--outcome", type=CODE("contact_outcome"), required=required, help="What came of it."),
                click.option("--kind", type=CODE("contact_kind"), help="[default: direct; indirect for a meeting]"),
                click.option("--with", "with_whom", type=TEXT, help="Who else was there or spoken to."),
                click.option("--purpose", type=CODE("contact_purpose"), help="What it was for."),
                click.option("--minutes", type=MINUTES, metavar="N", help="How long it took."),
                click.option("--by", type=USERNAME, help="Who made it. [default: you]"),
                click.option(
                    "--about",
                    type=CODE("about"),
                    default="person" if required else None,
                    help="restricted: only the case's manager, advisers and leads see the note.",
                ),
            ]
        ):
            function = option(function)
        return function

    return wrap


@command(
    "log",
    examples=[
        "drive contact log 42 --mode phone --outcome held --note -",
        "drive contact log 42 --mode in_person --outcome did_not_attend --on yesterday",
        "drive contact log 42 --mode meeting --outcome information_received --with housing",
    ],
    see=["drive contact list REF", "drive contact correct ID", "drive drafts"],
    asks=Asks(["ref", "mode", "outcome", "on", "with_whom", "note"]),
)
@case_argument
@told(required=True)
@on_option()
@note_options
@click.pass_obj
def log(app: App, ref: Any, **said: Any) -> None:
    """Log a contact or an attempt."""
    from drivecli.services import contacts

    with app.work(contacts.Logged) as work:
        logged = contacts.log(work, ref, contacts.Said(**said))
    contact = logged.contact
    what = f"{app.label('contact_mode', contact.mode)}, {app.label('contact_outcome', contact.outcome)}"
    _say(app, logged, f"Logged {what}, on {logged.ref} for {say_day(contact.on)}.")


@command(
    "correct",
    examples=[
        "drive contact correct 12 --outcome did_not_attend --reason 'wrong box'",
        "drive contact correct 12 --withdraw --reason 'wrong case'",
    ],
    see=["drive contact show ID", "drive case timeline REF"],
)
@click.argument("number", type=NUMBER, metavar="ID", help="The contact's number.")
@told(required=False)
@click.option("--on", type=DAY, metavar="DAY", help="The day it happened.")
@click.option("--withdraw", is_flag=True, help="It never happened.")
@note_options
@reason_option()
@click.pass_obj
def correct(app: App, number: int, reason: str, withdraw: bool, **said: Any) -> None:
    """Put a wrong contact right, with a reason. The old one stays readable."""
    from drivecli.services import contacts

    changes = {name: value for name, value in said.items() if value is not None}
    with app.work(contacts.Logged) as work:
        logged = contacts.correct(work, number, changes, reason=reason, withdraw=withdraw)
    what = "withdrawn" if withdraw else f"corrected; contact {logged.id} stands in its place"
    _say(app, logged, f"Contact {number} on {logged.ref} was {what}.")


@command(
    "list",
    examples=["drive contact list 42", "drive contact list 42 --all"],
    see=["drive contact show ID", "drive contact log REF"],
)
@case_argument
@click.option("--all", "all_rows", is_flag=True, help="Corrected and withdrawn ones too.")
@click.option("--limit", type=FEW, metavar="N", help="Only the newest N.")
@click.pass_obj
def list_(app: App, ref: Any, all_rows: bool, limit: int | None) -> None:
    """List a case's contacts, newest first. Restricted notes are not listed."""
    from drivecli.queries import cases, contacts

    db = app.look(ref)
    case = cases.find(db, ref, app.prefix())
    found = contacts.of_case(db, case.id, all_rows=all_rows, limit=limit)
    app.out.rows(
        found, contacts.ContactRow, LIST, empty=f"No contacts on {case.ref}. Log one: drive contact log {case.ref}"
    )


@command(
    "show",
    examples=["drive contact show 12", "drive contact show 12 --json"],
    see=["drive contact list REF", "drive contact correct ID"],
)
@click.argument("number", type=NUMBER, metavar="ID", help="The contact's number, from drive contact list.")
@click.pass_obj
def show(app: App, number: int) -> None:
    """Show one contact, with its note where you may see it."""
    from drivecli.queries import contacts

    db = app.look_at(contacts.case_of(app.read(), number))
    app.out.thing(contacts.one(db, number, app.actor, app.catalogue), _lines)


def _lines(out: Out, contact: Any) -> list[str]:
    pairs = [(column.heading, (column.say or say)(getattr(contact, column.field))) for column in PAGE]
    lines = out.pairs([(heading, text) for heading, text in pairs if text])
    hidden = contact.about == "restricted" and contact.note is None
    note = "Restricted: ask the case's manager or a lead." if hidden else contact.note
    return [*lines, *(["", *out.paragraph(note)] if note else [])]


def _say(app: App, logged: Any, sentence: str) -> None:
    case = logged.case
    notes = [text for text in (FLAGS.get(logged.contact.flag), PLACED.get(logged.contact.placed)) if text]
    if case.next_due_on:
        late = " (overdue)" if case.overdue else ""
        notes.append(
            f"Next due: {words(case.next_due_kind)}, {say_day(case.next_due_on)}{late}."
            f" Month {case.window_month} of {case.window_months}."
        )
    app.out.done(logged, sentence, ref=logged.ref, notes=notes)
