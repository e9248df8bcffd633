"""`drive drafts list|show|use|drop`: words of a line that did not end well."""

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.lines import with_words
from drivecli.layout import Column
from drivecli.params import NUMBER

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
    from drivecli.kept import writer
    from drivecli.services import drafts

    found = drafts.mine(app.open_checked(write=False), writer(app))
    app.out.rows(found, drafts.Draft, LIST, empty="No drafts. The words of a line that fails are kept here.")
    if found:
        app.out.hint(f"Type one again with its words: drive drafts use {found[0].id}")


@command("show", examples=["drive drafts show 3", "drive drafts show 3 --json"], see=["drive drafts use ID"])
@click.argument("number", type=NUMBER, metavar="ID", help="The draft's number.")
@click.pass_obj
def show(app: App, number: int) -> None:
    """Show a draft's words, and the line they came with."""
    from drivecli.kept import writer
    from drivecli.services import drafts

    found = drafts.one(app.open_checked(write=False), writer(app), number)
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
    from drivecli.kept import writer
    from drivecli.services import drafts

    app: App = ctx.obj
    mine = writer(app)
    found = drafts.one(app.open_checked(write=False), mine, number)
    line = [*with_words(found.line, found.parts), *more]
    drive = ctx.find_root().command
    code = drive.main(args=line, prog_name="drive", standalone_mode=False, obj=app, windows_expand_args=False)
    if not code:
        drafts.drop(app.open_checked(write=True), mine, number)
    return code or 0


@command("drop", examples=["drive drafts drop 3", "drive drafts drop 3 --quiet"], see=["drive drafts"])
@click.argument("number", type=NUMBER, metavar="ID", help="The draft's number.")
@click.pass_obj
def drop(app: App, number: int) -> None:
    """Throw a draft away."""
    from drivecli.kept import writer
    from drivecli.services import drafts

    dropped = drafts.drop(app.open_checked(write=True), writer(app), number)
    app.out.done(dropped, f"Threw away draft {number}.", ref=str(number))
