"""`drive case open|show|list|find|edit`: one case from every side, and who may be the same person."""

import pytest

from commands.refusals import assert_refused, contents

OPEN = "case open --forename Robin --surname Example"

CASE_FIELDS = [
    "ref",
    "name",
    "manager",
    "area",
    "tier",
    "stage",
    "status",
    "hold",
    "opened_on",
    "window_month",
    "window_months",
    "window_ends_on",
    "days_left",
    "last_contact_on",
    "next_due_on",
    "next_due_kind",
    "next_due_weight",
    "overdue",
    "overdue_days",
    "deadlines",
]
"""The fields that the issue names; more may be added, none renamed."""


# -- open --------------------------------------------------------------------------------------------------------------


def test_opening_says_the_window_and_what_to_do_first(drive, team) -> None:
    result = drive(f"{OPEN} --manager amina")

    assert result.code == 0
    assert result.out == "Opened WS-0001 for Robin Example. Window: Mon 2 Mar 2026 to Sat 2 Jan 2027.\n"
    assert result.err == (
        "First say whether the person may be approached, by Wed 4 Mar 2026:\n"
        "  drive approach WS-0001 --state agreed --with WHO\n"
    )


def test_opening_without_a_manager_says_how_to_name_one(drive_file) -> None:
    result = drive_file(OPEN)

    assert result.err.splitlines()[-1] == (
        "Nobody manages it yet: drive case transfer WS-0001 --to USERNAME --reason WHY"
    )


def test_the_answer_of_open_is_the_whole_case(drive, team) -> None:
    result = drive(f"{OPEN} --manager amina --area worthing --route marac --tier high --external-ref M/17 --json")

    assert result.json == {
        "ref": "WS-0001",
        "name": "Robin Example",
        "manager": "amina",
        "area": "worthing",
        "tier": "high",
        "stage": "information_gathering",
        "status": "open",
        "hold": None,
        "opened_on": "2026-03-02",
        "window_month": 1,
        "window_months": 10,
        "window_ends_on": "2027-01-02",
        "days_left": 306,
        "last_contact_on": None,
        "next_due_on": "2026-03-04",
        "next_due_kind": "safety_consult",
        "next_due_weight": "safety",
        "overdue": False,
        "overdue_days": 0,
        "deadlines": [
            due("safety_consult", "safety", "2026-03-04"),
            due("contact", "practice", "2026-03-09"),
            due("review", "practice", "2026-06-02"),
            due("closure_plan", "practice", "2026-12-05"),
            due("window_end", "practice", "2027-01-02"),
        ],
        "person": "P-0001",
        "route": "marac",
        "external_ref": "M/17",
        "closed_on": None,
        "closure_reason": None,
        "seen_until": None,
    }


def due(kind: str, weight: str, on: str) -> dict[str, object]:
    because = "opened Mon 2 Mar 2026"
    return {"kind": kind, "weight": weight, "due_on": on, "overdue_days": 0, "because": because}


def test_quiet_prints_only_the_ref(drive_file) -> None:
    result = drive_file(f"{OPEN} --quiet")

    assert (result.code, result.out, result.err) == (0, "WS-0001\n", "")


def test_a_case_has_the_same_fields_wherever_it_is_printed(drive, team) -> None:
    opened = drive(f"{OPEN} --manager amina --json").json
    lists = [drive(f"{line} --json").json[0] for line in ("caseload", "case list", "case find example")]
    page = drive("case show 1 --json").json

    assert list(opened)[: len(CASE_FIELDS)] == CASE_FIELDS
    assert [list(row) for row in lists] == [list(opened)] * 3
    assert lists == [opened] * 3
    assert {name: page[name] for name in opened} == opened


def test_every_answer_about_a_case_has_its_fields(drive_file, team) -> None:
    fields = list(drive_file(f"{OPEN} --manager amina --json").json)
    lines = [
        "approach 1 --state agreed --with adviser",
        "case hold 1 --until +1w --by adviser --reason threat",
        "case hold 1 --lift",
        "case stage 1 pre_engagement",
        "case suspend 1 --reason custody",
        "case resume 1 --reason released",
        "case edit 1 --tier high",
        "case extend 1 --months 1 --reason court --authorised-by sam",
        "case correct 1 stage --to engaged --reason mistyped",
        "case transfer 1 --to ben --reason leave",
        "seen 1 --until +1w",
        "case close 1 --reason completed",
    ]

    answers = [drive_file(f"{line} --json", ok=True).json for line in lines]

    assert [list(answer) for answer in answers] == [fields] * len(lines)


def test_answers_that_are_more_than_a_case_hold_the_case_with_its_fields(drive_file, team) -> None:
    fields = list(drive_file(f"{OPEN} --manager amina --json").json)
    lines = [
        "contact log 1 --mode phone --outcome held",
        "review 1",
        "assign 1 --substance carl",
        "unassign 1 --substance --reason done",
    ]

    answers = [drive_file(f"{line} --json", ok=True).json for line in lines]

    assert [list(answer["case"]) for answer in answers] == [fields] * len(lines)


def test_a_case_manager_who_opens_a_case_manages_it(drive, team) -> None:
    opened = drive(f"{OPEN} --json", as_="ben").json

    assert opened["manager"] == "ben"


def test_any_other_worker_who_opens_a_case_does_not_manage_it(drive_file, team) -> None:
    opened = [drive_file.open_case(as_=who) for who in ("sam", "carl", "fay", "gil")]

    assert drive_file("caseload --unallocated --json --fields ref").json == [{"ref": ref} for ref in opened]


@pytest.mark.parametrize("typed", ["42", "0042", "ws-42", "WS-0042", "ws-0042"])
def test_a_ref_is_found_however_it_is_typed(drive_file, typed: str) -> None:
    ref = drive_file.open_case()
    drive_file.db(write=True).run("PRAGMA foreign_keys = OFF")
    for table, column in [("case_record", "id"), ("opening", "case_id"), ("deadline", "case_id")]:
        drive_file.db(write=True).run(f"UPDATE {table} SET {column} = 42 WHERE {column} = 1")
    drive_file.db(write=True).run("UPDATE case_record SET ref = 'WS-0042'")

    assert ref == "WS-0001"
    assert drive_file(f"case show {typed} --fields ref").out == "ref: WS-0042\n"


def test_the_windows_of_the_issue_end_on_its_days(drive_file) -> None:
    ends = {
        "2026-03-31": "2027-01-31",
        "2025-04-30": "2026-02-28",
        "2027-04-29": "2028-02-29",
        "2025-01-31": "2025-11-30",
        "2025-05-31": "2026-03-31",
        "2025-12-31": "2026-10-31",
        "2025-01-15": "2025-11-15",
    }
    for opened in ends:
        drive_file.open_case(opened=opened, today="2027-05-01")

    rows = drive_file("case list --json --fields opened_on,window_ends_on").json

    assert {row["opened_on"]: row["window_ends_on"] for row in rows} == ends


def test_the_length_of_a_window_is_frozen_when_it_opens(drive_file, tmp_path) -> None:
    drive_file.open_case()
    drive_file.open_case(window_months=12)
    (tmp_path / "practice.toml").write_text("[window]\nmonths = 6\n")
    drive_file(["practice", "apply", str(tmp_path / "practice.toml"), "--reason", "shorter"], ok=True)
    drive_file.open_case()

    rows = drive_file("case list --json --fields window_months,window_ends_on").json

    assert [tuple(row.values()) for row in rows] == [(10, "2027-01-02"), (12, "2027-03-02"), (6, "2026-09-02")]


def test_what_is_told_on_opening_is_on_the_page(drive, team) -> None:
    drive(
        f"{OPEN} --dob 3/4/1990 --alias 'Bobby Example' --alias Rob --sex male --ethnicity 'White British'"
        " --language Polish --interpreter --phone 07700900123 --address '1 High Street' --identifier pnc=24/1X"
        " --identifier nhs=943 --area adur --route police --tier standard --opened 1/2/2026 --manager amina"
        " --external-ref EXT-9 --window-months 12",
        ok=True,
    )

    result = drive("case show 1")

    assert result.out == (
        "WS-0001  Robin Example\n"
        "APPROACH: nobody has said yet whether the person may be approached. Do not contact the person.\n"
        "\n"
        "Person         P-0001\n"
        "Also known as  Bobby Example, Rob\n"
        "Born           3 Apr 1990\n"
        "Sex            male\n"
        "Ethnicity      White British\n"
        "Language       Polish, interpreter needed\n"
        "Phone          07700900123\n"
        "Address        1 High Street\n"
        "Identifiers    pnc=24/1X, nhs=943\n"
        "\n"
        "Window  ██░░░░░░░░░░░░░░░░░░  month 2 of 12, 336 days left\n"
        "        Sun 1 Feb 2026 to Mon 1 Feb 2027\n"
        "\n"
        "Stage         information gathering\n"
        "Tier          standard\n"
        "Area          Adur\n"
        "Route         police\n"
        "External ref  EXT-9\n"
        "Assigned      Amina Khan (case manager)\n"
        "\n"
        "Due\n"
        "  Tue 3 Feb 2026  safety consult  OVERDUE 27 days  (opened Sun 1 Feb 2026)\n"
        "  Sun 15 Feb 2026  contact  OVERDUE 15 days  (opened Sun 1 Feb 2026)\n"
        "  Fri 1 May 2026  review  (opened Sun 1 Feb 2026)\n"
        "  Mon 4 Jan 2027  closure plan  (opened Sun 1 Feb 2026)\n"
        "  Mon 1 Feb 2027  window end  (opened Sun 1 Feb 2026)\n"
    )


def test_phone_and_address_can_come_from_stdin_a_line_each(drive_file) -> None:
    result = drive_file(f"{OPEN} --phone - --address -", stdin="07700900123\n1 High Street\n")

    assert result.code == 0
    page = drive_file("case show 1 --fields phone,address").out
    assert page == "phone: 07700900123\naddress: 1 High Street\n"


def test_phone_and_address_are_shown_on_the_page_and_nowhere_else(drive_file, team) -> None:
    drive_file(f"{OPEN} --phone 07700900123 --address '1 High Street' --manager amina", ok=True)
    drive_file("contact log 1 --mode phone --outcome held", ok=True)
    lines = ["caseload", "case list", "case find example", "case timeline 1", "contact list 1", "contact show 1"]
    lines += ["why 1", "today", "workload", "worker show amina"]

    shown = [drive_file(f"{line} --format {form}", ok=True) for line in lines for form in ("plain", "json", "csv")]

    assert not [str(result) for result in shown if "07700900123" in str(result) or "High Street" in str(result)]
    assert drive_file("case find 07700900123 --json").json == []
    page = drive_file("case show 1").out
    assert "07700900123" in page
    assert "1 High Street" in page


NOT_OPENED = [
    ("--surname Example", 2, "Missing --forename: a case needs the person's forename and surname."),
    ("--forename Robin", 2, "Missing --surname: a case needs the person's forename and surname."),
    (
        "--forename Robin --surname Example --opened 3/3/2026",
        3,
        "Tue 3 Mar 2026 is in the future; a case opens on the day the work is taken on.",
    ),
    (
        "--forename Robin --surname Example --opened 31/02/2026",
        2,
        "--opened: “31/02/2026”: February 2026 has 28 days.\ndrive case open --help",
    ),
    (
        "--forename Robin --surname Example --opened 04/13/2026",
        2,
        "--opened: “04/13/2026”: there is no month 13; days are written day/month/year.\ndrive case open --help",
    ),
    ("--forename Robin --surname Example --dob 3/3/2026", 2, "--dob: 2026-03-03 is in the future."),
    ("--forename Robin --surname Example --dob 1/1/1905", 2, "--dob: 1905-01-01 is more than 120 years ago."),
    ("--forename Robin --surname Example --window-months 37", 2, "--window-months: 37; it must be from 1 to 36."),
    (
        "--forename Robin --surname Example --manager amnia",
        4,
        "There is no worker with the username “amnia”. Did you mean amina?\ndrive worker list",
    ),
    (
        "--forename Robin --surname Example --manager carl",
        3,
        "Carl Jones is not a case manager but a substance worker.\ndrive worker list --role case_manager",
    ),
    (
        "--forename Robin --surname Example --same-as 9",
        4,
        "There is no case WS-0009.\ndrive case list   or: drive case find NAME",
    ),
    (
        "--forename Robin --surname Example --identifier 24/1X",
        2,
        "--identifier: “24/1X” should be TYPE=VALUE, as in pnc=24/12345X.\ndrive case open --help",
    ),
]


@pytest.mark.parametrize(("said", "code", "sentence"), NOT_OPENED)
def test_a_case_is_not_opened(drive_file, team, said: str, code: int, sentence: str) -> None:
    assert_refused(drive_file, f"case open {said}", code, sentence)


def test_a_window_of_no_months_is_refused(drive_file) -> None:
    assert_refused(drive_file, f"{OPEN} --window-months 0", 2, "--window-months: 0; it must be from 1 to 36.")


def test_an_auditor_opens_no_case(drive_file, team) -> None:
    assert_refused(
        drive_file,
        OPEN,
        3,
        "Hal Dean (auditor) may not open a case.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


def test_an_external_ref_belongs_to_one_case(drive) -> None:
    drive.open_case(external_ref="EXT-9")
    drive.open_case()

    said = "The external ref EXT-9 is already that of WS-0001.\ndrive case show WS-0001"

    assert_refused(drive, f"{OPEN} --external-ref EXT-9", 3, said)
    assert_refused(drive, "case edit 2 --external-ref EXT-9", 3, said)


# -- capacity ----------------------------------------------------------------------------------------------------------


def test_a_manager_at_capacity_is_refused_another_case_without_a_reason(drive) -> None:
    drive("worker add 'Mo Full' --username mo --role case_manager --capacity 1", ok=True)
    drive.open_case(manager="mo")

    assert_refused(
        drive,
        f"{OPEN} --manager mo",
        3,
        "Mo Full holds 1 cases and has room for 1.\n"
        "Choose somebody else (drive workload), or add: --over-capacity --reason WHY",
    )
    assert_refused(
        drive,
        f"{OPEN} --manager mo --over-capacity",
        2,
        "Missing --reason: say why this worker should hold more than their capacity.",
    )

    opened = drive(f"{OPEN} --manager mo --over-capacity --reason 'nobody else speaks Polish' --json", ok=True).json

    assert opened["manager"] == "mo"
    kept = drive.db().run("SELECT reason FROM assignment ORDER BY id").fetchall()
    assert [row[0] for row in kept] == [None, "nobody else speaks Polish"]


def test_a_closed_case_leaves_room_for_another(drive_file) -> None:
    drive_file("worker add 'Mo Full' --username mo --role case_manager --capacity 1", ok=True)
    drive_file.open_case(manager="mo")
    drive_file("case close 1 --reason completed", ok=True)

    result = drive_file(f"{OPEN} --manager mo")

    assert result.code == 0


# -- the same person? --------------------------------------------------------------------------------------------------

KNOWN = "case open --forename Zoë --surname O’Neill --dob 3/4/1990 --alias 'Zed Neill'"


@pytest.mark.parametrize(
    "person",
    [
        "--forename Zoë --surname O’Neill --dob 3/4/1990",
        "--forename zoe --surname oneill --dob 3/4/1990",
        '--forename ZOE --surname "O\'Neill"',
        "--forename Oneill --surname Zoe",
        "--forename Zed --surname Neill --dob 3/4/1990",
        "--forename Neill --surname Zed",
        "--forename Kim --surname Other --alias 'Zoe O-Neill'",
        "--forename Kim --surname Other --alias 'zed neill' --dob 3/4/1990",
    ],
)
def test_somebody_who_may_be_on_record_is_refused_and_named(drive, person: str) -> None:
    drive(KNOWN, ok=True)

    assert_refused(
        drive,
        f"case open {person}",
        3,
        "Zoë O’Neill (P-0001) may be the same person, and has the open case WS-0001.\n"
        "If this is somebody else, add: --not-same-as WS-0001 --reason WHY",
    )


@pytest.mark.parametrize(
    "person",
    [
        "--forename Zoë --surname O’Neill --dob 4/4/1990",
        "--forename Zo --surname O’Neill --dob 3/4/1990",
        "--forename Zoë --surname Neil",
        "--forename Zed --surname Neill --dob 3/4/1991",
    ],
)
def test_another_name_or_another_date_of_birth_is_another_person(drive_file, person: str) -> None:
    drive_file(KNOWN, ok=True)

    assert drive_file(f"case open {person} --fields person,ref").out == "person: P-0002\nref: WS-0002\n"


def test_a_date_of_birth_that_was_not_known_may_be_any(drive_file) -> None:
    drive_file(OPEN, ok=True)

    result = drive_file(f"{OPEN} --dob 3/4/1990")

    assert result.code == 3


def test_an_alias_in_the_other_order_is_the_same_name(drive_file) -> None:
    drive_file(OPEN, ok=True)

    result = drive_file("case open --forename Kim --surname Other --alias 'Example Robin'")

    assert result.code == 3


def test_the_refusal_names_the_open_case_among_several(drive_file, team) -> None:
    drive_file(f"{OPEN} --manager amina", ok=True)
    drive_file("case close 1 --reason completed", ok=True)
    drive_file("case open --same-as 1", ok=True)

    result = drive_file(OPEN)

    assert result.err.splitlines()[0] == (
        "Robin Example (P-0001) may be the same person, and has the open case WS-0002."
    )


def test_somebody_else_of_the_same_name_needs_a_reason_and_is_asked_once(drive) -> None:
    drive(OPEN, ok=True)

    assert_refused(drive, f"{OPEN} --not-same-as 1", 2, "Missing --reason: say why this is somebody else.")

    opened = drive(f"{OPEN} --not-same-as 1 --reason 'another date of birth' --json", ok=True).json

    assert (opened["ref"], opened["person"]) == ("WS-0002", "P-0002")
    links = drive.db().run("SELECT person_id, other_id, same, reason FROM person_link").fetchall()
    assert [tuple(row) for row in links] == [(1, 2, 0, "another date of birth")]


def test_ruling_out_one_namesake_does_not_rule_out_the_other(drive_file) -> None:
    drive_file(OPEN, ok=True)
    drive_file(f"{OPEN} --not-same-as 1 --reason other", ok=True)

    result = drive_file(f"{OPEN} --not-same-as 1 --reason other")
    both = drive_file(f"{OPEN} --not-same-as 1 --not-same-as 2 --reason other")

    assert result.code == 3
    assert "P-0002" in result.err
    assert both.code == 0


def test_a_person_whose_case_closed_may_have_a_new_one(drive, team) -> None:
    drive(f"{OPEN} --dob 3/4/1990 --phone 07700900123 --manager amina", ok=True)
    drive("case close 1 --reason completed", ok=True)

    assert_refused(
        drive,
        OPEN,
        3,
        "Robin Example (P-0001) may be the same person; their case WS-0001 is closed.\n"
        "If this is somebody else, add: --not-same-as WS-0001 --reason WHY\n"
        "If it is the same person, add: --same-as WS-0001",
    )

    opened = drive("case open --same-as 1 --route earlier_case --address 'New Road' --json", ok=True).json

    assert (opened["ref"], opened["person"], opened["name"]) == ("WS-0002", "P-0001", "Robin Example")
    page = drive("case show 2 --json").json
    assert (page["dob"], page["phone"], page["address"]) == ("1990-04-03", "07700900123", "New Road")
    assert page["earlier_cases"] == ["WS-0001"]
    assert "Other cases  WS-0001\n" in drive("case show 2").out


def test_a_person_with_an_open_case_has_no_second(drive, team) -> None:
    drive(f"{OPEN} --manager amina", ok=True)
    said = "That person already has the open case WS-0001.\ndrive case show WS-0001"

    assert_refused(drive, "case open --same-as 1", 3, said)
    assert_refused(drive, f"{OPEN} --same-as 1", 3, said)


# -- show --------------------------------------------------------------------------------------------------------------


def test_the_page_says_hold_and_approach_first_then_what_is_late_by_weight(drive, team) -> None:
    drive.open_case(forename="Robin", surname="Example", manager="amina", opened="2026-01-05", today="2026-01-05")
    drive("approach 1 --state agreed --with 'Fay Moss' --until 20/2/2026 --modes phone,letter --on 7/1/2026", ok=True)
    drive("assign 1 --substance carl --on 7/1/2026", ok=True)
    drive("contact log 1 --mode phone --outcome held --on 8/1/2026 --note 'went well'", ok=True)
    drive("contact log 1 --mode phone --outcome not_in --on 9/1/2026", ok=True)
    drive("case hold 1 --until 9/3/2026 --by 'Fay Moss' --reason adviser_advice", ok=True)
    drive("seen 1 --until 4/3/2026", ok=True)

    result = drive("case show ws-1")

    assert result.out == (
        "WS-0001  Robin Example\n"
        "HOLD until Mon 9 Mar 2026: no direct contact. Adviser's advice, by Fay Moss.\n"
        "APPROACH no longer agreed: it ran out on Fri 20 Feb 2026 (with Fay Moss)."
        " Do not contact the person until it is agreed anew.\n"
        "A lead knows of this case until Wed 4 Mar 2026.\n"
        "\n"
        "Person  P-0001\n"
        "\n"
        "Window  ████░░░░░░░░░░░░░░░░  month 2 of 10, 248 days left\n"
        "        Mon 5 Jan 2026 to Thu 5 Nov 2026\n"
        "\n"
        "Stage     information gathering\n"
        "Tier      not assessed\n"
        "Route     other\n"
        "Assigned  Amina Khan (case manager); Carl Jones (substance)\n"
        "\n"
        "Due\n"
        "  Sun 22 Feb 2026  safety consult  OVERDUE 8 days  (approach agreed only until Fri 20 Feb 2026)\n"
        "  Thu 15 Jan 2026  contact  OVERDUE 46 days"
        "  (last contact that counts: phone, held, Thu 8 Jan 2026)\n"
        "  Sun 5 Apr 2026  review  (opened Mon 5 Jan 2026)\n"
        "  Thu 8 Oct 2026  closure plan  (opened Mon 5 Jan 2026)\n"
        "  Thu 5 Nov 2026  window end  (opened Mon 5 Jan 2026)\n"
        "\n"
        "Last contacts\n"
        "No.  Day             How    Outcome  By\n"
        "2    Fri 9 Jan 2026  phone  not in   sam\n"
        "1    Thu 8 Jan 2026  phone  held     sam\n"
    )


def test_the_page_does_not_call_an_agreement_agreed_that_ran_out(drive_file) -> None:
    drive_file.open_case(opened="2026-02-02")
    drive_file("approach 1 --state agreed --with Fay --on 2/2/2026 --until 20/2/2026", ok=True)

    inside, after = (drive_file("case show 1", today=day).out.splitlines()[1] for day in ("2026-02-20", "2026-02-21"))

    assert "Do not contact the person" not in inside
    assert "Do not contact the person" in after


def test_the_page_of_a_suspended_case_says_until_when(drive_file) -> None:
    drive_file.open_case()
    drive_file("case suspend 1 --reason custody --expected-release 1/6/2026", ok=True)

    page = drive_file("case show 1").out.splitlines()

    assert page[2] == "SUSPENDED since Mon 2 Mar 2026: in custody. Release expected Mon 1 Jun 2026."


def test_the_page_of_a_closed_case_says_so_and_stands_still(drive_file, team) -> None:
    drive_file.open_case(manager="amina", today="2026-01-05")
    drive_file("case close 1 --reason moved_out_of_area --on 5/2/2026", ok=True)

    page = drive_file("case show 1", today="2026-12-31").out

    assert "CLOSED Thu 5 Feb 2026: moved out of the area.\n" in page
    assert "month 2 of 10, closed Thu 5 Feb 2026\n" in page


def test_the_page_names_only_the_last_five_contacts_and_no_note(drive_file) -> None:
    drive_file.open_case(today="2026-02-01")
    for day in range(2, 9):
        drive_file(f"contact log 1 --mode letter --outcome held --on {day}/2/2026 --note Words{day}", ok=True)

    shown = drive_file("case show 1").out

    assert [line.split()[0] for line in shown.splitlines()[-5:]] == ["7", "6", "5", "4", "3"]
    assert "Words" not in shown


def test_a_page_with_chosen_fields_is_in_words(drive_file, team) -> None:
    drive_file.open_case(manager="amina")
    drive_file("approach 1 --state agreed --with Fay", ok=True)

    shown = drive_file("case show 1 --fields ref,assigned,approach,interpreter,hold").out

    assert "Row(" not in shown
    assert "datetime" not in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("7", "There is no case WS-0007. The last one is WS-0012.\ndrive case list   or: drive case find NAME"),
        ("21", "There is no case WS-0021. Did you mean WS-0012?\ndrive case list   or: drive case find NAME"),
        ("DRV-12", "There is no case DRV-0012: refs here begin with WS-.\ndrive case list"),
    ],
)
def test_a_ref_that_is_not_there_is_told_with_the_nearest(drive_file, typed: str, sentence: str) -> None:
    drive_file.open_case()
    drive_file.db(write=True).run("PRAGMA foreign_keys = OFF")
    drive_file.db(write=True).run("UPDATE case_record SET id = 12, ref = 'WS-0012'")

    assert_refused(drive_file, f"case show {typed}", 4, sentence)


# -- list and find -----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(drive, team, stores):
    """An open, a suspended and a closed case."""
    return stores.prepared(drive, with_three)


def with_three(drive) -> None:
    drive("case open --forename Zoë --surname Łukasz --manager amina --area adur --identifier pnc=24/1X", ok=True)
    drive("case open --forename Kim --surname Other --alias 'Jo O’Neill' --manager ben --area crawley", ok=True)
    drive("case open --forename Pat --surname Last --manager ben --area adur --external-ref EXT-9", ok=True)
    drive("case suspend 2 --reason hospital", ok=True)
    drive("case close 3 --reason completed", ok=True)


def test_the_list_holds_closed_cases_too(three) -> None:
    result = three("case list")

    assert result.out == (
        "Ref      Person      Manager  Area     Tier          Stage                  Status     Window ends\n"
        "WS-0001  Zoë Łukasz  amina    adur     not assessed  information gathering  open       Sat 2 Jan 2027\n"
        "WS-0002  Kim Other   ben      crawley  not assessed  information gathering  suspended  Sat 2 Jan 2027\n"
        "WS-0003  Pat Last    ben      adur     not assessed  information gathering  closed     Sat 2 Jan 2027\n"
    )
    assert result.err == "3 cases.\n"


def test_the_list_can_be_narrowed(three) -> None:
    narrowed = {
        "--status open": ["WS-0001"],
        "--status suspended": ["WS-0002"],
        "--status closed": ["WS-0003"],
        "--manager ben": ["WS-0002", "WS-0003"],
        "--area adur": ["WS-0001", "WS-0003"],
        "--area adur --manager ben --status closed": ["WS-0003"],
        "--area worthing": [],
    }

    found = {said: refs(three(f"case list {said} --json")) for said in narrowed}

    assert found == narrowed


def test_cases_are_found_whatever_the_accents_and_the_case(three) -> None:
    searched = {
        "zoe": ["WS-0001"],
        "LUKASZ": ["WS-0001"],
        "zoe lukasz": ["WS-0001"],
        "o'neill": ["WS-0002"],
        "ws-0002": ["WS-0002"],
        "P-0003": ["WS-0003"],
        "ext-9": ["WS-0003"],
        "24/1x": ["WS-0001"],
        "a": ["WS-0001", "WS-0003"],
        "nobody": [],
        "%": [],
        "_": [],
        "' OR 1=1 --": [],
    }

    found = {text: refs(three(["case", "find", text, "--json"])) for text in searched}

    assert found == searched


def refs(result) -> list[str]:
    return [row["ref"] for row in result.json]


def test_an_empty_list_says_what_to_do(drive_file) -> None:
    listed, found = drive_file("case list"), drive_file("case find Robin")
    closed = drive_file("case list --status closed")

    assert closed.err == "No case is like this. All cases: drive case list\n"
    assert (listed.code, listed.out, listed.err) == (0, "", "No cases. Open one: drive case open\n")
    assert (found.code, found.out, found.err) == (0, "", "Nobody found for “Robin”. All cases: drive case list\n")


def test_listing_the_cases_of_nobody_known_is_not_an_empty_list(drive_file, team) -> None:
    drive_file.open_case(manager="amina")

    assert_refused(
        drive_file,
        "case list --manager amnia",
        4,
        "There is no worker with the username “amnia”. Did you mean amina?\ndrive worker list",
    )


# -- edit --------------------------------------------------------------------------------------------------------------


def test_editing_keeps_what_was_there(drive) -> None:
    drive(f"{OPEN} --phone 07700900123 --interpreter", ok=True)

    result = drive("case edit 1 --phone - --no-interpreter --surname Changed", stdin="07700900456\n")

    assert result.out == "Changed surname, interpreter, phone of WS-0001.\n"
    kept = drive.db().run("SELECT table_name, field, old, new FROM field_change ORDER BY id").fetchall()
    assert [tuple(row) for row in kept] == [
        ("person", "surname", "Example", "Changed"),
        ("person", "interpreter", "True", "False"),
        ("person", "phone", "07700900123", "07700900456"),
    ]
    page = drive("case show 1 --json").json
    assert (page["name"], page["phone"], page["interpreter"]) == ("Robin Changed", "07700900456", False)
    assert page["aliases"] == ["Robin Example"]


def test_a_tier_and_an_area_change_as_dated_facts(drive, team) -> None:
    drive(f"{OPEN} --opened 1/2/2026 --area adur --manager amina", ok=True)

    answer = drive("case edit 1 --tier standard --area crawley --reason reviewed --json", ok=True).json

    assert (answer["tier"], answer["area"]) == ("standard", "crawley")
    facts = [
        (row["on"], row["words"], row["reason"])
        for row in drive("case timeline 1 --json").json
        if row["what"] in ("tier_change", "area_change")
    ]
    assert facts == [
        ("2026-02-01", "tier not_assessed", None),
        ("2026-02-01", "area adur", None),
        ("2026-03-02", "tier standard", "reviewed"),
        ("2026-03-02", "area crawley", "reviewed"),
    ]
    assert next(row for row in answer["deadlines"] if row["kind"] == "contact")["due_on"] == "2026-02-15"


def test_why_something_was_edited_is_kept_with_what_it_was(drive) -> None:
    drive.open_case(phone="01903 000001")

    drive("case edit 1 --phone '01903 000002' --external-ref X-1 --reason 'rang from a new one'", ok=True)
    drive("case edit 1 --alias Robbie --reason 'said so on the phone'", ok=True)

    kept = drive.db().run("SELECT field, reason FROM field_change ORDER BY id").fetchall()
    assert kept == [("phone", "rang from a new one"), ("external_ref", "rang from a new one")]
    logged = drive("audit log 1 --limit 2 --json").json
    assert [each["reason"] for each in logged] == ["said so on the phone", "rang from a new one"]


def test_editing_adds_aliases_and_identifiers(drive_file) -> None:
    drive_file(OPEN, ok=True)

    result = drive_file("case edit 1 --alias Rob --identifier police=77", ok=True)

    assert result.out == "Changed alias, identifier of WS-0001.\n"
    assert refs(drive_file("case find 77 --json")) == ["WS-0001"]
    assert refs(drive_file("case find rob --json")) == ["WS-0001"]


@pytest.mark.parametrize(
    ("said", "code", "sentence"),
    [
        (
            "1",
            2,
            "Nothing to change: say what is new about WS-0001.\n"
            "drive case edit WS-0001 --tier standard   (drive case edit --help lists all)",
        ),
        (
            "1 --tier not_assessed --forename Robin",
            2,
            "Nothing to change: say what is new about WS-0001.\n"
            "drive case edit WS-0001 --tier standard   (drive case edit --help lists all)",
        ),
        ("1 --dob tomorrow", 2, "--dob: 2026-03-03 is in the future."),
        ("1 --phone -", 2, "The phone was to come from stdin, and nothing came."),
        (
            "9 --tier high",
            4,
            "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
        ),
    ],
)
def test_a_case_is_not_changed(drive_file, said: str, code: int, sentence: str) -> None:
    drive_file(OPEN, ok=True)

    assert_refused(drive_file, f"case edit {said}", code, sentence)


def test_an_auditor_changes_no_case(drive_file, team) -> None:
    drive_file(OPEN, ok=True)

    assert_refused(
        drive_file,
        "case edit 1 --tier high",
        3,
        "Hal Dean (auditor) may not change a case.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


def test_a_write_that_asks_for_an_unknown_field_writes_nothing(drive_file) -> None:
    before = contents(drive_file)

    result = drive_file(f"{OPEN} --fields ref,nope")

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("There is no field “nope” here. Fields: ref, name, manager,")
    assert contents(drive_file) == before
