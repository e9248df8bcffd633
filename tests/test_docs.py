"""The docs say what is so: their examples are run, the README's outputs compared, every printed field has a meaning.

    WRITE_DOCS=1 pytest tests/test_docs.py -n 0

writes the outputs of the README's examples, the command reference and the tables of the page for the data protection
officer anew; read them before you commit them.
"""

import io
import os
import re
import shlex
import shutil
import sys
from dataclasses import fields
from pathlib import Path

import classes
import pytest
from conftest import Drive

from drivecli import preferences, proof
from drivecli.catalogue import Catalogue
from drivecli.cli import COMMANDS, GROUPS, main
from drivecli.commands import config, import_answer, import_batch, whoami
from drivecli.commands import help as help_command
from drivecli.commands import practice as practice_command
from drivecli.domain import urgent
from drivecli.queries import (
    audit,
    case_page,
    cases,
    checklists,
    clock,
    contacts,
    exports,
    imports,
    timeline,
    today,
    why,
    workers,
    workload,
)
from drivecli.services import (
    acceptance,
    assignments,
    checks,
    completions,
    drafts,
    installed,
    keys,
    people,
    practice,
    reviews,
    setup,
    upgrade,
)
from drivecli.services import checklists as checklist_services
from drivecli.services import contacts as contact_services
from drivecli.services import exports as export_services
from drivecli.services import workers as worker_services
from drivecli.services.imports import undo

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "commands.md"
FOR_DPO = ROOT / "docs" / "for-your-dpo.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
TYPED = re.compile(r"^```(?:sh|console)\n(?P<lines>.*?)^```", re.DOTALL | re.MULTILINE)
FILES = re.compile(r"^```toml\n# (?P<name>\S+\.toml)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE)
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
    completions.Installed,
    whoami.Here,
    config.Setting,
    setup.Started,
    setup.Joined,
    upgrade.Upgraded,
    checklists.KnownRow,
    checklists.ChecklistRow,
    checklists.ItemRow,
    checklists.Sheet,
    checklist_services.Ticked,
    installed.Installed,
    help_command.HelpPage,
    urgent.Urgent,
    urgent.Call,
    import_answer.Imported,
    import_answer.Wrong,
    import_answer.Changing,
    import_answer.Suggestion,
    import_batch.FieldRow,
    imports.BatchRow,
    undo.Undone,
    people.Decided,
    keys.Opener,
    keys.Changed,
    keys.Unlocked,
    keys.Locked,
    audit.LogRow,
    proof.Proof,
    proof.Finding,
    proof.Receipt,
    acceptance.Accepted,
]


@pytest.fixture(scope="module")
def demo_home(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of its own for all of the README's outputs, which are typed into it in the order of the page."""
    return shutil.copytree(demo_made, tmp_path_factory.mktemp("docs") / "home")


def type_line(line: str, home: Path) -> tuple[int, str]:
    """Type one line of a page, with its `echo WORDS |` or `NAME=VALUE`; return its code and what the screen shows."""
    words, bar, typed = line.rpartition(" | ")
    env = dict(each.split("=", 1) for each in re.match(r"(\w+=\S+ )*", typed)[0].split())
    typed = re.sub(r"^(\w+=\S+ )+", "", typed)
    stdin = shlex.split(words)[1] + "\n" if bar else ""
    screen = io.StringIO()
    kept = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(stdin), screen, screen
    try:
        code = main(shlex.split(typed, comments=True)[1:], {"DRIVE_HOME": str(home), **env})
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept
    return code, screen.getvalue()


def test_the_readme_shows_what_the_screen_shows(demo_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = README.read_text(encoding="utf-8")

    def show(found: re.Match[str]) -> str:
        _, shown = type_line(found["typed"].removeprefix("$ "), demo_home)
        return f"```console\n{found['typed']}\n{shown.rstrip()}\n```"

    shown = CONSOLE.sub(show, page)

    if os.environ.get("WRITE_DOCS"):
        README.write_text(shown, encoding="utf-8")
    assert shown == page


# -- every page --------------------------------------------------------------------------------------------------------


def typed_on(page: Path) -> list[str]:
    """The lines a page asks to type, in its order; those that install `drive` are run by .ci/run."""
    blocks = [found["lines"] for found in TYPED.finditer(page.read_text(encoding="utf-8"))]
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if re.search(r"^(echo .* \| )?(DRIVE_\w+=\S+ )*drive\b", line)]


def _put_old_files(folder: Path) -> None:
    """The files that pages bring in, where they lie as seen from the project's own folder."""
    (folder / "tests" / "data").mkdir(parents=True)
    for file in (ROOT / "tests" / "data").glob("old_*"):
        shutil.copy(file, folder / "tests" / "data")


TYPED_PAGES = [page for page in PAGES if page.name != "import.md"]
"""But one: not every line of it ends well, and test_import_page.py types it."""


@pytest.mark.parametrize("page", TYPED_PAGES, ids=lambda page: page.name)
def test_every_line_to_type_on_a_page_ends_well(
    demo_made: Path, stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Path
) -> None:
    home, lines = tmp_path / "a_home", typed_on(page)
    if not any(line.startswith("drive init") for line in lines):
        stores.copy("file", home, team=True)
    shutil.copytree(demo_made, home, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    _put_old_files(tmp_path)
    for found in FILES.finditer(page.read_text(encoding="utf-8")):
        (tmp_path / found["name"]).write_text(found["text"], encoding="utf-8")

    ended = [(line, *type_line(line, home)) for line in lines]

    wanted = {line: 10 if "--exit-code" in line else 0 for line in lines}
    assert [each for each in ended if each[1] != wanted[each[0]]] == []


def test_the_pages_that_show_what_to_type_are_among_those_run() -> None:
    lines = {page.name: len(typed_on(page)) for page in PAGES}

    assert lines["getting-started.md"] >= 15
    assert min(lines[name] for name in ("README.md", "practice.md", "fields.md", "dates.md", "security.md")) >= 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_names_in_passing_is_there(page: Path) -> None:
    prose = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)

    strange = []
    for line in re.findall(r"`drive ([^`]+)`", prose):
        words = [word.rstrip(":") for word in line.split() if not word.startswith("-")]
        words = words[: next((n for n, word in enumerate(words) if not re.fullmatch(r"[a-z]+", word)), None)]
        known = not words or (
            words[0] in COMMANDS and (words[0] not in GROUPS or not words[1:] or words[1] in GROUPS[words[0]])
        )
        strange += [] if known else [line]

    assert strange == []


# -- the command reference ---------------------------------------------------------------------------------------------


def reference(home: Path) -> str:
    """Every command's help, as it is shown on 80 columns."""
    leaves = [(name, *(f"{name} {each}" for each in GROUPS.get(name, ()))) for name in COMMANDS]
    parts = [
        "# Command reference\n",
        "What `-h` says of every command, on 80 columns. Made from the commands themselves: a test holds it, and",
        "`WRITE_DOCS=1 pytest tests/test_docs.py -n 0` writes it anew.\n",
    ]
    for words in ("", *(each for group in leaves for each in group)):
        line = f"drive {words}".strip()
        code, shown = type_line(f"{line} --help", home)
        assert code == 0, line
        parts.append(f"## {line}\n\n```text\n{shown.rstrip()}\n```\n")
    return "\n".join(parts)


def test_the_command_reference_is_what_help_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    said = reference(tmp_path)

    if os.environ.get("WRITE_DOCS"):
        REFERENCE.write_text(said, encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8") == said


# -- for the data protection officer -----------------------------------------------------------------------------------


def columns_of(drive: Drive) -> dict[str, list[str]]:
    """Every table of a store with its columns, as they lie there."""
    db = drive.db()
    tables = db.run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    return {
        table: [name for (name,) in db.run("SELECT name FROM pragma_table_info(:table)", table=table).fetchall()]
        for (table,) in tables
    }


def test_every_column_of_the_store_says_whose_data_it_holds(drive_file: Drive) -> None:
    found = classes.faults(classes.read(), columns_of(drive_file))

    assert found == [], f"say it in {classes.FILE.relative_to(ROOT)}"


def test_a_column_without_a_class_is_told(drive_file: Drive) -> None:
    drive_file.db(write=True).run("ALTER TABLE contact ADD COLUMN heard_from TEXT")
    drive_file.db(write=True).run("CREATE TABLE victim (id INTEGER PRIMARY KEY)")

    found = classes.faults(classes.read(), columns_of(drive_file))

    assert found == ["contact.heard_from has no class", "victim.id has no class"]


def test_the_page_for_the_data_protection_officer_has_every_column_as_it_is_classed() -> None:
    page = FOR_DPO.read_text(encoding="utf-8")
    before, mark, rest = page.partition("<!-- tables -->\n")
    _, end, after = rest.partition("<!-- end of tables -->")

    made = f"{before}{mark}\n{classes.page(classes.read())}\n{end}{after}"

    if os.environ.get("WRITE_DOCS"):
        FOR_DPO.write_text(made, encoding="utf-8")
    assert FOR_DPO.read_text(encoding="utf-8") == made


# -- fields and rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: row.__name__)
def test_every_printed_field_has_a_meaning(row: type) -> None:
    page = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")

    missing = [each.name for each in fields(row) if f"| `{each.name}` |" not in page]

    assert missing == []


@pytest.mark.parametrize("kind", exports.FIELDS)
def test_the_page_on_fields_lists_what_leaves_in_an_export(kind: str) -> None:
    page = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    section = page.partition("## Exports\n")[2].partition("\n## ")[0]
    [row] = [line for line in section.splitlines() if line.startswith(f"| `{kind}` |")]

    listed = re.findall(r"`(\w+)`", row.split("|")[2])

    assert listed == export_services.columns(Catalogue(), kind, restricted=True)


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


def test_the_lines_of_the_page_on_access_end_well_and_its_table_names_every_setting(demo_home: Path) -> None:
    page = (ROOT / "docs" / "access.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    lines += ["drive config unset accessible"]

    codes = {line: type_line(line, demo_home)[0] for line in lines}

    assert set(codes.values()) == {0}
    for name, takes in preferences.CHOICES.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
        assert row.split("|")[2].strip() == (", ".join(takes) or "a command, or off")
