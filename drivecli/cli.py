"""The `drive` command: the table of commands, the options that work everywhere, and refusals turned into exit codes.

The table names each command's module and its one-line help, so that neither help nor completion imports a command. A
test holds the table to the commands.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

import click

from drivecli import __version__
from drivecli.app import App
from drivecli.commandline import SETTINGS, Lazy, Table, runs_alone
from drivecli.errors import INTERRUPTED, OK, WRONG_USAGE, AlreadyDone, DriveError, NotUnderstood
from drivecli.interrupts import answering, unheard
from drivecli.render import FORMATS
from drivecli.settings import without_keys

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
    "checklist": ("", "Work through a checklist, and print it for a meeting."),
    "seen": ("seen:seen", "Mark an overdue case as known to a lead."),
    "workload": ("workload:workload", "A row per worker: cases, overdue, capacity."),
    "worker": ("", "Add and see workers; away, leave, link."),
    "agency": ("", "Add and list partner agencies."),
    "undo": ("undo:undo", "Take your last change out again, if it can be."),
    "history": ("undo:history", "Your changes, and which of them can be undone."),
    "backup": ("backup:list_", "Verified copies of the store: make, list, verify, restore."),
    "drafts": ("drafts:list_", "Words of a command that did not end well."),
    "practice": ("", "The service's own values: show, check, apply."),
    "import": ("import_batch:template", "Bring in records from a spreadsheet: a plan first, then all or nothing."),
    "export": ("", "Take records out to a spreadsheet or a program."),
    "person": ("", "Decide who is who."),
    "audit": ("audit:log", "Who did what and who looked; show that the record is whole."),
    "key": ("key:status", "What opens the store: passphrase, recovery code, keyring, a new key."),
    "unlock": ("unlock:unlock", "Open the store for an hour at a time, by its passphrase."),
    "lock": ("unlock:lock", "Close the store again, and clear the screen."),
    "config": ("config:list_", "How drive talks to you: accessible, color, format, hints, pager."),
    "whoami": ("whoami:whoami", "Who is acting, in which store."),
    "demo": ("demo:demo", "Try drive with about 30 invented cases."),
    "init": ("setup:init", "Start a store, or join your team's."),
    "upgrade": ("setup:upgrade", "Bring a store to this release."),
    "doctor": ("doctor:doctor", "Check this computer and the store."),
    "completion": ("completion:completion", "Let TAB complete commands, codes, usernames and refs."),
    "version": ("version:version", "What is installed, and where its files are."),
    "help": ("help:help_", "Help on a topic or a command."),
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
        "suspend": ("suspension:suspend", "Suspend a case, or say anew when the person will be released."),
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
    "checklist": {
        "list": ("checklist:list_", "List the checklists there are, or those of a case."),
        "start": ("checklist:start", "Start a checklist on a case."),
        "show": (
            "checklist:show",
            "Show a checklist, item by item: where it stands, why it is there, and what to settle first.",
        ),
        "tick": ("checklist:tick", "Say where an item stands."),
        "record": ("checklist_record:record", "Type a sheet that came back on paper in, in page order."),
        "print": ("checklist:print_", "Print a checklist on A4."),
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
    "audit": {
        "log": ("audit:log", "Who did what, and who looked."),
        "verify": ("audit:verify", "Show that nothing on record was changed."),
        "receipt": ("audit:receipt", "A line to keep elsewhere: where the record stands."),
        "accept": ("audit:accept", "Say that what was found in the record is known, and go on from here."),
    },
    "backup": {
        "create": ("backup:create", "Make a backup, and check it whole before it counts as one."),
        "list": ("backup:list_", "List the backups there are, newest first."),
        "verify": ("backup:verify", "Check a backup; --deep restores it in private and compares."),
        "restore": ("backup:restore", "Put a backup in the store's place."),
    },
    "drafts": {
        "list": ("drafts:list_", "List your drafts."),
        "show": ("drafts:show", "Show a draft's words."),
        "use": ("drafts:use", "Type a kept line again with its words."),
        "drop": ("drafts:drop", "Throw a draft away."),
    },
    "practice": {
        "show": ("practice:show", "Show the practice rules as they stand."),
        "check": ("practice:check", "Check a file of your own, and list the cases whose deadlines would change."),
        "apply": ("practice:apply", "Store a file of your own and bring every case up to it."),
    },
    "import": {
        "persons": ("imports:persons", "Bring in people."),
        "cases": ("imports:cases", "Bring in cases, open and closed ones, each with its person."),
        "contacts": ("imports:contacts", "Bring in contacts of cases that are here."),
        "assignments": ("imports:assignments", "Bring in who works, or worked, on which case."),
        "workers": ("imports:workers", "Bring in workers."),
        "agencies": ("imports:agencies", "Bring in partner agencies."),
        "fields": ("import_batch:fields", "List the columns of a kind: what each holds, and how it may be headed."),
        "history": ("import_batch:history", "List what was brought in, newest first."),
        "show": ("import_batch:show", "Show one import."),
        "undo": ("import_batch:undo", "Take a whole import back."),
    },
    "person": {
        "link": ("person:link", "Record that two records are one person."),
        "unlink": ("person:unlink", "Record that two records are two people."),
    },
    "export": {
        "persons": ("export:persons", "Take out the people on record."),
        "cases": ("export:cases", "Take out cases, each with its person."),
        "contacts": ("export:contacts", "Take out contacts, corrected and withdrawn ones left out."),
        "assignments": ("export:assignments", "Take out who works, or worked, on which case."),
        "workers": ("export:workers", "Take out workers, those who left too."),
        "agencies": ("export:agencies", "Take out partner agencies."),
        "caseload": ("export:caseload", "Take out open cases, most urgent first."),
        "deadlines": ("export:deadlines", "Take out every deadline of open cases, the most urgent case first."),
    },
    "key": {
        "status": ("key:status", "What opens the store, and until when."),
        "passphrase": ("key:passphrase", "Set or change the passphrase; it takes the place of a key file."),
        "recovery": ("key:recovery", "Make a recovery code to keep on paper."),
        "keyring": ("key:keyring", "Let this computer's keyring open the store."),
        "rotate": ("key:rotate", "Encrypt the store under a new key, after a leak."),
    },
    "config": {
        "list": ("config:list_", "List how drive talks to you on this computer."),
        "get": ("config:get", "Say how one setting stands."),
        "set": ("config:set_", "Change a setting for this user on this computer."),
        "unset": ("config:unset", "Take a setting of yours back."),
    },
}

cli = Lazy(
    "drive",
    table=COMMANDS,
    groups=GROUPS,
    help="""Case records and deadlines for work with perpetrators of domestic abuse.

    \b
    Start:    drive demo                  try it with invented cases
    Daily:    drive today                 your day
              drive caseload --overdue    who needs help today
              drive contact log 42 --mode phone --outcome held
    """,
    invoke_without_command=True,
    callback=runs_alone("today:today"),
    context_settings=SETTINGS,
)
click.version_option(__version__, message="drive %(version)s")(cli)


def main(argv: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run one line and return its exit code. Nothing else in the program exits."""
    args = list(sys.argv[1:] if argv is None else argv)
    app = App(os.environ if env is None else env)
    if app.env.get("_DRIVE_COMPLETE"):
        return _complete(app.env["_DRIVE_COMPLETE"])
    if env is None:
        _keep_from_children()
    try:
        code = _to_its_end(args, app)
        _hear_no_more(env)
    except KeyboardInterrupt:  # it came when the line was over, or while it was told why the line failed
        _hear_no_more(env)
        app.out.error(_stopped(app))
        code = INTERRUPTED
    finally:
        app.close()
    return code


def _keep_from_children() -> None:
    """No editor or other program that is started learns where a key is; the App has its own copy."""
    for name in set(os.environ) - set(without_keys(os.environ)):
        del os.environ[name]


def _complete(instruction: str) -> int:
    """A shell asks what TAB may offer. Nothing that goes wrong is said: it would land in the line being typed."""
    from drivecli.completion import answer

    answer(cli, instruction)
    return OK


def _to_its_end(args: list[str], app: App) -> int:
    """The line's exit code, once all that it says has gone out, or its reader has left."""
    try:
        code = _run(args, app)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_stdout()
        return OK
    return code


def _hear_no_more(env: Mapping[str, str] | None) -> None:
    """All is said and done, and a Ctrl-C from here on stops nothing; closing brings a large change into the file."""
    if env is None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(args: list[str], app: App) -> int:
    """The line's exit code. One that fails is answered whole before Ctrl-C is heard again: it may be typed twice."""
    try:
        result = cli.main(args=args, prog_name="drive", standalone_mode=False, obj=app, windows_expand_args=False)
        return result if isinstance(result, int) else OK
    except BrokenPipeError:
        raise
    except SystemExit:  # how Click answers a reader that left
        raise BrokenPipeError from None
    except (Exception, KeyboardInterrupt) as stopped:
        with answering(unheard):
            return _answer(stopped, args, app)


def _answer(stopped: BaseException, args: list[str], app: App) -> int:
    """The exit code of a line that failed. Its words are kept first, then it is said why, then where they are."""
    if isinstance(stopped, click.exceptions.NoArgsIsHelpError):
        app.out.warn(stopped.ctx.get_help() if stopped.ctx else stopped.format_message())
        return WRONG_USAGE
    if isinstance(stopped, AlreadyDone):
        app.out.note(stopped.message)
        return OK
    error = _why(stopped, args, app)
    kept = [] if app.saved else _keep_words(args, app)
    app.out.error(error)
    for line in kept:
        app.out.warn(line)
    return error.code


def _why(stopped: BaseException, args: list[str], app: App) -> DriveError:
    """The one place where every error becomes words and a code."""
    if isinstance(stopped, (click.exceptions.Abort, KeyboardInterrupt, EOFError)):
        return _stopped(app)
    if isinstance(stopped, click.ClickException):
        _peek(args, app)
        return _from_click(stopped)
    return stopped if isinstance(stopped, DriveError) else _fault(stopped, app)


def _peek(args: list[str], app: App) -> None:
    """The options of everywhere that were typed on a line which could not be read, and the marks they ask for."""
    from drivecli.domain.lines import split_words

    line, _ = split_words(args)
    for each, following in zip(line, [*line[1:], ""], strict=True):
        if each == "--demo":
            app.asked.demo = True
        elif each == "--json":
            app.asked.format = "json"
        elif each.partition("=")[0] == "--format":
            wanted = each.partition("=")[2] or following
            app.asked.format = wanted if wanted in FORMATS else app.asked.format
    with suppress(DriveError):
        app.announce()


def _stopped(app: App) -> DriveError:
    return DriveError(f"Stopped. {_saved(app)}", kind="interrupted", code=INTERRUPTED)


def _saved(app: App) -> str:
    return "What you typed was saved." if app.saved else "Nothing was saved."


def _fault(error: BaseException, app: App) -> DriveError:
    """What a database's error means; else that the fault is ours, with a traceback where one was asked for."""
    if _came_of_ctrl_c(error):
        return _stopped(app)
    refusal = app.refusal(error)
    if refusal is None and isinstance(error, OSError):
        from drivecli.trouble import refusal_of_system

        refusal = refusal_of_system(error, _saved(app))
    if refusal:
        return refusal
    if app.asked.debug:
        import traceback

        traceback.print_exc()
    return DriveError(
        f"A mistake of drive's own ({type(error).__name__}). {_saved(app)}",
        kind="fault",
        next="Type the line again with --debug and send what it says to whoever looks after drive.",
    )


def _came_of_ctrl_c(error: BaseException | None) -> bool:
    """Whether it happened while a Ctrl-C was answered: a connection cut short in mid-word complains of that."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _from_click(error: click.ClickException) -> DriveError:
    """Click's refusals in our words: what was wrong, and the line that shows what would be right."""
    message = error.format_message()
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "drive"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = error.param.get_error_hint(error.ctx).strip("'").split("'")[0]
        message = f"Missing {name}."
        offered = getattr(error.param.type, "offered", None)
        message += f" One of: {offered()}." if offered else ""
    elif isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.get_error_hint(error.ctx).strip("'").split("'")[0]
        message = f"{name}: {error.message}"
    return NotUnderstood(message, next=f"{path} --help")


def _keep_words(args: list[str], app: App) -> list[str]:
    """Keep whatever a line that failed had in words or answers, as a draft in the store. Returns what to say of it."""
    from drivecli.domain.lines import ELSEWHERE, STDIN, split_words

    answered = app.wizard.kept if app.wizard else []
    line, words = split_words(answered or args)
    read = list(app.words)
    if STDIN in words and not read and not sys.stdin.isatty():
        with suppress(KeyboardInterrupt), answering(signal.default_int_handler):  # it may never end
            read.append(sys.stdin.read().strip())
    kept = [each if each not in (STDIN, ELSEWHERE) else read.pop(0) if read else "" for each in words]
    if not answered and (not "".join(filter(None, kept)).strip() or line[:1] == ["drafts"]):
        return []
    from drivecli.kept import dated, keep

    return keep(app, dated(cli, line, app), [each or "" for each in kept])


def _let_go_of_stdout() -> None:
    """The reader left; point stdout elsewhere so that Python's own last flush says nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
