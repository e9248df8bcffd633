"""Click types for what people type: DAY, CASE, PERSON, CODE, WORKER, TEXT. They shape text; they look nothing up.

And the options many commands share, written once.
"""

import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from drivecli.domain.codes import fold_code, read_code
from drivecli.domain.days import EITHER, FUTURE, PAST, read_day
from drivecli.domain.refs import PERSON_PREFIX, read_prefix, read_ref
from drivecli.domain.text import clean, read_identifier, read_username, read_whole, read_words
from drivecli.errors import DriveError, NotUnderstood

F = TypeVar("F", bound=Callable[..., Any])


class _Type(click.ParamType[Any]):
    """A type whose refusals are ours: a sentence, and the name of what was being typed."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self.read(value, ctx)
        except DriveError as error:
            self.fail(error.message, param, ctx)

    def read(self, text: str, ctx: click.Context | None) -> Any:
        raise TypeError("every type says how it reads")


class Place(click.Path):
    """A file or folder whose name goes on record, so its letters must be such as can be kept."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if any("\ud800" <= letter <= "\udfff" for letter in str(value)):
            self.fail("that name has letters which cannot be kept; choose another.", param, ctx)
        return super().convert(value, param, ctx)


class Text(_Type):
    """Words that are kept as they are typed."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(param, click.Option) and value == param.opts[0].strip("-").upper():
            self.fail(f"{value} stands for words of your own; say them.", param, ctx)
        return super().convert(value, param, ctx)

    def read(self, text: str, ctx: click.Context | None) -> str:
        return read_words(text)


class Private(Text):
    """Words better kept off the command line: `-` takes them from stdin, or asks when a person is there."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "-" and ctx is not None and param is not None:
            value = _line_from_stdin(ctx.obj, str(param.name).replace("_", " "))
        return super().convert(value, param, ctx)


class Day(_Type):
    """A day as people write it; `towards` says which way an unfinished one leans."""

    name = "day"

    def __init__(self, towards: str = PAST) -> None:
        self.towards = towards

    def read(self, text: str, ctx: click.Context | None) -> date:
        today = ctx.obj.today if ctx is not None and ctx.obj is not None else date.today()
        return read_day(text, today, self.towards)


class Release(Day):
    """A day to come, or `unknown`."""

    def __init__(self) -> None:
        super().__init__(FUTURE)

    def read(self, text: str, ctx: click.Context | None) -> Any:
        return "unknown" if text.strip().lower() == "unknown" else super().read(text, ctx)


class Prefix(_Type):
    """How refs begin."""

    name = "prefix"

    def read(self, text: str, ctx: click.Context | None) -> str:
        return read_prefix(text)


class CaseRef(_Type):
    """A case ref: its prefix (empty when only the number was typed) and number."""

    name = "ref"

    def read(self, text: str, ctx: click.Context | None) -> tuple[str, int]:
        return read_ref(text)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        """Open cases, where the command works on one; an option may well mean a closed one."""
        from drivecli.completion import open_cases

        return open_cases(ctx, incomplete) if isinstance(param, click.Argument) else []


class PersonRef(_Type):
    """A person's ref, or a case ref that stands for its person."""

    name = "ref"

    def read(self, text: str, ctx: click.Context | None) -> tuple[str, int]:
        prefix, number = read_ref(text)
        return (prefix or PERSON_PREFIX, number)


class Code(_Type):
    """One of a code list, which is data: the packaged list, with the service's own entries."""

    def __init__(self, codes: str) -> None:
        self.codes = codes
        self.name = codes

    def read(self, text: str, ctx: click.Context | None) -> str:
        assert ctx is not None
        return read_code(text, ctx.obj.catalogue.codes(self.codes), self.codes)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """What stands for a code in help; which there are is said beside it."""
        return "CODE"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from drivecli.completion import codes

        return codes(ctx, self.codes, incomplete)

    def offered(self) -> str:
        """The packaged codes, so that help needs no store."""
        from drivecli.catalogue import Catalogue

        return ", ".join(Catalogue().codes(self.codes))


class ChecklistName(_Type):
    """A checklist's name."""

    name = "name"

    def read(self, text: str, ctx: click.Context | None) -> str:
        return fold_code(clean(text))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from drivecli.completion import checklists

        return checklists(ctx, incomplete)


class Username(_Type):
    """A worker's username."""

    name = "username"

    def read(self, text: str, ctx: click.Context | None) -> str:
        return read_username(text)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from drivecli.completion import usernames

        return usernames(ctx, incomplete)


class Identifier(_Type):
    """TYPE=VALUE: another agency's reference for the person."""

    name = "type=value"

    def read(self, text: str, ctx: click.Context | None) -> tuple[str, str]:
        assert ctx is not None
        return read_identifier(text, ctx.obj.catalogue.codes("identifier_type"))


class FromStdin(_Type):
    """Only `-`: what must never stand on a line, where others can see it."""

    name = "-"

    def read(self, text: str, ctx: click.Context | None) -> str:
        if text != "-":
            raise NotUnderstood("it is never typed on the line, where others can see it: leave it out, or - for stdin.")
        return text


class Whole(click.IntRange):
    """A whole number in plain digits, as a spreadsheet's cell is read; Python alone would take 1_0 for ten."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str):
            try:
                value = read_whole(value)
            except NotUnderstood as error:
                self.fail(error.message, param, ctx)
        return super().convert(value, param, ctx)

    def _describe_range(self) -> str:
        """Nothing, where there is no limit: Click would say x<=None in help."""
        return "" if self.min is None and self.max is None else super()._describe_range()


NUMBER = click.IntRange(1, 2**31 - 1)
"""The number of a contact or a draft."""

FEW = click.IntRange(1, 100_000)
"""How many rows."""

DAYS = click.IntRange(0, 36_500)
"""Calendar days ahead."""

WHOLE, MINUTES = Whole(), Whole(0, 24 * 60)
TEXT, PRIVATE, CASE, PERSON, USERNAME, PREFIX = Text(), Private(), CaseRef(), PersonRef(), Username(), Prefix()
CHECKLIST = ChecklistName()
DAY, DAY_TO_COME, ANY_DAY, RELEASE, IDENTIFIER = Day(PAST), Day(FUTURE), Day(EITHER), Release(), Identifier()
CODE = Code
FROM_STDIN = FromStdin()


def case_argument(function: F) -> F:
    """REF, the case that the command works on."""
    return click.argument("ref", type=CASE, help="The case: WS-0042, or just 42.")(function)


def on_option(help: str = "The day it happened.") -> Callable[[F], F]:
    """--on DAY, today when left out."""
    return click.option("--on", type=DAY, default="today", show_default=True, metavar="DAY", help=help)


def reason_option(required: bool = True, help: str = "Why, in your own words. It is kept.") -> Callable[[F], F]:
    """--reason TEXT."""
    return click.option("--reason", type=TEXT, required=required, metavar="TEXT", help=help)


def result_option(function: F) -> F:
    """--result TEXT, --result -."""
    help = "What came of it; - takes it from stdin."
    return click.option("--result", type=TEXT, metavar="TEXT", callback=_result, help=help)(function)


def _result(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    return _all_of_stdin(ctx.obj, "--result") if value == "-" and not ctx.resilient_parsing else value


def note_options(function: F) -> F:
    """--note TEXT, --note -, --note-file FILE, --edit: four ways to give the same words, as `note`."""
    options = [
        click.option(
            "--note", type=TEXT, metavar="TEXT", callback=_note, help="Words to keep; - takes them from stdin."
        ),
        click.option(
            "--note-file",
            type=click.Path(dir_okay=False),
            metavar="FILE",
            expose_value=False,
            callback=_note_file,
            help="Take the words from a file.",
        ),
        click.option(
            "--edit", is_flag=True, expose_value=False, callback=_edit, help="Write the words in your editor."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _note(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if ctx.resilient_parsing:
        return None
    if value == "-":
        value = _all_of_stdin(ctx.obj, "--note")
    return ctx.meta.get("drive.note") or value


def _note_file(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if not value or ctx.resilient_parsing:
        return
    try:
        with open(value, encoding="utf-8-sig") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise NotUnderstood(
            f"{value} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}."
        ) from None
    _keep_note(ctx, text)


def _edit(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    if not ctx.obj.person_present:
        raise NotUnderstood("--edit needs a terminal. Use --note - or --note-file.")
    _keep_note(ctx, click.edit("") or "")


def _keep_note(ctx: click.Context, text: str) -> None:
    text = text.strip()
    if not text:
        raise NotUnderstood("There are no words in it.")
    ctx.obj.words.append(text)
    text = clean(text)
    ctx.meta["drive.note"] = text
    if "note" in ctx.params:  # --note was already handled; these words are the ones meant
        ctx.params["note"] = text


def _all_of_stdin(app: Any, option: str) -> str:
    """All words that come on stdin; what came before an interruption is remembered on the App."""
    if sys.stdin.isatty() and app.asked.no_input:
        raise NotUnderstood(f"{option} - takes the words from stdin, and nothing is coming. Use {option} TEXT.")
    if sys.stdin.isatty():
        app.out.note(f"Write your words; then Enter and {'Ctrl-Z, Enter' if os.name == 'nt' else 'Ctrl-D'}.")
    came: list[str] = []
    try:
        for line in sys.stdin:
            came.append(line)
    except UnicodeDecodeError:
        raise NotUnderstood(
            "The words on stdin are in letters this terminal cannot read; send them as UTF-8."
        ) from None
    finally:
        text = "".join(came).strip()
        app.words += [text] if text else []
    if not text:
        raise NotUnderstood(f"{option} - was given, and no words came from stdin.")
    return clean(text)


def secret_from_stdin(app: Any, what: str) -> str:
    """What must not be seen: a line of stdin, or asked for where a person would have to type it in sight."""
    return _line_from_stdin(app, what, hidden=True)


def _line_from_stdin(app: Any, what: str, *, hidden: bool = False) -> str:
    if app.person_present:
        from drivecli import prompts

        if hidden:
            return prompts.secret(what.capitalize(), accessible=app.accessible)
        return prompts.text(f"{what.capitalize()}:", accessible=app.accessible)
    line = sys.stdin.readline().strip()
    if not line:
        raise NotUnderstood(f"The {what} was to come from stdin, and nothing came.")
    return line
