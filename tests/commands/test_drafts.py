"""Drafts: the words of a line that did not end well are kept in the store, or printed back; never written in clear."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import IO

import pytest
from screens import Screen
from sqlalchemy.engine.default import DefaultDialect

from commands.refusals import contents
from drivecli import cli
from drivecli.services import drafts as kept_words

WORDS = "it's a long “story”, told once"
KEPT = "Your words are kept as draft 1: drive drafts use 1 -- OPTIONS   (or show, drop)\n"


@pytest.fixture
def case(drive, team, stores):
    """A case of Amina's."""
    return stores.prepared(drive, with_case)


@pytest.fixture
def case_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_case)


def with_case(drive) -> None:
    drive.open_case(manager="amina")


def log(*more: str) -> list[str]:
    return ["contact", "log", "1", "--mode", "phone", "--outcome", "held", *more]


def drafts(drive, who: str | None = None) -> list[tuple[str, str]]:
    return [(row["line"], row["words"]) for row in drive("drafts --json", as_=who).json]


# -- what is kept ------------------------------------------------------------------------------------------------------

FAILING = {
    "an option there is none of": (log("--note", WORDS, "--colour", "red"), 2),
    "a code there is none of": (["contact", "log", "1", "--mode", "fone", "--outcome", "held", "--note", WORDS], 2),
    "something missing": (["contact", "log", "1", "--note", WORDS], 2),
    "a command there is none of": (["contact", "lgo", "1", "--note", WORDS], 2),
    "a rule": (log("--on", "tomorrow", "--note", WORDS), 3),
    "no such case": (["review", "99", "--note", WORDS], 4),
    "no such worker": (log("--by", "nobody", "--note", WORDS), 4),
    "written with =": (log("--on", "tomorrow", f"--note={WORDS}"), 3),
    "a reason in words": (["case", "extend", "1", "--months", "99", "--reason", WORDS, "--authorised-by", "sam"], 2),
    "a word for a number": (log("--minutes", "ten", "--note", WORDS), 2),
}


@pytest.mark.parametrize(("line", "code"), FAILING.values(), ids=FAILING)
def test_words_outlive_a_line_that_failed(case_file, line: list[str], code: int) -> None:
    result = case_file(line)

    assert result.code == code, str(result)
    assert result.err.endswith(KEPT)
    ((kept_line, words),) = drafts(case_file)
    assert words == WORDS
    assert "story" not in kept_line
    assert kept_line.split()[0] == line[0]


def test_words_of_an_auditor_who_may_not_write_are_theirs_to_keep(case) -> None:
    result = case(log("--note", WORDS), as_="hal")

    assert result.code == 3
    assert drafts(case, "hal") == [("contact log 1 --mode phone --outcome held --note - --on 2026-03-02", WORDS)]
    assert drafts(case, "sam") == []


def test_words_from_stdin_are_kept_whether_they_were_read_or_not(case) -> None:
    read = case(log("--note", "-", "--on", "tomorrow"), stdin=f"{WORDS}\n")
    unread = case(["contact", "log", "1", "--mode", "fone", "--outcome", "held", "--note", "-"], stdin="never read\n")

    assert (read.code, unread.code) == (3, 2)
    assert drafts(case) == [
        ("contact log 1 --mode fone --outcome held --note - --on 2026-03-02", "never read"),
        ("contact log 1 --mode phone --outcome held --note - --on 2026-03-03", WORDS),
    ]


def test_words_from_a_file_are_kept_when_a_rule_refused_them(case_file, tmp_path: Path) -> None:
    (tmp_path / "note").write_text(WORDS)

    case_file(log("--note-file", str(tmp_path / "note"), "--on", "tomorrow"))

    assert drafts(case_file) == [("contact log 1 --mode phone --outcome held --note - --on 2026-03-03", WORDS)]


def test_words_too_long_to_keep_in_one_place_are_not_lost_either(case_file) -> None:
    result = case_file(log("--note", "-"), stdin="a" * 200_001)

    assert result.code == 2
    assert "a" * 200_000 in result.err + str(drafts(case_file))


def test_a_note_and_a_reason_are_kept_each_in_its_place(case_file) -> None:
    case_file(log("--note", "the first words"), ok=True)
    line = ["contact", "correct", "1", "--on", "tomorrow", "--note", "other words", "--reason", "two words"]

    case_file(line)
    case_file(["drafts", "use", "1", "--", "--on", "today"], ok=True)

    corrected = case_file("contact show 2 --json").json
    assert (corrected["note"], corrected["reason"]) == ("other words", "two words")


@pytest.mark.parametrize(
    "line",
    [
        log("--on", "tomorrow"),
        ["case", "hold", "1", "--until", "+1w", "--reason", "threat"],
        ["case", "close", "1", "--reason", "nonsense"],
        ["case", "find"],
    ],
)
def test_a_line_without_words_leaves_no_draft(case_file, line: list[str]) -> None:
    result = case_file(line)

    assert result.code != 0
    assert "draft" not in result.err
    assert drafts(case_file) == []


def test_a_line_that_worked_leaves_no_draft(case_file) -> None:
    case_file(log("--note", WORDS), ok=True)

    assert drafts(case_file) == []


def test_a_line_that_did_what_it_was_told_leaves_no_draft_whatever_field_was_asked_for(case_file) -> None:
    case_file(log("--note", WORDS, "--fields", "nope"))

    logged = len(case_file("contact list 1 --json").json)
    assert logged + len(drafts(case_file)) == 1


def test_phone_and_address_are_not_kept_with_the_line(case_file) -> None:
    line = ["case", "edit", "1", "--phone", "07700900123", "--address", "1 High Street", "--area", "nowhere"]

    case_file([*line, "--reason", "moved last week"])

    shown = case_file("drafts").out + case_file("drafts --json").out + case_file("drafts show 1").out
    assert "moved last week" in shown
    assert "07700900123" not in shown
    assert "High Street" not in shown


def test_a_draft_is_no_event_and_no_fact(case) -> None:
    before = contents(case)

    case(log("--note", WORDS, "--on", "tomorrow"))

    assert contents(case) == before


# -- interrupted -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_words_outlive_an_interruption(case_file) -> None:
    """The store is locked by somebody else, so the line waits with its words in hand."""
    lock = case_file.db(write=True)
    lock.begin(write=True)
    line = case_file.fork(log("--note", WORDS))
    while "Waiting" not in (said := line.stderr.readline()):
        assert said, "it ended before it had to wait"

    line.send_signal(signal.SIGINT)
    time.sleep(0.5)
    lock.rollback()
    out, err = line.communicate()

    assert (line.returncode, out) == (130, ""), err
    assert "Stopped. Nothing was saved.\n" in err
    assert err.endswith(KEPT)
    assert "Traceback" not in err
    assert drafts(case_file) == [("contact log 1 --mode phone --outcome held --note - --on 2026-03-02", WORDS)]
    assert case_file("contact list 1 --json").json == []


def test_words_outlive_ctrl_c_in_each_statement_of_a_line(case, monkeypatch) -> None:
    """SQLAlchemy closes a connection on which it is interrupted: the words are kept on another."""
    execute, codes = DefaultDialect.do_execute, []
    while 0 not in codes:
        left = len(codes)

        def interrupted_at_last(*given):
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            execute(*given)

        with monkeypatch.context() as patch:
            patch.setattr(DefaultDialect, "do_execute", interrupted_at_last)
            result = case(log("--note", WORDS))
        codes.append(result.code)
        assert result.code == 0 or "Stopped. Nothing was saved.\nYour words are kept" in result.err, str(result)

    assert set(codes[:-1]) == {130}
    assert [words for _, words in drafts(case)] == [WORDS] * (len(codes) - 1)
    assert len(case("contact list 1 --json").json) == 1


def test_words_outlive_a_second_ctrl_c_while_they_are_kept(case_file, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(kept_words, "keep", interrupted)
        result = case_file(log("--note", WORDS, "--on", "tomorrow"))

    assert result.code == 3
    assert result.err.endswith(f"Your words could not be kept. Here they are:\n{WORDS}\n")


def interrupted(*given, **how) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("moment", ["_peek", "_from_click", "_keep_words"])
def test_words_outlive_ctrl_c_while_a_line_that_failed_is_answered(case_file, monkeypatch, moment: str) -> None:
    whole = getattr(cli, moment)

    def interrupted_before(*given):
        signal.raise_signal(signal.SIGINT)
        return whole(*given)

    with monkeypatch.context() as patch:
        patch.setattr(cli, moment, interrupted_before)
        result = case_file(log("--note", WORDS, "--colour", "red"))

    assert result.code == 2
    assert result.err.endswith(KEPT)
    assert [words for _, words in drafts(case_file)] == [WORDS]


def unread(pipe: IO[str]) -> bool:
    """Whether something written into a pipe was not read yet."""
    import fcntl
    import termios

    return fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)) != bytes(4)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_words_half_read_from_a_pipe_outlive_an_interruption(case_file) -> None:
    line = case_file.fork(log("--note", "-"))
    line.stdin.write("the first line\n")
    line.stdin.flush()
    while unread(line.stdin):
        assert line.poll() is None, "it ended before it had read"
        time.sleep(0.05)

    line.send_signal(signal.SIGINT)
    with line:
        out, err, code = line.stdout.read(), line.stderr.read(), line.wait()

    assert (code, out) == (130, ""), err
    assert "Traceback" not in err
    assert [words for _, words in drafts(case_file)] == ["the first line"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("times", [1, 3])
def test_words_typed_at_the_terminal_outlive_ctrl_c(case_file, times: int) -> None:
    screen = Screen(case_file, log("--note", "-"))
    screen.answer(("Write your words", "the first line\n"))
    time.sleep(1)
    for _ in range(times):
        screen.child.send("\x03")
        time.sleep(0.005)

    assert screen.end() == 130, screen.text
    assert [words for _, words in drafts(case_file)] == ["the first line"]


def test_a_line_whose_words_are_in_a_file_never_waits_for_stdin(case_file) -> None:
    with case_file.fork("contact log 1 --mode fone --outcome held --note-file /nope") as line:
        code = line.wait()  # while its stdin is open

    assert code == 2


# -- where the store will not open -------------------------------------------------------------------------------------


def test_words_are_printed_back_where_there_is_no_store_and_written_nowhere(drive_file, tmp_path: Path) -> None:
    home = tmp_path / "nothing"

    result = drive_file.another(home)(log("--note", WORDS, "--on", "today"))

    assert (result.code, result.out) == (5, "")
    assert result.err.endswith(f"Your words could not be kept. Here they are:\n{WORDS}\n")
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_kept_words_cannot_be_read_in_any_file(case_file) -> None:
    case_file(log("--note", "canary-words-7f", "--on", "tomorrow"))
    case_file.close()

    files = [path for path in case_file.home.rglob("*") if path.is_file()]

    assert files
    assert not [path for path in files if b"canary-words-7f" in path.read_bytes()]


# -- list, show, use, drop ---------------------------------------------------------------------------------------------


@pytest.fixture
def kept(case, stores):
    """Two drafts of Sam's."""
    return stores.prepared(case, with_drafts)


def with_drafts(case) -> None:
    case(log("--note", "the first words", "--on", "tomorrow"))
    case(log("--note", "one\n\ntwo", "--on", "tomorrow"))


def test_drafts_are_listed_newest_first(kept) -> None:
    result = kept("drafts")

    assert result.code == 0
    assert [line.split()[0] for line in result.out.splitlines()] == ["Draft", "2", "1"]
    assert result.err == "Type one again with its words: drive drafts use 2\n"
    assert result.out == kept("drafts list").out


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ([], "2026-03-02"),
        (["--on", "yesterday"], "2026-03-01"),
        (["--on=-3d"], "2026-02-27"),
        (["--on", "Friday"], "2026-02-27"),
    ],
    ids=str,
)
def test_a_draft_that_is_used_on_a_later_day_means_the_day_it_was_typed(case_file, said: list[str], meant: str) -> None:
    case_file.open_case(manager="amina", opened="2026-02-02")
    case_file(["contact", "log", "2", "--mode", "fone", "--outcome", "held", "--note", "rang", *said], ok=False)

    case_file("drafts use 1 -- --mode phone", today="2026-03-06", ok=True)

    assert [row["on"] for row in case_file("contact list 2 --json").json] == [meant]


def test_a_draft_is_shown_whole(kept) -> None:
    result = kept("drafts show 2")

    assert result.out == "drive contact log 1 --mode phone --outcome held --note - --on 2026-03-03\n\none\n\ntwo\n"
    assert kept("drafts show 2 --json").json["words"] == "one\n\ntwo"


def test_using_a_draft_types_the_line_again_with_its_words_and_drops_it(kept) -> None:
    result = kept("drafts use 2 -- --on today --minutes 5")

    assert result.code == 0
    assert result.out == "Logged phone, held, on WS-0001 for Mon 2 Mar 2026.\n"
    logged = kept("contact show 1 --json").json
    assert (logged["note"], logged["minutes"]) == ("one\n\ntwo", 5)
    assert [words for _, words in drafts(kept)] == ["the first words"]


def test_a_draft_that_fails_again_stays_as_it_is(kept) -> None:
    before = drafts(kept)

    again = kept("drafts use 2")
    unknown = kept("drafts use 2 -- --colour red")

    assert (again.code, unknown.code) == (3, 2)
    assert drafts(kept) == before


def test_words_with_a_page_break_come_back_whole(case_file) -> None:
    case_file(log("--note", "page one\x0cpage two", "--on", "tomorrow"))

    case_file("drafts use 1 -- --on today", ok=True)

    note = case_file("contact show 1 --json").json["note"]
    assert "page one" in note
    assert "page two" in note


def test_a_draft_can_be_thrown_away(kept) -> None:
    result = kept("drafts drop 2")

    assert (result.code, result.out) == (0, "Threw away draft 2.\n")
    assert [words for _, words in drafts(kept)] == ["the first words"]
    assert kept("drafts drop 1 --quiet").out == "1\n"
    assert kept("drafts").err == "No drafts. The words of a line that fails are kept here.\n"


@pytest.mark.parametrize("line", ["drafts show 9", "drafts use 9", "drafts drop 9"])
def test_a_draft_that_is_not_there(kept, line: str) -> None:
    result = kept(line)

    assert (result.code, result.out) == (4, "")
    assert result.err == "You have no draft 9.\ndrive drafts list\n"


@pytest.mark.parametrize("line", ["drafts show 1", "drafts use 1", "drafts drop 1"])
def test_nobody_reaches_the_drafts_of_another(case_file, line: str) -> None:
    case_file(log("--note", WORDS, "--on", "tomorrow"), as_="amina")

    assert case_file(line, as_="ben").code == 4
    assert case_file("drafts --json", as_="ben").json == []
    assert drafts(case_file, "amina")[0][1] == WORDS
