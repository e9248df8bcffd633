"""Runs lines at the same moment, each in a process of its own: `python racer.py`, started by racing.py for every race.

It is told on stdin how (a JSON object), and says "ready": `pause` says where everybody stands still, until all others
have come there too, for how many seconds at most, or at which gate; `drop` names locks that a control does without:
there all do come, so a control waits for them, however slow the machine. For every round
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
from mmap import mmap
from pathlib import Path
from typing import Any

from conftest import run

from drivecli import db, many, settings, work
from drivecli.app import App
from drivecli.queries import clock, workers
from drivecli.services import people, setup

PATIENCE = 20
"""How many times as long a control waits for the others: they will come, unless something else holds them up."""


class Meeting:
    """Where those who run at once wait for one another. `me` is the number of the one in this process."""

    ENDED = 255

    def __init__(self, people: int) -> None:
        self.me = 0
        self._came = mmap(-1, people)

    def wait(self, patience: float) -> None:
        """Until each of them has come as often as this one, or has ended, or so many seconds have gone by."""
        self._came[self.me] += 1
        end = time.monotonic() + patience
        while min(self._came[:]) < self._came[self.me] and time.monotonic() < end:
            time.sleep(0.001)

    def leave(self) -> None:
        """Let nobody wait for this one any more."""
        self._came[self.me] = self.ENDED


meeting = Meeting(1)


def main() -> None:
    """Spoil what is to be spoiled, say that all is ready, and run rounds until there are no more."""
    asked = json.loads(sys.stdin.readline())
    if "DRIVE_DATABASE" in os.environ and "_DRIVE_COMPLETE" not in os.environ:
        warm_up()
    for where, how in asked["pause"].items():
        PAUSES[where](how * PATIENCE if asked["drop"] and isinstance(how, float) else how)
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
    global meeting
    meeting = Meeting(len(lines))
    start, go = os.pipe()
    answers = [_runner(number, line, start, go) for number, line in enumerate(lines)]
    os.close(go)  # those who wait to read from the start see its end, all at once
    os.close(start)
    said = []
    for answer in answers:
        with open(answer, encoding="utf-8") as file:
            told = file.read()
        ended = os.waitstatus_to_exitcode(os.wait()[1])
        said.append(json.loads(told) if told else [ended, "", ""])
    return said


def _runner(number: int, line: list[str], start: int, go: int) -> int:
    """A process that waits for the start and runs a line. Returns where its answer can be read."""
    answer, tell = os.pipe()
    if os.fork():
        os.close(tell)
        return answer
    meeting.me = number
    os.close(go)
    os.read(start, 1)
    own = list(takewhile(lambda word: re.match("[A-Z_]+=", word), line))
    done = run(line[len(own) :], {**os.environ, **dict(word.split("=", 1) for word in own)})
    meeting.leave()
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
    """Until all have come; or once, at the gate: a file that is there until whoever waits for it removes it."""
    if not isinstance(how, str):
        meeting.wait(how)
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
