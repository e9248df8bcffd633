"""What is kept of a line that did not end well, so that no word and no answer is lost; and how it is taken up again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import dropwhile, islice
from typing import TYPE_CHECKING

import click

from drivecli.app import App
from drivecli.domain.days import PAST, read_day
from drivecli.domain.lines import join_line, with_words
from drivecli.errors import DriveError, NotFound
from drivecli.params import Day

if TYPE_CHECKING:
    from drivecli.services.drafts import Draft, Writer


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
        number = drafts.keep(app.open_checked(write=True), writer(app), join_line(line), words, instead_of=earlier)
    except (Exception, KeyboardInterrupt) as error:  # whatever is wrong with the store, the words come first
        if not isinstance(error, (DriveError, KeyboardInterrupt)) and app.refusal(error) is None and app.asked.debug:
            raise
        typed = [f"drive {join_line(line)}"] if answered else []
        return ["Your words could not be kept. Here they are:", *typed, *"\n".join(words).splitlines()]
    if answered:
        return [f"Kept: {app.command} --resume   (with an option, to change an answer)"]
    return [f"Your words are kept as draft {number}: drive drafts use {number} -- OPTIONS   (or show, drop)"]


def latest(app: App, command: Sequence[str]) -> "Draft":
    """The newest of the acting worker's drafts of a command, as in ["contact", "log"]. Raises NotFound."""
    from drivecli.services import drafts

    for draft in drafts.mine(app.open_checked(write=False), writer(app)):
        line = dropwhile(lambda each: each.startswith("-"), with_words(draft.line, draft.parts))
        if list(islice(line, len(command))) == list(command):
            return draft
    raise NotFound(f"Nothing is kept of an earlier drive {' '.join(command)}.", next="drive drafts list")


def forget(app: App, number: int) -> None:
    """Throw away a draft that was taken up and is done."""
    from drivecli.services import drafts

    drafts.drop(app.open_checked(write=True), writer(app), number)


def writer(app: App) -> "Writer":
    """Whose drafts are meant: the acting worker's, or this user's where nobody is known to act."""
    from drivecli.services.drafts import Writer

    try:
        return Writer(app.login, app.actor.id)
    except DriveError:
        return Writer(app.login, None)
