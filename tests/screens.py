"""A line typed at a real terminal, and what a person answers to it."""

import re
from collections.abc import Sequence
from typing import Any

from conftest import Drive, arguments
from forks import Process

MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
"""What moves and colours what is shown."""


class Screen:
    """A line typed at a terminal of so many columns and lines. It ends with `end`, or when it says that it has."""

    def __init__(
        self, drive: Drive, line: str | Sequence[str], *, columns: int = 300, lines: int = 50, **env: str | None
    ) -> None:
        from pexpect.fdpexpect import fdspawn

        terminal, streams = _terminal(columns, lines)
        env = {**drive.environ(env), "PROMPT_TOOLKIT_NO_CPR": "1"}
        self._process = Process([streams] * 3, env, line=arguments(line), terminal=True)
        self.child: Any = fdspawn(terminal, encoding="utf-8", timeout=60)
        self.seen = ""

    def answer(self, *dialogue: tuple[str, str]) -> "Screen":
        """To each question its answer, as keys."""
        for question, keys in dialogue:
            self.child.expect_exact(question)
            self.seen += self.child.before + self.child.after
            self.child.send(keys)
        return self

    def shown(self, pattern: str) -> str:
        """What a pattern stands for, once it is on the screen."""
        self.child.expect(pattern)
        self.seen += self.child.before + self.child.after
        return str(self.child.after)

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        import pexpect

        self.child.expect(pexpect.EOF)
        self.seen += self.child.before
        code = self._process.wait()
        self.child.close()
        return code

    @property
    def text(self) -> str:
        """All that was shown, without what moves and colours it."""
        return MOVES.sub("", self.seen)


def _terminal(columns: int, lines: int) -> tuple[int, int]:
    """A new terminal: the person's end of it, and the program's."""
    import fcntl
    import pty
    import struct
    import termios

    person, program = pty.openpty()
    fcntl.ioctl(program, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    return person, program
