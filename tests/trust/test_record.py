"""What the record of who did and who looked holds, and that it says so whatever was changed and by whichever way."""

import json
from typing import Any

from conftest import Drive

from drivecli import images, proof
from drivecli.queries.clock import DERIVED


def entries(drive: Drive) -> list[dict[str, Any]]:
    """What every entry says, oldest first."""
    return [json.loads(body) for (body,) in drive.db().run("SELECT body FROM audit_event ORDER BY seq").fetchall()]


def findings(drive: Drive, *, deep: bool = True) -> list[str]:
    """What does not fit."""
    return [each.said for each in proof.verify(drive.db(), [], deep=deep).findings]


def test_the_triggers_are_those_this_release_expects(drive: Drive) -> None:
    found = proof.fingerprint(drive.db())

    assert found == proof.TRIGGERS[drive.db().engine], (
        "after a change of the tables, write this one into proof.TRIGGERS"
    )


def test_columns_that_repeat_others_are_those_the_clock_writes() -> None:
    assert sorted(images.DERIVED["case_record"]) == sorted(DERIVED)


def test_a_line_that_writes_is_one_entry_with_every_row_it_changed(drive: Drive, team) -> None:
    drive.open_case(as_="amina")
    drive("contact log 1 --mode phone --outcome held --note private", as_="amina", ok=True)

    last = entries(drive)[-1]

    assert last["kind"] == "write"
    assert last["command"] == "drive contact log"
    assert last["worker"] == "amina"
    assert last["login"].startswith("tester@")
    assert last["cases"] == [1]
    assert sorted(tbl for tbl, *_ in last["changes"]) == ["contact", "event"]
    assert "private" not in json.dumps(last)
    assert findings(drive) == []
