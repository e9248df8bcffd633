"""Forks the processes that forks.py asks for: `python forker.py SOCKET`, started once by it.

It loads all of drive, for to start anew takes longer than most lines. No store is ever open here: a process that is
forked while one is may take no store of its own. For every line on the socket (a JSON object) it forks a process that
does what is asked there, with three of the files that came along as its streams, and says on the fourth which process
that is and, at its end, with which code.
"""

import json
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from conftest import INIT, arguments, run
from forks import NUMBER

from drivecli import cli

STREAMS = (("stdin", "r", None), ("stdout", "w", None), ("stderr", "w", "backslashreplace"))
WARM = (INIT, "case open --forename Warm --surname Up", "contact log 1 --mode phone --outcome held", "case show 1")


def main() -> None:
    """Get ready, and fork until nobody asks any more."""
    with tempfile.TemporaryDirectory() as home:
        for line in WARM:
            run(arguments(line), {**os.environ, "DRIVE_HOME": home})
    asking = socket.socket(fileno=int(sys.argv[1]))
    ended, ends = os.pipe()
    os.set_blocking(ends, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(ends, warn_on_full_buffer=False)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([asking, ended], [], [])
        if ended in ready:
            os.read(ended, 1 << 16)
            tell_the_ended(running)
        if asking in ready:
            said, files = hear(asking)
            if not said:
                return
            *streams, tell = files
            child = os.fork()
            if not child:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (asking.detach(), ended, ends, tell, *running.values()):
                    os.close(each)
                become(json.loads(said), streams)
            running[child] = tell
            with suppress(BrokenPipeError):
                os.write(tell, f"{child:{NUMBER}}".encode())
            for each in streams:
                os.close(each)


def hear(asking: socket.socket) -> tuple[bytes, list[int]]:
    """What is asked, and the files that came along; nothing when nobody asks any more."""
    said, files, _, _ = socket.recv_fds(asking, 1 << 20, 4)
    while said and not said.endswith(b"\n"):
        said += asking.recv(1 << 20)
    return said, files


def tell_the_ended(running: dict[int, int]) -> None:
    """Say of each process that has ended with which code. Whoever asked for it may be gone."""
    for child in [*running]:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            tell = running.pop(child)
            with suppress(BrokenPipeError):
                os.write(tell, f"{os.waitstatus_to_exitcode(status):{NUMBER}}".encode())
            os.close(tell)


def become(asked: dict[str, Any], streams: list[int]) -> NoReturn:
    """Do what was asked with these streams, and end with its exit code."""
    code: int | None = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        if asked["terminal"]:
            take_the_terminal()
        open_streams(asked["environ"].get("PYTHONIOENCODING", "utf-8"))
        os.environ.clear()
        os.environ.update(asked["environ"])
        os.chdir(asked["folder"])
        sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
        code = program(*asked["program"]) if asked["program"] else cli.main(asked["line"])
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code or 0)


def open_streams(encoding: str) -> None:
    """Streams as Python would open them."""
    for number, (name, mode, errors) in enumerate(STREAMS):
        stream = open(number, mode, encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115  open to the end
        setattr(sys, name, stream)
    sys.stderr.reconfigure(line_buffering=True)  # type: ignore[attr-defined]


def program(path: str, *argv: str) -> None:
    """A program as `python PATH ARGV ...` would run it."""
    sys.argv = [path, *argv]
    sys.path.insert(0, str(Path(path).parent))
    runpy.run_path(path, run_name="__main__")


def take_the_terminal() -> None:
    """Be who hears Ctrl-C at the terminal that stands at the streams."""
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


if __name__ == "__main__":
    main()
