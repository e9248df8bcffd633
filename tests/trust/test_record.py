"""What the record of who did and who looked holds, and that it says so whatever was changed and by whichever way."""

import json
from typing import Any

from conftest import Drive

from drivecli import images, proof
from drivecli.migrations import triggers
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


def test_what_leaves_of_one_person_is_on_record_under_that_person(drive: Drive, team) -> None:
    drive.open_case(as_="amina")
    drive("export contacts --case 1", as_="sam", ok=True)

    found = drive("audit log 1 --kind export --json", as_="sam").json

    assert [(each["worker"], each["cases"]) for each in found] == [("sam", ["WS-0001"])]


def test_nobody_is_linked_while_changes_are_not_noted(drive: Drive, team) -> None:
    triggers.take_away(drive.db(write=True))
    drive.close()

    done = drive("worker link amina")

    assert (done.code, done.out) == (7, "")


def test_what_is_read_and_printed_is_an_entry_before_it_is_shown_and_lists_are_not(drive: Drive, team) -> None:
    drive.open_case(as_="amina")
    drive("checklist start opening 1", as_="amina", ok=True)
    drive("contact log 1 --mode meeting --outcome information_given", as_="amina", ok=True)
    before = len(entries(drive))
    for line in ("caseload", "today", "case list", "case find robin", "contact show 99", "whoami", "workload"):
        drive(line, as_="amina")
    assert len(entries(drive)) == before

    shown = ("case show 1", "why 1", "contact list 1", "contact show 1", "case timeline 1", "checklist show opening 1")
    for line in shown:
        drive(line, as_="amina", ok=True)
    drive("checklist print opening 1", as_="amina", ok=True)

    told = [(each["kind"], each["cases"], each["worker"]) for each in entries(drive)[before:]]
    assert told == [("read", [1], "amina")] * len(shown) + [("print", [1], "amina")]
