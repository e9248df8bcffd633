"""Twenty write on one case at once: nothing is lost, nobody is shown an error, and the record is one chain.

A control shows that they do meet: counting without looking loses more than half.
"""

import json
import os
from pathlib import Path

import pytest
from conftest import Drive
from forks import Forked
from histories import CATALOGUE

from drivecli import proof
from drivecli.queries import clock

CROWD = Path(__file__).parent / "crowd.py"
PEOPLE = 20
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that are forked at the start")


def crowd(drive: Drive, times: int, *how: str) -> list[int]:
    """How every line of so many for each of twenty people ended."""
    said, beside = Forked(drive.environ(), program=[CROWD, str(PEOPLE), str(times), *how]).communicate()
    assert not beside
    found: list[int] = json.loads(said)
    return found


@pytest.mark.parametrize(
    ("engine", "times"),
    [
        ("file", 10),
        ("postgres", 3),
        pytest.param("file", 100, marks=pytest.mark.long),
        pytest.param("postgres", 20, marks=pytest.mark.long),
    ],
)
def test_twenty_who_write_on_one_case_lose_nothing_and_see_no_error(request, engine: str, times: int) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")
    drive.open_case()
    entries = drive.db().value("SELECT COUNT(*) FROM audit_event")

    ended = crowd(drive, times)

    store = drive.db()
    assert ended == [0] * PEOPLE * times
    assert store.value("SELECT COUNT(*) FROM contact") == PEOPLE * times
    assert store.value("SELECT COUNT(*) FROM audit_event") == entries + PEOPLE * times
    assert proof.verify(store, [], deep=True).findings == []
    assert clock.differences(store, CATALOGUE) == []


@pytest.mark.parametrize("engine", ["file", "postgres"])
def test_counting_without_looking_loses_more_than_half(request, engine: str) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")
    drive.open_case()

    crowd(drive, times := 8, "blind")

    assert drive.db().value("SELECT version FROM person WHERE id = 1") - 1 < PEOPLE * times / 2
