"""Wizards: what a command needs and the line lacks is asked for where a person is, and the line goes on as if typed.

An answer becomes text on the line before Click reads it, so nothing is reachable by a wizard alone and every rule stays
where it is. What kind of question a value needs follows from its type in `params`.
"""

import os
import re
from collections.abc import Mapping, Sequence
from itertools import dropwhile
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from drivecli.app import App
from drivecli.asks import Asks
from drivecli.domain.days import near_day, say_day
from drivecli.domain.lines import as_typed, said_last, with_words, without_words
from drivecli.errors import DriveError, NotUnderstood, Refused
from drivecli.params import CaseRef, Code, Day, Identifier, Private, Text

if TYPE_CHECKING:
    from drivecli.queries.workers import WorkerRow

NOTE_ELSEWHERE = {"note_file": ("note",), "edit": ("note",)}
"""Options that give the words of a note, which is then not asked for."""

QUESTIONS = {"note": "Note, on one line; - to write more"}
"""Where an option's help would not read as a question."""


def complete(
    command: click.Command, asks: Asks, ctx: click.Context, args: list[str], everywhere: Sequence[click.Option]
) -> list[str]:
    """The line with what was kept of it (--resume) and what a person answered; as it is when nothing is missing."""
    wizard = Wizard(command, asks, ctx, args)
    said = wizard.said()
    wanted = command.get_help_option(ctx)
    if wanted and wanted.name in said:
        return args
    for option in everywhere:  # --demo and --no-input decide what follows, wherever they stand
        option.handle_parse_result(ctx, said, [])
    if "resume" in said:
        wizard.take_up()
    if wizard.app.person_present and ("resume" in said or wizard.lacks()):
        wizard.ask_all()
    return list(wizard.args)  # Click takes it apart


class Wizard:
    """One line on its way to being whole. The App knows it, so that what was answered outlives Ctrl-C."""

    def __init__(self, command: click.Command, asks: Asks, ctx: click.Context, args: Sequence[str]) -> None:
        self.command = command
        self.asks = asks
        self.ctx = ctx
        self.app: App = ctx.obj
        self.args = list(args)
        self.path = ctx.command_path.split()[1:]
        self.params = {str(param.name): param for param in command.get_params(ctx)}
        self.draft: int | None = None
        self.answered = False

    # -- the line ----------------------------------------------------------------------------------------------

    @property
    def kept(self) -> list[str]:
        """The line that outlives an interruption; empty while nothing was answered, or where no answer is kept."""
        return [*self.path, *self.args] if self.asks.keeps and (self.answered or self.draft) else []

    def said(self) -> dict[str, Any]:
        """What the line says so far, as Click parts it, unread."""
        said, _, _ = self.command.make_parser(self.ctx).parse_args(list(self.args))
        return {name: value for name, value in said.items() if isinstance(value, (str, list, bool))}

    def lacks(self) -> bool:
        """Whether something is missing that the command cannot do without."""
        return any(self._is_open(name) and self._is_needed(name) for name in self.asks.names)

    def take_up(self) -> None:
        """Put the line that was kept last before what was typed now."""
        from drivecli.kept import latest

        self._begin()
        if any(isinstance(self.params[name], click.Argument) for name in self.said()):
            raise NotUnderstood(
                "--resume takes up the case that was kept; leave it out of the line.",
                next=f"{self.ctx.command_path} --resume",
            )
        draft = latest(self.app, self.path)
        line = list(dropwhile(lambda each: each.startswith("-"), with_words(draft.line, draft.parts)))
        self.draft = draft.id
        typed = [each for each in self.args if each != "--resume"]
        options = [each for each in self.params.values() if isinstance(each, click.Option)]
        once = {name for each in options if not each.multiple and not each.is_flag for name in each.opts}
        self.args = said_last([*line[len(self.path) :], *typed], once)
        self.app.wizard = self

    def _is_open(self, name: str) -> bool:
        """Whether a name of `asks` was neither said nor made needless by what was."""
        said = self.said()
        told = {*said, *(f"{each}={value}" for each, value in said.items())}
        needless = {**NOTE_ELSEWHERE, **self.asks.needless}
        return not told.intersection(self._family(name)) and not any(name in needless.get(each, ()) for each in told)

    def _is_needed(self, name: str) -> bool:
        return name in self.asks.needs or (name in self.params and self.params[name].required)

    def _family(self, name: str) -> list[str]:
        """The parameters that a name of `asks` stands for: itself, or all that begin as `role_*` says."""
        return [each for each in self.params if each.startswith(name[:-1])] if name.endswith("*") else [name]

    # -- asking ------------------------------------------------------------------------------------------------

    def ask_all(self) -> None:
        """Ask for everything that is open, one question each; then whether to go on, where that is asked."""
        self._begin()
        said = self.said()
        self.asks.first(self.app, said)
        for name, param in self.params.items():  # what was typed is read first, or somebody answers in vain
            if name in said and not isinstance(param.type, Private):
                self._understand(param, param.type_cast_value(self.ctx, said[name]))
        self.app.wizard = self
        after = "your answers are kept" if self.asks.keeps else "no answer is kept"
        self.app.out.warn(f"Ctrl-C to stop; nothing is saved yet, and {after}.")
        for name in self.asks.names:
            if self._is_open(name):
                param = self._one_of(name) if name.endswith("*") else self.params[name]
                self._put(param, self._answer(param, needed=self._is_needed(name)))
        if self.asks.sure and not self._prompts().confirm(self.asks.sure, accessible=self.app.accessible):
            raise click.Abort

    def _begin(self) -> None:
        self.app.command = self.ctx.command_path
        self.app.announce()

    def _put(self, param: click.Parameter, answer: str) -> None:
        """Put an answer on the line, as text."""
        self.answered = True
        if answer and isinstance(param, click.Argument):
            self.args.insert(0, answer)
        elif answer:
            at = self.args.index("--") if "--" in self.args else len(self.args)
            option = param.opts[0]
            self.args[at:at] = [f"{option}={answer}"] if answer.startswith("-") else [option, answer]

    def _answer(self, param: click.Parameter, *, needed: bool) -> str:
        """What a person answers, as the option takes it; empty for none."""
        default = self._default(param)
        choices = self._choices(param)
        if choices is not None:
            none = [] if needed or default else [("", "none")]
            return self._choose(_question(param), [*none, *choices], default)
        hint = f" (Enter for {default or 'none'})" if default or not needed else ""
        while True:
            typed = self._prompts().text(f"{_question(param)}{hint}:", needed=False, accessible=self.app.accessible)
            typed = typed or default
            if not typed and not needed:
                return ""
            try:
                return self._understand(param, param.type.convert(typed, param, self.ctx)) or typed
            except (click.BadParameter, DriveError) as wrong:
                self.app.out.warn(wrong.message)

    def _understand(self, param: click.Parameter, value: Any) -> str:
        """Say back how a day or a case was understood. Returns a case's whole ref; raises NotFound for none."""
        if param.name not in self.asks.names:
            return ""
        if isinstance(param.type, CaseRef):
            from drivecli.queries import cases

            ref = cases.find(self.app.read(), value, self.app.prefix()).ref
            self.app.out.warn(f"-> {ref}")
            return ref
        if isinstance(param.type, Day):
            self.app.out.warn(f"-> {say_day(value)}{near_day(value, self.app.today)}")
        return ""

    def _choose(self, question: str, choices: list[tuple[str, str]], default: str = "") -> str:
        return str(self._prompts().choose(question, choices, default, accessible=self.app.accessible))

    def _prompts(self) -> ModuleType:
        """The module that asks. The store is closed meanwhile: it must not wait for a person who thinks."""
        from drivecli import prompts

        self.app.close()
        return prompts

    # -- what fits ---------------------------------------------------------------------------------------------

    def _default(self, param: click.Parameter) -> str:
        """What Enter takes: the option's own default; for a worker you, if you fit."""
        if self._role(param):
            you = self.app.actor.username
            return you if any(worker.username == you for worker in self._workers(param)) else ""
        default = param.get_default(self.ctx, call=False)
        return default if isinstance(default, str) else ""

    def _choices(self, param: click.Parameter) -> list[tuple[str, str]] | None:
        """What there is to choose from, as text for the line and words; None where anything may be typed."""
        if isinstance(param.type, Code):
            codes = self.app.catalogue.codes(param.type.codes)
            return [(code, codes.label(code)) for code in codes]
        if self._role(param):
            return [(worker.username, f"{worker.name} ({worker.username})") for worker in self._workers(param)]
        return None

    def _one_of(self, family: str) -> click.Parameter:
        """The option of a family that a person means, among those for which there is a worker."""
        options = [self.params[name] for name in self._family(family)]
        fitting = [(str(option.name), _question(option)) for option in options if self._workers(option)]
        if not fitting:
            raise Refused(
                "Nobody here has a role that a case can be given, and room for one.",
                next="drive worker add NAME --username U --role ROLE   or see: drive workload",
            )
        return self.params[self._choose("Which role", fitting)]

    def _role(self, param: click.Parameter) -> str:
        """The role that a worker asked for must have; empty where the option names no worker of a role."""
        name = str(param.name)
        return "case_manager" if name == "manager" else name[5:] if name.startswith("role_") else ""

    def _workers(self, param: click.Parameter) -> "list[WorkerRow]":
        """Those of the role who work here and have room, unless going beyond that was said on the line."""
        from drivecli.queries import workers

        db = self.app.read()
        found = workers.listed(db, role=self._role(param), everyone=False)
        beyond = "over_capacity" in self.said()
        return [each for each in found if beyond or workers.has_room(db, each.username)]

    # -- afterwards --------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Throw away the draft that was taken up: it is done."""
        from drivecli.kept import forget

        if self.draft is not None:
            forget(self.app, self.draft)

    def say_again(self) -> None:
        """The line that does the same without a question; nobody's words or name are on it, for others may look."""
        if self.answered:
            typed = [each for each in self.args if each != "--demo"]  # each hint says it before the command
            line = ["drive", *self.path, *without_words(typed, self._private())]
            self.app.out.hint(f"Same thing next time: {as_typed(line, windows=os.name == 'nt')}")

    def _private(self) -> Mapping[str, str]:
        """What stands for the words of an option that takes some: `-` where they may come from stdin, else its name."""
        found = {}
        for name, param in self.params.items():
            private = isinstance(param.type, (Text, Identifier, click.Path)) or name == "dob"
            if private and isinstance(param, click.Option):
                stdin = name == "note" or isinstance(param.type, Private)
                found.update({each: "-" if stdin else each.strip("-").upper() for each in param.opts})
        return found


def _question(param: click.Parameter) -> str:
    """An option's help as a question: `How refs begin: WS gives WS-0042.` asks How refs begin (WS gives WS-0042)."""
    if param.name in QUESTIONS:
        return QUESTIONS[param.name]
    said = re.split(r" \(|, as in ", str(getattr(param, "help", "")))[0].rstrip(".")
    head, _, example = said.partition(": ")
    return f"{head} ({example})" if example else head
