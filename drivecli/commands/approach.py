"""`drive approach`: whether the person may be approached."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Asks, command
from drivecli.domain.codes import read_code
from drivecli.domain.days import say_day
from drivecli.layout import words
from drivecli.params import CODE, DAY_TO_COME, TEXT, case_argument, on_option
from drivecli.queries.cases import CaseRow


@command(
    examples=[
        "drive approach 42 --state agreed --with 'victim adviser'",
        "drive approach 42 --state not_yet --with 'victim adviser' --until +1w",
        "drive approach 42 --state agreed --with 'victim adviser' --modes phone,letter",
    ],
    see=["drive case hold REF", "drive why REF"],
    asks=Asks(["ref", "state", "with_whom", "on", "until"], needless={"state=never": ["until"]}),
)
@case_argument
@click.option("--state", type=CODE("approach_state"), required=True, help="The answer.")
@click.option(
    "--with",
    "with_whom",
    type=TEXT,
    required=True,
    metavar="WHO",
    help="Who gave it: the adviser, or a named stand-in.",
)
@on_option("The day of the answer.")
@click.option("--until", type=DAY_TO_COME, metavar="DAY", help="The last day of an agreement, or the day to ask again.")
@click.option("--modes", metavar="MODES", help="How the person may be approached, as in phone,letter. [default: any]")
@click.pass_obj
def approach(app: App, ref: Any, state: str, with_whom: str, on: date, until: date | None, modes: str | None) -> None:
    """Record whether the person may be approached: the answer of the victim's adviser."""
    from drivecli.services import approaches

    known = app.catalogue.codes("contact_mode")
    wanted = tuple(read_code(each, known, "contact mode") for each in modes.split(",")) if modes else ()
    with app.work(CaseRow) as work:
        case = approaches.answer(work, ref, state, with_whom=with_whom, on=on, until=until, modes=wanted)
    lasts = f", until {say_day(until)}" if until else ""
    app.out.done(
        case,
        f"Approach to {case.ref}: {app.label('approach_state', state)}{lasts}, with {with_whom}, {say_day(on)}.",
        ref=case.ref,
        notes=next_due(case),
    )


def next_due(case: Any) -> list[str]:
    """What is due next in a case, for the end of an answer."""
    if not case.next_due_on:
        return []
    late = " (overdue)" if case.overdue else ""
    return [f"Next due: {words(case.next_due_kind)}, {say_day(case.next_due_on)}{late}."]
