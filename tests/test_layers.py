"""Holds the arrows of docs/architecture.md: which layer may import which, who prints, asks, opens and knows today.

A rule is a function from one file's syntax to what is wrong with it, so each is also shown a text that it must report.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "drivecli"
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))

LONGEST_FUNCTION = 60
LONGEST_FILE = 450


@dataclass(frozen=True)
class Import:
    """An imported module by its full name, on which line, and where: `top`, `inside` a function, or for `types`."""

    module: str
    line: int
    where: str


class File:
    """One file of the package: its path under drivecli/, its layer, its text and its syntax."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.layer = path.partition("/")[0].removesuffix(".py")
        self.lines = text.count("\n")
        self.tree = ast.parse(text)
        self.imports = list(_imports(self.tree, "top"))

    def calls(self) -> Iterator[tuple[str, int]]:
        """Everything that is called, as it is written, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node.lineno

    @property
    def is_history(self) -> bool:
        """Whether it is a step of the schema's history: written once, as long as it must be, never edited again."""
        return self.path.startswith("migrations/versions/")


def _imports(node: ast.AST, where: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inner = where
        if isinstance(child, ast.Import):
            yield from (Import(each.name, child.lineno, where) for each in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            yield from (Import(f"{base}.{each.name}", child.lineno, where) for each in child.names)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner = "inside"
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            inner = "types"
        yield from _imports(child, inner)


def is_in(module: str, packages: str) -> bool:
    """Whether a module is one of these packages or lies in one."""
    return any(module == each or module.startswith(f"{each}.") for each in packages.split())


# -- the rules ---------------------------------------------------------------------------------------------------------

ASKS, SHOWS = "questionary prompt_toolkit", "click rich tabulate wcwidth"
ORM = "sqlmodel sqlalchemy alembic drivecli.models"
ABOVE = "drivecli.commands drivecli.app drivecli.cli drivecli.params drivecli.render drivecli.prompts"
TOP_OF_A_COMMAND = (
    "click drivecli.app drivecli.layout drivecli.params drivecli.render drivecli.errors drivecli.domain"
    " drivecli.queries drivecli.commands drivecli.commandline drivecli.preferences"
)


def domain_is_pure(file: File) -> Iterator[str]:
    if file.layer == "domain":
        for each in file.imports:
            standard = each.module.partition(".")[0] in sys.stdlib_module_names
            if not standard and not is_in(each.module, "dateutil drivecli.domain drivecli.errors"):
                yield f"{each.line}: domain imports {each.module}"


def queries_read_plain_sql(file: File) -> Iterator[str]:
    if file.layer == "queries":
        for each in file.imports:
            if is_in(each.module, f"{ORM} {ASKS} {SHOWS} {ABOVE} drivecli.services drivecli.work"):
                yield f"{each.line}: a query imports {each.module}"


def services_never_meet_a_person(file: File) -> Iterator[str]:
    if file.layer == "services":
        for each in file.imports:
            if is_in(each.module, f"{ASKS} {SHOWS} {ABOVE}"):
                yield f"{each.line}: a service imports {each.module}"


def commands_reach_down_late(file: File) -> Iterator[str]:
    if file.layer == "commands":
        for each in file.imports:
            standard = each.module.partition(".")[0] in sys.stdlib_module_names
            if is_in(each.module, f"{ORM} {ASKS} drivecli.db drivecli.work sqlcipher3 psycopg"):
                if each.where != "types":
                    yield f"{each.line}: a command imports {each.module}"
            elif each.where == "top" and not standard and not is_in(each.module, TOP_OF_A_COMMAND):
                yield f"{each.line}: a command imports {each.module} before it runs"


def models_are_tables(file: File) -> Iterator[str]:
    if file.layer == "models":
        for each in file.imports:
            standard = each.module.partition(".")[0] in sys.stdlib_module_names
            if not standard and not is_in(each.module, "sqlmodel sqlalchemy drivecli.models"):
                yield f"{each.line}: a model imports {each.module}"


def only_prompts_asks(file: File) -> Iterator[str]:
    if file.path != "prompts.py":
        for each in file.imports:
            if is_in(each.module, ASKS):
                yield f"{each.line}: imports {each.module}"
        for name, line in file.calls():
            if name in ("input", "getpass.getpass", "click.prompt", "click.confirm"):
                yield f"{line}: asks with {name}"


def ctrl_c_is_never_an_answer(file: File) -> Iterator[str]:
    """questionary's `ask` gives None on Ctrl-C, and its `prompt` gives {}."""
    for name, line in file.calls():
        if re.fullmatch(r".*\.ask|questionary\.(form|prompt)", name):
            yield f"{line}: takes Ctrl-C for an answer with {name}"


def only_db_opens(file: File) -> Iterator[str]:
    if file.path != "db.py":
        for each in file.imports:
            if is_in(each.module, "sqlcipher3 sqlite3 psycopg"):
                yield f"{each.line}: imports {each.module}"


def only_render_prints(file: File) -> Iterator[str]:
    if file.path != "render.py":
        for name, line in file.calls():
            if re.fullmatch(r"print|pprint|click\.s?echo|echo|rich\.print|(.*\.)?(stdout|stderr)\.write(lines)?", name):
                yield f"{line}: prints with {name}"
            if re.fullmatch(r"traceback\.print_\w+", name) and file.path != "cli.py":
                yield f"{line}: prints with {name}"


def only_app_knows_today(file: File) -> Iterator[str]:
    """The moment of recording, `datetime.now(UTC)`, is no day; `params` has no app while a line is being completed."""
    if file.path not in ("app.py", "params.py"):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call):
                call = ast.unparse(node)
                today = (
                    r"(.*\.)?(date\.today|datetime\.today|datetime\.utcnow|datetime\.now|time\.(time|localtime))\(\)"
                )
                if re.fullmatch(today, call) or re.fullmatch(r"(.*\.)?datetime\.now\(.*\)\.date\(\)", call):
                    yield f"{node.lineno}: looks at the calendar with {call}"


def nothing_is_called_utils(file: File) -> Iterator[str]:
    if {"utils", "util"} & set(file.path.removesuffix(".py").split("/")):
        yield f"1: {file.path} says nothing of what is in it"


def everything_fits_a_screen_or_a_few(file: File) -> Iterator[str]:
    if file.is_history:
        return
    if file.lines > LONGEST_FILE:
        yield f"1: {file.path} has {file.lines} lines"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            length = (node.end_lineno or first) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{first}: {node.name} has {length} lines"


def what_is_public_is_explained(file: File) -> Iterator[str]:
    """Tables speak by their columns, and a method that overrides another's is explained there."""
    if file.is_history:
        return
    if not ast.get_docstring(file.tree):
        yield f"1: {file.path} does not say what it is responsible for"
    for node in file.tree.body:
        yield from _unexplained(node)
        if isinstance(node, ast.ClassDef) and not node.bases and not node.name.startswith("_"):
            for each in node.body:
                yield from _unexplained(each)


def _unexplained(node: ast.stmt) -> Iterator[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
        return
    is_table = isinstance(node, ast.ClassDef) and any(keyword.arg == "table" for keyword in node.keywords)
    if not is_table and not ast.get_docstring(node):
        yield f"{node.lineno}: {node.name} has no docstring"


Rule = Callable[[File], Iterator[str]]

LONG_FUNCTION = "def f():\n" + "    pass\n" * LONGEST_FUNCTION

BITES: list[tuple[Rule, str, str]] = [
    (domain_is_pure, "domain/made_up.py", "import click"),
    (domain_is_pure, "domain/made_up.py", "from drivecli import db"),
    (domain_is_pure, "domain/made_up.py", "def f():\n    from drivecli.queries import cases"),
    (queries_read_plain_sql, "queries/made_up.py", "from sqlmodel import Session"),
    (queries_read_plain_sql, "queries/made_up.py", "def f():\n    import sqlalchemy.orm"),
    (queries_read_plain_sql, "queries/made_up.py", "from drivecli.services import cases"),
    (queries_read_plain_sql, "queries/made_up.py", "from drivecli.work import Work"),
    (services_never_meet_a_person, "services/made_up.py", "import click"),
    (services_never_meet_a_person, "services/made_up.py", "from drivecli import render"),
    (services_never_meet_a_person, "services/made_up.py", "def f():\n    from drivecli.commands.case import LIST"),
    (commands_reach_down_late, "commands/made_up.py", "from drivecli.services import cases"),
    (commands_reach_down_late, "commands/made_up.py", "from drivecli import prompts"),
    (commands_reach_down_late, "commands/made_up.py", "def f():\n    from sqlmodel import select"),
    (commands_reach_down_late, "commands/made_up.py", "def f():\n    from drivecli import db"),
    (models_are_tables, "models/made_up.py", "from drivecli.domain import window"),
    (only_prompts_asks, "commands/made_up.py", "def f():\n    import questionary"),
    (only_prompts_asks, "app.py", "name = input()"),
    (ctrl_c_is_never_an_answer, "prompts.py", "name = questionary.text('Name').ask()"),
    (ctrl_c_is_never_an_answer, "prompts.py", "answers = questionary.prompt([])"),
    (only_db_opens, "services/made_up.py", "import sqlcipher3"),
    (only_db_opens, "queries/made_up.py", "def f():\n    from psycopg import connect"),
    (only_render_prints, "app.py", "print('hello')"),
    (only_render_prints, "commands/made_up.py", "click.echo('hello')"),
    (only_render_prints, "cli.py", "sys.stderr.write('hello')"),
    (only_render_prints, "work.py", "traceback.print_exc()"),
    (only_app_knows_today, "services/made_up.py", "day = date.today()"),
    (only_app_knows_today, "queries/made_up.py", "day = datetime.now(UTC).date()"),
    (only_app_knows_today, "work.py", "now = datetime.datetime.now()"),
    (nothing_is_called_utils, "domain/utils.py", ""),
    (everything_fits_a_screen_or_a_few, "work.py", LONG_FUNCTION),
    (everything_fits_a_screen_or_a_few, "work.py", "\n" * (LONGEST_FILE + 1)),
    (what_is_public_is_explained, "work.py", "'Told.'\nTOLD = 1\n\nclass C:\n    pass"),
    (what_is_public_is_explained, "work.py", "VALUE = 1"),
    (what_is_public_is_explained, "work.py", "'''Told.'''\ndef f(): ..."),
    (what_is_public_is_explained, "work.py", "'''Told.'''\nclass C:\n    '''Told.'''\n    def f(self): ..."),
]
"""A text that each rule must report, and the path it is made to lie at."""

RULES: list[Rule] = list(dict.fromkeys(rule for rule, _, _ in BITES))


def test_every_file_keeps_every_rule() -> None:
    files = [File(path, (ROOT / path).read_text(encoding="utf-8")) for path in FILES]

    faults = [f"{file.path}:{fault} ({rule.__name__})" for file in files for rule in RULES for fault in rule(file)]

    assert faults == []


@pytest.mark.parametrize(("rule", "path", "text"), BITES)
def test_a_rule_reports_what_breaks_it(rule: Rule, path: str, text: str) -> None:
    file = File(path, text)

    faults = list(rule(file))

    assert len(faults) == 1


def test_every_rule_of_this_file_is_held() -> None:
    here = File("tests", Path(__file__).read_text(encoding="utf-8"))
    takes_a_file = {
        node.name
        for node in here.tree.body
        if isinstance(node, ast.FunctionDef) and [ast.unparse(a.annotation or a) for a in node.args.args] == ["File"]
    }

    held = {rule.__name__ for rule in RULES}

    assert held == takes_a_file
