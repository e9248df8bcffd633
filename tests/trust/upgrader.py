"""Brings a store forward and stops on the way: `python upgrader.py`, started by test_upgrade_kills.

For every line on stdin, "kill N" or "fail N", it forks a process that runs `drive upgrade` and is killed, or fails,
before its Nth statement; then it says how that process ended, and how many statements there were.
"""

import os
import signal
import sys
from typing import Any

from conftest import run
from sqlalchemy import event
from sqlalchemy.engine import Engine

from drivecli import models  # noqa: F401  (loaded before the processes part)
from drivecli.migrations import triggers


class Step:
    """Counts statements, and stops before the one that it is told to."""

    def __init__(self, how: str, number: int) -> None:
        self.how, self.number, self.done = how, number, 0

    def __call__(self, *given: Any) -> None:
        self.done += 1
        if self.done == self.number and self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.done == self.number:
            raise RuntimeError("stopped on the way")


def main() -> None:
    """Say "ready", and bring it forward whenever asked."""
    print("ready", flush=True)
    for line in sys.stdin:
        how, number = line.split()
        said, tell = os.pipe()
        child = os.fork()
        if not child:
            bring_forward(Step(how, int(number)), tell)
        os.close(tell)
        _, status = os.waitpid(child, 0)
        with os.fdopen(said) as answer:
            print(answer.read() or f"killed {os.WTERMSIG(status)}", flush=True)


def bring_forward(step: Step, tell: int) -> None:
    """Run the line, each statement of which is counted: those of the steps, and those that make the triggers."""
    event.listen(Engine, "before_cursor_execute", step)
    for name in ("_of_file", "_of_postgres"):
        made = getattr(triggers, name)
        setattr(triggers, name, lambda db, made=made: counted(made(db), step))
    done = run(["upgrade"], dict(os.environ))
    os.write(tell, f"ended {done.code} {step.done}".encode())
    os._exit(0)


def counted(statements: Any, step: Step) -> Any:
    """The statements, each counted before it is carried out."""
    for each in statements:
        step()
        yield each


if __name__ == "__main__":
    main()
