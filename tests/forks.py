"""Processes that are forked from one that has loaded all of drive (see forker.py), used like those of `subprocess`.

What runs in one finds an environment of its own, the folder of whoever asked, and pipes or a terminal at its streams.
How Python itself begins and ends is not shown by them: that takes a process that is started anew.
"""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread, Timer
from typing import Any

FORKER = Path(__file__).parent / "forker.py"
NUMBER = 12
"""Letters in which whoever forks tells a process's number, and then its exit code."""

PATIENCE = 120
"""Seconds after which a process that does not end by itself is killed."""


class Forked:
    """A process with pipes at its streams. `returncode` is None until it was waited for."""

    def __init__(self, env: Mapping[str, str], *, line: Sequence[str] = (), program: Sequence[str | Path] = ()) -> None:
        (stdin, tell), (listen, stdout), (hear, stderr) = (os.pipe() for _ in range(3))
        self._process = Process((stdin, stdout, stderr), env, line=line, program=program)
        self.stdin = os.fdopen(tell, "w", encoding="utf-8")
        self.stdout, self.stderr = (os.fdopen(end, encoding="utf-8") for end in (listen, hear))

    def __enter__(self) -> "Forked":
        return self

    def __exit__(self, *error: Any) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            with suppress(BrokenPipeError):
                stream.close()
        self._process.wait()

    @property
    def returncode(self) -> int | None:
        """The exit code, once it was waited for."""
        return self._process.code

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.wait() if self._process.has_ended else None

    def wait(self) -> int:
        """Wait until it has ended; the exit code."""
        return self._process.wait()

    def communicate(self) -> tuple[str, str]:
        """Say no more, and wait until it has ended; what it said that was not read yet."""
        beside: list[str] = []
        reading = Thread(target=lambda: beside.append(self.stderr.read()))
        reading.start()
        with suppress(BrokenPipeError):
            self.stdin.close()
        said = self.stdout.read()
        reading.join()
        with self:
            return said, beside[0]

    def send_signal(self, which: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        self._process.send_signal(which)

    def kill(self) -> None:
        """End it at once."""
        self._process.send_signal(signal.SIGKILL)


class Process:
    """A process that runs a line of drive, or a program of the tests with its arguments, at three open streams.

    They are its own from then on. `terminal` says that they are one, on which it hears Ctrl-C.
    """

    def __init__(
        self,
        streams: Sequence[int],
        env: Mapping[str, str],
        *,
        line: Sequence[str] = (),
        program: Sequence[str | Path] = (),
        terminal: bool = False,
    ) -> None:
        told, tell = os.pipe()
        asked = {"environ": {**env}, "folder": os.getcwd(), "line": [*line], "program": [*map(str, program)]}
        files = [*streams, tell]
        forker = _forker()
        socket.send_fds(forker, [b"{"], files)
        forker.sendall(json.dumps({**asked, "terminal": terminal}).encode()[1:] + b"\n")
        for each in {*files}:
            os.close(each)
        self.code: int | None = None
        self._told = told
        self._pid = int(os.read(told, NUMBER))

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more."""
        return self.code is not None or bool(select.select([self._told], [], [], 0)[0])

    def wait(self) -> int:
        """Wait until it has ended; the exit code."""
        if self.code is None:
            at_last = Timer(PATIENCE, self.send_signal, [signal.SIGKILL])
            at_last.start()
            self.code = int(os.read(self._told, NUMBER))
            at_last.cancel()
            os.close(self._told)
        return self.code

    def send_signal(self, which: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if not self.has_ended:
            os.kill(self._pid, which)


@cache
def _forker() -> socket.socket:
    """Where to ask for processes. Whoever forks them is started once."""
    here, there = socket.socketpair()
    command = [sys.executable, str(FORKER), str(there.fileno())]
    process = subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL)
    there.close()

    def end() -> None:
        here.close()
        process.wait()

    atexit.register(end)
    return here
