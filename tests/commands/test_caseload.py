"""`drive caseload`: one row per case that is not closed, most urgent first."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def seven(drive, team, stores):
    """Seven cases, each with its own urgency. Their refs say the order in which they were opened, not how urgent."""
    return stores.prepared(drive, with_cases)


@pytest.fixture
def seven_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_cases)


def with_cases(drive) -> None:
    """
    1 practice overdue by 3 days, standard      2 practice overdue by 10 days, standard
    3 nothing overdue, high                     4 safety overdue by 4 days, standard
    5 practice overdue by 1 day, high           6 suspended, nothing overdue, standard, nobody's
    7 closed
    """
    for tier, opened, manager, area in [
        ("standard", "2026-02-13", "amina", "adur"),
        ("standard", "2026-02-06", "ben", "adur"),
        ("high", "2026-03-02", "amina", "crawley"),
        ("standard", "2026-02-24", "amina", "crawley"),
        ("high", "2026-02-22", "ben", None),
        ("standard", "2026-02-23", None, None),
        ("high", "2026-01-01", "ben", "adur"),
    ]:
        drive.open_case(tier=tier, opened=opened, manager=manager, area=area)
    for number in (1, 2, 3, 5, 6):
        on = {1: 13, 2: 6, 3: 2, 5: 22, 6: 23}[number]
        month = 3 if number == 3 else 2
        drive(f"approach {number} --state never --with Fay --on {on}/{month}/2026", ok=True)
    drive("case suspend 6 --reason out_of_area", ok=True)
    drive("case close 7 --reason completed", ok=True)


def refs(result) -> list[int]:
    return [int(row["ref"].removeprefix("WS-")) for row in result.json]


# -- order -------------------------------------------------------------------------------------------------------------


def test_the_most_urgent_come_first_by_weight_then_tier_then_days(seven) -> None:
    result = seven("caseload --json")

    assert refs(result) == [4, 5, 2, 1, 3, 6]
    assert [row["overdue_days"] for row in result.json] == [4, 1, 10, 3, 0, 0]
    assert result.json[0]["next_due_weight"] == "safety"
    assert result.err == "4 of 6 open cases are overdue.\n"


def test_only_what_is_overdue_when_asked(seven) -> None:
    result = seven("caseload --overdue --json")

    assert refs(result) == [4, 5, 2, 1]
    assert all(row["overdue"] for row in result.json)
    assert result.err == "4 of 6 open cases are overdue.\n"


def test_a_safety_deadline_counts_as_urgent_though_another_was_due_before(drive_file, team) -> None:
    drive_file.open_case(manager="amina", tier="high", opened="2026-02-02")
    drive_file("approach 1 --state agreed --with Fay --on 2/2/2026", ok=True)
    drive_file.open_case(manager="amina", tier="standard", opened="2026-02-02")
    drive_file("approach 2 --state agreed --with Fay --until 25/2/2026 --on 2/2/2026", ok=True)

    rows = drive_file("caseload --json").json

    assert [(row["ref"], row["next_due_weight"]) for row in rows] == [("WS-0002", "practice"), ("WS-0001", "practice")]
    assert [each["weight"] for each in rows[0]["deadlines"] if each["overdue_days"]] == [
        "practice",
        "practice",
        "safety",
    ]


def test_due_today_is_not_overdue_and_overdue_the_day_after(drive, team) -> None:
    drive.open_case(manager="amina")

    said = {}
    for day in ("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"):
        row = drive("caseload --json", today=day).json[0]
        late = drive("caseload --overdue --exit-code", today=day)
        said[day] = (row["next_due_on"], row["overdue"], row["overdue_days"], late.code, "WS-0001" in late.out)
        assert drive("caseload", today=day).err.startswith("1 of 1" if row["overdue"] else "0 of 1")

    assert said == {
        "2026-03-03": ("2026-03-04", False, 0, 0, False),
        "2026-03-04": ("2026-03-04", False, 0, 0, False),
        "2026-03-05": ("2026-03-04", True, 1, 10, True),
        "2026-03-06": ("2026-03-04", True, 2, 10, True),
    }


def test_days_are_calendar_days_and_each_deadline_says_its_own(drive_file, team) -> None:
    drive_file.open_case(manager="amina", opened="2026-02-20")

    row = drive_file("caseload --json").json[0]

    assert (row["next_due_kind"], row["overdue_days"]) == ("safety_consult", 8)
    assert [(each["kind"], each["due_on"], each["overdue_days"], each["because"]) for each in row["deadlines"]] == [
        ("safety_consult", "2026-02-22", 8, "opened Fri 20 Feb 2026"),
        ("contact", "2026-02-27", 3, "opened Fri 20 Feb 2026"),
        ("review", "2026-05-20", 0, "opened Fri 20 Feb 2026"),
        ("closure_plan", "2026-11-22", 0, "opened Fri 20 Feb 2026"),
        ("window_end", "2026-12-20", 0, "opened Fri 20 Feb 2026"),
    ]


# -- filters -----------------------------------------------------------------------------------------------------------

FILTERS = {
    "--mine": [4, 1, 3],
    "--manager ben": [5, 2],
    "--unallocated": [6],
    "--area adur": [2, 1],
    "--area Crawley": [4, 3],
    "--tier high": [5, 3],
    "--tier standard --overdue": [4, 2, 1],
    "--stage information_gathering": [4, 5, 2, 1, 3, 6],
    "--stage engaged": [],
    "--due-within 0": [4, 5, 2, 1],
    "--due-within 6": [4, 5, 2, 1],
    "--due-within 7": [4, 5, 2, 1, 3],
    "--ending-within 279": [2],
    "--ending-within 278": [],
    "--limit 2": [4, 5],
    "--overdue --limit 3": [4, 5, 2],
    "--manager ben --tier high --overdue": [5],
}


def test_the_list_can_be_narrowed(seven) -> None:
    found = {said: refs(seven(f"caseload {said} --json", as_="amina")) for said in FILTERS}

    assert found == FILTERS


def test_the_summary_is_of_what_was_asked_for(seven_file) -> None:
    said = {
        option: seven_file(f"caseload {option}").err
        for option in ("--manager ben", "--overdue --limit 1", "--unallocated", "--tier high")
    }

    assert said == {
        "--manager ben": "2 of 2 open cases are overdue.\n",
        "--overdue --limit 1": "4 of 6 open cases are overdue.\n",
        "--unallocated": "0 of 1 open case is overdue.\n",
        "--tier high": "1 of 2 open cases is overdue.\n",
    }


NOT_LISTED = [
    ("caseload --mine --manager ben", 2, "Choose one of --mine, --manager and --unallocated."),
    ("caseload --unallocated --manager ben", 2, "Choose one of --mine, --manager and --unallocated."),
    ("caseload --mine --unallocated", 2, "Choose one of --mine, --manager and --unallocated."),
    ("caseload --limit 0", 2, "--limit: 0 is not in the range 1<=x<=100000.\ndrive caseload --help"),
    ("caseload --due-within -1", 2, "--due-within: -1 is not in the range 0<=x<=36500.\ndrive caseload --help"),
    (
        "caseload --tier hihg",
        2,
        "--tier: “hihg” is not a tier. Did you mean high? One of: high, not_assessed, standard.\ndrive caseload --help",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_LISTED)
def test_a_list_that_is_not_understood(drive_file, team, line: str, code: int, sentence: str) -> None:
    assert_refused(drive_file, line, code, sentence)


def test_the_cases_of_nobody_known_are_not_an_empty_list(drive_file, team) -> None:
    drive_file.open_case(manager="amina")

    assert_refused(
        drive_file,
        "caseload --manager amnia",
        4,
        "There is no worker with the username “amnia”. Did you mean amina?\ndrive worker list",
    )


def test_an_empty_list_says_why(drive_file, team) -> None:
    nothing = drive_file("caseload")
    drive_file.open_case(manager="amina")
    none_late, none_such = drive_file("caseload --overdue"), drive_file("caseload --tier high")
    none_late_there = drive_file("caseload --overdue --manager amina")

    assert (nothing.code, nothing.out, nothing.err) == (0, "", "No open cases. Open one: drive case open\n")
    assert (none_late.code, none_late.out) == (0, "")
    assert none_late.err == "Nobody is overdue; 1 case is open. All open cases: drive caseload\n"
    assert none_such.err == "No open case is like this. All open cases: drive caseload\n"
    assert none_late_there.err.startswith("Nobody like this is overdue; 1 case is open like this.")
    assert drive_file("caseload --overdue --json").out == "[]\n"


# -- how it looks ------------------------------------------------------------------------------------------------------


def test_the_list_says_in_words_how_each_case_stands(seven) -> None:
    seven("case hold 1 --until 9/3/2026 --by Fay --reason threat", ok=True)
    seven("seen 2 --until 6/3/2026", ok=True)

    result = seven("caseload")

    assert result.out == (
        "Ref      Person          Manager  Tier      Stage                  Due                              State\n"
        "WS-0004  Robin Examplee  amina    standard  information gathering  safety consult, Thu 26 Feb 2026"
        "  OVERDUE 4 days\n"
        "WS-0005  Robin Examplef  ben      high      information gathering  contact, Sun 1 Mar 2026        "
        "  OVERDUE 1 day\n"
        "WS-0002  Robin Examplec  ben      standard  information gathering  contact, Fri 20 Feb 2026       "
        "  OVERDUE 10 days; known until Fri 6 Mar 2026\n"
        "WS-0001  Robin Exampleb  amina    standard  information gathering  contact, Fri 27 Feb 2026       "
        "  HOLD until Mon 9 Mar 2026; OVERDUE 3 days\n"
        "WS-0003  Robin Exampled  amina    high      information gathering  contact, Mon 9 Mar 2026\n"
        "WS-0006  Robin Exampleg           standard  information gathering  review, Sat 23 May 2026        "
        "  suspended\n"
    )


def test_a_row_has_the_fields_of_the_issue(seven_file) -> None:
    row = seven_file("caseload --limit 1 --json").json[0]

    assert list(row)[:20] == [
        "ref", "name", "manager", "area", "tier", "stage", "status", "hold", "opened_on", "window_month",
        "window_months", "window_ends_on", "days_left", "last_contact_on", "next_due_on", "next_due_kind",
        "next_due_weight", "overdue", "overdue_days", "deadlines",
    ]  # fmt: skip
    assert list(row["deadlines"][0]) == ["kind", "weight", "due_on", "overdue_days", "because"]


# -- for a scheduler ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("caseload --exit-code", 10),
        ("caseload --overdue --exit-code", 10),
        ("caseload --overdue --exit-code --json", 10),
        ("caseload --unallocated --exit-code", 0),
        ("caseload --stage engaged --exit-code", 0),
        ("caseload --overdue", 0),
    ],
)
def test_the_exit_code_says_whether_a_row_is_overdue_when_asked(seven_file, line: str, code: int) -> None:
    assert seven_file(line).code == code


def test_the_exit_code_reaches_the_shell(drive_file) -> None:
    drive_file.open_case(opened="2026-01-05")

    result = drive_file.process("caseload --overdue --exit-code --json --fields ref")

    assert (result.code, result.out) == (10, '[{"ref": "WS-0001"}]\n')
