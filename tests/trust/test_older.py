"""A store in an older form that has a record: it is brought forward, or put back, without giving up what was seen."""

import re
import shutil
from pathlib import Path

from conftest import Drive

from drivecli.db import SCHEMA

LOG = "contact log 1 --mode phone --outcome held"


def make_older(drive: Drive) -> None:
    """Turn a store into one of the form before this release's, which differed in its indexes alone."""
    store = drive.db(write=True)
    store.run("UPDATE alembic_version SET version_num = '0006'")
    store.raw.commit()
    drive.close()


def schema(drive: Drive) -> str:
    found: str = drive.db().value("SELECT version_num FROM alembic_version")
    drive.close()
    return found


def test_a_record_that_stands_as_it_was_last_seen_is_brought_forward(drive: Drive) -> None:
    drive("case open --forename Robin --surname Example", ok=True)
    make_older(drive)

    drive("upgrade", ok=True)

    assert schema(drive) == SCHEMA
    assert drive("audit verify --deep").code == 0


def test_an_older_state_in_an_older_form_is_not_brought_forward(drive_file: Drive, tmp_path: Path) -> None:
    drive = drive_file
    drive("case open --forename Robin --surname Example", ok=True)
    drive.close()
    store = drive.settings.store.path
    shutil.copy2(store, tmp_path / "then.db")
    drive(LOG, ok=True)
    drive.close()
    for rest in ("-wal", "-shm"):
        Path(f"{store}{rest}").unlink(missing_ok=True)
    shutil.copy2(tmp_path / "then.db", store)
    make_older(drive)

    refused = drive("upgrade")

    assert refused.code == 7, str(refused)
    assert "an older state was put back" in refused.err
    assert schema(drive) == "0006"


def test_a_backup_in_an_older_form_is_put_back_on_record_and_can_then_be_brought_forward(drive_file: Drive) -> None:
    drive = drive_file
    drive("case open --forename Robin --surname Example", ok=True)
    make_older(drive)
    backup = drive("upgrade --json", ok=True).json["copy"]
    drive(LOG, ok=True)
    asked = drive(f"backup restore {backup}")
    missing = re.search(r"--accept-loss (\d+)", asked.err)
    assert missing

    drive(f"backup restore {backup} --accept-loss {missing[1]}", ok=True)
    between = schema(drive)
    drive("upgrade", ok=True)

    assert (between, schema(drive)) == ("0006", SCHEMA)
    assert drive("contact list 1 --json", ok=True).json == []
    assert [each["kind"] for each in drive("audit log --kind restore --json", ok=True).json] == ["restore"]
    assert drive("audit verify --deep").code == 0
