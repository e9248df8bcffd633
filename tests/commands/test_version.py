"""`drive version`: what is installed and where its files are, without opening a store."""

import platform

from drivecli import __version__
from drivecli.db import SCHEMA


def test_the_version_for_programs(new_drive_file) -> None:
    said = new_drive_file("version --json").json

    assert (said["version"], said["python"], said["schema"]) == (__version__, platform.python_version(), SCHEMA)
    assert said["data"] == str(new_drive_file.home / "data")
    assert said["config"] == str(new_drive_file.home / "config")
    assert said["store"] == str(new_drive_file.home / "data" / "drive.db")
    assert [int(part) for part in said["sqlite"].split(".")] >= [3, 51, 3]
    assert said["sqlcipher"][0].isdigit()
    assert said["fts5"] is True
    assert said["psycopg"][0].isdigit()


def test_the_version_for_people_says_the_same(new_drive_file) -> None:
    said = new_drive_file("version --json").json

    page = new_drive_file("version")

    assert (page.code, page.err) == (0, "")
    assert all(str(value) in page.out for value in said.values() if value is not True)


def test_the_version_is_told_beside_a_store_that_will_not_open(drive_file) -> None:
    drive_file.settings.own_key_file.unlink()

    assert drive_file("version").code == 0


def test_the_version_makes_nothing(new_drive_file) -> None:
    new_drive_file("version")

    assert not new_drive_file.home.exists()
