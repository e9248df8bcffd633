"""`drive case hold`: no direct contact until a day."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood
from drivecli.params import CODE, DAY_TO_COME, TEXT, case_argument
from drivecli.queries.cases import CaseRow


@command(
    examples=[
        "drive case hold 42 --until +2w --by 'victim adviser' --reason adviser_advice",
        "drive case hold 42 --lift --by 'victim adviser'",
    ],
    see=["drive approach REF", "drive why REF"],
)
@case_argument
@click.option("--until", type=DAY_TO_COME, metavar="DAY", help="The last day of the hold.")
@click.option("--by", type=TEXT, metavar="WHO", help="Who asked for it, or for its end.")
@click.option("--reason", type=CODE("hold_reason"), help="Why.")
@click.option("--lift", is_flag=True, help="End the hold today.")
@click.pass_obj
def hold(app: App, ref: Any, until: date | None, by: str | None, reason: str | None, lift: bool) -> None:
    """Stop direct contact until a day, or lift the hold. Indirect work goes on."""
    from drivecli.commands.approach import next_due
    from drivecli.services import approaches

    if lift:
        if until or reason:
            raise NotUnderstood("--lift ends the hold today; it takes --by, but no --until and no --reason.")
        with app.work(CaseRow) as work:
            case = approaches.lift(work, ref, by=by or work.actor.name)
        app.out.done(case, f"Lifted the hold on {case.ref}.", ref=case.ref, notes=next_due(case))
        return
    for flag, value in (("--until", until), ("--by", by), ("--reason", reason)):
        if value is None:
            raise NotUnderstood(f"Missing {flag}.", next="drive case hold --help")
    assert until is not None
    with app.work(CaseRow) as work:
        case = approaches.hold(work, ref, until=until, by=by or "", reason=reason or "")
    app.out.done(
        case,
        f"HOLD on {case.ref} until {say_day(until)}: no direct contact, indirect work goes on.",
        ref=case.ref,
        notes=next_due(case),
        hints=[f"To end it sooner: drive case hold {case.ref} --lift --by WHO"],
    )
