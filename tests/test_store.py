"""Shows what a store withstands: whatever is wrong with it, `drive` says so in a sentence and changes nothing on disk.

And that a store is started only once. What a lost file tells without its key is in trust/test_plaintext.py; what a full
disk does, and who else of the computer may read what lies there, in trust/test_disk.py.
"""

import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Result
from racing import race
from sqlcipher3 import dbapi2

from drivecli import db

KEY = "ab" * 32
LINES = [
    "caseload --overdue",
    "case list",
    "contact list 1",
    "contact log 1 --mode phone --outcome held",
    "case open --forename Kim --surname Other",
]
"""Reads and writes."""

READ_ONLY = [
    "The store may not be written to. Nothing was saved.",
    "The store cannot be opened in its folder. Nothing was saved.",
]
NOBODY = 65534

posix = pytest.mark.skipif(os.name != "posix", reason="modes and users of POSIX")


def on_disk(*folders: Path) -> dict[Path, tuple[bytes, int]]:
    """Every file under these folders: its bytes and its mode."""
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return {path: (path.read_bytes() if path.is_file() else b"", path.stat().st_mode) for path in found}


@pytest.fixture
def one_case(drive_file):
    """A file with a case in it, and nobody connected."""
    drive_file.open_case()
    drive_file.close()
    return drive_file


# -- whatever is wrong with it -----------------------------------------------------------------------------------------


def wrong_key(drive) -> str:
    drive.settings.own_key_file.write_text(KEY)
    return "The key does not fit this store.\nCheck DRIVE_KEY_FILE and DRIVE_DATABASE.\n"


def empty_file(drive) -> str:
    path = drive.settings.store.path
    path.write_bytes(b"")
    return (
        f"{path} is empty: it holds no records at all.\n"
        "drive backup list   then drive backup restore FILE. Do not start anew over it.\n"
    )


def plain_sqlite_file(drive) -> str:
    path = drive.settings.store.path
    path.unlink()
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE alembic_version (version_num TEXT)")
    plain.close()
    return f"{path} is a plain SQLite file, not an encrypted drive store.\nCheck DRIVE_DATABASE.\n"


def some_other_file(drive) -> str:
    drive.settings.store.path.write_bytes(b"%PDF-1.7\n" * 2000)
    return "The key does not fit this store.\nCheck DRIVE_KEY_FILE and DRIVE_DATABASE.\n"


def file_of_another_program(drive) -> str:
    path = drive.settings.store.path
    path.unlink()
    other = dbapi2.connect(str(path))
    other.execute(f"PRAGMA key = \"x'{drive.settings.own_key_file.read_text().strip()}'\"")
    other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.commit()
    other.close()
    return f"{path} is not a drive store.\nCheck DRIVE_DATABASE.\n"


def file_cut_in_half(drive) -> str:
    path = drive.settings.store.path
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return "The store is damaged.\ndrive doctor\n"


def file_cut_in_its_first_page(drive) -> str:
    path = drive.settings.store.path
    path.write_bytes(path.read_bytes()[:1000])
    return "The key does not fit this store.\nCheck DRIVE_KEY_FILE and DRIVE_DATABASE.\n"


def missing_file(drive) -> str:
    path = drive.settings.store.path
    path.unlink()
    return f"There is no store at {path}.\ndrive init   or, to try it first: drive demo\n"


def folder_in_its_place(drive) -> str:
    path = drive.settings.store.path
    path.unlink()
    path.mkdir()
    return f"{path} cannot be read: Is a directory.\ndrive doctor\n"


def missing_key_file(drive) -> str:
    key = drive.settings.own_key_file
    key.unlink()
    return (
        f"The key file {key} is not there. Without it the records cannot be read.\n"
        "Bring the key file back from its copy, or name it in DRIVE_KEY_FILE.\n"
    )


def key_file_without_a_key(drive) -> str:
    key = drive.settings.own_key_file
    key.write_text("correct horse battery staple\n")
    return f"There is no key in {key}: it should be 64 hexadecimal digits.\nBring the key file back from its copy.\n"


def key_file_that_others_may_read(drive) -> str:
    key = drive.settings.own_key_file
    key.chmod(0o640)
    return f"The key file {key} can be read by others on this computer.\nchmod 600 {key}\n"


def key_command_that_fails(drive) -> str:
    drive.env["DRIVE_KEY_COMMAND"] = f"{sys.executable} -c 'import sys; sys.exit(1)'"
    return "DRIVE_KEY_COMMAND did not give a key within 10 seconds.\nRun that command by itself and see what it says.\n"


def newer_schema(drive) -> str:
    drive.db(write=True).run("UPDATE alembic_version SET version_num = '9999'")
    drive.close()
    return (
        f"This store was made by a newer drive: its schema is 9999, this release knows {db.SCHEMA}. Nothing was"
        " changed.\npip install --upgrade drivecli\n"
    )


def older_schema(drive) -> str:
    drive.db(write=True).run("UPDATE alembic_version SET version_num = '0001'")
    drive.close()
    return "This store was made by an older drive.\ndrive upgrade\n"


TROUBLES = {
    wrong_key: "wrong_key",
    empty_file: "empty",
    plain_sqlite_file: "foreign",
    some_other_file: "wrong_key",
    file_of_another_program: "foreign",
    file_cut_in_half: "damaged",
    file_cut_in_its_first_page: "wrong_key",
    missing_file: "no_store",
    folder_in_its_place: "read_only",
    missing_key_file: "no_key",
    key_file_without_a_key: "no_key",
    key_file_that_others_may_read: "no_key",
    key_command_that_fails: "no_key",
    newer_schema: "newer_schema",
    older_schema: "older_schema",
}
"""What may be wrong with a file, and the `kind` by which programs know it."""


@posix
@pytest.mark.parametrize("spoil", TROUBLES)
def test_a_store_that_cannot_be_used_is_told_in_a_sentence_and_left_as_it_is(one_case, spoil: Callable) -> None:
    sentence = spoil(one_case)
    before = on_disk(one_case.home)

    results = [one_case(line, ok=False) for line in LINES]

    for result in results:
        assert (result.code, result.out, result.err) == (5, "", sentence), str(result)
    assert on_disk(one_case.home) == before


@posix
@pytest.mark.parametrize(("spoil", "kind"), TROUBLES.items())
def test_a_program_is_told_the_kind_of_trouble(one_case, spoil: Callable, kind: str) -> None:
    sentence = spoil(one_case)

    result = one_case("caseload --json")

    assert result.code == 5
    assert result.error["kind"] == kind
    assert f"{result.error['message']}\n{result.error['next']}\n" == sentence


@pytest.mark.parametrize("spoil", [newer_schema, older_schema])
def test_a_store_of_another_release_is_not_written_on_either_engine(drive, spoil: Callable) -> None:
    drive.open_case()
    sentence = spoil(drive)

    results = [drive(line, ok=False) for line in LINES]

    for result in results:
        assert (result.code, result.out, result.err) == (5, "", sentence), str(result)
    assert drive.db().value("SELECT COUNT(*) FROM event") == 1


@pytest.mark.parametrize("spoil", [wrong_key, empty_file, missing_key_file, newer_schema])
def test_words_are_printed_back_when_the_store_will_not_take_them(one_case, spoil: Callable) -> None:
    spoil(one_case)
    before = on_disk(one_case.home)

    result = one_case("contact log 1 --mode phone --outcome held --note -", stdin="what was said\non two lines\n")

    assert result.code == 5
    assert "what was said\non two lines\n" in result.err
    assert on_disk(one_case.home) == before


def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(drive_postgres) -> None:
    nowhere = {"DRIVE_DATABASE": f"postgresql://drive@/drive?host={drive_postgres.home}"}

    result = drive_postgres("caseload", env=nowhere)

    assert result.code == 5
    assert result.err.startswith("The team's database cannot be reached: ")
    assert result.err.endswith("Check the network and DRIVE_DATABASE.\n")


def test_a_database_with_another_password_is_told_in_a_sentence(drive_postgres, tmp_path, monkeypatch) -> None:
    passfile = tmp_path / "pgpass"
    passfile.touch(mode=0o600)
    passfile.write_text("*:*:*:*:not-the-password\n")
    monkeypatch.setenv("PGPASSFILE", str(passfile))

    result = drive_postgres("caseload")

    assert result.code == 5
    assert result.err == (
        "The team's database did not accept this user or password.\nCheck the file that PGPASSFILE names.\n"
    )


# -- a folder that may not be written to -------------------------------------------------------------------------------


@contextmanager
def as_an_ordinary_user(*folders: Path) -> Iterator[None]:
    """Root may write anywhere, whatever the modes say; so for a while this process is nobody, who owns the folders."""
    if os.getuid() != 0:
        yield
        return
    for path in [path for folder in folders for path in (folder, *folder.rglob("*"))]:
        os.chown(path, NOBODY, NOBODY)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def read_only(one_case) -> Iterator[Any]:
    """The same store in a folder that may be read and not written to, where any user can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="drive-read-only-"))
    home = folder / "drive"
    shutil.copytree(one_case.home, home)
    for path in (home / "data").rglob("*"):
        path.chmod(0o400)
    (home / "data").chmod(0o500)
    with as_an_ordinary_user(folder):
        pass  # it owns them now
    yield one_case.another(home)
    (home / "data").chmod(0o700)
    shutil.rmtree(folder)


@posix
def test_a_folder_that_may_not_be_written_to_is_told_in_a_sentence_and_left_as_it_is(one_case, read_only) -> None:
    for line in LINES:  # which loads what the lines need, while root may still read it
        one_case(line, ok=True)
    before = on_disk(read_only.home)

    with as_an_ordinary_user(read_only.home.parent):
        results = [read_only(line, ok=False) for line in LINES]

    for result in results:
        sentence, mend = result.err.splitlines()
        assert (result.code, result.out) == (5, ""), str(result)
        assert sentence in READ_ONLY
        assert mend == "Check the rights of the data folder: drive doctor"
    assert on_disk(read_only.home) == before


# -- where the key is --------------------------------------------------------------------------------------------------


def test_a_new_store_has_a_random_key_in_a_file_of_its_own_apart_from_the_data(drive_file, tmp_path: Path) -> None:
    other = drive_file.another(tmp_path / "other")
    other("init --name Sam --username sam --role case_manager", ok=True)

    keys = [each.settings.own_key_file.read_text().strip() for each in (drive_file, other)]

    assert drive_file.settings.own_key_file == drive_file.home / "config" / "keys" / "drive.key"
    assert [len(bytes.fromhex(key)) for key in keys] == [32, 32]
    assert keys[0] != keys[1]


def test_init_says_what_the_key_protects_and_what_losing_it_loses(tmp_path: Path, drive_file) -> None:
    other = drive_file.another(tmp_path / "other")

    result = other("init --name Sam --username sam --role case_manager --site NW", ok=True)

    home = tmp_path / "other"
    assert result.out == f"Made the store at {home}/data/drive.db. Refs begin with NW-. You act as sam.\n"
    assert f"Its key is in {home}/config/keys/drive.key.\n" in result.err
    assert "If the key file is lost, the records are lost." in result.err
    assert "not an unlocked computer" in result.err


def test_drive_key_file_names_the_key_in_place_of_the_stores_own(one_case, tmp_path: Path) -> None:
    elsewhere = tmp_path / "stick" / "drive.key"
    elsewhere.parent.mkdir()
    shutil.move(one_case.settings.own_key_file, elsewhere)

    without = one_case("case list --json")
    result = one_case("case list --json", env={"DRIVE_KEY_FILE": str(elsewhere)}, ok=True)

    assert without.code == 5
    assert [case["ref"] for case in result.json] == ["WS-0001"]


def test_init_with_drive_key_file_makes_the_key_there_and_nowhere_else(drive_file, tmp_path: Path) -> None:
    elsewhere = tmp_path / "stick.key"
    other = drive_file.another(tmp_path / "other", {"DRIVE_KEY_FILE": str(elsewhere)})

    other("init --name Sam --username sam --role case_manager", ok=True)

    assert len(bytes.fromhex(elsewhere.read_text())) == 32
    assert oct(elsewhere.stat().st_mode & 0o777) == "0o600"
    assert list(other.home.rglob("*.key")) == []
    assert other("case list").code == 0


def test_init_with_a_key_that_is_there_keeps_it(drive_file, tmp_path: Path) -> None:
    elsewhere = tmp_path / "stick.key"
    elsewhere.touch(mode=0o600)
    elsewhere.write_text(KEY)
    other = drive_file.another(tmp_path / "other", {"DRIVE_KEY_FILE": str(elsewhere)})

    other("init --name Sam --username sam --role case_manager", ok=True)

    assert elsewhere.read_text() == KEY
    assert other("case list").code == 0


def test_drive_key_command_gives_the_key_on_its_first_line(drive_file, tmp_path: Path) -> None:
    script = f"{sys.executable} -c 'print({KEY!r}); print(\"and more\")'".replace(f"'{KEY}'", f'"{KEY}"')
    other = drive_file.another(tmp_path / "other", {"DRIVE_KEY_COMMAND": script})

    other("init --name Sam --username sam --role case_manager", ok=True)
    other.open_case()

    assert list(other.home.rglob("*.key")) == []
    assert [case["ref"] for case in other("case list --json", ok=True).json] == ["DRV-0001"]
    assert other("case list", env={"DRIVE_KEY_COMMAND": None}).code == 5


# -- started once ------------------------------------------------------------------------------------------------------


def test_a_second_init_is_refused_and_changes_nothing(drive) -> None:
    drive.open_case()
    drive.close()
    before = on_disk(drive.home)

    result = drive("init --name Other --username other --role case_manager --site NW")

    assert result.code == 3
    assert result.out == ""
    assert "There is a store already " in result.err
    assert "Nothing was changed.\n" in result.err
    assert on_disk(drive.home) == before
    assert drive.db().run("SELECT username FROM worker").fetchall() == [("sam",)]
    assert drive.db().value("SELECT value FROM setting WHERE key = 'prefix'") == "WS"


@pytest.mark.parametrize("spoil", [empty_file, plain_sqlite_file, missing_key_file])
def test_init_never_starts_anew_over_what_is_there(one_case, spoil: Callable) -> None:
    spoil(one_case)
    before = on_disk(one_case.home)

    result = one_case("init --name Other --username other --role case_manager")

    assert result.code == 3
    assert on_disk(one_case.home) == before


@pytest.mark.parametrize(
    "line",
    [
        "init --name Sam --username sam",
        "init --name Sam --role case_manager",
        "init --name Sam --username sam --role king",
        "init --name Sam --username 'two words' --role case_manager",
        "init --name Sam --username sam --role case_manager --site not-a-prefix!",
    ],
)
def test_an_init_that_is_not_understood_leaves_nothing_behind(new_drive, line: str) -> None:
    result = new_drive(line)

    assert result.code == 2
    assert [path for path in new_drive.home.rglob("*") if path.is_file()] == []
    assert new_drive("caseload").code == 5


FIRST_STARTS = [["init", "--name", "Sam", "--username", f"sam{n}", "--role", "case_manager"] for n in range(8)]


def codes(ended: list[Result]) -> list[int]:
    return sorted(each.code for each in ended)


@posix
def test_of_eight_first_starts_at_once_one_wins_and_the_others_are_refused(new_drive) -> None:
    with race(new_drive) as go:
        ended = go(*FIRST_STARTS)

    assert codes(ended) == [0] + [3] * 7, [*map(str, ended)]
    assert all("There is a store already" in each.err for each in ended if each.code == 3)
    assert new_drive.db().value("SELECT COUNT(*) FROM worker") == 1
    assert new_drive("caseload").code == 0
    assert [path.name for path in new_drive.home.rglob("*") if path.name.startswith(".")] == []


@posix
def test_the_same_race_run_carelessly_does_not_end_so(new_drive) -> None:
    """The last publish wins, and no lock is taken; the database refuses, or two stores are started."""
    with race(new_drive, drop=["first come", "numbering lock"]) as go:
        ended = go(*FIRST_STARTS[:4])

    assert codes(ended) != [0] + [3] * 3


# -- a team's store ----------------------------------------------------------------------------------------------------


def with_password(address: str) -> str:
    """The address as it must not be written."""
    return re.sub("^postgresql://[^:@/]*@?", "postgresql://sam:hunter2@", address)


@pytest.fixture
def laptop(drive_postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another computer of the team: its own home and user, and no store named yet."""
    monkeypatch.setenv("LOGNAME", "a.khan")
    return drive_postgres.another(tmp_path / "laptop")


def test_join_links_this_user_to_a_worker_and_remembers_the_store(drive_postgres, team, laptop) -> None:
    address = drive_postgres.env["DRIVE_DATABASE"]
    assert laptop("caseload").code == 5

    result = laptop(["init", "--join", address, "--username", "amina"], ok=True)

    assert result.out == f"This computer now works on {address}. You act as amina.\n"
    assert "not yet enforced by the database" in result.err
    ref = laptop.open_case()
    [case] = laptop("caseload --mine --json", ok=True).json
    assert (case["ref"], case["manager"]) == (ref, "amina")
    links = drive_postgres.db().run("SELECT login, w.username FROM worker_login JOIN worker w ON w.id = worker_id")
    assert sorted(username for _, username in links.fetchall()) == ["amina", "sam"]


@posix
def test_join_keeps_what_it_remembers_private(drive_postgres, team, laptop) -> None:
    laptop(["init", "--join", drive_postgres.env["DRIVE_DATABASE"], "--username", "amina"], ok=True)

    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in laptop.home.rglob("*")}

    assert modes == {"config": "0o700", "settings.toml": "0o600"}


def test_joining_anew_links_the_user_to_the_other_worker_alone(drive_postgres, team, laptop) -> None:
    address = drive_postgres.env["DRIVE_DATABASE"]
    laptop(["init", "--join", address, "--username", "amina"], ok=True)

    laptop(["init", "--join", address, "--username", "ben"], ok=True)

    links = drive_postgres.db().run("SELECT w.username FROM worker_login JOIN worker w ON w.id = worker_id").fetchall()
    assert sorted(links) == [("ben",), ("sam",)]


@pytest.mark.parametrize(
    ("change", "username", "code", "words"),
    [
        (with_password, "amina", 2, "The password must not stand in"),
        (lambda address: f"{address}&password=hunter2", "amina", 2, "The password must not stand in"),
        (lambda address: "mysql://drive@db/drive", "amina", 2, "A store is a file or postgresql://..., not mysql"),
        (lambda address: "/tmp/team.db", "amina", 2, "--join takes the address of a team's database"),
        (lambda address: address, "", 2, "Missing --username"),
        (lambda address: address, "amima", 4, "There is no worker with the username “amima”. Did you mean amina?"),
        (lambda address: address.replace("/drive_test", "/no_such"), "amina", 5, "The team's database cannot be"),
    ],
)
def test_a_join_that_is_refused_remembers_nothing(
    drive_postgres, team, laptop, change: Callable[[str], str], username: str, code: int, words: str
) -> None:
    address = change(drive_postgres.env["DRIVE_DATABASE"])

    result = laptop(["init", "--join", address, *(["--username", username] if username else [])])

    assert result.code == code
    assert words in result.err
    assert "hunter2" not in result.out + result.raw_err
    assert [path for path in laptop.home.rglob("*") if path.is_file()] == []
    assert drive_postgres.db().value("SELECT COUNT(*) FROM worker_login") == 1


def test_a_password_in_drive_database_is_refused_and_not_repeated(drive_postgres) -> None:
    address = with_password(drive_postgres.env["DRIVE_DATABASE"])

    result = drive_postgres("caseload", env={"DRIVE_DATABASE": address})

    assert result.code == 2
    assert result.err == (
        "The password must not stand in the address: others can see a command line.\n"
        "Put it in the file that PGPASSFILE names, and leave it out of the address.\n"
    )
