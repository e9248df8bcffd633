"""Every fault that is put into a store or its surroundings is named by the doctor, and a healthy store by none.

Each fault is put in by another program than drive, on a copy of one store; the doctor names it by its check.
"""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Drive, Stores

from drivecli.migrations import triggers

FAULTS: dict[str, tuple[str, Callable[[Drive], object]]] = {}
"""What is wrong: the check that must name it, and how it comes about."""


def fault(check: str) -> Callable[[Callable[[Drive], object]], Callable[[Drive], object]]:
    """A fault, and the check that names it."""

    def note(comes_about: Callable[[Drive], object]) -> Callable[[Drive], object]:
        FAULTS[comes_about.__name__] = check, comes_about
        return comes_about

    return note


def told(drive: Drive) -> None:
    """Two cases with some contacts, an edit and a closing."""
    for number in (1, 2):
        drive.open_case(manager="amina", opened="2026-02-02")
        for day in range(10, 26):
            drive(
                f"contact log {number} --mode phone --outcome held --on 2026-02-{day} --note '{'Words ' * 40}'", ok=True
            )
    drive("case edit 1 --area adur --phone 07700900123", ok=True)
    drive("case close 2 --reason completed", ok=True)
    drive("case show 1", ok=True)


@pytest.fixture
def well(drive_file: Drive, team, stores: Stores) -> Iterator[Drive]:
    """A healthy store, on the day of this computer."""
    drive = stores.prepared(drive_file, told)
    drive.today = None
    yield drive
    drive.close()


def store_of(drive: Drive) -> Path:
    return drive.settings.store.path


def failing(drive: Drive) -> set[str]:
    """The checks that do not say ok."""
    drive.close()
    done = drive("doctor --json", ok=None)
    assert done.code in (0, 7), str(done)
    return {row["name"] for row in done.json if row["state"] != "ok"}


def by_hand(drive: Drive, *statements: str, watched: bool = True) -> None:
    """What another program does to the store."""
    store = drive.db(write=True)
    if not watched:
        triggers.take_away(store)
    for sql in statements:
        store.run(sql)
    if not watched:
        triggers.put_on(store)
    drive.close()


def put_byte(path: Path, place: float) -> None:
    """Flip one bit of a file, at a part of its length."""
    whole = bytearray(path.read_bytes())
    whole[int(len(whole) * place)] ^= 0x10
    path.write_bytes(bytes(whole))


@fault("store")
def the_store_is_gone(drive: Drive) -> None:
    store_of(drive).unlink()


@fault("store")
def the_store_is_empty(drive: Drive) -> None:
    store_of(drive).write_bytes(b"")


@fault("store")
def the_store_was_cut_short(drive: Drive) -> None:
    os.truncate(store_of(drive), store_of(drive).stat().st_size // 2)


@fault("store")
def the_store_is_a_plain_file_of_another_program(drive: Drive) -> None:
    store_of(drive).unlink()
    sqlite3.connect(store_of(drive)).execute("CREATE TABLE t (x)").connection.commit()


@fault("store")
def the_store_is_another_programs_with_the_same_key(drive: Drive) -> None:
    by_hand(drive, "PRAGMA application_id = 7")


@fault("store")
def the_key_is_another_stores(drive: Drive) -> None:
    drive.settings.own_key_file.write_text("ab" * 32)


@fault("store")
def the_key_is_gone(drive: Drive) -> None:
    drive.settings.own_key_file.unlink()


@fault("store")
def others_may_read_the_key(drive: Drive) -> None:
    drive.settings.own_key_file.chmod(0o644)


@fault("rights")
def others_may_read_the_store(drive: Drive) -> None:
    store_of(drive).chmod(0o640)


@fault("rights")
def others_may_enter_the_folder(drive: Drive) -> None:
    store_of(drive).parent.chmod(0o755)


@fault("store")
def the_store_is_of_a_newer_release(drive: Drive) -> None:
    by_hand(drive, "UPDATE alembic_version SET version_num = '9999'")


@fault("store")
def the_store_is_of_an_older_release(drive: Drive) -> None:
    by_hand(drive, "UPDATE alembic_version SET version_num = '0005'")


@fault("store")
def the_store_is_not_in_the_mode_it_was_left_in(drive: Drive) -> None:
    by_hand(drive, "PRAGMA journal_mode = DELETE")


@fault("pages")
def a_bit_of_a_page_nobody_reads_has_turned(drive: Drive) -> None:
    by_hand(drive, "CREATE TABLE spare (x)", f"INSERT INTO spare VALUES ('{'spare ' * 9000}')")
    put_byte(store_of(drive), 0.98)


@fault("store")
def a_bit_of_the_first_page_has_turned(drive: Drive) -> None:
    put_byte(store_of(drive), 0.0005)


@fault("anchor")
def an_older_file_was_put_back(drive: Drive) -> None:
    older = store_of(drive).read_bytes()
    drive("contact log 1 --mode phone --outcome held", ok=True)
    store_of(drive).write_bytes(older)


def beside(drive: Drive) -> tuple[Path, Path]:
    """The file and what lies beside it, copied as they stand while both are in use: where a computer lost its power."""
    held = drive.db(write=True)
    drive("contact log 1 --mode phone --outcome held", ok=True)
    drive("contact log 1 --mode phone --outcome not_in", ok=True)
    store = store_of(drive)
    kept = [(path, path.read_bytes()) for path in (store, store.with_name(f"{store.name}-wal"))]
    held.close()
    drive._open.clear()
    for path, content in kept:
        path.write_bytes(content)
        path.chmod(0o600)
    store.with_name(f"{store.name}-shm").unlink(missing_ok=True)
    return store, kept[1][0]


@fault("anchor")
def a_bit_beside_the_file_has_turned(drive: Drive) -> None:
    put_byte(beside(drive)[1], 0.6)


@fault("anchor")
def what_lay_beside_the_file_is_gone(drive: Drive) -> None:
    beside(drive)[1].unlink()


@fault("record")
def an_old_page_was_put_back(drive: Drive) -> None:
    """The page on which a phone number stands, from before it was changed, sealed with the store's own key."""
    by_hand(drive)
    before = store_of(drive).read_bytes()
    drive("case edit 1 --phone 07700900456", ok=True)
    after = bytearray(store_of(drive).read_bytes())
    page = 4096
    root = drive.db().value("SELECT rootpage FROM sqlite_master WHERE name = 'person'")
    drive.close()
    place = slice((root - 1) * page, root * page)
    assert before[place] != after[place]
    after[place] = before[place]
    store_of(drive).write_bytes(bytes(after))


@fault("watch")
def the_triggers_are_gone(drive: Drive) -> None:
    triggers.take_away(drive.db(write=True))


@fault("outside")
def another_program_changed_a_row(drive: Drive) -> None:
    by_hand(drive, "UPDATE person SET phone = '07700900999' WHERE id = 1")


@fault("record")
def another_program_changed_a_row_while_no_trigger_looked(drive: Drive) -> None:
    by_hand(drive, "UPDATE person SET phone = '07700900999' WHERE id = 1", watched=False)


@fault("record")
def an_entry_was_altered(drive: Drive) -> None:
    by_hand(drive, "UPDATE audit_event SET body = REPLACE(body, 'sam', 'ben') WHERE seq = 14", watched=False)


@fault("anchor")
def the_end_of_the_record_was_cut_off(drive: Drive) -> None:
    by_hand(drive, "DELETE FROM audit_event WHERE seq = (SELECT MAX(seq) FROM audit_event)", watched=False)


@fault("rows")
def a_row_names_one_that_is_not_there(drive: Drive) -> None:
    by_hand(drive, "PRAGMA foreign_keys = OFF", "UPDATE contact SET made_by = 99 WHERE id = 1")


@fault("deadlines")
def a_deadline_is_not_what_the_rules_answer(drive: Drive) -> None:
    by_hand(drive, "UPDATE deadline SET due_on = '2030-01-01' WHERE case_id = 1")


@fault("rules")
def the_rules_are_of_another_release(drive: Drive) -> None:
    by_hand(drive, "UPDATE setting SET value = 'others' WHERE key = 'rules'")


@fault("backup")
def there_was_no_backup_for_a_month(drive: Drive) -> None:
    drive("backup create", ok=True)
    for each in (drive.settings.state / "backups").iterdir():
        os.utime(each, (1, each.stat().st_mtime - 30 * 86_400))


@fault("recovery")
def only_one_memory_opens_the_store(drive: Drive) -> None:
    drive("key passphrase --passphrase -", stdin="correct horse battery staple\n", ok=True)
    drive("unlock --passphrase -", stdin="correct horse battery staple\n", ok=True)


@fault("today")
def today_is_not_today(drive: Drive) -> None:
    drive.today = "2026-03-02"


@fault("place")
def the_folder_is_synchronised(drive: Drive) -> None:
    away = drive.home.parent / "OneDrive - Service"
    shutil.copytree(drive.home, away)
    drive.home = away


@fault("clock")
def the_clock_was_set_back(drive: Drive) -> None:
    """A later entry than now: as if this computer's clock had been set back since."""
    body, prev = drive.db().run("SELECT body, hash FROM audit_event ORDER BY seq DESC LIMIT 1").fetchone()
    drive.close()
    by_hand(drive, f"UPDATE audit_event SET body = '{later(body)}' WHERE hash = '{prev}'", watched=False)


def later(body: str) -> str:
    """What an entry says, at a moment in the year 2999."""
    return re.sub(r'"at":"\d{4}', '"at":"2999', json.dumps(json.loads(body), separators=(",", ":")))


ALSO = {
    "a_row_names_one_that_is_not_there": {"outside"},
    "the_rules_are_of_another_release": {"outside"},
    "the_clock_was_set_back": {"record", "anchor"},
    "an_entry_was_altered": {"anchor"},
}
"""What else is wrong with a store after a fault."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(well: Drive, name: str) -> None:
    check, comes_about = FAULTS[name]
    comes_about(well)

    found = failing(well)

    assert check in found
    assert found - {check} <= ALSO.get(name, set())


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 25


HEALTHY = [
    "",
    "contact log 1 --mode phone --outcome held",
    "case show 1",
    "case edit 1 --language cy",
    "case transfer 1 --to ben --reason leave",
    "case hold 1 --until +1w --by Fay --reason threat",
    "review 1",
    "assign 1 --substance carl",
    "worker leave amina --hand-over-to ben",
    "export contacts",
    "checklist start enforcement 1",
    "upgrade --recompute",
    "contact log 1 --mode phone --outcome wrong --note Words",
    "worker link amina",
    "case suspend 1 --reason custody",
    "drafts",
    "audit receipt",
]


@pytest.mark.parametrize("line", HEALTHY)
def test_a_healthy_store_raises_no_alarm(well: Drive, line: str) -> None:
    if line:
        well(line, today="2026-03-02")

    assert failing(well) == set()


def test_nor_does_one_in_use_nor_one_whose_computer_lost_its_power(well: Drive) -> None:
    held = well.db(write=True)
    held.begin(write=True)
    assert {row["name"] for row in well("doctor --json").json if row["state"] != "ok"} == set()
    held.rollback()
    well.close()

    beside(well)

    assert failing(well) == set()


def test_nor_a_store_into_which_a_file_was_brought_and_taken_back(well: Drive, tmp_path: Path) -> None:
    lines = ["forename,surname,external_ref", *(f"Kim,Samplex{'x' * n},E-{n}" for n in range(120))]
    well("import persons -", stdin="\n".join(lines), today="2026-03-02", ok=True)
    assert failing(well) == set()

    well("import undo 1 --reason wrong", today="2026-03-02", ok=True)

    assert failing(well) == set()
