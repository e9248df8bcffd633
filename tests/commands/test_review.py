"""`drive review` and `drive seen`: reviews end their deadlines; a lead's mark ends none."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def opened(drive, team, stores):
    """A case of Amina's, opened on 24 November, its review overdue."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def opened_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(manager="amina", opened="2025-11-24")


def due(drive) -> dict[str, str]:
    return {row["kind"]: row["due_on"] for row in drive("why 1 --json").json}


# -- review ------------------------------------------------------------------------------------------------------------


def test_a_review_starts_the_next_three_months(opened) -> None:
    assert due(opened)["review"] == "2026-02-24"

    result = opened("review 1 --note -", stdin="All well.\n")

    assert result.code == 0
    assert result.out == "Recorded the case review of WS-0001 on Mon 2 Mar 2026.\n"
    assert result.err == "Next due: safety consult, Wed 26 Nov 2025 (overdue).\n"
    assert due(opened)["review"] == "2026-06-02"
    kept = opened.db().run("SELECT kind, note FROM review").fetchall()
    assert [tuple(row) for row in kept] == [("case", "All well.")]


def test_the_answer_of_review_holds_the_case(opened_file) -> None:
    answer = opened_file("review 1 --on 27/2/2026 --json").json

    case = answer.pop("case")
    assert answer == {"id": 1, "ref": "WS-0001", "kind": "case", "on": "2026-02-27"}
    assert case == opened_file("caseload --json").json[0]


def test_a_closure_plan_ends_its_deadline_until_an_extension_asks_for_it_again(opened) -> None:
    assert due(opened)["closure_plan"] == "2026-08-27"
    opened("review 1 --kind closure_plan --on 27/2/2026", ok=True)
    assert "closure_plan" not in due(opened)

    opened("case extend 1 --months 2 --reason court --authorised-by sam", ok=True)

    assert due(opened)["closure_plan"] == "2026-10-27"
    assert due(opened)["review"] == "2026-02-24"


def test_an_engagement_review_answers_three_failed_attempts(opened) -> None:
    opened("approach 1 --state agreed --with Fay --on 24/11/2025", ok=True)
    for day, outcome in [(18, "did_not_attend"), (20, "declined"), (26, "not_in")]:
        opened(f"contact log 1 --mode phone --outcome {outcome} --on {day}/2/2026", ok=True)
    assert due(opened)["engagement_review"] == "2026-03-02"

    opened("review 1 --kind engagement", ok=True)

    assert "engagement_review" not in due(opened)


@pytest.mark.parametrize("outcome", ["cancelled_by_us", "wrong_details", "message_left", "rescheduled"])
def test_attempts_that_were_none_ask_for_no_engagement_review(opened_file, outcome: str) -> None:
    opened_file("approach 1 --state agreed --with Fay --on 24/11/2025", ok=True)
    for day in (24, 25, 26):
        opened_file(f"contact log 1 --mode phone --outcome {outcome} --on {day}/2/2026", ok=True)

    assert "engagement_review" not in due(opened_file)


def test_a_supervision_ends_no_deadline(opened_file) -> None:
    before = due(opened_file)

    opened_file("review 1 --kind supervision", ok=True)

    assert due(opened_file) == before


def test_follow_ups_come_after_closing_and_each_ends_one(opened) -> None:
    opened("case close 1 --reason completed --on 26/2/2026", ok=True)
    assert [row["due_on"] for row in opened("why 1 --json").json] == ["2026-05-26", "2026-08-26", "2027-02-26"]

    result = opened("review 1 --kind follow_up --on 1/6/2026", today="2026-06-01")

    assert result.out == "Recorded the follow-up review of WS-0001 on Mon 1 Jun 2026.\n"
    assert result.err == "Next due: follow up, Wed 26 Aug 2026.\n"


NOT_REVIEWED = [
    (
        "review 1 --kind follow_up",
        3,
        "WS-0001 is open; a follow-up review comes after closing.\ndrive review WS-0001 --kind case",
    ),
    ("review 1 --on tomorrow", 3, "Tue 3 Mar 2026 is in the future; a review is recorded once it has happened."),
    (
        "review 1 --on 23/11/2025",
        3,
        "Sun 23 Nov 2025 is before WS-0001 opened (Mon 24 Nov 2025).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    (
        "review 1 --kind cases",
        2,
        "--kind: “cases” is not a review kind. Did you mean case?"
        " One of: case, engagement, closure_plan, supervision, follow_up.\ndrive review --help",
    ),
    ("review 9", 4, "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME"),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_REVIEWED)
def test_a_review_is_not_recorded(opened_file, line: str, code: int, sentence: str) -> None:
    assert_refused(opened_file, line, code, sentence)


def test_a_closed_case_takes_follow_ups_alone(opened_file) -> None:
    opened_file("case close 1 --reason completed --on 26/2/2026", ok=True)
    said = (
        "WS-0001 was closed on Thu 26 Feb 2026; only follow-up reviews after that are left.\n"
        "drive review WS-0001 --kind follow_up"
    )

    assert_refused(opened_file, "review 1", 3, said)
    assert_refused(opened_file, "review 1 --kind follow_up --on 25/2/2026", 3, said)


def test_an_auditor_records_no_review(opened_file) -> None:
    assert_refused(
        opened_file,
        "review 1",
        3,
        "Hal Dean (auditor) may not record a review.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


# -- seen --------------------------------------------------------------------------------------------------------------


def test_a_case_a_lead_knows_of_stays_overdue_and_shows_it(opened) -> None:
    result = opened("seen 1 --until 6/3/2026 --note 'adviser rings on Thursday'")

    assert result.code == 0
    assert result.out == "WS-0001 is known until Fri 6 Mar 2026. It stays overdue (96 days).\n"
    row = opened("caseload --overdue --json").json[0]
    assert (row["overdue"], row["overdue_days"], row["seen_until"]) == (True, 96, "2026-03-06")
    assert opened("caseload --overdue").out.splitlines()[1].endswith("OVERDUE 96 days; known until Fri 6 Mar 2026")
    for line in ("case show 1", "why 1"):
        assert "A lead knows of this case until Fri 6 Mar 2026." in opened(line).out
    assert "known until Fri 6 Mar 2026" in opened("today", as_="amina").out
    kept = opened.db().run("SELECT note FROM seen").fetchall()
    assert [tuple(each) for each in kept] == [("adviser rings on Thursday",)]


def test_the_mark_is_gone_the_day_after(opened_file) -> None:
    opened_file("seen 1 --until 6/3/2026", ok=True)

    shown = {day: opened_file("caseload --json", today=f"2026-03-0{day}").json[0]["seen_until"] for day in (6, 7)}

    assert shown == {6: "2026-03-06", 7: None}


NOT_SEEN = [
    ("seen 1", 2, "Missing --until.\ndrive seen --help"),
    ("seen 1 --until yesterday", 2, "--until: Sun 1 Mar 2026 has passed; say until when it is known."),
    (
        "seen 9 --until +1w",
        4,
        "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_SEEN)
def test_a_case_is_not_marked(opened_file, line: str, code: int, sentence: str) -> None:
    assert_refused(opened_file, line, code, sentence)


@pytest.mark.parametrize(
    ("who", "named"),
    [
        ("amina", "Amina Khan (case manager)"),
        ("carl", "Carl Jones (substance worker)"),
        ("fay", "Fay Moss (victim's adviser (IDVA))"),
        ("gil", "Gil Stone (administrator)"),
        ("hal", "Hal Dean (auditor)"),
    ],
)
def test_only_a_lead_marks_a_case_as_known(opened_file, who: str, named: str) -> None:
    assert_refused(
        opened_file, "seen 1 --until +1w", 3, f"{named} may not mark a case as known.\nAsk one of: sam.", as_=who
    )


def test_a_closed_case_is_not_marked(opened_file) -> None:
    opened_file("case close 1 --reason completed", ok=True)

    assert_refused(
        opened_file,
        "seen 1 --until +1w",
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )
