"""Nothing that is typed about anybody can be read in any file that drive leaves, after any command and after a kill.

The control finds the same words in plain files made on the spot, and in this very store once it is decrypted.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import classes
import pytest
from conftest import Drive

from trust.plaintext import CANARIES, ENCODINGS, NEVER_STORED, READS, columns_with_canaries, found_in, heard, look, tell


class Watched:
    """Everywhere that drive may leave something: home, its own folders, the temporary and the run folder, and here."""

    def __init__(self, tmp_path: Path, patch: pytest.MonkeyPatch) -> None:
        self.folders = [tmp_path / name for name in ("home", "drive", "temporary", "run", "here")]
        for folder in self.folders:
            folder.mkdir(mode=0o700, exist_ok=True)
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
        for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
            patch.setenv(name, str(tmp_path / "temporary"))
        patch.setattr(tempfile, "tempdir", None)
        patch.chdir(tmp_path / "here")

    def heard(self) -> dict[str, set[str]]:
        """The files in which a canary can be read."""
        return heard(self.folders)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    yield Watched(tmp_path, monkeypatch)
    tempfile.tempdir = None


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Where somebody keeps files of their own."""
    return tmp_path / "outside"


def keep_the_log(drive: Drive) -> None:
    """A reader that stays, so that the write-ahead log stays on disk as well."""
    drive.db().begin(write=False)
    drive.db().value("SELECT COUNT(*) FROM person")


def wal(drive: Drive) -> Path:
    return Path(f"{drive.settings.store.path}-wal")


# -- after every command -----------------------------------------------------------------------------------------------


def test_no_word_of_forty_can_be_read_in_any_file_after_any_of_ninety_lines(
    drive_file: Drive, team, watched: Watched, outside: Path
) -> None:
    keep_the_log(drive_file)

    told, said = {}, ""
    for done in tell(drive_file, outside):
        told[done.line] = watched.heard()
    for line in READS:
        said += look(drive_file, line).out
        told[line] = watched.heard()
    drive_file(["export", "cases", "-o", str(outside / "cases.xlsx")], ok=True)
    told["a workbook"] = watched.heard()

    assert (len(CANARIES) >= 40, len(told) >= 90, len(READS) >= 60) == (True, True, True)
    assert wal(drive_file).stat().st_size > 100_000
    assert {line: found for line, found in told.items() if found} == {}
    assert found_in(said.encode()) >= SHOWN


SHOWN = {"forename", "surname", "alias", "address", "editedphone", "correctednote", "withwhom", "draftnote", "agency"}
"""What the lines show whoever asks: or they would have had nothing to leave behind."""


def test_a_fault_of_ours_tells_nothing_to_any_file(drive_file: Drive, watched: Watched, monkeypatch) -> None:
    from drivecli.services import contacts

    def broken(*said: object) -> None:
        raise RuntimeError(f"with {said}")

    drive_file.open_case()
    monkeypatch.setattr(contacts, "log", broken)
    line = ["contact", "log", "1", "--mode", "phone", "--outcome", "held", "--note", CANARIES["debugnote"]]

    results = [drive_file([*line, *more], ok=False) for more in ([], ["--debug"])]

    assert [result.code for result in results] == [1, 1]
    assert CANARIES["debugnote"] not in results[0].raw_err
    assert CANARIES["debugnote"] in results[1].raw_err
    assert watched.heard() == {}


def test_what_tab_offers_leaves_nothing(drive_file: Drive, team, watched: Watched, outside: Path) -> None:
    for _ in tell(drive_file, outside):
        pass
    for typed in (f"drive case find {CANARIES['surname'][:8]}", "drive case show ", f"drive worker show {MARKED}"):
        asked = {"_DRIVE_COMPLETE": "zsh_complete", "COMP_WORDS": typed, "COMP_CWORD": "3"}

        offered = drive_file.forked("", env=asked)

        assert CANARIES["surname"] not in offered.out
        assert watched.heard() == {}, typed


MARKED = CANARIES["username"][:8]


# -- after a kill ------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from drivecli import cli, db
whole = db.Connection.commit
def commit(self):
    if sys.argv[1] == "after":
        whole(self)
    else:
        self.raw.execute("PRAGMA cache_size = 1")  # what is not saved yet goes to the log as well
        self.run("UPDATE person SET address = address || :more", more=" and more" * 4000)
    os.kill(os.getpid(), signal.SIGKILL)
db.Connection.commit = commit
cli.main(sys.argv[2:])
"""
"""Runs a line that is killed just before, or just after, it is committed."""


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_writer_leaves_nothing_to_read(
    drive_file: Drive, team, watched: Watched, outside: Path, moment: str
) -> None:
    for _ in tell(drive_file, outside):
        pass
    drive_file.close()
    line = ["contact", "log", "1", "--mode", "phone", "--outcome", "held", "--note", CANARIES["debugnote"]]

    killed = subprocess.run([sys.executable, "-c", KILLED, moment, *line], env=drive_file.environ(), timeout=60)

    assert killed.returncode == -signal.SIGKILL
    assert wal(drive_file).stat().st_size > 10_000
    assert watched.heard() == {}
    assert drive_file("audit verify --deep").code == 0
    assert watched.heard() == {}


# -- the controls ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_same_search_finds_every_word_in_a_plain_sqlite_file(
    watched: Watched, tmp_path: Path, encoding: str
) -> None:
    plain = sqlite3.connect(tmp_path / "temporary" / "plain.db")
    plain.execute(f"PRAGMA encoding = '{encoding.upper().replace('-LE', 'le').replace('-BE', 'be')}'")
    plain.execute("CREATE TABLE note (words TEXT)")
    plain.executemany("INSERT INTO note VALUES (?)", [(word,) for word in CANARIES.values()])
    plain.commit()
    plain.close()

    assert watched.heard() == {str(tmp_path / "temporary" / "plain.db"): set(CANARIES)}


def test_every_word_is_in_the_store_and_no_column_that_holds_one_is_classed_as_about_nobody(
    drive_file: Drive, team, watched: Watched, outside: Path
) -> None:
    for _ in tell(drive_file, outside):
        pass

    lies = columns_with_canaries(drive_file)

    assert set().union(*lies.values()) == set(CANARIES) - NEVER_STORED - {"debugnote"}
    said = classes.read()
    about_nobody = {place for place in lies if classes.classed(said, place[0])[place[1]][0] == "operational"}
    assert about_nobody == ABOUT_AGENCIES


ABOUT_AGENCIES = {("agency", "kind"), ("audit_event", "once")}
"""Places for words that are about nobody: what kind of agency, and the name that a program gives to a line."""


# -- a team's store ----------------------------------------------------------------------------------------------------


def test_nothing_of_a_postgresql_store_lies_in_the_home(
    drive_postgres: Drive, team, watched: Watched, outside: Path
) -> None:
    told = {done.line: watched.heard() for done in tell(drive_postgres, outside)}
    for line in READS[:12]:
        told[line] = watched.heard() if look(drive_postgres, line) else {}

    assert {line: found for line, found in told.items() if found} == {}
    assert json.loads(drive_postgres("case show 1 --json").out)["address"] == CANARIES["address"]
