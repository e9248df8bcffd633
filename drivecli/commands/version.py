"""`drive version`: what is installed and where it keeps its things, for whoever looks after drive."""

from typing import TYPE_CHECKING

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import say
from drivecli.render import Out

if TYPE_CHECKING:
    from drivecli.services.installed import Installed


@command("version", examples=["drive version", "drive version --json"], see=["drive doctor", "drive whoami"])
@click.pass_obj
def version(app: App) -> None:
    """What is installed, and where its files are. No store is opened."""
    from drivecli.services import installed

    app.out.thing(installed.look(app.settings), _page)


def _page(out: Out, here: "Installed") -> list[str]:
    return out.pairs(
        [
            ("drive", here.version),
            ("Python", here.python),
            ("SQLCipher", here.sqlcipher),
            ("SQLite in it", f"{here.sqlite}, full text search: {say(here.fts5)}"),
            ("psycopg", here.psycopg or "not installed"),
            ("Schema", here.schema),
            ("Data", here.data),
            ("Config", here.config),
            ("Store", here.store),
        ]
    )
