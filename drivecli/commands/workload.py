"""`drive workload`."""

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import Column, words
from drivecli.queries import workload as query
from drivecli.queries.workload import WorkloadRow

COLUMNS = [
    Column("username", "Worker"),
    Column("role", "Role", words),
    Column("open", "Open"),
    Column("suspended", "Suspended"),
    Column("overdue", "Overdue"),
    Column("ending", "Ending in 28 days"),
    Column("due_this_week", "Contacts due this week"),
    Column("capacity", "Capacity"),
]


@command(
    examples=["drive workload", "drive workload --json"], see=["drive caseload --manager U", "drive worker away U"]
)
@click.pass_obj
def workload(app: App) -> None:
    """A row per worker: cases, overdue, capacity, and windows ending soon."""
    db = app.read()
    app.out.rows(query.workload(db, app.today), WorkloadRow, COLUMNS, empty="No workers. Add one: drive worker add")
