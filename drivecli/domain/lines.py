"""The line that was typed, and the words in it: what must not be lost when a command does not end well."""

import shlex
from collections.abc import Sequence

NOTE = "--note"
REASON = "--reason"


def split_words(argv: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """The line without its words, the words, and whether words were to come from stdin.

    A note is always words; a reason is, when it is more than one word (a single one is a code from a list).
    """
    line: list[str] = []
    words: list[str] = []
    from_stdin = False
    waiting = list(argv)
    while waiting:
        each = waiting.pop(0)
        option, equals, value = each.partition("=")
        if option not in (NOTE, REASON) or (not equals and not waiting):
            line.append(each)
            continue
        value = value if equals else waiting.pop(0)
        if option == NOTE and value == "-":
            from_stdin = True
            line += [NOTE, "-"]
        elif option == NOTE:
            words.append(value)
            line += [NOTE, "-"]
        elif len(value.split()) > 1:
            words.append(value)
            line += [REASON, "-"]
        else:
            line.append(each) if equals else line.extend([option, value])
    return line, words, from_stdin


def join_line(argv: Sequence[str]) -> str:
    """A line as it can be typed again."""
    return shlex.join(argv)


def with_words(line: str, words: str) -> list[str]:
    """The arguments of a kept line, with its words back in their places.

    Kept words stand in the order of the `-` they replace, apart by a form feed.
    """
    waiting = words.split("\f")
    argv: list[str] = []
    for each in shlex.split(line):
        if each == "-" and argv and argv[-1] in (NOTE, REASON) and waiting:
            each = waiting.pop(0)
        argv.append(each)
    return argv
