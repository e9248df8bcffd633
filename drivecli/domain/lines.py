"""The line that was typed, and the words in it: what must not be lost when a command does not end well."""

import re
import shlex
from collections.abc import Container, Iterator, Mapping, Sequence

NOTE, NOTE_FILE, EDIT = "--note", "--note-file", "--edit"
REASON = "--reason"
RESULT = "--result"
PRIVATE = ("--phone", "--address")

STDIN, ELSEWHERE = None, ""
"""In place of words that are not in the line: they come from stdin, or from a file or an editor."""


def split_words(argv: Sequence[str]) -> tuple[list[str], list[str | None]]:
    """The line with `-` in place of its words, and those words in order (STDIN or ELSEWHERE where it has none).

    A note or a result is always words; a reason is, when it is more than one word (a single one is a code from a list).
    A phone number or an address is taken out of the line and kept nowhere.
    """
    line: list[str] = []
    words: list[str | None] = []
    waiting = list(argv)
    while waiting:
        each = waiting.pop(0)
        option, equals, value = each.partition("=")
        if option == EDIT:
            line += [NOTE, "-"]
            words.append(ELSEWHERE)
        elif option not in (NOTE, NOTE_FILE, REASON, RESULT, *PRIVATE) or (not equals and not waiting):
            line.append(each)
        else:
            value = value if equals else waiting.pop(0)
            if option in PRIVATE:
                line += [option, "-"]
            elif option == REASON and len(value.split()) < 2 and value != "-":
                line += [option, value]
            elif option == REASON:
                line += [option, "-"]
                words.append(value)
            else:
                line += [RESULT if option == RESULT else NOTE, "-"]
                words.append(ELSEWHERE if option == NOTE_FILE else STDIN if value == "-" else value)
    return line, words


def join_line(argv: Sequence[str]) -> str:
    """A line as it can be typed again."""
    return shlex.join(argv)


def without_words(argv: Sequence[str], instead: Mapping[str, str]) -> list[str]:
    """The line with something in place of what was said to each option of `instead`."""
    return [each for option, said in _said(argv, instead) for each in ([option, instead[option]] if option else said)]


def said_last(argv: Sequence[str], once: Container[str]) -> list[str]:
    """The line without what is said anew further on. `once` are the options of which only the last counts."""
    parts = list(_said(argv, once))
    options = [option for option, _ in parts]
    return [
        each for at, (option, said) in enumerate(parts, 1) if not option or option not in options[at:] for each in said
    ]


def _said(argv: Sequence[str], options: Container[str]) -> Iterator[tuple[str, list[str]]]:
    """A line in parts: each of `options` with what was said to it, anything else alone under no name."""
    waiting = list(argv)
    while waiting:
        each = waiting.pop(0)
        option, equals, _ = each.partition("=")
        if option in options:
            yield option, [each] if equals or not waiting else [each, waiting.pop(0)]
        else:
            yield "", [each]


def as_typed(argv: Sequence[str], *, windows: bool) -> str:
    """A line quoted for the shell in which it will be typed: PowerShell on Windows, else a POSIX one."""
    if not windows:
        return shlex.join(argv)
    plain = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:\\/+-]*|-|-{1,2}[A-Za-z][A-Za-z-]*", re.ASCII)
    return " ".join(each if plain.fullmatch(each) else "'" + each.replace("'", "''") + "'" for each in argv)


def with_words(line: str, words: Sequence[str]) -> list[str]:
    """The arguments of a kept line, with its words back in the places of the `-` that stand for them."""
    waiting = list(words)
    argv: list[str] = []
    for each in shlex.split(line):
        if each == "-" and argv and argv[-1] in (NOTE, REASON, RESULT) and waiting:
            each = waiting.pop(0)
        argv.append(each)
    return argv
