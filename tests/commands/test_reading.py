"""Everyone can read it: every list at every width, in accessible mode, on streams that show little, through a pager."""

import io
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import Drive, _surround, arguments
from wcwidth import wcswidth

from drivecli import cli
from drivecli.domain.days import say_day

LISTS = [
    "caseload",
    "caseload --overdue",
    "today",
    "case list",
    "case find o",
    "contact list 7",
    "worker list --all",
    "agency list",
    "workload",
    "why 7",
    "drafts list",
    "practice show",
    "case timeline 7",
    "case show 7",
    "case show 10",
    "checklist list",
    "checklist list 7",
    "checklist show disruption 7",
    "config list",
]
WIDTHS = [40, 60, 80, 120, 200]
BOXES = re.compile("[─-╿█░…]")


class Screen(io.TextIOWrapper):
    """A stream that says it is a terminal, and keeps what it is told."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")

    def isatty(self) -> bool:
        return True

    @property
    def lines(self) -> list[str]:
        """What stands on it, line by line, without colour."""
        self.flush()
        text = self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]
        return re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()


@dataclass(frozen=True)
class Shown:
    """What a line showed on a terminal: its code, and the lines of stdout and stderr."""

    code: int
    lines: list[str]
    beside: list[str]

    @property
    def text(self) -> str:
        """All of it as one line of words, so that a break between two words does not matter."""
        return " ".join(" ".join(self.lines).split())


@pytest.fixture(scope="module")
def demo(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """The demo with a draft in it. Nobody here writes to it again."""
    folder = tmp_path_factory.mktemp("reading")
    with pytest.MonkeyPatch.context() as patch:
        _surround(patch, folder)
        drive = Drive(shutil.copytree(demo_made, folder / "drive"), "file", {"HOME": str(folder)}, today=None)
        drive(
            "--demo contact log 7 --mode phone --outcome held --on tomorrow --note 'Talked about the move.'", ok=False
        )
        drive("--demo checklist start disruption 7", ok=True)
        drive("--demo agency add 'Change Works' --kind housing", ok=True)
    yield drive
    drive.close()


@pytest.fixture
def on_screen(demo: Drive, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A line typed on the demo, at a terminal of so many columns."""

    def show(line: str, columns: int, encoding: str = "utf-8", **env: str) -> Shown:
        screen, beside = Screen(encoding), Screen(encoding)
        around = {**demo.environ(), "COLUMNS": str(columns), **env}
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            patch.setattr(sys, "stderr", beside)
            patch.setenv("COLUMNS", str(columns))
            code = cli.main(["--demo", *arguments(line)], around)
        return Shown(code, screen.lines, beside.lines)

    return show


# -- widths ------------------------------------------------------------------------------------------------------------

PEOPLE = ("name", "person", "manager", "by", "by_whom", "username", "owner", "recorded_by", "line")
STATES = ("status", "state", "outcome", "section", "flag", "weight", "value")


@pytest.fixture(scope="module")
def never_cut(demo: Drive) -> Callable[[str], dict[str, int]]:
    """Every ref, person, day and state that programs are told, and how often the answer for people says it."""

    @cache
    def wanted(line: str) -> dict[str, int]:
        told = demo(f"--demo {line} --json", ok=True).json
        plain = " ".join(demo(f"--demo {line}", ok=True).out.split())
        counted = Counter(text for row in (told if isinstance(told, list) else [told]) for text in _said(row))
        return {text: min(times, plain.count(text)) for text, times in counted.items()}

    return wanted


def _said(row: dict[str, Any]) -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _said(value)
        elif isinstance(value, list):
            for each in value:
                yield from _said(each) if isinstance(each, dict) else [str(each)]
        elif name == "overdue_days" and value:
            yield f"OVERDUE {value} day{'' if value == 1 else 's'}"
        elif isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            yield say_day(date.fromisoformat(value))
        elif isinstance(value, str) and (name in PEOPLE or re.fullmatch(r"[A-Z]+-\d{4}", value)):
            yield value
        elif isinstance(value, str) and name in STATES:
            yield value.replace("_", " ")


@pytest.mark.parametrize("accessible", ["off", "on"])
@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("line", LISTS)
def test_no_ref_person_day_or_state_is_cut_at_any_width(
    never_cut, on_screen, line: str, columns: int, accessible: str
) -> None:
    wanted = never_cut(line)

    shown = on_screen(line, columns, DRIVE_ACCESSIBLE=accessible)

    assert shown.code == 0
    assert sum(wanted.values()) > 1
    assert not [text for text, times in wanted.items() if shown.text.count(text) < times], "\n".join(shown.lines)
    assert not [each for each in shown.lines if wcswidth(each) > columns], "\n".join(shown.lines)
    assert "…" not in shown.text


def test_a_list_inside_a_page_is_a_block_for_each_row_where_it_does_not_fit(on_screen) -> None:
    wide, narrow = on_screen("case show 7", 80).lines, on_screen("case show 7", 40).lines

    assert "617  Thu 26 Feb 2026  in person  not in   nia" in wide
    assert narrow[narrow.index("No.: 617") :][:5] == [
        "No.: 617",
        "Day: Thu 26 Feb 2026",
        "How: in person",
        "Outcome: not in",
        "By: nia",
    ]


# -- accessible mode ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 200])
@pytest.mark.parametrize("line", LISTS)
def test_accessible_mode_draws_nothing_and_leaves_no_cell_empty(
    demo: Drive, on_screen, line: str, columns: int
) -> None:
    shown = on_screen(line, columns, DRIVE_ACCESSIBLE="1")

    assert not BOXES.findall(shown.text)
    drawn = [each.strip() for each in shown.lines if re.fullmatch(r"[-=+|# ]+", each)]
    assert not [each for each in drawn if each != "-"]  # a wrapped line may end in the - of --note -
    assert "\x1b[?" not in shown.text
    assert "\r" not in shown.text


def test_accessible_mode_is_columns_where_they_fit_and_a_block_for_each_where_they_do_not(on_screen) -> None:
    wide = on_screen("agency list", 80, DRIVE_ACCESSIBLE="1").lines
    narrow = on_screen("agency list", 14, DRIVE_ACCESSIBLE="1").lines

    assert [each.split() for each in (wide[1], wide[-1])] == [["Agency", "Kind"], ["Shoreline", "Homes", "housing"]]
    assert narrow[-5:-1] == ["Agency:", "  Shoreline", "  Homes", "Kind: housing"]


def test_accessible_mode_says_none_of_an_empty_cell_in_columns_and_in_blocks(on_screen) -> None:
    wide = on_screen("caseload", 200, DRIVE_ACCESSIBLE="1").lines
    narrow = on_screen("caseload", 60, DRIVE_ACCESSIBLE="1").lines

    assert [re.split(" {2,}", each)[2] for each in wide if "DEMO-0030" in each] == ["none"]
    assert narrow[narrow.index("Ref: DEMO-0030") + 2] == "Manager: none"


def test_accessible_mode_says_the_window_in_words(on_screen) -> None:
    text = on_screen("case show 7", 80, DRIVE_ACCESSIBLE="1").text

    assert "Window 90 percent gone, month 10 of 10, 31 days left" in text
    assert "Stage: engaged" in text


@pytest.mark.parametrize("line", LISTS)
def test_accessible_mode_says_the_same(demo: Drive, line: str) -> None:
    plain, accessible = (demo(f"--demo {line}", env={"DRIVE_ACCESSIBLE": each}).out for each in ("0", "1"))

    said = Counter(re.findall(r"[\w-]+", accessible))

    missing = Counter(re.findall(r"[\w-]+", plain)) - said
    assert set(missing) <= ({"off"} if line == "config list" else set())
    assert demo(f"--demo {line} --json", env={"DRIVE_ACCESSIBLE": "1"}).json == demo(f"--demo {line} --json").json or (
        line == "config list"
    )


def test_one_switch_turns_it_on_for_good(demo: Drive, on_screen, tmp_path: Path) -> None:
    demo("config set accessible on", ok=True)
    kept = on_screen("case list", 200)
    demo("config unset accessible", ok=True)
    back = on_screen("case list", 200)

    assert not BOXES.findall(kept.text)
    assert BOXES.findall(back.text)


# -- streams that can show little --------------------------------------------------------------------------------------

WRONG = ["caseload --overdu", "case show 999", "contact log 7 --mode phone --outcome held --on tomorrow", "casload"]


@pytest.mark.parametrize("accessible", ["0", "1"])
def test_a_terminal_that_shows_few_letters_shows_every_list_and_every_error(
    demo: Drive, on_screen, accessible: str
) -> None:
    for line in [*LISTS, *WRONG]:
        full = on_screen(line, 100, DRIVE_ACCESSIBLE=accessible)
        for encoding in ("cp1252", "cp437", "ascii"):
            shown = on_screen(line, 100, encoding, DRIVE_ACCESSIBLE=accessible)
            assert shown.code == full.code
            assert len(shown.beside) == len(full.beside)
            assert re.findall(r"[\w-]+", shown.text.replace("?", "")) or line in WRONG


AROUND: dict[str, dict[str, str | None]] = {
    "C": {"LC_ALL": "C", "LANG": "C"},
    "no home": {"HOME": None, "USERPROFILE": None, "XDG_DATA_HOME": None},
    "dumb": {"TERM": "dumb"},
    "no term": {"TERM": None},
    "no colour": {"NO_COLOR": "1"},
    "bare": {"HOME": None, "LANG": None, "LC_ALL": "C", "TERM": None, "COLUMNS": None, "LINES": None},
}

IN_BARE = ("C", "no home", "no term")
"""What bare surroundings lack too: tried one by one only with `pytest -m long`."""


def piped(demo: Drive, env: dict[str, str | None]) -> str:
    """What a pipe is told by a few lines, each with its code, in a process with such surroundings."""
    program = "import sys; from drivecli.cli import main\nfor line in sys.argv[1:]: print(main(line.split()))"
    lines = ["caseload", "today", "case show 7", "case timeline 7", "worker list", *WRONG]
    command = [sys.executable, "-c", program, *(f"--demo {line}" for line in lines)]
    around = demo.environ({**env, "PYTHONUTF8": "1"})
    return subprocess.run(command, env=around, capture_output=True, encoding="utf-8", timeout=120).stdout


@pytest.fixture(scope="module")
def told_to_a_pipe(demo: Drive) -> str:
    """What a pipe is told where nothing is missing."""
    return piped(demo, {"DRIVE_PAGER": "off", "TERM": "xterm"})


@pytest.mark.parametrize(
    "around", [each if each not in IN_BARE else pytest.param(each, marks=pytest.mark.long) for each in AROUND]
)
def test_a_pipe_is_told_the_same_whatever_surrounds_it(demo: Drive, told_to_a_pipe: str, around: str) -> None:
    told = piped(demo, AROUND[around])

    assert told == told_to_a_pipe
    assert "DEMO-0007" in told
    assert "\x1b" not in told


def test_a_terminal_of_letters_of_the_c_locale_dies_of_none(demo: Drive) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-m", "drivecli", "--demo", "practice", "show", "--format", "table"],
        env=demo.environ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}),
        capture_output=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr


def test_words_with_stars_and_variables_stay_as_they_were_typed(demo: Drive, monkeypatch) -> None:
    seen = {}

    def main(*args: Any, **how: Any) -> int:
        seen.update(how)
        return 0

    monkeypatch.setattr(cli.cli, "main", main)
    demo(["--demo", "case", "find", "*"])

    assert seen["windows_expand_args"] is False


# -- the pager ---------------------------------------------------------------------------------------------------------

needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

PAGER = """\
import os, stat, sys
said = {name: os.environ.get(name) for name in ("LESS", "LESSSECURE", "LESSHISTFILE", "LESSOPEN")}
print("PAGED", stat.S_ISFIFO(os.fstat(0).st_mode), *said.values(), flush=True)
for line in sys.stdin:
    print(line, end="", flush=True)
print("LEFT", flush=True)
"""


@pytest.fixture
def terminal(demo: Drive, tmp_path: Path) -> Any:
    """A line typed on a real terminal of 120 columns and so many lines, with a pager that says that it was asked."""
    (tmp_path / "pager.py").write_text(PAGER)

    def run(line: str, *, lines: int = 12, shell: str = "", **env: str | None) -> Any:
        import pexpect

        ours = {"COLUMNS": None, "LINES": None, "TERM": "xterm", "NO_COLOR": "1", "PAGER": None}
        pager = f"{sys.executable} {tmp_path / 'pager.py'}"
        around = demo.environ({**ours, "DRIVE_PAGER": pager, "LESSOPEN": "|lesspipe %s", **env})
        command, *words = [sys.executable, "-m", "drivecli", *arguments(line)]
        if shell:
            command, words = "/bin/sh", ["-c", shlex.join([command, *words]) + shell]
        return pexpect.spawn(command, words, env=around, dimensions=(lines, 120), encoding="utf-8", timeout=60)

    return run


def ended(child: Any) -> tuple[int, str]:
    import pexpect

    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.before.replace("\r\n", "\n")


@needs_terminal
@pytest.mark.parametrize("line", ["caseload", "case show 7", "today", "why 7", "case list --format plain"])
def test_what_is_longer_than_the_screen_goes_through_the_pager(terminal, line: str) -> None:
    code, text = ended(terminal(f"--demo {line}"))

    paged = text[text.index("PAGED") : text.index("LEFT")]
    assert code == 0
    assert paged.splitlines()[0] == "PAGED True FIRX 1 - None"
    assert paged.splitlines()[1] == "DEMO: invented people, a separate store."
    assert "DEMO-0007" in paged


@needs_terminal
def test_totals_and_hints_come_after_the_pager_was_left(terminal) -> None:
    _, text = ended(terminal("--demo caseload"))

    assert text.rstrip().endswith("open cases are overdue.")


@needs_terminal
@pytest.mark.parametrize(
    ("line", "env", "shell"),
    [
        ("--demo caseload --no-pager", {}, ""),
        ("--demo --no-pager caseload", {}, ""),
        ("--demo caseload", {"DRIVE_ACCESSIBLE": "1"}, ""),
        ("--demo caseload", {"TERM": "dumb"}, ""),
        ("--demo caseload", {"DRIVE_PAGER": "off"}, ""),
        ("--demo caseload", {}, " < /dev/null"),
        ("--demo caseload", {}, " | cat"),
        ("--demo caseload --json", {}, ""),
        ("--demo caseload --limit 3", {}, ""),
        ("--demo drafts list", {}, ""),
        ("--demo case --help", {}, ""),
    ],
)
def test_nothing_else_goes_through_it(terminal, line: str, env: dict[str, str], shell: str) -> None:
    code, text = ended(terminal(line, shell=shell, **env))

    assert code == 0
    assert "PAGED" not in text


@needs_terminal
def test_a_pager_of_every_program_is_taken_when_drive_has_none_of_its_own(terminal, tmp_path: Path) -> None:
    _, text = ended(terminal("--demo caseload", DRIVE_PAGER=None, PAGER=f"{sys.executable} {tmp_path / 'pager.py'}"))

    assert "PAGED" in text


@needs_terminal
def test_a_pager_that_is_not_there_is_told_and_the_list_is_shown(terminal) -> None:
    code, text = ended(terminal("--demo caseload", DRIVE_PAGER="no-such-pager -x"))

    assert code == 0
    assert "The pager “no-such-pager -x” does not start. Choose another: drive --demo config set pager COMMAND" in text
    assert "DEMO-0007" in text


@needs_terminal
def test_a_pager_that_leaves_before_the_end_is_no_error(terminal) -> None:
    code, text = ended(terminal("--demo case timeline 7", DRIVE_PAGER="true"))

    assert code == 0
    assert text.splitlines() == ["DEMO: invented people, a separate store."]


@needs_terminal
@pytest.mark.skipif(not shutil.which("less"), reason="needs less")
def test_less_is_left_with_q_and_stays_at_ctrl_c(terminal) -> None:
    import pexpect

    child = terminal("--demo case list", DRIVE_PAGER=None)
    child.expect("DEMO-0001")
    child.sendintr()
    for _ in range(20):  # what is typed while less answers Ctrl-C is thrown away by the terminal
        child.send(" ")
        if child.expect(["DEMO-0015", pexpect.TIMEOUT], timeout=1) == 0:
            break
    child.send("q")

    code, text = ended(child)

    assert code == 0
    assert "30 cases." in text
    assert "Traceback" not in text
    assert "Stopped" not in text
