"""What goes wrong on a line: one sentence, the nearest right thing, the code, and never a traceback."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import run as run_here

from drivecli import cli
from drivecli.app import App
from drivecli.cli import COMMANDS, GROUPS

LEAVES = [name for name in COMMANDS if name not in GROUPS] + [
    f"{group} {name}" for group, table in GROUPS.items() for name in table
]
"""Every command, as it is typed."""


@pytest.fixture
def opened(drive_file, team, stores):
    """Twelve cases would be dear; one is enough, with a contact."""
    return stores.prepared(drive_file, one_contact)


def one_contact(drive_file) -> None:
    drive_file.open_case(manager="amina")
    drive_file("contact log 1 --mode phone --outcome held", ok=True)


# -- suggestions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wrong", "nearest"),
    [
        ("caselod", "caselod", "caseload"),
        ("contacts log 1", "contacts", "contact"),
        ("case opn", "opn", "open"),
        ("contact lgo 1", "lgo", "log"),
        ("caseload --overdu", "--overdu", "--overdue"),
        ("case open --fornam Kim", "--fornam", "--forename"),
        ("contact log 1 --mode phone --outcome hel", "hel", "held"),
        ("contact log 1 --mode in-persn --outcome held", "in-persn", "in_person"),
        ("caseload --area worthin", "worthin", "worthing"),
        ("case list --status opn", "opn", "open"),
        ("caseload --format jsn", "jsn", "json"),
        ("case correct 1 stages --to engaged --reason mistyped", "stages", "stage"),
        ("worker show amnia", "amnia", "amina"),
        ("case transfer 1 --to bne --reason leave", "bne", "ben"),
        ("case show 11", "WS-0011", "WS-0001"),
        ("help contct log", "contct", "contact"),
        ("help contact lgo", "lgo", "log"),
    ],
)
def test_what_is_mistyped_is_named_with_the_nearest_right_thing(opened, line: str, wrong: str, nearest: str) -> None:
    result = opened(line)

    assert result.code in (2, 4), str(result)
    assert result.out == ""
    assert wrong in result.err
    assert nearest in result.err


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("caselod", "drive --help"),
        ("contact lgo 1", "drive contact --help"),
        ("caseload --overdu", "drive caseload --help"),
        ("contact log 1 --mode fone --outcome held", "drive contact log --help"),
        ("case show 9", "drive case list   or: drive case find NAME"),
    ],
)
def test_the_last_line_says_what_to_type(opened, line: str, last: str) -> None:
    assert opened(line).err.splitlines()[-1] == last


# -- codes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "kind"),
    [
        ("caseload --overdu", 2, "not_understood"),
        ("caselod", 2, "not_understood"),
        ("case show forty", 2, "not_understood"),
        ("case show", 2, "not_understood"),
        ("case open --forename Kim", 2, "not_understood"),
        ("caseload extra", 2, "not_understood"),
        ("contact log 1 --mode phone --outcome held --on tomorrow", 3, "future"),
        ("contact log 1 --mode phone --outcome held --on 1/1/2026", 3, "before_opening"),
        ("case open --forename Robin --surname Exampleb", 3, "same_person"),
        ("case stage 1 step_down", 3, "stage"),
        ("case resume 1 --reason found", 3, "not_suspended"),
        ("case hold 1 --lift", 3, "no_hold"),
        ("unassign 1 --substance --reason done", 3, "not_assigned"),
        ("assign 1 --substance dana", 3, "wrong_role"),
        ("worker leave amina", 3, "holds_cases"),
        ("case show 9", 4, "not_found"),
        ("contact show 9", 4, "not_found"),
        ("worker show nobody", 4, "not_found"),
        ("drafts show 9", 4, "not_found"),
        ("practice check /nope.toml", 4, "not_found"),
    ],
)
def test_a_program_is_told_the_kind_in_an_object_on_stderr(opened, line: str, code: int, kind: str) -> None:
    plain, told = opened(line), opened(f"{line} --json")

    assert (plain.code, told.code, told.out) == (code, code, "")
    error = told.error
    assert list(error) == ["kind", "message", "next"]
    assert error["kind"] == kind
    assert plain.err.startswith(error["message"].splitlines()[0])


def test_the_object_on_stderr_is_a_line_of_its_own_when_words_were_given(opened) -> None:
    result = opened("contact log 1 --mode phone --outcome held --on tomorrow --note 'some words' --json")

    assert json.loads(result.err.splitlines()[0])["error"]["kind"] == "future"


def test_a_store_that_is_missing_is_told_to_a_program(drive_file, tmp_path) -> None:
    result = drive_file.another(tmp_path / "nothing")("caseload --json")

    assert result.code == 5
    assert result.error["kind"] == "no_store"
    assert result.error["next"].startswith("drive init")


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("contact log 1 --outcome held", "--mode"),
        ("approach 1 --state agreed", "--with"),
        ("case close 1", "--reason"),
        ("case transfer 1 --to ben", "--reason"),
        ("case hold 1 --by Fay --reason threat", "--until"),
        ("case open --forename Kim", "--surname"),
        ("worker add Kim --role police", "--username"),
        ("worker away amina --from today --to today", "--cover"),
        ("seen 1", "--until"),
        ("case extend 1 --months 1 --reason court", "--authorised-by"),
        ("practice apply /tmp", "--reason"),
    ],
)
def test_what_is_missing_is_named_where_nobody_can_be_asked(opened, line: str, flag: str) -> None:
    result = opened(line)

    assert result.code == 2
    assert result.err.startswith(f"Missing {flag}")


def test_no_sentence_calls_anything_invalid(opened) -> None:
    lines = [
        "contact show one",
        "caseload --limit many",
        "caseload --limit 0",
        "case list --status opn",
        "case show x",
        "caseload --format jsn",
        "case open --identifier x --forename Kim --surname Other",
        "case open --dob never --forename Kim --surname Other",
        "contact log 1 --mode phone --outcome held --minutes ten",
    ]

    said = {line: opened(line).err for line in lines}

    assert not [text for text in said.values() if "invalid" in text.lower()]


# -- no traceback ------------------------------------------------------------------------------------------------------

ODD = [
    "99999999999999999999",
    "999999999",
    "",
    " ",
    "0",
    "-1",
    "WS-",
    "WS-0",
    "x" * 3000,
    "\udcff",
    "\x1b[2J",
    "%s",
    "{}",
    "';--",
    "--",
    "-",
    "null",
    "١",
    "9999-12-31",
    "+9999w",
    "-9999w",
    "nan",
]


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("command", [each for each in LEAVES if each not in ("demo", "init", "upgrade")])
def test_no_odd_word_is_a_fault_of_ours(opened, command: str, every: int, tmp_path: Path, monkeypatch) -> None:
    """Each of the words with every command takes long; else each command gets a third of them, the next one others."""
    monkeypatch.chdir(tmp_path)  # a word may name a file that is then written
    faults = []
    for word in ODD[LEAVES.index(command) % every :: every]:
        for line in ([word], ["1", word]):
            result = run(opened, command, line)
            if result.code == 1 or "Traceback" in result.err:
                faults.append(result.line)

    assert not faults


def run(drive, command: str, words: list[str]):
    """A line that may end as it likes."""
    return run_here([*command.split(), *words], drive.environ())


@pytest.mark.parametrize(
    "option",
    [
        "caseload --limit",
        "caseload --due-within",
        "caseload --ending-within",
        "caseload --manager",
        "caseload --fields",
        "case list --manager",
        "case find",
        "case open --forename Kim --surname Other --window-months",
        "case open --forename Kim --surname Other --dob",
        "case open --forename Kim --surname Other --opened",
        "case open --forename Kim --surname Other --same-as",
        "case open --forename Kim --surname Other --external-ref",
        "case open --surname Other --forename",
        "case extend 1 --reason court --authorised-by sam --months",
        "case correct 1 stage --reason mistyped --to engaged --id",
        "case hold 1 --by Fay --reason threat --until",
        "contact log 1 --mode phone --outcome held --minutes",
        "contact log 1 --mode phone --outcome held --on",
        "contact log 1 --mode phone --outcome held --by",
        "contact log 1 --mode phone --outcome held --note-file",
        "contact list 1 --limit",
        "contact correct 1 --reason mistyped --minutes",
        "worker add Kim --username kim --role police --capacity",
        "worker away amina --cover ben --to tomorrow --from",
        "worker leave dana --on",
        "approach 1 --state agreed --with Fay --modes",
        "practice check",
        "practice apply --reason ours",
    ],
)
def test_no_odd_value_is_a_fault_of_ours(opened, option: str) -> None:
    faults = []
    for word in ODD:
        result = run(opened, option, [word])
        if result.code == 1 or "Traceback" in result.err:
            faults.append(result.line)

    assert not faults


def a_broken_query(monkeypatch: pytest.MonkeyPatch) -> None:
    from drivecli.queries import caseload

    def broken(*_, **__) -> None:
        raise ZeroDivisionError("secret words in an error")

    monkeypatch.setattr(caseload, "caseload", broken)


def test_a_fault_of_ours_is_told_in_a_sentence_without_what_was_in_it(opened, monkeypatch) -> None:
    a_broken_query(monkeypatch)

    result = opened("caseload", ok=False)

    assert (result.code, result.out) == (1, "")
    assert "Traceback" not in result.err
    assert "secret words" not in result.err
    assert "ZeroDivisionError" in result.err
    assert result.err.splitlines()[-1].startswith("Type the line again with --debug")


def test_debug_shows_where_it_happened(opened, monkeypatch) -> None:
    a_broken_query(monkeypatch)

    result = opened("caseload --debug", ok=False)

    assert result.code == 1
    assert "Traceback (most recent call last)" in result.err
    assert "ZeroDivisionError" in result.err


# -- interrupted -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_ends_with_130_in_one_line_and_nothing_half_written(opened) -> None:
    """The store is locked by somebody else, so the line waits."""
    lock = opened.db(write=True)
    lock.begin(write=True)
    line = opened.fork("approach 1 --state agreed --with Fay")
    told = line.stderr.readline() + line.stderr.readline()

    line.send_signal(signal.SIGINT)
    try:
        out, err = line.communicate()
    finally:
        lock.rollback()

    assert (line.returncode, out) == (130, "")
    assert told.endswith("Waiting for somebody else who is writing to finish ...\n")
    assert [each for each in err.splitlines() if each] == ["Stopped. Nothing was saved."]
    assert opened("case show 1 --json").json["approach"] is None


@pytest.mark.parametrize(
    ("line", "moment", "said"),
    [
        ("approach 1 --state agreed --with Fay", "_run", "Stopped. What you typed was saved."),
        ("case show 9", "_keep_words", "Stopped. Nothing was saved."),
    ],
)
def test_ctrl_c_when_a_line_is_over_or_is_told_why_it_failed_is_told_too(
    opened, monkeypatch, line: str, moment: str, said: str
) -> None:
    whole = getattr(cli, moment)

    def interrupted(*given):
        whole(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cli, moment, interrupted)
        result = opened(line)

    assert (result.code, result.err.splitlines()[-1]) == (130, said)


def test_ctrl_c_when_all_is_said_and_done_changes_nothing(opened, monkeypatch) -> None:
    heard, close = signal.getsignal(signal.SIGINT), App.close

    def interrupted(app):
        if app._db:
            signal.raise_signal(signal.SIGINT)
        close(app)

    try:
        with monkeypatch.context() as patch:
            patch.setattr(App, "close", interrupted)
            for name, value in opened.environ().items():
                patch.setenv(name, value)
            result = run_here(["approach", "1", "--state", "agreed", "--with", "Fay"], None)
    finally:
        signal.signal(signal.SIGINT, heard)

    assert (result.code, "Stopped" in result.err) == (0, False), str(result)


def test_the_module_runs_as_the_command_does(opened) -> None:
    line = [sys.executable, "-m", "drivecli", *shlex.split("case show 9")]

    done = subprocess.run(line, env=opened.environ(), capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout) == (4, "")


def test_what_a_server_refuses_among_many_questions_is_told_by_us_alone(drive_postgres, team) -> None:
    drive_postgres.open_case()
    drive_postgres.db(write=True).run("ALTER TABLE stage_change RENAME COLUMN stage TO gone")
    drive_postgres.close()

    said = {drive_postgres.forked("contact log 1 --mode phone --outcome held").err for _ in range(10)}

    assert said == {'The team\'s database refused: column "stage" does not exist.\ndrive doctor\n'}
