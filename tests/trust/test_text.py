"""Text in the record of who did what can control no terminal and forge no line, whoever wrote it and in what way."""

import json
from collections.abc import Sequence

import pytest
from commands.test_output import CONTROLS, ESCAPES
from conftest import Drive

from drivecli.audit import chained

FORGED = "\nNothing was changed: the record, 9 entries, holds.\n9      2026-03-02 09:00 UTC  amina  read"
TEXTS = {**ESCAPES, "lines of a table": FORGED, "a cell": "x | amina | read |"}


def say_and_look(drive: Drive, lines: Sequence[str | Sequence[str]]) -> str:
    """What lines show on both streams."""
    done = [drive(line) for line in lines]
    return "".join(each.out.replace("\r\n", "\n") + each.err for each in done)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_reason_in_the_record_controls_no_terminal_and_forges_no_line(drive_file: Drive, text: str) -> None:
    drive_file.open_case()
    why = ["--reason", f"a{text}"]
    said = say_and_look(drive_file, [["case", "edit", "1", "--alias", "Kim", *why], ["audit", "accept", *why]])
    drive_file(["export", "persons", "--include-restricted", *why], ok=True)
    drive_file.db(write=True).run("UPDATE person SET phone = '1'")
    drive_file.close()
    said += say_and_look(drive_file, [["audit", "accept", *why], ["--once", f"o{text}", "review", "1"], "audit log 1"])

    plain, markdown = drive_file("audit log"), drive_file("audit log --format markdown")
    rows = drive_file("audit log --json").json

    said += say_and_look(drive_file, ["audit log --format table", "audit verify --deep"]) + plain.out + markdown.out
    assert [row["reason"] for row in rows if row["kind"] in ("accept", "export")] == [f"a{text}".strip()] * 2
    assert not CONTROLS.search(said), said
    assert len(plain.out.splitlines()) == len(rows) + 1
    assert len(markdown.out.splitlines()) == len(rows) + 2
    assert "\nNothing was changed: the record, 9" not in said


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_another_program_wrote_beside_the_record_is_told_and_forges_nothing(drive_file: Drive, text: str) -> None:
    store = drive_file.db(write=True)
    store.run("INSERT INTO unsealed (tbl, pk, op) VALUES (:tbl, :pk, 'I')", tbl=f"contact{text}", pk=f"1{text}")
    drive_file.close()

    result = drive_file("audit verify --deep")

    assert result.code == 7
    assert not CONTROLS.search(result.out), result.out
    assert "\nNothing was changed" not in result.out


# -- entries that say something else than an entry says ----------------------------------------------------------------

STRANGE = {
    "no object": "x",
    "another object": "[]",
    "nothing": "{}",
    "texts for numbers": json.dumps({"digests": {"person": {"runs": [["1", "1; DROP TABLE person"]], "single": 0}}}),
    "a table of nobody's": json.dumps({"changes": [["person WHERE 1=1; --", "1", "I", "x", None]]}),
    "rows of nothing": json.dumps({"changes": 5}),
    "a moment of nothing": json.dumps({"at": 5, "kind": "read"}),
}


@pytest.mark.parametrize("resealed", [False, True], ids=["altered", "sealed anew"])
@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE)
def test_an_entry_that_cannot_be_read_is_found_and_stops_nothing(drive_file: Drive, body: str, resealed: bool) -> None:
    drive_file.open_case()
    drive_file("case show 1", ok=True)
    store = drive_file.db(write=True)
    [(seq, prev)] = store.run("SELECT seq, prev FROM audit_event ORDER BY seq DESC LIMIT 1").fetchall()
    store.run("DROP TRIGGER audit_audit_event_no_update")
    store.run("UPDATE audit_event SET body = :body WHERE seq = :seq", body=body, seq=seq)
    if resealed:
        store.run("UPDATE audit_event SET hash = :hash WHERE seq = :seq", hash=chained(prev, body), seq=seq)
        (drive_file.settings.state / "anchors" / store.value("SELECT value FROM setting WHERE key = 'db_id'")).unlink()
    drive_file.close()

    verified, log = drive_file("audit verify --deep"), drive_file("audit log --json")

    assert verified.code == 7
    assert f"entry {seq}" in verified.out
    assert (log.code, log.json[0]["seq"], log.json[0]["kind"]) == (0, seq, "unreadable")


# -- rows that somebody noted and that are nobody's --------------------------------------------------------------------

NOBODYS = [
    ("nothing", "1"),
    ("person", "x"),
    ("person", "-1"),
    ("person", "9" * 30),
    ("sqlite_master", "1"),
    ("a'; --", ""),
]


@pytest.mark.parametrize("many", [1, 150], ids=["one", "many"])
def test_rows_noted_by_another_program_stop_no_work_and_stay_told(drive: Drive, many: int) -> None:
    drive.open_case()
    store = drive.db(write=True)
    for table, key in NOBODYS if many == 1 else [("nothing", str(n)) for n in range(many)]:
        store.run("INSERT INTO unsealed (tbl, pk, op) VALUES (:tbl, :pk, 'I')", tbl=table, pk=key)
    drive.close()

    codes = [drive(line).code for line in ("case show 1", "review 1", "audit verify --deep", "audit log")]

    assert codes == [0, 0, 7, 0]
    found = drive("audit verify --deep --json").json["findings"]
    assert {each["kind"] for each in found} == {"outside"}
    assert "nothing" in str(found)
    assert drive("audit accept --reason 'somebody tried something'").code == 0
    assert drive("audit verify --deep").code == 0
