"""Whoever writes is killed at random moments: what was said to be saved is there, whole, and the record holds.

Imports are killed in test_import_crash.py, which holds the record to its rows after each. The same with rows that are
saved before they are sealed must be found wanting.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import Drive
from forks import Forked
from histories import CATALOGUE

from drivecli import proof
from drivecli.queries import clock

WRITER = Path(__file__).parent / "writer.py"
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that are forked and killed")


@contextmanager
def writer(drive: Drive, *how: str) -> Iterator[Any]:
    """A process that writes whenever it is asked to."""
    with Forked(drive.environ(), program=[WRITER, *how]) as process:
        assert process.stdout.readline() == "ready\n"
        yield process


def killed(process: Any, after: float, whole: int = 0) -> list[int]:
    """Let it write so many contacts, and a while on; kill it. Returns the numbers of those it said were saved."""
    process.stdin.write("\n")
    process.stdin.flush()
    child = int(process.stdout.readline().split()[1])
    saved = [int(process.stdout.readline().split()[1]) for _ in range(whole)]
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    while (words := process.stdout.readline().strip()) != "gone":
        assert words.startswith("saved "), words
        saved.append(int(words.split()[1]))
    return saved


def kill_often(drive: Drive, times: int, *how: str) -> tuple[int, list[str]]:
    """Kill it so many times. Returns how many contacts it said were saved, and what was wrong afterwards."""
    drive.open_case()
    random, saved, wrong = Random(5), set[int](), list[str]()
    with writer(drive, *how) as process:
        began = time.perf_counter()
        saved.update(killed(process, 0, whole=3))
        took = (time.perf_counter() - began) / 3
        for time_ in range(times):
            saved.update(killed(process, random.uniform(0, took), whole=time_ % 2))
            wrong += faults(drive, saved)
            if wrong:
                break
    return len(saved), wrong


def faults(drive: Drive, saved: set[int]) -> list[str]:
    """What does not fit in the store as it was left: a contact that is gone, one without its entry, a damaged page."""
    store = drive.db()
    there = {number for (number,) in store.run("SELECT id FROM contact").fetchall()}
    found = [f"contact {number} is gone" for number in saved - there]
    found += [each.said for each in proof.verify(store, [], deep=True).findings]
    found += [each.ref for each in clock.differences(store, CATALOGUE)]
    if store.value("SELECT COUNT(*) FROM event e JOIN contact c ON c.event_id = e.id") != len(there):
        found.append("a contact without its event")
    if not store.is_postgres and store.value("PRAGMA integrity_check") != "ok":
        found.append("a page is damaged")
    return found


@pytest.mark.parametrize(
    ("engine", "times"),
    [
        ("file", 20),
        ("postgres", 6),
        pytest.param("file", 400, marks=pytest.mark.long),
        pytest.param("postgres", 100, marks=pytest.mark.long),
    ],
)
def test_killed_at_any_moment_what_was_said_to_be_saved_is_there_and_the_record_holds(request, engine, times) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")

    saved, wrong = kill_often(drive, times)

    assert wrong == []
    assert saved
    assert drive("audit verify --deep").code == 0


def test_rows_that_are_saved_before_they_are_sealed_are_found_wanting(drive_file) -> None:
    _, wrong = kill_often(drive_file, 60, "spoiled")

    assert any("something else than drive changed" in each for each in wrong)
