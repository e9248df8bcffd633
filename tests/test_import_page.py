"""docs/import.md is typed from top to bottom, in a store of its own, and shows what the screen shows.

    WRITE_DOCS=1 pytest tests/test_import_page.py -n 0

writes its outputs, docs/columns.md and the files of tests/data anew; read them before you commit them.
"""

import csv
import io
import os
import re
import shlex
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import old_cases
import pytest
import time_machine
from conftest import Drive, _surround, run
from test_docs import type_line

from drivecli.catalogue import Catalogue
from drivecli.domain.columns import KINDS
from drivecli.spreadsheets.reading import open_sheet

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
PAGE = ROOT / "docs" / "import.md"
COLUMNS = ROOT / "docs" / "columns.md"
WRITE = bool(os.environ.get("WRITE_DOCS"))

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
BLOCK = re.compile(r"```console\n(?P<lines>.*?)```", re.DOTALL)
MENDING = re.compile(r"<!-- mending -->\n\n(?P<table>.*?)\n\n", re.DOTALL)
SHEET = re.compile(r"(?<=<!-- sheet -->\n).*?(?=<!-- end of sheet -->)", re.DOTALL)
BAR = re.compile(r"^(Reading|Bringing in) .*( \.\.\.|: \d+ rows?\.)\n", re.MULTILINE)
"""What is said of progress where nobody sees a bar."""

SHOWN_ROWS = (
    "OLD-1001",
    "OLD-1007",
    "OLD-1011",
    "OLD-1013",
    "OLD-1016",
    "OLD-1025",
    "OLD-1027",
    "OLD-1030",
    "OLD-1040",
)
SHOWN_COLUMNS = ("Case No", "Surname", "First Name", "D.O.B.", "Started", "Risk", "Key Worker", "Date Closed")


@pytest.mark.parametrize("name", old_cases.FILES)
def test_the_old_files_are_what_they_are_made_of(name: str) -> None:
    file, made = DATA / name, old_cases.FILES[name]()
    if WRITE and not _same(file, made):
        file.write_bytes(made)

    assert _same(file, made)


def _same(file: Path, made: bytes) -> bool:
    """A workbook is the same when its cells are: how it is packed is up to the library of the day."""
    if not file.exists() or file.suffix == ".csv":
        return file.exists() and file.read_bytes() == made
    return _cells(file.read_bytes()) == _cells(made)


def _cells(book: bytes) -> list[object]:
    how = {"sheet": None, "encoding": None, "delimiter": None}
    sheet = open_sheet(None, io.BytesIO(book), known=lambda row: len(set(row) & set(old_cases.HEADER)), **how)
    return [sheet.header, *sheet.lines()]


def test_the_old_list_has_every_mess_in_it() -> None:
    text = old_cases.old_cases_csv()
    started = [row[old_cases.HEADER.index("Started")] for row in old_cases.ROWS]
    phones = {row[old_cases.HEADER.index("Mobile")][:1] for row in old_cases.ROWS}

    with pytest.raises(UnicodeDecodeError):
        text.decode("utf-8")
    assert text.startswith(b"Perpetrator programme")
    assert b"\n\n" in text
    assert {"10/13/2025", "3/11/25"} <= set(started)
    assert phones == {"0", "+", ""}


@dataclass
class Typist:
    """Types the page's lines in a folder, from top to bottom. The file of rejected rows is mended once it is there.

    `ended` is each line with its exit code, and whether the page says it.
    """

    folder: Path
    page: str
    ended: list[tuple[str, int, bool]] = field(default_factory=list)
    mended: bool = False

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def __call__(self, block: re.Match[str]) -> str:
        """A block of the page, with what the screen shows."""
        lines = re.findall(r"^\$ (.*)$", block["lines"], re.MULTILINE)
        shown = [
            f"$ {line}\n{self._type(line, told=[*lines, ''][place] == 'echo $?')}"
            for place, line in enumerate(lines, 1)
        ]
        return f"```console\n{''.join(shown)}```"

    def _type(self, line: str, *, told: bool) -> str:
        if line == "echo $?":
            return f"{self.ended[-1][1]}\n"
        rejected = self.folder / "old_cases.rejected.csv"
        if rejected.name in line and not self.mended:
            mend(rejected, self.page)
            self.mended = True
        typed, arrow, _ = line.partition(" 2> ")
        if arrow:
            result = run(shlex.split(typed)[1:], {"DRIVE_HOME": str(self.home)})
            code, said = result.code, result.out
        else:
            code, said = type_line(typed, self.home)
        self.ended.append((line, code, told))
        return BAR.sub("", said).replace(str(self.home), "~/drive-practice")


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Typist, str]]:
    """The page typed once, in a folder with its files, and what it should say."""
    folder = tmp_path_factory.mktemp("page")
    for name in old_cases.FILES:
        (folder / name).write_bytes((DATA / name).read_bytes())
    page = PAGE.read_text(encoding="utf-8")
    typist = Typist(folder, page)
    with time_machine.travel(MORNING, tick=False), pytest.MonkeyPatch.context() as patch:
        _surround(patch, folder)
        patch.chdir(folder)
        yield typist, SHEET.sub(f"\n{_sheet()}\n", BLOCK.sub(typist, page))


def test_the_page_shows_what_the_screen_shows(typed: tuple[Typist, str]) -> None:
    typist, shown = typed

    if WRITE:
        PAGE.write_text(shown, encoding="utf-8")
    assert shown == typist.page


def test_the_page_says_of_every_line_that_does_not_end_well_how_it_ends(typed: tuple[Typist, str]) -> None:
    typist, _ = typed

    assert [(line, code) for line, code, told in typist.ended if code and not told] == []
    assert {code for _, code, _ in typist.ended} == {0, 2, 3, 6}


def mend(file: Path, page: str) -> None:
    """Mend a file of rejected rows as the page's table says."""
    header, *rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline=""))
    found = MENDING.search(page)
    assert found
    for line in found["table"].splitlines()[2:]:
        case, column, was, now = (each.strip() for each in line.strip("|").split("|"))
        [row] = [row for row in rows if row[0] == case]
        assert row[header.index(column)] == was, line
        row[header.index(column)] = now
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def _sheet() -> str:
    """Some rows and columns of the list, with the row numbers of a spreadsheet program."""
    places = [old_cases.HEADER.index(name) for name in SHOWN_COLUMNS]
    lines = [f"| row | {' | '.join(SHOWN_COLUMNS)} |", f"|---{'|---' * len(places)}|"]
    for number, row in enumerate(old_cases.ROWS, len(old_cases.TITLE) + 2):
        if row[0] in SHOWN_ROWS:
            lines.append(f"| {number} | {' | '.join(row[place].strip() for place in places)} |")
    return "\n".join([*lines, ""])


def test_nothing_of_the_forty_is_lost_or_made_up(typed: tuple[Typist, str]) -> None:
    typist, _ = typed
    drive = Drive(typist.home, "file", today=None)

    here = drive("export cases --json --include-restricted --reason check", ok=True).json

    by_ref = {row["external_ref"]: row for row in here}
    assert sorted(by_ref) == [f"OLD-{number}" for number in range(1001, 1041)]
    assert len(here) == 40
    assert by_ref["OLD-1003"]["surname"] == "O’Neill"
    assert by_ref["OLD-1007"]["forename"] == "Ellis"
    assert by_ref["OLD-1005"]["phone"] == "+44 7700 900105"
    assert by_ref["OLD-1004"]["phone"] == "01632 960104"
    assert by_ref["OLD-1025"]["opened_on"] == "2025-10-13"
    assert by_ref["OLD-1011"]["dob"] is None
    assert "equal the rules' answer for every case" in drive("doctor", ok=True).out


def test_the_file_of_rejected_rows_is_private(drive_file, tmp_path: Path) -> None:
    file = tmp_path / "old_cases.csv"
    file.write_bytes((DATA / "old_cases.csv").read_bytes())

    drive_file(["import", "cases", str(file), "--map", "opened_on=Started", "--partial"], ok=False)

    assert stat.S_IMODE((tmp_path / "old_cases.rejected.csv").stat().st_mode) == 0o600


# -- docs/columns.md ---------------------------------------------------------------------------------------------------


def columns_page() -> str:
    """Every column of every kind, from the data."""
    catalogue = Catalogue()
    parts = [
        "# Columns of what is imported and exported\n",
        "Made from `drivecli/templates/columns/`: a test holds it, and",
        "`WRITE_DOCS=1 pytest tests/test_import_page.py -n 0` writes it anew. `drive import fields KIND` says the same",
        "at a terminal, with your service's own values.\n",
        "A heading is matched whatever its case, spaces and punctuation. How a sheet is brought in:",
        "[import.md](import.md).\n",
    ]
    for kind in KINDS:
        parts += [f"## {kind}\n", "| column | needed | holds | what | also headed |", "|---|---|---|---|---|"]
        for each in catalogue.columns(kind).values():
            codes = [f"`{code}`" for code in catalogue.codes(each.codes)] if each.codes else []
            what = f"{each.says}: {', '.join(codes)}" if codes else each.says
            needed = "yes" if each.required else ""
            holds = each.kind.replace("_", " ")
            parts.append(f"| `{each.code}` | {needed} | {holds} | {what} | {', '.join(each.synonyms)} |")
        parts.append("")
    return "\n".join(parts)


def test_the_page_of_columns_is_what_the_data_says() -> None:
    if WRITE:
        COLUMNS.write_text(columns_page(), encoding="utf-8")

    assert COLUMNS.read_text(encoding="utf-8") == columns_page()
