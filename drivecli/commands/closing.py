"""`drive case close`."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Asks, command
from drivecli.commands.approach import next_due
from drivecli.domain.days import say_day
from drivecli.params import CODE, case_argument, note_options, on_option
from drivecli.queries.cases import CaseRow


@command(
    examples=[
        "drive case close 42 --reason completed",
        "drive case close 42 --reason moved_out_of_area --on yesterday --note -",
    ],
    see=["drive review REF --kind follow_up", "drive case open --same-as REF"],
    asks=Asks(["ref", "reason", "on", "note"], sure="Close the case? Assignments and working deadlines end."),
)
@case_argument
@click.option("--reason", type=CODE("closure_reason"), required=True, help="Why.")
@on_option("The day it closed.")
@note_options
@click.pass_obj
def close(app: App, ref: Any, reason: str, on: date, note: str | None) -> None:
    """Close a case. Assignments and working deadlines end; follow-ups begin."""
    from drivecli.services import closings

    with app.work(CaseRow) as work:
        case = closings.close(work, ref, reason=reason, on=on, note=note)
    app.out.done(
        case,
        f"Closed {case.ref} on {say_day(on)} ({app.label('closure_reason', reason)}).",
        ref=case.ref,
        notes=next_due(case),
    )
