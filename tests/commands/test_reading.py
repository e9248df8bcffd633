"""Everyone can read it: every list at every width, in accessible mode, on streams that show little, through a pager."""

import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
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
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """The demo, made once, with a draft in it. Nobody here writes to it again."""
    folder = tmp_path_factory.mktemp("reading")
    with pytest.MonkeyPatch.context() as patch:
        _surround(patch, folder)
        drive = Drive(folder / "drive", "file", {"HOME": str(folder)}, today=None)
        drive("demo --quiet", ok=True)
        drive(
            "--demo contact log 7 --mode phone --outcome held --on tomorrow --note 'Talked about the move.'", ok=False
        )
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


def never_cut(demo: Drive, line: str) -> dict[str, int]:
    """Every ref, person, day and state that programs are told, and how often the answer for people says it."""
    told = demo(f"--demo {line} --json", ok=True).json
    plain = " ".join(demo(f"--demo {line}", ok=True).out.split())
    counted = Counter(text for row in (told if isinstance(told, list) else [told]) for text in _said(row))
    return {text: min(times, plain.count(text)) for text, times in counted.items()}


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
    demo: Drive, on_screen, line: str, columns: int, accessible: str
) -> None:
    wanted = never_cut(demo, line)

    shown = on_screen(line, columns, DRIVE_ACCESSIBLE=accessible)

    assert shown.code == 0
    assert sum(wanted.values()) > 1
    assert not [text for text, times in wanted.items() if shown.text.count(text) < times], "\n".join(shown.lines)
    assert not [each for each in shown.lines if wcswidth(each) > columns], "\n".join(shown.lines)
    assert "…" not in shown.text
