"""`drive import`: each row is new, the same, changed, in conflict or rejected; then all of it goes in, or nothing."""

import csv
import io
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bringing import (
    AGENCY,
    CASE,
    CLOSED,
    CONTACT,
    GIVEN,
    PERSON,
    WORKER,
    Row,
    bring,
    case,
    changes,
    counts,
    faults,
    one,
    records,
    taken,
    write_table,
)
from conftest import Drive

from commands.refusals import assert_refused, contents
from drivecli.commands import imports
from drivecli.domain import columns

# -- what a row is -----------------------------------------------------------------------------------------------------

Kind = tuple[
    str, str, Row, Row, list[tuple[str, str, str, str]], list[tuple[Row, str, str]], list[tuple[Row, str, str]]
]

KINDS: list[Kind] = [
    (
        "persons",
        "P-0001",
        PERSON,
        {"forename": "Robyn", "phone": "0770 0900 999", "aliases": "Bobby Ex; Zed", "sex": "female"},
        [
            ("P-0001", "forename", "Robin", "Robyn"),
            ("P-0001", "phone", "", ""),
            ("P-0001", "aliases", "Rob; Bobby Ex", "Rob; Bobby Ex; Zed"),
            ("P-0001", "sex", "", "female"),
        ],
        [({"external_ref": "PN-1"}, "external_ref", "Row 2 has the same external_ref.")],
        [
            ({"external_ref": "PN-2", "surname": ""}, "surname", "It is empty, and needed: surname."),
            ({"external_ref": "PN-2", "ref": "P-0099"}, "ref", "There is nobody with the ref P-0099 here."),
            ({"external_ref": "PN-2", "dob": "3/3/2026"}, "dob", "2026-03-03 is in the future."),
            ({"external_ref": "PN-2", "dob": "1/3/1901"}, "dob", "1901-03-01 is more than 120 years ago."),
            ({"external_ref": "PN-2", "sex": "x"}, "sex", "“x” is not a sex. One of: female, male, other, not_known."),
            ({"external_ref": "PN-2", "interpreter": "perhaps"}, "interpreter", "“perhaps” should be yes or no."),
            (
                {"external_ref": "PN-2", "identifiers": "24/1X"},
                "identifiers",
                "“24/1X” should be TYPE=VALUE, as in pnc=24/12345X.",
            ),
        ],
    ),
    (
        "cases",
        "WS-0001",
        CASE,
        {"surname": "Sample", "tier": "Standard", "area": "adur", "route": "police", "address": "1 Sample Row"},
        [
            ("WS-0001", "surname", "Example", "Sample"),
            ("WS-0001", "tier", "high", "standard"),
            ("WS-0001", "area", "worthing", "adur"),
            ("WS-0001", "route", "marac", "police"),
            ("WS-0001", "address", "", ""),
        ],
        [
            (
                {"opened_on": "14/1/2026"},
                "opened_on",
                "Here it is “2026-01-13”. If it was written down wrongly:"
                " drive case correct WS-0001 opened --on DAY --reason WHY",
            ),
            (
                {"manager": "ben"},
                "manager",
                "Here it is “amina”. It is given to another with:"
                " drive case transfer WS-0001 --to USERNAME --reason WHY",
            ),
            ({"stage": "step_down"}, "stage", "Here it is “engaged”. It is moved with: drive case stage WS-0001 STAGE"),
            (
                {"window_months": "11"},
                "window_months",
                "Here it is “10”. A window is made longer with: drive case extend WS-0001",
            ),
            (
                {"closed_on": "20/2/2026"},
                "closed_on",
                "Here it is empty. A case is closed with: drive case close WS-0001 --reason CODE",
            ),
            ({"person": "PN-2"}, "person", "Here it is the case of P-0001."),
        ],
        [
            (
                {"external_ref": "N", "person": "N", "surname": ""},
                "surname",
                "It is empty; a new person needs forename and surname.",
            ),
            (
                {"external_ref": "N", "person": "N", "opened_on": ""},
                "opened_on",
                "It is empty, and needed: the day the case opened, on which its window starts.",
            ),
            (
                {"external_ref": "N", "person": "N", "opened_on": "3/3/2026", "stage_on": ""},
                "opened_on",
                "Tue 3 Mar 2026 is in the future; a case opens on the day the work is taken on.",
            ),
            ({"external_ref": "N", "person": "P-0077"}, "person", "There is nobody with the ref P-0077 here."),
            ({"ref": "WS-0077"}, "ref", "There is no case WS-0077, by our own ref."),
            (
                {"external_ref": "N", "person": "N", "tier": "urgent"},
                "tier",
                "“urgent” is not a tier. One of: high, not_assessed, standard.",
            ),
            (
                {"external_ref": "N", "person": "N", "window_months": "48"},
                "window_months",
                "48; it must be from 1 to 36.",
            ),
            (
                {"external_ref": "N", "person": "N", "manager": "amena"},
                "manager",
                "There is no worker with the username “amena”. Did you mean amina?",
            ),
        ],
    ),
    (
        "contacts",
        "contact 1 of WS-0001",
        CONTACT,
        {"outcome": "declined", "on": "16/01/2026", "note": "somebody else answered", "minutes": "5"},
        [
            ("contact 1 of WS-0001", "on", "2026-01-15", "2026-01-16"),
            ("contact 1 of WS-0001", "outcome", "held", "declined"),
            ("contact 1 of WS-0001", "minutes", "20", "5"),
            ("contact 1 of WS-0001", "note", "", ""),
        ],
        [({}, "external_ref", "Row 2 has the same external_ref in this case.")],
        [
            (
                {"external_ref": "N", "case": "OLD-9"},
                "case",
                "There is no case OLD-9, by our own ref or by another system's.",
            ),
            (
                {"external_ref": "N", "id": "99"},
                "id",
                "There is no contact 99 here that stands; leave id empty for a new one.",
            ),
            (
                {"external_ref": "N", "on": "3/3/2026"},
                "on",
                "Tue 3 Mar 2026 is in the future; a contact is recorded once it has happened.",
            ),
            (
                {"external_ref": "N", "on": "12/1/2026"},
                "on",
                "Mon 12 Jan 2026 is before WS-0001 opened (Tue 13 Jan 2026).",
            ),
            ({"external_ref": "N", "mode": "pigeon"}, "mode", None),
            ({"external_ref": "N", "mode": ""}, "mode", "It is empty, and needed: how it was made."),
            ({"external_ref": "N", "minutes": "1441"}, "minutes", "1441; it must be from 0 to 1440."),
            ({"external_ref": "N", "by": "nobody"}, "by", "There is no worker with the username “nobody”."),
        ],
    ),
    (
        "assignments",
        "WS-0001",
        GIVEN,
        {},
        [],
        [
            (
                {"until": "2/2/2026"},
                "until",
                "Here it is empty. It is ended with: drive unassign or drive assign WS-0001",
            ),
            ({"from": "21/01/2026"}, "role", "carl holds it since 2026-01-20."),
        ],
        [
            ({"worker": "dana"}, "worker", "Dana Reid is not a substance worker but a mental-health worker."),
            (
                {"role": "mental_health", "worker": "dana", "from": "3/3/2026"},
                "from",
                "Tue 3 Mar 2026 is in the future; an assignment is recorded once it has happened.",
            ),
            (
                {"role": "mental_health", "worker": "dana", "from": "1/1/2026"},
                "from",
                "Thu 1 Jan 2026 is before WS-0001 opened (Tue 13 Jan 2026).",
            ),
            (
                {"role": "mental_health", "worker": "dana", "until": "19/1/2026"},
                "until",
                "It would end before it began.",
            ),
            (
                {"role": "mental_health", "worker": "dana", "reason": "done"},
                "reason",
                "There is a reason why it ended, and no until.",
            ),
            ({"role": "idva", "worker": "fay"}, "role", "Nobody is assigned to a case as idva."),
        ],
    ),
    (
        "workers",
        "mo_1",
        WORKER,
        {"name": "Mo Fuller", "capacity": "5"},
        [("mo_1", "name", "Mo Full", "Mo Fuller"), ("mo_1", "capacity", "3", "5")],
        [
            (
                {"role": "substance"},
                "role",
                "Here it is “case_manager”. A worker with another role is another worker: drive worker add",
            ),
            ({"left_on": "2/2/2026"}, "left_on", "Here it is empty. It is said with: drive worker leave mo_1"),
        ],
        [
            (
                {"username": "x y"},
                "username",
                "“x y” cannot be a username: use letters, digits, dot, hyphen and underscore.",
            ),
            (
                {"username": "n", "agency": "Nowhere"},
                "agency",
                "There is no agency called Nowhere. Add it first: drive agency add",
            ),
            ({"username": "n", "capacity": "-1"}, "capacity", "-1; it must be from 0 to 1000."),
            (
                {"username": "n", "left_on": "3/3/2026"},
                "left_on",
                "It is in the future; somebody has left once the day has come.",
            ),
            ({"username": "n", "role": "cook"}, "role", None),
        ],
    ),
    (
        "agencies",
        "Adur Advice",
        AGENCY,
        {"kind": "housing"},
        [("Adur Advice", "kind", "advice", "housing")],
        [({}, "name", "Row 2 is the same agency.")],
        [({"name": ""}, "name", "It is empty, and needed: the agency's name.")],
    ),
]


def before(drive: Drive, kind: str) -> None:
    """What rows of a kind are about."""
    if kind in ("contacts", "assignments"):
        one(drive)
    if kind == "workers":
        bring(drive, "agencies", [AGENCY])


@pytest.mark.parametrize("told", KINDS, ids=[each[0] for each in KINDS])
def test_a_row_is_new_then_the_same_then_changed_field_by_field_in_conflict_or_rejected(
    drive: Drive, team: Any, told: Kind
) -> None:
    kind, _, row, change, changed, conflicts, rejected = told
    before(drive, kind)

    first = bring(drive, kind, [row])
    stood = records(drive)
    again = bring(drive, kind, [row])

    assert counts(first) == {"new": 1, "applied": 1}
    assert (counts(again), again["batch"]) == ({"same": 1}, None)
    assert records(drive) == stood

    for more, column, message in conflicts:
        rows = [row, row | more] if "Row 2" in message else [row | more]
        answer = bring(drive, kind, rows, code=6)
        assert (answer["conflict"], answer["rejected"], answer["batch"]) == (1, 0, None), answer
        assert faults(answer)[-1] == (len(rows) + 1, column, message)
    for more, column, message in rejected:
        answer = bring(drive, kind, [row | more], code=6)
        assert (answer["conflict"], answer["rejected"], answer["batch"]) == (0, 1, None), answer
        (fault,) = faults(answer)
        assert fault[:2] == (2, column)
        assert message is None or fault[2] == message
    assert records(drive) == stood

    if change:
        answer = bring(drive, kind, [row | change])
        assert (counts(answer), changes(answer)) == ({"changed": 1, "applied": 1}, changed)
        assert counts(bring(drive, kind, [row | change])) == {"same": 1}


def test_a_cell_that_is_empty_says_nothing_and_changes_nothing(drive_file: Drive, team: Any) -> None:
    one(drive_file)
    stood = records(drive_file)

    answer = bring(drive_file, "cases", [dict.fromkeys(CASE, "") | {"external_ref": "OLD-1"}])

    assert counts(answer) == {"same": 1}
    assert records(drive_file) == stood


@pytest.mark.parametrize(
    ("kind", "row", "more"),
    [
        ("persons", {"ref": "P-0001", "forename": "Robin", "surname": "Example"}, {"surname": "Sample"}),
        ("cases", {"ref": "WS-0001", "opened_on": "13/01/2026"}, {"tier": "standard"}),
        (
            "contacts",
            {"id": "1", "case": "WS-0001", "on": "15/01/2026", "mode": "phone", "outcome": "held"},
            {"minutes": "9"},
        ),
    ],
)
def test_two_rows_about_one_record_are_a_conflict_and_neither_wins(
    drive_file: Drive, team: Any, kind: str, row: Row, more: Row
) -> None:
    one(drive_file)
    bring(drive_file, "contacts", [CONTACT])
    stood = records(drive_file)

    answer = bring(drive_file, kind, [row, row | more], code=6)

    assert faults(answer) == [(3, "", "Row 2 is about the same record.")]
    assert records(drive_file) == stood


def test_a_change_is_held_to_the_same_rules_as_what_is_new(drive: Drive, team: Any) -> None:
    one(drive)
    bring(drive, "contacts", [CONTACT, CONTACT | {"external_ref": "C-2", "on": "16/1/2026"}])
    stood = records(drive)

    born = bring(drive, "persons", [PERSON | {"dob": "3/3/2026"}], code=6)
    also = bring(drive, "cases", [CASE | {"dob": "3/3/2026"}], code=6)
    late = bring(
        drive, "contacts", [CONTACT | {"on": "3/3/2026"}, CONTACT | {"external_ref": "C-2", "on": "12/1/2026"}], code=6
    )
    taken_ref = bring(drive, "contacts", [CONTACT | {"id": "1", "external_ref": "C-2"}], code=6)

    assert faults(born) == faults(also) == [(2, "dob", "2026-03-03 is in the future.")]
    assert [each[:2] for each in faults(late)] == [(2, "on"), (3, "on")]
    assert faults(taken_ref) == [(2, "external_ref", "That is the external ref of contact 2 here.")]
    assert records(drive) == stood


def test_a_restricted_note_is_not_changed_by_somebody_who_may_not_read_it(drive: Drive, team: Any) -> None:
    one(drive)
    bring(drive, "contacts", [CONTACT | {"about": "restricted"}])
    stood = records(drive)

    answer = bring(drive, "contacts", [CONTACT | {"about": "restricted", "note": "other"}], as_="gil", code=6)

    assert faults(answer) == [(2, "", "Contact 1 is restricted. Ask the case's manager or a lead to bring this in.")]
    assert records(drive) == stood
    assert counts(bring(drive, "contacts", [CONTACT | {"about": "restricted", "note": "other"}])) == {
        "changed": 1,
        "applied": 1,
    }


def test_what_could_be_one_of_two_is_refused_not_guessed(drive: Drive, team: Any) -> None:
    bring(drive, "persons", [{"external_ref": "P-0002", "forename": "Kim", "surname": "Samplebbb"}])
    bring(drive, "cases", [case(1, external_ref="WS-0002", person="P-0002"), case(2, external_ref="B")])
    row = {"case": "ws-0002", "on": "15/1/2026", "mode": "phone", "outcome": "held"}
    again = case(3, person="P-0002", forename="Kim", surname="Samplebbb", **CLOSED)

    contact = bring(drive, "contacts", [row | {"case": "WS-0002"}], code=6)
    owner = bring(drive, "cases", [again], code=6)
    own = bring(drive, "cases", [{"ref": "WS-0002", "opened_on": "", "tier": "high"}])

    assert faults(contact) == [(2, "case", "WS-0002 is one of our own refs, and that of WS-0001 in another system.")]
    assert faults(owner) == [(2, "person", "P-0002 is one of our own refs, and that of P-0001 in another system.")]
    assert [each[0] for each in changes(own)] == ["WS-0002"]


# -- a dry run ---------------------------------------------------------------------------------------------------------

ALL: list[tuple[str, list[Row]]] = [
    ("agencies", [AGENCY, {"name": "Example Housing"}]),
    ("workers", [WORKER]),
    (
        "persons",
        [PERSON | {"forename": "Robyn"}, PERSON | {"external_ref": "PN-2"}, PERSON | {"external_ref": "", "dob": "x"}],
    ),
    ("cases", [CASE | {"tier": "standard"}, case(1), case(2, manager="nobody")]),
    ("contacts", [CONTACT, CONTACT | {"external_ref": "C-2"}, CONTACT | {"external_ref": "C-3", "mode": "x"}]),
    ("assignments", [GIVEN, GIVEN | {"worker": "dana"}]),
]


def on_disk(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file and folder: its bytes and its mode."""
    return {
        str(path): (path.read_bytes() if path.is_file() else b"", path.stat().st_mode) for path in folder.rglob("*")
    }


@pytest.mark.parametrize("partial", [False, True])
def test_a_dry_run_changes_no_byte_under_the_home_and_leaves_no_file(
    drive_file: Drive, team: Any, partial: bool
) -> None:
    one(drive_file)
    folder = drive_file.home.parent / "files"
    files = {kind: write_table(folder / f"{kind}-try.csv", rows) for kind, rows in ALL}
    drive_file.close()
    before, beside = on_disk(drive_file.home), on_disk(folder)

    ended = {
        kind: drive_file(["import", kind, str(file), "--dry-run", *(["--partial"] if partial else [])]).code
        for kind, file in files.items()
    }

    assert on_disk(drive_file.home) == before
    assert on_disk(folder) == beside
    assert ended == {"agencies": 0, "workers": 6, "persons": 6, "cases": 6, "contacts": 6, "assignments": 6}


def test_a_dry_run_says_what_the_import_then_does(drive: Drive, team: Any) -> None:
    one(drive)
    for kind, rows in ALL:
        stood = contents(drive)
        good = [
            row
            for row in rows
            if "x" not in row.values() and row.get("worker") != "dana" and row.get("manager") != "nobody"
        ]

        tried = bring(drive, kind, good, "--dry-run")
        assert contents(drive) == stood
        done = bring(drive, kind, good)

        assert (tried["dry_run"], tried["batch"], tried["applied"]) == (True, None, 0)
        assert done["applied"] == tried["new"] + tried["changed"] > 0
        for name in ("rows", "new", "same", "changed", "errors", "changes", "took"):
            assert tried[name] == done[name], name
        of_rows = [[(each["row"], each["reason"]) for each in answer["suggestions"]] for answer in (tried, done)]
        assert of_rows[0] == of_rows[1]


# -- all or nothing, or the good rows ----------------------------------------------------------------------------------


def test_without_partial_one_bad_row_keeps_all_of_them_out(drive: Drive, team: Any) -> None:
    stood = contents(drive)

    answer = bring(drive, "cases", [case(1), case(2, tier="urgent"), case(3)], code=6)

    assert (counts(answer), answer["batch"], answer["rejects"]) == ({"new": 2, "rejected": 1}, None, None)
    assert contents(drive) == stood


def read_back(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def test_with_partial_the_good_rows_come_in_and_the_others_once_they_are_mended(drive: Drive, team: Any) -> None:
    folder = drive.home.parent / "files"
    rows = [
        case(1), case(2, tier="urgent", Seen="=1+1"), case(3, dob="31/02/1990", Seen="yes", address="1 Row\n2nd line"),
        case(4, external_ref="E-1"),
    ]  # fmt: skip

    first = bring(drive, "cases", rows, "--partial", code=6)
    rejects = Path(first["rejects"])
    mended = read_back(rejects)

    assert counts(first) == {"new": 1, "conflict": 1, "rejected": 2, "applied": 1}
    assert (rejects, stat.S_IMODE(rejects.stat().st_mode)) == (folder / "cases.rejected.csv", 0o600)
    assert list(mended[0]) == [*dict.fromkeys(name for row in rows for name in row), "why_not_imported"]
    assert [row["why_not_imported"] for row in mended] == [
        "tier: “urgent” is not a tier. One of: high, not_assessed, standard.",
        "dob: “31/02/1990”: February 1990 has 28 days.",
        "external_ref: Row 2 has the same external_ref.",
    ]
    assert (mended[0]["Seen"], mended[1]["address"]) == ("'=1+1", "1 Row\n2nd line")

    mended[0]["tier"], mended[1]["dob"], mended[2]["external_ref"] = "high", "28/02/1990", "E-4"
    second = bring(drive, "cases", write_table(folder / "mended.csv", mended))

    assert (counts(second), second["not_read"]) == ({"new": 3, "applied": 3}, ["Seen"])
    assert [row["external_ref"] for row in taken(drive, "cases")] == ["E-1", "E-2", "E-3", "E-4"]
    whole = [rows[0], rows[1] | {"tier": "high"}, rows[2] | {"dob": "28/02/1990"}, rows[3] | {"external_ref": "E-4"}]
    assert counts(bring(drive, "cases", whole)) == {"same": 4}


def test_a_file_of_rejected_rows_is_itself_imported_and_its_rejects_have_one_reason_each(
    drive_file: Drive, team: Any
) -> None:
    first = bring(drive_file, "cases", [case(1), case(2, tier="urgent")], "--partial", code=6)

    again = bring(drive_file, "cases", first["rejects"], "--partial", code=6)

    assert counts(again) == {"rejected": 1}
    assert again["not_read"] == []
    (row,) = read_back(Path(again["rejects"]))
    assert row["why_not_imported"].startswith("tier: “urgent”")
    assert list(row).count("why_not_imported") == 1


def test_a_row_with_too_many_cells_comes_back_whole_is_refused_as_it_stands_and_brought_in_once_mended(
    drive_file: Drive, team: Any, tmp_path: Path
) -> None:
    file = tmp_path / "old.csv"
    heading = "external_ref,forename,surname,opened_on,address,phone"
    file.write_text(f"{heading}\nE-1,Kim,Sample,13/1/2026,1 High Street,Worthing,0770 0900 1\n")

    first = bring(drive_file, "cases", file, "--partial", code=6)
    again = bring(drive_file, "cases", first["rejects"], "--partial", code=6)

    for told, wide in ((first, 6), (again, 7)):
        with Path(told["rejects"]).open(encoding="utf-8-sig", newline="") as stream:
            head, row = csv.reader(stream)
        why = f"The row has {wide + 1} cells, the heading has {wide}."
        assert head == [*heading.split(","), "why_not_imported"]
        assert row == ["E-1", "Kim", "Sample", "13/1/2026", "1 High Street", "Worthing", why, "0770 0900 1"]
    mended = [*row[:4], ", ".join(row[4:6]), row[7], "", ""]
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, mended])
    assert counts(bring(drive_file, "cases", file)) == {"new": 1, "applied": 1}
    assert drive_file("export cases --include-restricted --reason seeing --format json").json[0]["address"] == (
        "1 High Street, Worthing"
    )


def test_rejected_rows_go_where_they_are_wanted_but_never_over_the_file_they_came_from(
    drive_file: Drive, team: Any, tmp_path: Path
) -> None:
    file = write_table(tmp_path / "old.csv", [case(1), case(2, tier="urgent")])
    wanted = tmp_path / "mend.csv"

    answer = bring(drive_file, "cases", file, "--rejects", str(wanted), code=6)
    stood, bytes_ = contents(drive_file), file.read_bytes()
    over = drive_file(["import", "cases", str(file), "--partial", "--rejects", str(file)])

    assert (answer["rejects"], answer["applied"], len(read_back(wanted))) == (str(wanted), 0, 1)
    assert (over.code, over.err) == (
        3,
        f"There is a file {file} already, and rows that are not brought in would take its place.\n"
        "Import it or move it away, or choose another name: --rejects FILE\n",
    )
    assert file.read_bytes() == bytes_
    assert contents(drive_file) == stood


def test_rows_of_a_workbook_that_are_not_brought_in_come_back_with_the_days_and_numbers_they_had(
    drive_file: Drive, team: Any, tmp_path: Path
) -> None:
    header = [*case(1), "dob", "minutes", "tier", "interpreter"]
    rows = [
        ["E-1", "Kim", "Sample", date(2026, 1, 13), date(1990, 4, 3), 7, "urgent", True],
        ["E-2", "Jo", "Sample", 45000, "", 1.5, "high", False],
    ]
    file = tmp_path / "old.xlsx"
    workbook(file, Old=[header, *rows])

    answer = bring(drive_file, "cases", file, "--partial", code=6)

    back = [
        {name: value for name, value in row.items() if name != "why_not_imported"}
        for row in read_back(Path(answer["rejects"]))
    ]
    assert back == [
        {
            "external_ref": "E-1",
            "forename": "Kim",
            "surname": "Sample",
            "opened_on": "2026-01-13",
            "dob": "1990-04-03",
            "minutes": "7",
            "tier": "urgent",
            "interpreter": "yes",
        },
        {
            "external_ref": "E-2",
            "forename": "Jo",
            "surname": "Sample",
            "opened_on": "45000",
            "dob": "",
            "minutes": "1.5",
            "tier": "high",
            "interpreter": "no",
        },
    ]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook of these sheets: texts, numbers, yes and no, days."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, place, cell, day)
                    elif cell != "":
                        sheet.write(number, place, cell)
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cases.csv: it is empty: there is nothing in it.\n"),
        ("\n\n\n", None),
        ("external_ref,forename,surname,opened_on\r\n", "cases.csv: there are no rows in it. Nothing was brought in."),
        (
            "external_ref,forename,surname,opened_on\r\n,,,\r\n",
            "cases.csv: there are no rows in it. Nothing was brought in.",
        ),
    ],
    ids=["no byte", "blank lines", "a header", "a header and blank rows"],
)
@pytest.mark.parametrize(
    "options", [[], ["--dry-run"], ["--partial"]], ids=lambda options: " ".join(options) or "plain"
)
def test_a_file_without_rows_ends_with_6_and_says_so(
    drive_file: Drive, team: Any, tmp_path: Path, text: str, said: str | None, options: list[str]
) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(text, newline="")
    stood = contents(drive_file)

    result = drive_file(["import", "cases", str(file), *options])

    assert result.code == 6, str(result)
    assert said is None or said.strip() in result.err + result.out
    assert contents(drive_file) == stood
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["cases.csv"]


# -- meanwhile ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(drive: Drive, team: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Somebody else types a line between the plan of the next import and its being applied."""
    said = imports.say_headings

    def arrange(line: str) -> None:
        def interrupt(*given: Any) -> None:
            monkeypatch.setattr(imports, "say_headings", said)
            drive(line, as_="amina", ok=True)
            said(*given)

        monkeypatch.setattr(imports, "say_headings", interrupt)

    return arrange


OPENED = "case open --forename Jo --surname Other --opened 13/1/2026 --external-ref E-1"


def test_when_the_store_changed_meanwhile_the_plan_is_made_anew(drive: Drive, meanwhile: Callable[[str], None]) -> None:
    row = case(1, forename="Jo", surname="Other", tier="high")
    meanwhile(OPENED)

    answer = bring(drive, "cases", [row, case(2)])

    assert counts(answer) == {"new": 1, "changed": 1, "applied": 2}
    assert changes(answer) == [("WS-0001", "tier", "not_assessed", "high")]
    assert len(taken(drive, "cases")) == 2


def test_what_became_wrong_meanwhile_is_not_brought_in(drive: Drive, meanwhile: Callable[[str], None]) -> None:
    row = case(1, opened_on="14/1/2026")
    meanwhile(OPENED)

    answer = bring(drive, "cases", [row, case(2)], code=6)

    assert (counts(answer), answer["batch"]) == ({"new": 1, "conflict": 1}, None)
    assert len(taken(drive, "cases")) == 1
    meanwhile("worker away ben --from 9/3/2026 --to 13/3/2026 --cover amina")
    again = bring(drive, "cases", [row, case(2)], "--partial", code=6)
    assert counts(again) == {"new": 1, "conflict": 1, "applied": 1}


def test_what_somebody_else_brought_in_meanwhile_is_not_brought_in_again(
    drive: Drive, meanwhile: Callable[[str], None]
) -> None:
    meanwhile(OPENED)

    answer = bring(drive, "cases", [case(1, forename="Jo", surname="Other")])

    assert (counts(answer), answer["batch"], answer["applied"]) == ({"same": 1}, None, 0)
    assert drive("import history --json").json == []


# -- the file ----------------------------------------------------------------------------------------------------------


def test_the_answer_for_programs_has_the_keys_that_are_promised(drive_file: Drive, team: Any) -> None:
    one(drive_file)
    rows = [
        CASE | {"tier": "standard"},
        case(1, forename="Example", surname="Robin", dob="30/7/1988"),
        case(2, tier="x"),
    ]

    answer = bring(drive_file, "cases", rows, "--partial", code=6)

    promised = ["batch", "file", "kind", "rows", "new", "same", "changed", "conflict", "rejected", "applied", "seconds"]
    assert list(answer)[:13] == [*promised, "errors", "suggestions"]
    assert set(answer) - set(promised) == {
        "errors", "suggestions", "more_suggestions", "changes", "took", "not_read", "notes", "rejects", "dry_run",
    }  # fmt: skip
    assert (answer["batch"], answer["file"], answer["kind"]) == (2, "cases.csv", "cases")
    assert isinstance(answer["seconds"], float)
    assert answer["errors"] == [
        {"row": 4, "column": "tier", "value": "x",
         "message": "“x” is not a tier. One of: high, not_assessed, standard."},
    ]  # fmt: skip
    assert [sorted(each) for each in answer["suggestions"]] == [["name", "other", "other_name", "reason", "ref", "row"]]


def test_row_numbers_are_those_of_the_file_whatever_stands_above_and_between(
    drive_file: Drive, team: Any, tmp_path: Path
) -> None:
    text = (
        "Caseload of last year\n\nforename,surname,opened_on,address\n"
        'Kim,Sample,13/1/2026,"1 Row\n2nd line"\n\nJo,Sample,13/13/2026,\nLee,,13/1/2026,\n'
    )
    file = tmp_path / "old.csv"
    file.write_text(text, newline="")
    book = workbook(
        tmp_path / "old.xlsx",
        Old=[
            ["Caseload"],
            [],
            ["forename", "surname", "opened_on"],
            ["Kim", "Sample", "13/1/2026"],
            [],
            ["Jo", "S", "x"],
        ],
    )

    assert [each[:2] for each in faults(bring(drive_file, "cases", file, code=6))] == [(7, "opened_on"), (8, "surname")]
    assert [each[:2] for each in faults(bring(drive_file, "cases", book, code=6))] == [(6, "opened_on")]


def test_headings_that_no_column_has_are_listed_and_others_are_known_by_their_synonyms(
    drive_file: Drive, team: Any
) -> None:
    row = {"First_Name": "Kim", "FAMILY NAME": "Sample", "Date of referral": "13/1/2026", "Shoe size": "9", "Hair": ""}
    file = write_table(drive_file.home.parent / "files" / "x.csv", [row])

    result = drive_file(["import", "cases", str(file)], ok=True)
    answer = bring(drive_file, "cases", file)

    assert "Not read, for no column has that name: “Shoe size”, “Hair”. (drive import fields cases)\n" in result.err
    assert (answer["not_read"], counts(answer)) == (["Shoe size", "Hair"], {"same": 1})


def test_map_says_by_hand_which_heading_is_which_column(drive_file: Drive, team: Any) -> None:
    row = {"Who": "Kim", "surname": "Sample", "Started": "13/1/2026", "opened": "1/1/1999", "Team member": "amina"}
    said = ["--map", "forename=who", "--map", "OPENED_ON=Started", "--map", "manager=Team member"]

    answer = bring(drive_file, "cases", [row], *said)

    assert (counts(answer), answer["not_read"]) == ({"new": 1, "applied": 1}, ["opened"])
    (made,) = taken(drive_file, "cases")
    assert (made["forename"], made["opened_on"], made["manager"]) == ("Kim", "2026-01-13", "amina")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("forename", "--map: “forename” should be FIELD=HEADER, as in opened_on=Started."),
        ("name=surname", "--map: there is no column name. Columns: ref, external_ref"),
        (
            "forename=Vorname",
            "--map: there is no heading “Vorname”. Headings: external_ref, forename, surname, opened_on.",
        ),
    ],
)
def test_a_map_that_fits_nothing_is_refused_with_what_there_is(
    drive_file: Drive, team: Any, said: str, message: str
) -> None:
    file = write_table(drive_file.home.parent / "files" / "x.csv", [case(1)])

    result = drive_file(["import", "cases", str(file), "--map", said])

    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_column_that_is_missing_or_there_twice_is_asked_about(drive_file: Drive, team: Any) -> None:
    missing = write_table(
        drive_file.home.parent / "files" / "m.csv", [{"forename": "Kim", "surname": "S", "begun": "1/1/2026"}]
    )
    twice = write_table(drive_file.home.parent / "files" / "t.csv", [case(1) | {"Date opened": "1/1/2026"}])

    first, second = (drive_file(["import", "cases", str(file)]) for file in (missing, twice))

    assert (first.code, first.err.partition("\n")[2]) == (
        2,
        "There is no column for opened_on. The headings are: forename, surname, begun.\n"
        "If it is there under another name: --map opened_on=HEADING\n",
    )
    assert (second.code, second.err.partition("\n")[2]) == (
        2,
        "“opened_on” and “Date opened” are both read as opened_on.\nSay which is meant: --map opened_on=HEADING\n",
    )


def test_a_sheet_of_a_workbook_is_chosen_by_its_name(drive_file: Drive, team: Any, tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "all.xlsx",
        Notes=[["a page of notes"]],
        Open=[["forename", "surname", "opened_on"], ["Kim", "Sample", date(2026, 1, 13)]],
        Closed=[["forename", "surname", "opened_on"], ["Jo", "Sample", "13/1/2026"]],
    )

    unsaid = drive_file(["import", "cases", str(book), "--dry-run"])
    wrong = drive_file(["import", "cases", str(book), "--sheet", "Shut"])
    answer = bring(drive_file, "cases", book, "--sheet", "Open")

    assert unsaid.code == 2
    assert all(name in unsaid.err for name in ("Notes", "Open", "Closed", "--sheet")), str(unsaid)
    assert wrong.code in (2, 4)
    assert "Closed" in wrong.err
    assert counts(answer) == {"new": 1, "applied": 1}
    assert any("Open" in each for each in answer["took"])


def test_the_letters_and_the_separator_are_found_said_and_can_be_told(
    drive_file: Drive, team: Any, tmp_path: Path
) -> None:
    rows = [case(1, forename="Zoë", surname="O'Neill")]
    old = write_table(tmp_path / "old.csv", rows, delimiter=";", encoding="cp1252")
    wide = write_table(tmp_path / "wide.csv", rows, delimiter="\t", encoding="utf-16")
    odd = write_table(tmp_path / "odd.csv", rows, delimiter="^", encoding="cp850")

    first = bring(drive_file, "cases", old)
    second = bring(drive_file, "cases", wide)
    third = bring(drive_file, "cases", odd, "--delimiter", "^", "--encoding", "cp850")

    assert any("1252" in each for each in first["took"])
    assert "separator: semicolon" in first["took"]
    assert counts(first) == {"new": 1, "applied": 1}
    assert any("UTF-16" in each for each in second["took"])
    assert counts(second) == counts(third) == {"same": 1}
    assert [row["forename"] + row["surname"] for row in taken(drive_file, "persons")] == ["ZoëO'Neill"]


def test_a_file_comes_from_stdin_too_and_leaves_nothing_behind_but_what_was_asked_for(
    drive_file: Drive, team: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (
        "external_ref;forename;surname;opened_on;tier\nE-1;Kim;Sample;13/1/2026;high\nE-2;Jo;Sample;13/1/2026;urgent\n"
    )

    answer = bring(drive_file, "cases", "-", "--partial", stdin=text, code=6)

    assert (answer["file"], counts(answer)) == ("stdin", {"new": 1, "rejected": 1, "applied": 1})
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["stdin.rejected.csv"]
    assert drive_file("import cases -", stdin="").code == 6


def test_a_batch_keeps_what_it_was_said_to_be(drive_file: Drive, team: Any) -> None:
    bring(drive_file, "cases", [case(1)], "--batch-note", "old system, first half")

    (row,) = drive_file("import history --json", ok=True).json
    assert (row["note"], row["kind"], row["rows"], row["applied"], row["by"]) == (
        "old system, first half",
        "cases",
        1,
        1,
        "sam",
    )


@pytest.mark.parametrize("line", ["import cases nowhere.csv", "import cases nowhere.xlsx --dry-run"])
def test_a_file_that_is_not_there_is_not_found(drive_file: Drive, team: Any, line: str) -> None:
    name = line.split()[2]
    assert_refused(drive_file, line, 4, f"There is no file {name}.")


# -- days --------------------------------------------------------------------------------------------------------------

BAD_DAYS = {
    "04/13/2026": "“04/13/2026”: there is no month 13; days are written day/month/year.",
    "3/4/26": "“3/4/26”: write the year with four digits, as in 3/4/2026.",
    "31/02/2026": "“31/02/2026”: February 2026 has 28 days.",
    "29/02/2025": "“29/02/2025”: February 2025 has 28 days.",
    "46023": "“46023” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
    "1/1/1899": "“1/1/1899”: the year must lie between 1900 and 2100.",
    "1/1/2101": "“1/1/2101”: the year must lie between 1900 and 2100.",
    "yesterday": "“yesterday” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
    "Monday": "“Monday” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
    "-2d": "“-2d” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
    "3 Apr 2025": "“3 Apr 2025” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
    "2026-02-30": "“2026-02-30”: February 2026 has 28 days.",
    "2026-01-13 00:00": "“2026-01-13 00:00” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
    "0/1/2026": "“0/1/2026”: January 2026 has 31 days.",
    "unknown": "“unknown” is not a day I can read; write it as 3/4/2026 or 2026-04-03.",
}


def test_a_day_is_read_as_it_is_written_or_refused_with_what_would_be_right(drive_file: Drive, team: Any) -> None:
    good = ["13/1/2026", "13/01/2026", " 13.1.2026 ", "13-01-2026", "2026-01-13", "2026-1-13"]

    answer = bring(drive_file, "cases", [case(n, opened_on=day) for n, day in enumerate(BAD_DAYS)], code=6)
    read = bring(drive_file, "cases", [case(n, opened_on=day) for n, day in enumerate(good)])

    assert faults(answer) == [(n, "opened_on", message) for n, message in enumerate(BAD_DAYS.values(), 2)]
    assert counts(read) == {"new": len(good), "applied": len(good)}
    assert {row["opened_on"] for row in taken(drive_file, "cases")} == {"2026-01-13"}


def test_a_workbook_gives_real_days_and_no_number_is_taken_for_one(
    drive_file: Drive, team: Any, tmp_path: Path
) -> None:
    header = ["external_ref", "forename", "surname", "opened_on", "dob"]
    rows = [
        ["E-1", "Kim", "A", date(2026, 1, 13), date(1960, 4, 3)],
        ["E-2", "Kim", "B", 46035, ""],
        ["E-3", "Kim", "C", "46035", ""],
        ["E-4", "Kim", "D", date(2026, 1, 13), date(1919, 12, 31)],
        ["E-5", "Kim", "E", date(2029, 1, 1), ""],
        ["E-6", "Kim", "F", "13/1/2026", "1/2/1925"],
    ]

    answer = bring(drive_file, "cases", workbook(tmp_path / "d.xlsx", Old=[header, *rows]), "--partial", code=6)

    assert [each[:2] for each in faults(answer)] == [(3, "opened_on"), (4, "opened_on"), (5, "dob"), (6, "opened_on")]
    assert "46035 is a number, not a day" in faults(answer)[0][2]
    assert "cannot be right" in faults(answer)[2][2]
    assert [(row["opened_on"], row["dob"]) for row in taken(drive_file, "cases")] == [
        ("2026-01-13", "1960-04-03"), ("2026-01-13", "1925-02-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "flagged"),
    [
        (["01/02/2026", "3/1/2026"], True),
        (["01-2-2026", "11-1-2026"], True),
        (["01-2-2026", "13-1-2026"], False),
        (["01/02/2026", "13/1/2026"], False),
        (["2026-01-13", "2026-02-01"], False),
        (["2026-01-13", "01/02/2026"], True),
    ],
)
def test_a_column_of_days_that_could_all_be_exchanged_is_flagged(
    drive_file: Drive, team: Any, days: list[str], flagged: bool
) -> None:
    answer = bring(drive_file, "cases", [case(n, opened_on=day) for n, day in enumerate(days)])

    assert [note.startswith("In opened_on every day is 12 or less") for note in answer["notes"]] == [True] * flagged


# -- rights ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["hal", "amina", "carl", "fay"])
@pytest.mark.parametrize(
    "line",
    ["import cases {} --dry-run", "import cases {}", "import cases {} --partial --json", "import undo 1 --reason x"],
)
def test_who_may_not_bring_in_files_may_not_try_it_either(drive_file: Drive, team: Any, who: str, line: str) -> None:
    bring(drive_file, "agencies", [AGENCY])
    file = write_table(drive_file.home.parent / "files" / "x.csv", [case(1)])
    stood = contents(drive_file)

    result = drive_file(line.format(file), as_=who)

    assert (result.code, result.out) == (3, "")
    assert "may not" in result.err
    assert contents(drive_file) == stood
    assert not list(file.parent.glob("*rejected*"))


def test_an_administrator_may_bring_in_every_kind(drive: Drive, team: Any) -> None:
    one(drive)
    for kind, rows in ALL:
        answer = bring(drive, kind, rows[:1], as_="gil")
        assert answer["new"] + answer["changed"] == answer["applied"] == 1


# -- what a person reads -----------------------------------------------------------------------------------------------


def test_faults_are_grouped_and_the_next_line_is_said(drive_file: Drive, team: Any) -> None:
    rows = [case(n, opened_on="13/13/2026" if n < 4 else "13/1/2026", tier="x" if n == 4 else "") for n in range(6)]
    file = write_table(drive_file.home.parent / "files" / "old.csv", rows)

    result = drive_file(["import", "cases", str(file)])

    assert result.out == "old.csv: 6 rows: 1 new, 5 rejected. Nothing was brought in.\n"
    assert "5 rows cannot be brought in:\n" in result.err
    assert "(rows 2, 3, 4, 5)" in result.err
    assert f"drive import cases {file} --partial" in result.err
    assert str(file) in result.err.splitlines()[-1]


def test_phone_numbers_addresses_and_notes_are_said_to_change_and_not_shown(drive_file: Drive, team: Any) -> None:
    one(drive_file)
    bring(drive_file, "contacts", [CONTACT])

    person = drive_file(
        [
            "import",
            "persons",
            str(
                write_table(
                    drive_file.home.parent / "files" / "p.csv",
                    [PERSON | {"phone": "0770secret", "address": "1 Secret Row"}],
                )
            ),
        ],
        ok=True,
    )
    contact = drive_file(
        [
            "import",
            "contacts",
            str(write_table(drive_file.home.parent / "files" / "c.csv", [CONTACT | {"note": "secret words"}])),
        ],
        ok=True,
    )

    assert "phone changes" in person.err
    assert "note changes" in contact.err
    assert "ecret" not in person.out + person.err + contact.out + contact.err


@pytest.mark.parametrize("kind", columns.KINDS)
def test_a_template_that_was_not_filled_in_brings_nothing_not_even_its_example(drive_file, kind: str, tmp_path) -> None:
    drive_file(["import", "--template", kind, "-o", str(tmp_path / "t.xlsx")], ok=True)

    result = drive_file(["import", kind, str(tmp_path / "t.xlsx"), "--json"])

    assert result.code == 6
    assert (result.json["rows"], result.json["rejected"], result.json["batch"]) == (1, 1, None)
    assert {"row": 2, "column": "", "value": "", "message": "It is the example row of the template; delete it."} in (
        result.json["errors"]
    )
