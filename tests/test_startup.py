"""Holds what makes `drive` start fast: help, completion and hot reads never load what they do not need.

And holds the table in drivecli.cli, by which help knows the commands without importing one, to the commands themselves.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

from drivecli import cli, commands
from drivecli.commandline import OWN_OPTIONS

BANNED = [
    "alembic",
    "argon2",
    "asyncio",
    "cryptography",
    "dateutil.parser",
    "importlib.metadata",
    "keyring",
    "prompt_toolkit",
    "psycopg",
    "pydantic",
    "questionary",
    "rich",
    "sqlalchemy",
    "sqlmodel",
    "tabulate",
    "tomlkit",
]
"""What no hot line may load on the file engine: each costs more than all that such a line needs."""

WRITES_NEED = {"pydantic", "sqlalchemy", "sqlmodel"}

WATCHED = f"""
import json, sys
before = set(sys.modules)
from drivecli.cli import main
code = main()
loaded = [name for name in {BANNED!r} if name in sys.modules and name not in before]
print(json.dumps([code, loaded]), file=sys.stderr)
"""
"""Runs a line, then says last on stderr how it ended and what it loaded of the banned, over what Python itself had."""

HOT = [
    "--help",
    "-h",
    "--version",
    "help",
    "help contact log",
    "help dates",
    "help json",
    "help urgent",
    "case --help",
    "case open --help",
    "import --help",
    "import cases --help",
    "import fields cases",
    "import history",
    "export --help",
    "export cases --help",
    "contact log --help",
    "caseload --help",
    "caseload --overdue",
    "caseload --overdue --json",
    "caseload --overdue --format csv",
    "caseload --mine",
    "caseload --overdue --exit-code --limit 20",
    "case list",
    "case show 1",
    "contact list 1",
    "today",
    "whoami",
    "config list",
]

WRONG = [
    "caseload --overdoo",
    "casload",
    "help daets",
    "case open --tier",
    "case show notaref",
    "caseload --due-within x",
    "contact log",
    "contact log 1",
    "case close 1",
    "approach 1",
]

TABLE = [
    ((*group, name), *row)
    for group, table in [((), cli.COMMANDS), *(((name,), table) for name, table in cli.GROUPS.items())]
    for name, row in table.items()
    if group or name not in cli.GROUPS
]
"""Every command of the tables: its words on the line, where it is, its help."""


def watch(drive, line: str, **env: str) -> tuple[str, int, list[str]]:
    """Run a line in a fresh interpreter: its stdout, its exit code, and what it loaded of the banned."""
    command = [sys.executable, "-c", WATCHED, *line.split()]
    done = subprocess.run(
        command, env=drive.environ(env), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8"
    )
    said, _, report = done.stderr.rstrip().rpartition("\n")
    assert "Traceback" not in said
    return done.stdout, *json.loads(report)


@pytest.fixture
def overdue(drive_file):
    """A file with a case that is overdue today."""
    drive_file.open_case(today="2026-01-05")
    return drive_file


@pytest.mark.parametrize("line", HOT)
def test_a_hot_line_loads_nothing_heavy(overdue, line: str) -> None:
    _, code, loaded = watch(overdue, line)

    assert loaded == []
    assert code in (0, 10)


@pytest.fixture
def unlocked(overdue):
    """The same once a passphrase took the key file's place, unlocked."""
    overdue("key passphrase --passphrase -", stdin=PASSPHRASE, ok=True)
    overdue("unlock --passphrase -", stdin=PASSPHRASE, ok=True)
    return overdue


PASSPHRASE = "correct horse battery staple"


def test_on_an_unlocked_store_a_hot_line_loads_nothing_that_unwraps_a_key(unlocked) -> None:
    for line in ("caseload --overdue", "case show 1", "today", "key status"):
        assert watch(unlocked, line)[1:] == (0, []), line


def test_the_watch_sees_what_unlocking_loads(unlocked) -> None:
    command = [sys.executable, "-c", WATCHED, "unlock", "--passphrase", "-"]
    done = subprocess.run(
        command, env=unlocked.environ(), input=PASSPHRASE, capture_output=True, encoding="utf-8", check=True
    )

    assert {"argon2", "cryptography"} <= set(json.loads(done.stderr.splitlines()[-1])[1])


@pytest.mark.parametrize("line", WRONG)
def test_a_line_that_is_not_understood_loads_nothing_heavy(overdue, line: str) -> None:
    out, code, loaded = watch(overdue, line)

    assert loaded == []
    assert code == 2
    assert out == ""


COMPLETED = [
    ("drive ca", "caseload"),
    ("drive case op", "open"),
    ("drive case open --ti", "--tier"),
    ("drive case open --tier ", "high"),
    ("drive case open --tier high --manager ", "sam"),
    ("drive case show ", "WS-0001"),
    ("drive case show --json WS-", "WS-0001"),
    ("drive completion ", "fish"),
    ("drive checklist start enf", "enforcement"),
]
"""The beginning of a line, and what TAB must offer at its end: a command, an option, a code, a username, a ref."""


@pytest.mark.parametrize(("words", "wanted"), COMPLETED)
def test_completion_loads_nothing_heavy(overdue, words: str, wanted: str) -> None:
    last = str(len(words.split()) - (not words.endswith(" ")))

    out, code, loaded = watch(overdue, "", _DRIVE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=last)

    assert loaded == []
    assert code == 0
    assert f"plain,{wanted}" in out.splitlines()


def test_the_watch_sees_what_a_write_loads(overdue) -> None:
    out, code, loaded = watch(overdue, "contact log 1 --mode phone --outcome held")

    assert code == 0
    assert out.startswith("Logged")
    assert set(loaded) >= WRITES_NEED
    assert not {"questionary", "prompt_toolkit"} & set(loaded)


def test_the_watch_sees_what_a_terminal_loads(overdue) -> None:
    out, code, loaded = watch(overdue, "caseload --format table", COLUMNS="200")

    assert code == 0
    assert "WS-0001" in out
    assert "rich" in loaded


def test_accessible_mode_loads_nothing_to_draw_with(overdue) -> None:
    out, code, loaded = watch(overdue, "caseload --format table", COLUMNS="200", DRIVE_ACCESSIBLE="1")

    assert code == 0
    assert "WS-0001" in out
    assert loaded == []


def test_the_table_begins_as_the_command_explains_itself() -> None:
    for words, where, help_text in TABLE:
        module, _, name = where.partition(":")

        command = getattr(import_module(f"drivecli.commands.{module}"), name)

        assert isinstance(command, click.Command), words
        assert command.name == words[-1]
        words_of_table = help_text.removesuffix(".")
        assert _first_sentence(command)[: len(words_of_table)] == words_of_table


def test_every_command_stands_in_the_table() -> None:
    listed = {where for _, where, _ in TABLE} | {cli.COMMANDS[group][0] for group in OWN_OPTIONS}

    written = {f"{module}:{name}" for module, name in _commands_in_files()}

    assert written == listed


@pytest.mark.parametrize("name", cli.GROUPS)
def test_a_group_is_listed_and_alone_runs_one_of_its_own_commands_or_none(name: str) -> None:
    """Or, where the group takes options of its own, what they are for."""
    alone, help_text = cli.COMMANDS[name]

    assert name in OWN_OPTIONS or alone in ("", *(where for where, _ in cli.GROUPS[name].values()))
    assert help_text


def _first_sentence(command: click.Command) -> str:
    return command.get_short_help_str(limit=1000)


def _commands_in_files() -> Iterator[tuple[str, str]]:
    for path in sorted(Path(commands.__path__[0]).glob("*.py")):
        module = import_module(f"drivecli.commands.{path.stem}")
        for name, value in vars(module).items():
            if isinstance(value, click.Command) and value.callback.__module__ == module.__name__:
                yield path.stem, name
