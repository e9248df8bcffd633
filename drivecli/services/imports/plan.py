"""The plan: what each row of a file is, and why, before anything is written."""

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

TOGETHER = 2048
"""Rows that are judged at once, and become few statements (`many.SIDE_BY_SIDE`)."""

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
    kept: "Kept | None" = None

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        return {state: self.states.count(place) for place, state in enumerate(STATES)}

    @property
    def refused(self) -> int:
        """How many rows cannot be brought in."""
        return self.counts[REJECTED] + self.counts[CONFLICT]

    @property
    def to_apply(self) -> int:
        """How many rows would be written."""
        return self.counts[NEW] + self.counts[CHANGED]


class Kept:
    """What the cells of a short file say, so that it need not be read again to do what the plan says."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, dict[str, Any]]] = []

    def add(self, rows: list[Row]) -> None:
        """Keep what rows say. Judging them only reads it."""
        self._lines += [(row.number, row.said) for row in rows]

    def chunks(self) -> Iterator[list[Row]]:
        """The rows again, TOGETHER at a time, as they were before they were judged."""
        for start in range(0, len(self._lines), TOGETHER):
            yield [Row(number, said) for number, said in self._lines[start : start + TOGETHER]]


class Reading:
    """A file's lines as rows: each cell read as its column wants it."""

    def __init__(self, sheet: Sheet, columns: dict[str, Column], headings: Headings, known: Known) -> None:
        self.sheet = sheet
        self.places = [
            (code, place, cells.reader(columns[code], known.catalogue.codes, known.today))
            for code, place in headings.places.items()
        ]
        self.example = {each.code: each.example for each in columns.values() if each.example is not None}

    def chunks(self) -> Iterator[list[Row]]:
        """All rows of the file, TOGETHER at a time."""
        lines = self.sheet.lines()
        while some := list(islice(lines, TOGETHER)):
            yield self.rows(some)

    def rows(self, lines: list[Line]) -> list[Row]:
        """Lines as rows, read a column at a time; what cannot be read is a row's fault."""
        rows = [Row(line.number, {}) for line in lines]
        whole = [(row, row.said, line.cells) for row, line in zip(rows, lines, strict=True) if not line.fault]
        for code, place, reader in self.places:
            for row, said, texts in whole:
                cell = texts[place]
                if cell is None or cell == "":
                    continue
                value = reader[cell] if cell.__class__ is str else reader.of(cell)
                if value.__class__ is NotUnderstood:
                    row.faults.append(Fault(row.number, code, str(cell)[:200], value.message))
                elif value is not None:
                    said[code] = value
        for row, line in zip(rows, lines, strict=True):
            if line.fault:
                row.faults.append(Fault(line.number, "", "", line.fault))
            elif row.said == self.example:
                row.faults.append(Fault(line.number, "", "", "It is the example row of the template; delete it."))
            if row.faults:
                row.state = REJECTED
        return rows

    def doubtful(self) -> list[str]:
        """Columns, of what was read so far, of which every day would be another if month and day were exchanged."""
        return [code for code, _, read in self.places if isinstance(read, cells.DayReader) and read.is_in_doubt]


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
    plan.kept = Kept() if sheet.is_short else None
    suspicions = Suspicions(known) if asked.kind in ("persons", "cases") else None
    for rows in reading.chunks():
        if plan.kept:
            plan.kept.add(rows)
        kind.judge([row for row in rows if not row.faults])
        for row in rows:
            _note(plan, row)
            if suspicions and row.state in (NEW, SAME, CHANGED):
                suspicions.add(row, kind.person_of(row))
        watch(len(plan.states))
    for code in reading.doubtful():
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
