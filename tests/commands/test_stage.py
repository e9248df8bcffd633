"""`drive case stage`: which stage may follow which is data, and not engaging is a working state."""

import pytest

from commands.refusals import assert_refused


@pytest.fixture
def opened(drive, team):
    """A case of Amina's, opened four weeks ago."""
    drive.open_case(manager="amina", opened="2026-02-02")
    return drive


@pytest.fixture
def opened_file(drive_file, team):
    """The same, on a file alone."""
    drive_file.open_case(manager="amina", opened="2026-02-02")
    return drive_file


def test_a_case_moves_to_another_stage_on_a_day(opened) -> None:
    result = opened("case stage 1 pre_engagement --on 9/2/2026 --reason 'met at court'")

    assert result.code == 0
    assert result.out == "WS-0001 is in pre-engagement from Mon 9 Feb 2026.\n"
    assert result.err == "Next due: safety consult, Wed 4 Feb 2026 (overdue).\n"
    assert opened("caseload --json").json[0]["stage"] == "pre_engagement"
    moves = [row for row in opened("case timeline 1 --json").json if row["what"] == "stage_change"]
    assert [(row["on"], row["words"], row["reason"]) for row in moves] == [
        ("2026-02-02", "stage information_gathering", None),
        ("2026-02-09", "stage pre_engagement", "met at court"),
    ]


@pytest.mark.parametrize("typed", ["not_engaged", "not-engaged", "NOT_ENGAGED", "not engaged"])
def test_a_stage_is_understood_however_it_is_written(opened_file, typed: str) -> None:
    result = opened_file(["case", "stage", "1", typed, "--fields", "stage"])

    assert result.out == "stage: not_engaged\n"


def test_a_stepped_down_case_is_seen_less_often(opened) -> None:
    opened("approach 1 --state agreed --with Fay --on 2/2/2026", ok=True)
    opened("contact log 1 --mode phone --outcome held --on 27/2/2026", ok=True)
    opened("case stage 1 engaged --on 27/2/2026", ok=True)

    stepped = opened("case stage 1 step_down --json", ok=True).json

    contact = next(each for each in stepped["deadlines"] if each["kind"] == "contact")
    assert contact["due_on"] == "2026-03-27"


def test_in_not_engaged_indirect_work_counts(opened_file) -> None:
    opened_file("approach 1 --state agreed --with Fay --on 2/2/2026", ok=True)
    line = "contact log 1 --mode meeting --outcome held --json"
    assert opened_file(line).json["case"]["last_contact_on"] is None

    opened_file("case stage 1 not_engaged", ok=True)

    assert opened_file(line).json["case"]["last_contact_on"] == "2026-03-02"


def test_the_transitions_of_the_data_are_all_allowed_and_no_other(drive_file) -> None:
    follows = {
        "information_gathering": ["pre_engagement", "engaged", "not_engaged"],
        "pre_engagement": ["engaged", "not_engaged", "information_gathering"],
        "engaged": ["not_engaged", "step_down"],
        "not_engaged": ["pre_engagement", "engaged", "step_down"],
        "step_down": ["engaged", "not_engaged"],
    }
    found = {}
    for stage in follows:
        ref = drive_file.open_case()
        if stage != "information_gathering":
            drive_file(f"case correct {ref} stage --to {stage} --reason test", ok=True)
        found[stage] = []
        for to in follows:
            if drive_file(f"case stage {ref} {to}").code == 0:
                found[stage].append(to)
                drive_file(f"case correct {ref} stage --withdraw --reason test", ok=True)

    assert {stage: sorted(to) for stage, to in found.items()} == {stage: sorted(to) for stage, to in follows.items()}


NOT_MOVED = [
    (
        "case stage 1 step_down",
        3,
        "WS-0001 is in information gathering; from there it moves to one of: pre_engagement, engaged, not_engaged.\n"
        "If the stage was recorded wrongly: drive case correct WS-0001 stage --to step_down --reason WHY",
    ),
    (
        "case stage 1 information_gathering",
        3,
        "WS-0001 is in information gathering; from there it moves to one of: pre_engagement, engaged, not_engaged.\n"
        "If the stage was recorded wrongly: drive case correct WS-0001 stage --to information_gathering --reason WHY",
    ),
    (
        "case stage 1 engagd",
        2,
        "STAGE: “engagd” is not a stage. Did you mean engaged?"
        " One of: information_gathering, pre_engagement, engaged, not_engaged, step_down.\ndrive case stage --help",
    ),
    (
        "case stage 1 engaged --on tomorrow",
        3,
        "Tue 3 Mar 2026 is in the future; a stage is recorded once it has happened.",
    ),
    (
        "case stage 1 engaged --on 1/2/2026",
        3,
        "Sun 1 Feb 2026 is before WS-0001 opened (Mon 2 Feb 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    (
        "case stage 9 engaged",
        4,
        "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_MOVED)
def test_a_case_is_not_moved(opened_file, line: str, code: int, sentence: str) -> None:
    assert_refused(opened_file, line, code, sentence)


def test_a_move_before_the_last_one_is_refused(opened_file) -> None:
    opened_file("case stage 1 engaged --on 16/2/2026", ok=True)

    assert_refused(
        opened_file,
        "case stage 1 not_engaged --on 9/2/2026",
        3,
        "WS-0001 is in engaged since Mon 16 Feb 2026; the next move cannot be before.\n"
        "If that day is wrong: drive case correct WS-0001 stage --on DAY --reason WHY",
    )


def test_a_closed_case_has_no_other_stage(opened_file) -> None:
    opened_file("case close 1 --reason completed", ok=True)

    assert_refused(
        opened_file,
        "case stage 1 engaged",
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )


def test_an_auditor_moves_no_case(opened_file) -> None:
    assert_refused(
        opened_file,
        "case stage 1 engaged",
        3,
        "Hal Dean (auditor) may not move a case to another stage.\n"
        "Ask one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


def test_a_service_s_own_stages_are_taken_from_its_data(opened_file, tmp_path) -> None:
    (tmp_path / "stage.toml").write_text(
        '[[code]]\ncode = "information_gathering"\nnext = ["waiting"]\n\n[[code]]\ncode = "waiting"\n'
    )
    opened_file(["practice", "apply", str(tmp_path / "stage.toml"), "--reason", "ours"], ok=True)

    moved, refused = opened_file("case stage 1 waiting"), opened_file("case stage 1 engaged")

    assert moved.code == 0
    assert refused.code == 3
