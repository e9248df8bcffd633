"""A bit of the store's file that turned is noticed; in a plain file most go unseen, which is the control.

Bits of the key file and of a backup are turned in test_keys.py and test_backup.py; what lies beside it, an older
file and an older page in test_doctor_faults.py.
"""

import sqlite3
from pathlib import Path
from random import Random

import pytest
from conftest import Drive

from drivecli import db, keys
from drivecli.errors import DriveError
from drivecli.settings import Store


def turned(content: bytes, random: Random) -> bytes:
    """The same with one bit turned, anywhere."""
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << random.randrange(8))]) + content[place + 1 :]


def notices(path: Path, key: str) -> bool:
    """Whether the file will not open, or says that a page is damaged."""
    try:
        store = db.open_store(Store("turned", path=path), lambda: key)
    except DriveError:
        return True
    try:
        return bool(store.run("PRAGMA cipher_integrity_check").fetchall())
    finally:
        store.close()


@pytest.mark.parametrize("times", [60, pytest.param(300, marks=pytest.mark.long)])
def test_every_bit_of_the_file_that_turned_is_noticed(drive_file: Drive, tmp_path: Path, times: int) -> None:
    drive_file.open_case()
    settings, random = drive_file.settings, Random(times)
    content, key = settings.store.path.read_bytes(), keys.read_key(settings)

    unseen = []
    for number in range(times):
        path = tmp_path / f"{number}.db"
        path.write_bytes(turned(content, random))
        if not notices(path, key):
            unseen.append(number)
        path.unlink()

    assert unseen == []


def test_in_a_plain_file_most_go_unseen(tmp_path: Path) -> None:
    plain, random = tmp_path / "plain.db", Random(1)
    with sqlite3.connect(plain) as store:
        store.execute("CREATE TABLE contact (id INTEGER PRIMARY KEY, note TEXT)")
        store.executemany("INSERT INTO contact (note) VALUES (?)", [("Words of a contact " * 20,)] * 2000)
    store.close()
    content, seen = plain.read_bytes(), 0

    for _ in range(100):
        plain.write_bytes(turned(content, random))
        store = sqlite3.connect(plain)
        try:
            seen += store.execute("PRAGMA integrity_check").fetchone() != ("ok",)
        except sqlite3.DatabaseError:
            seen += 1
        store.close()

    assert seen < 30
