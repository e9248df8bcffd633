"""The `drive` command: the table of commands, the options that work everywhere, and refusals turned into exit codes.

The table names each command's module and its one-line help, so that neither help nor completion imports a command. A
test holds the table to the commands.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from drivecli import __version__
from drivecli.app import App
from drivecli.errors import INTERRUPTED, OK, OUR_FAULT, WRONG_USAGE, DriveError
from drivecli.render import FORMATS

Table = Mapping[str, tuple[str, str]]

COMMANDS: Table = {
    "today": ("today:today", "Your day: holds first, then what is overdue, due today and due this week."),
    "caseload": ("caseload:caseload", "Open cases, most urgent first; --overdue for who needs help today."),
    "why": ("why:why", "Explain every deadline of a case."),
    "case": ("", "Open, show, find and change cases."),
    "contact": ("", "Log contacts and read them."),
    "approach": ("approach:approach", "Record whether the person may be approached."),
    "assign": ("assignment:assign", "Give a case its specialists."),
    "unassign": ("assignment:unassign", "End a specialist's work on a case."),
    "review": ("review:review", "Record a review."),
    "seen": ("seen:seen", "Mark an overdue case as known to a lead."),
    "workload": ("workload:workload", "A row per worker: cases, overdue, capacity."),
    "worker": ("", "Add and see workers; away, leave, link."),
    "agency": ("", "Add and list partner agencies."),
    "drafts": ("", "Words of a command that did not end well."),
    "practice": ("", "The service's own values: show, check, apply."),
    "whoami": ("whoami:whoami", "Who is acting, in which store."),
    "demo": ("demo:demo", "Try drive with about 30 invented cases."),
    "init": ("setup:init", "Start a store, or join your team's."),
    "upgrade": ("setup:upgrade", "Bring a store to this release."),
    "doctor": ("doctor:doctor", "Check this computer and the store."),
}

GROUPS: Mapping[str, Table] = {
    "case": {
        "open": ("case:open_", "Open a case."),
        "show": ("case:show", "What a case manager needs, on one screen."),
        "list": ("case:list_", "List cases."),
        "find": ("case:find", "Find cases by name, alias, ref or reference."),
        "edit": ("case:edit", "Change a person's or a case's details."),
        "timeline": ("timeline:timeline", "Everything that happened in a case, in order."),
        "stage": ("stage:stage", "Move a case to another stage."),
        "hold": ("hold:hold", "Stop direct contact until a day, or lift the hold."),
        "suspend": ("suspension:suspend", "Suspend a case: custody, hospital, whereabouts unknown."),
        "resume": ("suspension:resume", "Take up a suspended case again."),
        "transfer": ("assignment:transfer", "Give a case another manager."),
        "extend": ("extension:extend", "Extend a case's window."),
        "correct": ("correction:correct", "Put a wrong fact right, with a reason."),
        "close": ("closing:close", "Close a case."),
    },
    "contact": {
        "log": ("contact:log", "Log a contact or an attempt."),
        "list": ("contact:list_", "List a case's contacts."),
        "show": ("contact:show", "Show one contact."),
        "correct": ("contact:correct", "Put a wrong contact right, with a reason."),
    },
    "worker": {
        "add": ("worker:add", "Add a worker."),
        "list": ("worker:list_", "List workers."),
        "show": ("worker:show", "Show one worker and what they hold."),
        "link": ("worker:link", "Say which worker this user of this computer is."),
        "away": ("worker:away", "Note who covers while a worker is away."),
        "leave": ("worker:leave", "End a worker's time here, handing over what they hold."),
    },
    "agency": {
        "add": ("agency:add", "Add an agency."),
        "list": ("agency:list_", "List agencies."),
    },
    "drafts": {
        "list": ("drafts:list_", "List your drafts."),
        "show": ("drafts:show", "Show a draft's words."),
        "use": ("drafts:use", "Type a kept line again with its words."),
        "drop": ("drafts:drop", "Throw a draft away."),
    },
    "practice": {
        "show": ("practice:show", "Show the practice rules as they stand."),
        "check": ("practice:check", "Check a file of your own, and what it would change."),
        "apply": ("practice:apply", "Store a file of your own and bring every open case up to it."),
    },
}

WIDEST_HELP = 100


def _everywhere() -> list[click.Option]:
    """The options that work before and after every command; each is noted on the App, wherever it stands."""

    def option(*names: str, **more: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_note_asked, **more)

    return [
        option("--format", type=click.Choice(FORMATS), help="How to show it. [default: table, or plain when piped]"),
        option("--json", is_flag=True, help="Short for --format json."),
        option("--fields", metavar="A,B", help="Only these fields."),
        option("--quiet", "-q", is_flag=True, help="Only what was asked for; of a write, only the ref."),
        option("--verbose", "-v", is_flag=True, help="Say more, on stderr."),
        option("--demo", is_flag=True, help="Work on the demo, never on real records."),
        option("--color", type=click.Choice(["auto", "always", "never"]), help="When to use colour. [default: auto]"),
        option("--no-input", is_flag=True, help="Never ask; a missing value is an error."),
        option("--debug", is_flag=True, help="On a fault of ours, show the traceback."),
    ]


def _note_asked(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if not value or ctx.obj is None:
        return
    if param.name == "json":
        ctx.obj.asked.format = "json"
    else:
        setattr(ctx.obj.asked, str(param.name), value)


class Everywhere(click.Command):
    """A command that takes the options of `_everywhere`, and says the marks every screen must carry."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *_everywhere()]

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        return ["-h", "--help"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options; those that work everywhere are told once, by `drive --help`."""
        own = [
            record
            for param in self.params
            if (record := param.get_help_record(ctx)) and isinstance(param, click.Option)
        ]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        if ctx.parent is not None:
            with formatter.section("Everywhere"):
                formatter.write_text(
                    "--format, --json, --fields, --quiet, --verbose, --demo, --color, --no-input, "
                    "--debug; drive --help says what they do."
                )

    def invoke(self, ctx: click.Context) -> Any:
        app: App = ctx.obj
        app.command = ctx.command_path
        app.announce()
        return super().invoke(ctx)


class Lazy(Everywhere, click.Group):
    """A group that knows its commands by name and help alone, and imports one only to run it."""

    def __init__(self, *args: Any, table: Table, **more: Any) -> None:
        super().__init__(*args, **more)
        self.table = table
        self.command_class = Everywhere

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        where, help_text = self.table[cmd_name]
        if not where:
            return _group(cmd_name, help_text)
        from importlib import import_module

        module, _, name = where.partition(":")
        command: click.Command = getattr(import_module(f"drivecli.commands.{module}"), name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args[0] not in self.table and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=self.table, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in self.table.items()])
        if ctx.parent is None:
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


def _group(name: str, help_text: str) -> Lazy:
    return Lazy(
        name,
        table=GROUPS[name],
        help=help_text,
        no_args_is_help=name != "drafts",
        invoke_without_command=name == "drafts",
        callback=_drafts if name == "drafts" else None,
        context_settings=_SETTINGS,
    )


@click.pass_context
def _drafts(ctx: click.Context) -> None:
    """`drive drafts` alone lists them."""
    if ctx.invoked_subcommand is None:
        command = ctx.command.get_command(ctx, "list")  # type: ignore[attr-defined]
        ctx.invoke(command)


_SETTINGS = {"max_content_width": WIDEST_HELP, "help_option_names": ["-h", "--help"]}


@click.command(cls=Lazy, table=COMMANDS, invoke_without_command=True, context_settings=_SETTINGS)
@click.version_option(__version__, message="drive %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Case records and deadlines for work with perpetrators of domestic abuse.

    \b
    Start:    drive demo        try it with invented cases
    Daily:    drive today       your day
              drive caseload --overdue
              drive contact log 42 --mode phone --outcome held
    """
    if ctx.invoked_subcommand is None:
        from drivecli.commands.today import today

        ctx.invoke(today)


def command(name: str | None = None, *, examples: Sequence[str] = ()) -> Callable[[Callable[..., Any]], click.Command]:
    """What a command file uses: a command that takes the options of everywhere, with examples in its help."""
    epilog = "\b\nExamples:\n" + "\n".join(f"  {each}" for each in examples) if examples else None
    return click.command(name, cls=Everywhere, epilog=epilog, context_settings=_SETTINGS)


def main(argv: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run one line and return its exit code. Nothing else in the program exits."""
    args = list(sys.argv[1:] if argv is None else argv)
    app = App(os.environ if env is None else env)
    code = OUR_FAULT
    try:
        code = _run(args, app)
        if code not in (OK, 10):
            _keep_words(args, app)
    except BrokenPipeError:
        code = OK
        _let_go_of_stdout()
    finally:
        app.close()
    return code


def _run(args: list[str], app: App) -> int:
    if args[:1] == ["help"]:
        args = [*args[1:], "--help"]
    try:
        result = cli.main(args=args, prog_name="drive", standalone_mode=False, obj=app, windows_expand_args=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else OK
    except BrokenPipeError:
        raise
    except (click.exceptions.Abort, KeyboardInterrupt, EOFError):
        app.out.warn("Stopped. Nothing was saved.")
        return INTERRUPTED
    except click.ClickException as error:
        app.out.error(_from_click(error))
        return WRONG_USAGE
    except DriveError as error:
        app.out.error(error)
        return error.code
    except Exception as error:  # the one place where every error becomes words and a code
        return _fault(error, app)


def _fault(error: Exception, app: App) -> int:
    from drivecli import db

    refusal = db.as_refusal(error)
    if refusal:
        app.out.error(refusal)
        return refusal.code
    if app.asked.debug:
        import traceback

        traceback.print_exc()
    else:
        app.out.warn(f"drive made a mistake of its own ({type(error).__name__}). Nothing was saved.")
        app.out.warn("Type the line again with --debug and send what it says to whoever looks after drive.")
    return OUR_FAULT


def _from_click(error: click.ClickException) -> DriveError:
    """Click's refusals in our words: what was wrong, and the line that shows what would be right."""
    message = error.format_message()
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "drive"
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return DriveError(error.ctx.get_help() if error.ctx else message, kind="not_understood")
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.get_error_hint(error.ctx).strip("'").split("'")[0]
        message = f"Missing {name} (nobody was asked for it)."
        if isinstance(error.param.type, click.ParamType) and hasattr(error.param.type, "codes") and error.ctx:
            message += f" One of: {error.param.make_metavar(error.ctx)}."
    elif isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.get_error_hint(error.ctx).strip("'").split("'")[0]
        message = f"{name}: {error.message}"
    return DriveError(message, kind="not_understood", next=f"{path} --help")


def _keep_words(args: list[str], app: App) -> None:
    """Whatever a line that failed had in words is kept as a draft in the store, or printed back; never lost."""
    from drivecli.domain.lines import split_words

    line, words, from_stdin = split_words(args)
    if from_stdin and not app.words and not sys.stdin.isatty():
        words.append(sys.stdin.read().strip())
    words = [each for each in [*words, *app.words] if each.strip()]
    if words and line[:1] != ["drafts"]:
        from drivecli.commands.drafts import keep

        keep(app, line, words)


def _let_go_of_stdout() -> None:
    """The reader left; point stdout elsewhere so that Python's own last flush says nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
