"""`drive case suspend|resume`: contact clocks stand still, review and window run on, no release is missed."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def working(drive, team, stores):
    """A case of Amina's since 2 February, approach agreed, Carl assigned."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def working_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(manager="amina", opened="2026-02-02")
    drive("approach 1 --state agreed --with Fay --on 2/2/2026", ok=True)
    drive("assign 1 --substance carl --on 2/2/2026", ok=True)


def due(drive, day: str | None = None) -> list[tuple[str, str]]:
    row = drive("caseload --json", today=day).json[0]
    return [(each["kind"], each["due_on"]) for each in row["deadlines"]]


RUNS_ON = [("review", "2026-05-02"), ("closure_plan", "2026-11-04"), ("window_end", "2026-12-02")]


def test_a_suspended_case_keeps_review_and_window_and_waits_for_the_release(working) -> None:
    result = working("case suspend 1 --reason custody --expected-release 1/6/2026")

    assert result.code == 0
    assert result.out == ("WS-0001 is suspended (in custody) from Mon 2 Mar 2026. Release expected Mon 1 Jun 2026.\n")
    assert result.err == "Next due: review, Sat 2 May 2026.\n"
    assert working("caseload --json").json[0]["status"] == "suspended"
    releases = [("release", "2026-05-04"), ("release", "2026-05-25"), ("release", "2026-05-31")]
    assert due(working) == [RUNS_ON[0], *releases, *RUNS_ON[1:]]
    assert working("case show 1 --json").json["suspended"] == {
        "on": "2026-03-02",
        "reason": "custody",
        "expected_release": "2026-06-01",
    }


@pytest.mark.parametrize("reason", ["custody", "hospital"])
def test_a_release_nobody_knows_is_asked_for_every_fourteen_days(working_file, reason: str) -> None:
    working_file(f"case suspend 1 --reason {reason}", ok=True)
    asked = [("release", "2026-03-16"), *RUNS_ON]
    assert due(working_file) == asked

    noted = working_file("case suspend 1 --expected-release unknown", today="2026-03-16")

    assert noted.out == "Noted for WS-0001.\n"
    assert due(working_file)[0] == ("release", "2026-03-30")


@pytest.mark.parametrize("reason", ["whereabouts_unknown", "out_of_area", "other"])
def test_where_there_is_no_release_none_is_asked_for(working_file, reason: str) -> None:
    working_file(f"case suspend 1 --reason {reason}", ok=True)

    assert due(working_file) == RUNS_ON


def test_a_new_release_day_takes_the_place_of_the_old(working) -> None:
    working("case suspend 1 --reason custody --expected-release 1/6/2026", ok=True)

    result = working("case suspend 1 --expected-release 1/5/2026")

    assert result.out == "Noted for WS-0001. Release expected Fri 1 May 2026.\n"
    assert [day for kind, day in due(working) if kind == "release"] == ["2026-04-03", "2026-04-24", "2026-04-30"]


def test_resuming_starts_the_contact_clocks_anew_from_that_day(working) -> None:
    working("case suspend 1 --reason custody --on 9/2/2026", ok=True)

    result = working("case resume 1 --reason released --on 27/2/2026")

    assert result.code == 0
    assert result.out == "WS-0001 is open again from Fri 27 Feb 2026.\n"
    assert result.err == "Next due: contact, Fri 6 Mar 2026.\n"
    assert working("caseload --json").json[0]["status"] == "open"
    assert due(working) == [
        ("contact", "2026-03-06"),
        ("first_contact", "2026-03-06"),
        ("specialist_first_contact", "2026-03-13"),
        *RUNS_ON,
    ]


def test_failed_attempts_in_custody_ask_for_no_engagement_review(working_file) -> None:
    working_file("case suspend 1 --reason custody --on 9/2/2026", ok=True)
    for day in (10, 11, 12):
        working_file(f"contact log 1 --mode phone --outcome not_in --on {day}/2/2026", ok=True)
    working_file("case resume 1 --reason released", ok=True)

    assert "engagement_review" not in dict(due(working_file))


NOT_SUSPENDED = [
    ("case suspend 1", 2, "Missing --reason: say why the case is suspended, as in custody."),
    (
        "case suspend 1 --expected-release 1/6/2026",
        2,
        "Missing --reason: say why the case is suspended, as in custody.",
    ),
    (
        "case suspend 1 --reason custdy",
        2,
        "--reason: “custdy” is not a suspend reason. Did you mean custody?"
        " One of: custody, hospital, whereabouts_unknown, out_of_area, other.\ndrive case suspend --help",
    ),
    (
        "case suspend 1 --reason custody --expected-release 1/3/2026",
        2,
        "--expected-release: Sun 1 Mar 2026 is before Mon 2 Mar 2026.",
    ),
    (
        "case suspend 1 --reason custody --on tomorrow",
        3,
        "Tue 3 Mar 2026 is in the future; a suspension is recorded once it has happened.",
    ),
    (
        "case suspend 1 --reason custody --on 1/2/2026",
        3,
        "Sun 1 Feb 2026 is before WS-0001 opened (Mon 2 Feb 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    ("case resume 1 --reason released", 3, "WS-0001 is not suspended.\ndrive case show WS-0001"),
    (
        "case resume 1",
        2,
        "Missing --reason. One of: released, discharged, found, returned, other.\ndrive case resume --help",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_SUSPENDED)
def test_a_case_is_not_suspended_or_resumed(working_file, line: str, code: int, sentence: str) -> None:
    assert_refused(working_file, line, code, sentence)


NOT_TWICE = [
    (
        "case suspend 1 --reason custody",
        3,
        "WS-0001 has been suspended (in custody) since Mon 16 Feb 2026.\n"
        "A new release day: drive case suspend WS-0001 --expected-release DAY"
        "   Take it up again: drive case resume WS-0001 --reason CODE",
    ),
    (
        "case resume 1 --reason released --on 15/2/2026",
        3,
        "WS-0001 was suspended on Mon 16 Feb 2026; it cannot resume before.",
    ),
    (
        "case resume 1 --reason released --on tomorrow",
        3,
        "Tue 3 Mar 2026 is in the future; a resumption is recorded once it has happened.",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_TWICE)
def test_a_suspended_case_is_not_suspended_again(working_file, line: str, code: int, sentence: str) -> None:
    working_file("case suspend 1 --reason custody --on 16/2/2026", ok=True)

    assert_refused(working_file, line, code, sentence)


def test_a_suspended_case_does_not_take_another_reason_in_silence(working_file) -> None:
    working_file("case suspend 1 --reason custody", ok=True)

    result = working_file("case suspend 1 --reason hospital --expected-release 1/6/2026")

    page = working_file("case show 1 --json").json["suspended"]
    assert result.code != 0 or page["reason"] == "hospital" or "hospital" not in result.out


@pytest.mark.parametrize(
    ("line", "what"),
    [("case suspend 1 --reason custody", "suspend a case"), ("case resume 1 --reason released", "resume a case")],
)
def test_neither_by_an_auditor_nor_on_a_closed_case(working_file, line: str, what: str) -> None:
    assert_refused(
        working_file,
        line,
        3,
        f"Hal Dean (auditor) may not {what}.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )
    working_file("case close 1 --reason completed", ok=True)

    assert_refused(
        working_file,
        line,
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )
