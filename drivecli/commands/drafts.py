"""`drive drafts list|show|use|drop`: words of a line that did not end well."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.days import PAST, read_day
from drivecli.domain.lines import join_line, with_words
from drivecli.errors import DriveError, NotFound
from drivecli.layout import Column
from drivecli.params import NUMBER, Day

if TYPE_CHECKING:
    from drivecli.services.drafts import Draft, Writer

LIST = [
    Column("id", "Draft"),
    Column("at", "Kept at", lambda at: f"{at[:16].replace('T', ' ')} UTC"),
    Column("line", "Line"),
    Column("words", "Words", soft=True),
]


@command(
    "list", examples=["drive drafts", "drive drafts list --json"], see=["drive drafts use ID", "drive drafts drop ID"]
)
@click.pass_obj
def list_(app: App) -> None:
    """List your drafts, newest first."""
    from drivecli.services import drafts

    found = drafts.mine(app.open_checked(write=False), _writer(app))
    app.out.rows(found, drafts.Draft, LIST, empty="No drafts. The words of a line that fails are kept here.")
    if found:
        app.out.hint(f"Type one again with its words: drive drafts use {found[0].id}")


@command("show", examples=["drive drafts show 3", "drive drafts show 3 --json"], see=["drive drafts use ID"])
@click.argument("number", type=NUMBER, metavar="ID", help="The draft's number.")
@click.pass_obj
def show(app: App, number: int) -> None:
    """Show a draft's words, and the line they came with."""
    from drivecli.services import drafts

    found = drafts.one(app.open_checked(write=False), _writer(app), number)
    app.out.thing(found, lambda out, draft: [f"drive {draft.line}", "", *out.paragraph(draft.words)])


@command(
    "use",
    examples=["drive drafts use 3", "drive drafts use 3 -- --mode phone"],
    see=["drive drafts", "drive drafts drop ID"],
)
@click.argument("number", type=NUMBER, metavar="ID", help="The draft's number.")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, help="Options that put the line right, after --.")
@click.pass_context
def use(ctx: click.Context, number: int, more: tuple[str, ...]) -> int:
    """Type a kept line again with its words; what follows -- is added to it. The draft goes when it worked."""
    from drivecli.services import drafts

    app: App = ctx.obj
    writer = _writer(app)
    found = drafts.one(app.open_checked(write=False), writer, number)
    line = [*with_words(found.line, found.parts), *more]
    drive = ctx.find_root().command
    code = drive.main(args=line, prog_name="drive", standalone_mode=False, obj=app, windows_expand_args=False)
    if not code:
        drafts.drop(app.open_checked(write=True), writer, number)
    return code or 0


@command("drop", examples=["drive drafts drop 3", "drive drafts drop 3 --quiet"], see=["drive drafts"])
@click.argument("number", type=NUMBER, metavar="ID", help="The draft's number.")
@click.pass_obj
def drop(app: App, number: int) -> None:
    """Throw a draft away."""
    from drivecli.services import drafts

    dropped = drafts.drop(app.open_checked(write=True), _writer(app), number)
    app.out.done(dropped, f"Threw away draft {number}.", ref=str(number))


def dated(root: click.Command, line: Sequence[str], app: App) -> list[str]:
    """A line with every day as it was meant when it was typed: a kept "yesterday" must not become another day.

    A day that was left out and would be today is put in. What cannot be read stays as it was typed.
    """
    try:
        today = app.today
    except Exception:  # the demo's day lies in its store, which may not open; the words come first
        return list(line)
    start = next((at for at, each in enumerate(line) if not each.startswith("-")), len(line))
    found, at = root, start
    while isinstance(found, click.Group) and at < len(line):
        inner = found.get_command(click.Context(found), line[at])
        if inner is None:
            return list(line)
        found, at = inner, at + 1
    days = {option: param for param in found.params if isinstance(param.type, Day) for option in param.opts}
    missing = [
        [param.opts[0], today.isoformat()]
        for param in dict.fromkeys(days.values())
        if param.default == "today" and not any(each.partition("=")[0] in param.opts for each in line)
    ]
    rest = [*_absolute(line[at:], days, today)]
    end = rest.index("--") if "--" in rest else len(rest)
    return [*line[:at], *rest[:end], *(word for each in missing for word in each), *rest[end:]]


def _absolute(line: Sequence[str], days: Mapping[str, click.Parameter], today: date) -> Iterator[str]:
    waiting = list(line)
    while waiting:
        each = waiting.pop(0)
        option, equals, said = each.partition("=")
        param = days.get(option)
        if param is None or not (equals or waiting):
            yield each
            continue
        said = said if equals else waiting.pop(0)
        try:
            day = read_day(said, today, getattr(param.type, "towards", PAST)).isoformat()
        except DriveError:
            day = said
        yield from [f"{option}={day}"] if equals else [option, day]


def keep(app: App, line: Sequence[str], words: Sequence[str]) -> list[str]:
    """Keep the words of a line that failed, and say where they are.

    Where the store will not open they are printed back, and written nowhere.
    """
    from drivecli.services import drafts

    answered = app.wizard if app.wizard and app.wizard.kept else None
    earlier = answered.draft if answered else None
    try:
        number = drafts.keep(app.open_checked(write=True), _writer(app), join_line(line), words, instead_of=earlier)
    except Exception as error:  # whatever is wrong with the store, the words come first
        if not isinstance(error, DriveError) and app.refusal(error) is None and app.asked.debug:
            raise
        typed = [f"drive {join_line(line)}"] if answered else []
        return ["Your words could not be kept. Here they are:", *typed, *"\n".join(words).splitlines()]
    if answered:
        return [f"Kept: {app.command} --resume   (with an option, to change an answer)"]
    return [f"Your words are kept as draft {number}: drive drafts use {number} -- OPTIONS   (or show, drop)"]


def latest(app: App, command: Sequence[str]) -> "Draft":
    """The newest of the acting worker's drafts of a command, as in ["contact", "log"]. Raises NotFound."""
    from drivecli.services import drafts

    for draft in drafts.mine(app.open_checked(write=False), _writer(app)):
        line = dropwhile(lambda each: each.startswith("-"), with_words(draft.line, draft.parts))
        if list(islice(line, len(command))) == list(command):
            return draft
    raise NotFound(f"Nothing is kept of an earlier drive {' '.join(command)}.", next="drive drafts list")


def forget(app: App, number: int) -> None:
    """Throw away a draft that was taken up and is done."""
    from drivecli.services import drafts

    drafts.drop(app.open_checked(write=True), _writer(app), number)


def _writer(app: App) -> "Writer":
    from drivecli.services.drafts import Writer

    try:
        return Writer(app.login, app.actor.id)
    except DriveError:
        return Writer(app.login, None)
