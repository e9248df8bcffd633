"""Writes until it is killed: `python writer.py [spoiled | at once]`, started by test_kills and test_backup.

For every line on stdin it forks a process that logs contacts on case 1, one after the other, and says the number of
each once it is told that it was saved; when that process is gone, it says "gone". A spoiled one saves its rows first
and seals them afterwards. Told to write "at once", it waits for no line and forks nothing.
"""

import json
import os
import sys
import time
from typing import Any

from conftest import run

from drivecli import audit, db
from drivecli.app import App

LINE = "contact log 1 --mode phone --outcome held --json --note Words"


def main() -> None:
    """Load all that a write needs, say "ready", and write whenever asked."""
    if "at once" in sys.argv:
        write()
    warm_up()
    if "spoiled" in sys.argv:
        spoil()
    say("ready")
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            write()
        os.waitpid(child, 0)
        say("gone")


def say(words: str) -> None:
    """Say something at once, in one piece."""
    os.write(1, f"{words}\n".encode())


def warm_up() -> None:
    """Write, and never save: so everything is loaded before the processes part."""
    commit, remember = db.Connection.commit, App.remember
    db.Connection.commit, App.remember = (lambda self: None), (lambda self, sealed: None)  # type: ignore[method-assign]
    run(LINE.split(), dict(os.environ))
    db.Connection.commit, App.remember = commit, remember  # type: ignore[method-assign]


def write() -> None:
    """Log contacts until somebody stops it."""
    say(f"writing {os.getpid()}")
    while True:
        done = run(LINE.split(), dict(os.environ))
        say(f"saved {json.loads(done.out)['id']}" if done.code == 0 else f"failed {done}")


def spoil() -> None:
    """Save before sealing: what a kill in between leaves must be found."""
    seal = audit.seal

    def late(store: db.Connection, doing: audit.Doing) -> Any:
        store.commit()
        time.sleep(0.02)
        store.begin(write=True)
        return seal(store, doing)

    audit.seal = late


if __name__ == "__main__":
    main()
