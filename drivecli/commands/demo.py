"""`drive demo`: a store of its own with invented cases, to try everything on."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Everywhere, command
from drivecli.commands.caseload import caseload
from drivecli.domain.days import say_day
from drivecli.errors import DriveError

NEXT = """\
Next, on the demo:
  drive --demo today
  drive --demo case show 7
  drive --demo why 7
  drive --demo contact log 7 --mode phone --outcome held
--demo runs any command on the demo. drive demo --reset makes it anew."""


class OnTheDemo(Everywhere):
    """A command that works on the demo, whether --demo was said or not."""

    def invoke(self, ctx: click.Context) -> Any:
        ctx.obj.asked.demo = True
        return super().invoke(ctx)


@command(
    examples=["drive demo", "drive demo --reset"],
    see=["drive --demo today", "drive --demo case show 7", "drive init"],
    cls=OnTheDemo,
)
@click.option("--reset", is_flag=True, help="Throw the demo away and make it anew.")
@click.pass_context
def demo(ctx: click.Context, reset: bool) -> None:
    """Try drive with about 30 invented cases. Real records are never touched."""
    from drivecli.services import demo as service

    app: App = ctx.obj
    path = app.settings.store.path
    if path is not None and path.exists() and not reset:
        sentence = "The demo is there already."
    else:
        app.out.note("Making the demo. This takes a few seconds.")
        service.remove(app.settings)
        made = service.make(app.settings, app.login)
        sentence = f"Made a demo with {made.cases} invented cases. Real records are untouched."
    try:
        app.read()
    except DriveError as error:
        error.next = "drive demo --reset"
        raise
    _say(app, sentence)
    _say(app, f"Today in the demo is {say_day(app.today)}.")
    ctx.invoke(caseload, overdue=True)
    app.out.hint(NEXT)


def _say(app: App, sentence: str) -> None:
    """On the screen; beside it where a program reads stdout."""
    if app.out.for_programs or app.out.quiet:
        app.out.note(sentence)
    else:
        app.out.text(sentence)
