"""Many at once: `python crowd.py PEOPLE TIMES [blind]`, started by test_many.

So many processes start together, and each logs so many contacts on case 1; it answers with every exit code there was. A
blind one adds one to a number it read a moment before, as a program would that relies on nobody else being there.
"""

import json
import os
import sys

from conftest import run
from writer import warm_up

from drivecli import db, keys
from drivecli.settings import read_settings

LINE = "contact log 1 --mode phone --outcome held --quiet"
COUNTED = "UPDATE person SET version = :seen + 1 WHERE id = 1"


def main() -> None:
    """Let them all go at once, wait for all, and say how each line ended."""
    people, times, blind = int(sys.argv[1]), int(sys.argv[2]), "blind" in sys.argv
    warm_up()
    start, go = os.pipe()
    answers = []
    for _ in range(people):
        answer, tell = os.pipe()
        if not os.fork():
            os.close(go)
            os.read(start, 1)
            codes = [count() if blind else run(LINE.split(), dict(os.environ)).code for _ in range(times)]
            os.write(tell, json.dumps(codes).encode())
            os._exit(0)
        os.close(tell)
        answers.append(answer)
    os.close(go)
    print(json.dumps([code for answer in answers for code in json.loads(os.fdopen(answer).read())]))


def count() -> int:
    """Read in one transaction, write in another, look at nothing."""
    settings = read_settings(os.environ, demo=False)
    store = db.open_store(settings.store, lambda: keys.read_key(settings), write=True)
    seen = store.value("SELECT version FROM person WHERE id = 1")
    store.rollback()
    store.begin(write=True)
    store.run(COUNTED, seen=seen)
    store.commit()
    store.close()
    return 0


if __name__ == "__main__":
    main()
