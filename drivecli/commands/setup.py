"""`drive init` and `drive upgrade`: starting a store, joining a team's, bringing one to this release."""

from collections.abc import Mapping
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Asks, command
from drivecli.errors import NotUnderstood
from drivecli.params import CODE, PREFIX, TEXT, USERNAME

NOT_ENFORCED = """\
On PostgreSQL, who may see what is guided by drive but not yet enforced by the database: whoever has its password can
read everything with another tool. Encryption at rest and backups are your database's."""


def _refuse_second(app: App, said: Mapping[str, Any]) -> None:
    """Nobody answers for a store that cannot be made."""
    from drivecli.services import setup

    if "join" not in said:
        setup.refuse_second(app.settings)


@command(
    examples=[
        "drive init --name 'Sam Okoro' --username sam --role team_lead --site WS",
        "drive init --join postgresql://drive@db.example/drive --username sam",
    ],
    see=["drive demo", "drive worker add NAME"],
    asks=Asks(
        ["name", "username", "role", "site"],
        needs=["name", "username", "role", "site"],  # how refs begin can never be changed
        needless={"join": ["name", "role", "site"]},
        first=_refuse_second,
        keeps=False,
    ),
)
@click.option("--name", type=TEXT, help="Your name, as colleagues know it.")
@click.option("--username", type=USERNAME, help="A short name to act under.")
@click.option("--role", type=CODE("role"), metavar="ROLE", help="Your role, as in case_manager or team_lead.")
@click.option(
    "--site",
    type=PREFIX,
    default="DRV",
    show_default=True,
    metavar="PREFIX",
    help="How refs begin: WS gives WS-0042.",
)
@click.option("--join", metavar="ADDRESS", help="Connect this computer to a team's store: postgresql://...")
@click.pass_obj
def init(app: App, name: str | None, username: str | None, role: str | None, site: str, join: str | None) -> None:
    """Start a store, or join your team's."""
    if join:
        _join(app, join, username)
        return
    from drivecli import keys
    from drivecli.services import setup

    setup.refuse_second(app.settings)
    roles = f" One of: {', '.join(app.catalogue.codes('role'))}."
    you = setup.FirstWorker(
        _must("--name", name), _must("--username", username), _must("--role", role, roles), app.login
    )
    started = setup.start(app.settings, site, you)
    app.out.done(
        started,
        f"Made the store at {started.store}. Refs begin with {site}-. You act as {username}.",
        ref=started.store,
    )
    if started.key_file:
        app.out.note(f"Its key is in {started.key_file}.")
    app.out.note(keys.PROTECTS if app.settings.store.path else NOT_ENFORCED)
    app.out.hint("Next: drive case open --forename FIRST --surname LAST")


@command(examples=["drive upgrade", "drive upgrade --recompute"], see=["drive doctor"])
@click.option("--recompute", is_flag=True, help="Run the clock of every case even if nothing is newer.")
@click.pass_obj
def upgrade(app: App, recompute: bool) -> None:
    """Bring a store to this release. A checked copy is taken before its form changes."""
    from drivecli import anchors
    from drivecli.services import upgrade as service

    db = app.open_unchecked(write=True)
    needs = service.look(db, recompute=recompute)
    copy = service.bring_schema(db, needs, app.settings, app.read_key, app.login) if needs.schema else None
    if needs.watch:
        service.watch_again(db, app.login)
        app.out.note("The triggers that note every change were put back. Now: drive audit verify --deep")
    app.close()
    cases = 0
    if needs.clock:
        with app.work(service.Upgraded, bringing_forward=True) as work:
            cases = service.bring_clock(work)
    app.remember(anchors.head(app.open_checked(write=False)))
    done = service.Upgraded(needs.found, needs.newest, copy, cases)
    if copy:
        app.out.note(f"A checked copy from before is at {copy}.")
    said = (
        f"The store is at this release. The clock was run for {cases} case{'' if cases == 1 else 's'}."
        if needs.schema or needs.clock or needs.watch
        else "The store is at this release already. Nothing was changed."
    )
    app.out.done(done, said, ref=needs.newest)


def _join(app: App, address: str, username: str | None) -> None:
    from drivecli.services import setup

    if not username:
        raise NotUnderstood("Missing --username: say which worker you are in the team's store.")
    joined = setup.join(app.settings, address, username, app.login)
    app.out.done(joined, f"This computer now works on {joined.store}. You act as {joined.worker}.", ref=joined.store)
    app.out.note(NOT_ENFORCED)


def _must(flag: str, value: str | None, offered: str = "") -> str:
    if not value:
        raise NotUnderstood(
            f"Missing {flag} (running without a terminal, so not asking).{offered}", next="drive init --help"
        )
    return value
