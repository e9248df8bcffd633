"""`drive agency add|list`."""

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import Column
from drivecli.params import TEXT

LIST = [Column("name", "Agency"), Column("kind", "Kind")]


@command(
    "add",
    examples=["drive agency add 'Worthing Housing' --kind housing", "drive agency add 'Sussex Police' --kind police"],
    see=["drive agency list", "drive worker add NAME"],
)
@click.argument("name", type=TEXT, help="The agency's name.")
@click.option("--kind", type=TEXT, help="What it does, as in housing.")
@click.pass_obj
def add(app: App, name: str, kind: str | None) -> None:
    """Add an agency."""
    from drivecli.services import workers

    with app.work(workers.Added) as work:
        added = workers.add_agency(work, name, kind)
    app.out.done(added, f"Added {added.name}.", ref=added.name)


@command("list", examples=["drive agency list", "drive agency list --json"], see=["drive agency add NAME"])
@click.pass_obj
def list_(app: App) -> None:
    """List agencies."""
    from drivecli.queries import workers

    app.out.rows(
        workers.agencies(app.read()), workers.AgencyRow, LIST, empty="No agencies. Add one: drive agency add NAME"
    )
