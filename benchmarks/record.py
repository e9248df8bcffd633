"""What the record of who did and who looked costs: a write with and without it, and holding a long record to itself.

    python benchmarks/record.py                 both
    python benchmarks/record.py --entries 20000 fewer, for a first look

A contact is logged through the service in one process, on cases of one store, in turns: as it is, and with the triggers
dropped and sealing left out. What is printed are medians of the processor's and the wall's time and their ratio. Then a
record of many entries, each of which added a contact, is held to itself (`drive audit verify`), and with `--deep` to
every row.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

TODAY = date(2026, 3, 2)
BUDGET, ENTRIES, SECONDS = 1.5, 100_000, 3.0
REPEATS, TURNS, CASES = 200, 3, 40


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DRIVE_HOME": str(Path(folder) / "home"), "DRIVE_TODAY": TODAY.isoformat()}
        started()
        store, sam = opened()
        cost(store, sam)
        long_record(store)
        store.close()


def started() -> None:
    """A store with a few open cases."""
    from drivecli import cli

    cli.main(["init", "--name", "Sam", "--username", "sam", "--role", "team_lead", "--site", "WS", "-q"])
    for n in range(CASES):
        cli.main(["case", "open", "--forename", "Kim", "--surname", f"S{'abcdefghij'[n % 10] * (1 + n // 10)}", "-q"])


def opened() -> tuple[Any, Any]:
    """That store, open for writing, and who writes."""
    from drivecli import db, keys
    from drivecli.queries import workers
    from drivecli.settings import read_settings

    settings = read_settings(os.environ, demo=False)
    store = db.open_store(settings.store, lambda: keys.read_key(settings), write=True)
    return store, workers.find(store, "sam")


def cost(store: Any, sam: Any) -> None:
    """A contact logged with the record, and without it."""
    from drivecli import audit
    from drivecli.catalogue import Catalogue
    from drivecli.migrations import triggers
    from drivecli.services import contacts
    from drivecli.work import Actor, Work

    catalogue, said = Catalogue(), contacts.Said(on=TODAY, mode="phone", outcome="held")

    def log(case: int) -> None:
        with Work(store, Actor(*sam[:4]), catalogue, today=TODAY, command="drive contact log") as work:
            contacts.log(work, ("", case), said)

    def measured() -> tuple[float, float]:
        taken = []
        for n in range(REPEATS):
            began = time.process_time(), time.perf_counter()
            log(1 + n % CASES)
            taken.append((time.process_time() - began[0], time.perf_counter() - began[1]))
        return tuple(statistics.median(each) * 1000 for each in zip(*taken, strict=True))  # type: ignore[return-value]

    measured()
    whole, ratios = (audit.seal, audit.seal_outside), []
    for turn in range(TURNS):
        with_it = measured()
        triggers.take_away(store)
        audit.seal = audit.seal_outside = lambda *given, **named: None
        without = measured()
        audit.seal, audit.seal_outside = whole
        store.run("DELETE FROM unsealed")
        triggers.put_on(store)
        ratios.append((with_it[0] / without[0], with_it[1] / without[1]))
        print(f"turn {turn + 1}: a contact with the record {with_it[1]:.1f} ms, without {without[1]:.1f} ms")
    cpu, wall = (statistics.median(each) for each in zip(*ratios, strict=True))
    print(f"ratio   processor {cpu:5.2f}   wall {wall:5.2f}   budget {BUDGET}{'   OVER' if wall > BUDGET else ''}")


def long_record(store: Any) -> None:
    """A record of many entries, held to itself and to every row."""
    from drivecli import audit, proof

    entries = int(sys.argv[sys.argv.index("--entries") + 1]) if "--entries" in sys.argv else ENTRIES
    columns = "case_id, occurred_on, withdrawn, recorded_at, recorded_by, event_id, mode, outcome, kind, made_by, about"
    store.begin(write=True)
    audit.seal_all(store, audit.Doing("accept", "benchmark", audit.utc_stamp()))
    for n in range(entries):
        store.raw.execute(
            f"INSERT INTO contact ({columns}) VALUES (?, ?, 0, 'x', 1, 1, 'phone', 'held', 'direct', 1, 'person')",
            (1 + n % CASES, TODAY.isoformat()),
        )
        audit.seal(
            store, audit.Doing("write", "drive contact log", audit.utc_stamp(), "sam", "sam@pc", cases=[1 + n % CASES])
        )
    store.commit()
    for deep in (False, True):
        began = time.perf_counter()
        found = proof.verify(store, [], deep=deep)
        took = time.perf_counter() - began
        assert not found.findings, found.findings[:3]
        over = "   OVER" if took > SECONDS * entries / ENTRIES else ""
        how = "verify --deep" if deep else "verify"
        print(f"{how} of {found.entries} entries: {took:.2f} s   budget {SECONDS} s for {ENTRIES}{over}")


if __name__ == "__main__":
    main()
