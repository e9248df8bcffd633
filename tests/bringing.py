"""Files to bring in, and what `drive import` made of them: after every one of them the store is looked over."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.refusals import contents
from conftest import Drive

from drivecli.models import metadata

Row = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]

PERSON = {
    "external_ref": "PN-1", "forename": "Robin", "surname": "Example", "dob": "30/07/1988", "phone": "0770 0900 123",
    "aliases": "Rob; Bobby Ex", "identifiers": "pnc=24/1X",
}  # fmt: skip
CASE = {
    "external_ref": "OLD-1", "person": "PN-1", "forename": "Robin", "surname": "Example", "dob": "30/07/1988",
    "opened_on": "13/01/2026", "manager": "amina", "tier": "high", "area": "worthing", "route": "marac",
    "stage": "engaged", "stage_on": "20/01/2026",
}  # fmt: skip
CONTACT = {
    "case": "OLD-1", "external_ref": "C-1", "on": "15/01/2026", "mode": "phone", "outcome": "held", "by": "amina",
    "minutes": "20", "about": "person", "note": "spoke about work",
}  # fmt: skip
GIVEN = {"case": "OLD-1", "role": "substance", "worker": "carl", "from": "20/01/2026"}
WORKER = {"username": "mo_1", "name": "Mo Full", "role": "case_manager", "agency": "Adur Advice", "capacity": "3"}
AGENCY = {"name": "Adur Advice", "kind": "advice"}
CLOSED = {"status": "closed", "closed_on": "20/02/2026", "closure_reason": "completed"}
CUSTODY = {"suspended_on": "16/02/2026", "suspend_reason": "custody"}

KEPT = ("event", "event_case", "field_change", "import_batch", "import_made", "audit_event", "change")
"""Tables that keep what was done: they only ever grow."""


def write_table(path: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """Rows as a CSV file, under the headings of all of them in the order in which they first come."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, headings, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def bring(
    drive: Drive,
    kind: str,
    rows: Rows | str | Path,
    *options: str,
    as_: str = "sam",
    code: int = 0,
    stdin: str = "",
    today: str | None = None,
) -> dict[str, Any]:
    """Bring in rows, or a file, and return what a program is told; the store is sound afterwards."""
    path = rows if isinstance(rows, str | Path) else write_table(drive.home.parent / "files" / f"{kind}.csv", rows)
    line = ["import", kind, str(path), *options, "--json"]
    result = drive(line, as_=as_, stdin=stdin, today=today)
    assert result.code == code, str(result)
    assert_sound(drive)
    answer: dict[str, Any] = result.json
    states = ("new", "same", "changed", "conflict", "rejected")
    assert answer["rows"] == sum(answer[state] for state in states), answer
    return answer


def assert_sound(drive: Drive) -> None:
    """The doctor finds nothing wrong: the deadlines of every case are what the rules answer, and every row of the store
    is as the record of changes left it.
    """
    doctor = drive("doctor --json", as_="sam")
    assert doctor.code == 0, str(doctor)
    states = {each["name"]: each["state"] for each in doctor.json}
    assert {states[name] for name in ("deadlines", "record", "outside")} == {"ok"}, str(doctor)


def counts(answer: Mapping[str, Any]) -> dict[str, int]:
    """How many rows were what, those of which there are none left out."""
    states = ("new", "same", "changed", "conflict", "rejected", "applied")
    return {state: answer[state] for state in states if answer[state]}


def faults(answer: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    """Why rows were not brought in: row, column and sentence."""
    return [(each["row"], each["column"], each["message"]) for each in answer["errors"]]


def changes(answer: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """What was changed: record, field, before and after."""
    return [(each["ref"], each["field"], each["old"], each["new"]) for each in answer["changes"]]


def records(drive: Drive) -> dict[str, list[Any]]:
    """Every row of every table but those that keep what was done.

    How often a row was changed is left out, and the numbers of deadlines, which are made anew.
    """
    found = {table: rows for table, rows in contents(drive).items() if table not in KEPT}
    for table, name in (("person", "version"), ("case_record", "version"), ("worker", "version"), ("deadline", "id")):
        columns = ", ".join(each.name for each in metadata.tables[table].columns if each.name != name)
        found[table] = sorted(map(repr, drive.db().run(f"SELECT {columns} FROM {table}").fetchall()))
    return found


def taken(drive: Drive, kind: str, *options: str) -> list[dict[str, Any]]:
    """What is here of a kind, as it would be taken out, restricted words too."""
    line = ["export", kind, "--json", "--include-restricted", "--reason", "to look", *options]
    found: list[dict[str, Any]] = drive(line, as_="sam", ok=True).json
    return found


def case(number: int = 1, **said: Any) -> Row:
    """A case of somebody else each, the least that a row must say."""
    letter = "abcdefghij"[number % 10]
    return {
        "external_ref": f"E-{number}",
        "forename": "Kim",
        "surname": f"Sample{letter * 3}",
        "opened_on": "13/1/2026",
    } | said


def one(drive: Drive) -> None:
    """The case that contacts and assignments are about."""
    bring(drive, "cases", [CASE])
