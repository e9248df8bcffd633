"""Help at every level: one sentence, examples that can be copied and work, every option explained, where to go next."""

import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path

import click
import pytest
from conftest import Drive

from drivecli.cli import COMMANDS, GROUPS, cli
from drivecli.spreadsheets.writing import write_csv, write_xlsx
from drivecli.topics import TOPICS

PLACES = {name: where for name, (where, _) in COMMANDS.items() if name not in GROUPS}
PLACES |= {f"{group} {name}": where for group, table in GROUPS.items() for name, (where, _) in table.items()}


def load(where: str) -> click.Command:
    module, _, name = where.partition(":")
    return getattr(import_module(f"drivecli.commands.{module}"), name)


EXAMPLES = [(name, example) for name, where in PLACES.items() for example in load(where).examples]


# -- at every level ----------------------------------------------------------------------------------------------------


def test_help_is_the_same_however_it_is_asked_for(drive_file) -> None:
    for words in ("", *GROUPS, *PLACES):
        asked = [drive_file(line) for line in (f"{words} -h", f"{words} --help", f"help {words}", f"--json {words} -h")]

        assert [result.code for result in asked] == [0] * 4, words
        assert len({result.out for result in asked}) == 1, words
        assert asked[0].err == ""


def test_help_is_one_sentence_then_examples_then_options_then_where_to_go(drive_file) -> None:
    for name in PLACES:
        page = drive_file(f"{name} -h").out
        parts = re.findall(r"^(\w[\w ]*):", page, re.MULTILINE)

        assert page.startswith("Usage: drive "), name
        assert parts[:2] == ["Usage", "Examples"], name
        assert parts[2] in ("Positional arguments", "Options", "Arguments"), name
        assert parts[-1] == "See also", name
        assert 2 <= len(load(PLACES[name]).examples) <= 4, name


def params() -> Iterator[tuple[str, click.Parameter]]:
    """Every argument and option there is, each with the command that it is of."""
    for name, where in PLACES.items():
        command = load(where)
        yield from ((name, each) for each in command.get_params(click.Context(command, info_name=name)))


def test_every_argument_and_option_is_explained() -> None:
    assert not [(name, each.name) for name, each in params() if not getattr(each, "help", None)]


def test_a_short_option_has_a_long_one_and_only_a_few_are_short() -> None:
    options = [(name, each.opts) for name, each in params() if isinstance(each, click.Option)]

    short = {opt for _, opts in options for opt in opts if not opt.startswith("--")}

    assert short <= {"-h", "-q", "-v", "-y", "-o", "-n"}
    assert not [(name, opts) for name, opts in options if not any(opt.startswith("--") for opt in opts)]


def test_what_to_see_next_is_a_command_there_is() -> None:
    for line in {line for where in PLACES.values() for line in load(where).see}:
        words = [word for word in shlex.split(line)[1:] if word == word.lower() and not word.startswith("-")]
        assert words[0] in COMMANDS, line
        if words[0] in GROUPS and len(words) > 1:
            assert words[1] in GROUPS[words[0]], line


def test_help_holds_no_name_or_phone(drive_file) -> None:
    for name in PLACES:
        page = drive_file(f"{name} -h").out
        assert not re.search(r"(\+44|\b0)\d{9,}", page), name
        assert "@" not in page.replace("postgresql://drive@db.example/drive", ""), name


@pytest.mark.parametrize("columns", [80, 200])
def test_help_keeps_to_a_hundred_columns_and_to_a_narrower_terminal(
    drive_file, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    examples = {f"  {example}" for _, example in EXAMPLES}
    for words in ("", *GROUPS, *PLACES):
        page = drive_file(f"{words} -h").out.splitlines()

        assert not [line for line in page if len(line) > min(columns, 100) and line not in examples], words


def test_drive_alone_and_with_a_group_alone(drive_file) -> None:
    alone = drive_file("")
    group = drive_file("case")

    assert alone.code == 0
    assert group.code == 2
    assert "drive case [OPTIONS] COMMAND" in group.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("help contcat", "No such command or topic 'contcat'. Did you mean 'contact'?\ndrive --help\n"),
        ("help exit-code", "No such command or topic 'exit-code'. Did you mean 'exit-codes'?\ndrive --help\n"),
        ("help contact lgo", "No such command 'lgo'. Did you mean 'log'?\ndrive contact --help\n"),
    ],
)
def test_help_on_what_there_is_none_of_says_the_nearest_there_is(drive_file, line: str, said: str) -> None:
    result = drive_file(line)

    assert (result.code, result.out, result.err) == (2, "", said)


def test_help_before_a_whole_line_is_help_on_its_command(drive_file) -> None:
    assert drive_file("help contact log 42").out == drive_file("contact log -h").out


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("help ge", ["getting-started"]),
        ("help cas", ["caseload", "case"]),
        ("help contact l", ["log", "list"]),
    ],
)
def test_completion_offers_topics_and_commands_to_help(drive_file, words: str, offered: list[str]) -> None:
    env = {"_DRIVE_COMPLETE": "bash_complete", "COMP_WORDS": f"drive {words}", "COMP_CWORD": str(len(words.split()))}

    said = drive_file.forked("", env=env).out.split()

    assert [each.partition(",")[2] for each in said] == offered


def test_the_first_page_names_every_topic(drive_file) -> None:
    page = " ".join(drive_file("--help").out.split())

    assert f"drive help TOPIC: {', '.join(TOPICS)}" in page


def test_the_first_page_names_every_command(drive_file) -> None:
    page = drive_file("--help").out

    for name, (_, sentence) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(sentence.split()[0])}", page, re.MULTILINE), name


def test_the_version(drive_file) -> None:
    result = drive_file("--version")

    assert result.code == 0
    assert re.fullmatch(r"drive \d+\.\d+\.\d+\S*\n", result.out)


# -- the examples ------------------------------------------------------------------------------------------------------

BACKUP = "drive-WS-20261129T153000Z.drivebackup"
KNOWN = {"42": "1", "WS-0042": "WS-0001", "12": "1", "P-0007": "P-0001", "P-0031": "P-0002", "WS-0012": "WS-0002"}
KNOWN |= {"/media/stick": "our-values", "/media/stick/monday.drivebackup": "monday.drivebackup"}
THREE_IMPORTS = [f"import agencies {name}.csv" for name in ("one", "two", "three")]
FIRST = {
    "case open --same-as 42": ["case close 1 --reason completed"],
    "case hold 42 --lift": ["case hold 1 --until +1w --by Fay --reason threat"],
    "case suspend 42 --expected-release unknown": ["case suspend 1 --reason custody"],
    "case resume": ["case suspend 1 --reason custody --on 20/2/2026"],
    "case correct 42 review": ["review 1"],
    "unassign 42 --substance": ["assign 1 --substance carl --on 20/2/2026"],
    "unassign 42 --mental-health": ["assign 1 --mental-health dana --on 20/2/2026"],
    "assign 42 --police": ["worker add Kit --username kit --role police"],
    "worker add 'Carl Ives'": ["agency add 'Change Works'"],
    "checklist show": ["checklist start enforcement 1", "checklist start disruption 1"],
    "checklist tick": ["checklist start enforcement 1 --on 1/3/2026"],
    "checklist tick enforcement 42 3": ["checklist tick enforcement 1 0 --state done"],
    "checklist print enforcement 42": ["checklist start enforcement 1"],
    "worker leave amina --on yesterday": ["case transfer 1 --to ben --reason leave"],
    "person": ["case open --forename Lee --surname Other"],
    "backup verify": [f"backup create {BACKUP}"],
    "backup restore": [f"backup create {BACKUP}", "case show 1", "case show 1"],
    "import show 3": THREE_IMPORTS,
    "import undo 3": THREE_IMPORTS,
    "undo": ["contact log 1 --mode meeting --outcome information_given"],
}
"""What must have happened for an example to make sense, by how it begins."""

PEOPLE = [["forename", "surname", "dob"], ["Lee", "Farrow", date(1968, 11, 9)]]
CASES = [["external_ref", "forename", "surname", "opened_on"], ["OLD-1", "Lee", "Farrow", date(2026, 1, 5)]]
CONTACTS = [["case", "on", "mode", "outcome", "note"], ["WS-0001", date(2026, 2, 3), "phone", "held", "Some words."]]
GIVEN = [["case", "role", "worker", "from"], ["WS-0001", "substance", "carl", date(2026, 2, 3)]]
STAFF = [["username", "name", "role"], ["gale", "Gale Frost", "case_manager"]]
TABLES = {
    "people": ("Persons", PEOPLE),
    "cases": ("Cases", CASES),
    "old": ("Cases", [["Case No", "First name", "Last name", "Started on"], CASES[1]]),
    "contacts": ("Contacts", CONTACTS),
    "who": ("Specialists", GIVEN),
    "staff": ("Workers", STAFF),
    "partners": ("Agencies", [["name"], ["Example Housing"]]),
    "one": ("Agencies", [["name"], ["First Advice"]]),
    "two": ("Agencies", [["name"], ["Second Advice"]]),
    "three": ("Agencies", [["name"], ["Third Advice"]]),
}
"""The files that examples of `import` bring in: the sheet's name, and its rows."""


def put_files(folder: Path) -> None:
    """Put all of them into a folder, as CSV and as a workbook."""
    for name, (title, (header, *rows)) in TABLES.items():
        with (folder / f"{name}.csv").open("wb") as stream:
            write_csv(stream, header, rows, bom=True)
        with (folder / f"{name}.xlsx").open("wb") as stream:
            write_xlsx(stream, title, header, rows)


ON_THE_DEMO = ("drive demo", "drive --demo")
STARTING = ("drive init",)
AFTER_A_FAILURE = ("drive drafts",)
AFTER_DAMAGE = ("drive audit accept",)
ASKING = (
    "drive checklist record",
    "drive completion install",
    "drive unlock",
    "drive key p",
    "drive key k",
    "drive key rec",
)
"""Examples that only ask; test_checklist.py, test_completion.py and test_key.py answer them."""

TAKEN = ("drive worker add",)
"""Examples whose username the team of the tests has already."""


def test_every_example_parses() -> None:
    for name, example in EXAMPLES:
        parse(name, example)


def parse(name: str, example: str) -> None:
    """Read an example as its command would; raises what the command would say of it."""
    words = shlex.split(example)
    assert words[0] == "drive"
    words = [word for word in words[1:] if word != "--demo"]
    assert " ".join(words).startswith(name) or name == "drafts list"

    context = cli.make_context("drive", [*words, "--help"][:0], resilient_parsing=True)
    command, rest = cli, words
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0]) if rest else None
        if found is None:
            break
        command, rest = found, rest[1:]
    command.make_context(name, list(rest), resilient_parsing=True)


def examples(begin: tuple[str, ...], *, but: bool = False) -> list[str]:
    """The examples that begin so; with `but`, all others."""
    return [example for _, example in EXAMPLES if example.startswith(begin) is not but]


@pytest.mark.parametrize(
    "example",
    [  # making it anew takes seconds, and test_demo types that very line and looks at much more
        pytest.param(each, marks=pytest.mark.long) if each == "drive demo --reset" else each
        for each in examples(ON_THE_DEMO)
    ],
)
def test_an_example_does_what_it_says_on_the_demo(demo_made: Path, tmp_path: Path, example: str) -> None:
    shutil.copytree(demo_made, tmp_path / "copy")
    drive = Drive(tmp_path / "copy", "file", today=None)

    result = drive(example.removeprefix("drive "))

    assert result.code == 0, str(result)
    assert result.out.startswith("DEMO: ")


@pytest.mark.parametrize("example", examples(STARTING))
def test_an_example_starts_or_joins_a_store(drive_postgres, tmp_path: Path, example: str) -> None:
    address = drive_postgres.env["DRIVE_DATABASE"]
    elsewhere = drive_postgres.another(tmp_path / "elsewhere")

    result = elsewhere(example.removeprefix("drive ").replace("postgresql://drive@db.example/drive", address))

    assert result.code == 0, str(result)
    assert "You act as sam." in result.out
    assert elsewhere("whoami --json").json["username"] == "sam"


@pytest.mark.parametrize("example", examples(AFTER_A_FAILURE))
def test_an_example_does_what_it_says_of_a_draft(drive_file, team, example: str) -> None:
    for surname in ("One", "Two"):
        drive_file.open_case(surname=surname, manager="amina")
    lacks = "" if "--mode" in example else "--mode phone --on 3/3/2026"
    for ref in ("1", "2", "1"):
        drive_file(f"contact log {ref} --outcome held {lacks} --note 'Words of a call.'", ok=False)

    result = drive_file(example.removeprefix("drive "), today="2026-03-03")

    assert result.code == 0, str(result)
    if "use" in example:
        assert "Words of a call." in drive_file("contact list 1 --json").out
        assert [row["id"] for row in drive_file("drafts --json").json] == [2, 1]


@pytest.mark.parametrize("example", examples(AFTER_DAMAGE))
def test_an_example_does_what_it_says_of_damage(drive_file, team, example: str) -> None:
    drive_file.db(write=True).run("UPDATE worker SET name = 'Somebody' WHERE username = 'ben'")
    drive_file.close()

    assert drive_file("audit verify").code == 7
    assert drive_file(example.removeprefix("drive ")).code == 0
    assert drive_file("audit verify --deep").code == 0


def one_contact(drive: Drive) -> None:
    """What every example finds: a case of amina's, with a contact."""
    drive.open_case(forename="Robin", surname="Other", manager="amina", opened="2026-02-02")
    drive("contact log 1 --mode phone --outcome held", ok=True)


ASKS = "drive undo"
"""The example that asks before it does anything; test_undo.py answers it."""


@pytest.mark.parametrize(
    "example",
    [
        each
        for each in examples((*ON_THE_DEMO, *STARTING, *AFTER_A_FAILURE, *AFTER_DAMAGE, *ASKING), but=True)
        if each != ASKS
    ],
)
def test_an_example_does_what_it_says(drive_file, team, stores, tmp_path: Path, monkeypatch, example: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "our-values").mkdir()
    for path in ("practice.toml", "our-values/practice.toml"):
        (tmp_path / path).write_text("[rules.contact]\ndue = 6\n")
    if example.startswith("drive import"):
        put_files(tmp_path)
    stores.prepared(drive_file, one_contact)
    line = example.removeprefix("drive ")
    for begins, before in FIRST.items():
        if line.startswith(begins):
            for each in before:
                drive_file(each, ok=True)
    words = [KNOWN.get(word, word) for word in shlex.split(line)]
    if example.startswith(TAKEN):
        words = [f"{word}x" if word in ("amina", "carl") else word for word in words]
    words = ["--on=1/2/2026" if word == "3/4/2026" else word for word in words]
    words = [word for n, word in enumerate(words) if not (word == "--on" and words[n + 1 : n + 2] == ["--on=1/2/2026"])]

    result = drive_file(words, stdin="Some words.\n")

    assert result.code == 0, str(result)
