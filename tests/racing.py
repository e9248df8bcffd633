"""Lines that are run at once by processes of their own: see racer.py."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from conftest import Drive, Result, arguments
from forks import Forked

from drivecli.errors import OUR_FAULT

RACER = Path(__file__).parent / "racer.py"
REFUSED = re.compile(r"\((IntegrityError|UniqueViolation|ProgrammingError|DuplicateTable|OperationalError)\)")
"""What is said of a line that would have given a number out twice, or made a table twice."""


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
    with Forked(drive.environ(env), program=[RACER]) as process:
        tell(process, {"drop": drop, "pause": how})
        assert process.stdout.readline() == "ready\n"
        yield Race(process, spoiled=bool(drop))
        tell(process, [])


def tell(process: Any, what: Any) -> None:
    """Say something to such a process."""
    process.stdin.write(json.dumps(what) + "\n")
    process.stdin.flush()
