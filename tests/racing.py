"""Lines that are run by processes of their own, forked from one that has loaded all of drive: see racer.py."""

import atexit
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from conftest import Drive, Result, arguments

from drivecli.errors import OUR_FAULT

RACER = Path(__file__).parent / "racer.py"
REFUSED = re.compile(r"\((IntegrityError|UniqueViolation|ProgrammingError|DuplicateTable|OperationalError)\)")
"""What is said of a line that would have given a number out twice, or made a table twice."""


@cache
def forking(program: Path) -> Any:
    """The process of a program that forks others, started once: to load all of drive takes longer than a race."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, str(program)], encoding="utf-8", **pipes)
    atexit.register(process.communicate)
    return process


class Race:
    """Where lines are run at once. See racer.py."""

    def __init__(self, process: Any, *, spoiled: bool) -> None:
        self.process, self.spoiled = process, spoiled

    def __call__(self, *lines: str | Sequence[str]) -> list[Result]:
        """Run these lines at once, each in a process of its own; what each of them did.

        Words before a line, as in DRIVE_WORKER=ben, are its own environment.
        """
        self.start(*lines)
        return self.finish()

    def start(self, *lines: str | Sequence[str]) -> None:
        """Let these lines go, and do not wait for them."""
        self.lines = [arguments(line) for line in lines]
        tell(self.process, self.lines)

    def finish(self) -> list[Result]:
        """What the lines did that were let go. Where a lock is dropped, it may be the database that refuses a line."""
        answers = json.loads(self.process.stdout.readline())
        done = [Result(" ".join(line), *each) for line, each in zip(self.lines, answers, strict=True)]
        faults = [
            str(each) for each in done if each.code == OUR_FAULT and not (self.spoiled and REFUSED.search(each.err))
        ]
        assert not faults, "\n".join(faults)
        return done


@contextmanager
def race(
    drive: Drive, *, drop: Sequence[str] = (), env: dict[str, str | None] | None = None, **pause: float | Path
) -> Iterator[Race]:
    """A race without the locks of `drop`; keywords are where everybody pauses, and for how long or at which gate."""
    how = {where.replace("_", " "): str(how) if isinstance(how, Path) else how for where, how in pause.items()}
    process = forking(RACER)
    tell(process, {"environ": drive.environ(env), "drop": drop, "pause": how})
    assert process.stdout.readline() == "ready\n"
    try:
        yield Race(process, spoiled=bool(drop))
    finally:
        end(process)


def tell(process: Any, what: Any) -> None:
    """Say something to such a process."""
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()


def end(process: Any) -> None:
    """Tell it that there is no more of this, and wait until it is over."""
    tell(process, [])
    for said in process.stdout:
        if said == "over\n":
            break
