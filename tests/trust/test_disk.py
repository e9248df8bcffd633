"""A disk that is full, may not be written to or takes no more: nothing is half done, it is said why, it works again.

And whatever the umask is, nobody else of this computer can read what lies there. What may be wrong with the store
itself, and its own folder without rights, is in test_store.py.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import INIT, Drive, Result
from test_store import as_an_ordinary_user

from drivecli import writers

LOG = "contact log 1 --mode phone --outcome held --note -"
WORDS = "what was said\non two lines\n"
FULL = "The disk is full. Nothing was saved; everything saved before is still there.\n"
ROOM = "Make room on the disk and type the line again.\n"
NOT_SHOWN = "Nothing is shown: that you look could not be written down. "
REFUSED = ("The disk is full. Nothing was saved", "The disk would not take the change. Nothing was saved")

posix = pytest.mark.skipif(os.name != "posix", reason="modes, limits and mounts of POSIX")


def contacts(drive: Drive) -> int:
    """How many contacts there are."""
    found: int = drive.db().value("SELECT COUNT(*) FROM contact")
    drive.close()
    return found


def assert_sound(drive: Drive) -> None:
    """Every page and every row is as it should be, and the record of them holds."""
    assert drive("audit verify --deep").code == 0
    checks = {each["name"]: each["state"] for each in drive("doctor --json").json}
    assert (checks["pages"], checks["deadlines"]) == ("ok", "ok")


# -- full --------------------------------------------------------------------------------------------------------------


class Disk:
    """A disk of its own, of a few megabytes, that can be filled to the last byte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, *, but: int = 0) -> None:
        """Leave no room, `but` so many bytes."""
        handle = os.open(self._filler, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            while os.write(handle, b"x" * 4096):
                pass
        except OSError:
            pass
        finally:
            os.ftruncate(handle, max(0, os.fstat(handle).st_size - but))
            os.close(handle)

    def make_room(self) -> None:
        """Throw away what filled it."""
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a disk of its own, and not everywhere")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def on_disk(drive_file: Drive, disk: Disk) -> Drive:
    """A store with a case and a contact on that disk, with nobody connected."""
    drive_file.open_case()
    drive_file(LOG, stdin="the first", ok=True)
    drive_file.close()
    shutil.copytree(drive_file.home, disk.folder / "drive")
    return drive_file.another(disk.folder / "drive")


@posix
def test_on_a_full_disk_nothing_is_saved_and_the_words_come_back(on_disk: Drive, disk: Disk) -> None:
    disk.fill()

    result = on_disk(LOG, stdin=WORDS)

    assert (result.code, result.out) == (5, "")
    assert result.err == f"{FULL}{ROOM}Your words could not be kept. Here they are:\n{WORDS}"
    disk.make_room()
    assert contacts(on_disk) == 1
    assert on_disk(LOG, stdin=WORDS).code == 0
    assert contacts(on_disk) == 2
    assert_sound(on_disk)


@posix
def test_on_a_full_disk_who_is_due_is_still_listed_and_no_record_is_shown(on_disk: Drive, disk: Disk) -> None:
    disk.fill()

    listed, today, shown = on_disk("caseload --json"), on_disk("today"), on_disk("case show 1")

    assert [each["ref"] for each in listed.json] == ["WS-0001"]
    assert today.code == 0
    assert (shown.code, shown.out, shown.err) == (5, "", f"{NOT_SHOWN}{FULL}{ROOM}")
    disk.make_room()
    assert "WS-0001" in on_disk("case show 1", ok=True).out
    assert on_disk("audit log --kind read --json").json[0]["cases"] == ["WS-0001"]


@posix
def test_wherever_the_disk_runs_full_an_import_is_whole_or_not_there(
    on_disk: Drive, disk: Disk, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    rows = "".join(f"{'A' * (n % 26 + 1)}nna,Sample{'b' * (n // 26 + 1)},1/{n % 12 + 1}/1980\n" for n in range(400))
    people.write_text(f"forename,surname,dob\n{rows}", encoding="utf-8")
    ended = []

    for room in (0, 20_000, 80_000, 160_000, 320_000, 640_000):
        disk.fill(but=room)
        done = on_disk(["import", "persons", str(people)])
        disk.make_room()
        there = on_disk.db().value("SELECT COUNT(*) FROM person")
        on_disk.close()
        ended.append((done.code, there))
        assert done.code == 0 or done.err.splitlines()[-2].startswith(REFUSED), str(done)

    assert {each for each in ended if each not in ((5, 1), (0, 401))} == set()
    assert (5, 1) in ended
    assert on_disk(["import", "persons", str(people)]).code == 0
    assert_sound(on_disk)


@posix
@pytest.mark.parametrize("room", [0, 4096, 40_960, 204_800])
def test_a_store_that_is_started_on_a_full_disk_is_not_there(new_drive_file: Drive, disk: Disk, room: int) -> None:
    drive = new_drive_file.another(disk.folder / "home")
    disk.fill(but=room)

    result = drive(INIT)

    assert (result.code, result.out) == (5, "")
    assert "no room on the disk" in result.err or "The disk is full" in result.err
    assert [path for path in drive.home.rglob("*") if path.is_file() and path.suffix != ".key"] == []
    disk.make_room()
    assert drive(INIT).code == 0
    assert drive("caseload").code == 0


@posix
def test_what_was_saved_is_saved_where_the_end_of_the_record_cannot_be_kept(drive_file: Drive) -> None:
    drive_file.open_case()
    shutil.rmtree(drive_file.settings.state)
    drive_file.settings.state.write_text("in the way")

    saved, shown = drive_file(LOG, stdin=WORDS), drive_file("case show 1")

    assert (saved.code, shown.code) == (0, 0)
    assert "Where the record stands could not be kept" in saved.err
    assert contacts(drive_file) == 1


# -- a limit -----------------------------------------------------------------------------------------------------------


@contextmanager
def no_file_longer_than(length: int) -> Iterator[None]:
    """While it lasts, no file of this process grows beyond a length, as under a limit of the system's."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@posix
def test_under_any_limit_of_length_a_line_is_saved_and_said_so_or_neither(drive_file: Drive) -> None:
    drive_file.open_case()
    drive_file("caseload", ok=True)  # which loads what the lines need
    drive_file(LOG, stdin=WORDS, ok=True)
    drive_file.close()
    ended: list[Result] = []

    for length in (0, 4_096, 20_480, 32_768, 36_864, 45_056, 53_248, 65_536, 1_000_000):
        before = contacts(drive_file)
        with no_file_longer_than(length):
            done = drive_file(LOG, stdin=WORDS)
        assert contacts(drive_file) - before == (done.code == 0), str(done)
        ended.append(done)

    assert {done.code for done in ended} == {0, 5}
    for done in ended:
        assert done.code == 0 or done.err.startswith(REFUSED), str(done)
        assert done.code == 0 or WORDS in done.err or "kept as draft" in done.err, str(done)
    assert_sound(drive_file)


@posix
def test_under_a_limit_no_record_is_shown_and_lists_are(drive_file: Drive) -> None:
    drive_file.open_case()
    drive_file("case show 1", ok=True)
    drive_file.close()

    with no_file_longer_than(8_192):
        listed, shown = drive_file("caseload --json"), drive_file("case show 1")

    assert [each["ref"] for each in listed.json] == ["WS-0001"]
    assert (shown.code, shown.out) == (5, "")
    assert shown.err.startswith(f"{NOT_SHOWN}The disk would not take the change.")
    assert drive_file("case show 1").code == 0


# -- folders without rights --------------------------------------------------------------------------------------------


@posix
def test_a_store_is_not_started_in_a_folder_that_may_not_be_written_to(new_drive_file: Drive) -> None:
    new_drive_file("version")
    folder = Path(tempfile.mkdtemp(prefix="drive-no-rights-"))
    drive = new_drive_file.another(folder / "drive")

    with as_an_ordinary_user(folder):
        folder.chmod(0o500)
        result = drive(INIT)

    folder.chmod(0o700)
    assert (result.code, result.out) == (5, "")
    assert result.err.startswith(f"The system does not allow it: {folder}/drive: Permission denied. Nothing was saved.")
    assert list(folder.iterdir()) == []
    folder.rmdir()


# -- rights ------------------------------------------------------------------------------------------------------------


def asked_for(folder: Path) -> list[str]:
    """Lines that leave something on disk, in the home or where they are told to."""
    return [
        INIT,
        "case open --forename Kim --surname Other",
        "case show 1",
        "approach 1 --state agreed --with Fay",
        "checklist start enforcement 1",
        f"checklist print enforcement 1 --format html -o {folder}/sheet.html",
        f"export cases -o {folder}/cases.csv",
        f"export cases -o {folder}/cases.xlsx",
        f"import --template cases -o {folder}/template.xlsx",
        f"import contacts {folder}/contacts.csv --partial --rejects {folder}/rejects.csv",
        "contact log 1 --mode phone --outcome held --on tomorrow --note kept",
        "config set color never",
        "audit verify --deep",
    ]


MADE = {
    *("drive.db", "drive.db-wal", "drive.key", "settings.toml", "anchors"),
    *("sheet.html", "cases.csv", "cases.xlsx", "template.xlsx", "rejects.csv"),
}


@posix
@pytest.mark.parametrize("umask", [0, 0o027])
def test_everything_on_disk_is_private_whatever_the_umask_says(
    new_drive_file: Drive, tmp_path: Path, umask: int
) -> None:
    folder = tmp_path / "asked"
    folder.mkdir(mode=0o700)
    given = folder / "contacts.csv"
    given.write_text("case,mode,outcome,on,by\nWS-0001,pigeon,held,1/3/2026,sam\n")
    given.chmod(0o600)

    was = os.umask(umask)
    try:
        codes = [new_drive_file(line).code for line in asked_for(folder)]
        assert new_drive_file.process("caseload").code == 0
        reader = new_drive_file.db()  # so that the log's files are there to be looked at
        reader.begin(write=False)
        reader.value("SELECT COUNT(*) FROM person")
        new_drive_file("contact log 1 --mode phone --outcome held", ok=True)
    finally:
        os.umask(was)

    assert set(codes) == {0, 3, 6}
    places = [new_drive_file.home, *new_drive_file.home.rglob("*"), *folder.iterdir()]
    found = {path: path.stat().st_mode & 0o777 for path in places}
    assert {path.name for path in found} >= MADE
    assert len([path for path in found if path.parent.name == "anchors"]) == 1
    assert {str(path): oct(mode) for path, mode in found.items() if mode != (0o700 if path.is_dir() else 0o600)} == {}


@posix
def test_who_is_writing_is_announced_to_nobody_else_of_this_computer(drive_file: Drive, monkeypatch) -> None:
    store, was = drive_file.db(), os.umask(0)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # what is put right afterwards was open for a moment
    try:
        writers.announce(store, "sam (drive import, begun 09:30 UTC)")
    finally:
        os.umask(was)

    [note] = drive_file.home.rglob("*-writer")
    assert oct(note.stat().st_mode & 0o777) == "0o600"
    writers.withdraw(store)
    assert not note.exists()
