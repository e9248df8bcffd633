"""What a power cut leaves: every write of a working store is recorded, and replayed up to many moments.

    python benchmarks/powercut.py              150 cuts, as drive opens a store (synchronous=FULL), then the control
    python benchmarks/powercut.py --cuts 20    fewer, for a first look

A process logs contacts one after the other and says each that was saved; strace notes its writes and syncs. At each
cut, what was synced is there; of what was written since, nothing, all, a part, or torn halves of sectors. Then the
store is opened: every contact that was said to be saved must be there, the pages must check out, and the record must
hold. The same with synchronous=NORMAL must lose some, or this shows nothing. Linux with strace.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random

TODAY = date(2026, 3, 2)
CUTS, CONTACTS, SECTOR = 150, 40, 512
CALL = re.compile(
    r"(?:\[pid +\d+\] |\d+ +)?(?P<name>pwrite64|write|fsync|fdatasync|ftruncate)"
    r"\((?P<fd>\d+)<(?P<path>[^>]*)>(?:, \"(?P<data>[^\"]*)\")?"
    r"(?:, (?P<first>\d+))?(?:, (?P<second>\d+))?\) = \d+"
)


def main() -> None:
    if "--write" in sys.argv:
        write(sys.argv[sys.argv.index("--write") + 1])
        return
    cuts = int(sys.argv[sys.argv.index("--cuts") + 1]) if "--cuts" in sys.argv else CUTS
    lost = {}
    for mode in ("FULL", "NORMAL"):
        with tempfile.TemporaryDirectory() as folder:
            lost[mode], bad = replay(Path(folder), mode, cuts)
        print(
            f"synchronous={mode:<7} {cuts} cuts: {lost[mode]} lost what was said to be saved, {bad} did not check out"
        )
        assert not bad
    print("as it must be" if not lost["FULL"] and lost["NORMAL"] else "NOT as it must be")
    sys.exit(0 if not lost["FULL"] and lost["NORMAL"] else 1)


def write(mode: str) -> None:
    """Log contacts on case 1 over one open connection, and say each that was saved."""
    from drivecli import db, keys
    from drivecli.catalogue import Catalogue
    from drivecli.queries import workers
    from drivecli.services import contacts
    from drivecli.settings import read_settings
    from drivecli.work import Actor, Work

    settings, catalogue = read_settings(os.environ, demo=False), Catalogue()
    store = db.open_store(settings.store, lambda: keys.read_key(settings), write=True)
    store.run(f"PRAGMA synchronous = {mode}")
    sam = workers.find(store, "sam")
    for _ in range(CONTACTS):
        with Work(store, Actor(*sam[:4]), catalogue, today=TODAY, command="drive contact log") as work:
            logged = contacts.log(work, ("", 1), contacts.Said(on=TODAY, mode="phone", outcome="held"))
        os.write(1, f"saved {logged.id}\n".encode())
    os._exit(0)  # the store is never closed: what lies beside it stays there


@dataclass
class Recorded:
    """A store as it was when the recording began, and everything that was done to its files since."""

    before: dict[str, bytes]
    calls: list[tuple[str, str, int, bytes]] = field(default_factory=list)


def replay(folder: Path, mode: str, cuts: int) -> tuple[int, int]:
    """Record once, cut at so many places. Returns how often something was lost, and how often it did not check out."""
    home, random = folder / "home", Random(3)
    env = {**os.environ, "DRIVE_HOME": str(home), "DRIVE_TODAY": TODAY.isoformat()}
    drive = [sys.executable, "-m", "drivecli"]
    start = ["init", "--name", "Sam", "--username", "sam", "--role", "team_lead", "--site", "WS"]
    for line in (start, ["case", "open", "--forename", "Kim", "--surname", "Sample"]):
        subprocess.run([*drive, *line], env=env, check=True, capture_output=True)
    recorded = record(home, env, mode, folder / "calls")
    lost = bad = 0
    for _ in range(cuts):
        saved = restore(home, recorded, random.randrange(1, len(recorded.calls)), random)
        there, sound = look(env)
        lost += bool(saved - there)
        bad += not sound
    return lost, bad


def record(home: Path, env: dict[str, str], mode: str, log: Path) -> Recorded:
    """Let it write under strace."""
    data = home / "data"
    found = Recorded({path.name: path.read_bytes() for path in data.iterdir()})
    trace = ["strace", "-f", "-y", "-xx", "-s", "100000", "-o", str(log), "-e"]
    calls = "trace=pwrite64,write,fsync,fdatasync,ftruncate"
    subprocess.run([*trace, calls, sys.executable, __file__, "--write", mode], env=env, check=True, capture_output=True)
    for line in log.read_text(encoding="ascii").splitlines():
        call = CALL.match(line)
        if not call:
            continue
        content = bytes.fromhex((call["data"] or "").replace("\\x", ""))
        path = bytes.fromhex(call["path"].replace("\\x", "")).decode() if "\\x" in call["path"] else call["path"]
        if call["fd"] == "1":
            found.calls.append(("saved", "", int(content.split()[1]), b""))
        elif Path(path).parent == data and not path.endswith("-shm"):
            place = int(call["second" if call["name"] == "pwrite64" else "first"] or 0)
            found.calls.append((call["name"], Path(path).name, place, content))
    shutil.rmtree(data)
    return found


def restore(home: Path, recorded: Recorded, cut: int, random: Random) -> set[int]:
    """Lay the files as a cut leaves them. Returns the numbers of the contacts that were said to be saved by then."""
    files = {name: bytearray(content) for name, content in recorded.before.items()}
    waiting: dict[str, list[tuple[str, int, bytes]]] = {}
    saved = set()
    for name, file, place, content in recorded.calls[:cut]:
        if name == "saved":
            saved.add(place)
        elif name in ("fsync", "fdatasync"):
            for each in waiting.pop(file, []):
                put(files, file, *each)
        else:
            waiting.setdefault(file, []).append((name, place, content))
    how = random.choice(("none", "all", "some", "torn"))
    for file, writes in waiting.items():
        for act, place, content in writes:
            if how == "all" or (how in ("some", "torn") and random.random() < 0.5):
                part = random.randrange(0, len(content) + 1, SECTOR) if how == "torn" and content else len(content)
                put(files, file, act, place, content[:part])
    shutil.rmtree(home / "data", ignore_errors=True)
    (home / "data").mkdir(mode=0o700)
    for file, whole in files.items():
        (home / "data" / file).write_bytes(whole)
        (home / "data" / file).chmod(0o600)
    return saved


def put(files: dict[str, bytearray], file: str, act: str, place: int, content: bytes) -> None:
    """Do one write to a file."""
    whole = files.setdefault(file, bytearray())
    if act == "ftruncate":
        whole[place:] = bytes(max(0, place - len(whole)))
        return
    whole.extend(bytes(max(0, place + len(content) - len(whole))))
    whole[place : place + len(content)] = content


def look(env: dict[str, str]) -> tuple[set[int], bool]:
    """The contacts that are there, and whether the pages and the record check out."""
    from drivecli import db, keys, proof
    from drivecli.settings import read_settings

    settings = read_settings(env, demo=False)
    store = db.open_store(settings.store, lambda: keys.read_key(settings), write=True)
    there = {number for (number,) in store.run("SELECT id FROM contact").fetchall()}
    store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    sound = not store.run("PRAGMA cipher_integrity_check").fetchall()
    sound = sound and store.value("PRAGMA integrity_check") == "ok"
    sound = sound and not proof.verify(store, [], deep=True).findings
    store.close()
    return there, sound


if __name__ == "__main__":
    main()
