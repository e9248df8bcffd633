"""`drive assign`, `drive unassign`, `drive case transfer`: who works on a case, and who may not."""

import pytest

from commands.refusals import assert_refused

ASK = "Ask one of: amina, ben, carl, cleo, dana, ed, fay, gil, sam."


@pytest.fixture
def managed(drive, team, stores):
    """A case of Amina's, opened four weeks ago, approach agreed, and a second substance worker, Cleo."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def managed_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive("worker add 'Cleo Hart' --username cleo --role substance", ok=True)
    drive.open_case(manager="amina", opened="2026-02-02")
    drive("approach 1 --state agreed --with Fay --on 2/2/2026", ok=True)


def assigned(drive) -> list[tuple[str, str, str]]:
    return [(row["role"], row["username"], row["on"]) for row in drive("case show 1 --json").json["assigned"]]


# -- assign ------------------------------------------------------------------------------------------------------------


def test_specialists_are_assigned_by_the_option_of_their_role(managed) -> None:
    result = managed("assign 1 --mental-health dana --substance carl --probation ed --on 23/2/2026")

    assert result.code == 0
    assert result.out == (
        "Assigned dana (mental health), carl (substance), ed (probation) to WS-0001 from Mon 23 Feb 2026.\n"
    )
    assert result.err == "Next due: contact, Mon 9 Feb 2026 (overdue).\n"
    assert assigned(managed) == [
        ("case_manager", "amina", "2026-02-02"),
        ("mental_health", "dana", "2026-02-23"),
        ("probation", "ed", "2026-02-23"),
        ("substance", "carl", "2026-02-23"),
    ]
    late = [row for row in managed("why 1 --json").json if row["kind"] == "specialist_first_contact"]
    assert [(row["owner"], row["due_on"]) for row in late] == [
        ("dana", "2026-03-09"),
        ("carl", "2026-03-09"),
        ("ed", "2026-03-09"),
    ]


def test_the_answer_of_assign_names_who_works_on_the_case_now(managed_file) -> None:
    answer = managed_file("assign 1 --substance carl --json").json

    assert answer["ref"] == "WS-0001"
    assert answer["assigned"] == [["case_manager", "amina"], ["substance", "carl"]]


def test_a_held_direct_contact_by_the_specialist_ends_their_first_contact(managed_file) -> None:
    managed_file("assign 1 --substance carl --mental-health dana", ok=True)
    by_other = "contact log 1 --mode in_person --outcome held --by {}"

    managed_file(by_other.format("carl"), ok=True)

    owners = [row["owner"] for row in managed_file("why 1 --json").json if row["kind"] == "specialist_first_contact"]
    assert owners == ["dana"]


def test_assigning_another_hands_over_and_the_history_stays(managed) -> None:
    managed("assign 1 --substance carl --on 9/2/2026", ok=True)

    managed("assign 1 --substance cleo --on 23/2/2026", ok=True)

    assert assigned(managed)[1:] == [("substance", "cleo", "2026-02-23")]
    kept = managed.db().run(
        "SELECT worker_id, ended_on, end_reason FROM assignment WHERE role = 'substance' ORDER BY id"
    )
    names = dict(managed.db().run("SELECT id, username FROM worker").fetchall())
    assert [(names[row[0]], row[1] and str(row[1]), row[2]) for row in kept.fetchall()] == [
        ("carl", "2026-02-23", "handed over to Cleo Hart"),
        ("cleo", None, None),
    ]


def test_assigning_the_same_worker_again_changes_nothing(managed_file) -> None:
    managed_file("assign 1 --substance carl --on 9/2/2026", ok=True)

    managed_file("assign 1 --substance carl", ok=True)

    assert assigned(managed_file)[1:] == [("substance", "carl", "2026-02-09")]


def test_a_role_that_the_data_lets_several_hold_is_not_handed_over(managed_file, tmp_path) -> None:
    (tmp_path / "roles.toml").write_text('[[role]]\ncode = "substance"\nseveral = true\n')
    managed_file(["practice", "apply", str(tmp_path / "roles.toml"), "--reason", "ours"], ok=True)

    managed_file("assign 1 --substance carl --substance cleo", ok=True)
    assert [row[1] for row in assigned(managed_file)] == ["amina", "carl", "cleo"]
    managed_file("unassign 1 --substance --worker carl --reason done", ok=True)

    assert [row[1] for row in assigned(managed_file)] == ["amina", "cleo"]


def test_a_role_of_the_service_s_own_has_its_option(managed_file, tmp_path) -> None:
    (tmp_path / "roles.toml").write_text(
        '[[role]]\ncode = "employment"\nlabel = "employment adviser"\nmay = ["case_work"]\nassignable = true\n'
    )
    managed_file(["practice", "apply", str(tmp_path / "roles.toml"), "--reason", "ours"], ok=True)
    managed_file("worker add 'Joy Work' --username joy --role employment", ok=True)

    result = managed_file("assign 1 --employment joy")

    assert result.code == 0
    assert [row[:2] for row in assigned(managed_file)] == [("case_manager", "amina"), ("employment", "joy")]


@pytest.mark.parametrize("option", ["--idva", "--team-lead", "--admin", "--auditor", "--case-manager"])
def test_roles_that_are_not_assignable_have_no_option(managed_file, option: str) -> None:
    result = managed_file(f"assign 1 {option} fay")

    assert result.code == 2
    assert result.err.startswith(f"No such option '{option}'")


NOT_ASSIGNED = [
    ("assign 1", 2, "Say whom, as in --mental-health dana.\ndrive assign --help"),
    (
        "assign 1 --substance dana",
        3,
        "Dana Reid is not a substance worker but a mental-health worker.\ndrive worker list --role substance",
    ),
    (
        "assign 1 --substance carll",
        4,
        "There is no worker with the username “carll”. Did you mean carl?\ndrive worker list",
    ),
    (
        "assign 1 --substance carl --on tomorrow",
        3,
        "Tue 3 Mar 2026 is in the future; an assignment is recorded once it has happened.",
    ),
    (
        "assign 1 --substance carl --on 1/2/2026",
        3,
        "Sun 1 Feb 2026 is before WS-0001 opened (Mon 2 Feb 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    (
        "assign 9 --substance carl",
        4,
        "There is no case WS-0009. The last one is WS-0001.\ndrive case list   or: drive case find NAME",
    ),
    (
        "assign 1 --mental-health dana --substance ed",
        3,
        "Ed Price is not a substance worker but a probation-trained officer, not statutory supervision.\n"
        "drive worker list --role substance",
    ),
    ("unassign 1 --reason done", 2, "Say which role ends, as in --substance.\ndrive unassign --help"),
    ("unassign 1 --substance", 2, "Missing --reason.\ndrive unassign --help"),
    ("unassign 1 --substance --reason done", 3, "No substance worker is assigned to WS-0001.\ndrive case show WS-0001"),
    ("case transfer 1 --to amina --reason leave", 3, "Amina Khan already manages WS-0001."),
    (
        "case transfer 1 --to carl --reason leave",
        3,
        "Carl Jones is not a case manager but a substance worker.\ndrive worker list --role case_manager",
    ),
    ("case transfer 1 --to ben", 2, "Missing --reason.\ndrive case transfer --help"),
    ("case transfer 1 --reason leave", 2, "Missing --to.\ndrive case transfer --help"),
    (
        "case transfer 1 --to ben --on tomorrow --reason leave",
        3,
        "Tue 3 Mar 2026 is in the future; a transfer is recorded once it has happened.",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_ASSIGNED)
def test_nobody_is_assigned(managed_file, line: str, code: int, sentence: str) -> None:
    assert_refused(managed_file, line, code, sentence)


def test_a_specialist_at_capacity_is_given_another_case_only_with_a_reason(managed) -> None:
    managed("worker add 'Mo Full' --username mo --role police --capacity 0", ok=True)

    assert_refused(
        managed,
        "assign 1 --police mo",
        3,
        "Mo Full holds 0 cases and has room for 0.\n"
        "Choose somebody else (drive workload), or add: --over-capacity --reason WHY",
    )
    assert_refused(
        managed,
        "assign 1 --police mo --over-capacity",
        2,
        "Missing --reason: say why this worker should hold more than their capacity.",
    )

    assert managed("assign 1 --police mo --over-capacity --reason urgent").code == 0


def test_a_leaver_is_given_nothing(managed_file) -> None:
    managed_file("worker leave carl --on 27/2/2026", ok=True)

    for line in ("assign 1 --substance carl", "assign 1 --substance carl --on 27/2/2026"):
        assert_refused(managed_file, line, 3, "Carl Jones left on Fri 27 Feb 2026.\ndrive worker list --role substance")


@pytest.mark.parametrize(
    "line",
    [
        "assign 1 --substance carl --on 20/2/2026",
        "case transfer 1 --to ben --on 20/2/2026 --reason leave",
        "case open --forename Kim --surname Other --opened 20/2/2026 --manager ben",
    ],
)
def test_a_leaver_is_not_given_a_case_from_before_they_left_either(managed_file, line: str) -> None:
    managed_file("worker leave ben --on 27/2/2026", ok=True)
    managed_file("worker leave carl --on 27/2/2026", ok=True)

    result = managed_file(line)

    assert result.code == 3
    assert "left on Fri 27 Feb 2026" in result.err


# -- unassign ----------------------------------------------------------------------------------------------------------


def test_a_specialist_s_work_ends_on_a_day_and_stays_in_the_timeline(managed) -> None:
    managed("assign 1 --substance carl --on 9/2/2026", ok=True)

    result = managed("unassign 1 --substance --on 27/2/2026 --reason 'work finished'")

    assert (result.code, result.out) == (0, "Ended substance on WS-0001, Fri 27 Feb 2026.\n")
    assert assigned(managed) == [("case_manager", "amina", "2026-02-02")]
    told = [(row["on"], row["words"], row["reason"]) for row in managed("case timeline 1 --json").json]
    assert ("2026-02-09", "substance carl", None) in told
    assert ("2026-02-27", "substance carl ended", "work finished") in told
    assert "specialist_first_contact" not in [row["kind"] for row in managed("why 1 --json").json]


def test_an_assignment_does_not_end_before_it_began(managed_file) -> None:
    managed_file("assign 1 --substance carl --on 16/2/2026", ok=True)
    said = "That assignment began on Mon 16 Feb 2026; it cannot end before."

    assert_refused(managed_file, "unassign 1 --substance --on 15/2/2026 --reason done", 3, said)
    assert_refused(managed_file, "assign 1 --substance cleo --on 15/2/2026", 3, said)


# -- transfer ----------------------------------------------------------------------------------------------------------


def test_a_case_is_given_another_manager_and_the_earlier_one_stays_in_the_history(managed) -> None:
    result = managed("case transfer 1 --to ben --reason 'long leave' --on 23/2/2026")

    assert result.code == 0
    assert result.out == "ben manages WS-0001 from Mon 23 Feb 2026.\n"
    assert result.err == "Next due: contact, Mon 9 Feb 2026 (overdue).\n"
    assert managed("caseload --json").json[0]["manager"] == "ben"
    assert assigned(managed) == [("case_manager", "ben", "2026-02-23")]
    told = [row for row in managed("case timeline 1 --json").json if row["what"] == "assignment"]
    assert [(row["on"], row["words"], row["reason"]) for row in told] == [
        ("2026-02-02", "case_manager amina", None),
        ("2026-02-23", "case_manager amina ended", "long leave"),
        ("2026-02-23", "case_manager ben", "long leave"),
    ]


def test_a_case_nobody_manages_is_given_a_manager(managed_file) -> None:
    ref = managed_file.open_case()

    answer = managed_file(f"case transfer {ref} --to ben --reason allocated --json").json

    assert answer["manager"] == "ben"


def test_a_manager_at_capacity_is_given_another_case_only_when_it_is_meant(managed_file) -> None:
    managed_file("worker add 'Mo Full' --username mo --role case_manager --capacity 0", ok=True)

    refused = managed_file("case transfer 1 --to mo --reason urgent")
    given = managed_file("case transfer 1 --to mo --over-capacity --reason urgent")

    assert refused.code == 3
    assert given.code == 0


LINES = {
    "assign 1 --substance carl": "assign a specialist",
    "unassign 1 --substance --reason done": "end an assignment",
    "case transfer 1 --to ben --reason leave": "transfer a case",
}


@pytest.mark.parametrize(("line", "what"), LINES.items())
def test_neither_by_an_auditor_nor_on_a_closed_case(managed_file, line: str, what: str) -> None:
    assert_refused(managed_file, line, 3, f"Hal Dean (auditor) may not {what}.\n{ASK}", as_="hal")
    managed_file("case close 1 --reason completed", ok=True)

    assert_refused(
        managed_file,
        line,
        3,
        "WS-0001 was closed on Mon 2 Mar 2026.\nA new episode: drive case open --same-as WS-0001",
    )
