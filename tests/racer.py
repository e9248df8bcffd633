"""Runs lines at the same moment, each in a process of its own: `python racer.py`, started by racing.py for every race.

It is told on stdin how (a JSON object), and says "ready": `pause` says where everybody stands still, for how many
seconds or at which gate, so that others come between; `drop` names locks that a control does without. For every round
(a JSON list of lines, each a list of arguments) it forks a process for each line, lets them go together, and answers
with the exit code and words of each. A round of no lines ends the race.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import takewhile
from pathlib import Path
from typing import Any

from conftest import run

from drivecli import db, many, settings, work
from drivecli.app import App
from drivecli.queries import clock, workers
from drivecli.services import people, setup


def main() -> None:
    """Spoil what is to be spoiled, say that all is ready, and run rounds until there are no more."""
    asked = json.loads(sys.stdin.readline())
    if "DRIVE_DATABASE" in os.environ and "_DRIVE_COMPLETE" not in os.environ:
        warm_up()
    for where, how in asked["pause"].items():
        PAUSES[where](how)
    for lock in asked["drop"]:
        DROPS[lock]()
    print("ready", flush=True)
    while lines := json.loads(sys.stdin.readline()):
        print(json.dumps(race(lines)), flush=True)


def warm_up() -> None:
    """Write to PostgreSQL but never commit: so all that is needed is ready before the processes part."""
    commit, db.Connection.commit = db.Connection.commit, lambda self: None  # type: ignore[method-assign]
    remember, App.remember = App.remember, lambda self, sealed: None  # type: ignore[method-assign]
    for line in ("case open --forename Warm --surname Up", "contact log 1 --mode phone --outcome held"):
        run(line.split(), dict(os.environ))
    db.Connection.commit, App.remember = commit, remember  # type: ignore[method-assign]


def race(lines: list[list[str]]) -> list[Any]:
    """Run these lines at once. Returns of each its exit code, stdout and stderr."""
    start, go = os.pipe()
    answers = [_runner(line, start, go) for line in lines]
    os.close(go)  # those who wait to read from the start see its end, all at once
    os.close(start)
    said = []
    for answer in answers:
        with open(answer, encoding="utf-8") as file:
            told = file.read()
        ended = os.waitstatus_to_exitcode(os.wait()[1])
        said.append(json.loads(told) if told else [ended, "", ""])
    return said


def _runner(line: list[str], start: int, go: int) -> int:
    """A process that waits for the start and runs a line. Returns where its answer can be read."""
    answer, tell = os.pipe()
    if os.fork():
        os.close(tell)
        return answer
    os.close(go)
    os.read(start, 1)
    own = list(takewhile(lambda word: re.match("[A-Z_]+=", word), line))
    done = run(line[len(own) :], {**os.environ, **dict(word.split("=", 1) for word in own)})
    with open(tell, "w", encoding="utf-8") as file:
        json.dump([done.code, done.out, done.raw_err], file)
    os._exit(0)


def _around(owner: Any, name: str, how: Any, *, before: bool, when: Callable[..., bool] = lambda *a: True) -> None:
    """Stand still before or after each call of a function that `when` holds for."""
    whole = getattr(owner, name)

    @wraps(whole)
    def slower(*given: Any, **named: Any) -> Any:
        if before and when(*given):
            stand_still(how)
        result = whole(*given, **named)
        if not before and when(*given):
            stand_still(how)
        return result

    setattr(owner, name, slower)


def stand_still(how: float | str) -> None:
    """For some seconds; or once, at the gate, a file that is there from now until whoever waits for it removes it."""
    if not isinstance(how, str):
        time.sleep(how)
        return
    gate, passed = Path(how), Path(f"{how} {os.getpid()}")
    if not passed.exists():
        passed.touch()
        gate.touch()
        while gate.exists():
            time.sleep(0.01)


def _reads(*words: str) -> Callable[..., bool]:
    return lambda *given: any(each in str(given) for each in words)


PAUSES: dict[str, Callable[[Any], None]] = {
    "facts read": lambda how: _around(clock, "deadlines", how, before=True),
    "half written": lambda how: _around(many, "update", how, before=True),
    "numbered": lambda how: _around(db.Connection, "value", how, before=False, when=_reads("MAX(id)")),
    "load read": lambda how: _around(workers, "load", how, before=False),
    "nobody alike": lambda how: _around(people, "refuse_if_alike", how, before=False),
    "half read": lambda how: _around(
        db.Connection, "rows", how, before=False, when=_reads("SELECT c.id, c.ref", "FROM deadline WHERE side")
    ),
}


def _touch_without_lock(self: work.Work, ids: Iterable[int]) -> None:
    wanted = set(ids)
    self._touched |= wanted
    self._stale |= wanted


def _begin_deferred(self: db.Connection, *, write: bool, orm: bool = False) -> None:
    """A write that begins like a read: it sees the store as it was, and asks for the lock only to write."""
    if orm:
        self.session()
    self.raw.execute("BEGIN DEFERRED")
    self.raw.execute("SELECT COUNT(*) FROM event").fetchone()


def _begin_nothing(self: db.Connection, *, write: bool, orm: bool = False) -> None:
    if orm:
        self.session()


def _publish_over(new: Path, path: Path, replace: bool) -> None:
    """The last to begin a store wins, whoever was there before."""
    settings.publish(new, path, replace=True)


DROPS: dict[str, Callable[[], None]] = {
    "first come": lambda: setattr(setup, "publish", _publish_over),
    "row lock": lambda: setattr(work.Work, "touch", _touch_without_lock),
    "numbering lock": lambda: setattr(db.Connection, "lock", lambda self, what, **how: None),
    "write lock": lambda: setattr(db.Connection, "begin", _begin_deferred),
    "transaction": lambda: setattr(db.Connection, "begin", _begin_nothing),
}

if __name__ == "__main__":
    main()
