"""`drive checklist list|start|show|tick|print`."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.approach import next_due
from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood
from drivecli.layout import Column, safe_text, say
from drivecli.params import (
    CASE,
    CHECKLIST,
    CODE,
    TEXT,
    USERNAME,
    case_argument,
    on_option,
    reason_option,
    result_option,
)
from drivecli.queries.checklists import ChecklistRow, ItemRow, Sheet
from drivecli.render import Out

OF_CASE = [
    Column("name", "Checklist"),
    Column("version", "Version"),
    Column("started_on", "Started"),
    Column("safety_step", "Safety step done"),
    Column("open", "Open"),
    Column("agreed", "Agreed"),
    Column("settled", "Settled"),
]
PACKAGED = [
    Column("name", "Checklist"),
    Column("title", "Title"),
    Column("version", "Version"),
    Column("items", "Items"),
    Column("valid_from", "Valid from"),
    Column("valid_until", "Valid until"),
]


def name_argument(function: Any) -> Any:
    """NAME, the checklist."""
    help = "The checklist: opening, enforcement, disruption, closing, or one of your own."
    return click.argument("name", type=CHECKLIST, help=help)(function)


@command(
    "list",
    examples=["drive checklist list", "drive checklist list 42"],
    see=["drive checklist start NAME REF", "drive checklist print NAME"],
)
@click.argument("ref", type=CASE, required=False, help="A case, to see those it has.")
@click.pass_obj
def list_(app: App, ref: Any) -> None:
    """List the checklists there are, or those of a case."""
    from drivecli.queries import cases, checklists

    if ref is None:
        app.read()
        app.out.rows(checklists.known(app.catalogue), checklists.KnownRow, PACKAGED, empty="There are no checklists.")
        return
    db = app.look(ref)
    case = cases.find(db, ref, app.prefix())
    empty = f"No checklist was started on {case.ref}. Start one: drive checklist start enforcement {case.ref}"
    app.out.rows(checklists.of_case(db, case), ChecklistRow, OF_CASE, empty=empty)


@command(
    "start",
    examples=["drive checklist start enforcement 42", "drive checklist start disruption 42 --on yesterday"],
    see=["drive checklist show NAME REF", "drive checklist print NAME REF"],
)
@name_argument
@case_argument
@on_option("The day it was started.")
@click.pass_obj
def start(app: App, name: str, ref: Any, on: date) -> None:
    """Start a checklist on a case: a copy of what is in force for its area on that day."""
    from drivecli.services import checklists

    with app.work(ChecklistRow) as work:
        started = checklists.start(work, ref, name, on=on)
    app.out.done(
        started,
        f"Started {started.title}, version {started.version}, on {started.ref}: {started.items} items.",
        ref=started.ref,
        notes=[f"First the safety step: drive checklist tick {name} {started.ref} safety_step --state done"],
        hints=[f"For a meeting: drive checklist print {name} {started.ref} --format html -o FILE"],
    )


@command(
    "show",
    examples=["drive checklist show enforcement 42", "drive checklist show disruption 42 --json"],
    see=["drive checklist tick NAME REF ITEM", "drive checklist print NAME REF"],
)
@name_argument
@case_argument
@click.pass_obj
def show(app: App, name: str, ref: Any) -> None:
    """Show a checklist, item by item: where it stands, why it is there, and what to settle first."""
    from drivecli.queries import cases, checklists

    db = app.look(ref)
    case = cases.find(db, ref, app.prefix())
    app.out.thing(checklists.sheet(db, case, name, app.today), lambda out, sheet: _page(app, out, sheet))


@command(
    "tick",
    examples=[
        "drive checklist tick enforcement 42 safety_step --state done",
        "drive checklist tick enforcement 42 3 --state agreed --by amina",
        "drive checklist tick enforcement 42 3 --state done --on yesterday --result -",
    ],
    see=["drive checklist show NAME REF", "drive why REF"],
)
@name_argument
@case_argument
@click.argument("item", type=TEXT, help="The item: its number on paper, or its key.")
@click.option("--state", type=CODE("checklist_state"), required=True, help="Where it stands.")
@on_option("The day it came to stand so.")
@click.option("--by", type=USERNAME, help="Who sees to it.")
@result_option
@click.option("--override", is_flag=True, help="Go on without what it needs; needs --reason, shown ever after.")
@reason_option(required=False)
@click.pass_obj
def tick(app: App, name: str, ref: Any, item: str, **said: Any) -> None:
    """Say where an item stands. Agreed, with an owner, makes it due."""
    from drivecli.services import checklists

    with app.work(checklists.Ticked) as work:
        ticked = checklists.tick(work, ref, name, item, checklists.Tick(**said))
    notes = [*warnings(ticked), *next_due(ticked.case)]
    app.out.done(ticked, ticked_words(app, ticked), ref=ticked.ref, notes=notes)


def ticked_words(app: App, ticked: Any) -> str:
    """Where an item stands after a tick, in a sentence."""
    row = ticked.item
    owner = f", {row.owner}" if row.owner else ""
    due = f", due {say_day(row.due_on)}" if row.due_on else ""
    return f"{ticked.name} {ticked.ref}, item {row.number}: {app.label('checklist_state', row.state)}{owner}{due}."


def warnings(ticked: Any) -> list[str]:
    """What must be heard about a tick."""
    row, found = ticked.item, []
    if row.override:
        found.append("What it needs was set aside. The reason is shown ever after.")
    if row.state == "agreed" and not row.owner:
        found.append("Nobody owns it yet: say --by USERNAME. The case cannot be closed before.")
    if ticked.resting:
        numbers = ", ".join(map(str, ticked.resting))
        found.append(f"It no longer stands, and agreed items rest on it: {numbers}. Stop them until it does.")
    return found


@command(
    "print",
    examples=[
        "drive checklist print enforcement 42 --format html -o enforcement.html",
        "drive checklist print disruption",
        "drive checklist print enforcement 42 --with-name",
    ],
    see=["drive checklist show NAME REF", "drive checklist record NAME REF"],
)
@name_argument
@click.argument("ref", type=CASE, required=False, help="The case; left out, the sheet is blank.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "html"]),
    default="text",
    show_default=True,
    help="As what.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it to a file."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--with-name", is_flag=True, help="Put the person's name on it. Left out, only the ref is.")
@click.pass_obj
def print_(app: App, name: str, ref: Any, form: str, output: Path | None, force: bool, with_name: bool) -> None:
    """Print a checklist on A4. Staff only: it is not to be taken to a meeting with the person."""
    from drivecli.sheets import printed

    text = printed(_sheet(app, name, ref, with_name), form)
    if output is None:
        app.out.text(text)
        return
    from drivecli.settings import output_file

    with output_file(output, force=force) as file:
        file.write(text.encode())
    app.out.text(str(output))
    app.out.note("It is a record with a case's details: delete the file once it is on paper.")


def _sheet(app: App, name: str, ref: Any, with_name: bool) -> Any:
    from drivecli import sheets
    from drivecli.queries import cases, checklists

    demo = app.settings.is_demo
    if ref is None:
        app.read()
        if with_name:
            raise NotUnderstood(
                "--with-name needs a case: a blank sheet is nobody's.", next=f"drive checklist print {name} REF"
            )
        return sheets.blank(app.catalogue.checklist(name), app.catalogue, app.today, demo=demo)
    db = app.look(ref, kind="print")
    case = cases.find(db, ref, app.prefix())
    sheet = checklists.sheet(db, case, name, app.today)
    row = cases.row(db, case.id, app.today)
    return sheets.filled(sheet, row, app.catalogue, app.today, with_name=with_name, demo=demo)


def _page(app: App, out: Out, sheet: Sheet) -> list[str]:
    started = f"{sheet.ref}  {sheet.title}, version {sheet.version}, started {say_day(sheet.started_on)}"
    lines = [out.heading(started)]
    lead = ""
    for item in sheet.items:
        if item.lead != lead:
            lead = item.lead
            lines += ["", out.heading(lead)]
        lines += _item(app, item)
    return [*lines, "", app.catalogue.sheet_words.law]


def _item(app: App, item: ItemRow) -> list[str]:
    """An item: what it is and where it stands; why, the law and the questions below it while it is not settled."""
    state = app.label("checklist_state", item.state)
    due = f"due {say_day(item.due_on)}" if item.due_on else ""
    stands = ", ".join(filter(None, (state, item.owner or "", say(item.on), due)))
    below = [f"[{stands}]"]
    below += [f"OVERRIDE {item.override}"] if item.override else []
    below += [f"Result: {item.result}"] if item.result else []
    below += [f"Reason: {item.reason}"] if item.reason and not item.override else []
    if item.state in ("open", "agreed"):
        below += [item.why, *(f"First ask: {question}" for question in item.ask)]
        below += [_law(item)] if item.law else []
    told = [line for text in below for line in text.splitlines()]
    return [f"{item.number:>3}  {safe_text(item.text)}", *(f"     {safe_text(line)}" for line in told)]


def _law(item: ItemRow) -> str:
    nations = {"england_and_wales": "England and Wales", "england": "England", "wales": "Wales"}
    checked = f"not checked since {say(item.checked_on)}" if item.stale else f"checked {say(item.checked_on)}"
    return f"Law: {item.law} ({nations[item.nation]}; {checked})."
