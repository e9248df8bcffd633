"""`drive case correct`: a wrong fact put right."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.approach import next_due
from drivecli.commands.meanwhile import told_of_others
from drivecli.params import DAY, NUMBER, TEXT, case_argument, reason_option
from drivecli.queries.cases import CaseRow

WHAT = ("opened", "stage", "assignment", "review")


@command(
    examples=[
        "drive case correct 42 opened --on 3/4/2026 --reason 'referral form misread'",
        "drive case correct 42 stage --to engaged --reason 'wrong case'",
        "drive case correct 42 review --withdraw --reason 'entered twice'",
    ],
    see=["drive case timeline REF", "drive contact correct ID"],
)
@case_argument
@click.argument("what", type=click.Choice(WHAT), help="Which kind of fact.")
@click.option("--on", type=DAY, metavar="DAY", help="The right day.")
@click.option("--to", type=TEXT, metavar="VALUE", help="The right stage, username or review kind.")
@click.option(
    "--id", "number", type=NUMBER, metavar="N", help="Which one, by its number in the timeline. [default: the latest]"
)
@click.option("--withdraw", is_flag=True, help="It never happened.")
@reason_option()
@click.pass_obj
def correct(
    app: App, ref: Any, what: str, on: date | None, to: str | None, number: int | None, withdraw: bool, reason: str
) -> None:
    """Put a wrong fact right, with a reason. The wrong one stays readable in the timeline."""
    from drivecli.services import corrections

    said = corrections.Correction(what=what, on=on, to=to, number=number, withdraw=withdraw)
    with told_of_others(app), app.work(CaseRow) as work:
        case = corrections.correct(work, ref, said, reason=reason)
    done = "Withdrew" if withdraw else "Corrected"
    app.out.done(
        case,
        f"{done} the {what} of {case.ref}." if what != "opened" else f"Corrected the opening of {case.ref}.",
        ref=case.ref,
        notes=next_due(case),
    )
