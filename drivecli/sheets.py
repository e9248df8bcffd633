"""A checklist as a sheet of paper: what may stand on it, as text, Markdown or a page that a browser prints.

The paper may go astray, so a page is built from an allow-list. Nothing on it says who was asked or what was answered
about the safety step: only whether it was done, and on which day. Results, reasons and who set a step aside stay in the
store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from drivecli.catalogue import Catalogue, SheetWords
from drivecli.domain.checklists import DONE, OPEN, SAFETY, Checklist, first_number, law, offered
from drivecli.domain.days import say_day
from drivecli.domain.window import week_of_window
from drivecli.layout import safe_text, say
from drivecli.queries.cases import CaseRow
from drivecli.queries.checklists import ItemRow, Sheet

STATES = ("agreed", "done", "not_appropriate", "not_possible", "not_done")
"""The boxes beside each item, in their order on paper."""

WIDTH = 100
"""Columns of the text form: what an A4 page takes in a letter that can be read."""


@dataclass(frozen=True)
class Line:
    """An item as it is printed."""

    number: int
    text: str
    law: str
    note: str
    state: str
    owner: str
    due: str
    step: bool


@dataclass(frozen=True)
class Page:
    """A sheet as it is printed: `groups` are the lead agencies with their lines."""

    title: str
    version: int
    ref: str
    name: str
    week: str
    printed: str
    demo: bool
    words: SheetWords
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    states: tuple[tuple[str, str], ...]


def blank(checklist: Checklist, catalogue: Catalogue, today: date, *, demo: bool) -> Page:
    """An empty sheet for no case in particular, with what is in force everywhere."""
    items = offered(checklist, area=None, nation=None, day=today)
    lines = [
        (checklist.groups[item.lead], Line(place, item.text, law(item), "", OPEN, "", "", item.key == SAFETY))
        for place, item in enumerate(items, start=first_number(items))
    ]
    return _page(checklist.title, checklist.version, "", "", "", lines, catalogue, today, demo)


def filled(sheet: Sheet, case: CaseRow, catalogue: Catalogue, today: date, *, with_name: bool, demo: bool) -> Page:
    """The sheet of a case as far as it is filled in. The person's name is on it only when it was asked for."""
    lines = [(item.lead, _line(item)) for item in sheet.items]
    week, weeks = week_of_window(case.opened_on, case.window_ends_on, today)
    name = case.name if with_name else ""
    return _page(sheet.title, sheet.version, case.ref, name, f"week {week} of {weeks}", lines, catalogue, today, demo)


def _line(item: ItemRow) -> Line:
    """An item as it may be printed: of the safety step, only whether it was done and on which day."""
    if item.key == SAFETY:
        day = say(item.on) if item.state == DONE else ""
        return Line(item.number, item.text, "", day, item.state, "", "", True)
    return Line(item.number, item.text, item.law, _note(item), item.state, item.owner or "", say(item.due_on), False)


def _note(item: ItemRow) -> str:
    said = []
    if item.stale:
        said.append(f"Law not checked since {say(item.checked_on)}.")
    if item.override:
        said.append("Override recorded.")
    return " ".join(said)


def _page(
    title: str,
    version: int,
    ref: str,
    name: str,
    week: str,
    lines: Sequence[tuple[str, Line]],
    catalogue: Catalogue,
    today: date,
    demo: bool,
) -> Page:
    codes = catalogue.codes("checklist_state")
    groups = tuple((lead, tuple(line for _, line in of_it)) for lead, of_it in groupby(lines, key=lambda each: each[0]))
    states = tuple((state, codes.label(state)) for state in STATES)
    return Page(title, version, ref, name, week, say_day(today), demo, catalogue.sheet_words, groups, states)


# -- as text -------------------------------------------------------------------------------------------------------


def as_text(page: Page) -> str:
    """Plain text, at most 100 columns, with a form for each item."""
    from textwrap import wrap

    lines = [*_head(page), ""]
    for lead, items in page.groups:
        lines += ["", lead.upper()]
        for item in items:
            first, *more = wrap(safe_text(item.text), WIDTH - 5)
            lines += [f"{item.number:>3}  {first}", *(f"     {each}" for each in more)]
            lines += [f"     {each}" for each in _form(item, page)]
    lines += ["", *(f"{who}: {'_' * 40}  Date: {'_' * 12}" for who in page.words.signatures)]
    return "\n".join([*lines, "", page.words.law, page.words.warning, page.words.marking]) + "\n"


def _head(page: Page) -> list[str]:
    about = ", ".join(filter(None, (page.ref, safe_text(page.name), page.week)))
    lines = [page.words.marking, page.words.warning, ""]
    lines += ["DEMO: invented people."] if page.demo else []
    return [
        *lines,
        f"{page.title}, version {page.version}",
        f"Case: {about or '_' * 20 + '  Week: ______'}",
        f"Printed {page.printed}",
    ]


def _form(item: Line, page: Page) -> list[str]:
    if item.step:
        yes, no = ("x", " ") if item.state == "done" else (" ", " ")
        return [f"[{yes}] yes  [{no}] no   Day: {item.note or '_' * 16}"]
    boxes = "  ".join(f"[{'x' if item.state == state else ' '}] {label}" for state, label in page.states)
    rest = f"Owner: {item.owner or '_' * 14}  Due: {item.due or '_' * 10}  Result: {'_' * 24}  Initials: ____"
    return [boxes, rest, *([item.note] if item.note else [])]


# -- as Markdown ---------------------------------------------------------------------------------------------------


def as_markdown(page: Page) -> str:
    """Markdown, for a page of the service's own: a table for each lead agency."""
    head = [f"**{page.words.marking}**", "", f"# {page.title}, version {page.version}", "", *_head(page)[-2:]]
    lines = [*head, "", f"**{page.words.warning}**", ""]
    for lead, items in page.groups:
        labels = [label for _, label in page.states]
        lines += [f"## {_cell(lead)}", "", f"| No. | Item | {' | '.join(labels)} | Owner | Due | Result | Initials |"]
        lines += [f"|{' --- |' * (len(labels) + 6)}", *(_row(item, page) for item in items), ""]
    lines += [f"- {who}: ____________________ Date: __________" for who in page.words.signatures]
    return "\n".join([*lines, "", page.words.law, "", f"**{page.words.marking}**"]) + "\n"


def _row(item: Line, page: Page) -> str:
    boxes = ["☒" if item.state == state else "☐" for state, _ in page.states]
    if item.step:
        boxes = ["", "☒" if item.state == "done" else "☐", "", "", "☐"]
        return f"| {item.number} | {_cell(item.text)} | {' | '.join(boxes)} | | {item.note} | | |"
    text = f"{_cell(item.text)} {item.note}".strip()
    return f"| {item.number} | {text} | {' | '.join(boxes)} | {_cell(item.owner)} | {item.due} | | |"


def _cell(text: str) -> str:
    return safe_text(text).replace("|", "\\|")


# -- as a page that a browser prints -------------------------------------------------------------------------------


def as_html(page: Page) -> str:
    """One self-contained HTML file with print CSS: A4 landscape, nothing fetched, nothing run."""
    from jinja2 import Environment, StrictUndefined

    from drivecli.packaged import packaged_text

    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return room.from_string(packaged_text("print/checklist.html.j2")).render(page=page)


FORMS = {"text": as_text, "markdown": as_markdown, "html": as_html}
"""What a sheet can be printed as."""


def printed(page: Page, form: str) -> str:
    """The sheet in one of `FORMS`."""
    return FORMS[form](page)
