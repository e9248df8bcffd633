"""`drive agency`, `drive worker`: who works here, who covers for whom, and leaving with everything handed over."""

import pytest

from commands.refusals import assert_refused

# -- agencies ----------------------------------------------------------------------------------------------------------


def test_agencies_are_added_and_listed_by_name(drive) -> None:
    first = drive("agency add 'Worthing Housing' --kind housing")
    second = drive("agency add 'Change Works'")

    assert (first.code, first.out) == (0, "Added Worthing Housing.\n")
    assert second.out == "Added Change Works.\n"
    assert drive("agency list").out == "Agency            Kind\nChange Works\nWorthing Housing  housing\n"
    assert drive("agency list --json").json == [
        {"id": 2, "name": "Change Works", "kind": None},
        {"id": 1, "name": "Worthing Housing", "kind": "housing"},
    ]


def test_an_agency_is_added_once_whatever_its_case(drive) -> None:
    drive("agency add 'Change Works'", ok=True)

    assert_refused(
        drive, "agency add 'CHANGE works'", 3, "There is an agency called CHANGE works already.\ndrive agency list"
    )


def test_an_empty_list_of_agencies_says_how_to_add_one(drive_file) -> None:
    result = drive_file("agency list")

    assert (result.out, result.err) == ("", "No agencies. Add one: drive agency add NAME\n")


def test_an_auditor_adds_no_agency(drive_file, team) -> None:
    assert_refused(
        drive_file,
        "agency add 'Change Works'",
        3,
        "Hal Dean (auditor) may not add an agency.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


# -- add, list, show ---------------------------------------------------------------------------------------------------


def test_a_worker_is_added_with_agency_and_capacity(drive) -> None:
    drive("agency add 'Change Works'", ok=True)

    result = drive("worker add 'Carl Jones' --username CARL --role substance --agency 'change works' --capacity 12")

    assert (result.code, result.out) == (0, "Added Carl Jones as carl (substance worker).\n")
    assert drive("worker show carl --json").json == {
        "username": "carl",
        "name": "Carl Jones",
        "role": "substance",
        "agency": "Change Works",
        "capacity": 12,
        "left_on": None,
    }
    assert drive("worker show carl").out == (
        "Username  carl\nName      Carl Jones\nRole      substance\nAgency    Change Works\nCapacity  12\n"
    )


def test_quiet_prints_only_the_username(drive_file) -> None:
    assert drive_file("worker add 'Carl Jones' --username carl --role substance --quiet").out == "carl\n"


def test_workers_are_listed_by_username(drive, team) -> None:
    drive("worker leave ed --on 27/2/2026", ok=True)

    result = drive("worker list")

    assert result.out == (
        "Username  Name        Role           Agency  Capacity  Left\n"
        "amina     Amina Khan  case manager\n"
        "ben       Ben Carter  case manager\n"
        "carl      Carl Jones  substance\n"
        "dana      Dana Reid   mental health\n"
        "fay       Fay Moss    idva\n"
        "gil       Gil Stone   admin\n"
        "hal       Hal Dean    auditor\n"
        "sam       Sam Okoro   team lead\n"
    )
    assert names(drive("worker list --role case_manager")) == ["amina", "ben"]
    assert names(drive("worker list --role probation")) == []
    assert drive("worker list --role probation --all").out.splitlines()[1].endswith("Fri 27 Feb 2026")


def names(result) -> list[str]:
    return [line.split()[0] for line in result.out.splitlines()[1:]]


def test_a_worker_s_page_says_what_they_hold(drive_file, team) -> None:
    drive_file.open_case(manager="amina")
    drive_file.open_case(manager="ben")
    drive_file("assign 2 --substance carl", ok=True)
    drive_file.open_case(manager="amina")
    drive_file("case close 3 --reason completed", ok=True)

    shown = {who: drive_file(f"worker show {who}").out.splitlines()[4:] for who in ("amina", "carl", "dana")}

    assert shown == {"amina": ["WS-0001  case manager"], "carl": ["WS-0002  substance"], "dana": []}


NOT_ADDED = [
    ("worker add 'Carl Two' --username carl --role substance", 3, "The username carl is taken.\ndrive worker list"),
    ("worker add 'Carl Two' --username 'c two' --role substance", 2,
     "--username: “c two” cannot be a username: use letters, digits, dot, hyphen and underscore.\n"
     "drive worker add --help"),
    (
        "worker add 'Carl Two' --username carl2 --role substances",
        2,
        "--role: “substances” is not a role. Did you mean substance? One of: case_manager, mental_health, substance,"
        " probation, probation_service, idva, police, housing, childrens_social_care, team_lead, admin, auditor.\n"
        "drive worker add --help",
    ),
    ("worker add 'Carl Two' --username carl2 --role substance --capacity -1", 2,
     "--capacity: -1; it must be 0 or more."),
    ("worker add 'Carl Two' --username carl2 --role substance --agency Nowhere", 4,
     "There is no agency called Nowhere. Known: none yet.\ndrive agency add 'Nowhere'"),
    ("worker show carll", 4, "There is no worker with the username “carll”. Did you mean carl?\ndrive worker list"),
    ("worker add 'Carl Two' --role substance", 2, "Missing --username.\ndrive worker add --help"),
    ("worker add --username carl2 --role substance", 2, "Missing NAME.\ndrive worker add --help"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_ADDED)
def test_a_worker_is_not_added_or_found(drive_file, team, line: str, code: int, sentence: str) -> None:
    assert_refused(drive_file, line, code, sentence)


@pytest.mark.parametrize("who", ["amina", "carl", "fay", "hal"])
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("worker add 'Carl Two' --username carl2 --role substance", "add a worker"),
        ("worker leave dana", "end a worker's time here"),
    ],
)
def test_only_leads_and_admins_add_and_end_workers(drive_file, team, who: str, line: str, what: str) -> None:
    refused = drive_file(line, as_=who)

    assert refused.code == 3
    assert refused.err.endswith(f" may not {what}.\nAsk one of: gil, sam.\n")
    assert drive_file(line, as_="gil").code == 0


# -- link --------------------------------------------------------------------------------------------------------------


def test_a_user_of_a_computer_is_linked_to_one_worker(drive, team) -> None:
    before = drive("whoami --json").json["username"]

    result = drive("worker link amina")

    assert before == "sam"
    assert result.code == 0
    assert result.out.endswith(" now acts as amina.\n")
    assert drive("whoami --json").json["username"] == "amina"
    assert_refused(drive, "worker link nobody", 4, "There is no worker with the username “nobody”.\ndrive worker list")


def test_whoami_says_who_acts_in_which_store_on_which_day(drive_file, team) -> None:
    here = drive_file("whoami --json", as_="amina").json

    login = here.pop("login")
    assert here == {
        "username": "amina",
        "name": "Amina Khan",
        "role": "case_manager",
        "store": str(drive_file.home / "data" / "drive.db"),
        "prefix": "WS",
        "today": "2026-03-02",
        "demo": False,
    }
    assert drive_file("whoami", as_="amina").out == (
        "Acting            Amina Khan (amina), case manager\n"
        f"On this computer  {login}\n"
        f"Store             {drive_file.home / 'data' / 'drive.db'}\n"
        "Refs              WS-\n"
        "Today             Mon 2 Mar 2026\n"
    )


def test_somebody_nobody_is_linked_to_is_told_how_to_become_a_worker(drive_file) -> None:
    result = drive_file("caseload", env={"LOGNAME": "stranger", "USER": "stranger"})

    assert result.code in (0, 3)
    drive_file.db(write=True).run("DELETE FROM worker_login")
    unknown = drive_file("caseload")

    assert (unknown.code, unknown.out) == (3, "")
    assert unknown.err.endswith(
        ", so it is not known who is acting.\ndrive worker link USERNAME   or set DRIVE_WORKER\n"
    )


def test_a_drive_worker_nobody_has_is_not_found(drive_file) -> None:
    assert_refused(
        drive_file,
        "caseload",
        4,
        "DRIVE_WORKER is “nobody”, and there is no worker of that username.\ndrive worker list",
        as_="nobody",
    )


# -- away --------------------------------------------------------------------------------------------------------------


def test_while_a_worker_is_away_the_cover_sees_the_cases_and_ownership_stays(drive, team) -> None:
    drive.open_case(forename="Robin", surname="Example", manager="amina", opened="2026-02-23")

    result = drive("worker away amina --from 2/3/2026 --to 6/3/2026 --cover ben")

    assert result.code == 0
    assert result.out == "ben covers for amina from Mon 2 Mar 2026 to Fri 6 Mar 2026.\n"
    seen = {
        day: [row["covering"] for row in drive("today --json", as_="ben", today=day).json]
        for day in ("2026-03-01", "2026-03-02", "2026-03-06", "2026-03-07")
    }
    assert seen == {
        "2026-03-01": [],
        "2026-03-02": ["amina", "amina"],
        "2026-03-06": ["amina", "amina"],
        "2026-03-07": [],
    }
    assert drive("caseload --json").json[0]["manager"] == "amina"
    assert "covering for amina" in drive("today", as_="ben").out


NOT_AWAY = [
    ("worker away amina --from 6/3/2026 --to 2/3/2026 --cover ben", 2,
     "--to: Mon 2 Mar 2026 is before Fri 6 Mar 2026."),
    ("worker away amina --from 2/3/2026 --to 6/3/2026 --cover amina", 3,
     "Nobody can cover for themselves.\ndrive worker list"),
    ("worker away amina --from 2/3/2026 --to 6/3/2026 --cover bem", 4,
     "There is no worker with the username “bem”. Did you mean ben?\ndrive worker list"),
    ("worker away amina --from 2/3/2026 --to 6/3/2026 --cover ed", 3, "Ed Price left on Fri 27 Feb 2026.\n"
     "drive worker list"),
    ("worker away amina --from 2/3/2026 --to 6/3/2026", 2, "Missing --cover.\ndrive worker away --help"),
    ("worker away amina --to 6/3/2026 --cover ben", 2, "Missing --from.\ndrive worker away --help"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_AWAY)
def test_nobody_is_away(drive_file, team, line: str, code: int, sentence: str) -> None:
    drive_file("worker leave ed --on 27/2/2026", ok=True)

    assert_refused(drive_file, line, code, sentence)


def test_an_auditor_notes_nobody_as_away(drive_file, team) -> None:
    assert_refused(
        drive_file,
        "worker away amina --from 2/3/2026 --to 6/3/2026 --cover ben",
        3,
        "Hal Dean (auditor) may not note who is away.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


# -- leave -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(drive, team, stores):
    """Amina manages three cases, one of them closed; Carl works on one of hers."""
    return stores.prepared(drive, with_cases)


@pytest.fixture
def held_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_cases)


def with_cases(drive) -> None:
    for _ in range(3):
        drive.open_case(manager="amina", opened="2026-02-02")
    drive("assign 1 --substance carl --on 2/2/2026", ok=True)
    drive("case close 3 --reason completed", ok=True)


def test_a_worker_who_holds_cases_does_not_leave_without_a_hand_over(held) -> None:
    assert_refused(
        held,
        "worker leave amina",
        3,
        "Amina Khan still holds 2: WS-0001 (case manager), WS-0002 (case manager).\n"
        "drive worker leave amina --hand-over-to USERNAME",
    )


def test_leaving_hands_everything_over_at_once(held) -> None:
    events = held.db().value("SELECT COUNT(*) FROM event")

    result = held("worker leave amina --hand-over-to ben --on 27/2/2026")

    assert result.code == 0
    assert result.out == "amina left on Fri 27 Feb 2026. Handed over to ben: WS-0001, WS-0002.\n"
    assert held("worker show amina --json").json["left_on"] == "2026-02-27"
    assert [row["manager"] for row in held("case list --json").json] == ["ben", "ben", "amina"]
    assert held.db().value("SELECT COUNT(*) FROM event") == events + 1
    kept = (
        held.db().run("SELECT ended_on, end_reason FROM assignment WHERE ended_on IS NOT NULL ORDER BY id").fetchall()
    )
    assert [(str(row[0]), row[1]) for row in kept] == [
        ("2026-02-27", "Amina Khan left"),
        ("2026-02-27", "Amina Khan left"),
        ("2026-03-02", "case closed"),
    ]


def test_a_hand_over_that_cannot_be_whole_hands_nothing_over(held) -> None:
    held("worker add 'Mo Full' --username mo --role case_manager --capacity 1", ok=True)

    assert_refused(
        held,
        "worker leave amina --hand-over-to mo",
        3,
        "Mo Full holds 1 cases and has room for 1.\n"
        "Choose somebody else (drive workload), or add: --over-capacity --reason WHY",
    )

    result = held("worker leave amina --hand-over-to mo --over-capacity --reason 'until the new post'")
    assert result.code == 0
    assert [row["manager"] for row in held("caseload --json").json] == ["mo", "mo"]


def test_a_hand_over_goes_to_somebody_of_the_same_role(held) -> None:
    assert_refused(
        held,
        "worker leave carl --hand-over-to ben",
        3,
        "Ben Carter is not a substance worker but a case manager.\ndrive worker list --role substance",
    )


def test_a_worker_who_holds_nothing_leaves_at_once(held_file) -> None:
    result = held_file("worker leave dana")

    assert (result.code, result.out) == (0, "dana left on Mon 2 Mar 2026.\n")


def test_a_worker_leaves_once(held_file) -> None:
    held_file("worker leave dana --on 27/2/2026", ok=True)

    assert_refused(held_file, "worker leave dana", 3, "Dana Reid left on Fri 27 Feb 2026.")


def test_a_worker_who_left_acts_no_longer_from_the_day_after(held_file) -> None:
    held_file("worker leave dana --on today", ok=True)
    line = "contact log 1 --mode phone --outcome held"

    assert held_file(line, as_="dana").code == 0
    for each in (line, "caseload", "today"):
        refused = held_file(each, as_="dana", today="2026-03-03")
        assert (refused.code, refused.out) == (3, "")
        assert refused.err == (
            "Dana Reid left the service and can no longer act here.\nSet DRIVE_WORKER, or drive worker link USERNAME\n"
        )


def test_nobody_hands_over_to_themselves(held_file) -> None:
    result = held_file("worker leave amina --hand-over-to amina")

    assert result.code == 3


def test_nobody_has_left_on_a_day_to_come(held_file) -> None:
    result = held_file("worker leave dana --on tomorrow")

    assert result.code == 3


def test_the_one_who_takes_over_may_not_have_left_either(held_file) -> None:
    held_file("worker leave ben --on 27/2/2026", ok=True)

    for day in ("2/3/2026", "26/2/2026"):
        result = held_file(f"worker leave amina --hand-over-to ben --on {day}")
        assert result.code == 3, str(result)
