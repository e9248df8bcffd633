"""What it costs to start: whole commands as ratios to `python -c pass`, all taken in turn in one run.

    python benchmarks/startup.py

Prints a table with the budget of each row. Times are medians over rounds in which every command runs once, so that a
slow moment of the machine falls on all of them alike. A command on a terminal runs under a real pseudo-terminal.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import stores

ROUNDS = 15
DRIVE = [sys.executable, "-m", "drivecli"] if "--module" in sys.argv else [str(Path(sys.executable).parent / "drive")]


def piped(*argv: str) -> Callable[[dict[str, str]], None]:
    def run(env: dict[str, str]) -> None:
        subprocess.run(argv, env=env, capture_output=True, check=True)

    return run


def on_terminal(*argv: str) -> Callable[[dict[str, str]], None]:
    def run(env: dict[str, str]) -> None:
        import pty

        leader, follower = pty.openpty()
        child = subprocess.Popen(argv, env=env, stdin=follower, stdout=follower, stderr=follower)
        os.close(follower)
        try:
            while os.read(leader, 65536):
                pass
        except OSError:
            pass  # the other end closed: the command is done
        os.close(leader)
        assert child.wait() == 0

    return run


def completing(line: str) -> Callable[[dict[str, str]], None]:
    """What a shell runs when TAB is pressed at the end of a line."""

    def run(env: dict[str, str]) -> None:
        asking = {"_DRIVE_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
        assert subprocess.run(DRIVE, env={**env, **asking}, capture_output=True, check=True).stdout.strip()

    return run


ROWS: list[tuple[str, Callable[[dict[str, str]], None], float | None]] = [
    ("python -c pass", piped(sys.executable, "-c", "pass"), None),
    ("drive --help", piped(*DRIVE, "--help"), 7),
    ("TAB after drive ca", completing("drive ca"), 7),
    ("TAB after drive case show", completing("drive case show "), 8),
    ("drive caseload --overdue, piped", piped(*DRIVE, "caseload", "--overdue"), 8),
    ("drive caseload --overdue --json", piped(*DRIVE, "caseload", "--overdue", "--json"), 8),
    ("drive caseload --overdue, on a terminal", on_terminal(*DRIVE, "caseload", "--overdue"), 13),
    ("drive today, piped", piped(*DRIVE, "today"), None),
    ("drive case show 1, piped", piped(*DRIVE, "case", "show", "1"), None),
    ("drive contact log (a write)", piped(*DRIVE, "contact", "log", "1", "--mode", "phone", "--outcome", "held"), 75),
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        stores.build(Path(folder), opened=600, overdue=20)
        env = {
            **os.environ,
            "DRIVE_HOME": folder,
            "DRIVE_WORKER": "sam",
            "DRIVE_TODAY": "2026-03-02",
            "COLUMNS": "120",
            "LINES": "100",  # a page that is longer than its screen would wait for a key
            "TERM": "xterm",
        }
        taken: dict[str, list[float]] = {name: [] for name, _, _ in ROWS}
        for turn in range(ROUNDS + 1):
            for name, run, _ in ROWS:
                start = time.perf_counter()
                run(env)
                if turn:  # the first round warms the caches
                    taken[name].append(time.perf_counter() - start)
    base = statistics.median(taken["python -c pass"])
    print(f"{'command':42} {'ratio':>6} {'budget':>7}   python -c pass: {base * 1000:.0f} ms")
    for name, _, budget in ROWS:
        ratio = statistics.median(taken[name]) / base
        verdict = "" if budget is None else f"{budget:>7g}" + ("" if ratio <= budget else "   OVER")
        print(f"{name:42} {ratio:6.1f} {verdict}")


if __name__ == "__main__":
    main()
