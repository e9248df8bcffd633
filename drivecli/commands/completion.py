"""`drive completion`: TAB completes what is being typed."""

from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Everywhere, command
from drivecli.errors import NotUnderstood

SHELLS = ("bash", "zsh", "fish", "powershell")
INSTALL = "install"


class WithoutRecords(Everywhere):
    """A command that touches no record, so that --demo means nothing and no mark stands in what a shell will run."""

    def invoke(self, ctx: click.Context) -> Any:
        ctx.obj.asked.demo = False
        return super().invoke(ctx)


@command(
    examples=[
        "drive completion install",
        "drive completion install zsh --yes",
        "drive completion bash",
        "drive completion fish",
    ],
    see=["drive doctor"],
    cls=WithoutRecords,
)
@click.argument(
    "what",
    type=click.Choice([INSTALL, *SHELLS]),
    metavar="WHAT",
    help="install, or the shell whose script to print: bash, zsh, fish or powershell.",
)
@click.argument(
    "shell",
    type=click.Choice(SHELLS),
    metavar="[SHELL]",
    required=False,
    help="The shell to install it for. [default: the one in use]",
)
@click.option("--yes", "-y", is_flag=True, help="Change the shell's file without asking.")
@click.pass_obj
def completion(app: App, what: str, shell: str | None, yes: bool) -> None:
    """Let TAB complete commands, codes, usernames and refs. Nobody's name is ever offered.

    install says which file of your shell it will change, and asks. To do it by hand, have your shell run the script.
    """
    if what == INSTALL:
        _install(app, shell, yes)
        return
    if shell:
        raise NotUnderstood(f"“{what}” prints its own script; leave out {shell}.", next=f"drive completion {what}")
    from drivecli.completion import script

    app.out.script(script(what))


def _install(app: App, shell: str | None, yes: bool) -> None:
    from drivecli.services import completions

    plan = completions.plan(shell or completions.shell_of(app.env), app.env)
    if plan.is_done:
        sentence = f"Completion for {plan.shell} is in {plan.file} already. Nothing was changed."
    else:
        _say(app, plan)
        if not (yes or _agreed(app, plan.shell)):
            app.out.note("Nothing was changed.")
            return
        sentence = f"Completion for {plan.shell} is in {plan.file}. Open a new terminal, and TAB completes."
    app.out.done(completions.install(plan), sentence, ref=str(plan.file))


def _say(app: App, plan: Any) -> None:
    how = "put these lines in the place of drive's older ones" if plan.replaces else "add these lines at the end"
    made = "" if plan.file.exists() else ", a new file"
    app.out.note(f"For {plan.shell} this changes one file: {plan.file}{made}. It will {how}:")
    for line in plan.lines.splitlines():
        app.out.note(f"    {line}")


def _agreed(app: App, shell: str) -> bool:
    if not app.person_present:
        raise NotUnderstood(
            "Missing --yes (running without a terminal, so not asking). Nothing was changed.",
            next=f"drive completion install {shell} --yes",
        )
    from drivecli import prompts

    return prompts.confirm("Change the file?", accessible=app.accessible)
