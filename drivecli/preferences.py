"""How this person wants to be told things: six choices, each with the place it was made.

An option on the line goes before the environment, the environment before this user's settings file. A service has no
say in how somebody reads.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from drivecli.errors import NotUnderstood
from drivecli.render import FORMATS

SWITCH = ("on", "off")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "accessible": SWITCH,
    "backup-days": ("1", "2", "3", "7", "14", "30", "off"),
    "color": ("auto", "always", "never"),
    "format": ("auto", *FORMATS),
    "hints": SWITCH,
    "pager": (),
}
"""Of each preference: the values it takes; none listed where any words will do."""

DEFAULTS = {
    "accessible": "off",
    "backup-days": "1",
    "color": "auto",
    "format": "auto",
    "hints": "on",
    "pager": "off" if os.name == "nt" else "less",
}
OPTIONS = {"color": "--color", "format": "--format", "pager": "--no-pager"}
VARIABLES = {"accessible": "DRIVE_ACCESSIBLE", "format": "DRIVE_FORMAT", "pager": "DRIVE_PAGER"}

SAID = {"on": "on", "true": "on", "yes": "on", "1": "on", "off": "off", "false": "off", "no": "off", "0": "off"}
"""How a switch may be written, in the environment or in a file."""


class Preference(NamedTuple):
    """One choice as it stands, and its origin: an option, a variable, the settings file, or drive itself."""

    name: str
    value: str
    origin: str


class Preferences:
    """Every choice by name, and sentences about values of the settings file that were passed over."""

    def __init__(self, by_name: Mapping[str, Preference], passed_over: Sequence[str] = ()) -> None:
        self.by_name = by_name
        self.passed_over = passed_over

    def __getitem__(self, name: str) -> str:
        return self.by_name[name].value


def read_value(name: str, text: str, *, where: str = "") -> str:
    """A value of a preference as it was typed. Raises NotUnderstood with what would be right."""
    if name not in CHOICES:
        raise NotUnderstood(f"There is no setting “{name}”. Settings: {', '.join(CHOICES)}.", next="drive config list")
    choices = CHOICES[name]
    value = text.strip()
    value = value if not choices else SAID.get(value.lower(), value.lower()) if choices is SWITCH else value.lower()
    if value in choices or (value and not choices):
        return value
    right = ", ".join(choices) if choices else "a command to page with, or off"
    raise NotUnderstood(
        f"{where or name} takes {right}; it cannot be “{text}”.",
        next=f"Unset {where}, or set it to one of these." if where else "drive config list",
    )


def read_preferences(
    env: Mapping[str, str], own: Mapping[str, Any], asked: Mapping[str, str | None], file: str
) -> Preferences:
    """What the line asked for, the environment, the settings file `own` that lies at `file`, and what drive does.

    A variable with an odd value raises NotUnderstood, as an option does. An odd value in the file is passed over with a
    sentence, so that it locks nobody out of their work.
    """
    from_file, passed_over = _from_file(own, file)
    found = {}
    for name in CHOICES:
        value, origin = (
            _asked(name, env, asked)
            or _variable(name, env)
            or from_file.get(name)
            or _elsewhere(name, env)
            or (DEFAULTS[name], "default")
        )
        found[name] = Preference(name, value, origin)
    return Preferences(found, passed_over)


def _asked(name: str, env: Mapping[str, str], asked: Mapping[str, str | None]) -> tuple[str, str] | None:
    """What an option of the line says. `--color auto` leaves it to the environment and the terminal, not to a file."""
    value = asked.get(name)
    if name == "color" and value == "auto":
        return _color(env) or (value, OPTIONS[name])
    return (value, OPTIONS[name]) if value else None


def _variable(name: str, env: Mapping[str, str]) -> tuple[str, str] | None:
    if name == "color":
        return _color(env)
    variable = VARIABLES.get(name, "")
    said = env.get(variable, "")
    return (read_value(name, said, where=variable), variable) if said else None


def _color(env: Mapping[str, str]) -> tuple[str, str] | None:
    """What the variables that many programs know say of colour; it is never forced where one of them forbids it."""
    if env.get("NO_COLOR"):
        return "never", "NO_COLOR"
    if env.get("CLICOLOR") == "0":
        return "never", "CLICOLOR"
    for name in ("CLICOLOR_FORCE", "FORCE_COLOR"):
        if env.get(name, "0") not in ("", "0"):
            return "always", name
    return ("never", "TERM") if env.get("TERM") == "dumb" else None


def _from_file(own: Mapping[str, Any], file: str) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The values of the settings file that can be understood, and a sentence about each that cannot."""
    found, passed_over = {}, []
    for name in CHOICES:
        if name in own:
            try:
                found[name] = read_value(name, str(own[name])), file
            except NotUnderstood as odd:
                passed_over.append(f"In {file}, {odd.message} Mend it: drive config unset {name}")
    return found, passed_over


def _elsewhere(name: str, env: Mapping[str, str]) -> tuple[str, str] | None:
    """PAGER is meant for every program, so drive's own setting goes before it."""
    return (env["PAGER"], "PAGER") if name == "pager" and env.get("PAGER") and os.name != "nt" else None
