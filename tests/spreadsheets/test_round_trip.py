"""What was written reads as the same texts, whatever they are and in every form."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.spreadsheets.safe import TRIGGERS, csv_cell, csv_text
from drivecli.spreadsheets.sheet import Cell
from drivecli.spreadsheets.writing import write_csv, write_json, write_jsonl, write_xlsx

from .making import PLAIN
from .opening import known, opened, rows

UNSEEN = " \t\r\n\x00\x01\x0b\x0c\x1c\x1f\x7f\x85\xa0\u200b\u200e\u2028\u2029\u202e\ufeff"

LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")

NASTY = [
    *["=1+1", "+44 7700 900000", "-5", "@cmd", "|pipe", "%x", "＝1", "\u200b=1", "\ufeff=1", " \t=1", "'", "''", "'=1"],
    *["'abc", "\t", "\r", "\n", "\r\n", "a\rb", "a\r\nb\nc", " lead", "trail ", "  ", '"', '""', '","', ',";|\t'],
    *["_x0041_", "_x005F_", "_x0041_x0042_", "_x005f_x0041_", "_xFFFE_", "_x005F_xFFFE_", "_xFFFF_xFFFE_", "_x_"],
    *["<r>x</r>", "<r><t>evil</t></r>", "<r>_x0041_</r>", "<r>", "&#95;", "&amp;", "]]>", "<!DOCTYPE x>"],
    *[
        "\ufffe",
        "\uffff",
        "a\ufffe_xFFFE_",
        "\x01\x1f\x7f\x85",
        "\u2028\u2029",
        "\U0010ffff",
        "😀",
        "👩‍👩‍👧",
        "e\u0301",
    ],
    *["\u202eright", "שלום", "مرحبا", "0071", "1e5", "TRUE", "31/02/2026", "#REF!", "#N/A", "NaN", "null", "sep=;"],
    *["https://example.org", "mailto:a@example.org", "{=1}", "[1]", '{"a": 1}', "x" * 300, "\x0b\x0c\x1c", "\xa0"],
]
TEXTS = st.one_of(
    st.sampled_from(NASTY), st.text(LETTERS, max_size=8), st.tuples(*[st.sampled_from(NASTY)] * 2).map("".join)
)
NAMES = st.lists(
    st.sampled_from(
        ["name", "=note", "'born", " phone ", "a,b", "c;d", 'q"q', "line\nbreak", "<r>h</r>", "_x0041_", "é", "ref"]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)

Table = tuple[list[str], list[list[str]]]


@st.composite
def tables(draw: Callable[..., object]) -> Table:
    """Headings, and rows of texts of which at least one is not empty (a row of empty cells is a blank row).

    No row has more known headings in it than the first: that one would be taken for the heading, as it should be.
    """
    names: list[str] = draw(NAMES)  # type: ignore[assignment]
    row = st.lists(TEXTS, min_size=len(names), max_size=len(names)).filter(any)
    row = row.filter(lambda cells: known(cells) <= known(names))
    return names, draw(st.lists(row, max_size=3))  # type: ignore[return-value]


def _same(table: Table, data: bytes) -> None:
    sheet = opened(data)
    found = rows(sheet)
    if sheet.form in ("csv", "xlsx") or table[1]:
        assert sheet.header == table[0]
    assert found == table[1]


def often(few: int, many: int) -> pytest.MarkDecorator:
    """So many tables are drawn, and so many when there is time: `pytest -m long`."""
    return pytest.mark.parametrize("times", [few, pytest.param(many, marks=pytest.mark.long)])


def drawn(times: int, holds: Callable[..., None], *of: st.SearchStrategy) -> None:
    """See whether it holds of so many, the same in every run."""
    settings(max_examples=times, deadline=None, derandomize=True)(given(*of)(holds))()


@often(300, 3000)
def test_a_table_written_as_csv_reads_as_the_same_texts_and_starts_no_formula(times: int) -> None:
    def holds(table: Table, bom: bool) -> None:
        stream = io.BytesIO()

        count = write_csv(stream, *table, bom=bom)

        assert count == len(table[1])
        _same(table, stream.getvalue())
        written = csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"), newline=""))
        cells = [cell for row in written for cell in row if cell]
        assert not [cell for cell in cells if cell[0] in "\t\r\n" or cell.lstrip(UNSEEN)[:1] in set(TRIGGERS)]

    drawn(times, holds, tables(), st.booleans())


@often(60, 300)
def test_a_table_written_as_a_workbook_reads_as_the_same_texts(times: int) -> None:
    def holds(table: Table) -> None:
        stream = io.BytesIO()

        count = write_xlsx(stream, "Cases", *table)

        assert count == len(table[1])
        _same(table, stream.getvalue())

    drawn(times, holds, tables())


@often(100, 300)
def test_a_table_written_as_json_reads_as_the_same_texts(times: int) -> None:
    def holds(table: Table) -> None:
        whole, lines = io.BytesIO(), io.BytesIO()

        write_json(whole, *table)
        write_jsonl(lines, *table)

        assert whole.getvalue().isascii()
        if table[1]:
            _same(table, whole.getvalue())
            _same(table, lines.getvalue())
            assert json.loads(whole.getvalue()) == [json.loads(line) for line in lines.getvalue().splitlines()]

    drawn(times, holds, tables())


@often(300, 1000)
def test_the_apostrophe_before_a_formula_comes_off_again_and_no_other(times: int) -> None:
    def holds(text: str) -> None:
        cell = csv_cell(text)

        assert csv_text(cell) == text
        assert cell in (text, "'" + text)
        assert csv_cell(csv_cell(cell)).lstrip("'") == text.lstrip("'")

    drawn(times, holds, TEXTS)


def test_only_what_a_spreadsheet_would_run_is_changed_in_a_csv() -> None:
    plain = ["O'Brien", "a=b", "x@example.org", "5%", "", "-"[:0], "😀=", "«=»", "1-2"]

    assert [csv_cell(text) for text in plain] == plain
    assert csv_cell("+44 7700") == "'+44 7700"
    assert csv_cell(" \u200e\ufeff=1") == "' \u200e\ufeff=1"
    assert csv_text("'abc") == "'abc"


LONG = "ab\n😀" * 50_000
VALUES: list[list[Cell]] = [
    [date(1899, 12, 31), date(2024, 2, 29), datetime(2024, 2, 29, 13, 45, 9), time(9, 30)],
    [True, False, 71, -1.5],
    [10**15, -(10**18), None, "x"],
    [["a", "=b"], [], 0, ""],
]
FOUR = ["name", "born", "phone", "note"]


def test_values_are_text_in_a_csv() -> None:
    stream = io.StringIO()

    assert write_csv(stream, FOUR, VALUES, bom=False) == 4

    assert rows(opened(stream.getvalue().encode())) == [
        ["1899-12-31", "2024-02-29", "2024-02-29T13:45:09", "09:30:00"],
        ["yes", "no", "71", "-1.5"],
        [str(10**15), str(-(10**18)), "", "x"],
        ['["a", "=b"]', "[]", "0", ""],
    ]
    assert stream.getvalue().startswith('"name","born"')
    assert stream.getvalue().count("\r\n") == 5


def test_values_are_themselves_in_a_workbook_where_nothing_is_lost() -> None:
    stream = io.BytesIO()

    assert write_xlsx(stream, "A: title/with [signs] that a sheet cannot have", FOUR, VALUES) == 4

    sheet = opened(stream.getvalue())
    assert rows(sheet) == [
        ["1899-12-31", date(2024, 2, 29), datetime(2024, 2, 29, 13, 45, 9), time(9, 30)],
        ["yes", "no", 71, -1.5],
        [str(10**15), str(-(10**18)), "", "x"],
        ['["a", "=b"]', "[]", 0, ""],
    ]
    assert "sheet: A  title with  signs  that a sh" in sheet.took


def test_values_are_those_of_json_in_json() -> None:
    stream = io.BytesIO()

    assert write_json(stream, FOUR, VALUES) == 4

    assert rows(opened(stream.getvalue())) == [
        ["1899-12-31", "2024-02-29", "2024-02-29T13:45:09", "09:30:00"],
        [True, False, 71, -1.5],
        [10**15, -(10**18), "", "x"],
        [["a", "=b"], [], 0, ""],
    ]


@pytest.mark.parametrize("write", [write_csv, write_json, write_jsonl])
def test_a_table_without_rows_is_written_and_the_stream_stays_open(write: Callable[..., int]) -> None:
    stream = io.BytesIO()
    options = {"bom": True} if write is write_csv else {}

    assert write(stream, FOUR, [], **options) == 0

    assert not stream.closed
    stream.write(b"more")


def test_a_long_text_goes_on_in_further_columns_of_a_workbook_and_comes_back_whole() -> None:
    table: list[Sequence[Cell]] = [
        ["short", "a", "b", "c"],
        ["long", LONG, "b", "c"],
        ["edge", "y" * 32767, "z" * 32768, ""],
    ]
    stream = io.BytesIO()

    write_xlsx(stream, "Notes", FOUR, table)

    sheet = opened(stream.getvalue())
    assert sheet.header == FOUR
    assert rows(sheet) == [list(row) for row in table]
    assert "parts of one text joined: born" in sheet.took


def test_the_parts_of_a_long_text_are_joined_when_a_spreadsheet_saved_them_as_csv_or_json() -> None:
    names, row = ["name", "note", "note (2)", "note (3)"], ["x", "a" * 32767, "b" * 32766, "c"]

    for write, options in ((write_csv, {"bom": True}), (write_json, {}), (write_jsonl, {})):
        stream = io.BytesIO()
        write(stream, names, [row, ["y", "short", "", ""]], **options)  # type: ignore[operator]
        sheet = opened(stream.getvalue())
        assert sheet.header == ["name", "note"]
        assert rows(sheet) == [["x", "".join(row[1:])], ["y", "short"]]


def test_a_second_phone_is_not_taken_for_the_rest_of_the_first() -> None:
    sheet = opened(b"name,phone,phone (2)\nJo,07700 900001,07700 900002\n")

    assert sheet.header == ["name", "phone", "phone (2)"]
    assert rows(sheet) == [["Jo", "07700 900001", "07700 900002"]]


def test_a_part_that_nothing_leads_to_is_a_fault_of_its_row() -> None:
    stream = io.BytesIO()
    write_csv(stream, ["name", "note", "note (2)"], [["x", "a" * 32767, "b"], ["y", "short", "lost"]], bom=False)

    good, bad = opened(stream.getvalue()).lines()

    assert not good.fault
    assert bad.fault == "Column C (note (2)) goes on with a text that does not fill the column before it."
    assert list(bad.cells) == ["y", "shortlost"]


def test_the_writer_of_workbooks_still_has_the_faults_that_are_mended_here() -> None:
    """When this fails, `celltexts` can become smaller."""
    import python_calamine
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, PLAIN)
    sheet = book.add_worksheet()
    texts = ["<r><t>evil</t></r>", "_x005f_x0041_", "\ufffe"]
    for row, text in enumerate(texts):
        sheet.write_string(row, 0, text)
    book.close()

    read = python_calamine.load_workbook(io.BytesIO(stream.getvalue())).get_sheet_by_index(0).to_python()

    assert [row[0] for row in read] == ["evil", "_x005fA", "_xFFFE_"]
