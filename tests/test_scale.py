"""Shows that the overdue list costs what its answer costs: closed cases, however many, do not make it dearer.

What it costs is counted in steps of the engine's own machine, which are the same on every computer, and read off its
plans. benchmarks/scale.py times the whole command on 100,000 cases.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drivecli.db import Connection
from drivecli.queries.caseload import Wanted, caseload

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import stores

LISTS = [Wanted(overdue=True, limit=20), Wanted(overdue=True), Wanted(limit=20)]
OPEN = "ix_case_record_open"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two stores with the same open cases, one of them with twenty closed ones to each."""
    folder, built = tmp_path_factory.mktemp("stores"), {}
    for name, closed in (("few", 0), ("many", 600)):
        built[name] = stores.build(folder / name, opened=30, overdue=6, closed=closed)
        stores.check(built[name])
    return built


def cost(connection: Connection, wanted: Wanted) -> int:
    """How many steps the engine takes for a list, to the next hundred."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 100
        return 0

    connection.raw.set_progress_handler(count, 100)
    found = caseload(connection, stores.TODAY, wanted)
    connection.raw.set_progress_handler(None, 100)
    assert (found.open, found.overdue) == (30, 6)
    return steps


@contextmanager
def explained(connection: Connection) -> Iterator[list[str]]:
    """The plans of all statements that are run."""
    run, plans = connection.run, []

    def explain(sql: str, **params: Any) -> Any:
        plans.extend(row[-1] for row in run(f"EXPLAIN QUERY PLAN {sql}", **params).fetchall())
        return run(sql, **params)

    connection.run = explain  # type: ignore[method-assign]
    yield plans
    connection.run = run  # type: ignore[method-assign]


@pytest.mark.parametrize("wanted", LISTS, ids=str)
def test_closed_cases_do_not_make_a_list_dearer(made, wanted):
    with stores.reading(made["few"]) as few, stores.reading(made["many"]) as many:
        assert cost(many, wanted) <= 1.1 * cost(few, wanted)


def test_without_the_index_of_open_cases_they_do(made):
    with stores.reading(made["few"]) as few, stores.reading(made["many"]) as many:
        many.begin(write=True)
        many.run(f"DROP INDEX {OPEN}")
        costs = cost(many, LISTS[0]), cost(few, LISTS[0])
        many.rollback()

    assert costs[0] > 2 * costs[1]


@pytest.mark.parametrize("wanted", LISTS, ids=str)
def test_a_list_goes_through_the_open_cases_alone_and_finds_their_deadlines_by_index(made, wanted):
    with stores.reading(made["many"]) as connection, explained(connection) as plans:
        caseload(connection, stores.TODAY, wanted)

    through = [plan for plan in plans if plan.startswith("SCAN")]
    assert all(plan.startswith("SCAN c USING") and OPEN in plan for plan in through), plans
    assert any(OPEN in plan for plan in plans), plans
    deadlines = [plan for plan in plans if plan.split()[1] in ("d", "deadline")]
    assert deadlines
    assert all(plan.startswith("SEARCH") and "(case_id=?" in plan for plan in deadlines), plans
