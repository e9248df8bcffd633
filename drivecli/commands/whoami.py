"""`drive whoami`."""

from dataclasses import dataclass
from datetime import date

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import say
from drivecli.render import Out


@dataclass(frozen=True)
class Here:
    """Who is acting, in which store, on which day."""

    username: str
    name: str
    role: str
    login: str
    store: str
    prefix: str
    today: date
    demo: bool


@command(examples=["drive whoami", "drive --demo whoami"], see=["drive worker link U", "drive doctor"])
@click.pass_obj
def whoami(app: App) -> None:
    """Who is acting, in which store, on which day."""
    app.read()
    who = app.actor
    here = Here(
        who.username,
        who.name,
        who.role,
        app.login,
        str(app.settings.store),
        app.prefix(),
        app.today,
        app.settings.is_demo,
    )
    role = app.label("role", who.role)
    app.out.thing(here, lambda out, here: _page(out, here, role))


def _page(out: Out, here: Here, role: str) -> list[str]:
    return out.pairs(
        [
            ("Acting", f"{here.name} ({here.username}), {role}"),
            ("On this computer", here.login),
            ("Store", here.store),
            ("Refs", f"{here.prefix}-"),
            ("Today", say(here.today)),
        ]
    )
