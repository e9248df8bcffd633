"""`drive case timeline`."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import Column, words
from drivecli.params import case_argument
from drivecli.queries import timeline as query
from drivecli.queries.timeline import TimelineRow

COLUMNS = [
    Column("on", "Day"),
    Column("what", "What", words),
    Column("id", "No."),
    Column("words", "", words, soft=True),
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
