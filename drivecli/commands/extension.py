"""`drive case extend`."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.days import say_day
from drivecli.params import USERNAME, case_argument, reason_option
from drivecli.queries.cases import CaseRow


@command(
    examples=[
        "drive case extend 42 --months 2 --reason 'court date in May' --authorised-by sam",
        "drive case extend 42 --months 1 --reason 'review agreed it' --authorised-by sam",
    ],
    see=["drive case show REF", "drive case close REF"],
)
@case_argument
@click.option("--months", type=int, required=True, metavar="N", help="Calendar months more.")
@reason_option()
@click.option("--authorised-by", type=USERNAME, required=True, metavar="U", help="The lead who authorised it.")
@click.pass_obj
def extend(app: App, ref: Any, months: int, reason: str, authorised_by: str) -> None:
    """Extend a case's window by months, with a reason and who authorised it."""
    from drivecli.services import extensions

    with app.work(CaseRow) as work:
        case = extensions.extend(work, ref, months=months, reason=reason, authorised_by=authorised_by)
    more = f"{months} month{'' if months == 1 else 's'}"
    app.out.done(case, f"Extended {case.ref} by {more}. The window ends {say_day(case.window_ends_on)}.", ref=case.ref)
