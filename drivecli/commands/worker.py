"""`drive worker add|list|show|link|away|leave`."""

from datetime import date

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.days import say_day
from drivecli.layout import Column, say, words
from drivecli.params import CODE, DAY_TO_COME, TEXT, USERNAME, WHOLE, on_option, reason_option
from drivecli.queries.workers import WorkerRow
from drivecli.render import Out

LIST = [
    Column("username", "Username"),
    Column("name", "Name"),
    Column("role", "Role", words),
    Column("agency", "Agency"),
    Column("capacity", "Capacity"),
    Column("left_on", "Left"),
]


@command(
    "add",
    examples=[
        "drive worker add 'Amina Khan' --username amina --role case_manager --capacity 15",
        "drive worker add 'Carl Ives' --username carl --role substance --agency 'Change Works'",
    ],
    see=["drive worker list", "drive agency add NAME"],
)
@click.argument("name", type=TEXT, help="The worker's name.")
@click.option("--username", type=USERNAME, required=True, help="A short name to act under.")
@click.option("--role", type=CODE("role"), required=True, help="The worker's role.")
@click.option("--agency", type=TEXT, metavar="A", help="The agency they come from.")
@click.option("--capacity", type=WHOLE, metavar="N", help="The most cases they may hold. [default: no limit]")
@click.pass_obj
def add(app: App, name: str, username: str, role: str, agency: str | None, capacity: int | None) -> None:
    """Add a worker."""
    from drivecli.services import workers

    with app.work(WorkerRow) as work:
        added = workers.add(work, name, username=username, role=role, agency=agency, capacity=capacity)
    app.out.done(
        added, f"Added {added.name} as {added.username} ({app.label('role', added.role)}).", ref=added.username
    )


@command(
    "list",
    examples=["drive worker list", "drive worker list --role substance"],
    see=["drive worker show U", "drive workload"],
)
@click.option("--role", type=CODE("role"), help="Only this role.")
@click.option("--all", "everyone", is_flag=True, help="Also those who left.")
@click.pass_obj
def list_(app: App, role: str | None, everyone: bool) -> None:
    """List workers."""
    from drivecli.queries import workers

    db = app.read()
    app.out.rows(
        workers.listed(db, role=role, everyone=everyone),
        workers.WorkerRow,
        LIST,
        empty="No such workers. Add one: drive worker add NAME --username U --role R",
    )


@command(
    "show",
    examples=["drive worker show amina", "drive worker show amina --json"],
    see=["drive workload", "drive worker list"],
)
@click.argument("username", type=USERNAME, help="The worker's username.")
@click.pass_obj
def show(app: App, username: str) -> None:
    """Show one worker and what they hold."""
    from drivecli.queries import workers

    db = app.read()
    row = workers.row(db, username)
    held = workers.holds(db, workers.find(db, username).id)

    def page(out: Out, worker: workers.WorkerRow) -> list[str]:
        pairs = [(each.heading, (each.say or say)(getattr(worker, each.field))) for each in LIST]
        lines = out.pairs([pair for pair in pairs if pair[1]])
        return [*lines, "", *(f"{ref}  {words(role)}" for _, ref, role, _ in held)] if held else lines

    app.out.thing(row, page)


@command("link", examples=["drive worker link amina", "drive --demo worker link nia"], see=["drive whoami"])
@click.argument("username", type=USERNAME, help="The worker you are.")
@click.pass_obj
def link(app: App, username: str) -> None:
    """Say which worker this user of this computer is."""
    from drivecli.services import setup

    linked, sealed = setup.link_here(app.open_checked(write=True), app.login, username)
    app.remember(sealed)
    app.out.done(linked, f"{app.login} now acts as {linked.worker}.", ref=linked.worker)


@command(
    "away",
    examples=[
        "drive worker away amina --from 2/3/2026 --to 13/3/2026 --cover ben",
        "drive worker away amina --from tomorrow --to +2w --cover ben",
    ],
    see=["drive today", "drive worker leave U"],
)
@click.argument("username", type=USERNAME, help="Who is away.")
@click.option("--from", "from_on", type=DAY_TO_COME, required=True, metavar="DAY", help="The first day.")
@click.option("--to", "to_on", type=DAY_TO_COME, required=True, metavar="DAY", help="The last day.")
@click.option("--cover", type=USERNAME, required=True, metavar="V", help="Who sees the cases meanwhile.")
@click.pass_obj
def away(app: App, username: str, from_on: date, to_on: date, cover: str) -> None:
    """Note who covers while a worker is away. Ownership stays."""
    from drivecli.services import workers

    with app.work(workers.Away) as work:
        noted = workers.away(work, username, from_on=from_on, to_on=to_on, cover=cover)
    app.out.done(noted, f"{cover} covers for {username} from {say_day(from_on)} to {say_day(to_on)}.", ref=username)


@command(
    "leave",
    examples=["drive worker leave amina --hand-over-to ben", "drive worker leave amina --on yesterday"],
    see=["drive case transfer REF", "drive worker away U"],
)
@click.argument("username", type=USERNAME, help="Who leaves.")
@click.option("--hand-over-to", type=USERNAME, metavar="V", help="Who takes over all they hold.")
@on_option("The last day.")
@click.option("--over-capacity", is_flag=True, help="Even beyond their capacity; needs --reason.")
@reason_option(required=False)
@click.pass_obj
def leave(app: App, username: str, hand_over_to: str | None, on: date, over_capacity: bool, reason: str | None) -> None:
    """End a worker's time here, handing over what they hold: all of it, or nothing is changed."""
    from drivecli.services import assignments, workers

    with app.work(workers.Left) as work:
        left = workers.leave(
            work, username, on=on, hand_over_to=hand_over_to, override=assignments.Override(over_capacity, reason)
        )
    handed = f" Handed over to {hand_over_to}: {', '.join(left.handed_over)}." if left.handed_over else ""
    app.out.done(left, f"{username} left on {say_day(on)}.{handed}", ref=username)
