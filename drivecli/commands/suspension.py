"""`drive case suspend|resume`."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.approach import next_due
from drivecli.domain.days import say_day
from drivecli.params import CODE, RELEASE, case_argument, on_option
from drivecli.queries.cases import CaseRow


@command(
    examples=[
        "drive case suspend 42 --reason custody --expected-release 1/6/2027",
        "drive case suspend 42 --expected-release unknown",
    ],
    see=["drive case resume REF", "drive why REF"],
)
@case_argument
@click.option("--reason", type=CODE("suspend_reason"), help="Why; needed the first time.")
@on_option("The day from which, or the day it was asked.")
@click.option("--expected-release", type=RELEASE, metavar="DAY|unknown", help="When the person will be out.")
@click.pass_obj
def suspend(app: App, ref: Any, reason: str | None, on: date, expected_release: Any) -> None:
    """Suspend a case, or say anew when the person will be released. The window runs on."""
    from drivecli.services import suspensions

    with app.work(CaseRow) as work:
        case = suspensions.suspend(work, ref, reason=reason, on=on, expected_release=expected_release)
    what = (
        f"{case.ref} is suspended ({app.label('suspend_reason', reason)}) from {say_day(on)}."
        if reason
        else f"Noted for {case.ref}."
    )
    if isinstance(expected_release, date):
        what += f" Release expected {say_day(expected_release)}."
    app.out.done(case, what, ref=case.ref, notes=next_due(case))


@command(
    examples=["drive case resume 42 --reason released", "drive case resume 42 --reason found --on yesterday"],
    see=["drive case suspend REF", "drive why REF"],
)
@case_argument
@click.option("--reason", type=CODE("resume_reason"), required=True, help="Why.")
@on_option("The day from which.")
@click.pass_obj
def resume(app: App, ref: Any, reason: str, on: date) -> None:
    """Take up a suspended case again. Contact clocks start anew from that day."""
    from drivecli.services import suspensions

    with app.work(CaseRow) as work:
        case = suspensions.resume(work, ref, reason=reason, on=on)
    app.out.done(case, f"{case.ref} is open again from {say_day(on)}.", ref=case.ref, notes=next_due(case))
