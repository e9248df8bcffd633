"""What TAB offers, and the scripts that make a shell ask. A completion is quick and silent, and never names a person.

Click answers for commands, options and files. The types of `params` answer for values, through the functions here: they
read the store by an App of their own and offer nothing when it does not open. No completion is recorded as a reading.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    PowerShellComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    get_completion_class,
    shell_complete,
)

from drivecli.app import App
from drivecli.layout import safe_text

VARIABLE = "_DRIVE_COMPLETE"
"""By this name in the environment a script says that a shell is asking, and how it wants to be answered."""

PATIENCE = 3.0
"""Seconds after which nothing is offered: a database that does not answer must not hold up a person who types."""

Values = Iterable[tuple[str, str]]
"""What may be typed, each with the words shown beside it."""


def script(shell: str) -> str:
    """What a shell must run to ask drive at TAB. It holds no path, so it is the same on every computer."""
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(click.Command("drive"), {}, "drive", VARIABLE).source()


def answer(cli: click.Command, instruction: str) -> None:
    """Say on stdout what may stand at the cursor. Says nothing where that cannot be known, or not in time."""
    late = Timer(PATIENCE, os._exit, [0])
    late.daemon = True
    late.start()
    try:
        with suppress(Exception, SystemExit, KeyboardInterrupt), _nothing_on_stderr():
            shell_complete(cli, {}, "drive", VARIABLE, instruction)
    finally:
        late.cancel()


@contextmanager
def _nothing_on_stderr() -> Iterator[None]:
    """Not even what a database's own library says: it would be written into the line that is being typed."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


# -- values ------------------------------------------------------------------------------------------------------------


def codes(ctx: click.Context, name: str, begun: str) -> list[CompletionItem[str]]:
    """The codes of a list that begin so: the service's own where its store opens, else the packaged ones."""
    begun = begun.lower().replace("-", "_")
    return _offer(ctx, lambda app: [(code, app.label(name, code)) for code in app.catalogue.codes(name)], begun)


def checklists(ctx: click.Context, begun: str) -> list[CompletionItem[str]]:
    """Names of checklists, the service's own among them."""
    return _offer(
        ctx, lambda app: [(name, "") for name in app.catalogue.checklist_names], begun.lower().replace("-", "_")
    )


def usernames(ctx: click.Context, begun: str) -> list[CompletionItem[str]]:
    """Usernames of those who work here, each with the role."""
    return _offer(ctx, _workers, begun.lower())


def open_cases(ctx: click.Context, begun: str) -> list[CompletionItem[str]]:
    """Refs of open cases, the acting worker's own first, then what is due soonest; each with its state."""

    def read(app: App) -> Values:
        from drivecli.queries import cases

        db, mine = app.open_checked(write=False), app.actor.id
        return [(each.typed(begun), _state(app, each)) for each in cases.candidates(db, begun, first=mine)]

    return _offer(ctx, read, begun.upper())


def _workers(app: App) -> Values:
    from drivecli.queries import workers

    listed = workers.listed(app.open_checked(write=False), role=None, everyone=False)
    return [(each.username, app.label("role", each.role)) for each in listed]


def _state(app: App, case: Any) -> str:
    """A case's state as the caseload says it; its stage where nothing presses."""
    from drivecli.domain.overdue import days_overdue

    late = days_overdue(case.next_due_on, app.today)
    parts = ["HOLD"] if case.hold_until and case.hold_until >= app.today else []
    parts += [f"OVERDUE {late} day{'' if late == 1 else 's'}"] if late else []
    parts += ["suspended"] if case.status == "suspended" else []
    return "; ".join(parts) or app.label("stage", case.stage)


def _offer(ctx: click.Context, read: Callable[[App], Values], begun: str) -> list[CompletionItem[str]]:
    """What `read` finds that begins so. A program that may ask for a key is never started; `answer` hides any error."""
    app = App({name: value for name, value in os.environ.items() if name != "DRIVE_KEY_COMMAND"})
    app.quick = True
    app.asked.demo = bool(ctx.meta.get("drive.demo"))
    try:
        return [CompletionItem(word, help=safe_text(said)) for word, said in read(app) if word.startswith(begun)]
    finally:
        app.close()


# -- shells ------------------------------------------------------------------------------------------------------------


class _Whole(ShellComplete):
    """What every shell's way of asking needs beside Click's: a value that follows its option after =."""

    def get_completion_args(self) -> tuple[list[str], str]:
        args, incomplete = super().get_completion_args()
        if args[-1:] == ["="]:  # bash cuts --mode=ph into three words
            args.pop()
        return args, incomplete

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """With --mode=ph as one word the whole word is put in its place, so the option must stand in it."""
        option, equals, _ = incomplete.partition("=")
        found = super().get_completions(args, incomplete)
        if option.startswith("--") and equals:
            for item in found:
                item.value = f"{option}={item.value}" if item.type == "plain" else item.value
        return found


class _Bash(_Whole, BashComplete):
    """Bash, without Click's look at its version: that starts a bash."""

    @staticmethod
    def _check_version() -> None:
        return


class _Zsh(_Whole, ZshComplete):
    """Zsh."""


class _Fish(_Whole, FishComplete):
    """Fish, whose script takes the first comma in a description for its end."""

    def format_completion(self, item: CompletionItem[str]) -> str:
        item.help = (item.help or "").replace(",", ";")
        return super().format_completion(item)


class _PowerShell(_Whole, PowerShellComplete):
    """PowerShell, Windows's own and the newer."""


for _each in (_Bash, _Zsh, _Fish, _PowerShell):
    add_completion_class(_each)
