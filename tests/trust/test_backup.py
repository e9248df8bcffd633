"""What a backup withstands: it is whole or none, any change of it is noticed, and putting it back loses nothing."""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import Drive
from forks import Forked
from test_store import as_an_ordinary_user

from drivecli import anchors, backup, backup_file, db, keys, restore
from drivecli.services import keys as key_service
from drivecli.settings import Store

TESTS = Path(__file__).parent.parent
WORDS, CODE = "correct horse battery staple", "J6HB-704H-MASR-14D2-PE09-38NK-G2ND"
CHEAP = {"memory_kib": 64, "passes": 1, "lanes": 1}
DAY = 24 * 60 * 60

posix = pytest.mark.skipif(os.name != "posix", reason="modes, users and kills of POSIX")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots that are made cost little, so that tests are quick."""
    monkeypatch.setattr(keys, "COST", CHEAP)


def _two_cases(drive: Drive) -> None:
    for _ in range(2):
        drive.open_case()
    drive("contact log 1 --mode phone --outcome held --note 'before the backup'", ok=True)


@pytest.fixture
def kept(drive_file: Drive, stores: Any) -> Drive:
    """A store with two cases and a contact, and nobody connected."""
    return stores.prepared(drive_file, _two_cases)


def create(drive: Drive, *where: Any) -> Path:
    """A backup, and nobody connected to the store."""
    made = drive(["backup", "create", "--json", *map(str, where)], ok=True).json
    drive.close()
    return Path(made["file"])


def rows(connection: db.Connection) -> dict[str, list[Any]]:
    """Every row of a store but the record of it."""
    tables = [name for name in backup._counts(connection) if name not in ("audit_event", "change", "unsealed")]
    return {name: sorted(map(repr, connection.run(f"SELECT * FROM {name}").fetchall())) for name in tables}


def rows_of(drive: Drive) -> dict[str, list[Any]]:
    found = rows(drive.db())
    drive.close()
    return found


def record(drive: Drive) -> list[dict[str, Any]]:
    """What every entry says, oldest first."""
    found = [json.loads(body) for (body,) in drive.db().run("SELECT body FROM audit_event ORDER BY seq").fetchall()]
    drive.close()
    return found


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# -- making one --------------------------------------------------------------------------------------------------------


def test_a_backup_is_private_whole_and_on_record(kept: Drive) -> None:
    before = record(kept)

    made = kept("backup create --json", ok=True).json

    path = Path(made["file"])
    assert path.parent == kept.home / "data" / "backups"
    assert path.name.startswith("drive-WS-2")
    assert path.name.endswith("Z.drivebackup")
    assert [oct(each.stat().st_mode & 0o777) for each in (path.parent, path)] == ["0o700", "0o600"]
    assert files(path.parent) == {path.name}
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["manifest.json", "data.db"]
        said = json.loads(archive.read("manifest.json"))
        assert said["sha256"] == made["sha256"] == sha256(archive.read("data.db")).hexdigest()
    assert (said["seq"], said["counts"]["case_record"], said["counts"]["contact"]) == (len(before), 2, 1)
    last = record(kept)[-1]
    assert (last["kind"], last["worker"]) == ("backup", "sam")
    assert said["sha256"] in last["reason"]
    assert said["head"] in last["reason"]


def test_a_backup_is_made_in_the_folder_or_the_file_that_is_named(kept: Drive, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    folder.mkdir()

    inside, named = create(kept, folder), create(kept, folder / "monday.drivebackup")

    assert inside.parent == folder
    assert files(folder) == {inside.name, "monday.drivebackup"}
    assert kept(f"backup verify {named}").code == 0


def test_a_file_that_is_there_is_never_written_over(kept: Drive, tmp_path: Path) -> None:
    path = tmp_path / "monday.drivebackup"
    path.write_text("something else")

    result = kept(f"backup create {path}")

    assert result.code == 3
    assert path.read_text() == "something else"
    assert files(tmp_path) & {path.name} == {path.name}
    assert not [name for name in files(tmp_path) if "unverified" in name]


def test_nobody_need_be_known_to_make_a_backup(kept: Drive) -> None:
    kept.db(write=True).run("DELETE FROM worker_login")
    kept("audit accept --reason 'taken off by hand'", as_="sam", ok=True)
    kept.close()

    path = create(kept)

    assert kept(f"backup verify {path}").code == 0
    assert "worker" not in record(kept)[-1]


@posix
def test_a_folder_that_may_not_be_written_to_is_told_and_nothing_is_made(kept: Drive, tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o555)
    kept(f"backup create {tmp_path}", ok=True)  # which loads what it needs, while root may still read it
    kept.close()
    entries = len(record(kept))
    os.chmod(tmp_path, 0o755)
    for above in tmp_path.parents:
        if above.stat().st_uid == os.getuid() and not above.stat().st_mode & 0o001:
            above.chmod(0o711)

    with as_an_ordinary_user(kept.home):
        result = kept(f"backup create {folder}")
        kept.close()

    assert (result.code, result.out) == (5, "")
    assert result.err.startswith(f"{folder} does not take it: Permission denied. Nothing was changed")
    assert files(folder) == set()
    assert len(record(kept)) == entries


@posix
def test_a_disk_that_is_full_is_told_and_nothing_is_left(kept: Drive, tmp_path: Path) -> None:
    import resource

    folder = tmp_path / "full"
    folder.mkdir()
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # noqa: E731

    result = kept.process(f"backup create {folder}", preexec_fn=small)

    assert (result.code, result.out) == (5, "")
    assert "does not take it" in result.err
    assert files(folder) == set()
    assert record(kept)[-1]["kind"] == "write"


def spoil_a_page(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)


def spoil_the_record(copy: Path) -> None:
    connection = db.open_copy(copy, SPOILING["key"], write=True)
    triggers = connection.run("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'contact'")
    for name, _ in (found := triggers.fetchall()):
        connection.run(f"DROP TRIGGER {name}")
    connection.run("UPDATE contact SET minutes = 5")
    for _, again in found:
        connection.run(again)
    connection.close()


SPOILING: dict[str, str] = {}


@pytest.mark.parametrize("spoil", [spoil_a_page, spoil_the_record])
def test_a_copy_that_does_not_check_out_is_never_taken_for_a_backup(
    kept: Drive, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    whole, SPOILING["key"] = backup._copy, keys.read_key(kept.settings)
    monkeypatch.setattr(backup, "_copy", lambda connection, to: (whole(connection, to), spoil(to)))

    result = kept("backup create")

    assert (result.code, result.out) == (7, "")
    assert "The copy of the store does not check out" in result.err
    assert files(kept.home / "data" / "backups") == set()
    assert record(kept)[-1]["kind"] == "write"


# -- while others write ------------------------------------------------------------------------------------------------


@contextmanager
def four_writers(drive: Drive) -> Iterator[None]:
    """Four processes that log contacts as fast as they can."""
    running = [Forked(drive.environ(), program=[Path(__file__).parent / "writer.py", "at once"]) for _ in range(4)]
    try:
        for each in running:
            assert each.stdout.readline().startswith("writing ")
            assert each.stdout.readline().startswith("saved ")
        yield
    finally:
        for each in running:
            each.kill()
            each.communicate()


def contacts(drive: Drive) -> int:
    with closing(db.open_store(drive.settings.store, lambda: keys.read_key(drive.settings))) as connection:
        return connection.value("SELECT COUNT(*) FROM contact")


def in_copy(drive: Drive, path: Path) -> int:
    """How many contacts are in a plain copy of the store's file; none where it cannot be read."""
    try:
        with closing(db.open_copy(path, keys.read_key(drive.settings))) as copy:
            faults = copy.run("PRAGMA cipher_integrity_check").fetchall()
            return 0 if faults else copy.value("SELECT COUNT(*) FROM contact")
    except Exception:
        return 0


@pytest.mark.parametrize("times", [5, pytest.param(15, marks=pytest.mark.long)])
def test_backups_under_four_writers_are_whole_and_plain_copies_are_not(kept: Drive, tmp_path: Path, times: int) -> None:
    short, behind = [], []
    somebody = kept.another(kept.home).db()  # has it open, as somebody mostly has
    with four_writers(kept), closing(somebody):
        for number in range(times):
            acknowledged = contacts(kept)
            path = create(kept, tmp_path / f"{number}.drivebackup")
            result = kept(f"backup verify {path} --deep")
            assert result.code == 0, str(result)
            if backup_file.read_manifest(path).counts["contact"] < acknowledged:
                short.append(number)
            acknowledged = contacts(kept)
            shutil.copy(kept.settings.store.path, tmp_path / "plain.db")
            behind += [number] if in_copy(kept, tmp_path / "plain.db") < acknowledged else []

    assert short == []
    assert behind, "the control: a plain copy must be seen to fail"
    assert kept("audit verify --deep").code == 0


# -- any change of it is noticed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [100, pytest.param(300, marks=pytest.mark.long)])
def test_any_flipped_bit_is_noticed(kept: Drive, tmp_path: Path, times: int) -> None:
    path = create(kept, tmp_path)
    whole, random = path.read_bytes(), Random(times)
    ends = [*range(400), *range(len(whole) - 400, len(whole))]
    missed = []

    for number in range(times):
        at = random.choice(ends) if number % 2 else random.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])
        if kept(f"backup verify {path}").code != 7:
            missed.append(at)
        kept(f"backup list {tmp_path}", ok=True)
    path.write_bytes(whole)

    assert missed == []
    assert kept(f"backup verify {path}").code == 0


@pytest.mark.parametrize("left", [0, 1, 3, 60, 64, 200, 0.5, -65, -64, -1])
def test_a_file_that_was_cut_is_noticed(kept: Drive, tmp_path: Path, left: float) -> None:
    path = create(kept, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole)) if isinstance(left, float) else left])

    verified, restored = kept(f"backup verify {path}"), kept(f"backup restore {path}")

    assert (verified.code, restored.code) == (7, 7), str(verified)
    assert f"{path.name} is damaged" in verified.err
    [row] = kept(f"backup list {tmp_path} --json").json
    assert row["verified"] in ("damaged", "yes")  # a list looks at what a file says of itself, and no further


def repacked(path: Path, parts: dict[str, bytes]) -> None:
    """Put other parts into a backup, and make its end anew: whoever does it need not know the key."""
    with zipfile.ZipFile(path) as archive:
        whole = {name: archive.read(name) for name in archive.namelist()} | parts
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.comment = b"0" * backup_file.SEAL
        for name, content in whole.items():
            archive.writestr(name, content)
    said = made.getvalue()[: -backup_file.SEAL]
    path.write_bytes(said + sha256(said).hexdigest().encode())


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def _said(path: Path, **changed: Any) -> dict[str, bytes]:
    return {"manifest.json": json.dumps(json.loads(part(path, "manifest.json")) | changed).encode()}


SWAPS: dict[str, Callable[[Path, Path], dict[str, bytes]]] = {
    "the manifest of another": lambda one, other: {"manifest.json": part(other, "manifest.json")},
    "the database of another": lambda one, other: {"data.db": part(other, "data.db")},
    "the database of another, and its hash": lambda one, other: {
        "data.db": part(other, "data.db"),
        **_said(one, sha256=sha256(part(other, "data.db")).hexdigest()),
    },
    "another end of the record": lambda one, other: _said(one, head="0" * 64),
    "another count of entries": lambda one, other: _said(one, seq=1),
    "another count of rows": lambda one, other: _said(one, counts={}),
    "another store": lambda one, other: _said(one, db_id="00"),
    "another form": lambda one, other: _said(one, schema="0005"),
    "no manifest": lambda one, other: {"manifest.json": b"{}"},
    "no words at all": lambda one, other: {"manifest.json": b"\xff\x00"},
}


@pytest.mark.parametrize("swap", SWAPS)
def test_a_manifest_or_database_of_another_is_noticed(kept: Drive, tmp_path: Path, swap: str) -> None:
    one = create(kept, tmp_path)
    kept("contact log 2 --mode phone --outcome held", ok=True)
    other = create(kept, tmp_path)
    repacked(one, {})
    assert kept(f"backup verify {one} --deep").code == 0  # the control: repacking alone changes nothing

    repacked(one, SWAPS[swap](one, other))

    assert kept(f"backup verify {one}").code == 7
    assert kept(f"backup restore {one} --accept-loss 3").code == 7


def test_only_a_restore_in_private_notices_that_lists_answer_otherwise(kept: Drive, tmp_path: Path) -> None:
    path = create(kept, tmp_path)
    repacked(path, _said(path, answers={"open": 40}))

    assert kept(f"backup verify {path}").code == 0
    assert kept(f"backup verify {path} --deep").code == 7


def test_a_plain_copy_of_the_store_is_refused_with_what_to_do(kept: Drive, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(kept.settings.store.path, copy)

    result = kept(f"backup restore {copy}")

    assert result.code == 3
    assert "is not a backup. A plain copy of a store's file may have been cut" in result.err
    assert "drive backup create" in result.err


def test_a_file_that_is_not_there_is_told(kept: Drive) -> None:
    result = kept("backup verify nothing.drivebackup")

    assert (result.code, result.err.splitlines()[1]) == (4, "drive backup list")


# -- putting one back --------------------------------------------------------------------------------------------------


def test_a_restore_gives_equal_rows_and_keeps_what_was_there(kept: Drive) -> None:
    before, path = rows_of(kept), create(kept)
    kept("contact log 2 --mode phone --outcome held --note 'after the backup'", ok=True)
    after = rows_of(kept)

    told = kept(f"backup restore {path}")
    unchanged = rows_of(kept)
    done = kept(f"backup restore {path} --accept-loss 2 --json")

    assert told.code == 3
    assert "2 entries of the record came after it" in told.err
    assert told.err.endswith(f"drive backup restore {path} --accept-loss 2\n")
    assert unchanged == after
    assert done.code == 0
    assert rows_of(kept) == before
    with closing(db.open_copy(Path(done.json["moved"]), keys.read_key(kept.settings))) as aside:
        assert rows(aside) == after
    assert files(kept.home / "data") == {"backups", "drive.db", Path(done.json["moved"]).name}
    assert kept("audit verify --deep").code == 0
    assert kept("contact log 2 --mode phone --outcome held").code == 0


def test_the_entry_of_a_restore_names_what_was_given_up(kept: Drive) -> None:
    path = create(kept)
    last = anchors.head(kept.db())
    kept.close()

    kept(f"backup restore {path} --accept-loss 1", ok=True)

    entry = record(kept)[-1]
    assert (entry["kind"], entry["worker"], entry["seq"]) == ("restore", "sam", last.seq)
    assert f"gave up entry {last.seq} {last.hash}" in entry["reason"]
    assert path.name in entry["reason"]


@pytest.mark.parametrize("said", ["", " --accept-loss 1", " --accept-loss 3", " --accept-loss 0"])
def test_only_the_number_that_was_told_is_accepted(kept: Drive, said: str) -> None:
    path = create(kept)
    kept("contact log 2 --mode phone --outcome held", ok=True)
    before = rows_of(kept)

    result = kept(f"backup restore {path}{said}")

    assert result.code == 3
    assert result.err.endswith("--accept-loss 2\n")
    assert rows_of(kept) == before


def test_a_second_branch_of_the_record_is_counted_from_where_they_part(kept: Drive) -> None:
    path = create(kept)
    kept("contact log 2 --mode phone --outcome held", ok=True)
    later = create(kept)  # of an entry that the restore gives up
    kept(f"backup restore {path} --accept-loss 3", ok=True)
    kept("contact log 2 --mode email --outcome held", ok=True)

    result = kept(f"backup restore {later}")

    assert result.code == 3
    assert result.err.endswith("--accept-loss 2\n")
    assert kept(f"backup restore {later} --accept-loss 2").code == 0
    assert kept("audit verify --deep").code == 0


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("spoil", [Path.unlink, cut_in_half, lambda path: path.write_bytes(b"")])
def test_a_store_that_is_damaged_or_gone_is_put_back_and_what_is_remembered_says_what_is_missing(
    kept: Drive, spoil: Callable[[Path], object]
) -> None:
    before, path = rows_of(kept), create(kept)
    kept("contact log 2 --mode phone --outcome held", ok=True)
    spoil(kept.settings.store.path)
    [row] = kept("backup list --json").json

    told, done = kept(f"backup restore {path}"), kept(f"backup restore {path} --accept-loss 2")

    assert (row["file"], row["verified"], row["behind"]) == (str(path), "yes", None)
    assert (told.code, done.code) == (3, 0), str(done)
    assert told.err.endswith("--accept-loss 2\n")
    assert rows_of(kept) == before
    assert kept("case list").code == 0


def test_a_backup_of_another_store_is_not_put_over_this_one(kept: Drive, tmp_path: Path) -> None:
    other = kept.another(tmp_path / "other", {"DRIVE_KEY_FILE": str(tmp_path / "key")})
    shutil.copy(kept.settings.own_key_file, tmp_path / "key")
    other("init --name Sam --username sam --role case_manager --site XY", ok=True)
    path, before = create(other), rows_of(kept)

    result = kept(f"backup restore {path}")

    assert result.code == 3
    assert result.err.startswith("This is a backup of another store (XY), not of the one that is here.")
    assert rows_of(kept) == before


def test_a_store_that_will_not_open_stays_unless_the_backup_is_known_here(kept: Drive, tmp_path: Path) -> None:
    other = kept.another(tmp_path / "other")
    other("init --name Sam --username sam --role case_manager --site XY", ok=True)
    path, before = create(other), rows_of(kept)

    result = kept(f"backup restore {path}", env={"DRIVE_KEY_FILE": str(other.settings.own_key_file)})

    assert result.code == 3
    assert "this computer never worked with the store of this backup" in result.err
    assert rows_of(kept) == before


# -- on a new computer -------------------------------------------------------------------------------------------------


def test_on_a_new_computer_the_key_file_opens_it(kept: Drive, tmp_path: Path) -> None:
    before, path = rows_of(kept), create(kept, tmp_path)
    new = kept.another(tmp_path / "new")

    without = new(f"backup restore {path}")
    made = new.settings.store.path.exists()
    new.settings.own_key_file.parent.mkdir(parents=True)
    shutil.copy(kept.settings.own_key_file, new.settings.own_key_file)
    done = new(f"backup restore {path}")

    assert without.code == 5
    assert "opens only with the key file of its store" in without.err
    assert not made
    assert (done.code, done.out.endswith("Nothing is missing.\n")) == (0, True)
    assert rows_of(new) == before
    assert new("audit verify --deep", as_="sam").code == 0


@pytest.fixture
def worded(kept: Drive, cheap: None) -> Drive:
    """The same store once it opens with a passphrase and a recovery code, and no key file is left."""
    key = keys.read_key(kept.settings)
    key_service.set_recovery(kept.settings, key, CODE)
    key_service.set_passphrase(kept.settings, key, WORDS)
    kept("unlock --passphrase -", stdin=WORDS, ok=True)
    return kept


@pytest.mark.parametrize("secret", [WORDS, CODE])
def test_on_a_new_computer_the_passphrase_or_the_recovery_code_alone_opens_it(
    worded: Drive, tmp_path: Path, secret: str
) -> None:
    before, path = rows_of(worded), create(worded, tmp_path)
    new = worded.another(tmp_path / "new", {"XDG_RUNTIME_DIR": str(tmp_path / "run")})

    nobody, wrong = new(f"backup restore {path}"), new(f"backup restore {path} --passphrase -", stdin="not this")
    made = new.settings.store.path.exists()
    done = new(f"backup restore {path} --passphrase -", stdin=secret)

    assert (nobody.code, wrong.code) == (5, 5)
    assert not made
    assert done.code == 0, str(done)
    [key] = keys.read_slots(new.settings).opened_by(secret)
    with closing(db.open_store(new.settings.store, lambda: key)) as store:
        assert rows(store) == before
    new("unlock --passphrase -", stdin=secret, ok=True)
    assert new("case list --json", as_="sam", ok=True).json != []
    assert new("audit verify --deep", as_="sam").code == 0


def test_a_backup_has_the_slots_but_that_of_the_keyring(worded: Drive, tmp_path: Path) -> None:
    slots = keys.read_slots(worded.settings)
    odd = {"id": "00", "kind": keys.KEYRING, "made": "2026-01-01", "kdf": "none", "nonce": "00", "wrapped": "00"}
    keys.write_slots(worded.settings, keys.Slots(slots.db, (*slots.slots, odd)).write())

    result = worded(f"backup create {tmp_path / 'one.drivebackup'}")

    held = keys.Slots.read(part(tmp_path / "one.drivebackup", "keys.slots"), "it")
    assert sorted(slot["kind"] for slot in held.slots) == ["passphrase", "recovery"]
    assert "key file" not in result.err


def test_a_passphrase_is_kept_nowhere_when_a_restore_is_refused(worded: Drive, tmp_path: Path) -> None:
    path = create(worded, tmp_path)

    result = worded(f"backup restore {path} --passphrase -", stdin=WORDS)

    assert result.code == 3
    assert WORDS not in result.raw_err
    assert worded("drafts list --json", ok=True).json == []


def test_the_key_that_this_computer_has_by_now_stays_when_an_older_backup_is_put_back(
    worded: Drive, tmp_path: Path
) -> None:
    before, path = rows_of(worded), create(worded, tmp_path)
    former, others = keys.read_key(worded.settings), "seven quiet grey herons"
    key_service.set_passphrase(worded.settings, former, others)
    key_service.rotate(worded.settings, former, others, CODE)
    worded("unlock --passphrase -", stdin=others, ok=True)
    key = keys.read_key(worded.settings)

    done = worded(f"backup restore {path} --accept-loss 1 --passphrase -", stdin=WORDS)

    assert former != key
    assert done.code == 0, str(done)
    assert keys.read_slots(worded.settings).opened_by(WORDS) == []
    assert keys.read_slots(worded.settings).opened_by(others) == [key]
    assert rows_of(worded) == before


def test_whoever_puts_back_what_a_former_passphrase_opened_is_told_that_it_opens_with_that_one(
    worded: Drive, tmp_path: Path
) -> None:
    path, others = create(worded, tmp_path), "seven quiet grey herons"
    former = keys.read_key(worded.settings)
    key_service.set_passphrase(worded.settings, former, others)
    key_service.rotate(worded.settings, former, others, CODE)
    worded("lock", ok=True)

    done = worded(f"backup restore {path} --accept-loss 1 --passphrase - --json", stdin=WORDS)

    assert done.code == 0, str(done)
    aside = Path(done.json["slots"])
    assert aside.name.startswith("drive.slots.before-restore-")
    assert "It opens with the passphrase or recovery code of that backup, and no longer with a later one." in done.err
    assert str(aside) in done.err
    assert keys.read_slots(worded.settings).opened_by(others) == []
    assert keys.read_slots(worded.settings).opened_by(WORDS) == [former]


# -- killed, or in the way of others -----------------------------------------------------------------------------------


@contextmanager
def crasher(drive: Drive, *how: str) -> Iterator[Callable[[Path, list[str], int | None], int]]:
    """What restores in a home until a change of the disk, and says how many there were."""
    with Forked(drive.environ(), program=[TESTS / "restore_crasher.py", *how]) as process:
        assert process.stdout.readline() == "ready\n"

        def run(home: Path, line: list[str], at: int | None) -> int:
            process.stdin.write(f"{json.dumps([str(home), line, at])}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield run


def ends(drive: Drive, tmp_path: Path, *how: str) -> Iterator[str]:
    """How the store is after a restore was killed at each of 15 changes of the disk: old, new, or neither."""
    old, path = rows_of(drive), create(drive)
    drive("contact log 2 --mode phone --outcome held", ok=True)
    new, line = rows_of(drive), ["backup", "restore", str(path), "--accept-loss", "2"]
    drive.close()
    with crasher(drive, *how) as restoring:
        home = Path(shutil.copytree(drive.home, tmp_path / "whole"))
        changes = restoring(home, line, None)
        assert rows_of(drive.another(home)) == old
        assert changes >= 8
        for number in range(15):
            home = Path(shutil.copytree(drive.home, tmp_path / f"home{number}"))
            restoring(home, line, 1 + number * (changes - 1) // 14)
            after = drive.another(home)
            listed = after("case list --json", ok=None)
            is_either = {repr(new): "old", repr(old): "new"}.get(repr(rows_of(after))) if listed.code == 0 else None
            again = after(f"backup restore {path} --accept-loss {2 if is_either == 'old' else 1}")
            sound = again.code == 0 and rows_of(after) == old and after("audit verify --deep").code == 0
            yield is_either if is_either and sound else f"between: {listed}{again}"


@posix
def test_a_restore_that_is_killed_leaves_the_old_store_or_the_new_one(kept: Drive, tmp_path: Path) -> None:
    found = list(ends(kept, tmp_path))

    assert len(found) == 15
    assert set(found) == {"old", "new"}


@posix
def test_a_restore_that_moves_the_store_away_first_can_leave_none(kept: Drive, tmp_path: Path) -> None:
    """The control."""
    found = ends(kept, tmp_path, "careless")

    assert any(each.startswith("between") for each in found)


@posix
def test_whoever_waited_to_write_while_a_backup_was_put_back_is_told(kept: Drive) -> None:
    path = create(kept)
    waiting = db.open_store(kept.settings.store, lambda: keys.read_key(kept.settings), write=True)
    shutil.copy(kept.settings.store.path, kept.home / "data" / "other")
    os.replace(kept.home / "data" / "other", kept.settings.store.path)

    with pytest.raises(Exception, match="put back from a backup at this very moment") as refused:
        waiting.begin(write=True)

    assert refused.value.kind == "stale"
    waiting.close()
    assert kept(f"backup verify {path}").code == 0


@posix
def test_a_store_that_somebody_has_open_is_not_taken_from_them(kept: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    path = create(kept)
    before = kept.db()
    before.begin(write=False)
    held = rows(before)
    monkeypatch.setattr(restore, "BUSY_MS", 300)

    result = kept(f"backup restore {path} --accept-loss 1")

    assert result.code == 5
    assert result.err.startswith("Somebody else has the store open. Nothing was changed.")
    assert rows(before) == held
    assert {name for name in files(kept.home / "data") if "restor" in name} == set()


# -- which there are, and how long they stay ---------------------------------------------------------------------------


def test_backups_are_listed_newest_first_with_how_far_the_store_went_on(kept: Drive, tmp_path: Path) -> None:
    first = create(kept, tmp_path)
    repacked(first, _said(first, created="2026-01-01T00:00:00Z"))
    kept("contact log 2 --mode phone --outcome held", ok=True)
    second = create(kept, tmp_path)
    (tmp_path / "cut.drivebackup").write_bytes(first.read_bytes()[:1000])
    (tmp_path / "cut.drivebackup.12.unverified").write_bytes(b"")
    (tmp_path / "letter.txt").write_bytes(b"")

    listed = kept(f"backup list {tmp_path} --json", ok=True).json

    found = [(Path(row["file"]).name, row["verified"], row["behind"]) for row in listed]
    assert found[:2] == [(second.name, "yes", 1), (first.name, "yes", 3)]
    assert sorted(found[2:]) == [
        ("cut.drivebackup", "damaged", None),
        ("cut.drivebackup.12.unverified", "no", None),
    ]


def test_the_last_so_many_stay_and_nothing_that_is_not_ours_goes(
    kept: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "KEPT", 3)
    folder = kept.home / "data" / "backups"
    made = [create(kept) for _ in range(3)]
    others = [
        "drive-XY-20200101T000000Z.drivebackup",
        "drive-WS-20200101T000000Z.drivebackup",
        "x.drivebackup.unverified",
    ]
    shutil.copy(made[0], folder / others[0])
    repacked(folder / others[0], _said(made[0], db_id="another", created="2020-01-01T00:00:00Z"))
    (folder / others[1]).write_bytes(b"PK damaged")
    (folder / others[2]).touch()
    long_ago = folder / "y.drivebackup.unverified"
    long_ago.touch()
    os.utime(long_ago, (0, 0))

    result = kept("backup create", ok=True)

    gone = {made[0].name, long_ago.name}
    assert f"Older ones removed: {made[0].name}" in result.err
    assert len(files(folder)) == 3 + len(others)
    assert files(folder) >= {*others, made[1].name, made[2].name}
    assert not files(folder) & gone


def test_the_one_just_made_stays_even_when_the_clock_went_back(kept: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "KEPT", 2)
    for number in range(3):
        path = create(kept)
        repacked(path, _said(path, created=f"209{number}-01-01T00:00:00Z"))

    last = create(kept)

    assert last.exists()
    assert len(files(last.parent)) == 2


def test_fourteen_stay() -> None:
    assert backup.KEPT == 14


# -- being reminded ----------------------------------------------------------------------------------------------------


def reminded(drive: Drive, line: str = "today") -> bool:
    result = drive(line, ok=True)
    drive.close()
    return "verified backup" in result.err


def let_pass(drive: Drive, days: float) -> None:
    """As if the last time that anything was remembered of backups lay so many days back."""
    for path in (drive.home / "state" / "backups").iterdir():
        at = path.stat().st_mtime - days * DAY
        os.utime(path, (at, at))


def test_a_backup_that_is_too_old_is_told_once_a_day(kept: Drive) -> None:
    create(kept)

    fresh = reminded(kept)
    let_pass(kept, 1.5)
    old, again = reminded(kept, ""), reminded(kept)
    let_pass(kept, 1.1)
    next_day = reminded(kept)
    create(kept)
    made = reminded(kept)

    assert (fresh, old, again, next_day, made) == (False, True, False, True, False)


def test_a_store_without_any_backup_is_told_so_after_a_day(kept: Drive) -> None:
    first = reminded(kept)
    let_pass(kept, 1.1)

    result = kept("")

    assert not first
    assert "There is no verified backup of this store: drive backup create" in result.err


@pytest.mark.parametrize(("days", "age", "told"), [("7", 6, False), ("7", 8, True), ("off", 100, False)])
def test_how_old_it_may_be_is_a_setting(kept: Drive, days: str, age: int, told: bool) -> None:
    create(kept)
    kept(f"config set backup-days {days}", ok=True)
    let_pass(kept, age)

    assert reminded(kept) is told


def test_only_the_day_of_a_person_tells_it(kept: Drive) -> None:
    create(kept)
    let_pass(kept, 3)

    assert [reminded(kept, line) for line in ("caseload", "case list", "today --json", "today --quiet")] == [False] * 4


def test_the_demo_and_a_teams_database_tell_nothing(drive_postgres: Drive, demo_made: Path) -> None:
    shutil.copytree(demo_made, drive_postgres.home, dirs_exist_ok=True)

    lines = [drive_postgres(line, ok=True) for line in ("today", "--demo today")]

    assert not [each for each in lines if "backup" in each.err]
    assert not (drive_postgres.home / "state" / "backups").exists()


@pytest.mark.parametrize("line", ["create", "list", "verify x.drivebackup", "restore x.drivebackup"])
def test_a_teams_database_has_backups_of_its_own(drive_postgres: Drive, line: str) -> None:
    result = drive_postgres(f"backup {line}")

    assert result.code == 3
    assert "pg_dump --format=custom --file=drive.dump 'postgresql://" in result.err


# -- as a witness ------------------------------------------------------------------------------------------------------


def test_a_backup_is_an_anchor_outside(kept: Drive, tmp_path: Path) -> None:
    shutil.copytree(kept.home / "data", tmp_path / "old")
    kept("contact log 2 --mode phone --outcome held", ok=True)
    path = create(kept, tmp_path)
    whole = kept(f"audit verify --anchor {path}")

    shutil.rmtree(kept.home / "data")
    shutil.copytree(tmp_path / "old", kept.home / "data")
    shutil.rmtree(kept.home / "state")
    inside, outside = kept("audit verify"), kept(f"audit verify --anchor {path}")

    assert whole.code == 0
    assert inside.code == 0  # the control: nothing inside can tell
    assert outside.code == 7
    assert "1 entries after" in outside.out


def test_a_private_file_is_a_store_of_its_own(kept: Drive, tmp_path: Path) -> None:
    """What lies in a backup is the store, as another program would open it."""
    path = create(kept, tmp_path)
    (tmp_path / "data.db").write_bytes(part(path, "data.db"))

    with closing(db.open_copy(tmp_path / "data.db", keys.read_key(kept.settings))) as copy:
        assert copy.store == Store("copy", path=tmp_path / "data.db")
        assert copy.value("SELECT COUNT(*) FROM case_record") == 2
