"""Wizards: what a line lacks is asked for at a terminal, in a real pseudo-terminal; and what is asked outlives Ctrl-C.

What does not hang on how a terminal draws is asked in accessible mode, line by line, in this process.
"""

import os
import re
import shlex
import shutil
import sys

import pytest
from screens import Screen

from drivecli.app import App

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

DOWN, ENTER, CTRL_C = "\x1b[B", "\r", "\x03"
WAY_OUT = "Ctrl-C to stop; nothing is saved yet"
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[39][0-8][;m]")
SAM = {"DRIVE_WORKER": "sam"}
AGAIN = "Same thing next time: drive "


def again(text: str) -> str:
    """The line that a wizard says for next time, without its `drive`."""
    (line,) = [each.removeprefix(AGAIN) for each in text.splitlines() if each.startswith(AGAIN)]
    return line


@pytest.fixture
def case(drive_file, team, stores):
    """A case of Amina's, opened a week before today, where she may act."""
    stores.prepared(drive_file, with_case)
    drive_file.env["DRIVE_WORKER"] = "amina"
    return drive_file


def with_case(drive) -> None:
    drive.open_case(manager="amina", today="2026-02-23")


@pytest.fixture
def asked(case, monkeypatch: pytest.MonkeyPatch):
    """The same, with somebody at an accessible terminal whose answers come on stdin, a line each."""
    monkeypatch.setattr(App, "person_present", property(lambda app: not app.asked.no_input))
    case.env["DRIVE_ACCESSIBLE"] = "1"
    return case


def lines(*answers: str) -> str:
    return "".join(f"{each}\n" for each in answers)


# -- each wizard, in a pseudo-terminal ---------------------------------------------------------------------------------


@posix
def test_a_contact_is_asked_for_and_logged(case) -> None:
    screen = Screen(case, "contact log").answer(
        (WAY_OUT, ""),
        ("The case", "99" + ENTER),
        ("There is no case WS-0099.", ""),
        ("The case", "1" + ENTER),
        ("How it was made", DOWN + DOWN + ENTER),
        ("What came of it", DOWN + ENTER),
        ("The day it happened (Enter for today):", "the day before" + ENTER),
        ("is not a day I can read", ""),
        ("The day it happened", "yesterday" + ENTER),
        ("Who else", ENTER),
        ("Note", "-was @home" + ENTER),
    )

    assert screen.end() == 0, screen.text
    assert "\n-> WS-0001\n" in screen.text
    assert COLOUR.search(screen.seen)
    assert "38;5" not in screen.seen  # the 16 basic colours alone, which a person may have chosen anew
    assert "\n-> Sun 1 Mar 2026 (yesterday)\n" in screen.text
    assert "\nLogged phone, held, on WS-0001 for Sun 1 Mar 2026.\n" in screen.text
    assert again(screen.text) == "contact log WS-0001 --mode phone --outcome held --on yesterday --note -"
    assert case("contact show 1 --json").json["note"] == "-was @home"


@posix
def test_enter_alone_chooses_nothing(case) -> None:
    import pexpect

    screen = Screen(case, "approach 1").answer(("The answer", ENTER), ("The answer", ""))
    for _ in range(20):  # a key between two questions may be lost
        screen.child.send(CTRL_C)
        if screen.child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break

    assert screen.end() == 130
    assert case("case timeline 1 --json").json[-1]["what"] != "approach"


@pytest.mark.parametrize(
    ("line", "placeholder"),
    [
        ("case open --forename FORENAME --surname SURNAME", "FORENAME"),
        ("approach 1 --state agreed --with WITH", "WITH"),
    ],
)
def test_a_line_that_was_said_again_is_not_taken_with_its_placeholders(case, line: str, placeholder: str) -> None:
    result = case(line)

    assert (result.code, result.err.splitlines()[0].partition(": ")[2]) == (
        2,
        f"{placeholder} stands for words of your own; say them.",
    )


@posix
def test_an_approach_is_asked_for_and_recorded(case) -> None:
    screen = Screen(case, "approach 1", NO_COLOR="1").answer(
        ("The answer", DOWN + DOWN + ENTER),
        ("Who gave it", "Fay" + ENTER),
        ("The day of the answer (Enter for today):", ENTER),
        ("The last day of an agreement, or the day to ask again (Enter for none):", "+1w" + ENTER),
    )

    assert screen.end() == 0, screen.text
    assert "\n-> Mon 2 Mar 2026 (today)\n" in screen.text
    assert "\n-> Mon 9 Mar 2026 (in 7 days)\n" in screen.text
    assert "\nApproach to WS-0001: not yet, until Mon 9 Mar 2026, with Fay, Mon 2 Mar 2026.\n" in screen.text
    assert again(screen.text) == "approach 1 --state not_yet --with WITH --on today --until +1w"
    assert not COLOUR.search(screen.seen)


@posix
def test_a_specialist_is_asked_for_by_role_and_assigned(case) -> None:
    screen = Screen(case, "assign 1").answer(("Which role", DOWN + DOWN + ENTER), ("Substance worker", ENTER))

    assert screen.end() == 0, screen.text
    assert "Dana Reid" not in screen.text  # no mental-health worker is offered for another role
    assert "\nAssigned carl (substance) to WS-0001 from Mon 2 Mar 2026.\n" in screen.text
    assert again(screen.text) == "assign 1 --substance carl"


@posix
def test_a_case_is_asked_for_and_opened_with_its_opener_as_manager(case) -> None:
    screen = Screen(case, "case open").answer(
        ("First name:", "Kim" + ENTER),
        ("Last name:", "O'Neill" + ENTER),
        ("Date of birth (Enter for none):", "3/4/1989" + ENTER),
        ("The district", DOWN + ENTER),
        ("How the person came here", ENTER),
        ("How closely to work", ENTER),
        ("The case manager", ENTER),
    )

    assert screen.end() == 0, screen.text
    assert "\n-> Mon 3 Apr 1989\n" in screen.text
    assert again(screen.text) == (
        "case open --forename FORENAME --surname SURNAME --dob DOB --area adur --route other --tier not_assessed"
        " --manager amina"
    )
    opened = case("case list --json").json[1]
    assert (opened["name"], opened["area"], opened["tier"]) == ("Kim O'Neill", "adur", "not_assessed")
    assert opened["manager"] == "amina"


@posix
def test_a_closing_is_asked_for_confirmed_and_done(case) -> None:
    dialogue = (("Why", DOWN + ENTER), ("The day it closed", ENTER), ("Note", "Moved on." + ENTER))

    unsure = Screen(case, "case close 1").answer(*dialogue, ("Close the case?", ENTER))
    assert unsure.end() == 130, unsure.text
    assert case("case list --json").json[0]["status"] == "open"

    sure = Screen(case, "case close --resume").answer(("Close the case?", "y"))
    assert sure.end() == 0, sure.text
    assert "\nClosed WS-0001 on Mon 2 Mar 2026 (completed).\n" in sure.text
    assert case("case list --json").json[0]["status"] == "closed"
    assert case.db().value("SELECT note FROM closing") == "Moved on."
    assert case("drafts --json").json == []


@posix
def test_a_store_is_asked_for_and_started(new_drive_file) -> None:
    screen = Screen(new_drive_file, "init").answer(
        (f"{WAY_OUT}, and no answer is kept.", ""),
        ("Your name", "Sam Okoro" + ENTER),
        ("A short name to act under", "s m" + ENTER),
        ("cannot be a username", ""),
        ("A short name to act under", "sam" + ENTER),
        ("Your role", DOWN + ENTER),
        ("How refs begin (WS gives WS-0042) (Enter for DRV):", "W" + ENTER),
        ("cannot be a site prefix", ""),
        ("How refs begin", "ws" + ENTER),
    )

    assert screen.end() == 0, screen.text
    assert again(screen.text) == "init --name NAME --username sam --role case_manager --site ws"
    here = new_drive_file("whoami --json").json
    assert (here["username"], here["role"], here["prefix"]) == ("sam", "case_manager", "WS")


# -- Ctrl-C and --resume -----------------------------------------------------------------------------------------------


@posix
def test_ctrl_c_keeps_the_answers_and_resume_asks_only_for_the_rest(case) -> None:
    stopped = Screen(case, "contact log 1 --minutes 5").answer(
        ("How it was made", DOWN + DOWN + ENTER),
        ("What came of it", DOWN + ENTER),
        ("The day it happened", "yesterday" + ENTER),
        ("Who else", CTRL_C),
    )
    assert stopped.end() == 130, stopped.text
    assert "\nStopped. Nothing was saved.\nKept: drive contact log --resume" in stopped.text
    assert case("contact list 1 --json").json == []

    resumed = Screen(case, "contact log --resume").answer(("Who else", "Jo" + ENTER), ("Note", "rang" + ENTER))
    assert resumed.end() == 0, resumed.text
    assert "How it was made" not in resumed.text
    contact = case("contact show 1 --json").json
    assert (contact["mode"], contact["on"], contact["minutes"]) == ("phone", "2026-03-01", 5)
    assert (contact["with_whom"], contact["note"]) == ("Jo", "rang")
    assert case("drafts --json").json == []


@posix
def test_ctrl_c_in_a_list_read_line_by_line_keeps_the_answers_too(case) -> None:
    screen = Screen(case, "contact log", DRIVE_ACCESSIBLE="1").answer(
        ("The case", "1" + ENTER), ("2. phone", ""), ("Number from 1 to 7: ", "2" + ENTER), ("11: ", CTRL_C)
    )

    assert screen.end() == 130, screen.text
    assert [row["line"] for row in case("drafts --json").json] == ["contact log WS-0001 --mode phone --on 2026-03-02"]
    assert "\x1b[" not in screen.seen


def test_an_end_of_input_keeps_the_answers_too(asked) -> None:
    result = asked("contact log 1", stdin=lines("2"))

    assert result.code == 130
    assert result.err.endswith(
        "Stopped. Nothing was saved.\nKept: drive contact log --resume   (with an option, to change an answer)\n"
    )


def test_before_the_first_answer_there_is_nothing_to_keep(asked) -> None:
    result = asked("contact log 1")

    assert result.code == 130
    assert result.err.endswith("Stopped. Nothing was saved.\n")
    assert asked("drafts --json").json == []


def test_answers_to_init_are_not_kept_for_there_is_no_store(asked, tmp_path) -> None:
    other = asked.another(tmp_path / "nothing", {"DRIVE_ACCESSIBLE": "1"})

    result = other("init", stdin=lines("Sam Okoro"))

    assert result.code == 130
    assert result.err.endswith("Stopped. Nothing was saved.\n")
    assert not [path for path in (tmp_path / "nothing").rglob("*") if path.is_file()]


def test_answers_outlive_a_refusal_and_an_option_puts_them_right(asked) -> None:
    refused = asked("contact log 1", stdin=lines("2", "1", "tomorrow", "", "rang twice"))
    assert refused.code == 3
    assert "Kept: drive contact log --resume" in refused.err

    done = asked("contact log --resume --on today", stdin=lines("Jo"))
    assert done.code == 0, str(done)
    assert again(done.err) == "contact log 1 --mode phone --outcome held --note - --on today --with WITH"
    assert asked("contact show 1 --json").json["note"] == "rang twice"
    assert asked("drafts --json").json == []


def test_a_draft_that_is_resumed_and_fails_again_stays_one_draft(asked) -> None:
    asked("contact log 1", stdin=lines("2", "1", "tomorrow", "", "rang twice"))

    asked("contact log --resume", stdin=lines("Jo"))

    (draft,) = asked("drafts --json").json
    assert draft["line"] == "contact log 1 --mode phone --outcome held --on 2026-03-03 --note - --with Jo"
    assert draft["words"] == "rang twice"


def test_a_draft_that_lacks_something_asks_for_it_when_it_is_used(asked) -> None:
    asked(["contact", "log", "1", "--mode", "fone", "--note", "rang twice"])

    result = asked("drafts use 1 -- --mode phone", stdin=lines("1", "", ""))

    assert result.code == 0, str(result)
    assert again(result.err) == "contact log 1 --mode fone --note - --on 2026-03-02 --mode phone --outcome held"
    assert asked("contact show 1 --json").json["note"] == "rang twice"
    assert asked("drafts --json").json == []


def test_answers_are_kept_and_taken_up_on_either_engine(drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "person_present", True)
    drive.env["DRIVE_ACCESSIBLE"] = "1"
    drive.open_case()
    drive("contact log", stdin=lines("1", "2", "1", "tomorrow", "", "rang twice"))

    again_refused = drive("contact log --resume", stdin=lines(""))
    done = drive("contact log --resume --on today", stdin=lines(""))

    assert (again_refused.code, done.code) == (3, 0), str(done)
    assert drive("drafts --json").json == []


def test_resume_needs_no_terminal_when_nothing_is_missing(case) -> None:
    case(["contact", "log", "1", "--mode", "phone", "--outcome", "held", "--on", "tomorrow", "--note", "rang twice"])

    done = case("contact log --resume --on today")

    assert done.code == 0, str(done)
    assert case("contact show 1 --json").json["note"] == "rang twice"
    assert case("drafts --json").json == []


def test_resume_without_a_terminal_names_what_is_still_missing(asked) -> None:
    asked("contact log 1", stdin=lines("2"))

    result = asked("contact log --resume --no-input")

    assert result.code == 2
    assert result.err.startswith("Missing --outcome.")
    assert len(asked("drafts --json").json) == 1


def test_resume_takes_the_last_of_this_command_and_of_this_worker(asked) -> None:
    asked("contact log 1", stdin=lines("2"))
    asked("approach 1", stdin=lines("1"))

    other = asked("contact log --resume", env={"DRIVE_WORKER": "ben"}, stdin="")
    mine = asked("contact log --resume", stdin=lines("1", "", "", ""))

    assert (other.code, other.out) == (4, "")
    assert other.err == "Nothing is kept of an earlier drive contact log.\ndrive drafts list\n"
    assert mine.out.startswith("Logged phone, held, on WS-0001")
    assert [row["line"] for row in asked("drafts --json").json] == ["approach 1 --state agreed --on 2026-03-02"]


def test_resume_brings_its_own_case(asked) -> None:
    asked("contact log 1", stdin=lines("2"))

    result = asked("contact log 1 --resume")

    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(
        "--resume takes up the case that was kept; leave it out of the line.\ndrive contact log --resume\n"
    )


def test_a_phone_number_on_the_line_is_not_kept_with_the_answers(asked) -> None:
    asked("case open --phone 07700900123", stdin=lines("Kim"))

    assert "07700900123" not in asked("drafts --json").out
    assert [row["line"] for row in asked("drafts --json").json] == [
        "case open --phone - --forename Kim --opened 2026-03-02"
    ]


# -- what is asked -----------------------------------------------------------------------------------------------------


def test_choices_are_numbered_and_only_those_are_taken(asked) -> None:
    result = asked("contact log 1", stdin=lines("9", "phone", "2", "1", "", "", ""))

    assert result.code == 0, str(result)
    assert "How it was made:\n1. in person\n2. phone\n3. video\n4. text message\n" in result.err
    assert "“9” is not on the list; type a number from 1 to 7." in result.err
    assert "“phone” is not on the list" in result.err
    assert result.out == "Logged phone, held, on WS-0001 for Mon 2 Mar 2026.\n"


def test_the_way_out_is_said_once_and_first(asked) -> None:
    result = asked("contact log 1", stdin=lines("2", "1", "", "", ""))

    assert result.err.count(WAY_OUT) == 1
    assert result.err.index(WAY_OUT) < result.err.index("How it was made")


@pytest.mark.parametrize(
    "line",
    [
        "contact log 1 --mode phone --outcome held",
        "approach 1 --state agreed --with Fay",
        "assign 1 --substance carl",
        "case close 1 --reason completed",
        "case open --forename Kim --surname Oaks",
    ],
)
def test_nothing_is_asked_when_nothing_needed_is_missing(asked, line: str) -> None:
    result = asked(line)

    assert result.code == 0, str(result)
    assert WAY_OUT not in result.err
    assert AGAIN not in result.err


def test_another_episode_of_a_known_person_needs_no_name(asked) -> None:
    asked("case close 1 --reason completed", ok=True)

    assert asked("case open --same-as 1").code == 0


def test_what_was_typed_is_read_before_anything_is_asked(asked) -> None:
    wrong_code = asked("contact log 1 --mode fone", stdin=lines("1"))
    wrong_case = asked("contact log 99", stdin=lines("1"))

    assert (wrong_code.code, wrong_case.code) == (2, 4)
    assert "What came of it" not in wrong_code.err + wrong_case.err


def test_a_store_that_is_there_already_refuses_a_second_before_it_asks(asked) -> None:
    result = asked("init", stdin=lines("Sam"))

    assert result.code == 3
    assert "Your name" not in result.err


def test_words_given_another_way_are_not_asked_for(asked, tmp_path) -> None:
    (tmp_path / "note").write_text("from a file")

    result = asked(["contact", "log", "1", "--note-file", str(tmp_path / "note")], stdin=lines("2", "1", "", ""))

    assert result.code == 0, str(result)
    assert asked("contact show 1 --json").json["note"] == "from a file"
    assert str(tmp_path) not in result.err


def test_an_answer_that_ends_never_is_not_asked_for_its_end(asked) -> None:
    result = asked("approach 1", stdin=lines("3", "Fay", ""))

    assert result.code == 0, str(result)
    assert "ask again" not in result.err


@pytest.mark.parametrize("words", ["-was not in", "--note", "--", "@home", "it's “long”"])
def test_words_survive_as_they_were_answered(asked, words: str) -> None:
    asked("contact log 1", stdin=lines("2", "1", "", words, words), ok=True)

    contact = asked("contact show 1 --json").json
    assert (contact["with_whom"], contact["note"]) == (words, words)


def test_only_workers_with_room_are_offered_unless_more_was_allowed(asked) -> None:
    asked("worker add 'Kit Ray' --username kit --role substance --capacity 0", env=SAM, ok=True)
    asked("worker add 'Lee Orr' --username lee --role police --capacity 0", env=SAM, ok=True)

    offered = asked("assign 1", stdin=lines("2")).err
    allowed = asked("assign 1 --over-capacity --reason cover", stdin=lines("2")).err

    assert "1. Carl Jones (carl)\nNumber from 1 to 1" in offered
    assert "Police" not in offered
    assert "2. Kit Ray (kit)\n" in allowed
    assert "Police" in allowed


def test_where_nobody_can_be_assigned_it_says_so(asked) -> None:
    for worker in ("carl", "dana", "ed"):
        asked(f"worker leave {worker} --on yesterday", env=SAM, ok=True)

    result = asked("assign 1")

    assert (result.code, result.out) == (3, "")
    assert "Nobody here has a role that a case can be given, and room for one." in result.err


# -- the same thing next time ------------------------------------------------------------------------------------------

DIALOGUES: dict[str, tuple[str, list[str]]] = {
    "contact log": ("contact log", ["1", "2", "1", "yesterday", "", "rang twice"]),
    "approach": ("approach 1", ["1", "Fay", "", "+3w"]),
    "assign": ("assign 1", ["2", "1"]),
    "case close": ("case close 1", ["2", "", "told at length", "y"]),
    "case open": ("case open", ["Kim", "Oaks", "", "2", "1", "1", ""]),
}


@pytest.mark.parametrize(("line", "answers"), DIALOGUES.values(), ids=DIALOGUES)
def test_the_line_for_next_time_works_when_typed(asked, line: str, answers: list[str]) -> None:
    wizard = asked(line, stdin=lines(*answers), ok=True)
    typed = again(wizard.err)
    if line.startswith("case close"):
        asked("case open --same-as 1 --manager amina --quiet", ok=True)
        typed = typed.replace("close 1", "close 2")

    filled = re.sub(r"\b(FORENAME|SURNAME|WITH)\b", "Ann", typed)
    result = asked([*shlex.split(filled), "--no-input"], stdin="rang again\n")

    assert result.code == 0, str(result)
    assert not [each for each in answers if len(each) > 2 and each in typed and each not in ("yesterday", "+3w")]


def test_on_the_demo_the_line_for_next_time_is_for_the_demo(asked, demo_made) -> None:
    nobody = {"DRIVE_WORKER": None}
    shutil.copytree(demo_made, asked.home, dirs_exist_ok=True)
    ref = asked("caseload --demo --json", env=nobody).json[0]["ref"]

    result = asked(f"contact log {ref} --demo", env=nobody, stdin=lines("2", "1", "today", "", ""))

    assert f"\n{AGAIN}--demo contact log {ref} --mode phone --outcome held --on today\n" in result.err


# -- where nobody can be asked -----------------------------------------------------------------------------------------

MISSING = [
    ("contact log", "Missing REF."),
    ("contact log 1", "Missing --mode. One of: in_person, "),
    ("approach 1 --with Fay", "Missing --state. One of: agreed, "),
    ("assign 1", "Say whom, as in --mental-health dana."),
    ("case close 1", "Missing --reason. One of: "),
    ("case open", "Missing --forename"),
]


@pytest.mark.parametrize(("line", "sentence"), MISSING)
def test_without_a_terminal_the_option_is_named_and_nothing_is_asked(case, line: str, sentence: str) -> None:
    result = case(line, stdin=lines("1", "2", "1"))

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(sentence)
    assert WAY_OUT not in result.err


@pytest.mark.parametrize(("line", "sentence"), MISSING)
@pytest.mark.parametrize("place", ["before", "after"])
def test_no_input_means_that_nothing_is_asked(asked, line: str, sentence: str, place: str) -> None:
    result = asked(f"--no-input {line}" if place == "before" else f"{line} --no-input", stdin=lines("1", "2", "1"))

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(sentence)


def test_help_is_help_and_asks_nothing(asked) -> None:
    assert asked("contact log --help").code == 0
    assert "--resume" in asked("contact log --help").out
    assert "--resume" not in asked("init --help").out


@pytest.mark.parametrize("value", ["", "0"])
def test_an_empty_switch_or_a_zero_is_not_accessible_mode(value: str) -> None:
    assert not App({**os.environ, "DRIVE_ACCESSIBLE": value}).accessible
    assert App({"DRIVE_ACCESSIBLE": "1"}).accessible
