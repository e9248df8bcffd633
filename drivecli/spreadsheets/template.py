"""A workbook to fill in: headings that say what belongs below them, lists to choose from, days as days, an example."""

from collections.abc import Sequence
from typing import Any, BinaryIO, NamedTuple

from drivecli.spreadsheets import celltexts
from drivecli.spreadsheets.sheet import Cell
from drivecli.spreadsheets.workbooks import CHOICES, CHOICES_SAYS
from drivecli.spreadsheets.writing import sheet_name, workbook

FILLED_IN = 5000
"""So many rows have lists and formats."""

WIDEST, NARROWEST = 40, 12


class Heading(NamedTuple):
    """One column: its name, what belongs there, and what can be chosen."""

    name: str
    says: str
    required: bool
    choices: Sequence[str]
    is_day: bool
    example: Cell


def write_template(stream: BinaryIO, title: str, headings: Sequence[Heading]) -> None:
    """A workbook with these headings and one example row."""
    book = workbook(stream)
    sheet = book.add_worksheet(sheet_name(title))
    lists = _Lists(book)
    styles = _styles(book)
    for column, each in enumerate(headings):
        style = styles["day"] if each.is_day else styles["text"]
        sheet.set_column(column, column, _width(each), style)
        sheet.write_string(0, column, celltexts.written(each.name), styles["required" if each.required else "heading"])
        said = f"{_duty(each)} {each.says}"
        sheet.write_comment(0, column, said, {"x_scale": 2, "y_scale": 1 + len(said) // 160, "author": ""})
        _example(sheet, column, each.example, styles["example day" if each.is_day else "example"])
        _help(sheet, column, each, lists.of(each))
    sheet.set_row(0, 24)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{FILLED_IN}"})
    sheet.activate()
    book.close()


def _styles(book: Any) -> dict[str, Any]:
    head = {"bold": True, "num_format": "@", "valign": "vcenter", "bottom": 1}
    day, left = {"num_format": "dd/mm/yyyy"}, {"align": "left"}
    grey = {"italic": True, "font_color": "#595959"}
    return {
        "heading": book.add_format(head | {"bg_color": "#EDEDED"}),
        "required": book.add_format(head | {"bg_color": "#1F3864", "font_color": "#FFFFFF"}),
        "text": book.add_format({"num_format": "@"}),
        "day": book.add_format(day | left),
        "example": book.add_format(grey | {"num_format": "@"}),
        "example day": book.add_format(grey | day | left),
    }


def _width(heading: Heading) -> int:
    widest = max(
        [len(heading.name) + 4, len(str(heading.example or "")) + 2, *(len(each) + 2 for each in heading.choices)]
    )
    return max(NARROWEST, min(widest, WIDEST))


def _duty(heading: Heading) -> str:
    """What the colour of a heading says, in words."""
    return "Must be filled in." if heading.required else "May be left empty."


def _example(sheet: Any, column: int, example: Cell, style: Any) -> None:
    from datetime import date

    if isinstance(example, date):
        sheet.write_datetime(1, column, example, style)
    elif example is not None and example != "":
        said = ("yes" if example else "no") if isinstance(example, bool) else str(example)
        sheet.write_string(1, column, celltexts.written(said), style)


def _help(sheet: Any, column: int, heading: Heading, choices: str) -> None:
    """What is shown beside a cell when it is chosen, with the list to choose from where there is one."""
    said = f"{_duty(heading)} {heading.says}"
    rule: dict[str, Any] = {
        "input_title": heading.name[:32],
        "input_message": said if len(said) <= 255 else said[:252] + "...",
    }
    if choices:
        rule |= {
            "validate": "list",
            "source": choices,
            "error_title": "Not in the list",
            "error_message": "Choose a value from the list. They are all on the sheet that the list comes from.",
        }
    elif heading.is_day:
        from datetime import date

        rule |= {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1900, 3, 1),
            "maximum": date(2100, 12, 31),
            "error_title": "Not a day",
            "error_message": "Type a day as day/month/year, for example 31/01/2026.",
        }
    else:
        rule["validate"] = "any"
    sheet.data_validation(1, column, FILLED_IN, column, rule)


class _Lists:
    """The hidden sheet with what can be chosen: a list in the cell itself may have no more than 255 letters."""

    def __init__(self, book: Any) -> None:
        self._sheet = book.add_worksheet(CHOICES)
        self._sheet.write_string(0, 0, CHOICES_SAYS)
        self._sheet.hide()
        self._columns = 0

    def of(self, heading: Heading) -> str:
        """Where the choices of a heading stand, or an empty text."""
        from drivecli.spreadsheets.headings import letters

        if not heading.choices:
            return ""
        self._sheet.write_string(1, self._columns, celltexts.written(heading.name))
        for row, each in enumerate(heading.choices, 2):
            self._sheet.write_string(row, self._columns, celltexts.written(each))
        column = letters(self._columns)
        self._columns += 1
        return f"={CHOICES}!${column}$3:${column}${len(heading.choices) + 2}"
