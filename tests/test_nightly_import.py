"""docs/nightly-import.sh, the script an admin schedules, with real files in a real folder."""

import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import old_cases
import pytest
from conftest import Drive, Result

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell is needed")

SCRIPT = Path(__file__).parent.parent / "docs" / "nightly-import.sh"
PEOPLE = {word for row in old_cases.ROWS for word in (row[1], row[2].strip())}
MAPPED = "--map opened_on=Started"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that another system puts files in, and what calls `drive` in it."""
    (tmp_path / "in").mkdir()
    program = tmp_path / "drive-program"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m drivecli "$@"\n')
    program.chmod(0o700)
    return tmp_path / "in"


def put(folder: Path, **files: bytes) -> None:
    """Put files in: cases_2026_csv is cases-2026.csv."""
    for name, data in files.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem.replace('_', '-')}.{suffix}").write_bytes(data)


def night(drive: Drive, folder: Path, **env: str) -> Result:
    """Run the script once."""
    env = {
        **drive.environ(),
        "DRIVE": str(folder.parent / "drive-program"),
        "PYTHONPATH": os.pathsep.join(sys.path),
        **env,
    }
    done = subprocess.run(
        ["sh", str(SCRIPT), str(folder)], env=env, cwd=folder.parent, capture_output=True, text=True, timeout=120
    )
    return Result("nightly", done.returncode, done.stdout, done.stderr)


def names(folder: Path, below: str) -> list[str]:
    """The files in one of the script's own folders, without the moment in their names."""
    return sorted(re.sub(r"^\d{8}-\d{6}-", "", each.name) for each in (folder / below).iterdir())


def cases_here(drive: Drive) -> int:
    return len(drive("case list --json", ok=True).json)


@pytest.mark.long
def test_a_file_that_cannot_be_taken_keeps_no_other_back(drive_file, folder: Path) -> None:
    put(folder, workers_csv=old_cases.old_staff_csv(), cases_2026_03_02_csv=old_cases.old_cases_csv())
    put(folder, contacts_csv=old_cases.old_contacts_csv())

    result = night(drive_file, folder)
    again = night(drive_file, folder)

    assert result.code == 2
    assert result.out == (
        "workers.csv: 3 rows: 3 taken, 0 here already, 0 refused.\n"
        "cases-2026-03-02.csv: could not be taken (2), see the log.\n"
        "contacts.csv: 5 rows: nothing taken, 0 here already, 5 refused.\n"
        "With names in them: 1 in done, 2 in failed, 1 in rejected, 1 in log.\n"
        "Ends with 2.\n"
    )
    assert (again.code, again.out.splitlines()[0]) == (0, "No file to bring in.")


def test_what_is_good_comes_in_and_the_rest_is_kept_where_nobody_else_reads_it(drive_file, folder: Path) -> None:
    put(folder, workers_csv=old_cases.old_staff_csv())
    night(drive_file, folder)
    put(folder, cases_2026_03_02_csv=old_cases.old_cases_csv(), cases_2026_03_03_xlsx=old_cases.old_cases_xlsx())

    result = night(drive_file, folder, DRIVE_OPTIONS=MAPPED)

    assert result.code == 6
    assert result.out.splitlines()[:2] == [
        "cases-2026-03-02.csv: 40 rows: 29 taken, 0 here already, 11 refused.",
        "cases-2026-03-03.xlsx: 40 rows: nothing taken, 29 here already, 11 refused.",
    ]
    assert cases_here(drive_file) == 29
    assert names(folder, "done") == ["1-cases-2026-03-02.csv", "1-workers.csv"]
    assert names(folder, "failed") == ["2-cases-2026-03-03.xlsx"]
    assert names(folder, "rejected") == ["1-cases-2026-03-02.csv", "2-cases-2026-03-03.csv"]
    for below in ("done", "failed", "rejected", "log"):
        for each in (folder / below).iterdir():
            assert stat.S_IMODE(each.stat().st_mode) == 0o600, each
        assert stat.S_IMODE((folder / below).stat().st_mode) == 0o700
    said = result.out + result.raw_err
    assert [name for name in PEOPLE if re.search(rf"\b{re.escape(name)}\b", said)] == []


@pytest.mark.long
def test_a_night_that_takes_only_whole_files(drive_file, folder: Path) -> None:
    drive_file("worker add Amina --username amina --role case_manager", ok=True)
    drive_file("worker add Ben --username ben --role case_manager", ok=True)
    put(folder, cases_csv=old_cases.old_cases_csv())

    result = night(drive_file, folder, DRIVE_OPTIONS=MAPPED, DRIVE_WHOLE="1")

    assert result.code == 6
    assert result.out.startswith("cases.csv: 40 rows: nothing taken, 0 here already, ")
    assert cases_here(drive_file) == 0
    assert names(folder, "failed") == ["1-cases.csv"]
    assert names(folder, "rejected") == ["1-cases.csv"]


@pytest.mark.long
def test_a_file_that_is_here_already_is_done(drive_file, folder: Path) -> None:
    put(folder, workers_csv=old_cases.old_staff_csv(), workers_2_csv=old_cases.old_staff_csv())

    result = night(drive_file, folder)

    assert result.code == 0
    assert "workers.csv: 3 rows: 0 taken, 3 here already, 0 refused." in result.out
    assert len(names(folder, "done")) == 2


def test_a_file_that_somebody_named_is_left_alone_and_not_named(drive_file, folder: Path) -> None:
    strange = [
        "cases-Robin-Example.csv",
        "Example.csv",
        "cases.csv.tmp",
        "cases2.csv",
        "cases-2026.CSV",
        "cases.Robin.csv",
    ]
    for name in strange:
        (folder / name).write_bytes(old_cases.old_cases_csv())

    result = night(drive_file, folder)

    assert result.code == 0
    assert "6 with another name left alone.\n" in result.out
    assert not re.search("Example|Robin", result.out)
    assert sorted(each.name for each in folder.iterdir() if each.is_file()) == sorted(strange)


def test_an_empty_file_is_not_done(drive_file, folder: Path) -> None:
    put(folder, cases_csv=b"external_ref,forename,surname,opened_on\r\n")

    result = night(drive_file, folder)

    assert result.code == 6
    assert result.out.startswith("cases.csv: no rows in it.\n")
    assert names(folder, "failed") == ["1-cases.csv"]


def test_where_the_store_cannot_be_used_every_file_waits(drive_file, folder: Path) -> None:
    put(folder, agencies_csv=b"name\r\nExample Housing\r\n", workers_csv=old_cases.old_staff_csv())
    drive_file.settings.own_key_file.unlink()

    result = night(drive_file, folder)

    assert result.code == 5
    assert result.out == "agencies.csv: stopped with 5; it waits, and so do the files after it. See the log.\n"
    assert (folder / "agencies.csv").exists()
    assert (folder / "workers.csv").exists()
    assert not (folder / ".running").exists()


@pytest.mark.long
def test_two_nights_do_not_meet(drive_file, folder: Path) -> None:
    put(folder, workers_csv=old_cases.old_staff_csv())
    (folder / ".running").mkdir()

    result = night(drive_file, folder)

    assert result.code == 5
    assert "Another run has not ended" in result.out
    assert (folder / "workers.csv").exists()
    assert (folder / ".running").exists()


def test_without_a_folder_it_says_how_it_is_called() -> None:
    done = subprocess.run(["sh", str(SCRIPT)], capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", "usage: nightly-import.sh FOLDER\n")
