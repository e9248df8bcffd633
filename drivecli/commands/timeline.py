"""`drive case timeline`."""

import re
from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import Column, say, words
from drivecli.params import case_argument
from drivecli.queries import timeline as query
from drivecli.queries.timeline import TimelineRow

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _spoken(text: str) -> str:
    """Words of a fact with its codes and days as people read them."""
    return ISO_DAY.sub(lambda found: say(date.fromisoformat(found[0])), words(text))


COLUMNS = [
    Column("on", "Day"),
    Column("what", "What", words),
    Column("id", "No."),
    Column("words", "Said", _spoken, soft=True),
    Column("by", "Recorded by"),
    Column("state", "State"),
    Column("reason", "Reason", soft=True),
]


@command(
    examples=["drive case timeline 42", "drive case timeline 42 --json"],
    see=["drive case show REF", "drive case correct REF"],
)
@case_argument
@click.pass_obj
def timeline(app: App, ref: Any) -> None:
    """Everything that happened in a case, in order, with what was corrected."""
    from drivecli.queries import cases

    db = app.look(ref)
    case = cases.find(db, ref, app.prefix())
    app.out.rows(query.timeline(db, case.id), TimelineRow, COLUMNS)
