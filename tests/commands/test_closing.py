"""`drive case close`: what ends, what begins, and when it is refused."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def working(drive, team, stores):
    """A case of Amina's with a specialist, opened four weeks ago."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def working_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(forename="Robin", surname="Example", manager="amina", opened="2026-02-02")
    drive("assign 1 --substance carl --on 2/2/2026", ok=True)


def test_closing_ends_the_work_and_begins_the_follow_ups(working) -> None:
    result = working("case close 1 --reason completed --on 27/2/2026 --note 'goals met'")

    assert result.code == 0
    assert result.out == "Closed WS-0001 on Fri 27 Feb 2026 (completed).\n"
    assert result.err == "Next due: follow up, Wed 27 May 2026.\n"
    page = working("case show 1 --json").json
    assert (page["status"], page["closed_on"], page["closure_reason"]) == ("closed", "2026-02-27", "completed")
    assert page["assigned"] == []
    assert [(each["kind"], each["due_on"]) for each in page["deadlines"]] == [
        ("follow_up", "2026-05-27"),
        ("follow_up", "2026-08-27"),
        ("follow_up", "2027-02-27"),
    ]
    ended = working.db().run("SELECT ended_on, end_reason FROM assignment").fetchall()
    assert [(str(row[0]), row[1]) for row in ended] == [("2026-02-27", "case closed")] * 2
    assert working("caseload --json").json == []
    kept = working.db().run("SELECT note FROM closing").fetchall()
    assert [tuple(row) for row in kept] == [("goals met",)]


def test_the_follow_ups_belong_to_the_last_manager(working) -> None:
    working("case close 1 --reason completed", ok=True)

    rows = working("today --json", as_="amina", today="2026-06-03").json

    assert [(row["ref"], row["section"], row["kind"], row["overdue_days"]) for row in rows] == [
        ("WS-0001", "overdue", "follow_up", 1)
    ]


@pytest.mark.parametrize("reason", ["died", "opened_in_error"])
def test_where_nobody_is_left_to_follow_up_nothing_is_due(working_file, reason: str) -> None:
    answer = working_file(f"case close 1 --reason {reason} --json").json

    assert (answer["deadlines"], answer["next_due_on"], answer["overdue"]) == ([], None, False)


@pytest.mark.parametrize(
    "reason",
    [
        "window_ended_not_engaged",
        "moved_out_of_area",
        "long_custody",
        "transferred",
        "safety_stop",
        "panel_closed",
    ],
)
def test_every_other_reason_begins_follow_ups(working_file, reason: str) -> None:
    answer = working_file(f"case close 1 --reason {reason} --json").json

    assert [each["kind"] for each in answer["deadlines"]] == ["follow_up"] * 3


def test_a_suspended_case_and_one_on_hold_can_be_closed(working_file) -> None:
    working_file("case suspend 1 --reason custody", ok=True)
    working_file("case hold 1 --until +1w --by Fay --reason threat", ok=True)

    closed = working_file("case close 1 --reason long_custody --json").json

    assert (closed["status"], closed["hold"]) == ("closed", None)


def test_closing_is_refused_while_nobody_would_own_the_follow_ups(drive) -> None:
    drive.open_case()

    assert_refused(
        drive,
        "case close 1 --reason completed",
        3,
        "Nobody manages WS-0001, so its follow-ups would have no owner.\n"
        "drive case transfer WS-0001 --to USERNAME --reason WHY",
    )
    assert drive("case close 1 --reason opened_in_error").code == 0


NOT_CLOSED = [
    (
        "case close 1",
        2,
        "Missing --reason. "
        "One of: completed, window_ended_not_engaged, moved_out_of_area, long_custody, died, transferred, "
        "safety_stop, panel_closed, opened_in_error.\ndrive case close --help",
    ),
    (
        "case close 1 --reason complete",
        2,
        "--reason: “complete” is not a closure reason. Did you mean completed? One of: completed,"
        " window_ended_not_engaged, moved_out_of_area, long_custody, died, transferred, safety_stop, panel_closed,"
        " opened_in_error.\ndrive case close --help",
    ),
    (
        "case close 1 --reason completed --on tomorrow",
        3,
        "Tue 3 Mar 2026 is in the future; a closing is recorded once it has happened.",
    ),
    (
        "case close 1 --reason completed --on 1/2/2026",
        3,
        "Sun 1 Feb 2026 is before WS-0001 opened (Mon 2 Feb 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    (
        "case close 9 --reason completed",
        4,
        "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_CLOSED)
def test_a_case_is_not_closed(working_file, line: str, code: int, sentence: str) -> None:
    assert_refused(working_file, line, code, sentence)


def test_a_case_is_not_closed_before_somebody_began_to_work_on_it(working_file) -> None:
    working_file("assign 1 --mental-health dana --on 27/2/2026", ok=True)

    assert_refused(
        working_file,
        "case close 1 --reason completed --on 26/2/2026",
        3,
        "That assignment began on Fri 27 Feb 2026; it cannot end before.",
    )


def test_a_case_is_closed_once(working_file) -> None:
    working_file("case close 1 --reason completed", ok=True)

    assert_refused(
        working_file,
        "case close 1 --reason died",
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )


def test_an_auditor_closes_no_case(working_file) -> None:
    assert_refused(
        working_file,
        "case close 1 --reason completed",
        3,
        "Hal Dean (auditor) may not close a case.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )
