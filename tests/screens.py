"""A line typed at a real terminal, and what a person answers to it.

It runs in a process that is forked from this one, which has loaded all of drive: to start anew takes longer than most
dialogues. Nothing else of this process is used there.
"""

import os
import re
import sys
from typing import Any

from conftest import Drive, arguments

from drivecli import cli

MOVES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
"""What moves and colours what is shown."""


class Screen:
    """A line typed at a terminal of so many columns. It ends with `end`, or when it says that it has ended."""

    def __init__(self, drive: Drive, line: str, *, columns: int = 300, **env: str | None) -> None:
        from pexpect.fdpexpect import fdspawn

        self._pid, terminal = _forked(arguments(line), {**drive.environ(env), "PROMPT_TOOLKIT_NO_CPR": "1"}, columns)
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
        _, status = os.waitpid(self._pid, 0)
        self.child.close()
        return os.waitstatus_to_exitcode(status)

    @property
    def text(self) -> str:
        """All that was shown, without what moves and colours it."""
        return MOVES.sub("", self.seen)


def _forked(argv: list[str], env: dict[str, str], columns: int) -> tuple[int, int]:
    """A process that runs a line at a terminal of its own: its number, and the other end of the terminal."""
    import fcntl
    import pty
    import struct
    import termios

    pid, terminal = pty.fork()
    if pid:
        return pid, terminal
    code = 1
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.environ.clear()
        os.environ.update(env)
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  open to the end of the process
            for number, mode in enumerate("rww")
        )
        code = cli.main(argv)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
