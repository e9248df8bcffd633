"""What is written is read as the same, in every form and whatever the text; and no cell of a CSV file is a formula."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivecli.spreadsheets import writing
from drivecli.spreadsheets.reading import open_sheet
from drivecli.spreadsheets.safe import csv_cell, csv_text

NAMES = ["name", "note", "third"]
AWKWARD = [
    "=1+1", "+44 1903 000000", "-5", "@SUM(A1)", "|calc", "%x", "'quoted", "''", "'", "＝1", "0071", "1e5", "TRUE",
    '"', '""', ",", ";", "\t", " x ", "\r\n", "a\r\nb", "a\rb", "a\nb", "\x07bell", "\x1b[31m", "_x0041_", "_x005F_",
    "🏠🏳️‍🌈", "بيت الأمان", "\u202eabc", "\ufeffmark", "2026-03-02", "31/02/2026", "a\u0085b", "a\u2028b", "￾",
]  # fmt: skip
TEXT = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.builds(lambda a, b: a + b, st.sampled_from(AWKWARD), st.sampled_from(AWKWARD)),
)
ROWS = st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=1, max_size=8)
FORMULAS = tuple("=+-@|%＝＋－＠｜％\t\r\n")

FORMS: dict[str, Callable[[Any, Any], int]] = {
    "csv": lambda stream, rows: writing.write_csv(stream, NAMES, rows, bom=True),
    "xlsx": lambda stream, rows: writing.write_xlsx(stream, "Rows", NAMES, rows),
    "json": lambda stream, rows: writing.write_json(stream, NAMES, rows),
    "jsonl": lambda stream, rows: writing.write_jsonl(stream, NAMES, rows),
}


def read(path: Path) -> list[list[str]]:
    sheet = open_sheet(path, None, sheet=None, encoding=None, delimiter=None, known=lambda row: len({*row} & {*NAMES}))
    assert sheet.header[:3] == NAMES
    lines = list(sheet.lines())
    assert not [line.fault for line in lines if line.fault]
    return [["" if cell is None else cell for cell in line.cells] for line in lines]


def round_trip(folder: Path, form: str, rows: list[tuple[str, str, str]]) -> None:
    path = folder / f"rows.{form}"
    with path.open("wb") as stream:
        assert FORMS[form](stream, rows) == len(rows)
    blank = [row for row in rows if any(row)]  # a row with nothing in it is no row
    assert read(path) == [list(row) for row in blank]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def examples(many: int) -> settings:
    """So many tables, the same in every run."""
    return settings(
        max_examples=many, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
    )


@examples(2200)
@given(rows=ROWS)
def test_a_csv_file_is_read_as_it_was_written(folder: Path, rows: list[tuple[str, str, str]]) -> None:
    round_trip(folder, "csv", rows)


@examples(150)
@given(rows=ROWS)
def test_a_workbook_is_read_as_it_was_written(folder: Path, rows: list[tuple[str, str, str]]) -> None:
    round_trip(folder, "xlsx", rows)


@pytest.mark.parametrize("form", ["json", "jsonl"])
@examples(400)
@given(rows=ROWS)
def test_json_is_read_as_it_was_written(folder: Path, form: str, rows: list[tuple[str, str, str]]) -> None:
    round_trip(folder, form, rows)


@pytest.mark.parametrize("form", FORMS)
def test_a_note_as_long_as_it_may_be_comes_back_whole(tmp_path: Path, form: str) -> None:
    round_trip(tmp_path, form, [("a", "🏠x\r\n" * 40_000, "b"), ("c", "", "d"), ("e", "y" * 32_767, "f")])


@examples(1000)
@given(text=TEXT)
def test_a_cell_of_a_csv_file_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    cell = csv_cell(text)

    assert csv_text(cell) == text
    assert not cell.lstrip(" \x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x1b\ufeff").startswith(FORMULAS)


def test_without_its_guard_a_cell_would_be_a_formula() -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(["=1+1"])

    assert written.getvalue().strip().strip('"').startswith(FORMULAS)
