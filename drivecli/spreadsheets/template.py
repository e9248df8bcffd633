"""A workbook to be filled in: headings that explain themselves, drop-downs, days as days, one example row."""

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, NamedTuple

from drivecli.spreadsheets.sheet import Cell
from drivecli.spreadsheets.workbooks import CHOICES, CHOICES_SAYS

ROWS = 5000
"""Rows below the heading that have drop-downs and days."""

WIDEST = 40


class Heading(NamedTuple):
    """A column to be filled in: what it is called, says and takes, and an example."""

    name: str
    says: str
    required: bool
    choices: Sequence[str]
    is_day: bool
    example: Cell


def write_template(stream: BinaryIO, title: str, headings: Sequence[Heading]) -> None:
    """Write the workbook. Needed columns have a bold heading; what a column holds is said beside its heading."""
    import xlsxwriter

    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    text = book.add_format({"num_format": "@"})
    needed = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    other = book.add_format({"bg_color": "#F2F2F2", "border": 1})
    example = book.add_format({"italic": True, "font_color": "#595959", "num_format": "@"})
    example_day = book.add_format({"italic": True, "font_color": "#595959", "num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet(title)
    lists = book.add_worksheet(CHOICES)  # written into the cells, a list may have 255 letters at most
    lists.write_string(0, 0, CHOICES_SAYS)
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading.name, needed if heading.required else other)
        sheet.write_comment(0, place, _said(heading), {"x_scale": 2})
        sheet.set_column(place, place, _width(heading), day if heading.is_day else text)
        if isinstance(heading.example, date):
            sheet.write_datetime(1, place, heading.example, example_day)
        elif heading.example is not None:
            sheet.write_string(1, place, str(heading.example), example)
        if heading.choices:
            lists.write_column(1, place, [heading.name, *heading.choices])
            column = xlsxwriter.utility.xl_col_to_name(place)
            source = f"={CHOICES}!${column}$3:${column}${len(heading.choices) + 2}"
            sheet.data_validation(1, place, ROWS, place, _one_of(heading, source))
    lists.hide()
    book.close()


def _said(heading: Heading) -> str:
    needed = "Needed: " if heading.required else ""
    return f"{needed}{heading.says}."


def _width(heading: Heading) -> int:
    longest = max([len(heading.name), len(str(heading.example or "")), *map(len, heading.choices)])
    return min(max(longest, 10), WIDEST) + 2


def _one_of(heading: Heading, source: str) -> dict[str, object]:
    """A list to choose from. What is not on it can still be typed after a warning: the import says what it takes."""
    return {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "error_title": heading.name,
        "error_message": "This is not on the list of what the import takes.",
    }
