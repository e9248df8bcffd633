"""`drive case stage`."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.approach import next_due
from drivecli.domain.days import say_day
from drivecli.params import CODE, case_argument, on_option, reason_option
from drivecli.queries.cases import CaseRow


@command(
    examples=[
        "drive case stage 42 pre_engagement",
        "drive case stage 42 not_engaged --reason 'no answer in three weeks'",
    ],
    see=["drive case correct REF stage", "drive review REF"],
)
@case_argument
@click.argument("to", type=CODE("stage"), metavar="STAGE", help="The stage it moves to.")
@on_option("The day it moved.")
@reason_option(required=False)
@click.pass_obj
def stage(app: App, ref: Any, to: str, on: date, reason: str | None) -> None:
    """Move a case to another stage. Not engaged is a working state: the work goes on."""
    from drivecli.services import stages

    with app.work(CaseRow) as work:
        case = stages.move(work, ref, to, on=on, reason=reason)
    app.out.done(
        case, f"{case.ref} is in {app.label('stage', to)} from {say_day(on)}.", ref=case.ref, notes=next_due(case)
    )
