"""The plan: what each row of a file is, and why, before anything is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from drivecli.domain import cells
from drivecli.domain.columns import Column, Headings, match_headings
from drivecli.errors import NotUnderstood
from drivecli.queries import rights
from drivecli.queries.imports import latest_event
from drivecli.services.imports.assignments import Assignments
from drivecli.services.imports.cases import Cases
from drivecli.services.imports.contacts import Contacts
from drivecli.services.imports.kind import Kind
from drivecli.services.imports.known import Known
from drivecli.services.imports.persons import Persons
from drivecli.services.imports.rows import CHANGED, CONFLICT, NEW, REJECTED, SAME, STATES, Change, Fault, Row
from drivecli.services.imports.suspicions import Suspicion, Suspicions
from drivecli.services.imports.workers import Agencies, Workers
from drivecli.spreadsheets.reading import Line, Sheet

KINDS: Mapping[str, type[Kind]] = {
    each.name: each for each in (Persons, Cases, Contacts, Assignments, Workers, Agencies)
}

TOGETHER = 2000
"""Rows that are judged at once."""

Watch = Callable[[int], None]
"""What is told how many rows are done."""


@dataclass(frozen=True)
class Asked:
    """What to bring in and how. `mapped` says by hand which heading is which column; `about` is for contacts' notes."""

    kind: str
    mapped: Mapping[str, str] = field(default_factory=dict)
    about: str | None = None


@dataclass
class Plan:
    """What each row is. `states` has one byte a row, in the order of the file: its place in STATES."""

    asked: Asked
    headings: Headings
    seen: int
    states: bytearray = field(default_factory=bytearray)
    targets: dict[int, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    suspicions: list[Suspicion] = field(default_factory=list)
    more_suspicions: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        found = Counter(self.states)
        return {state: found[place] for place, state in enumerate(STATES)}

    @property
    def refused(self) -> int:
        """How many rows cannot be brought in."""
        return self.counts[REJECTED] + self.counts[CONFLICT]

    @property
    def to_apply(self) -> int:
        """How many rows would be written."""
        return self.counts[NEW] + self.counts[CHANGED]


class Reading:
    """A file's lines as rows: each cell read as its column wants it."""

    def __init__(self, sheet: Sheet, columns: dict[str, Column], headings: Headings, known: Known) -> None:
        self.sheet = sheet
        self.ambiguous: dict[str, list[bool]] = {}
        self.places = [
            (code, place, cells.reader(columns[code], known.catalogue.codes, known.today))
            for code, place in headings.places.items()
        ]
        self.example = {each.code: each.example for each in columns.values() if each.example is not None}
        self.days = [(code, place) for code, place in headings.places.items() if columns[code].kind == "day"]

    def chunks(self) -> Iterator[list[Row]]:
        """All rows of the file, TOGETHER at a time."""
        lines = self.sheet.lines()
        while some := [self.row(line) for line in islice(lines, TOGETHER)]:
            yield some

    def row(self, line: Line) -> Row:
        """A line as a row; what cannot be read is its fault."""
        if line.fault:
            return Row(line.number, {}, REJECTED, faults=[Fault(line.number, "", "", line.fault)])
        said: dict[str, Any] = {}
        faults: list[Fault] = []
        for code, place, read in self.places:
            cell = line.cells[place]
            if cell is None or cell == "":
                continue
            try:
                value = read(cell)
            except NotUnderstood as refusal:
                faults.append(Fault(line.number, code, str(cell)[:200], refusal.message))
                continue
            if value is not None and value != () and value != "":
                said[code] = value
        if said == self.example:
            faults.append(Fault(line.number, "", "", "It is the example row of the template; delete it."))
        return Row(line.number, said, REJECTED if faults else NEW, faults=faults)

    def watched(self) -> Iterator[list[Row]]:
        """The same, with an eye on days that would be others if month and day were exchanged."""
        sure: set[str] = set()
        seen: dict[str, bool] = {}
        lines = self.sheet.lines()
        while some := list(islice(lines, TOGETHER)):
            for code, place in self.days:
                if code not in sure:
                    for line in some:
                        cell = line.cells[place]
                        is_iso = cell.__class__ is str and cell[4:5] == "-" and cell[:4].isdigit()
                        if cell.__class__ is not str or is_iso or line.fault:  # nothing, or a day that is clear
                            continue
                        doubt = cells.is_ambiguous(cell)
                        if doubt is False:
                            sure.add(code)
                            break
                        seen[code] = seen.get(code, False) or bool(doubt)
            yield [self.row(line) for line in some]
        self.doubtful = [code for code, doubt in seen.items() if doubt and code not in sure]


def make_plan(sheet: Sheet, asked: Asked, known: Known, watch: Watch = lambda rows: None) -> Plan:
    """Read a file against the store, and say of every row what it is. Writes nothing.

    Raises NotUnderstood when the headings cannot be matched, Refused for a worker who may not.
    """
    rights.must_may(known.db, known.catalogue, known.actor, "import", "bring in a file")
    columns = known.catalogue.columns(asked.kind)
    headings = match_headings(sheet.header, columns, asked.mapped)
    reading = Reading(sheet, columns, headings, known)
    kind = make_kind(asked, known, columns)
    plan = Plan(asked, headings, latest_event(known.db))
    suspicions = Suspicions(known) if asked.kind in ("persons", "cases") else None
    for rows in reading.watched():
        kind.judge([row for row in rows if not row.faults])
        for row in rows:
            _note(plan, row)
            if suspicions and row.state in (NEW, SAME, CHANGED):
                suspicions.add(row, kind.person_of(row))
        watch(len(plan.states))
    for code in reading.doubtful:
        plan.notes.append(
            f"In {code} every day is 12 or less. They were read as day/month/year; if the file has month/day/year,"
            " every one of them is wrong."
        )
    if suspicions:
        plan.suspicions, plan.more_suspicions = suspicions.found()
    return plan


def make_kind(asked: Asked, known: Known, columns: dict[str, Column]) -> Kind:
    """The kind that rows are judged or added by."""
    kind = KINDS[asked.kind](known, columns)
    if asked.about and isinstance(kind, Contacts):
        kind.about = asked.about
    return kind


def _note(plan: Plan, row: Row) -> None:
    if row.faults and row.state not in (REJECTED, CONFLICT):
        row.state = REJECTED
    plan.states.append(STATES.index(row.state))
    plan.faults += row.faults
    if row.state in (NEW, CHANGED):
        plan.changes += row.changes
    if row.state == CHANGED and row.known is not None:
        plan.targets[row.number] = row.known


def rejected_rows(plan: Plan) -> dict[int, str]:
    """Why each row that is not brought in is not, by the file's row number."""
    why: dict[int, list[str]] = {}
    for fault in plan.faults:
        said = f"{fault.column}: {fault.message}" if fault.column else fault.message
        why.setdefault(fault.row, []).append(said)
    return {row: " ".join(said) for row, said in why.items()}


def grouped(faults: Iterable[Fault]) -> list[tuple[str, list[int]]]:
    """Faults by what is wrong, most frequent first: the column and sentence, and the rows.

    What was read stands in the sentence where all of a group say the same.
    """
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.column, _pattern(fault)), []).append(fault)
    said = []
    for (column, pattern), alike in groups.items():
        message = alike[0].message if len({each.message for each in alike}) == 1 else pattern
        said.append((f"{column}: {message}" if column else message, [each.row for each in alike]))
    return sorted(said, key=lambda each: -len(each[1]))


def _pattern(fault: Fault) -> str:
    """A fault's sentence without what was read, so that like ones are counted together."""
    return fault.message.replace(f"“{fault.value}”", "“…”") if fault.value else fault.message
