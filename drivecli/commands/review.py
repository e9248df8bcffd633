"""`drive review`."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.approach import next_due
from drivecli.domain.days import say_day
from drivecli.params import CODE, case_argument, note_options, on_option


@command(
    examples=["drive review 42", "drive review 42 --kind closure_plan --note -"],
    see=["drive why REF", "drive case extend REF"],
)
@case_argument
@on_option("The day of the review.")
@click.option("--kind", type=CODE("review_kind"), default="case", show_default=True, help="What was reviewed.")
@note_options
@click.pass_obj
def review(app: App, ref: Any, on: date, kind: str, note: str | None) -> None:
    """Record a review."""
    from drivecli.services import reviews

    with app.work(reviews.Reviewed) as work:
        done = reviews.record(work, ref, kind=kind, on=on, note=note)
    app.out.done(
        done,
        f"Recorded the {app.label('review_kind', kind)} review of {done.ref} on {say_day(on)}.",
        ref=done.ref,
        notes=next_due(done.case),
    )
