"""`drive case extend`: never silently, always counted from the day the case opened."""

import pytest

from commands.refusals import assert_refused

REST = "--reason 'court date in May' --authorised-by sam"


@pytest.fixture
def opened(drive, team, stores):
    """A case of Amina's that opened on the last day of April."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def opened_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(manager="amina", opened="2025-04-30")


def test_an_extension_moves_the_end_counted_from_the_opening(opened) -> None:
    assert opened("caseload --json").json[0]["window_ends_on"] == "2026-02-28"

    result = opened(f"case extend 1 --months 1 {REST}")

    assert (result.code, result.err) == (0, "")
    assert result.out == "Extended WS-0001 by 1 month. The window ends Mon 30 Mar 2026.\n"
    row = opened("caseload --json").json[0]
    assert (row["window_months"], row["window_ends_on"], row["days_left"]) == (11, "2026-03-30", 28)
    ends = [
        (each["kind"], each["due_on"], each["because"]) for each in row["deadlines"] if "extended" in each["because"]
    ]
    assert ends == [
        ("closure_plan", "2026-03-02", "opened Wed 30 Apr 2025, extended by 1 month"),
        ("window_end", "2026-03-30", "opened Wed 30 Apr 2025, extended by 1 month"),
    ]


def test_extensions_add_up(opened_file) -> None:
    opened_file(f"case extend 1 --months 1 {REST}", ok=True)

    second = opened_file(f"case extend 1 --months 12 {REST} --json", ok=True).json

    assert (second["window_months"], second["window_ends_on"]) == (23, "2027-03-30")


def test_the_timeline_says_why_and_who_authorised_it(opened) -> None:
    opened(f"case extend 1 --months 2 {REST}", as_="amina", ok=True)

    told = opened("case timeline 1 --json").json[-1]

    assert (told["on"], told["what"], told["words"]) == ("2026-03-02", "extension", "extended by 2, authorised by sam")
    assert (told["by"], told["reason"]) == ("amina", "court date in May")


NOT_EXTENDED = [
    ("case extend 1 --reason court --authorised-by sam", 2, "Missing --months.\ndrive case extend --help"),
    ("case extend 1 --months 2 --authorised-by sam", 2, "Missing --reason.\ndrive case extend --help"),
    ("case extend 1 --months 2 --reason court", 2, "Missing --authorised-by.\ndrive case extend --help"),
    ("case extend 1 --months 0 --reason court --authorised-by sam", 2, "--months: 0; it must be from 1 to 12."),
    ("case extend 1 --months 13 --reason court --authorised-by sam", 2, "--months: 13; it must be from 1 to 12."),
    (
        "case extend 1 --months 2 --reason court --authorised-by amina",
        3,
        "Amina Khan (case manager) cannot authorise an extension.\n"
        "Name a team lead: drive worker list --role team_lead",
    ),
    (
        "case extend 1 --months 2 --reason court --authorised-by gil",
        3,
        "Gil Stone (administrator) cannot authorise an extension.\n"
        "Name a team lead: drive worker list --role team_lead",
    ),
    (
        "case extend 1 --months 2 --reason court --authorised-by nobody",
        4,
        "There is no worker with the username “nobody”.\ndrive worker list",
    ),
    (
        "case extend 9 --months 2 --reason court --authorised-by sam",
        4,
        "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_EXTENDED)
def test_a_window_is_not_extended(opened_file, line: str, code: int, sentence: str) -> None:
    assert_refused(opened_file, line, code, sentence)


def test_a_lead_who_left_authorises_nothing(opened_file) -> None:
    opened_file("worker add 'Lee Past' --username lee --role team_lead", ok=True)
    opened_file("worker leave lee --on 27/2/2026", ok=True)

    result = opened_file("case extend 1 --months 2 --reason court --authorised-by lee")

    assert result.code == 3


def test_neither_by_an_auditor_nor_on_a_closed_case(opened_file) -> None:
    line = "case extend 1 --months 2 --reason court --authorised-by sam"
    assert_refused(
        opened_file,
        line,
        3,
        "Hal Dean (auditor) may not extend a case.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )
    opened_file("case close 1 --reason completed", ok=True)

    assert_refused(
        opened_file,
        line,
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )
