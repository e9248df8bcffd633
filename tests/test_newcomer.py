"""A newcomer's first two minutes at a real terminal, from nothing to a printed checklist, as the README shows them.

    WRITE_DOCS=1 pytest tests/test_newcomer.py -n 0

writes the README's text anew; read it before you commit it.
"""

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import Drive
from screens import Screen

pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- two minutes -->\n", "<!-- end of two minutes -->"
COLUMNS, LINES = 100, 60
DOWN, ENTER = "\x1b[B", "\r"


@dataclass
class Typed:
    """A line that is typed, and to each question its answer, as keys. `shown`: lines of the screen the page keeps."""

    line: str
    answers: list[tuple[str, str]] = field(default_factory=list)
    shown: int = LINES


PATH = [
    Typed("drive"),
    Typed("drive demo", shown=6),
    Typed("drive --demo caseload --overdue"),
    Typed(
        "drive --demo contact log 7",
        [
            ("How it was made", DOWN + DOWN + ENTER),
            ("What came of it", DOWN + ENTER),
            ("Enter for today", ENTER),
            ("Who else was there", ENTER),
            ("Note", "Talked about the move; next call agreed." + ENTER),
        ],
    ),
    Typed("drive --demo checklist start enforcement 7"),
    Typed("drive --demo checklist print enforcement 7 --format html -o enforcement.html"),
]


def test_the_first_two_minutes_are_as_the_readme_tells_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = "".join(type_at_a_terminal(each, tmp_path) for each in PATH)

    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    kept, _, after = rest.partition(END)
    written = f"\n```text\n{told.rstrip()}\n```\n\n"
    if os.environ.get("WRITE_DOCS"):
        README.write_text(f"{before}{BEGIN}{written}{END}{after}", encoding="utf-8")
        kept = written
    assert kept == written
    sheet = (tmp_path / "enforcement.html").read_text(encoding="utf-8")
    assert "DEMO-0007" in sheet
    assert "Hollis" not in sheet


def type_at_a_terminal(typed: Typed, home: Path) -> str:
    """Type a line at a terminal and answer what it asks; what was typed and what stands on the screen at the end."""
    drive = Drive(home / "drive", "file", today=None)
    around = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    screen = Screen(drive, shlex.split(typed.line)[1:], columns=COLUMNS, lines=LINES, **around)
    code = screen.answer(*typed.answers).end()
    page = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(page).feed(screen.seen)
    shown = [line.rstrip() for line in page.display]
    while shown and not shown[-1]:
        shown.pop()
    assert code == 0, "\n".join(shown)
    more = ["..."] if len(shown) > typed.shown else []
    return "\n".join([f"$ {typed.line}", *shown[: typed.shown], *more, "", ""])
