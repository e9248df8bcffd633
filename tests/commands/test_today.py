"""`drive today`, and `drive` alone: one worker's day."""

import pytest


@pytest.fixture
def day(drive, team, stores):
    """A case in every section of Amina's day, one of Ben's, and one nobody manages."""
    return stores.prepared(drive, with_cases)


@pytest.fixture
def day_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_cases)


def with_cases(drive) -> None:
    """
    1 held                                 2 practice overdue by 10 days
    3 safety overdue by 1 day              4 contact due today
    5 contact due in 6 days                6 contact due in 7 days
    7 Ben's, contact due today             8 nobody's, overdue by 3 days
    """
    for opened, manager in [
        ("2026-03-02", "amina"),
        ("2026-02-13", "amina"),
        ("2026-02-27", "amina"),
        ("2026-02-23", "amina"),
        ("2026-03-01", "amina"),
        ("2026-03-02", "amina"),
        ("2026-02-23", "ben"),
        ("2026-02-20", None),
    ]:
        drive.open_case(opened=opened, manager=manager)
    days = {1: "2/3/2026", 2: "13/2/2026", 4: "23/2/2026", 5: "1/3/2026", 6: "2/3/2026", 7: "23/2/2026", 8: "20/2/2026"}
    for number, on in days.items():
        drive(f"approach {number} --state never --with Fay --on {on}", ok=True)
    drive("case hold 1 --until 5/3/2026 --by Fay --reason threat", ok=True)


def rows(drive, who: str, day: str | None = None) -> list[tuple[str, str, str, str]]:
    return [
        (row["section"], row["ref"], row["kind"], row["due_on"])
        for row in drive("today --json", as_=who, today=day).json
    ]


def test_a_day_has_holds_first_then_what_is_overdue_by_weight_then_today_then_the_week(day) -> None:
    result = day("today", as_="amina")

    assert result.code == 0
    assert result.out == (
        "Amina Khan, Mon 2 Mar 2026\n"
        "\n"
        "HOLD: no direct contact\n"
        "  WS-0001  Robin Exampleb  until Thu 5 Mar 2026  (threat, by Fay)\n"
        "\n"
        "Overdue\n"
        "  WS-0003  Robin Exampled  safety consult, Sun 1 Mar 2026, OVERDUE 1 day  (opened Fri 27 Feb 2026)\n"
        "  WS-0002  Robin Examplec  contact, Fri 20 Feb 2026, OVERDUE 10 days      (opened Fri 13 Feb 2026)\n"
        "\n"
        "Due today\n"
        "  WS-0004  Robin Examplee  contact, Mon 2 Mar 2026  (opened Mon 23 Feb 2026)\n"
        "\n"
        "Due this week\n"
        "  WS-0003  Robin Exampled  contact, Fri 6 Mar 2026  (opened Fri 27 Feb 2026)\n"
        "  WS-0005  Robin Examplef  contact, Sun 8 Mar 2026  (opened Sun 1 Mar 2026)\n"
    )
    assert result.err == "All open cases: drive caseload. Why something is due: drive why REF\n"


def test_a_worker_s_day_holds_only_what_is_theirs(day) -> None:
    assert rows(day, "ben") == [("today", "WS-0007", "contact", "2026-03-02")]
    assert rows(day, "carl") == []
    assert day("today", as_="carl").out == "Carl Jones, Mon 2 Mar 2026\n\nNothing is due this week.\n"


def test_a_lead_s_day_holds_what_nobody_owns(day) -> None:
    result = day("today")

    assert rows(day, "sam") == [("overdue", "WS-0008", "contact", "2026-02-27")]
    assert "WS-0008  Robin Examplei  contact, Fri 27 Feb 2026, OVERDUE 3 days" in result.out
    assert result.out.endswith("(opened Fri 20 Feb 2026; nobody manages this case)\n")
    assert result.err.splitlines()[0] == "3 of 8 open cases are overdue: drive caseload --overdue"


def test_a_lead_is_told_of_a_hold_on_a_case_nobody_manages(day_file) -> None:
    day_file("case hold 8 --until 9/3/2026 --by Fay --reason threat", ok=True)

    assert rows(day_file, "sam")[0] == ("hold", "WS-0008", "hold", "2026-03-09")


def test_a_specialist_s_day_holds_their_own_first_contact_and_the_holds_of_their_cases(day) -> None:
    day("approach 2 --state agreed --with Fay", ok=True)
    day("assign 2 --substance carl --on 16/2/2026", ok=True)
    day("assign 1 --substance carl", ok=True)

    assert rows(day, "carl", "2026-03-16") == [("today", "WS-0002", "specialist_first_contact", "2026-03-16")]
    assert rows(day, "carl") == [("hold", "WS-0001", "hold", "2026-03-05")]
    assert "specialist_first_contact" not in [row[2] for row in rows(day, "amina", "2026-03-16")]


def test_a_specialist_taken_off_a_case_is_no_longer_told_of_its_hold(day_file) -> None:
    day_file("assign 1 --substance carl", ok=True)
    day_file("case correct 1 assignment --withdraw --reason mistyped", ok=True)

    assert rows(day_file, "carl") == []


def test_the_cover_sees_the_day_of_whoever_is_away(day) -> None:
    day("worker away amina --from 2/3/2026 --to 6/3/2026 --cover ben", ok=True)

    sections = [(row["section"], row["ref"], row["covering"]) for row in day("today --json", as_="ben").json]

    assert sections[0][:2] == ("hold", "WS-0001")
    assert sections[1:] == [
        ("overdue", "WS-0003", "amina"),
        ("overdue", "WS-0002", "amina"),
        ("today", "WS-0004", "amina"),
        ("today", "WS-0007", None),
        ("week", "WS-0003", "amina"),
        ("week", "WS-0005", "amina"),
    ]
    assert rows(day, "ben", "2026-03-07") == [("overdue", "WS-0007", "contact", "2026-03-02")]


# -- flags for the lead ------------------------------------------------------------------------------------------------


def test_a_contact_that_should_not_have_been_is_in_the_lead_s_day_until_it_is_seen(drive, team) -> None:
    drive.open_case(forename="Robin", surname="Example", manager="amina")
    drive("contact log 1 --mode phone --outcome held", as_="amina", ok=True)
    drive("case hold 1 --until +1w --by Fay --reason threat", ok=True)
    drive("contact log 1 --mode text --outcome held", as_="amina", ok=True)

    result = drive("today")

    assert [row[:3] for row in rows(drive, "sam")] == [
        ("flagged", "WS-0001", "before_approach"),
        ("flagged", "WS-0001", "on_hold"),
    ]
    assert result.out == (
        "Sam Okoro, Mon 2 Mar 2026\n"
        "\n"
        "For the lead: direct contact that should not have been\n"
        "  WS-0001  Robin Example  before approach, Mon 2 Mar 2026  (direct contact 1)\n"
        "  WS-0001  Robin Example  on hold, Mon 2 Mar 2026          (direct contact 2)\n"
    )
    assert "flagged" not in [row[0] for row in rows(drive, "amina")]

    drive("seen 1 --until today", ok=True)

    assert rows(drive, "sam") == []


def test_a_flag_after_the_lead_looked_is_told_anew(drive_file, team) -> None:
    drive_file.open_case(manager="amina")
    drive_file("seen 1 --until +1w", ok=True)
    drive_file("contact log 1 --mode phone --outcome held", ok=True)

    assert [row[0] for row in rows(drive_file, "sam")] == ["flagged"]


def test_a_withdrawn_or_corrected_contact_is_no_longer_flagged(drive_file, team) -> None:
    drive_file.open_case(manager="amina")
    drive_file("contact log 1 --mode phone --outcome held", ok=True)
    drive_file("contact log 1 --mode phone --outcome held", ok=True)

    drive_file("contact correct 1 --withdraw --reason mistyped", ok=True)
    drive_file("contact correct 2 --kind indirect --reason mistyped", ok=True)

    assert rows(drive_file, "sam") == []


# -- as data, and with no store ----------------------------------------------------------------------------------------


def test_a_day_as_data(day_file) -> None:
    row = day_file("today --json", as_="amina").json[1]

    assert row == {
        "section": "overdue",
        "ref": "WS-0003",
        "name": "Robin Exampled",
        "kind": "safety_consult",
        "weight": "safety",
        "due_on": "2026-03-01",
        "overdue_days": 1,
        "because": "opened Fri 27 Feb 2026",
        "manager": "amina",
        "covering": None,
        "seen_until": None,
    }


def test_a_day_in_markdown_is_a_table(day_file) -> None:
    shown = day_file("today --format markdown", as_="amina").out

    assert "WS-0003" in shown


@pytest.mark.parametrize("line", ["", "--json", "--format csv"])
def test_drive_alone_is_today(day_file, line: str) -> None:
    alone, today = day_file(line, as_="amina"), day_file(f"{line} today", as_="amina")

    assert (alone.code, alone.out) == (0, today.out)


@pytest.mark.parametrize("line", ["", "today"])
def test_with_no_store_there_are_three_ways_to_start(tmp_path, drive_file, line: str) -> None:
    result = drive_file.another(tmp_path / "nothing")(line)

    assert result.code == 0
    assert result.out == (
        "Welcome to drive: case records for work with perpetrators of domestic abuse, kept on this computer.\n"
        "There is no store yet. Choose one:\n"
        "  drive demo                       try it with about 30 invented cases, apart from any real record\n"
        "  drive init                       start your service's store\n"
        "  drive init --join ADDRESS --username YOURS\n"
        "                                   connect this computer to your team's store\n"
        "Stuck? drive doctor checks this computer.\n"
    )
    assert not (tmp_path / "nothing").exists()
