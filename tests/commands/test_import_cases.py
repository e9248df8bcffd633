"""`drive import cases` and what stands on them: held to the rules of the keyboard, and nobody is taken for another."""

from pathlib import Path
from typing import Any

import pytest
from bringing import CASE, CLOSED, CUSTODY, GIVEN, PERSON, WORKER, Row, bring, case, changes, counts, faults, one, taken
from conftest import Drive, Stores

from commands.refusals import assert_refused
from drivecli.models import metadata

# -- cases -------------------------------------------------------------------------------------------------------------


def test_years_of_closed_and_suspended_cases_come_in_as_they_stand(drive: Drive, team: Any) -> None:
    rows = [
        case(1, manager="amina", **CLOSED),
        case(2, opened_on="13/01/2024", closed_on="13/11/2024", closure_reason="completed"),
        case(3, **CUSTODY, expected_release="1/6/2026"),
        case(4, **CUSTODY, status="suspended"),
        case(5, stage="not_engaged"),
        case(6, stage="engaged", stage_on="20/1/2026", window_months="12", status="open"),
    ]

    answer = bring(drive, "cases", rows)

    assert counts(answer) == {"new": 6, "applied": 6}
    told = {row["external_ref"]: row for row in taken(drive, "cases")}
    assert [(row["status"], row["closed_on"], row["closure_reason"]) for row in told.values()] == [
        ("closed", "2026-02-20", "completed"), ("closed", "2024-11-13", "completed"), ("suspended", None, None),
        ("suspended", None, None), ("open", None, None), ("open", None, None),
    ]  # fmt: skip
    assert [told[ref]["expected_release"] for ref in ("E-3", "E-4")] == ["2026-06-01", None]
    assert [told[ref]["stage_on"] for ref in ("E-5", "E-6")] == ["2026-01-13", "2026-01-20"]
    assert counts(bring(drive, "cases", rows)) == {"same": 6}


def test_on_the_first_morning_what_the_file_says_was_agreed_and_followed_up_is_not_asked_for_again(
    drive: Drive, team: Any
) -> None:
    ended = {"opened_on": "13/01/2024", "closed_on": "13/11/2024", "closure_reason": "completed"}
    rows = [
        case(1, manager="amina", approach_agreed_on="14/1/2026"),
        case(2, manager="amina"),
        case(3, **ended, followed_up_on="20/02/2025"),
        case(4, **ended),
    ]
    told = [{"case": f"E-{number}", "on": "16/1/2026", "mode": "phone", "outcome": "held"} for number in (1, 2)]

    bring(drive, "cases", rows)
    bring(drive, "contacts", told)

    morning = drive("today --json", as_="sam", ok=True).json
    shown = {(row["ref"], row["kind"]) for row in morning if row["section"] in ("flagged", "overdue")}
    assert ("WS-0002", "before_approach") in shown
    assert ("WS-0001", "before_approach") not in shown
    due = {ref: [str(row[0]) for row in follow_ups(drive, ref)] for ref in (3, 4)}
    assert due[4][0] < "2025-02-20" <= due[3][0]
    assert due[3] == due[4][1:] != []


def follow_ups(drive: Drive, case: int) -> list[Any]:
    sql = "SELECT due_on FROM deadline WHERE case_id = :case AND kind = 'follow_up' ORDER BY due_on"
    return list(drive.db().run(sql, case=case).fetchall())


TYPED = [
    "case open --forename Robin --surname Example --dob 30/7/1988 --opened 13/1/2026 --manager amina --tier high"
    " --area worthing --route marac --external-ref OLD-1 --phone 0770 --alias 'Bobby Ex' --identifier pnc=24/1X",
    "case stage 1 engaged --on 20/1/2026",
    "case open --forename Kim --surname Sample --opened 1/12/2025 --manager ben --external-ref OLD-2",
    "approach 1 --state agreed --with 'not said: an imported list has the day' --on 14/1/2026",
    "case close 2 --reason completed --on 20/2/2026",
    "review 2 --kind follow_up --on 1/3/2026",
    "case open --forename Lee --surname Past --opened 1/1/2026 --external-ref OLD-3 --window-months 12",
    "case suspend 3 --reason custody --on 16/2/2026 --expected-release 1/6/2026",
    "contact log 1 --mode phone --outcome held --on 21/1/2026 --by amina --minutes 20 --note words --about restricted",
    "contact log 1 --mode meeting --outcome held --on 22/1/2026 --by carl --purpose support --with sister",
    "contact log 2 --mode in_person --outcome did_not_attend --on 10/2/2026 --by ben",
    "assign 1 --substance carl --on 20/1/2026",
    "assign 1 --mental-health dana --on 21/1/2026",
    "unassign 1 --mental-health --on 10/2/2026 --reason 'work finished'",
]
BROUGHT: list[tuple[str, list[Row]]] = [
    (
        "cases",
        [
            {"external_ref": "OLD-1", "forename": "Robin", "surname": "Example", "dob": "30/7/1988",
             "opened_on": "13/1/2026", "manager": "amina", "tier": "high", "area": "worthing", "route": "marac",
             "phone": "0770", "aliases": "Bobby Ex", "identifiers": "pnc=24/1X", "stage": "engaged",
             "stage_on": "20/1/2026", "approach_agreed_on": "14/1/2026"},
            {"external_ref": "OLD-2", "forename": "Kim", "surname": "Sample", "opened_on": "1/12/2025",
             "manager": "ben", "closed_on": "20/2/2026", "closure_reason": "completed",
             "followed_up_on": "1/3/2026"},
            {"external_ref": "OLD-3", "forename": "Lee", "surname": "Past", "opened_on": "1/1/2026",
             "window_months": "12", "suspended_on": "16/2/2026", "suspend_reason": "custody",
             "expected_release": "1/6/2026"},
        ],
    ),
    (
        "contacts",
        [
            {"case": "OLD-1", "mode": "phone", "outcome": "held", "on": "21/1/2026", "by": "amina", "minutes": "20",
             "note": "words"},
            {"case": "OLD-1", "mode": "meeting", "outcome": "held", "on": "22/1/2026", "by": "carl",
             "purpose": "support", "with": "sister", "about": "person"},
            {"case": "OLD-2", "mode": "in_person", "outcome": "did_not_attend", "on": "10/2/2026", "by": "ben",
             "about": "person"},
        ],
    ),
    (
        "assignments",
        [
            {"case": "OLD-1", "role": "substance", "worker": "carl", "from": "20/1/2026"},
            {"case": "OLD-1", "role": "mental_health", "worker": "dana", "from": "21/1/2026", "until": "10/2/2026",
             "reason": "work finished"},
        ],
    ),
]  # fmt: skip

IDS = ("id", "event_id", "supersedes_id", "recorded_at", "recorded_by", "version", "source_id", "suspension_id")


def facts(drive: Drive) -> dict[str, list[Any]]:
    """Every row of every table that tells of cases, without the numbers and moments of the telling."""
    told = {}
    for table in metadata.sorted_tables:
        if table.name in ("event", "event_case", "field_change", "import_batch", "import_made", "draft", "export_log"):
            continue
        if table.name in ("audit_event", "change"):
            continue
        names = [each.name for each in table.columns if each.name not in IDS]
        among = " WHERE key <> 'db_id'" if table.name == "setting" else ""
        rows = drive.db().run(f"SELECT {', '.join(names)} FROM {table.name}{among}").fetchall()
        told[table.name] = sorted(str([str(cell) for cell in row]) for row in rows)
    return told


def test_a_file_makes_the_same_store_as_the_same_lines_at_the_keyboard(
    drive: Drive, team: Any, stores: Stores, tmp_path: Path
) -> None:
    typed = stores.copy("file", tmp_path / "typed", team=True)
    for line in TYPED:
        typed(line, as_="sam", ok=True)

    for kind, rows in BROUGHT:
        bring(drive, kind, rows)

    ours, theirs = facts(drive), facts(typed)
    if drive.engine == "postgres":  # writes true and false where the file has 1 and 0
        ours = {
            table: [row.replace("'True'", "'1'").replace("'False'", "'0'") for row in rows]
            for table, rows in ours.items()
        }
        ours = {table: sorted(rows) for table, rows in ours.items()}
    for table in theirs:
        assert ours[table] == theirs[table], table
    stores.give_back(typed)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            {"status": "closed"},
            [
                ("closed_on", "It is empty, and the case is closed."),
                ("closure_reason", "It is empty, and the case is closed."),
            ],
        ),
        ({"closed_on": "20/2/2026"}, [("closure_reason", "It is empty, and the case is closed.")]),
        (
            {**CLOSED, "status": "open"},
            [
                ("closed_on", "There is a closed_on, and the case is open."),
                ("closure_reason", "There is a closure_reason, and the case is open."),
            ],
        ),
        (
            {**CLOSED, "closed_on": "3/3/2026"},
            [("closed_on", "Tue 3 Mar 2026 is in the future; a closing is recorded once it has happened.")],
        ),
        (
            {**CLOSED, "closed_on": "12/1/2026"},
            [("closed_on", "Mon 12 Jan 2026 is before the case opened (Tue 13 Jan 2026).")],
        ),
        (
            {**CLOSED, "stage": "engaged", "stage_on": "21/2/2026"},
            [("stage_on", "The stage began after the case closed.")],
        ),
        (
            {**CLOSED, **CUSTODY},
            [
                ("suspended_on", "There is a suspended_on, and the case is closed."),
                ("suspend_reason", "There is a suspend_reason, and the case is closed."),
            ],
        ),
        (
            {"status": "suspended", "suspended_on": "16/2/2026"},
            [("suspend_reason", "It is empty, and the case is suspended.")],
        ),
        (
            {**CUSTODY, "expected_release": "1/2/2026"},
            [("expected_release", "The release would be before the suspension.")],
        ),
        (
            {**CLOSED, "approach_agreed_on": "21/2/2026"},
            [("approach_agreed_on", "It was agreed after the case closed.")],
        ),
        (
            {"approach_agreed_on": "1/1/2026"},
            [("approach_agreed_on", "Thu 1 Jan 2026 is before the case opened (Tue 13 Jan 2026).")],
        ),
        (
            {"approach_agreed_on": "3/3/2026"},
            [("approach_agreed_on", "Tue 3 Mar 2026 is in the future; an answer is recorded once it has happened.")],
        ),
        (
            {"followed_up_on": "1/2/2026"},
            [("followed_up_on", "the case is open; a follow-up review comes after closing.")],
        ),
        (
            {**CLOSED, "followed_up_on": "19/2/2026"},
            [("followed_up_on", "the case was closed on Fri 20 Feb 2026; only follow-up reviews after that are left.")],
        ),
        (
            {"expected_release": "1/6/2026"},
            [("expected_release", "There is an expected_release, and the case is open.")],
        ),
        ({"stage_on": "20/1/2026"}, [("stage_on", "There is a stage_on and no stage.")]),
        (
            {"stage": "engaged", "stage_on": "1/1/2026"},
            [("stage_on", "Thu 1 Jan 2026 is before the case opened (Tue 13 Jan 2026).")],
        ),
        ({"manager": "carl"}, [("manager", "Carl Jones is not a case manager but a substance worker.")]),
    ],
)
def test_what_is_said_of_a_case_must_fit(drive_file: Drive, team: Any, said: Row, fault: list[tuple[str, str]]) -> None:
    answer = bring(drive_file, "cases", [case(1, **said)], code=6)

    assert [each[1:] for each in faults(answer)] == fault


def test_a_known_person_with_a_new_case_is_an_episode(drive: Drive, team: Any) -> None:
    bring(drive, "persons", [PERSON])
    first = CASE | {
        "external_ref": "OLD-0",
        "opened_on": "1/2/2024",
        "stage_on": "",
        "manager": "",
        **CLOSED,
        "closed_on": "1/2/2025",
    }

    answer = bring(
        drive,
        "cases",
        [
            first,
            CASE,
            case(1, person="PN-9"),
            case(1, external_ref="E-0", person="PN-9", opened_on="1/2/2024", **CLOSED),
        ],
    )

    assert (counts(answer), answer["suggestions"]) == ({"new": 4, "applied": 4}, [])
    assert [row["person"] for row in taken(drive, "cases")] == ["P-0001", "P-0001", "P-0002", "P-0002"]
    assert [row["external_ref"] for row in taken(drive, "persons")] == ["PN-1", "PN-9"]
    assert counts(bring(drive, "cases", [first, CASE, case(1, person="P-0002")])) == {"same": 3}


def test_a_row_without_a_ref_is_known_by_its_person_and_day(drive: Drive, team: Any) -> None:
    rows = [
        {"forename": "Kim", "surname": "Sample", "dob": "30/7/1988", "opened_on": "13/1/2026", "tier": "high"},
        {"forename": "Kim", "surname": "Sample", "dob": "31/7/1988", "opened_on": "13/1/2026", "tier": "high"},
        {"forename": "Jo", "surname": "Sample", "opened_on": "13/1/2026", "tier": "high"},
    ]

    first = bring(drive, "cases", rows)
    again = bring(drive, "cases", rows[::-1])
    changed = bring(drive, "cases", [rows[1] | {"tier": "standard", "surname": "SAMPLE"}])

    assert (counts(first), counts(again)) == ({"new": 3, "applied": 3}, {"same": 3})
    assert changes(changed) == [("WS-0002", "surname", "Sample", "SAMPLE"), ("WS-0002", "tier", "high", "standard")]


def test_a_case_of_somebody_known_adds_what_was_not_on_record_and_contradicts_nothing_in_silence(
    drive: Drive, team: Any
) -> None:
    bring(drive, "persons", [PERSON | {"phone": ""}])
    old = {"opened_on": "1/2/2024", **CLOSED, "closed_on": "1/2/2025"}
    names = {"forename": "Robin", "surname": "Example"}

    wrong = bring(drive, "cases", [
        {"external_ref": "A", "person": "PN-1", **old, **names, "surname": "Other"},
        {"external_ref": "B", "person": "P-0001", **old, "dob": "1/7/1988"},
        {"external_ref": "C", "person": "PN-7", **old, **names, "phone": "1"},
        {"external_ref": "D", "person": "PN-7", **old, **names, "phone": "2"},
    ], code=6)  # fmt: skip
    right = bring(drive, "cases", [
        {"external_ref": "A", "person": "PN-1", **old, **names, "phone": "0770", "aliases": "Bobby Ex; Zed"},
        {"external_ref": "C", "person": "PN-7", **old, **names},
        {"external_ref": "D", "person": "PN-7", **old, **names, "phone": "2", "sex": "male", "interpreter": "yes"},
    ])  # fmt: skip

    assert [each[:2] for each in faults(wrong)] == [(2, "surname"), (3, "dob"), (5, "phone")]
    assert faults(wrong)[0][2].startswith("P-0001 has another on record.")
    assert "0770" not in str(wrong)
    assert faults(wrong)[2][2] == "Row 4 says otherwise of the same person."
    assert changes(right) == [("P-0001", "phone", "", ""), ("P-0001", "aliases", "Rob; Bobby Ex", "Rob; Bobby Ex; Zed")]
    told = taken(drive, "persons")
    assert [(row["phone"], row["sex"], row["interpreter"]) for row in told] == [
        ("0770", None, False),
        ("2", "male", True),
    ]
    assert told[0]["aliases"] == ["Rob", "Bobby Ex", "Zed"]


def test_nobody_gets_a_second_open_case(drive: Drive, team: Any) -> None:
    one(drive)

    here = bring(drive, "cases", [CASE | {"external_ref": "N"}], code=6)
    within = bring(drive, "cases", [case(1, person="PN-2"), case(1, external_ref="E-2", person="PN-2")], code=6)
    suspended = bring(
        drive, "cases", [case(1, person="PN-3", **CUSTODY), case(1, external_ref="E-2", person="PN-3")], code=6
    )

    assert faults(here) == [(2, "person", "That person already has the open case WS-0001.")]
    assert faults(within) == faults(suspended) == [(3, "person", "Row 2 is an open case of the same person.")]


def test_nobody_is_given_more_open_cases_than_they_have_room_for(drive: Drive, team: Any) -> None:
    bring(
        drive,
        "workers",
        [
            WORKER | {"agency": "", "capacity": "2"},
            {"username": "sue", "name": "Sue Full", "role": "substance", "capacity": "1"},
        ],
    )

    answer = bring(
        drive,
        "cases",
        [case(n, manager="mo_1", **(CLOSED if n == 2 else {})) for n in range(1, 5)],
        "--partial",
        code=6,
    )
    given = [{"case": f"E-{n}", "role": "substance", "worker": "sue", "from": "14/1/2026"} for n in (1, 3)]
    specialists = bring(drive, "assignments", given, "--partial", code=6)
    more = bring(drive, "cases", [case(9, manager="mo_1")], code=6)

    assert faults(answer) == [(5, "manager", "Mo Full holds 2 cases and has room for 2.")]
    assert faults(specialists) == [(3, "worker", "Sue Full holds 1 cases and has room for 1.")]
    assert faults(more) == [(2, "manager", "Mo Full holds 2 cases and has room for 2.")]


def test_who_left_is_given_nothing_and_keeps_what_was_theirs(drive: Drive, team: Any) -> None:
    bring(
        drive,
        "workers",
        [
            {"username": "lou", "name": "Lou Gone", "role": "case_manager", "left_on": "1/2/2026"},
            {"username": "sue", "name": "Sue Gone", "role": "substance", "left_on": "1/2/2026"},
        ],
    )

    answer = bring(
        drive,
        "cases",
        [
            case(1, manager="lou"),
            case(2, manager="lou", **CLOSED),
            case(3, manager="lou", **CLOSED | {"closed_on": "30/1/2026"}),
        ],
        "--partial",
        code=6,
    )
    contacts = bring(drive, "contacts", [
        {"case": "E-3", "on": "29/1/2026", "mode": "phone", "outcome": "held", "by": "lou"},
        {"case": "E-3", "on": "29/1/2026", "mode": "phone", "outcome": "held", "by": "sue"},
    ])  # fmt: skip
    bring(drive, "cases", [case(4)])
    late = bring(
        drive, "contacts", [{"case": "E-4", "on": "2/2/2026", "mode": "phone", "outcome": "held", "by": "sue"}], code=6
    )
    given = [
        {"case": "E-4", "role": "substance", "worker": "sue", "from": "14/1/2026", "until": until}
        for until in ("", "2/2/2026")
    ]
    refused = bring(drive, "assignments", given[1:], code=6)
    also = bring(drive, "assignments", given[:1], code=6)
    ended = bring(drive, "assignments", [given[1] | {"until": "31/1/2026"}])

    assert faults(answer) == [
        (2, "manager", "Lou Gone left on 2026-02-01."),
        (3, "manager", "Lou Gone left on 2026-02-01."),
    ]
    assert counts(contacts) == {"new": 2, "applied": 2}
    assert faults(late) == [(2, "on", "Sue Gone had left by then (Sun 1 Feb 2026).")]
    assert faults(refused) == faults(also) == [(2, "until", "Sue Gone left on 2026-02-01; it must have ended by then.")]
    assert counts(ended) == {"new": 1, "applied": 1}


def test_an_assignment_to_a_closed_case_has_ended_by_then(drive_file: Drive, team: Any) -> None:
    bring(drive_file, "cases", [case(1, **CLOSED)])
    row = GIVEN | {"case": "E-1"}

    answer = bring(drive_file, "assignments", [row, row | {"from": "21/1/2026", "until": "21/2/2026"}], code=6)
    ended = bring(drive_file, "assignments", [row | {"until": "20/2/2026", "reason": "case closed"}])

    said = "WS-0001 was closed on 2026-02-20; it must have ended by then."
    assert faults(answer) == [(2, "until", said), (3, "until", said)]
    assert counts(ended) == {"new": 1, "applied": 1}


def test_a_role_has_one_holder_at_a_time_unless_it_may_have_several(drive_file: Drive, team: Any) -> None:
    one(drive_file)
    bring(drive_file, "workers", [{"username": "cleo", "name": "Cleo Hart", "role": "substance"}])

    both = bring(drive_file, "assignments", [GIVEN, GIVEN | {"worker": "cleo"}], code=6)
    manager = bring(drive_file, "assignments", [GIVEN | {"role": "case_manager", "worker": "ben"}], code=6)
    bring(drive_file, "assignments", [GIVEN | {"worker": "cleo", "until": "1/2/2026"}, GIVEN | {"from": "2/2/2026"}])

    assert faults(both) == [(3, "role", "Row 2 gives the same role on this case.")]
    assert faults(manager) == [(2, "role", "amina holds it since 2026-01-13.")]
    assert [row["worker"] for row in taken(drive_file, "assignments")] == ["amina", "cleo", "carl"]


# -- contacts ----------------------------------------------------------------------------------------------------------


def test_imported_notes_are_restricted_unless_a_column_or_the_line_says_otherwise(drive: Drive, team: Any) -> None:
    one(drive)
    row = {"case": "OLD-1", "on": "15/1/2026", "mode": "phone", "outcome": "held", "note": "words"}

    bring(drive, "contacts", [row, row | {"on": "16/1/2026", "about": "person"}])
    bring(
        drive,
        "contacts",
        [row | {"on": "17/1/2026"}, row | {"on": "18/1/2026", "about": "restricted"}],
        "--about",
        "person",
    )

    assert [each["about"] for each in taken(drive, "contacts")] == ["restricted", "person", "person", "restricted"]
    shown = drive("contact list 1 --json", as_="carl", ok=True).out
    assert shown.count('"words"') == 2


def test_contacts_before_opening_and_after_closing_are_refused_and_late_ones_are_marked(
    drive: Drive, team: Any
) -> None:
    bring(drive, "cases", [case(1, **CLOSED), case(2, opened_on="13/1/2025")])
    row = {"mode": "phone", "outcome": "held"}

    answer = bring(drive, "contacts", [
        row | {"case": "E-1", "on": "12/1/2026"}, row | {"case": "E-1", "on": "21/2/2026"},
        row | {"case": "E-1", "on": "20/2/2026"}, row | {"case": "WS-0002", "on": "14/11/2025"},
        row | {"case": "ws-2", "on": "13/11/2025"},
    ], "--partial", code=6)  # fmt: skip

    assert [each[:2] for each in faults(answer)] == [(2, "on"), (3, "on")]
    assert "a contact after that belongs to a new case" in faults(answer)[1][2]
    placed = drive.db().run("SELECT placed FROM contact ORDER BY id").fetchall()
    assert [each for (each,) in placed] == ["late", "after_window", None]


def test_a_contact_without_any_ref_is_known_by_all_that_it_says(drive: Drive, team: Any) -> None:
    one(drive)
    row = {"case": "OLD-1", "on": "15/1/2026", "mode": "phone", "outcome": "not_in"}
    rows = [row, row, row | {"note": "third"}]

    first = bring(drive, "contacts", rows)
    again = bring(drive, "contacts", rows)
    more = bring(drive, "contacts", [*rows, row])

    assert (counts(first), counts(again), counts(more)) == (
        {"new": 3, "applied": 3},
        {"same": 3},
        {"same": 3, "new": 1, "applied": 1},
    )
    assert {each["by"] for each in taken(drive, "contacts")} == {"sam"}


# -- who may be who ----------------------------------------------------------------------------------------------------


def suspected(answer: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(each["row"], each["other"], each["reason"]) for each in answer["suggestions"]]


@pytest.mark.parametrize(
    ("forename", "surname", "dob", "reason"),
    [
        ("Robin", "Example", "30/7/1988", "same name, same date of birth"),
        ("Example", "Robin", "30/7/1988", "forename and surname exchanged, same date of birth"),
        ("Robin", "Example", "7/3/1988", None),
        ("Robyn", "Exampel", "30/7/1988", "names alike, same date of birth"),
        ("RÓBIN", "Ex-ample", "30/7/1988", "same name, same date of birth"),
        ("Robin", "Example", "", "same name, a date of birth is not known"),
        ("Robin", "Example", "31/7/1988", "same name, date of birth nearly the same"),
        ("Robin", "Example", "30/7/1989", "same name, date of birth nearly the same"),
        ("Terry", "Else", "30/7/1988", None),
        ("Robin", "Example", "1/2/1960", None),
    ],
)  # fmt: skip
def test_who_may_be_somebody_on_record_is_suggested_and_never_merged(
    drive_file: Drive, team: Any, forename: str, surname: str, dob: str, reason: str | None
) -> None:
    bring(drive_file, "persons", [PERSON])

    answer = bring(drive_file, "cases", [case(1, forename=forename, surname=surname, dob=dob)])

    assert suspected(answer) == ([(2, "P-0001", reason)] if reason else [])
    assert counts(answer) == {"new": 1, "applied": 1}
    assert [row["ref"] for row in taken(drive_file, "persons")] == ["P-0001", "P-0002"]


def test_day_and_month_exchanged_are_suspected_in_a_file_and_on_record(drive: Drive, team: Any) -> None:
    rows = [
        {"forename": "Kim", "surname": "Sample", "dob": dob, "external_ref": dob}
        for dob in ("3/4/1990", "4/3/1990", "4/3/1991")
    ]

    planned = bring(drive, "persons", rows, "--dry-run")
    within = bring(drive, "persons", rows)
    against = bring(drive, "persons", [rows[0], rows[1] | {"external_ref": "new"}])

    swapped = "same name, date of birth with day and month exchanged"
    nearly = "same name, date of birth nearly the same"
    assert suspected(planned) == [(3, "row 2", swapped), (4, "row 3", nearly)]
    assert suspected(within) == [(3, "P-0001", swapped), (4, "P-0002", nearly)]
    assert [each["ref"] for each in within["suggestions"]] == ["P-0002", "P-0003"]
    assert set(suspected(against)) == {
        (2, "P-0002", swapped), (3, "P-0001", swapped),
        (3, "P-0002", "same name, same date of birth"), (3, "P-0003", "same name, date of birth nearly the same"),
    }  # fmt: skip


def test_at_most_two_hundred_suspicions_are_listed_and_the_rest_counted(drive_file: Drive, team: Any) -> None:
    answer = bring(
        drive_file, "persons", [PERSON | {"external_ref": n, "aliases": "", "identifiers": ""} for n in range(21)]
    )

    assert (len(answer["suggestions"]), answer["more_suggestions"]) == (200, 10)


@pytest.mark.parametrize("decision", ["link", "unlink"])
def test_a_pair_that_was_decided_on_is_not_suggested_again(drive: Drive, team: Any, decision: str) -> None:
    bring(drive, "persons", [PERSON, PERSON | {"external_ref": "PN-2"}])
    rows = [PERSON, PERSON | {"external_ref": "PN-2"}]
    assert len(bring(drive, "persons", rows)["suggestions"]) == 1

    drive(f"person {decision} P-0002 p-1 --reason 'asked the police'", ok=True)

    assert bring(drive, "persons", rows)["suggestions"] == []
    third = bring(drive, "persons", [*rows, PERSON | {"external_ref": "PN-3"}])
    assert {each[1] for each in suspected(third)} == {"P-0001", "P-0002"}


def test_who_is_who_is_decided_with_a_reason_and_can_be_taken_back(drive: Drive, team: Any) -> None:
    bring(drive, "persons", [PERSON, PERSON | {"external_ref": "PN-2"}])
    stood = taken(drive, "persons")

    linked = drive("person link P-0001 P-0002 --reason 'same PNC number'", ok=True)
    assert_refused(
        drive,
        "person link P-0002 P-0001 --reason again",
        3,
        "That P-0002 and P-0001 are one person is on record already.",
    )
    unlinked = drive("person unlink P-0001 P-0002 --reason 'father and child' --json", ok=True)
    assert_refused(
        drive, "person link P-0001 P-0001 --reason x", 3, "That is one and the same record.\ndrive case find NAME"
    )
    assert_refused(
        drive, "person link P-0001 P-0009 --reason x", 4, "There is nobody with the ref P-0009.\ndrive case find NAME"
    )
    refused = drive("person link P-0001 P-0002 --reason x", as_="hal")

    assert linked.out == "P-0001 and P-0002 are one person.\n"
    assert unlinked.json == {"one": "P-0001", "other": "P-0002", "same": False, "reason": "father and child"}
    assert refused.code == 3
    assert taken(drive, "persons") == stood
    rows = drive.db().run("SELECT person_id, other_id, same, reason FROM person_link ORDER BY id").fetchall()
    assert [(*row[:2], bool(row[2]), row[3]) for row in rows] == [
        (1, 2, True, "same PNC number"),
        (1, 2, False, "father and child"),
    ]
