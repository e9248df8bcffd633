"""`drive approach` and `drive case hold`: nobody is pushed to ring before somebody has said it may be done."""

import pytest

from commands.refusals import assert_refused

NOBODY = "Ask one of: amina, ben, carl, dana, ed, fay, gil, sam."


@pytest.fixture
def opened(drive, team, stores):
    """A case of Amina's, opened two weeks ago."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def opened_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(forename="Robin", surname="Example", manager="amina", opened="2026-02-16")


def due(drive, day: str | None = None) -> dict[str, str]:
    """What is due in the case: kind to day."""
    row = drive("caseload --json", today=day).json[0]
    return {each["kind"]: each["due_on"] for each in row["deadlines"]}


# -- approach ----------------------------------------------------------------------------------------------------------


def test_an_agreed_approach_ends_the_question_and_starts_the_first_contact(opened) -> None:
    assert "safety_consult" in due(opened)
    assert "first_contact" not in due(opened)

    result = opened("approach 1 --state agreed --with 'Fay Moss'")

    assert result.code == 0
    assert result.out == "Approach to WS-0001: agreed, with Fay Moss, Mon 2 Mar 2026.\n"
    assert result.err == "Next due: contact, Mon 23 Feb 2026 (overdue).\n"
    assert "safety_consult" not in due(opened)
    assert due(opened)["first_contact"] == "2026-03-09"
    assert opened("case show 1 --json").json["approach"] == {
        "state": "agreed",
        "with_whom": "Fay Moss",
        "on": "2026-03-02",
        "until": None,
        "modes": None,
    }


def test_not_yet_says_when_to_ask_again_and_nobody_is_pushed_to_ring(opened) -> None:
    result = opened("approach 1 --state not_yet --with 'Fay Moss' --until +1w")

    assert result.out == "Approach to WS-0001: not yet, until Mon 9 Mar 2026, with Fay Moss, Mon 2 Mar 2026.\n"
    assert due(opened)["safety_consult"] == "2026-03-11"
    assert "first_contact" not in due(opened)
    assert opened("case show 1").out.splitlines()[1] == (
        "APPROACH not yet, until Mon 9 Mar 2026 (with Fay Moss, Mon 2 Mar 2026). Do not contact the person."
    )


def test_never_ends_the_question(opened_file) -> None:
    opened_file("approach 1 --state never --with Fay", ok=True)

    assert sorted(due(opened_file)) == ["closure_plan", "contact", "review", "window_end"]
    assert opened_file("case show 1").out.splitlines()[1].endswith(" Do not contact the person.")


def test_an_agreement_may_be_for_some_modes_and_for_a_time(opened_file) -> None:
    opened_file("approach 1 --state agreed --with Fay --modes phone,letter --until 16/3/2026", ok=True)

    assert due(opened_file)["safety_consult"] == "2026-03-18"
    approach = opened_file("case show 1 --json").json["approach"]
    assert (approach["modes"], approach["until"]) == ("phone,letter", "2026-03-16")


def test_the_last_answer_stands_and_the_earlier_stay_in_the_timeline(opened_file) -> None:
    opened_file("approach 1 --state not_yet --with Fay --on 17/2/2026", ok=True)
    opened_file("approach 1 --state agreed --with Fay --on 20/2/2026", ok=True)

    told = [row["words"] for row in opened_file("case timeline 1 --json").json if row["what"] == "approach"]

    assert told == ["approach not_yet, with Fay", "approach agreed, with Fay"]
    assert opened_file("case show 1 --json").json["approach"]["state"] == "agreed"


NOT_ANSWERED = [
    ("approach 1 --state agreed", 2, "Missing --with.\ndrive approach --help"),
    ("approach 1 --with Fay", 2, "Missing --state. One of: agreed, not_yet, never.\ndrive approach --help"),
    (
        "approach 1 --state agreed --with Fay --on tomorrow",
        3,
        "Tue 3 Mar 2026 is in the future; an answer is recorded once it has happened.",
    ),
    (
        "approach 1 --state agreed --with Fay --on 15/2/2026",
        3,
        "Sun 15 Feb 2026 is before WS-0001 opened (Mon 16 Feb 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    (
        "approach 1 --state not_yet --with Fay --until 1/3/2026",
        2,
        "--until: Sun 1 Mar 2026 is before the answer (Mon 2 Mar 2026).",
    ),
    (
        "approach 1 --state never --with Fay --until +1w",
        2,
        "--until: never has no end. If it may change, record not_yet.",
    ),
    (
        "approach 1 --state not_yet --with Fay --modes phone",
        2,
        "--modes says how the person may be approached; it goes with --state agreed.",
    ),
    (
        "approach 1 --state agreed --with Fay --modes phone,fone",
        2,
        "“fone” is not a contact mode. Did you mean phone?"
        " One of: in_person, phone, video, text, email, letter, meeting.",
    ),
    (
        "approach 2 --state agreed --with Fay",
        4,
        "There is no case WS-0002. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_ANSWERED)
def test_an_answer_is_not_recorded(opened_file, line: str, code: int, sentence: str) -> None:
    assert_refused(opened_file, line, code, sentence)


# -- hold --------------------------------------------------------------------------------------------------------------


def test_a_hold_stops_direct_contact_and_says_so(opened) -> None:
    opened("approach 1 --state agreed --with Fay --on 25/2/2026", ok=True)
    opened("assign 1 --substance carl --on 25/2/2026", ok=True)

    result = opened("case hold 1 --until 16/3/2026 --by 'Fay Moss' --reason threat")

    assert result.code == 0
    assert result.out == "HOLD on WS-0001 until Mon 16 Mar 2026: no direct contact, indirect work goes on.\n"
    assert result.err == (
        "Next due: contact, Mon 23 Feb 2026 (overdue).\nTo end it sooner: drive case hold WS-0001 --lift --by WHO\n"
    )
    held = due(opened)
    assert (held["first_contact"], held["specialist_first_contact"]) == ("2026-03-24", "2026-03-31")
    assert held["contact"] == "2026-02-23"
    assert opened("case show 1").out.splitlines()[1] == (
        "HOLD until Mon 16 Mar 2026: no direct contact. Threat, by Fay Moss."
    )
    assert opened("caseload").out.splitlines()[1].endswith("  HOLD until Mon 16 Mar 2026; OVERDUE 7 days")
    assert opened("case show 1 --json").json["held"] == {
        "until": "2026-03-16",
        "by_whom": "Fay Moss",
        "reason": "threat",
    }


def test_on_hold_indirect_work_counts_as_contact(opened_file) -> None:
    opened_file("approach 1 --state agreed --with Fay --on 25/2/2026", ok=True)
    line = "contact log 1 --mode meeting --outcome information_received"
    assert opened_file(f"{line} --json").json["case"]["last_contact_on"] is None
    opened_file("case hold 1 --until 16/3/2026 --by Fay --reason threat", ok=True)

    logged = opened_file(f"{line} --json").json

    assert logged["case"]["last_contact_on"] == "2026-03-02"


def test_a_hold_ends_by_itself_after_its_last_day(opened_file) -> None:
    opened_file("case hold 1 --until 4/3/2026 --by Fay --reason court", ok=True)

    holds = {day: opened_file("caseload --json", today=f"2026-03-{day}").json[0]["hold"] for day in ("04", "05")}

    assert holds == {"04": "2026-03-04", "05": None}


def test_a_new_hold_takes_the_place_of_the_one_that_stands(opened) -> None:
    opened("case hold 1 --until 4/3/2026 --by Fay --reason court", ok=True)
    opened("case hold 1 --until 9/3/2026 --by police --reason police_operation", ok=True)

    page = opened("case show 1 --json").json

    assert page["held"] == {"until": "2026-03-09", "by_whom": "police", "reason": "police_operation"}
    holds = opened.db().run("SELECT lifted_by FROM hold ORDER BY id").fetchall()
    assert [row[0] for row in holds] == ["replaced: police", None]


def test_a_hold_can_be_lifted_and_contact_is_due_again(opened) -> None:
    opened("approach 1 --state agreed --with Fay --on 25/2/2026", ok=True)
    opened("case hold 1 --until 16/3/2026 --by Fay --reason threat", ok=True)

    result = opened("case hold 1 --lift --by 'Fay Moss'")

    assert result.out == "Lifted the hold on WS-0001.\n"
    assert due(opened)["first_contact"] == "2026-03-09"
    assert opened("caseload --json").json[0]["hold"] is None
    assert opened("case show 1 --json").json["held"] is None
    told = [row["words"] for row in opened("case timeline 1 --json").json if row["what"] == "hold"]
    assert told == ["hold until 2026-03-16, threat, by Fay", "hold lifted, by Fay Moss"]


NOT_HELD = [
    ("case hold 1 --by Fay --reason threat", 2, "Missing --until.\ndrive case hold --help"),
    ("case hold 1 --until +1w --reason threat", 2, "Missing --by.\ndrive case hold --help"),
    ("case hold 1 --until +1w --by Fay", 2, "Missing --reason.\ndrive case hold --help"),
    (
        "case hold 1 --until +1w --by Fay --reason threats",
        2,
        "--reason: “threats” is not a hold reason. Did you mean threat?"
        " One of: adviser_advice, police_operation, threat, court, other.\ndrive case hold --help",
    ),
    (
        "case hold 1 --until yesterday --by Fay --reason threat",
        2,
        "--until: Sun 1 Mar 2026 has passed; a hold runs to a day to come.",
    ),
    (
        "case hold 1 --lift --until +1w",
        2,
        "--lift ends the hold today; it takes --by, but no --until and no --reason.",
    ),
    (
        "case hold 1 --lift --reason threat",
        2,
        "--lift ends the hold today; it takes --by, but no --until and no --reason.",
    ),
    ("case hold 1 --lift", 3, "There is no hold on WS-0001.\ndrive case show WS-0001"),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_HELD)
def test_a_case_is_not_held(opened_file, line: str, code: int, sentence: str) -> None:
    assert_refused(opened_file, line, code, sentence)


# -- both --------------------------------------------------------------------------------------------------------------

LINES = {
    "approach 1 --state agreed --with Fay": "record an approach",
    "case hold 1 --until +1w --by Fay --reason threat": "hold a case",
    "case hold 1 --lift": "lift a hold",
}


@pytest.mark.parametrize(("line", "what"), LINES.items())
def test_an_auditor_may_not(opened_file, line: str, what: str) -> None:
    assert_refused(opened_file, line, 3, f"Hal Dean (auditor) may not {what}.\n{NOBODY}", as_="hal")


@pytest.mark.parametrize("line", LINES)
def test_a_closed_case_takes_neither(opened_file, line: str) -> None:
    opened_file("case close 1 --reason completed", ok=True)

    assert_refused(
        opened_file,
        line,
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )
