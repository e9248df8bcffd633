"""`drive import history`, `show` and `undo`: a whole batch is taken back, or nothing of it, and that it was is kept."""

from typing import Any

import pytest
from bringing import (
    AGENCY,
    CASE,
    CLOSED,
    CONTACT,
    CUSTODY,
    GIVEN,
    PERSON,
    WORKER,
    Row,
    assert_sound,
    bring,
    case,
    counts,
    one,
    records,
)
from conftest import Drive

from commands.refusals import assert_refused, contents

# -- batches -----------------------------------------------------------------------------------------------------------


def test_history_and_show_tell_what_was_brought_in_by_whom_and_what_was_taken_back(drive: Drive, team: Any) -> None:
    bring(drive, "agencies", [AGENCY], as_="gil")
    bring(drive, "cases", [case(1), case(2, tier="x")], "--partial", "--batch-note", "first half", code=6)
    drive("import undo 1 --reason 'the wrong file'", as_="gil", ok=True)

    rows = drive("import history --json", ok=True).json
    page = drive("import show 2", ok=True).out
    shown = drive("import show 1 --json", ok=True).json

    assert [(row["batch"], row["kind"], row["by"], row["state"], row["rows"], row["applied"]) for row in rows] == [
        (2, "cases", "sam", "applied", 2, 1), (1, "agencies", "gil", "undone", 1, 1),
    ]  # fmt: skip
    assert (shown["reason"], shown["state"], len(shown["digest"])) == ("the wrong file", "undone", 64)
    for words in (
        "2 (applied)",
        "cases.csv (cases)",
        "sam",
        "2: 1 new, 0 same, 0 changed, 0 conflict, 1 rejected",
        "first half",
    ):
        assert words in page
    assert_refused(drive, "import show 9", 4, "There is no import 9.\ndrive import history")
    assert_refused(drive, "import undo 9 --reason x", 4, "There is no import 9.\ndrive import history")
    assert_refused(drive, "import undo 1 --reason x", 3, "Import 1 was taken back already.\ndrive import history")


CHANGED: list[tuple[str, list[Row]]] = [
    (
        "persons",
        [PERSON | {"surname": "Sample", "phone": "1", "aliases": "Zed"}, {"forename": "New", "surname": "Body"}],
    ),
    (
        "cases",
        [
            CASE | {"tier": "standard", "area": "adur", "forename": "Robyn"},
            case(1, manager="ben", **CLOSED),
            case(2, **CUSTODY),
        ],
    ),
    (
        "cases",
        [
            CASE
            | {
                "external_ref": "OLD-0",
                "opened_on": "1/2/2024",
                "stage_on": "",
                "sex": "male",
                "aliases": "Zed",
                **CLOSED,
                "closed_on": "1/2/2025",
                "manager": "",
            }
        ],
    ),
    (
        "contacts",
        [
            CONTACT | {"outcome": "declined", "note": "x"},
            CONTACT | {"external_ref": "C-2", "about": "", "on": "16/1/2026"},
            {"case": "OLD-1", "id": "1", "external_ref": "C-7", "on": "15/1/2026", "mode": "phone", "outcome": "held"},
        ][:2],
    ),
    ("contacts", [CONTACT | {"id": "1", "external_ref": "C-7"}]),
    ("assignments", [GIVEN, GIVEN | {"role": "mental_health", "worker": "dana", "until": "1/2/2026"}]),
    (
        "workers",
        [
            WORKER | {"agency": "Adur Advice"},
            {"username": "amina", "name": "Amina K", "role": "case_manager", "capacity": "9", "agency": "Adur Advice"},
        ],
    ),
    ("agencies", [AGENCY | {"kind": "other"}, {"name": "Example Housing"}]),
]


@pytest.mark.parametrize(("kind", "rows"), CHANGED, ids=[f"{n} {kind}" for n, (kind, _) in enumerate(CHANGED)])
def test_after_undo_every_record_is_as_it_was_and_that_it_was_is_kept(
    drive: Drive, team: Any, kind: str, rows: list[Row]
) -> None:
    bring(drive, "agencies", [AGENCY])
    one(drive)
    bring(drive, "contacts", [CONTACT])
    stood = records(drive)
    answer = bring(drive, kind, rows)
    assert answer["applied"] == len(rows)
    assert records(drive) != stood

    undone = drive(f"import undo {answer['batch']} --reason 'the wrong file' --json", as_="gil")

    assert undone.code == 0, str(undone)
    assert (undone.json["batch"], undone.json["removed"] + undone.json["restored"] > 0) == (answer["batch"], True)
    assert_sound(drive)
    assert records(drive) == stood
    assert drive.db().value("SELECT command FROM event ORDER BY id DESC LIMIT 1") == "drive import undo"
    again = bring(drive, kind, rows)
    assert (counts(again), again["batch"]) == (counts(answer), answer["batch"] + 1)


BUILT: list[tuple[str, list[str], str]] = [
    ("persons", ["case open --same-as P-0001 --opened 1/2/2026"], "1 case of its person"),
    ("persons", ["person link P-0001 P-0002 --reason x"], "1 decision who is who of its person"),
    ("cases", ["contact log 1 --mode phone --outcome held --on 15/1/2026"], "WS-0001 (drive contact log)"),
    ("cases", ["case edit 1 --tier standard"], "WS-0001 (drive case edit)"),
    ("cases", ["case edit 1 --phone 1"], "WS-0001 (drive case edit)"),
    ("cases", ["assign 1 --substance carl"], "WS-0001 (drive assign)"),
    ("cases", ["case close 1 --reason completed", "case open --same-as 1"], "WS-0001 (drive case close)"),
    ("contacts", ["contact correct 1 --outcome declined --reason x"], "WS-0001 (contact corrected)"),
    ("contacts", ["contact correct 1 --withdraw --reason x"], "WS-0001 (contact corrected)"),
    ("assignments", ["unassign 1 --substance --reason done"], "WS-0001 (drive unassign)"),
    ("workers", ["case open --forename Jo --surname New --manager mo_1"], "1 assignment of its worker"),
    ("workers", ["contact log 1 --mode phone --outcome held --by mo_1"], "1 contact of its worker"),
    (
        "agencies",
        ["worker add 'Jo Temp' --username jo --role police --agency 'Adur Advice'"],
        "1 worker of its agencies",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "lines", "named"), BUILT, ids=[f"{kind}, {lines[0][:22]}" for kind, lines, _ in BUILT]
)
def test_undo_is_refused_and_names_what_was_built_on_the_batch(
    drive: Drive, team: Any, kind: str, lines: list[str], named: str
) -> None:
    rows = {
        "persons": [PERSON, PERSON | {"external_ref": "PN-2"}],
        "cases": [CASE],
        "contacts": [CONTACT],
        "assignments": [GIVEN],
        "workers": [WORKER | {"agency": ""}],
        "agencies": [AGENCY],
    }
    if kind in ("contacts", "assignments", "workers"):
        one(drive)
    batch = bring(drive, kind, rows[kind])["batch"]
    for line in lines:
        drive(line, as_="sam", ok=True)

    result = drive(f"import undo {batch} --reason x", as_="sam")

    assert (result.code, result.out) == (3, "")
    assert result.err.startswith(f"Import {batch} has been built upon: "), result.err
    assert named in result.err
    stood = contents(drive)
    drive(f"import undo {batch} --reason x", as_="sam", ok=False)
    assert contents(drive) == stood
    assert_sound(drive)


def test_batches_that_stand_on_each_other_are_taken_back_in_turn(drive: Drive, team: Any) -> None:
    stood = records(drive)
    told: list[tuple[str, list[Row]]] = [
        ("agencies", [AGENCY]),
        ("workers", [WORKER]),
        ("persons", [PERSON]),
        ("persons", [PERSON | {"aliases": "Zed"}]),
        ("cases", [CASE | {"manager": "mo_1"}]),
        ("cases", [CASE | {"manager": "", "tier": "standard", "phone": "1"}]),
        ("contacts", [CONTACT | {"by": "mo_1"}]),
        ("contacts", [CONTACT | {"by": "mo_1", "note": "other"}]),
        ("assignments", [GIVEN]),
    ]
    for kind, rows in told:
        assert bring(drive, kind, rows)["applied"] == 1, kind

    for batch in (1, 2, 3, 5, 7):
        refused = drive(f"import undo {batch} --reason x", as_="sam")
        assert refused.code == 3, (batch, str(refused))
    for batch in range(len(told), 0, -1):
        drive(f"import undo {batch} --reason x", as_="sam", ok=True)
        assert_sound(drive)

    assert records(drive) == stood
    assert drive("import history --json").json[0]["state"] == "undone"


def test_a_ref_that_was_taken_back_is_never_given_to_somebody_else(drive: Drive, team: Any) -> None:
    drive.open_case()
    bring(drive, "cases", [CASE | {"manager": ""}])
    drive("import undo 1 --reason 'the wrong file'", as_="sam", ok=True)

    opened = drive.open_case(as_="sam")
    shown = drive(f"case show {opened} --json", as_="sam").json

    assert (opened, shown["person"]) == ("WS-0003", "P-0003")
