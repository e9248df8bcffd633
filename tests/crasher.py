"""Runs a line over and over, each time in a process of its own that will be stopped: `python crasher.py`.

Started by test_import_crash. It is told on stdin (a JSON object: `line`, its arguments; `spoiled`) what to run, runs it
without saving, and says "ready". For each line that is given then (JSON: arguments) it forks a process, which says on
stdout where it is ("planning", "writing", "committing", "done CODE") and what it printed; when that one is gone, it
says "gone". A line of no arguments ends it. With `spoiled`, what is written is saved between one lot of rows and the
next: the control that must fail.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from conftest import run

from drivecli import db
from drivecli.app import App
from drivecli.services.imports import apply, cases, plan
from drivecli.spreadsheets import reading

LOT = 25
"""Rows that are judged and written at once: fewer than in earnest, so that there are several lots."""


def main() -> None:
    """Get ready, and run lines until there are no more."""
    plan.TOGETHER = LOT
    asked = json.loads(sys.stdin.readline())
    warm_up(asked["line"])
    report()
    if asked["spoiled"]:
        save_between()
    say("ready")
    child = None
    while line := json.loads(sys.stdin.readline()):
        if child:
            os.waitpid(child, 0)
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                done = run(line, None)  # which hears no Ctrl-C any more when it is over
                say(f"done {done.code} {json.dumps(done.out + done.raw_err)}")
            except BaseException as error:  # Ctrl-C may come before the command; all else is a fault
                frames = traceback.extract_tb(error.__traceback__)
                inside = any("drivecli" in Path(each.filename).parts for each in frames)
                before = isinstance(error, KeyboardInterrupt) and not inside
                say(f"done {0 if before else 1} {json.dumps(traceback.format_exc())}")
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # its number stays its own until the next line
        say("gone")


def say(words: str) -> None:
    """Say something at once, in one piece."""
    os.write(1, f"{words}\n".encode())


def warm_up(line: list[str]) -> None:
    """Bring in, and never save: so everything an import needs is loaded before the processes part."""
    commit, db.Connection.commit = db.Connection.commit, lambda self: None  # type: ignore[method-assign]
    remember, App.remember = App.remember, lambda self, sealed: None  # type: ignore[method-assign]
    run(line, dict(os.environ))
    db.Connection.commit, App.remember = commit, remember  # type: ignore[method-assign]


def report() -> None:
    """Say when the file is opened, when writing begins, and when saving does."""
    read, write, commit = reading.open_sheet, apply._write, db.Connection.commit

    def planning(*given: Any, **how: Any) -> Any:
        say(f"planning {os.getpid()}")
        return read(*given, **how)

    def writing(*given: Any) -> Any:
        say("writing")
        return write(*given)

    def committing(self: db.Connection) -> None:
        say("committing")
        commit(self)

    reading.open_sheet = planning  # type: ignore[assignment]
    apply._write = writing  # type: ignore[assignment]
    db.Connection.commit = committing  # type: ignore[method-assign]


def save_between() -> None:
    """Save what is written after every lot of rows."""
    add = cases.Cases.add

    def adding(self: cases.Cases, work: Any, rows: Any) -> None:
        add(self, work, rows)
        work.settle()
        work.db.raw.commit()
        work.db.begin(write=True)

    cases.Cases.add = adding  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
