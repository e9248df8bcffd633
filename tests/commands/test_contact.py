"""`drive contact log|list|show|correct`: what happened with the person, and who may read what was written about it."""

import sys
from pathlib import Path

import pytest
from screens import Screen

from commands.refusals import assert_refused

LOG = "contact log 1 --mode phone --outcome held"


@pytest.fixture
def agreed(drive, team, stores):
    """A case of Amina's, opened five weeks ago, in which the person may be approached."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def agreed_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(forename="Robin", surname="Example", manager="amina", opened="2026-01-26")
    drive("approach 1 --state agreed --with Fay --on 26/1/2026", ok=True)


# -- log ---------------------------------------------------------------------------------------------------------------


def test_logging_says_what_was_logged_and_what_is_due_next(agreed) -> None:
    result = agreed("contact log 1 --mode in_person --outcome held --on 27/2/2026")

    assert result.code == 0
    assert result.out == "Logged in person, held, on WS-0001 for Fri 27 Feb 2026.\n"
    assert result.err == "Next due: contact, Fri 6 Mar 2026. Month 2 of 10.\n"


def test_an_attempt_leaves_the_case_overdue_and_says_so(agreed_file) -> None:
    result = agreed_file("contact log 1 --mode in_person --outcome did_not_attend --on today")

    assert result.out == "Logged in person, did not attend, on WS-0001 for Mon 2 Mar 2026.\n"
    assert result.err == "Next due: contact, Mon 2 Feb 2026 (overdue). Month 2 of 10.\n"


def test_everything_told_about_a_contact_is_kept(agreed) -> None:
    logged = agreed(
        "contact log 1 --mode video --outcome held --on 27/2/2026 --with 'support worker' --purpose behaviour_change"
        " --minutes 45 --by amina --note 'went well' --json",
        ok=True,
    ).json

    moment = logged["contact"].pop("recorded_at")
    assert moment.endswith("Z")
    assert not moment.startswith("2026-03-02")
    assert logged["contact"] == {
        "id": 1,
        "ref": "WS-0001",
        "on": "2026-02-27",
        "mode": "video",
        "outcome": "held",
        "kind": "direct",
        "purpose": "behaviour_change",
        "with_whom": "support worker",
        "minutes": 45,
        "by": "amina",
        "recorded_by": "sam",
        "about": "person",
        "note": "went well",
        "flag": None,
        "placed": None,
        "supersedes": None,
        "superseded_by": None,
        "withdrawn": False,
        "reason": None,
        "case_id": 1,
    }
    assert (logged["id"], logged["ref"]) == (1, "WS-0001")
    assert logged["case"] == agreed("caseload --json").json[0]
    assert logged["case"]["last_contact_on"] == "2026-02-27"


def test_who_made_a_contact_is_kept_apart_from_who_recorded_it(agreed_file) -> None:
    agreed_file(f"{LOG} --by carl", as_="amina", ok=True)
    agreed_file(LOG, as_="ben", ok=True)

    rows = agreed_file("contact list 1 --json").json

    assert [(row["by"], row["recorded_by"]) for row in rows] == [("ben", "ben"), ("carl", "amina")]


def test_a_meeting_is_indirect_unless_told_otherwise(agreed_file) -> None:
    told = {
        "--mode meeting --outcome held": "indirect",
        "--mode meeting --outcome held --kind direct": "direct",
        "--mode phone --outcome information_received --kind indirect": "indirect",
        "--mode letter --outcome information_given": "direct",
    }

    kinds = {said: agreed_file(f"contact log 1 {said} --json", ok=True).json["contact"]["kind"] for said in told}

    assert kinds == told


def test_quiet_prints_only_the_ref(agreed_file) -> None:
    result = agreed_file(f"{LOG} --quiet --note 'went well'")

    assert (result.code, result.out, result.err) == (0, "WS-0001\n", "")


def test_a_direct_contact_before_an_approach_is_recorded_and_flagged(drive, team) -> None:
    drive.open_case(manager="amina")

    result = drive(LOG, as_="amina")

    assert result.out == "Logged phone, held, on WS-0001 for Mon 2 Mar 2026.\n"
    assert result.err == (
        "No approach had been agreed by then. It is recorded, and the team lead is told.\n"
        "Next due: safety consult, Wed 4 Mar 2026. Month 1 of 10.\n"
    )
    assert drive("contact show 1 --fields flag").out == "flag: before_approach\n"


FLAGS = [
    ("case hold 1 --until +1w --by Fay --reason threat", LOG, "on_hold"),
    ("approach 1 --state not_yet --with Fay", LOG, "before_approach"),
    ("approach 1 --state never --with Fay", LOG, "before_approach"),
    ("approach 1 --state agreed --with Fay --modes letter,text", LOG, "mode_not_agreed"),
    ("approach 1 --state agreed --with Fay --modes letter,phone", LOG, None),
    ("approach 1 --state agreed --with Fay --on 27/1/2026 --until 1/3/2026", LOG, "before_approach"),
    ("approach 1 --state not_yet --with Fay", f"{LOG} --on 27/1/2026", None),
    ("case hold 1 --until +1w --by Fay --reason threat", f"{LOG} --kind indirect", None),
    ("case hold 1 --until +1w --by Fay --reason threat", "contact log 1 --mode phone --outcome not_in", "on_hold"),
]


@pytest.mark.parametrize(("before", "line", "flag"), FLAGS)
def test_a_contact_that_should_not_have_been_is_flagged_by_why(agreed_file, before: str, line: str, flag) -> None:
    agreed_file(before, ok=True)

    logged = agreed_file(f"{line} --json")

    assert (logged.code, logged.json["contact"]["flag"]) == (0, flag)


def test_a_contact_after_the_window_is_recorded_and_marked(drive, team) -> None:
    drive.open_case(manager="amina", opened="2025-04-28", today="2025-04-28")
    drive("approach 1 --state agreed --with Fay --on 28/4/2025", ok=True)

    inside = drive(f"{LOG} --on 28/2/2026 --json").json
    after = drive(f"{LOG} --on 1/3/2026")

    assert inside["contact"]["placed"] is None
    assert after.code == 0
    assert after.err.splitlines()[0] == "It lies after the end of the window."
    assert drive("contact show 2 --fields placed").out == "placed: after_window\n"


def test_a_late_contact_on_a_closed_case_is_recorded_and_marked(agreed) -> None:
    agreed("case close 1 --reason completed --on 20/2/2026", ok=True)

    late = agreed(f"{LOG} --on 20/2/2026")

    assert late.code == 0
    assert late.err == (
        "The case was already closed: marked late.\nNext due: follow up, Wed 20 May 2026. Month 1 of 10.\n"
    )
    assert agreed("contact show 1 --fields placed").out == "placed: late\n"
    assert_refused(
        agreed,
        f"{LOG} --on 21/2/2026",
        3,
        "WS-0001 was closed on Fri 20 Feb 2026; a contact after that belongs to a new case.\n"
        "drive case open --same-as WS-0001",
    )


NOT_LOGGED = [
    (f"{LOG} --on tomorrow", 3, "Tue 3 Mar 2026 is in the future; a contact is recorded once it has happened."),
    (
        f"{LOG} --on 25/1/2026",
        3,
        "Sun 25 Jan 2026 is before WS-0001 opened (Mon 26 Jan 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
    (f"{LOG} --minutes 1441", 2, "--minutes: 1441 is not in the range 0<=x<=1440.\ndrive contact log --help"),
    (f"{LOG} --minutes -1", 2, "--minutes: -1 is not in the range 0<=x<=1440.\ndrive contact log --help"),
    (f"{LOG} --by nobody", 4, "There is no worker with the username “nobody”.\ndrive worker list"),
    ("contact log 9 --mode phone --outcome held", 4, "There is no case WS-0009. The last one is WS-0001.\n"
     "drive case list   or: drive case find NAME"),
    (
        "contact log 1 --mode fone --outcome held",
        2,
        "--mode: “fone” is not a contact mode. Did you mean phone?"
        " One of: in_person, phone, video, text, email, letter, meeting.\ndrive contact log --help",
    ),
    (
        "contact log 1 --outcome held",
        2,
        "Missing --mode. One of: in_person, phone, video, text, email, letter, meeting.\ndrive contact log --help",
    ),
    (
        "contact log 1 --mode phone",
        2,
        "Missing --outcome. "
        "One of: held, did_not_attend, declined, not_in, answered_by_other, message_left, wrong_details, "
        "cancelled_by_us, rescheduled, information_given, information_received.\ndrive contact log --help",
    ),
    (f"{LOG} --note ''", 2, "--note: It is empty.\ndrive contact log --help"),
    (f"{LOG} --note -", 2, "--note - was given, and no words came from stdin."),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_LOGGED)
def test_a_contact_is_not_logged(agreed_file, line: str, code: int, sentence: str) -> None:
    assert_refused(agreed_file, line, code, sentence)


def test_an_auditor_logs_nothing(agreed_file) -> None:
    assert_refused(
        agreed_file,
        LOG,
        3,
        "Hal Dean (auditor) may not log a contact.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )


def test_a_contact_by_somebody_who_had_left_is_refused_and_one_from_before_is_not(agreed_file) -> None:
    agreed_file("worker leave ben --on 20/2/2026", ok=True)

    assert_refused(agreed_file, f"{LOG} --by ben", 3, "Ben Carter had left by then (Fri 20 Feb 2026).")

    assert agreed_file(f"{LOG} --by ben --on 20/2/2026").code == 0


# -- its words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["-", "- a list", "--reason", "-n", "@home", "@/etc/passwd", "it's [bold]", "a\nb"])
def test_a_note_is_kept_as_it_is_typed(agreed_file, note: str) -> None:
    typed = {"stdin": "-"} if note == "-" else {}

    agreed_file(["contact", "log", "1", "--mode", "phone", "--outcome", "held", "--note", note], ok=True, **typed)

    assert agreed_file("contact show 1 --json").json["note"] == note


def test_a_note_comes_from_stdin_whole(agreed) -> None:
    agreed(f"{LOG} --note -", stdin="Zoë said:\n\n  “fine”\n- and left\n", ok=True)

    assert agreed("contact show 1 --json").json["note"] == "Zoë said:\n\n  “fine”\n- and left"
    assert agreed("contact show 1").out.endswith("\n\nZoë said:\n\n  “fine”\n- and left\n")


def test_a_note_comes_from_a_file_whatever_is_typed_beside_it(agreed_file, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_bytes("\ufeffFrom a file, ß.\r\nTwo lines.\n".encode())

    for line in (["--note-file", str(file)], ["--note", "other", "--note-file", str(file)]):
        agreed_file([*LOG.split(), *line], ok=True)

    notes = [row["note"] for row in agreed_file("contact list 1 --json").json]
    assert notes == ["From a file, ß.\nTwo lines."] * 2


def test_a_file_that_cannot_be_read_is_told(agreed_file, tmp_path: Path) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"Zo\xeb")
    empty = tmp_path / "empty.txt"
    empty.write_text(" \n")

    assert_refused(
        agreed_file, [*LOG.split(), "--note-file", str(latin)], 2, f"{latin} cannot be read: it is not UTF-8 text."
    )
    assert_refused(
        agreed_file, [*LOG.split(), "--note-file", "/nope"], 2, "/nope cannot be read: No such file or directory."
    )
    assert_refused(agreed_file, [*LOG.split(), "--note-file", str(empty)], 2, "There are no words in it.")


def test_the_longest_note_is_kept_and_a_longer_one_refused(agreed_file, tmp_path: Path) -> None:
    longest = "a" * 200_000
    (tmp_path / "longest.txt").write_text(longest)
    (tmp_path / "longer.txt").write_text(longest + "a")

    agreed_file([*LOG.split(), "--note-file", str(tmp_path / "longest.txt")], ok=True)

    assert agreed_file("contact show 1 --json").json["note"] == longest
    longer = agreed_file([*LOG.split(), "--note-file", str(tmp_path / "longer.txt")])
    assert longer.code == 2
    assert longer.err.startswith("The text has 200001 characters; at most 200000 can be kept in one place.\n")
    assert len(agreed_file("contact list 1 --json").json) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_note_can_be_written_in_the_editor(agreed_file, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'Written\\nin the editor\\n' > \"$1\"\n")
    editor.chmod(0o755)
    screen = Screen(agreed_file, f"{LOG} --edit", EDITOR=str(editor))

    assert screen.end() == 0, screen.text
    assert agreed_file("contact show 1 --json").json["note"] == "Written\nin the editor"


def test_the_editor_is_not_started_where_nobody_is(agreed_file) -> None:
    assert_refused(agreed_file, f"{LOG} --edit", 2, "--edit needs a terminal. Use --note - or --note-file.")


# -- restricted --------------------------------------------------------------------------------------------------------

SECRET = "the adviser rings on Thursdays"


@pytest.fixture
def restricted(agreed, stores):
    """A restricted note of Carl's on Amina's case."""
    return stores.prepared(agreed, with_secret)


def with_secret(agreed) -> None:
    agreed(f"{LOG} --about restricted --note '{SECRET}'", as_="carl", ok=True)


def test_a_restricted_note_is_shown_to_the_manager_advisers_and_leads_alone(restricted) -> None:
    shown = {who: restricted("contact show 1", as_=who).out for who in [*sorted(team_of(restricted))]}

    assert {who for who, page in shown.items() if SECRET in page} == {"amina", "fay", "sam"}
    assert shown["carl"].endswith("\n\nRestricted: ask the case's manager or a lead.\n")
    for who in shown:
        note = restricted("contact show 1 --json", as_=who).json["note"]
        assert note == (SECRET if who in ("amina", "fay", "sam") else None)


def team_of(drive) -> list[str]:
    return [row["username"] for row in drive("worker list --json").json]


def test_a_new_manager_sees_it_and_the_old_one_no_longer(restricted) -> None:
    restricted("case transfer 1 --to ben --reason leave", ok=True)

    notes = {who: restricted("contact show 1 --json", as_=who).json["note"] for who in ("amina", "ben")}

    assert notes == {"amina": None, "ben": SECRET}


@pytest.mark.parametrize("form", ["plain", "table", "markdown", "csv", "json", "jsonl"])
def test_a_restricted_note_is_in_no_list_page_or_search(agreed_file, form: str) -> None:
    agreed_file(f"{LOG} --about restricted --note '{SECRET}'", as_="amina", ok=True)
    lines = ["contact list 1", "contact list 1 --all", "case show 1", "case timeline 1", "case list", "caseload"]
    lines += ["case find Thursdays", "why 1", "today", "drafts"]

    shown = [agreed_file(f"{line} --format {form}", as_=who) for line in lines for who in ("sam", "amina", "fay")]

    assert not [str(result) for result in shown if "Thursdays" in result.out]


def test_whoever_may_not_read_a_restricted_note_is_not_answered_with_it(agreed_file) -> None:
    logged = agreed_file(f"{LOG} --about restricted --note '{SECRET}' --json", as_="carl", ok=True)
    own = agreed_file(f"{LOG} --about restricted --note '{SECRET}' --json", as_="amina", ok=True)

    assert logged.json["contact"]["note"] is None
    assert own.json["contact"]["note"] == SECRET


def test_a_restricted_contact_is_corrected_only_by_whoever_may_read_it(restricted) -> None:
    assert_refused(
        restricted,
        "contact correct 1 --about person --reason mistake",
        3,
        "Contact 1 is restricted.\nAsk the case's manager or a lead.",
        as_="carl",
    )

    assert restricted("contact correct 1 --minutes 5 --reason mistake", as_="amina").code == 0
    assert restricted("contact show 2 --json", as_="carl").json["note"] is None


def test_words_that_turn_out_to_be_restricted_are_restricted_in_the_corrected_row_too(agreed_file) -> None:
    agreed_file(f"{LOG} --note '{SECRET}'", as_="carl", ok=True)
    agreed_file("contact correct 1 --about restricted --reason 'wrong box ticked'", ok=True)

    shown = [agreed_file(line, as_="dana").out for line in ("contact show 1", "contact list 1 --all", "contact show 2")]

    assert not [page for page in shown if SECRET in page]


# -- list and show -----------------------------------------------------------------------------------------------------


def test_contacts_are_listed_newest_first(agreed) -> None:
    agreed(f"{LOG} --on 27/1/2026 --note 'first words'", ok=True)
    agreed("contact log 1 --mode in_person --outcome did_not_attend --on 3/2/2026", as_="amina", ok=True)
    agreed("contact log 1 --mode meeting --outcome information_received --on 3/2/2026 --by carl", ok=True)

    result = agreed("contact list 1")

    assert result.out == (
        "No.  Day              How        Outcome               Kind      By     Flag  Note\n"
        "3    Tue 3 Feb 2026   meeting    information received  indirect  carl\n"
        "2    Tue 3 Feb 2026   in person  did not attend        direct    amina\n"
        "1    Tue 27 Jan 2026  phone      held                  direct    sam          first words\n"
    )


def test_only_the_newest_are_listed_when_asked(agreed_file) -> None:
    for _ in range(3):
        agreed_file(LOG, ok=True)

    assert [row["id"] for row in agreed_file("contact list 1 --limit 2 --json").json] == [3, 2]


def test_an_empty_list_says_how_to_log(agreed_file) -> None:
    result = agreed_file("contact list 1")

    assert (result.code, result.out) == (0, "")
    assert result.err == "No contacts on WS-0001. Log one: drive contact log WS-0001\n"


def test_a_contact_is_shown_whole(agreed) -> None:
    agreed(f"{LOG} --minutes 10 --purpose support --with mother --note 'went well'", as_="amina", ok=True)
    moment = agreed("contact show 1 --json").json["recorded_at"]

    result = agreed("contact show 1")

    assert result.out == (
        "Contact      1\n"
        "Case         WS-0001\n"
        "Day          Mon 2 Mar 2026\n"
        "How          phone\n"
        "Outcome      held\n"
        "Kind         direct\n"
        "Purpose      support\n"
        "With         mother\n"
        "Minutes      10\n"
        "Made by      amina\n"
        "Recorded by  amina\n"
        f"Recorded at  {moment[:10]} {moment[11:16]} UTC\n"
        "\n"
        "went well\n"
    )


def test_a_contact_that_is_not_there(drive) -> None:
    said = "There is no contact 9.\ndrive contact list REF"

    assert_refused(drive, "contact show 9", 4, said)
    assert_refused(drive, "contact correct 9 --outcome held --reason mistake", 4, said)


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "0"])
def test_a_number_that_no_contact_has_is_not_there(drive, number: str) -> None:
    result = drive(["contact", "show", "--", number])

    assert result.code in (2, 4)


# -- correct -----------------------------------------------------------------------------------------------------------


def test_a_correction_stands_in_place_of_the_wrong_contact_which_stays_readable(agreed) -> None:
    agreed(f"{LOG} --on 27/2/2026 --note 'went well' --minutes 10", as_="amina", ok=True)

    result = agreed("contact correct 1 --outcome not_in --on 26/2/2026 --reason 'wrong box'", ok=True)

    assert result.out == "Contact 1 on WS-0001 was corrected; contact 2 stands in its place.\n"
    assert result.err == "Next due: contact, Mon 2 Feb 2026 (overdue). Month 2 of 10.\n"
    old, new = agreed("contact show 1 --json").json, agreed("contact show 2 --json").json
    assert (old["outcome"], old["on"], old["superseded_by"], old["reason"]) == ("held", "2026-02-27", 2, None)
    assert (new["outcome"], new["on"], new["supersedes"], new["reason"]) == ("not_in", "2026-02-26", 1, "wrong box")
    assert (new["note"], new["minutes"], new["by"], new["recorded_by"]) == ("went well", 10, "amina", "sam")
    assert [row["id"] for row in agreed("contact list 1 --json").json] == [2]
    assert [row["id"] for row in agreed("contact list 1 --all --json").json] == [1, 2]


def test_a_withdrawn_contact_never_happened(agreed) -> None:
    agreed(LOG, ok=True)
    assert agreed("caseload --json").json[0]["last_contact_on"] == "2026-03-02"

    result = agreed("contact correct 1 --withdraw --reason 'wrong case'", ok=True)

    assert result.out == "Contact 1 on WS-0001 was withdrawn.\n"
    assert agreed("contact list 1 --json").json == []
    assert agreed("caseload --json").json[0]["last_contact_on"] is None


def test_correcting_the_mode_corrects_the_kind_that_follows_from_it(agreed_file) -> None:
    agreed_file(LOG, ok=True)

    corrected = agreed_file("contact correct 1 --mode meeting --reason mistake --json", ok=True).json

    assert corrected["contact"]["kind"] == "indirect"


def test_a_corrected_day_is_flagged_by_what_stood_then(agreed_file) -> None:
    agreed_file("case hold 1 --until +1w --by Fay --reason threat", ok=True)
    agreed_file(LOG, ok=True)

    corrected = agreed_file("contact correct 1 --on 27/2/2026 --reason mistake --json", ok=True).json

    assert corrected["contact"]["flag"] is None


NOT_CORRECTED = [
    (
        "contact correct 1 --reason mistake",
        2,
        "Nothing to correct: say what was wrong, as in --outcome held.\ndrive contact correct --help",
    ),
    ("contact correct 1 --outcome held", 2, "Missing --reason.\ndrive contact correct --help"),
    (
        "contact correct 1 --on tomorrow --reason mistake",
        3,
        "Tue 3 Mar 2026 is in the future; a contact is recorded once it has happened.",
    ),
    (
        "contact correct 1 --on 1/1/2026 --reason mistake",
        3,
        "Thu 1 Jan 2026 is before WS-0001 opened (Mon 26 Jan 2026).\n"
        "If the opening day is wrong: drive case correct WS-0001 opened --on DAY --reason WHY",
    ),
]


@pytest.mark.parametrize(("line", "code", "sentence"), NOT_CORRECTED)
def test_a_contact_is_not_corrected(agreed_file, line: str, code: int, sentence: str) -> None:
    agreed_file(LOG, ok=True)

    assert_refused(agreed_file, line, code, sentence)


def test_a_contact_is_corrected_once(agreed) -> None:
    agreed(LOG, ok=True)
    agreed("contact correct 1 --outcome not_in --reason mistake", ok=True)

    assert_refused(
        agreed,
        "contact correct 1 --outcome declined --reason mistake",
        3,
        "Contact 1 was already corrected; contact 2 stands in its place.\ndrive contact correct 2 --reason WHY ...",
    )


def test_an_auditor_corrects_nothing(agreed_file) -> None:
    agreed_file(LOG, ok=True)

    assert_refused(
        agreed_file,
        "contact correct 1 --outcome not_in --reason mistake",
        3,
        "Hal Dean (auditor) may not correct a contact.\nAsk one of: amina, ben, carl, dana, ed, fay, gil, sam.",
        as_="hal",
    )
