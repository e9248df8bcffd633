"""`drive help`: a topic's page, or the help of a command. It must come whatever is wrong with the store."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Everywhere, command
from drivecli.domain.urgent import Urgent
from drivecli.errors import DriveError
from drivecli.render import Out

UNFILLED = "not filled in"
FILL_IN = f"""\
{UNFILLED}: put your service's number here with
  drive practice apply urgent.toml --reason WHY   (drive help rules says how)"""
THEN = "Then: drive contact log REF --note -   Stop direct contact: drive case hold REF"


@dataclass(frozen=True)
class HelpPage:
    """A page of help: what was asked for, and its text."""

    topic: str
    text: str


class Always(Everywhere):
    """A command that reads no settings before it runs: settings that cannot be read must not keep help away."""

    def invoke(self, ctx: click.Context) -> Any:
        ctx.obj.command = ctx.command_path
        return click.Command.invoke(self, ctx)


def _offered(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """What can be asked for, for completion: topics and commands, then the commands of a group."""
    from drivecli.topics import TOPICS

    said = ctx.params.get("words") or ()
    here = _walk(ctx.find_root(), said).command if said else ctx.find_root().command
    names = here.list_commands(ctx) if isinstance(here, click.Group) else []
    return [name for name in [*(() if said else TOPICS), *names] if name.startswith(incomplete)]


@command(
    "help",
    examples=["drive help", "drive help urgent", "drive help dates", "drive help contact log"],
    see=["drive doctor", "drive version"],
    cls=Always,
)
@click.argument(
    "words", nargs=-1, metavar="[TOPIC]", shell_complete=_offered, help="A topic, or the words of a command."
)
@click.pass_context
def help_(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Help on a topic or a command; alone, the first page."""
    from drivecli.topics import TOPICS, URGENT, topic_text

    app: App = ctx.obj
    asked = " ".join(words)
    if asked == URGENT:
        app.out.thing(_urgent(app), _urgent_page)
    elif asked in TOPICS:
        app.out.thing(HelpPage(asked, topic_text(asked)), lambda out, page: out.markdown_lines(page.text))
    else:
        text = _walk(ctx.find_root(), words).get_help()
        app.out.thing(HelpPage(asked, text), lambda out, page: page.text.splitlines())


def _walk(here: click.Context, words: Sequence[str]) -> click.Context:
    """The surroundings of the command that the words name; what follows a whole command is let be.

    Raises NoSuchCommand with the nearest there is.
    """
    from drivecli.topics import TOPICS

    for word in words:
        if not isinstance(here.command, click.Group):
            break
        found = here.command.get_command(here, word)
        if found is None:
            names = here.command.list_commands(here)
            offered = names if here.parent else [*names, *TOPICS]
            what = "command" if here.parent else "command or topic"
            raise click.exceptions.NoSuchCommand(word, f"No such {what} '{word}'.", offered, here)
        here = click.Context(found, here, word, obj=here.obj, **found.context_settings)
    return here


def _urgent(app: App) -> Urgent:
    """The service's own page. Without a store, or with one that will not open, the packaged one, and a line on why."""
    from drivecli.catalogue import Catalogue
    from drivecli.queries.store import site_files

    app.quick = True  # nobody is asked for a passphrase before they are told whom to ring
    try:
        if app.asked.demo:
            app.announce()
        return Catalogue(site_files(app.open_unchecked(write=False))).urgent
    except Exception as error:  # whatever is wrong, this page must come
        refusal = error if isinstance(error, DriveError) else app.refusal(error)
        why = refusal.message if refusal else f"the store cannot be read ({type(error).__name__})."
        app.out.warn(f"Without your service's own numbers: {why}")
        return Catalogue().urgent
    finally:
        with suppress(Exception):
            app.close()


def _urgent_page(out: Out, page: Urgent) -> Iterator[str]:
    yield out.heading(page.title)
    yield ""
    labels = out.columns([["", call.label] for call in page.calls])
    for label, call in zip(labels, page.calls, strict=True):
        yield from out.two_parts(label, call.number or UNFILLED)
    if not all(call.number for call in page.calls):
        yield ""
        yield from out.paragraph(FILL_IN)
    yield ""
    yield out.heading("Write down, as soon as you can:")
    for point in page.write_down:
        yield from out.paragraph(f"  - {point}")
    yield from out.paragraph(THEN)
