"""`drive seen`: a lead knows that a case is overdue."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.days import say_day
from drivecli.params import DAY_TO_COME, case_argument, note_options
from drivecli.queries.cases import CaseRow


@command(
    examples=["drive seen 42 --until friday --note 'adviser rings on Thursday'", "drive seen 42 --until +1w"],
    see=["drive caseload --overdue", "drive why REF"],
)
@case_argument
@click.option("--until", type=DAY_TO_COME, required=True, metavar="DAY", help="Until when it is known.")
@note_options
@click.pass_obj
def seen(app: App, ref: Any, until: date, note: str | None) -> None:
    """Mark an overdue case as known to a lead. It stays overdue, and shows this."""
    from drivecli.services import reviews

    with app.work(CaseRow) as work:
        case = reviews.mark_seen(work, ref, until=until, note=note)
    still = f" It stays overdue ({case.overdue_days} days)." if case.overdue else ""
    app.out.done(case, f"{case.ref} is known until {say_day(until)}.{still}", ref=case.ref)
