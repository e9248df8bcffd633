"""Restores a backup over and over, each time in a process that kills itself: `python restore_crasher.py [careless]`.

Started by trust/test_backup. It loads all of drive and says "ready". For each line it is given on stdin (JSON: a home,
a line of arguments, at which change of the disk to stop) it forks a process, and answers with how many changes there
were when it ended, by itself or by kill -9. Told to be "careless", it moves the store away before the backup is in its
place: the control that must fail.
"""

import json
import os
import signal
import sys
from typing import Any

from conftest import run

from drivecli import restore

CHANGES = ("os.rename", "os.remove", "os.link")
"""What Python says before the disk is changed; so does `open` for a file that is to be written."""


def main(careless: bool) -> None:
    """Get ready, and restore until there are no more lines."""
    run(["backup", "restore", "nothing.drivebackup"], {**os.environ, "DRIVE_HOME": "/nonexistent"})
    if careless:
        restore._keep = os.rename
    print("ready", flush=True)
    for line in sys.stdin:
        home, argv, at = json.loads(line)
        answer, tell = os.pipe()
        if not os.fork():
            _watch(tell, at)
            run(argv, {**os.environ, "DRIVE_HOME": home})
            os._exit(0)
        os.close(tell)
        with open(answer, "rb") as told:
            print(len(told.read()), flush=True)
        os.wait()


def _watch(tell: int, at: int | None) -> None:
    """Count the changes once the restore has begun, and stop at the wanted one, before it happens."""
    count = 0
    begun = False

    def seen(event: str, given: tuple[Any, ...]) -> None:
        nonlocal count
        writes = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if begun and (event in CHANGES or writes):
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            os.write(tell, b".")

    whole = restore.restore

    def beginning(*given: Any) -> Any:
        nonlocal begun
        begun = True
        return whole(*given)

    restore.restore = beginning
    sys.addaudithook(seen)


if __name__ == "__main__":
    main(sys.argv[1:] == ["careless"])
