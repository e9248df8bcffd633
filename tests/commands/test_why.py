"""`drive why`: every deadline with its rule, the record that started it, what was skipped, what would stop it."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def working(drive, team, stores):
    """A case of Amina's over Easter 2026, with a specialist."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def working_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.today = "2026-04-13"
    drive.open_case(forename="Robin", surname="Example", manager="amina", opened="2026-03-30")
    drive("approach 1 --state agreed --with Fay --on 31/3/2026", ok=True)
    drive("assign 1 --substance carl --on 31/3/2026", ok=True)
    drive("contact log 1 --mode phone --outcome held --by amina --on 1/4/2026", ok=True)


def test_every_deadline_is_explained(working) -> None:
    result = working("why 1")

    assert result.code == 0
    assert result.out == (
        "WS-0001  Robin Example\n"
        "\n"
        "contact: Wed 8 Apr 2026, OVERDUE 5 days\n"
        "  Because     last contact that counts: phone, held, Wed 1 Apr 2026 (contact 1)\n"
        "  Rule        contact v1, weight practice\n"
        "  Source      Practice default. No minimum frequency has been published.\n"
        "  Stops when  a held direct contact\n"
        "  Whose       amina\n"
        "\n"
        "specialist first contact: Thu 16 Apr 2026\n"
        "  Because     Carl Jones assigned (substance) Tue 31 Mar 2026 (assignment 2)\n"
        "  Rule        specialist_first_contact v1, weight practice\n"
        "  Source      Practice default, set by the service.\n"
        "  Skipped     4 weekend days; Good Friday (3 Apr); Easter Monday (6 Apr)\n"
        "  Stops when  a held direct contact by Carl Jones, or the end of the assignment\n"
        "  Whose       carl\n"
        "\n"
        "review: Tue 30 Jun 2026\n"
        "  Because     opened Mon 30 Mar 2026 (opening 1)\n"
        "  Rule        review v1, weight practice\n"
        "  Source      Practice default: intake, then every three months, then exit.\n"
        "  Stops when  drive review\n"
        "  Whose       amina\n"
        "\n"
        "closure plan: Sat 2 Jan 2027\n"
        "  Because     opened Mon 30 Mar 2026 (opening 1)\n"
        "  Rule        closure_plan v1, weight practice\n"
        "  Source      Practice default, set by the service.\n"
        "  Stops when  drive review --kind closure_plan, or closing; an extension moves it\n"
        "  Whose       amina\n"
        "\n"
        "window end: Sat 30 Jan 2027\n"
        "  Because     opened Mon 30 Mar 2026 (opening 1)\n"
        "  Rule        window_end v1, weight practice\n"
        "  Source      Published descriptions of the work: up to ten months with each person referred.\n"
        "  Stops when  drive case close, or drive case extend\n"
        "  Whose       amina\n"
    )


def test_a_deadline_as_data(working) -> None:
    row = working("why ws-1 --json").json[1]

    assert row == {
        "kind": "specialist_first_contact",
        "weight": "practice",
        "due_on": "2026-04-16",
        "overdue_days": 0,
        "rule": "specialist_first_contact v1",
        "because": "Carl Jones assigned (substance) Tue 31 Mar 2026",
        "record": "assignment 2",
        "skipped": "4 weekend days; Good Friday (3 Apr); Easter Monday (6 Apr)",
        "stops_when": "a held direct contact by Carl Jones, or the end of the assignment",
        "owner": "carl",
    }


def test_hold_suspension_and_a_lead_s_mark_are_said_first(working_file) -> None:
    working_file("case hold 1 --until 20/4/2026 --by Fay --reason threat", ok=True)
    working_file("case suspend 1 --reason custody", ok=True)
    working_file("seen 1 --until 17/4/2026", ok=True)

    assert working_file("why 1").out.splitlines()[1:4] == [
        "HOLD until Mon 20 Apr 2026: direct contact stands still, indirect work goes on.",
        "Suspended: contact deadlines stand still until the case is resumed; review and window run on.",
        "A lead knows of this case until Fri 17 Apr 2026.",
    ]


def test_an_engagement_review_asks_first_what_stands_in_the_way(working_file) -> None:
    for day in (7, 8, 9):
        working_file(f"contact log 1 --mode phone --outcome not_in --on {day}/4/2026", ok=True)

    row = next(each for each in working_file("why 1 --json").json if each["kind"] == "engagement_review")

    assert (row["due_on"], row["because"], row["record"]) == (
        "2026-04-13",
        "third attempt without an answer: phone, not in, Thu 9 Apr 2026",
        "contact 4",
    )
    assert "Ask first what stands in the way: custody, illness, language, address" in row["stops_when"]
    assert row["stops_when"].endswith("then what moves in the other lanes")


def test_nobody_is_told_to_ring_where_nobody_may_be_approached(drive_file, team) -> None:
    drive_file.open_case(manager="amina")

    for before in ("", "approach 1 --state not_yet --with Fay", "approach 1 --state never --with Fay"):
        if before:
            drive_file(before, ok=True)
        row = next(each for each in drive_file("why 1 --json").json if each["kind"] == "contact")
        assert row["stops_when"] == "any contact held, or with information given or received, direct or indirect"


def test_a_case_nobody_manages_says_so(drive_file) -> None:
    drive_file.open_case()

    assert "  Whose       nobody's: no case manager\n" in drive_file("why 1").out


def test_a_closed_case_explains_its_follow_ups_or_that_nothing_is_due(drive_file, team) -> None:
    for reason in ("completed", "died"):
        ref = drive_file.open_case(manager="amina")
        drive_file(f"case close {ref} --reason {reason}", ok=True)

    assert [row["because"] for row in drive_file("why 1 --json").json] == ["closed Mon 2 Mar 2026"] * 3
    assert drive_file("why 2").out.endswith("\nNothing is due. The case is closed.\n")


def test_a_case_that_is_not_there(drive_file) -> None:
    assert_refused(drive_file, "why 9", 4, "There is no case WS-0009.\ndrive case list   or: drive case find NAME")
    assert_refused(
        drive_file,
        "why forty-two",
        2,
        "REF: “forty-two” is not a ref. Write it as WS-0042, or just 42.\ndrive why --help",
    )


def test_why_in_markdown_is_a_table(working_file) -> None:
    assert "2026" in working_file("why 1 --format markdown").out
