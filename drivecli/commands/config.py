"""`drive config list|get|set|unset`: how this person wants to be told things, on this computer."""

from dataclasses import dataclass

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import Column
from drivecli.preferences import CHOICES, SWITCH, read_value

LIST = [Column("name", "Setting"), Column("value", "Value"), Column("takes", "Takes", soft=True)]
ORIGIN = [*LIST[:2], Column("origin", "From", soft=True)]


def _names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in CHOICES if name.startswith(incomplete)]


def _values(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [value for value in CHOICES.get(ctx.params.get("key", ""), ()) if value.startswith(incomplete)]


NAME = "One of accessible, backup-days, color, format, hints, pager."
NEW = "on or off for accessible and hints; drive config list says what the others take."


@dataclass(frozen=True)
class Setting:
    """One setting of this user on this computer: how it stands, what decided that, and what it takes."""

    name: str
    value: str
    origin: str
    takes: str


@command(
    "list",
    examples=["drive config list", "drive config list --show-origin", "drive config list --json"],
    see=["drive config set KEY VALUE", "drive doctor"],
)
@click.option("--show-origin", is_flag=True, help="Where each was said: an option, a variable, the file, or nowhere.")
@click.pass_obj
def list_(app: App, show_origin: bool) -> None:
    """List how drive talks to you on this computer."""
    found = [_setting(app, name) for name in CHOICES]
    app.out.rows(found, Setting, ORIGIN if show_origin else LIST)
    unknown = sorted(set(app.settings.own) - {*CHOICES, "database"})
    if unknown:
        app.out.note(f"{app.settings.file} also says {', '.join(unknown)}, which means nothing to drive.")
    app.out.hint("To change one: drive config set accessible on")


@command(
    "get",
    examples=["drive config get accessible", "drive config get pager --json"],
    see=["drive config list --show-origin", "drive config set KEY VALUE"],
)
@click.argument("key", metavar="KEY", shell_complete=_names, help=NAME)
@click.pass_obj
def get(app: App, key: str) -> None:
    """Say how one setting stands."""
    app.out.thing(_setting(app, key), lambda out, setting: [setting.value])


@command(
    "set",
    examples=["drive config set accessible on", "drive config set color never", "drive config set pager off"],
    see=["drive config list", "drive config unset KEY"],
)
@click.argument("key", metavar="KEY", shell_complete=_names, help=NAME)
@click.argument("value", metavar="VALUE", shell_complete=_values, help=NEW)
@click.pass_obj
def set_(app: App, key: str, value: str) -> None:
    """Change a setting for this user on this computer."""
    from drivecli.settings import write_own

    said = read_value(key, value)
    app.out.check_fields(Setting)
    write_own(app.settings, key, said == "on" if CHOICES[key] is SWITCH else said)
    _say(app, key, f"{key} is {said} from now on.", said)


@command(
    "unset",
    examples=["drive config unset pager", "drive config unset accessible"],
    see=["drive config list --show-origin", "drive config set KEY VALUE"],
)
@click.argument("key", metavar="KEY", shell_complete=_names, help=NAME)
@click.pass_obj
def unset(app: App, key: str) -> None:
    """Take a setting of yours back, so that it is as drive comes."""
    from drivecli.settings import write_own

    _setting(app, key)
    app.out.check_fields(Setting)
    was_said = key in app.settings.own
    if was_said:
        write_own(app.settings, key, None)
    _say(app, key, f"{key} is no longer set." if was_said else f"{key} was not set.", None)


def _setting(app: App, name: str) -> Setting:
    if name not in CHOICES:
        read_value(name, "")
    found = app.preferences.by_name[name]
    return Setting(*found, ", ".join(CHOICES[name]) or "a command to page with, or off")


def _say(app: App, name: str, sentence: str, wanted: str | None) -> None:
    """What is in the file now, and whether something else still goes before it."""
    now = _setting(App(app.env), name)
    goes_before = now.origin not in ("default", str(app.settings.file))
    notes = [f"But {now.origin} goes before it here, and says {now.value}."] if goes_before else []
    if wanted is None and not goes_before:
        sentence += f" It is {now.value}, as drive comes."
    app.out.done(now, sentence, ref=now.value, notes=notes)
