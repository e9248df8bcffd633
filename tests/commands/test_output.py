"""Every form of an answer, on every stream: nothing is cut, nothing dies of a letter, no text controls a terminal."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import pytest
from screens import Screen

NAME = "Łukasz Zoë [bold]"
SURNAME = "O’Neill [/nope]"

LISTS = [
    "caseload",
    "case list",
    "case find o",
    "case timeline 1",
    "contact list 1",
    "today",
    "why 1",
    "workload",
    "worker list",
    "agency list",
    "drafts",
    "practice show",
    "doctor",
]
THINGS = ["case show 1", "contact show 1", "worker show amina", "whoami", "drafts show 1"]

needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


@pytest.fixture
def told(drive_file, team, stores):
    """An overdue case with a contact, an agency and a draft; its person has a name that is hard to print."""
    return stores.prepared(drive_file, tell)


def tell(drive_file) -> None:
    drive_file(
        ["case", "open", "--forename", NAME, "--surname", SURNAME, "--manager", "amina", "--opened", "2/2/2026"],
        ok=True,
    )
    drive_file("case hold 1 --until 9/3/2026 --by Fay --reason threat", ok=True)
    drive_file("contact log 1 --mode phone --outcome not_in --note 'a | b'", ok=True)
    drive_file("agency add 'Change Works'", ok=True)
    drive_file("contact log 1 --mode phone --outcome held --on tomorrow --note 'kept words'")


# -- forms -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", LISTS)
def test_a_list_is_a_bare_array_in_json_and_an_object_a_line_in_jsonl(told, line: str) -> None:
    whole, lines = told(f"{line} --json"), told(f"{line} --format jsonl")

    assert isinstance(whole.json, list)
    assert whole.json
    assert [json.loads(each) for each in lines.out.splitlines()] == whole.json
    assert whole.out.isascii()


@pytest.mark.parametrize("line", THINGS)
def test_one_thing_is_an_object(told, line: str) -> None:
    whole, one_line = told(f"{line} --json"), told(f"{line} --format jsonl")

    assert isinstance(whole.json, dict)
    assert one_line.json == whole.json
    assert whole.out.isascii()


@pytest.mark.parametrize("line", [*LISTS, *THINGS])
def test_csv_has_the_fields_of_json_and_a_line_for_each_row(told, line: str) -> None:
    rows = told(f"{line} --json").json
    rows = rows if isinstance(rows, list) else [rows]

    read = list(csv.DictReader(io.StringIO(told(f"{line} --format csv").out)))

    assert [list(row) for row in read] == [list(row) for row in rows]
    for from_csv, from_json in zip(read, rows, strict=True):
        for name, value in from_json.items():
            assert from_csv[name] == in_csv(value), name


def in_csv(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, (list, dict)) else str(value)


@pytest.mark.parametrize("line", LISTS)
def test_markdown_is_a_table_of_github(told, line: str) -> None:
    lines = told(f"{line} --format markdown", ok=True).out.splitlines()

    assert len(lines) > 2
    assert re.fullmatch(r"\|(-+\|)+", lines[1])
    assert len({len(re.sub(r"\\\|", "", each).split("|")) for each in lines}) == 1


@pytest.mark.parametrize("line", ["caseload", "case list", "contact list 1", "worker list", "practice show"])
def test_plain_is_a_line_for_each_row_in_aligned_columns_uncut(told, line: str) -> None:
    rows = told(f"{line} --json").json

    lines = told(f"{line} --format plain", env={"COLUMNS": "20"}).out.splitlines()

    assert len(lines) == len(rows) + 1
    assert "…" not in "".join(lines)
    assert not [each for each in lines if each != each.rstrip()]


def test_piped_is_plain(told) -> None:
    for line in LISTS:
        assert told(line).out == told(f"{line} --format plain").out


def test_dates_in_json_are_iso_and_codes_are_slugs(told) -> None:
    row = told("caseload --json").json[0]

    assert (row["opened_on"], row["hold"], row["stage"]) == ("2026-02-02", "2026-03-09", "information_gathering")


@pytest.mark.parametrize(
    "line",
    [
        "--json caseload --fields ref,overdue",
        "caseload --json --fields ref,overdue",
        "--fields ref,overdue caseload --json",
        "--format json --fields ref,overdue caseload",
        "caseload --format json --fields ref,overdue",
        "--quiet caseload --json --fields 'ref, overdue'",
        "-q -v caseload --json --fields ref,overdue",
        "case --json --fields ref,overdue list",
    ],
)
def test_the_options_of_everywhere_work_before_and_after_the_command(told, line: str) -> None:
    result = told(line)

    assert (result.code, result.out) == (0, '[{"ref": "WS-0001", "overdue": true}]\n')


def test_chosen_fields_choose_in_every_form(told) -> None:
    forms = {
        "json": '[{"tier": "not_assessed", "ref": "WS-0001"}]\n',
        "jsonl": '{"tier": "not_assessed", "ref": "WS-0001"}\n',
        "csv": "tier,ref\nnot_assessed,WS-0001\n",
        "plain": "Tier          Ref\nnot assessed  WS-0001\n",
        "markdown": "| Tier         | Ref     |\n|--------------|---------|\n| not assessed | WS-0001 |\n",
    }

    assert {form: told(f"caseload --format {form} --fields tier,ref").out for form in forms} == forms


@pytest.mark.parametrize("line", [*LISTS, *THINGS])
@pytest.mark.parametrize("form", ["json", "csv", "plain"])
def test_an_unknown_field_lists_those_there_are(told, line: str, form: str) -> None:
    known = told(f"{line} --json").json
    known = list(known[0] if isinstance(known, list) else known)

    result = told(f"{line} --format {form} --fields {known[0]},nope")

    assert (result.code, result.out) == (2, "")
    assert f"There is no field “nope” here. Fields: {', '.join(known)}." in json_or_text(result)


def json_or_text(result) -> str:
    return result.error["message"] if result.err.startswith("{") else result.err


def test_an_unknown_field_of_an_empty_list_is_unknown_too(drive_file) -> None:
    assert drive_file("caseload --fields nope").code == 2


@pytest.mark.parametrize(
    ("line", "ref"),
    [
        ("case open --forename Kim --surname Other", "WS-0002"),
        ("approach 1 --state never --with Fay", "WS-0001"),
        ("assign 1 --substance carl", "WS-0001"),
        ("review 1", "WS-0001"),
        ("contact log 1 --mode phone --outcome held", "WS-0001"),
        ("worker add Kim --username kim --role police", "kim"),
        ("drafts drop 1", "1"),
    ],
)
def test_quiet_prints_the_ref_alone(told, line: str, ref: str) -> None:
    result = told(f"{line} --quiet")

    assert (result.code, result.out, result.err) == (0, f"{ref}\n", "")


def test_verbose_never_changes_what_was_asked_for(told) -> None:
    for line in ("caseload", "case show 1", "caseload --json"):
        assert told(f"{line} --verbose").out == told(line).out


# -- streams that cannot show everything -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii"])
def test_no_line_dies_of_a_letter_that_the_stream_cannot_show(told, encoding: str) -> None:
    program = (
        "import sys; from drivecli.cli import main\n"
        "codes = [main(line.split()) for line in sys.argv[1:]]\n"
        "sys.exit(max(codes))"
    )
    lines = [
        *LISTS,
        *THINGS,
        "caseload --format table",
        "caseload --format markdown",
        "caseload --json",
        "case list --format csv",
    ]
    env = told.environ({"PYTHONIOENCODING": encoding})

    done = subprocess.run([sys.executable, "-c", program, *lines], env=env, capture_output=True, timeout=120)

    assert done.returncode == 0, done.stderr.decode(encoding)
    assert b"WS-0001" in done.stdout


def test_a_note_in_letters_that_stdin_cannot_read_is_no_fault_of_ours(told) -> None:
    line = [
        sys.executable,
        "-m",
        "drivecli",
        "contact",
        "log",
        "1",
        "--mode",
        "phone",
        "--outcome",
        "held",
        "--note",
        "-",
    ]
    env = told.environ({"PYTHONIOENCODING": "ascii"})

    done = subprocess.run(line, env=env, input="Zoë".encode(), capture_output=True, timeout=60)

    assert done.returncode in (0, 2), done.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("line", ["practice show", "caseload --json", "--help", "case show 1"])
def test_a_closed_pipe_ends_quietly(told, line: str) -> None:
    read, write = os.pipe()
    os.close(read)
    started = told.start(line, stdout=write)
    os.close(write)

    _, err = started.communicate(timeout=60)

    noticed = [each for each in err.splitlines() if not each.startswith("DRIVE_TODAY") and "open case" not in each]
    assert (started.returncode, [each for each in noticed if not each.startswith("Window:")]) == (0, [])


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_write_whose_answer_could_not_be_shown_does_not_say_that_nothing_was_saved(told) -> None:
    with open("/dev/full", "w") as full:
        started = told.start("case open --forename Kim --surname Other", stdout=full)
        _, err = started.communicate(timeout=60)

    assert told("case find kim --json").json
    assert "Nothing was saved" not in err


# -- text that would control the terminal ------------------------------------------------------------------------------

ESCAPES = {
    "colours and titles": "\x1b[31mred \x1b]0;owned\x07 \x9b31m",
    "directions": "\u202eevil \u2066evil\u2069 a\u200bb",
    "separators": "one\u2028two a\tb good\revil",
    "feeds": "one\x0btwo one\x0ctwo one\x85two a\x7fb",
    "markup": "[bold]x[/bold][/nope][link=file:///x]y[/link] :smile:",
}
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069]")


FORMS = ("table", "markdown")


def test_no_text_can_control_the_terminal(drive_file, team) -> None:
    said = [each for number, text in enumerate(ESCAPES.values(), 1) for each in tell_odd_text(drive_file, number, text)]
    of_one = [line for line in LISTS if line.endswith("1")]
    of_all = [line for line in LISTS if line not in of_one]
    for number in map(str, range(1, len(ESCAPES) + 1)):
        lines = [line.replace("1", number) for line in (*of_one, *THINGS, "worker show odd1")]
        said += [drive_file(line, as_=f"odd{number}") for line in (*lines, "today", "drafts")]
        said += [drive_file(f"{line} --format {form}") for line in lines[: len(of_one)] for form in FORMS]
    said += [drive_file(line, as_="odd1") for line in of_all]
    said += [drive_file(f"{line} --format {form}") for line in of_all for form in FORMS]

    shown = [str(result) for result in said if CONTROLS.search(result.out.replace("\r\n", "\n") + result.err)]

    assert not shown, "\n".join(shown)


def tell_odd_text(say, number: int, text: str) -> list[Any]:
    """All that can be told of case `number` in words of one's own, and what is answered to it."""
    case, odd, letter = str(number), f"odd{number}", "abcdefghijklmnopq"[number]
    name, alias = ["--forename", f"A{text}", "--surname", f"B{letter}{text}"], ["--alias", f"{letter}{text}"]
    opened = ["case", "open", *name, *alias, "--address", text]
    said = [say([*opened, "--phone", text, "--ethnicity", text, "--external-ref", text, "--manager", "amina"], ok=True)]
    said.append(say(["worker", "add", f"W{text}", "--username", odd, "--role", "case_manager"], ok=True))
    said.append(say(["agency", "add", text, "--kind", text], ok=True))
    said.append(say(["approach", case, "--state", "agreed", "--with", text], ok=True))
    said.append(say(["case", "hold", case, "--until", "+1w", "--by", text, "--reason", "threat"], ok=True))
    log = ["contact", "log", case, "--mode", "phone", "--outcome", "held", "--with", text, "--note", f"{text} words"]
    said += [say(log, ok=True), say([*log, "--on", "tomorrow"])]
    said.append(say(["case", "extend", case, "--months", "1", "--reason", text, "--authorised-by", "sam"], ok=True))
    said.append(say(["case", "transfer", case, "--to", odd, "--reason", f"{text} two"], ok=True))
    said += [say(opened), say([*opened, "--same-as", case]), say(["case", "find", f"x{text}"])]
    said.append(say(["--fields", "name", "case", "show", case], as_=odd))
    return [*said, say(["agency", "add", f"{text}2", "--quiet"])]


def test_text_cannot_forge_a_line_of_an_error(drive_file) -> None:
    drive_file(["case", "open", "--forename", "A\x0bforged line", "--surname", "B"], ok=True)

    result = drive_file(["case", "open", "--forename", "A\x0bforged line", "--surname", "B"])

    assert "forged line" not in [line[:11] for line in result.err.splitlines()]
    assert len(result.err.splitlines()) == 2


# -- colour ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "env", "colored"),
    [
        ("case show 1", {}, False),
        ("case show 1 --color always", {}, True),
        ("--color always case show 1", {"NO_COLOR": "1"}, True),
        ("case show 1 --color never", {"CLICOLOR_FORCE": "1"}, False),
        ("case show 1", {"CLICOLOR_FORCE": "1"}, True),
        ("case show 1", {"FORCE_COLOR": "1"}, True),
        ("case show 1", {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ("case show 1", {"CLICOLOR_FORCE": "1", "NO_COLOR": ""}, True),
        ("case show 1", {"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, False),
        ("case show 1", {"CLICOLOR_FORCE": "0"}, False),
        ("caseload --format table", {"CLICOLOR_FORCE": "1"}, True),
        ("caseload --format table", {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ("caseload --json", {"CLICOLOR_FORCE": "1"}, False),
        ("caseload --format csv --color always", {}, False),
        ("caseload --format plain", {"CLICOLOR_FORCE": "1"}, False),
        ("--help", {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_one_decision_on_colour(told, line: str, env: dict[str, str], colored: bool) -> None:
    result = told(line, env=env)

    assert result.code == 0
    assert ("\x1b[" in result.out) == colored


def test_colour_carries_no_fact(told) -> None:
    for line in ("caseload --format table", "case show 1", "today", "why 1"):
        plain, colored = (told(f"{line} {more}", as_="amina") for more in ("", "--color always"))
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored.out).split() == plain.out.split()
        assert re.sub(r"\x1b\[[0-9;]*m", "", colored.out).count("OVERDUE") == plain.out.count("OVERDUE") > 0


# -- terminals ---------------------------------------------------------------------------------------------------------


def on_terminal(drive, line: str, columns: int, **env: str | None) -> tuple[int, list[str]]:
    """The code and the lines of a line typed on a terminal of so many columns."""
    screen = Screen(drive, line, columns=columns, COLUMNS=None, LINES=None, **{"TERM": "xterm", **env})
    return screen.end(), [each.rstrip() for each in screen.text.splitlines()]


NEVER_CUT = ["WS-0001", f"{NAME} {SURNAME}", "Wed 4 Feb 2026", "Mon 9 Mar 2026", "OVERDUE", "26 days"]
"""Ref, person, due day and state of the case: each on one line, however narrow."""


@needs_terminal
@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
def test_ref_person_due_day_and_state_are_never_cut(told, columns: int) -> None:
    code, lines = on_terminal(told, "caseload", columns)

    assert code == 0
    screen = "\n".join(lines)
    assert not [part for part in NEVER_CUT if part not in screen], screen
    assert "…" not in screen
    if "Ref: WS-0001" not in lines:
        assert widest(each for each in lines if not each.startswith("DRIVE_TODAY")) <= columns, screen


@needs_terminal
@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("line", ["today", "case show 1", "why 1", "contact list 1", "case timeline 1", "doctor"])
def test_a_narrow_screen_says_every_word_that_a_wide_one_does(told, line: str, columns: int) -> None:
    code, lines = on_terminal(told, line, columns, DRIVE_WORKER="amina")

    said = told(line, as_="amina")
    is_list = line in ("contact list 1", "case timeline 1", "doctor")
    rows = said.out.split("\n", 1)[1] if is_list else said.out  # a block says no heading of an empty cell
    wanted = {word for word in rows.split() if word.isalnum()}
    assert code == 0
    assert wanted <= set(re.split(r"\W+", " ".join(lines))), "\n".join(lines)
    assert not [each for each in lines if each.startswith(": ")]


def widest(lines: Iterable[str]) -> int:
    from wcwidth import wcswidth

    return max(wcswidth(line) for line in lines)


@needs_terminal
def test_a_terminal_without_colour_gets_none(told) -> None:
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        screen = Screen(told, "caseload", columns=200, COLUMNS=None, **{"TERM": "xterm", **env})
        screen.end()
        assert "\x1b[" not in screen.seen
        assert "WS-0001" in screen.seen


@needs_terminal
def test_a_terminal_that_cannot_show_lines_gets_none_drawn(told) -> None:
    _, lines = on_terminal(told, "caseload", 200, PYTHONIOENCODING="ascii")

    assert "".join(lines).isascii()
    assert "WS-0001" in "".join(lines)
