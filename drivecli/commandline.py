"""How a `drive` command is shaped: the options that work everywhere, the help's layout, groups that import lazily."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from drivecli.app import App
from drivecli.asks import Asks as Asks
from drivecli.render import FORMATS

Table = Mapping[str, tuple[str, str]]
"""Of each command: its name, where it is ("module:function", or empty for a group), and its one-line help."""

SETTINGS: dict[str, Any] = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}
"""Of every command: help wraps at the terminal, at most at 100 columns."""


def _note_asked(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if not value:
        return
    if ctx.obj is None:  # the line is being completed: nothing runs, but what TAB offers depends on --demo
        ctx.meta[f"drive.{param.name}"] = value
    elif param.name == "json":
        ctx.obj.asked.format = "json"
    else:
        setattr(ctx.obj.asked, str(param.name), value)


def _option(*names: str, **more: Any) -> click.Option:
    """Eager: --demo must be known before a value is read, or a code typed before it would open the real store."""
    return click.Option(names, expose_value=False, callback=_note_asked, is_eager=True, **more)


EVERYWHERE = [
    _option("--format", type=click.Choice(FORMATS), help="How to show it. [default: table, or plain when piped]"),
    _option("--json", is_flag=True, help="Short for --format json."),
    _option("--fields", metavar="A,B", help="Only these fields."),
    _option("--quiet", "-q", is_flag=True, help="Only what was asked for; of a write, only the ref."),
    _option("--verbose", "-v", is_flag=True, help="Say more, on stderr."),
    _option("--demo", is_flag=True, help="Work on the demo, never on real records."),
    _option("--color", type=click.Choice(["auto", "always", "never"]), help="When to use colour. [default: auto]"),
    _option("--no-input", is_flag=True, help="Never ask; a missing value is an error."),
    _option("--no-pager", is_flag=True, help="Never stop at a full screen."),
    _option("--once", metavar="ID", help="Do this line once only: with an ID that was done, nothing is done again."),
    _option("--debug", is_flag=True, help="On a fault of ours, show the traceback."),
]
"""The options that work before and after every command; each is noted on the App, wherever it stands."""


OWN_OPTIONS: Mapping[str, Sequence[click.Option]] = {
    "import": [
        click.Option(
            ["--template"],
            metavar="KIND",
            help="Write an empty workbook to fill in, as in: --template cases -o cases.xlsx.",
        ),
        click.Option(["--output", "-o"], metavar="FILE", help="Where to write it."),
        click.Option(["--force"], is_flag=True, help="Write over a file that is there."),
    ]
}
"""Options of a group itself, when none of its commands is named."""

RESUME = click.Option(["--resume"], is_flag=True, expose_value=False, help="Go on with the answers kept last.")
"""Of the commands that ask and keep what was answered."""


def _with_codes(param: click.Parameter, record: tuple[str, str]) -> tuple[str, str]:
    """An option's line in help, with the codes it takes."""
    offered = getattr(param.type, "offered", None)
    return (record[0], f"{record[1]} One of: {offered()}.") if offered and param.metavar is None else record


class Everywhere(click.Command):
    """A command that takes the options of `EVERYWHERE`, and says the marks every screen must carry.

    Its help is one sentence, two to four `examples` to copy, the options, and what to `see` next. What it `asks` a
    person for becomes text on the line before that is read, so nothing is reachable by a question alone.
    """

    def __init__(
        self, *args: Any, examples: Sequence[str] = (), see: Sequence[str] = (), asks: Asks | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.examples = examples
        self.see = see
        self.asks = asks
        if asks and asks.keeps:
            self.params.append(RESUME)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Its own, and those of everywhere, but for one that it has in its own way, as `checklist print --format`."""
        own = self.own_params(ctx)
        named = {name for param in own for name in param.opts}
        return [*own, *(option for option in EVERYWHERE if not named.intersection(option.opts))]

    def own_params(self, ctx: click.Context) -> list[click.Parameter]:
        """What this command alone takes."""
        return super().get_params(ctx)

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return ["-h", "--help"]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if self.asks and ctx.obj is not None and not ctx.resilient_parsing:
            from drivecli import wizard

            args = wizard.complete(self, self.asks, ctx, args, EVERYWHERE)
        return super().parse_args(ctx, args)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One sentence, then examples to copy."""
        super().format_help_text(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options; those that work everywhere are told once, by `drive --help`."""
        own = [param for param in self.own_params(ctx) if isinstance(param, click.Option)]
        with formatter.section("Options"):
            formatter.write_dl([_with_codes(param, record) for param in own if (record := param.get_help_record(ctx))])
        if any(param.metavar and "DAY" in param.metavar for param in own):
            with formatter.section("Days"):
                formatter.write_text(
                    "A DAY is 3/4/2026 (day/month/year), 2026-04-03, 3 Apr, today, Friday, -2d or +1w."
                    " More: drive help dates."
                )
        with formatter.section("Everywhere"):
            shared = [param for param in self.get_params(ctx) if param in EVERYWHERE]
            names = ", ".join(max(option.opts, key=len) for option in shared)
            formatter.write_text(f"{names}: drive --help says what they do.")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Where to go from here."""
        if self.see:
            with formatter.section("See also"):
                formatter.write_text(", ".join(self.see))

    def invoke(self, ctx: click.Context) -> Any:
        app: App = ctx.obj
        app.command = ctx.command_path
        app.announce()
        wizard = app.wizard
        try:
            result = super().invoke(ctx)
        finally:
            if wizard and app.saved:
                wizard.forget()
        if wizard:
            wizard.say_again()
        return result


class Lazy(Everywhere, click.Group):
    """A group that knows its commands by name and help alone, and imports one only to run it."""

    def __init__(self, *args: Any, table: Table, groups: Mapping[str, Table] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.table = table
        self.groups = groups or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        where, help_text = self.table[cmd_name]
        if cmd_name in self.groups:
            return self._group(cmd_name, where, help_text)
        return _load(where)

    def _group(self, name: str, alone: str, help_text: str) -> "Lazy":
        """A group of the table. Where the table names a command for it, the group alone runs that."""
        return Lazy(
            name,
            params=list(OWN_OPTIONS.get(name, ())),
            table=self.groups[name],
            help=help_text,
            callback=runs_alone(alone) if alone else None,
            invoke_without_command=bool(alone),
            no_args_is_help=not alone,
            context_settings=SETTINGS,
        )

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in self.table and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=self.table, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in self.table.items()])
        own = [record for param in OWN_OPTIONS.get(self.name or "", ()) if (record := param.get_help_record(ctx))]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        if ctx.parent is None:
            from drivecli.topics import TOPICS

            with formatter.section("Topics, each a page: drive help TOPIC"):
                formatter.write_text(", ".join(TOPICS))
            with formatter.section("Everywhere"):
                formatter.write_dl(
                    [record for option in self.get_params(ctx) if (record := option.get_help_record(ctx))]
                )

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=help_text)
            for name, (_, help_text) in self.table.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        if ctx._protected_args:
            return click.Group.invoke(self, ctx)
        return super().invoke(ctx)


def _load(where: str) -> click.Command:
    from importlib import import_module

    module, _, name = where.partition(":")
    found: click.Command = getattr(import_module(f"drivecli.commands.{module}"), name)
    return found


def runs_alone(where: str) -> Callable[..., None]:
    """What a group does when no command of it is named: it runs this one."""

    @click.pass_context
    def run(ctx: click.Context, **said: Any) -> None:
        if ctx.invoked_subcommand is None:
            ctx.invoke(_load(where), **said)

    return run


def command(
    name: str | None = None,
    *,
    examples: Sequence[str],
    see: Sequence[str] = (),
    asks: Asks | None = None,
    cls: type[Everywhere] = Everywhere,
) -> Callable[[Callable[..., Any]], click.Command]:
    """What a command file uses: a command that takes the options of everywhere, with examples in its help."""
    return click.command(name, cls=cls, examples=examples, see=see, asks=asks, context_settings=SETTINGS)
