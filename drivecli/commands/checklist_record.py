"""`drive checklist record`: a sheet that came back on paper is typed in, in page order.

Each item is saved once it is answered, so an interruption loses nothing; typed again, it goes on with what is open.
"""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.checklist import name_argument, ticked_words, warnings
from drivecli.errors import DriveError, NotUnderstood
from drivecli.params import case_argument, on_option
from drivecli.queries.checklists import ItemRow

LEAVE = "open"
"""What Enter says of an item: leave it as it is."""


@command(
    "record",
    examples=["drive checklist record enforcement 42", "drive checklist record disruption 42 --on yesterday"],
    see=["drive checklist tick NAME REF ITEM", "drive checklist print NAME REF"],
)
@name_argument
@case_argument
@on_option("The day on the sheet.")
@click.pass_obj
def record(app: App, name: str, ref: Any, on: date) -> None:
    """Type a sheet that came back on paper in, in page order. What is open is asked for, one item after another."""
    from drivecli.queries import cases, checklists
    from drivecli.services.checklists import Ticked

    if not app.person_present:
        raise NotUnderstood(
            "Nobody is at the terminal, so nothing can be asked.",
            next=f"drive checklist tick {name} REF ITEM --state CODE",
        )
    app.out.check_fields(Ticked)
    db = app.look(ref)
    case = cases.find(db, ref, app.prefix())
    waiting = [each for each in checklists.sheet(db, case, name, app.today).items if each.state in ("open", "agreed")]
    app.out.note("Ctrl-C to stop: each item is saved once you have answered it.")
    answered = sum(_ask(app, name, case.id, item, on) for item in waiting)
    app.out.text(f"{name} {case.ref}: {answered} of {len(waiting)} items recorded.")


def _ask(app: App, name: str, case: int, item: ItemRow, on: date) -> bool:
    """Ask for one item and save it. A refusal is said, and the next item comes; returns whether it was saved."""
    from drivecli import prompts
    from drivecli.services import checklists

    app.out.note(f"\n{item.lead}\n{item.number}. {item.text}")
    codes = app.catalogue.codes("checklist_state")
    choices = [
        (LEAVE, "leave it as it is"),
        *((code, codes.label(code)) for code in codes if code not in (LEAVE, item.state)),
    ]
    state = prompts.choose("Box", choices, LEAVE, accessible=app.accessible)
    if state == LEAVE:
        return False
    by = _text(app, "Owner's username") if state == "agreed" else ""
    result = "" if state == "agreed" else _text(app, "Result")
    said = checklists.Tick(state=state, on=on, by=by or None, result=result or None)
    try:
        with app.work(checklists.Ticked) as work:
            ticked = checklists.tick(work, ("", case), name, item.key, said)
    except DriveError as refusal:
        app.out.warn(refusal.message)
        return False
    app.out.note(ticked_words(app, ticked))
    for warning in warnings(ticked):
        app.out.note(warning)
    return True


def _text(app: App, question: str) -> str:
    from drivecli import prompts

    return prompts.text(f"{question} (Enter for none)", needed=False, accessible=app.accessible)
