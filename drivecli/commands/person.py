"""`drive person link|unlink`: decisions about who is who."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.params import PERSON, reason_option


def two(function: Any) -> Any:
    """A and B, two persons."""
    for name in ("other", "one"):
        function = click.argument(
            name, type=PERSON, metavar="A" if name == "one" else "B", help="A person, as P-0007, or one of their cases."
        )(function)
    return function


@command(
    "link",
    examples=[
        "drive person link P-0007 P-0031 --reason 'same PNC number'",
        "drive person link WS-0042 WS-0012 --reason 'told us of the earlier case'",
    ],
    see=["drive person unlink A B", "drive case find TEXT"],
)
@two
@reason_option()
@click.pass_obj
def link(app: App, one: Any, other: Any, reason: str) -> None:
    """Record that two records are one person. Both stay as they are; it can be taken back."""
    _decide(app, one, other, reason, same=True)


@command(
    "unlink",
    examples=[
        "drive person unlink P-0007 P-0031 --reason 'father and child'",
        "drive person unlink WS-0042 WS-0012 --reason 'born on another day'",
    ],
    see=["drive person link A B", "drive case find TEXT"],
)
@two
@reason_option()
@click.pass_obj
def unlink(app: App, one: Any, other: Any, reason: str) -> None:
    """Record that two records are two people. It is remembered: nobody is asked about them again."""
    _decide(app, one, other, reason, same=False)


def _decide(app: App, one: Any, other: Any, reason: str, *, same: bool) -> None:
    from drivecli.services import people

    with app.work(people.Decided) as work:
        decided = people.decide(work, one, other, same=same, reason=reason)
    what = "are one person" if same else "are two people"
    app.out.done(decided, f"{decided.one} and {decided.other} {what}.", ref=decided.one)
