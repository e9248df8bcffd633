"""The words in a typed line: parted from it, kept, and put back in their places."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.domain.lines import (
    ELSEWHERE,
    STDIN,
    as_typed,
    join_line,
    said_last,
    split_words,
    with_words,
    without_words,
)

fixed = settings(derandomize=True, max_examples=300, deadline=None)

LOG = ["contact", "log", "42", "--mode", "phone"]


@pytest.mark.parametrize(
    ("argv", "line", "words"),
    [
        ([*LOG, "--note", "rang twice"], [*LOG, "--note", "-"], ["rang twice"]),
        ([*LOG, "--note", "rang"], [*LOG, "--note", "-"], ["rang"]),
        ([*LOG, "--note=rang twice"], [*LOG, "--note", "-"], ["rang twice"]),
        ([*LOG, "--note=a=b"], [*LOG, "--note", "-"], ["a=b"]),
        ([*LOG, "--note", "-was not in"], [*LOG, "--note", "-"], ["-was not in"]),
        ([*LOG, "--note", "--note"], [*LOG, "--note", "-"], ["--note"]),
        ([*LOG, "--note", "--edit"], [*LOG, "--note", "-"], ["--edit"]),
        ([*LOG, "--note", "@home"], [*LOG, "--note", "-"], ["@home"]),
        ([*LOG, "--note", "-"], [*LOG, "--note", "-"], [STDIN]),
        ([*LOG, "--note=-"], [*LOG, "--note", "-"], [STDIN]),
        ([*LOG, "--note-file", "a b.txt"], [*LOG, "--note", "-"], [ELSEWHERE]),
        ([*LOG, "--note-file=a.txt"], [*LOG, "--note", "-"], [ELSEWHERE]),
        ([*LOG, "--edit", "--on", "today"], [*LOG, "--note", "-", "--on", "today"], [ELSEWHERE]),
        ([*LOG, "--note", "", "--on", "today"], [*LOG, "--note", "-", "--on", "today"], [""]),
        (["case", "hold", "42", "--reason", "threat"], ["case", "hold", "42", "--reason", "threat"], []),
        (["case", "hold", "42", "--reason=threat"], ["case", "hold", "42", "--reason", "threat"], []),
        (["case", "edit", "42", "--reason", "told by phone"], ["case", "edit", "42", "--reason", "-"],
         ["told by phone"]),
        (["case", "edit", "42", "--reason=told by phone"], ["case", "edit", "42", "--reason", "-"], ["told by phone"]),
        (["contact", "correct", "9", "--note", "was held", "--reason", "wrong outcome"],
         ["contact", "correct", "9", "--note", "-", "--reason", "-"], ["was held", "wrong outcome"]),
        (["contact", "correct", "9", "--note", "-", "--reason", "wrong outcome"],
         ["contact", "correct", "9", "--note", "-", "--reason", "-"], [STDIN, "wrong outcome"]),
        ([*LOG, "--note"], [*LOG, "--note"], []),
        ([*LOG, "--reason"], [*LOG, "--reason"], []),
        ([*LOG, "--with", "a b"], [*LOG, "--with", "a b"], []),
        (["case", "edit", "42", "--phone", "07700 900123", "--address=1 Low St"],
         ["case", "edit", "42", "--phone", "-", "--address", "-"], []),
        (["case", "edit", "42", "--phone", "-", "--note", "new number"],
         ["case", "edit", "42", "--phone", "-", "--note", "-"], ["new number"]),
        (["case", "edit", "42", "--phone"], ["case", "edit", "42", "--phone"], []),
        ([], [], []),
    ],
    ids=["note", "note of one word", "note=", "note= with an equals sign", "note begins with a hyphen",
         "note is an option's name", "note is a flag's name", "note begins with an at sign", "note from stdin",
         "note= from stdin", "note from a file", "note-file=", "note from an editor", "empty note",
         "reason of one word", "reason= of one word", "reason of several words", "reason= of several words",
         "note and reason", "note from stdin and reason", "note without a value", "reason without a value",
         "another option", "phone and address", "phone from stdin", "phone without a value",
         "nothing typed"],
)  # fmt: skip
def test_words_are_parted_from_the_line(argv: list[str], line: list[str], words: list[str | None]) -> None:
    assert split_words(argv) == (line, words)


def test_the_line_that_was_typed_is_not_changed() -> None:
    typed = [*LOG, "--note", "rang twice"]

    split_words(typed)

    assert typed == [*LOG, "--note", "rang twice"]


def test_a_kept_line_can_be_typed_again() -> None:
    assert join_line(["case", "find", "O'Neill", "--note", "-"]) == "case find 'O'\"'\"'Neill' --note -"


@pytest.mark.parametrize(
    ("line", "words", "argv"),
    [
        ("contact log 42 --note -", ["rang twice"], ["contact", "log", "42", "--note", "rang twice"]),
        ("contact log 42 --note -", ["-was not in"], ["contact", "log", "42", "--note", "-was not in"]),
        ("contact log 42 --note - --reason -", ["one", "two words"],
         ["contact", "log", "42", "--note", "one", "--reason", "two words"]),
        ("case hold 42 --reason threat --note -", ["told by phone"],
         ["case", "hold", "42", "--reason", "threat", "--note", "told by phone"]),
        ("case hold 42 --reason threat", [], ["case", "hold", "42", "--reason", "threat"]),
        ("case open --phone - --note -", ["told"], ["case", "open", "--phone", "-", "--note", "told"]),
        ("contact correct 9 --note - --reason -", ["only one"],
         ["contact", "correct", "9", "--note", "only one", "--reason", "-"]),
    ],
    ids=["one", "begins with a hyphen", "two in order", "after a reason of one word", "none",
         "a hyphen that is not for words", "too few"],
)  # fmt: skip
def test_kept_words_go_back_where_they_stood(line: str, words: list[str], argv: list[str]) -> None:
    assert with_words(line, words) == argv


def test_a_note_of_several_lines_comes_back_whole() -> None:
    note = "Rang at ten.\n\n- no answer\n@ the flat: “not in”"
    line, words = split_words([*LOG, "--note", note])

    assert with_words(join_line(line), [each or "" for each in words]) == [*LOG, "--note", note]


def test_a_note_with_a_form_feed_comes_back_whole() -> None:
    line, words = split_words([*LOG, "--note", "page one\fpage two"])

    assert with_words(join_line(line), [each or "" for each in words]) == [
        *LOG,
        "--note",
        "page one\fpage two",
    ]


def test_a_reason_that_is_a_hyphen_keeps_its_place() -> None:
    typed = ["contact", "correct", "9", "--reason", "-", "--note", "was held"]
    line, words = split_words(typed)

    assert with_words(join_line(line), [each or "" for each in words]) == typed


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
OURS = ("--note", "--note-file", "--edit", "--reason", "--phone", "--address")
plain = texts.filter(lambda text: text.partition("=")[0] not in OURS and text != "-")


@fixed
@given(
    before=st.lists(plain, max_size=3),
    note=texts.filter(lambda text: text != "-"),
    after=st.lists(plain, max_size=3),
    reason=texts.filter(lambda text: text != "-"),
)
def test_a_line_and_its_words_make_the_typed_line_again(
    before: list[str], note: str, after: list[str], reason: str
) -> None:
    typed = [*before, "--note", note, *after, "--reason", reason]

    line, words = split_words(typed)

    assert with_words(join_line(line), [each or "" for each in words]) == typed
    assert note in words


# -- the line for next time --------------------------------------------------------------------------------------------

INSTEAD = {"--note": "-", "--with": "WITH", "--phone": "-"}


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        ([*LOG, "--note", "rang twice"], [*LOG, "--note", "-"]),
        ([*LOG, "--note=-was not in"], [*LOG, "--note", "-"]),
        ([*LOG, "--with", "--note", "--on", "today"], [*LOG, "--with", "WITH", "--on", "today"]),
        ([*LOG, "--phone", "07700900123"], [*LOG, "--phone", "-"]),
        ([*LOG, "--note"], [*LOG, "--note", "-"]),
        (LOG, LOG),
    ],
    ids=["note", "note=", "words that are an option's name", "phone", "without a value", "no words"],
)
def test_words_are_taken_out_of_the_line_for_next_time(argv: list[str], shown: list[str]) -> None:
    assert without_words(argv, INSTEAD) == shown


def test_what_is_said_anew_further_on_stands_once() -> None:
    line = ["1", "--on", "tomorrow", "--alias", "a", "--on=today", "--quiet", "--alias", "b", "--on", "-2d"]

    assert said_last(line, {"--on"}) == ["1", "--alias", "a", "--quiet", "--alias", "b", "--on", "-2d"]
    assert said_last(["--with", "--on", "--on", "today"], {"--on", "--with"}) == ["--with", "--on", "--on", "today"]


@fixed
@given(words=texts, after=st.lists(plain, max_size=3))
def test_no_words_are_on_the_line_for_next_time(words: str, after: list[str]) -> None:
    rest = [each for each in after if each.partition("=")[0] not in INSTEAD]

    assert without_words(["--with", words, *rest], INSTEAD) == ["--with", "WITH", *rest]


@fixed
@given(st.lists(texts, max_size=4))
def test_a_line_for_a_posix_shell_is_read_as_it_was(argv: list[str]) -> None:
    assert shlex.split(as_typed(argv, windows=False)) == argv


@pytest.mark.parametrize(
    ("each", "typed"),
    [
        ("WS-0042", "WS-0042"),
        ("--with", "--with"),
        ("-", "-"),
        ("2026-03-02", "2026-03-02"),
        ("victim's adviser", "'victim''s adviser'"),
        ("$HOME", "'$HOME'"),
        ("@home", "'@home'"),
        ("a,b", "'a,b'"),
        ("-2d", "'-2d'"),
        ("--on=-1.5", "'--on=-1.5'"),
        ("", "''"),
        ("a\nb", "'a\nb'"),
    ],
)
def test_a_line_for_powershell_doubles_its_quotes(each: str, typed: str) -> None:
    assert as_typed(["drive", each], windows=True) == f"drive {typed}"
