"""Changes a store's key over and over, each time in a process of its own that will be stopped: `python key_crasher.py`.

Started by test_keys. For each line it is given on stdin (JSON: a passphrase or nothing, a new recovery code) it forks a
process, which says on stdout when it begins and when it is done; when that process is gone, it says "gone". Told to be
"careless", it keeps no former key while the file is encrypted anew: the control that must fail.
"""

import json
import os
import sys

from drivecli import db, keys
from drivecli.services import keys as service
from drivecli.settings import read_settings

CHEAP = {"memory_kib": 64, "passes": 1, "lanes": 1}
"""So that the time goes where a stop could do harm. What a slot costs is bound to it, and shown elsewhere."""


def main(careless: bool) -> None:
    """Get ready, and change the key until there are no more lines."""
    settings = read_settings(os.environ, demo=False)
    keys.COST = CHEAP
    if careless:
        keys.Slots.with_former = lambda self, former, key: self  # type: ignore[method-assign]
    keys.Slots("0" * 32).with_secret("passphrase", "loads what wraps", "0" * 64)
    db.file_engine()
    say("ready")
    child = None
    for line in sys.stdin:
        if child:
            os.waitpid(child, 0)
        passphrase, code = json.loads(line)
        child = os.fork()
        if child == 0:
            slots = keys.read_slots(settings)
            found = slots.opened_by(passphrase) if slots and passphrase else keys.read_key_file(settings.own_key_file)
            say(f"begins {os.getpid()}")
            service.rotate(settings, keys.fitting(settings, found), passphrase, code)
            say("done")
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # its number stays its own until the next line
        say("gone")


def say(words: str) -> None:
    """Say something at once, in one piece."""
    os.write(1, f"{words}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1:] == ["careless"])
