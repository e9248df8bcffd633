"""Whatever stops an import, and whenever: the store is as before it or as after it, and running it again completes it.

Processes are killed at random moments of planning, writing and saving; a control that saves between two lots of rows
must be found half done.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from bringing import CLOSED, CUSTODY, assert_sound, write_table
from conftest import Drive
from forks import Forked
from postgres import KEPT
from racing import tell

CRASHER = Path(__file__).parent / "crasher.py"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that are forked and killed")

ROWS = 100
PHASES = ("planning", "writing", "committing")
WRITTEN = ("person", "person_name", "case_record", "opening", "stage_change", "assignment", "closing", "suspension")
WRITTEN += ("deadline", "event", "event_case", "import_batch", "import_made")


@dataclass
class Crasher:
    """Where an import is run to be stopped. `took` is how long each phase takes when nobody stops it."""

    process: Any
    line: list[str]
    took: dict[str, float] = field(default_factory=dict)

    def measure(self) -> None:
        """Run it to its end."""
        phase, began = "", time.perf_counter()
        for words in self._run():
            now = time.perf_counter()
            if phase:
                self.took[phase] = now - began
            phase, began = words.split()[0], now

    def stop(self, how: signal.Signals, phase: str, part: float) -> str:
        """Run it, and send a signal once a part of the time that a phase takes has gone by. Returns its last words."""
        child, sent, said = 0, False, ""
        for said in self._run():
            if said.startswith("planning"):
                child = int(said.split()[1])
            if said.startswith(phase) and not sent:
                time.sleep(part * self.took[phase])
                os.kill(child, how)
                sent = True
        return said

    def _run(self) -> Iterator[str]:
        """Run it, and yield what it says."""
        tell(self.process, self.line)
        while (words := self.process.stdout.readline().strip()) != "gone":
            assert words, "the crasher itself ended"
            yield words


@contextmanager
def crasher(drive: Drive, file: Path, *, spoiled: bool = False) -> Iterator[Crasher]:
    line = ["import", "cases", str(file), "--json"]
    with Forked(drive.environ(as_="sam"), program=[CRASHER]) as process:
        tell(process, {"line": line, "spoiled": spoiled})
        assert process.stdout.readline() == "ready\n"
        yield Crasher(process, line)
        tell(process, [])


def rows() -> list[dict[str, Any]]:
    """Cases of all sorts: open, suspended, closed; with a manager and without; some are episodes of one person."""
    made = []
    for n in range(ROWS):
        who = n - 1 if n % 10 == 1 else n
        row = {"external_ref": f"E-{n}", "person": f"PN-{who}", "forename": "Kim", "surname": f"Sample{who}"}
        row |= {"opened_on": "13/1/2026", "manager": ("amina", "ben", "")[n % 3], "tier": "high", "area": "adur"}
        made.append(row | (CLOSED if n % 5 == 1 else CUSTODY if n % 7 == 3 else {}))
    return made


def stands(drive: Drive) -> dict[str, int]:
    """How many rows there are of what an import writes, once nobody else is at it."""
    while drive.engine == "postgres" and drive.db().value(
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        f" AND application_name <> '{KEPT}'"
    ):
        time.sleep(0.002)
    return {table: drive.db().value(f"SELECT COUNT(*) FROM {table}") for table in WRITTEN}


def difference(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {table: other[table] - one[table] for table in one}


class Store:
    """A store in which nothing was brought in yet, and how to come back to it."""

    def __init__(self, drive: Drive, folder: Path) -> None:
        self.drive = drive
        self._kept = folder / "kept"
        if drive.engine == "file":
            drive.close()
            shutil.copytree(drive.home, self._kept)

    def again(self) -> None:
        """As if nothing had been brought in: the file is copied back, a database has its batches taken back."""
        if self.drive.engine == "file":
            self.drive.close()
            shutil.rmtree(self.drive.home)
            shutil.copytree(self._kept, self.drive.home)
            return
        self.drive.close()
        for batch in self.drive("import history --json", as_="sam", ok=True).json:
            if batch["state"] == "applied":
                self.drive(f"import undo {batch['batch']} --reason again", as_="sam", ok=True)


Ended = list[tuple[str, bool]]
"""The last words of each import that was stopped, and whether all of it was there."""


def stop_until(drive: Drive, folder: Path, how: signal.Signals, times: int, enough: Callable[[Ended], bool]) -> Ended:
    """Stop an import so many times, and again if it was not `enough`: on a busy machine the moments that were measured
    may all come too late."""
    store, ended = Store(drive, folder), Ended()
    for seed in range(1, 6):
        ended += stop_often(store, folder, how, times=times, seed=seed)
        if enough(ended):
            break
        store.again()
    return ended


def stop_often(store: Store, folder: Path, how: signal.Signals, *, times: int, seed: int) -> Ended:
    """Stop an import at random moments of all phases, and look at what is left."""
    file, random, ended, drive = write_table(folder / "cases.csv", rows()), Random(seed), Ended(), store.drive
    before = stands(drive)
    with crasher(drive, file) as go:
        go.measure()
        all_of_it = difference(before, stands(drive))
        assert all_of_it["case_record"] == ROWS
        for time_ in range(times):
            store.again()
            before = stands(drive)
            drive.close()
            phase = PHASES[time_ % 3]

            said = go.stop(how, phase, random.uniform(0, 1.05))
            left = difference(before, stands(drive))

            assert left in (all_of_it, dict.fromkeys(before, 0)), f"half done, stopped while {phase}: {left}"
            ended.append((said, left == all_of_it))
            drive.close()
            if time_ % 4 == 0 or (drive.engine == "file" and times > 9):  # in the plain suite once for each phase
                again = drive(go.line, as_="sam", ok=True).json
                assert (again["new"], again["same"]) == ((0, ROWS) if left == all_of_it else (ROWS, 0))
                assert difference(before, stands(drive)) == all_of_it
                assert_sound(drive)
    return ended


@pytest.mark.parametrize(
    ("engine", "times"),
    [
        ("file", 9),
        ("postgres", 9),
        pytest.param("file", 300, marks=pytest.mark.long),
        pytest.param("postgres", 60, marks=pytest.mark.long),
    ],
)
def test_killed_at_any_moment_an_import_is_done_or_not_begun_and_runs_again(
    request: pytest.FixtureRequest, team: Any, tmp_path: Path, engine: str, times: int
) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")

    def was_at_work(ended: Ended) -> bool:
        return {"planning", "writing"} <= {said.split()[0] for said, _ in ended}

    def was_before_and_after(ended: Ended) -> bool:
        return {False, True} == {whole for _, whole in ended}

    ended = stop_until(
        drive, tmp_path, signal.SIGKILL, times, lambda ended: was_at_work(ended) and was_before_and_after(ended)
    )

    assert was_at_work(ended), "never killed at work"
    assert was_before_and_after(ended), "never killed before, or never after, all was saved"


@pytest.mark.parametrize("engine", ["file", "postgres"])
def test_after_ctrl_c_an_import_has_saved_nothing_or_says_that_it_had_saved(
    request: pytest.FixtureRequest, team: Any, tmp_path: Path, engine: str
) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")

    def at_work(ended: Ended) -> Ended:
        return [(said, whole) for said, whole in ended if not said.startswith("done 0 ")]

    ended = stop_until(drive, tmp_path, signal.SIGINT, 9, lambda ended: bool(at_work(ended)))
    stopped = at_work(ended)

    assert [said for said, _ in ended if not said.startswith("done ")] == []
    assert stopped, "never stopped at work"
    for said, whole in stopped:
        assert said.startswith("done 130 "), said
        assert ("What you typed was saved." if whole else "Nothing was saved.") in said, said


@pytest.mark.parametrize("engine", ["file", "postgres"])
def test_the_control_that_saves_between_lots_of_rows_is_found_half_done(
    request: pytest.FixtureRequest, team: Any, tmp_path: Path, engine: str
) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")
    file, store = write_table(tmp_path / "cases.csv", rows()), Store(drive, tmp_path)
    with crasher(drive, file, spoiled=True) as go:
        for late in range(40):
            store.again()
            go.took = {"writing": 0.02 * (late + 1)}
            before = stands(drive)
            drive.close()
            go.stop(signal.SIGKILL, "writing", 1)
            left = difference(before, stands(drive))
            if 0 < left["case_record"] < ROWS:
                break

    assert 0 < left["case_record"] < ROWS
    assert left["import_batch"] == 0
