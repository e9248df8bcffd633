"""The docs say what is so: README examples are run and compared, and every printed field has a meaning.

    WRITE_DOCS=1 pytest tests/test_docs.py -n 0

writes the outputs of the README's examples anew; read them before you commit them.
"""

import io
import os
import re
import shlex
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from drivecli.catalogue import Catalogue
from drivecli.cli import COMMANDS, GROUPS, main
from drivecli.commands import practice as practice_command
from drivecli.commands import whoami
from drivecli.queries import case_page, cases, checklists, clock, contacts, timeline, today, why, workers, workload
from drivecli.services import assignments, checks, drafts, practice, reviews, setup, upgrade
from drivecli.services import checklists as checklist_services
from drivecli.services import contacts as contact_services
from drivecli.services import workers as worker_services

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n(?P<typed>\$ [^\n]*)\n(?P<shown>.*?)```", re.DOTALL)

PRINTED = [
    cases.CaseRow,
    cases.DeadlineRow,
    case_page.CasePage,
    contacts.ContactRow,
    contact_services.Logged,
    today.DayRow,
    why.WhyRow,
    assignments.Given,
    reviews.Reviewed,
    workers.WorkerRow,
    workload.WorkloadRow,
    worker_services.Away,
    worker_services.Left,
    workers.AgencyRow,
    timeline.TimelineRow,
    practice_command.RuleRow,
    clock.Difference,
    practice.Applied,
    drafts.Draft,
    checks.Check,
    whoami.Here,
    setup.Started,
    setup.Joined,
    upgrade.Upgraded,
    checklists.KnownRow,
    checklists.ChecklistRow,
    checklists.ItemRow,
    checklists.Sheet,
    checklist_services.Ticked,
]


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of its own, made once for all examples, which are typed into it in the order of the page."""
    home = tmp_path_factory.mktemp("docs")
    code, _ = type_line("drive demo --quiet", home)
    assert code == 0
    return home


def type_line(line: str, home: Path) -> tuple[int, str]:
    """Type one line of a page, with its `echo WORDS |`, and return its code and what the screen shows."""
    words, bar, typed = line.rpartition(" | ")
    stdin = shlex.split(words)[1] + "\n" if bar else ""
    screen = io.StringIO()
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(stdin), screen, screen
    try:
        code = main(shlex.split(typed)[1:], {"DRIVE_HOME": str(home)})
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
    return code, screen.getvalue()


def test_the_readme_shows_what_the_screen_shows(demo_home: Path) -> None:
    page = README.read_text(encoding="utf-8")

    def show(found: re.Match[str]) -> str:
        _, shown = type_line(found["typed"].removeprefix("$ "), demo_home)
        return f"```console\n{found['typed']}\n{shown.rstrip()}\n```"

    shown = CONSOLE.sub(show, page)

    if os.environ.get("WRITE_DOCS"):
        README.write_text(shown, encoding="utf-8")
    assert shown == page


def test_every_example_of_the_readme_ends_well(demo_home: Path) -> None:
    lines = [found["typed"].removeprefix("$ ") for found in CONSOLE.finditer(README.read_text(encoding="utf-8"))]

    codes = {line: type_line(line, demo_home)[0] for line in lines}

    assert lines
    assert set(codes.values()) == {0}


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: row.__name__)
def test_every_printed_field_has_a_meaning(row: type) -> None:
    page = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")

    missing = [each.name for each in fields(row) if f"| `{each.name}` |" not in page]

    assert missing == []


def test_the_page_on_practice_names_every_rule_and_its_length() -> None:
    page = (ROOT / "docs" / "practice.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}

    for rule in Catalogue().practice.rules.values():
        row = rows[rule.kind.replace("follow_up", "follow-up").replace("_", " ")]
        lengths = [amount for amount in [*rule.due, *rule.by.values(), *rule.limits.values()] if amount]
        assert [amount for amount in lengths if str(amount) not in row and amount != rule.limits.get("attempts")] == []


def test_the_page_on_fields_names_every_command_that_prints() -> None:
    page = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    printing = [name for name in COMMANDS if name not in GROUPS] + [
        f"{group} {name}" for group, table in GROUPS.items() for name in table
    ]

    missing = [name for name in printing if name not in page and name not in ("demo", "drafts use")]

    assert missing == []
