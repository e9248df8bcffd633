"""`drive case correct`: a new fact in place of a wrong one, which stays readable."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def working(drive, team, stores):
    """A case of Amina's, opened on 2 February, with a stage, a specialist and a review."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def working_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(manager="amina", area="adur", opened="2026-02-02")
    drive("case stage 1 engaged --on 16/2/2026", ok=True)
    drive("assign 1 --substance carl --on 16/2/2026", ok=True)
    drive("review 1 --on 23/2/2026", ok=True)


def told(drive, what: str) -> list[tuple[str, str, str, str | None]]:
    """What the timeline says of one kind of fact: day, words, whether it stands, why not."""
    rows = [row for row in drive("case timeline 1 --json").json if row["what"] == what]
    return [(row["on"], row["words"], row["state"], row["reason"]) for row in sorted(rows, key=lambda row: row["id"])]


# -- opened ------------------------------------------------------------------------------------------------------------


def test_a_corrected_opening_moves_the_window_and_what_was_written_with_it(working) -> None:
    result = working("case correct 1 opened --on 5/1/2026 --reason 'form misread'")

    assert result.code == 0
    assert result.out == "Corrected the opening of WS-0001.\n"
    row = working("caseload --json").json[0]
    assert (row["opened_on"], row["window_ends_on"], row["manager"]) == ("2026-01-05", "2026-11-05", "amina")
    assert told(working, "opening") == [
        ("2026-02-02", "opened, window of 10 months", "corrected", None),
        ("2026-01-05", "opened, window of 10 months", "", "form misread"),
    ]
    assert told(working, "area_change")[-1] == ("2026-01-05", "area adur", "", "form misread")
    assert told(working, "tier_change")[-1] == ("2026-01-05", "tier not_assessed", "", "form misread")
    assert told(working, "assignment") == [
        ("2026-02-02", "case_manager amina", "corrected", None),
        ("2026-02-16", "substance carl", "", None),
        ("2026-01-05", "case_manager amina", "", "form misread"),
    ]
    assert working("doctor").code == 0


def test_the_stage_of_a_case_opened_later_than_told_stays(working_file) -> None:
    working_file("case correct 1 opened --on 16/2/2026 --reason misread", ok=True)

    assert working_file("caseload --json").json[0]["stage"] == "engaged"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("contact log 1 --mode phone --outcome held --on 10/2/2026", "11/2/2026"),
        ("review 1 --on 10/2/2026", "11/2/2026"),
        ("approach 1 --state agreed --with Fay --on 10/2/2026", "11/2/2026"),
        ("assign 1 --mental-health dana --on 10/2/2026", "11/2/2026"),
        ("case suspend 1 --reason custody --on 10/2/2026", "11/2/2026"),
        ("case stage 1 not_engaged --on 16/2/2026", "17/2/2026"),
    ],
)
def test_a_case_does_not_open_after_what_happened_in_it(working_file, line: str, day: str) -> None:
    working_file(line, ok=True)

    result = working_file(f"case correct 1 opened --on {day} --reason misread")

    assert result.code == 3
    assert "before that day" in result.err


# -- stage, assignment, review -----------------------------------------------------------------------------------------


def test_a_stage_recorded_wrongly_is_put_right(working) -> None:
    result = working("case correct 1 stage --to pre-engagement --on 17/2/2026 --reason mistyped")

    assert (result.code, result.out) == (0, "Corrected the stage of WS-0001.\n")
    assert working("caseload --json").json[0]["stage"] == "pre_engagement"
    assert told(working, "stage_change") == [
        ("2026-02-02", "stage information_gathering", "", None),
        ("2026-02-16", "stage engaged", "corrected", None),
        ("2026-02-17", "stage pre_engagement", "", "mistyped"),
    ]


def test_a_move_that_never_happened_is_withdrawn(working) -> None:
    result = working("case correct 1 stage --withdraw --reason 'wrong case'")

    assert result.out == "Withdrew the stage of WS-0001.\n"
    assert working("caseload --json").json[0]["stage"] == "information_gathering"
    assert [row[2] for row in told(working, "stage_change")] == ["", "corrected", "withdrawn"]


def test_an_assignment_of_the_wrong_worker_or_day_is_put_right(working) -> None:
    working("worker add 'Cleo Hart' --username cleo --role substance", ok=True)

    result = working("case correct 1 assignment --to cleo --on 17/2/2026 --reason mistyped")

    assert result.out == "Corrected the assignment of WS-0001.\n"
    assert [row["username"] for row in working("case show 1 --json").json["assigned"]] == ["amina", "cleo"]
    assert told(working, "assignment") == [
        ("2026-02-02", "case_manager amina", "", None),
        ("2026-02-16", "substance carl", "corrected", None),
        ("2026-02-17", "substance cleo", "", "mistyped"),
    ]


def test_a_fact_is_chosen_by_its_number(working_file) -> None:
    working_file("case correct 1 assignment --id 1 --to ben --reason mistyped", ok=True)

    assert working_file("caseload --json").json[0]["manager"] == "ben"


def test_a_review_entered_twice_is_withdrawn(working) -> None:
    working("review 1 --on 24/2/2026", ok=True)
    assert working("why 1 --json").json[-3]["due_on"] == "2026-05-24"

    result = working("case correct 1 review --withdraw --reason 'entered twice'")

    assert result.out == "Withdrew the review of WS-0001.\n"
    assert [row["due_on"] for row in working("why 1 --json").json if row["kind"] == "review"] == ["2026-05-23"]


def test_a_review_of_another_kind_or_day_is_put_right(working_file) -> None:
    working_file("case correct 1 review --to supervision --on 20/2/2026 --reason mistyped", ok=True)

    assert told(working_file, "review")[-1] == ("2026-02-20", "review supervision", "", "mistyped")
    assert [row["due_on"] for row in working_file("why 1 --json").json if row["kind"] == "review"] == ["2026-05-02"]


def test_what_was_put_right_can_be_put_right_again(working_file) -> None:
    working_file("case correct 1 stage --to pre_engagement --reason mistyped", ok=True)
    working_file("case correct 1 stage --to engaged --reason 'right before'", ok=True)

    assert working_file("caseload --json").json[0]["stage"] == "engaged"
    assert [row[2] for row in told(working_file, "stage_change")] == ["", "corrected", "corrected", ""]


# -- no ----------------------------------------------------------------------------------------------------------------

NOT_CORRECTED = [
    (
        "case correct 1 stage --reason mistyped",
        2,
        "Nothing to correct: say the right day with --on, or what it should be with --to.\n"
        "drive case correct WS-0001 stage --on DAY --reason WHY",
    ),
    ("case correct 1 stage --to engaged", 2, "Missing --reason.\ndrive case correct --help"),
    (
        "case correct 1 stage --to engagd --reason mistyped",
        2,
        "“engagd” is not a stage. Did you mean engaged?"
        " One of: information_gathering, pre_engagement, engaged, not_engaged, step_down.",
    ),
    (
        "case correct 1 review --to cases --reason mistyped",
        2,
        "“cases” is not a review kind. Did you mean case?"
        " One of: case, engagement, closure_plan, supervision, follow_up.",
    ),
    (
        "case correct 1 assignment --to dana --reason mistyped",
        3,
        "Dana Reid is not a substance worker.\ndrive worker list --role substance",
    ),
    (
        "case correct 1 assignment --to nobody --reason mistyped",
        4,
        "There is no worker with the username “nobody”.\ndrive worker list",
    ),
    (
        "case correct 1 review --id 9 --withdraw --reason mistyped",
        4,
        "There is no review 9 on this case to correct.\ndrive case timeline REF",
    ),
    (
        "case correct 1 stage --on tomorrow --reason mistyped",
        3,
        "Tue 3 Mar 2026 is in the future; a fact is recorded once it has happened.",
    ),
    (
        "case correct 1 review --on 1/2/2026 --reason mistyped",
        3,
        "Sun 1 Feb 2026 is before WS-0001 opened (Mon 2 Feb 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    ("case correct 1 opened --on tomorrow --reason mistyped", 3, "Tue 3 Mar 2026 is in the future."),
    (
        "case correct 1 opened --on 24/2/2026 --reason mistyped",
        3,
        "Assignment 2 is of Mon 16 Feb 2026, before that day.\nPut it right first: drive case timeline WS-0001",
    ),
    (
        "case correct 1 opened --withdraw --reason mistyped",
        2,
        "The opening day is put right with --on DAY. A case opened in error is closed: "
        "drive case close REF --reason opened_in_error",
    ),
    (
        "case correct 9 opened --on 1/2/2026 --reason mistyped",
        4,
        "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_CORRECTED)
def test_a_fact_is_not_corrected(working_file, line: str, code: int, sentence: str) -> None:
    assert_refused(working_file, line, code, sentence)


def test_a_case_always_has_a_stage(working_file) -> None:
    working_file("case correct 1 stage --withdraw --reason mistyped", ok=True)

    assert_refused(
        working_file,
        "case correct 1 stage --withdraw --reason mistyped",
        3,
        "A case always has a stage; say which with --to.",
    )


def test_a_fact_of_another_case_is_not_reached(working_file) -> None:
    working_file.open_case()

    assert_refused(
        working_file,
        "case correct 2 review --id 1 --withdraw --reason mistyped",
        4,
        "There is no review 1 on this case to correct.\ndrive case timeline REF",
    )


def test_an_assignment_does_not_begin_after_it_ended(working_file) -> None:
    working_file("unassign 1 --substance --on 20/2/2026 --reason done", ok=True)

    assert_refused(
        working_file,
        "case correct 1 assignment --id 2 --on 21/2/2026 --reason mistyped",
        3,
        "That assignment ended on Fri 20 Feb 2026; it cannot begin after.",
    )


def test_a_correction_gives_nothing_to_a_leaver(working_file) -> None:
    working_file("worker add 'Cleo Hart' --username cleo --role substance", ok=True)
    working_file("worker leave cleo --on 9/2/2026", ok=True)

    result = working_file("case correct 1 assignment --to cleo --reason mistyped")

    assert result.code == 3


def test_a_correction_makes_no_follow_up_review_on_an_open_case(working_file) -> None:
    result = working_file("case correct 1 review --to follow_up --reason mistyped")

    assert result.code == 3


def test_an_auditor_corrects_nothing(working_file) -> None:
    assert_refused(
        working_file,
        "case correct 1 stage --to pre_engagement --reason mistyped",
        3,
        "Hal Dean (auditor) may not correct a case.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )
