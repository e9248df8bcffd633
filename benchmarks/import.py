"""What bringing in a file costs, against a tool that checks nothing; and whether a long file costs more a row.

    python benchmarks/import.py                 100,000 cases; needs sqlite-utils in an environment of its own
    python benchmarks/import.py --contacts      1,000,000 contacts against 100,000, and their memory
    python benchmarks/import.py --rows 20000    fewer, for a first look

`drive import cases` makes a plan, then writes all of it in one transaction, on a thread of its own while the next rows
are worked out. It checks every cell and every rule, looks for people who may be the same, works out every deadline, and
writes about 12 rows a case into an encrypted store with the event they belong to. A text of more than 16 MB is read for
each of the two, a shorter one is kept in memory. `sqlite-utils insert --csv` reads it once, finds out which columns
hold numbers, and writes one row a row into a plain database without an index. Both are run in pairs, in turn first and
second; what is printed are medians, their ratio, its budget, and the most memory either took. Set SQLITE_UTILS to where
it is.
"""

import csv
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

TODAY = date(2026, 3, 2)
BUDGET, MEMORY, LONGER = 1.5, 600, 1.2
PAIRS = 5
DRIVE = [sys.executable, "-m", "drivecli"]
FORENAMES = [
    "Alan",
    "Bert",
    "Carl",
    "Dean",
    "Eric",
    "Frank",
    "Gary",
    "Hugh",
    "Ivan",
    "Jack",
    "Karl",
    "Liam",
    "Mark",
    "Neil",
    "Owen",
    "Paul",
    "Ross",
    "Sean",
    "Tony",
    "Vic",
]
SURNAMES = [
    "Ash",
    "Birch",
    "Cole",
    "Dale",
    "Eves",
    "Ford",
    "Gale",
    "Holt",
    "Ives",
    "Jute",
    "Kemp",
    "Lowe",
    "Marsh",
    "Nash",
    "Oakes",
    "Pike",
    "Reed",
    "Stone",
    "Thorn",
    "Webb",
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        env = {**os.environ, "DRIVE_HOME": str(home), "DRIVE_TODAY": TODAY.isoformat(), "DRIVE_WORKER": "sam"}
        start = "init --name Sam --username sam --role team_lead --site WS"
        subprocess.run([*DRIVE, *start.split()], env=env, check=True, capture_output=True)
        if "--contacts" in sys.argv:
            contacts(Path(folder), home, env)
        else:
            cases(Path(folder), home, env)


def cases(folder: Path, home: Path, env: dict[str, str]) -> None:
    """Cases, one in fifty of them open, against sqlite-utils."""
    rows = int(sys.argv[sys.argv.index("--rows") + 1]) if "--rows" in sys.argv else 100_000
    file, plain, empty = folder / "cases.csv", folder / "plain.db", folder / "empty"
    write_cases(file, rows)
    shutil.copytree(home, empty)
    other = [os.environ.get("SQLITE_UTILS", "sqlite-utils"), "insert", str(plain), "cases", str(file), "--csv"]
    taken: dict[str, list[tuple[float, int]]] = {"drive": [], "other": []}
    for turn in range(PAIRS):
        for name in sorted(taken, reverse=bool(turn % 2)):
            plain.unlink(missing_ok=True)
            shutil.rmtree(home)
            shutil.copytree(empty, home)
            command = [*DRIVE, "import", "cases", str(file), "-q"] if name == "drive" else other
            taken[name].append(measured(command, env))
    found = subprocess.run([*DRIVE, "doctor", "--json"], env=env, capture_output=True, text=True).stdout
    assert '"deadlines", "state": "ok"' in found.replace("\n", ""), found
    ours, theirs = (statistics.median(each[0] for each in taken[name]) for name in ("drive", "other"))
    memory = max(each[1] for each in taken["drive"])
    print(f"{rows} cases, 13 columns: drive {ours:.1f} s, sqlite-utils {theirs:.1f} s (medians of {PAIRS})")
    print(f"ratio   {ours / theirs:5.2f}   budget {BUDGET}{'   OVER' if ours / theirs > BUDGET else ''}")
    print(f"memory  {memory:5} MB  budget {MEMORY}{'   OVER' if memory > MEMORY else ''}")


def contacts(folder: Path, home: Path, env: dict[str, str]) -> None:
    """A million contacts in ten thousand cases, against a hundred thousand in a thousand."""
    per_row = []
    for number in (100_000, 1_000_000):
        shutil.rmtree(home, ignore_errors=True)
        start = "init --name Sam --username sam --role team_lead --site WS"
        subprocess.run([*DRIVE, *start.split()], env=env, check=True, capture_output=True)
        write_cases(folder / "cases.csv", number // 100, every=1)
        subprocess.run([*DRIVE, "import", "cases", str(folder / "cases.csv"), "-q"], env=env, check=True)
        write_contacts(folder / "contacts.csv", number, number // 100)
        seconds, memory = measured([*DRIVE, "import", "contacts", str(folder / "contacts.csv"), "-q"], env)
        per_row.append(seconds / number)
        over = "   OVER" if memory > MEMORY else ""
        print(f"{number:9} contacts: {seconds:6.1f} s, {seconds / number * 1e6:5.0f} us a row, {memory} MB{over}")
    ratio = per_row[1] / per_row[0]
    print(f"a row of the longer: {ratio:.2f}   budget {LONGER}{'   OVER' if ratio > LONGER else ''}")


def measured(command: list[str], env: dict[str, str]) -> tuple[float, int]:
    """Seconds a command took, and the most memory it had, in MB."""
    began = time.perf_counter()
    running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, used = os.wait4(running.pid, 0)
    assert status == 0, running.stderr.read().decode() if running.stderr else status
    return time.perf_counter() - began, _megabytes(used)


def _megabytes(used: resource.struct_rusage) -> int:
    return used.ru_maxrss // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def write_cases(file: Path, rows: int, every: int = 50) -> None:
    """Cases of invented people; each `every`-th is open."""
    chance = random.Random(7)
    with file.open("w", newline="", encoding="utf-8") as stream:
        write = csv.writer(stream).writerow
        heading = "external_ref forename surname dob sex phone area route tier opened_on stage closed_on closure_reason"
        write(heading.split())
        for number in range(rows):
            still_open = number % every == 0
            opened = TODAY - timedelta(days=chance.randrange(200 if still_open else 3_600) + (0 if still_open else 60))
            closed = min(opened + timedelta(days=chance.randrange(20, 300)), TODAY)
            letters = "".join(chr(97 + number // step % 26) for step in (7, 182, 4732))
            write(
                [
                    f"OLD-{number:06d}",
                    chance.choice(FORENAMES) + "abcdefghij"[number % 10],
                    chance.choice(SURNAMES) + letters,
                    date(1950, 1, 1) + timedelta(days=chance.randrange(18_000)),
                    chance.choice(["male", "female"]),
                    f"07700 900{number % 1000:03d}",
                    chance.choice(["adur", "worthing", "crawley"]),
                    chance.choice(["police", "marac"]),
                    chance.choice(["high", "standard", "not_assessed"]),
                    opened,
                    chance.choice(["engaged", "not_engaged"]),
                    "" if still_open else closed,
                    "" if still_open else "completed",
                ]
            )


def write_contacts(file: Path, rows: int, cases: int) -> None:
    """Contacts in no order, each in one of so many cases, on a day after it opened."""
    chance = random.Random(11)
    with file.open("w", newline="", encoding="utf-8") as stream:
        write = csv.writer(stream).writerow
        write(["case", "external_ref", "on", "mode", "outcome", "minutes", "note"])
        for number in range(rows):
            write(
                [
                    f"OLD-{chance.randrange(cases):06d}",
                    f"C{number}",
                    TODAY,
                    chance.choice(["phone", "in_person", "meeting"]),
                    chance.choice(["held", "not_in", "did_not_attend"]),
                    chance.randrange(90),
                    f"Spoke about the week, entry {number}.",
                ]
            )


if __name__ == "__main__":
    main()
