"""The only module that prints. One thing, many forms: table, plain, markdown, csv, json, jsonl.

What was asked for goes to stdout, everything said about it to stderr. Machine formats never pass through rich, and no
text from the store can control the terminal.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, BinaryIO, TextIO, cast

from drivecli.errors import DriveError, NotUnderstood
from drivecli.layout import (
    GAP,
    SOFT,
    Column,
    Fitted,
    aligned,
    block,
    cells,
    columns_for,
    fit,
    safe_text,
    say,
    shown,
    width,
    wrapped,
    wrapped_line,
)
from drivecli.streams import Lent

FORMATS = ("table", "plain", "markdown", "csv", "json", "jsonl")
MACHINE = ("csv", "json", "jsonl")
DEFAULT_PAGER = "less"


class Out:
    """Everything a command says, in the form that was asked for."""

    def __init__(
        self,
        *,
        form: str | None = None,
        chosen: str | None = None,
        quiet: bool = False,
        verbose: bool = False,
        color: str = "auto",
        accessible: bool = False,
        hints: bool = True,
        pager: str = "off",
        demo: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.stdout: TextIO = sys.stdout
        self.stderr: TextIO = sys.stderr
        self.env = os.environ if env is None else env
        for stream in (self.stdout, self.stderr):
            _never_die_of_encoding(stream)
        self.on_terminal = _is_terminal(self.stdout)
        self.form = form or ("table" if self.on_terminal else "plain")
        self.quiet = quiet
        self.verbose = verbose
        self.chosen = [name.strip() for name in chosen.split(",")] if chosen else None
        self.colored = color == "always" or (color == "auto" and self.on_terminal)
        self.accessible = accessible
        self.hints = hints
        self.pager = pager
        self.demo = demo
        self._marked = ""

    # -- what was asked for ------------------------------------------------------------------------------------

    def rows(self, rows: Sequence[Any], kind: type, columns: Sequence[Column], *, empty: str = "None.") -> None:
        """A list. `kind` is the rows' dataclass, so that an empty list still knows its fields."""
        names = self.check_fields(kind)
        if self.form == "json":
            self._line(_json([_pick(row, names) for row in rows]))
        elif self.form == "jsonl":
            for row in rows:
                self._line(_json(_pick(row, names)))
        elif self.form == "csv":
            self._csv(rows, names)
        elif not rows:
            self.note(empty)
        else:
            lines, left_out = self._list(rows, columns_for(columns, self.chosen))
            self._show(lines)
            if left_out:
                self.note(f"Too narrow for: {', '.join(left_out).lower()}. Everything: --format plain")

    def thing(self, thing: Any, page: Callable[["Out", Any], Iterable[str]]) -> None:
        """One thing: an object for programs, a page of lines for people."""
        if self.form in MACHINE or self.chosen:
            self._one(thing)
        else:
            self.page(page(self, thing))

    def page(self, lines: Iterable[str]) -> None:
        """A page for people: its lines, wrapped to this terminal."""
        self._show([part for line in lines for part in self._wrapped_line(line)])

    def done(
        self,
        result: Any,
        sentence: str,
        *,
        ref: str | None = None,
        notes: Sequence[str] = (),
        hints: Sequence[str] = (),
    ) -> None:
        """A write's answer: its sentence, or the object; only the ref with --quiet. Notes and hints go to stderr.

        Notes are part of the answer; hints only say what may be typed next.
        """
        if self.quiet:
            self._line(safe_text(ref if ref is not None else str(getattr(result, "ref", sentence))))
            return
        if self.form in MACHINE or self.chosen:
            self._one(result)
        else:
            for part in self._wrapped_line(safe_text(sentence)):
                self._line(part)
        for note in notes:
            self.note(note, wrap=True)
        for hint in hints:
            self.hint(hint)

    def text(self, text: str) -> None:
        """Lines of our own making, as they are."""
        for line in text.splitlines():
            self._line(line)

    def script(self, text: str) -> None:
        """Lines for a shell to run: they end the same on every system, or bash would stumble over Windows's."""
        if hasattr(self.stdout, "reconfigure"):
            self.stdout.reconfigure(newline="\n")
        self.text(text)

    @property
    def binary(self) -> BinaryIO:
        """stdout for a file's own bytes, which no terminal's letters or line ends may change."""
        self.stdout.flush()
        return cast(BinaryIO, Lent(self.stdout.buffer))

    # -- what is said about it ---------------------------------------------------------------------------------

    def note(self, text: str, *, wrap: bool = False) -> None:
        """A summary, notice or hint, on stderr; nothing with --quiet."""
        if not self.quiet:
            self.warn(text, wrap=wrap)

    def hint(self, text: str) -> None:
        """What may be typed next, on stderr; nothing for those who turned hints off."""
        if self.hints:
            self.note(text)

    def warn(self, text: str, *, wrap: bool = False) -> None:
        """What must be heard even with --quiet, on stderr. A line that may be copied from there is not to `wrap`."""
        for line in text.splitlines():
            said = safe_text(self._typed_here(line))
            for part in self._wrapped_line(said) if wrap else [said]:
                print(part, file=self.stderr)

    def mark(self, text: str) -> None:
        """A marking every screen must carry: on the screen itself, or beside it where a program reads stdout."""
        beside = self.form in MACHINE or self.quiet
        self._marked = "" if beside else safe_text(text)
        print(safe_text(text), file=self.stderr if beside else self.stdout)

    def error(self, error: DriveError) -> None:
        """Why it was not done, and what to type; an object on stderr where an object was asked for."""
        if self.form in ("json", "jsonl"):
            said = {"kind": error.kind, "message": error.message, "next": error.next}
            print(_json({"error": said}), file=self.stderr)
            return
        print(safe_text(error.message), file=self.stderr)  # on one line, whatever was typed
        for line in [*error.lines, *filter(None, [error.next])]:
            self.warn(line)

    def _typed_here(self, line: str) -> str:
        """A hint as it must be typed here: on the demo, a line without --demo would open the real store."""
        if not self.demo:
            return line
        import re

        return re.sub(r"(^|: |\(|  +)drive (?!demo|init|--)(?=[a-z])", r"\1drive --demo ", line)

    def progress(self, doing: str, total: int | None = None) -> AbstractContextManager[Callable[[int], None]]:
        """What is told of rows as they are done, about `total` of them: a bar on a terminal, lines elsewhere."""
        from drivecli.progress import bar, line

        watched = _is_terminal(self.stderr) and not self.accessible and not self.quiet
        return bar(self.stderr, doing, total, colored=self.colored) if watched else line(self.note, doing)

    # -- small shapes ------------------------------------------------------------------------------------------

    def heading(self, text: str) -> str:
        """A heading on a page."""
        return self.style(safe_text(text), "1")

    def style(self, text: str, code: str) -> str:
        """Text in one of the sixteen colours or bold, where colour is on."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colored else text

    def bar(self, part: float, width: int = 20) -> str:
        """A bar filled to `part` (0 to 1), in characters that this stream can show; in words in accessible mode."""
        if self.accessible:
            return f"{round(max(0.0, min(1.0, part)) * 100)} percent gone,"
        full, rest = ("█", "░") if _can_show(self.stdout, "█░") else ("#", "-")
        filled = round(max(0.0, min(1.0, part)) * width)
        return full * filled + rest * (width - filled)

    def columns(self, lines: list[list[str]]) -> list[str]:
        """Columns without a heading, ready for more beside them; aligned where this terminal is wide enough."""
        safe = [[safe_text(cell) for cell in line] for line in lines]
        side_by_side = aligned(safe, trim=False)
        return side_by_side if self._fits(side_by_side) else [GAP.join(line) for line in safe]

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Labels and their values, one under another."""
        if self.accessible:
            return [part for label, value in pairs for part in self._wrapped_line(f"{label}: {safe_text(value)}")]
        widest = max((width(label) for label, _ in pairs), default=0)
        lines = []
        for label, value in pairs:
            first, *more = self._wrapped(safe_text(value), widest + len(GAP))
            lines.append(f"{label}{' ' * (widest - width(label))}{GAP}{first}")
            lines += [" " * (widest + len(GAP)) + line for line in more]
        return lines

    def two_parts(self, first: str, second: str) -> list[str]:
        """Two parts on one line; on two where this terminal is too narrow. Nothing is cut."""
        first, second = safe_text(first), safe_text(second)
        if self._fits([f"{first}{GAP}{second}"]):
            return [f"{first}{GAP}{second}"]
        return [*self._wrapped_line(first.rstrip()), *(f"      {line}" for line in self._wrapped(second, 6))]

    def _fits(self, lines: Iterable[str]) -> bool:
        """Whether lines need no wrapping: where nobody is looking, nothing is wrapped."""
        return not self.on_terminal or all(width(line) <= self.width for line in lines)

    def _wrapped(self, text: str, indent: int) -> list[str]:
        """A line of text in what this terminal leaves beside an indent; uncut and unwrapped where nobody is looking."""
        if not self.on_terminal or width(text) + indent <= self.width:
            return [text]
        return [shown(line) for line in wrapped(text, max(self.width - indent, SOFT))]

    def _wrapped_line(self, line: str) -> list[str]:
        """A line of a page with an indent of its own, wrapped where somebody is looking."""
        return wrapped_line(line, self.width) if self.on_terminal else [line]

    def paragraph(self, text: str) -> list[str]:
        """Words of a person, line by line, wrapped to the terminal; uncut and unwrapped where nobody is looking."""
        lines = [safe_text(line) for line in text.splitlines()]
        return [part for line in lines for part in self._wrapped(line, 0)]

    def markdown_lines(self, markdown: str) -> list[str]:
        """A page of our own making, wrapped at this terminal's width, at most at 100 columns."""
        from drivecli.markdown import lines

        return list(lines(markdown, min(self.width, 100), self.heading))

    def table_lines(self, rows: Sequence[Any], columns: Sequence[Column]) -> list[str]:
        """A list inside a page: aligned columns, or a block for each row where this terminal is too narrow."""
        lines = self._aligned(rows, columns)
        return lines if self._fits(lines) else self._blocks(rows, columns)[:-1]

    @property
    def for_programs(self) -> bool:
        """Whether rows are wanted as data: a machine format, or chosen fields."""
        return self.form in MACHINE or self.form == "markdown" or self.chosen is not None

    @property
    def width(self) -> int:
        """The terminal's width in columns."""
        return _screen().columns

    # -- forms -------------------------------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        print(text, file=self.stdout)

    def check_fields(self, kind: type | Sequence[str]) -> list[str]:
        """The fields to print of a `kind`, or of these names. Raises NotUnderstood for another, listing them."""
        known = [each.name for each in fields(kind)] if isinstance(kind, type) else list(kind)
        for name in self.chosen or ():
            if name not in known:
                raise NotUnderstood(f"There is no field “{name}” here. Fields: {', '.join(known)}.")
        return self.chosen or known

    def _one(self, thing: Any) -> None:
        names = self.check_fields(type(thing))
        if self.form == "csv":
            self._csv([thing], names)
        elif self.form in ("json", "jsonl"):
            self._line(_json(_pick(thing, names)))
        else:
            for name in names:
                self._line(f"{name}: {safe_text(say(getattr(thing, name)))}")

    def _csv(self, rows: Sequence[Any], names: list[str]) -> None:
        import csv

        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(getattr(row, name)) for name in names])

    def _list(self, rows: Sequence[Any], columns: Sequence[Column]) -> tuple[list[str], Sequence[str]]:
        """A list for people, and the headings that it leaves out for want of room."""
        if self.form == "markdown":
            from tabulate import tabulate

            lines = [[shown(each).replace("|", "\\|") for each in cells(row, columns)] for row in rows]
            headings = [column.heading for column in columns]
            return tabulate(lines, headers=headings, tablefmt="github", disable_numparse=True).split("\n"), ()
        if self.form == "plain" or self.accessible:
            plain = self._aligned(rows, columns)
            fits = self.form == "plain" or all(width(line) <= self.width for line in plain)
            return plain if fits else self._blocks(rows, columns), ()
        fitted = fit([cells(row, columns) for row in rows], columns, self.width)
        return (self._rich(fitted), fitted.left_out) if fitted else (self._blocks(rows, columns), ())

    def _cells(self, row: Any, columns: Sequence[Column]) -> list[str]:
        """A row as text. In accessible mode an empty cell says so: a voice would pass over it."""
        return [cell or "none" for cell in cells(row, columns)] if self.accessible else cells(row, columns)

    def _aligned(self, rows: Sequence[Any], columns: Sequence[Column]) -> list[str]:
        return aligned([[column.heading for column in columns], *(self._cells(row, columns) for row in rows)])

    def _blocks(self, rows: Sequence[Any], columns: Sequence[Column]) -> list[str]:
        """Too narrow for a table: one block per row, nothing cut."""
        return [line for row in rows for line in [*block(self._cells(row, columns), columns, self.width), ""]]

    def _rich(self, fitted: Fitted) -> list[str]:
        from io import StringIO

        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(
            box=box.SIMPLE_HEAD if _can_show(self.stdout, "─") else box.ASCII2,
            pad_edge=False,
            show_edge=False,
            header_style="bold",
            padding=(0, 1, 0, 0),
        )
        for column in fitted.columns:
            table.add_column(column.heading, no_wrap=not column.soft, overflow="fold")
        for line in fitted.lines:
            table.add_row(*(Text(shown(each)) for each in line))
        drawn = StringIO()
        console = Console(
            file=drawn,
            width=self.width,
            height=25,
            no_color=not self.colored,
            force_terminal=self.colored,
            color_system="standard" if self.colored else None,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
        )
        console.print(table)
        return drawn.getvalue().removesuffix("\n").split("\n")

    def _show(self, lines: list[str]) -> None:
        """A list or a page: through the pager when a person is there and it is longer than the screen."""
        if self._is_long(lines):
            from drivecli import pager

            text = "\n".join([self._marked, *lines] if self._marked else lines)
            if pager.page(f"{text}\n", self.pager, self.env, self.stdout.encoding):
                return
            if self.pager != DEFAULT_PAGER:
                self.warn(f"The pager “{self.pager}” does not start. Choose another: drive config set pager COMMAND")
        for line in lines:
            self._line(line)

    def _is_long(self, lines: list[str]) -> bool:
        if self.pager in ("off", "cat") or self.accessible or self.quiet or not self.on_terminal:
            return False
        if not _is_terminal(sys.stdin) or self.env.get("TERM", "dumb") == "dumb":
            return False
        screen = _screen()
        return (
            len(lines) >= screen.lines or sum(max(width(x) - 1, 0) // screen.columns + 1 for x in lines) >= screen.lines
        )


def _cell(value: Any) -> str:
    """A value for a program: ISO days, codes as they are, lists as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(_plain(value)) if isinstance(value, (list, tuple)) or is_dataclass(value) else str(value)


def _pick(row: Any, names: list[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=True)


def _screen() -> os.terminal_size:
    from shutil import get_terminal_size

    return get_terminal_size((100, 24))


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False


def _can_show(stream: Any, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _never_die_of_encoding(stream: Any) -> None:
    """A name must never stop a command because this terminal cannot show a letter of it."""
    if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
        stream.reconfigure(errors="replace")
