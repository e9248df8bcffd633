"""What a list costs as the store grows: `drive caseload --overdue --limit 20`, 100,000 cases against 100.

    python benchmarks/scale.py              on encrypted files
    python benchmarks/scale.py --postgres   on a PostgreSQL of its own (found as the tests find it)
    python benchmarks/scale.py --plan       also the plans of the list's statements on the large store

Of the 100,000 cases 2,000 are open, scattered among the closed; the 100 are all open. One in five open cases is overdue
in both, so both lists are full. The two lines are run in pairs, in turn first and second, so that a slow moment of the
machine falls on both; what is printed is the ratio of their medians, and its budget. Beside it the same ratio of the
processor's time alone, which others on the machine disturb less.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))
import stores

from drivecli.queries import caseload

LARGE = {"opened": 2_000, "overdue": 400, "closed": 98_000}
SMALL = {"opened": 100, "overdue": 20, "closed": 0}
BUDGET = 1.3
PAIRS = 25
DRIVE = str(Path(sys.executable).parent / "drive")
LINES = {
    "caseload --overdue --limit 20": BUDGET,
    "caseload --overdue --limit 20 --json": BUDGET,
    "caseload --limit 20": None,
    "caseload --mine --limit 20": None,
    "today": None,
    "workload": None,
    "case show 50": None,
}
"""Lines, and the budget of each where it has one."""


def main() -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = _databases(stack) if "--postgres" in sys.argv else lambda: ""
        envs = [_made(folder / name, size, database()) for name, size in (("large", LARGE), ("small", SMALL))]
        print(f"{'line':40} {'ratio':>6} {'of cpu':>6} {'budget':>7}   100 cases, python -c pass (ms)")
        for line, budget in LINES.items():
            _compare(line, budget, *envs)
        if "--plan" in sys.argv:
            _plans(envs[0])


def _databases(stack: ExitStack) -> Callable[[], str]:
    import postgres

    server = postgres.start()
    assert server is not None, "no PostgreSQL was found"
    stack.callback(server.close)
    os.environ["PGPASSFILE"] = str(server.passfile)
    return lambda: server.address(server.create())


def _made(home: Path, size: dict[str, int], database: str) -> dict[str, str]:
    """The environment of a line on a store of this size."""
    began = time.perf_counter()
    settings = stores.build(home, **size, database=database)
    if sum(size.values()) < 10_000 or "--check" in sys.argv:
        stores.check(settings)
    print(f"# {home.name}: {size}, made in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    env = {**os.environ, "DRIVE_HOME": str(home), "DRIVE_WORKER": "sam", "DRIVE_TODAY": stores.TODAY.isoformat()}
    return {**env, "DRIVE_DATABASE": database} if database else env


def _compare(line: str, budget: float | None, large: dict[str, str], small: dict[str, str]) -> None:
    commands = {
        "large": ([DRIVE, *line.split()], large),
        "small": ([DRIVE, *line.split()], small),
        "pass": ([sys.executable, "-c", "pass"], small),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for turn in range(PAIRS + 1):
        for name in sorted(commands, reverse=turn % 2 == 0):
            command, env = commands[name]
            began, before = time.perf_counter(), _processor()
            subprocess.run(command, env=env, capture_output=True, check=True)
            if turn:  # the first pair warms the caches
                taken[name].append((time.perf_counter() - began, _processor() - before))
    whole, cpu = ({name: statistics.median(each[n] for each in all_) for name, all_ in taken.items()} for n in (0, 1))
    ratio, of_cpu = whole["large"] / whole["small"], cpu["large"] / cpu["small"]
    verdict = f"{budget:>7g}" if budget else " " * 7
    over = "   OVER" if budget and ratio > budget else ""
    base = f"{whole['small'] * 1000:9.0f}, {whole['pass'] * 1000:.0f}"
    print(f"{line:40} {ratio:6.2f} {of_cpu:6.2f} {verdict}   {base}{over}")


def _processor() -> float:
    """Seconds of processor that finished children have used; nothing where that cannot be known."""
    if os.name != "posix":
        return 1.0
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _plans(env: dict[str, str]) -> None:
    """How the engine finds the rows of the overdue list, and how long each statement takes."""
    settings = stores.read_settings(env, demo=False)
    with stores.reading(settings) as connection:
        run = connection.run

        def explained(sql: str, **params: object) -> object:
            began = time.perf_counter()
            rows = run(sql, **params).fetchall()
            print(
                f"\n-- {(time.perf_counter() - began) * 1000:.1f} ms, {len(rows)} rows\n{' '.join(sql.split())[:400]}"
            )
            explain = "EXPLAIN ANALYZE" if connection.is_postgres else "EXPLAIN QUERY PLAN"
            for row in run(f"{explain} {sql}", **params).fetchall():
                print("   ", row[-1])
            return run(sql, **params)

        connection.run = explained  # type: ignore[method-assign]
        caseload.caseload(connection, stores.TODAY, caseload.Wanted(overdue=True, limit=20))


if __name__ == "__main__":
    main()
