"""What became of a file that was brought in: the answer for programs, and its words for people."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drivecli.app import App
from drivecli.layout import words

if TYPE_CHECKING:
    from drivecli.services.imports.plan import Plan
    from drivecli.spreadsheets.reading import Sheet


@dataclass(frozen=True)
class Wrong:
    """Why a row was not brought in. `row` is the file's own number; `column` is empty when it is about all of it."""

    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Changing:
    """A field that a row changes. Phone, address and notes are said to change, and not shown."""

    row: int
    ref: str
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class Suggestion:
    """A row that may be about somebody who is here or in another row, and why.

    `ref` and `other` are refs of persons; until its row is brought in, `ref` is null and `other` is as in "row 7".
    """

    row: int
    name: str
    other: str
    other_name: str
    reason: str
    ref: str | None = None


@dataclass(frozen=True)
class Imported:
    """What became of a file. `batch` is null when nothing was written; `took` is what the file was taken for."""

    batch: int | None
    file: str
    kind: str
    rows: int
    new: int
    same: int
    changed: int
    conflict: int
    rejected: int
    applied: int
    seconds: float
    errors: tuple[Wrong, ...]
    suggestions: tuple[Suggestion, ...]
    more_suggestions: int
    changes: tuple[Changing, ...]
    took: tuple[str, ...]
    not_read: tuple[str, ...]
    notes: tuple[str, ...]
    rejects: str | None
    dry_run: bool


SHOWN = 12
"""Lines of each sort that a person is shown; the rest are counted. --json has all."""


def say_headings(app: App, sheet: "Sheet", plan: "Plan") -> None:
    """What the file was taken for, and which of its columns nobody reads."""
    app.out.note(f"{sheet.name}: {', '.join(sheet.took)}.", wrap=True)
    if plan.headings.unknown:
        listed = ", ".join(f"“{each}”" for each in plan.headings.unknown)
        said = f"Not read, for no column has that name: {listed}. (drive import fields {plan.asked.kind})"
        app.out.warn(said, wrap=True)
    for note in plan.notes:
        app.out.warn(note, wrap=True)


def answer_of(
    sheet: "Sheet", plan: "Plan", batch: int | None, rejects: Path | None, dry_run: bool, seconds: float
) -> Imported:
    """The answer for programs."""
    return Imported(
        batch=batch,
        file=sheet.name,
        kind=plan.asked.kind,
        rows=len(plan.states),
        **plan.counts,
        applied=plan.to_apply if batch else 0,
        seconds=round(seconds, 1),
        errors=tuple(Wrong(*each) for each in plan.faults),
        suggestions=tuple(Suggestion(*each) for each in plan.suspicions),
        more_suggestions=plan.more_suspicions,
        changes=tuple(Changing(*each) for each in plan.changes),
        took=tuple(sheet.took),
        not_read=plan.headings.unknown,
        notes=tuple(plan.notes),
        rejects=str(rejects) if rejects else None,
        dry_run=dry_run,
    )


def say(app: App, answer: Imported, file: Path, partial: bool, line: str) -> None:
    """The answer: how many rows are what, why some are not brought in, what would change, and what to type next.

    `line` brings the file in, with all that was said of how to read it.
    """
    counts = [f"{getattr(answer, state)} {state}" for state in ("new", "same", "changed", "conflict", "rejected")]
    said = ", ".join(each for each in counts if not each.startswith("0 ")) or "no rows"
    sentence = f"{answer.file}: {answer.rows} row{'' if answer.rows == 1 else 's'}: {said}."
    if not answer.rows:
        sentence = f"{answer.file}: there are no rows in it. Nothing was brought in."
    told = app.out.for_programs  # which has all of it on stdout: names need not stand in a log of stderr too
    notes = [] if told else [*_wrong(answer), *_changing(answer), *_suggested(answer)]
    app.out.done(
        answer,
        f"{sentence} {_done(answer)}".rstrip(),
        ref=str(answer.batch or ""),
        notes=notes,
        hints=_next(answer, partial, line),
    )
    if answer.rejects:
        said = f"Rows that were not brought in are in {answer.rejects}: mend them there and import that file."
        app.out.warn(said, wrap=True)
    if answer.kind != "agencies" and str(file) != "-":
        lying = " and ".join(each for each in (str(file), answer.rejects) if each)
        hold = "hold names and lie" if answer.rejects else "holds names and lies"
        app.out.warn(f"{lying} {hold} there unprotected. Delete what has been used.", wrap=True)


def _done(answer: Imported) -> str:
    if answer.batch:
        return f"Brought in {answer.applied} as import {answer.batch}."
    if answer.dry_run:
        return "Nothing was written: a dry run."
    if answer.rows and answer.same == answer.rows:
        return "All of it is here already."
    return "Nothing was brought in." if answer.rows else ""


def _next(answer: Imported, partial: bool, line: str) -> list[str]:
    bad = answer.conflict + answer.rejected
    hints = []
    if answer.batch:
        hints.append(f"To take it back: drive import undo {answer.batch} --reason WHY")
    elif answer.dry_run and answer.new + answer.changed and not bad:
        hints.append(f"To bring it in: {line}")
    elif bad and not partial and answer.new + answer.changed:
        hints.append(f"Mend the file, or bring in only the good rows: {line} --partial")
    if answer.suggestions and answer.batch:
        hints.append("Who is one person: drive person link A B --reason WHY")
        hints.append("Who is not, so that nobody asks again: drive person unlink A B --reason WHY")
    return hints


def _wrong(answer: Imported) -> list[str]:
    from drivecli.services.imports.plan import grouped
    from drivecli.services.imports.rows import Fault

    groups = grouped([Fault(each.row, each.column, each.value, each.message) for each in answer.errors])
    bad = answer.conflict + answer.rejected
    lines = [f"{bad} row{'' if bad == 1 else 's'} cannot be brought in:"] if groups else []
    for message, rows in groups[:SHOWN]:
        lines.append(f"  {len(rows)}x {message} (row{'' if len(rows) == 1 else 's'} {_few(rows)})")
    return [*lines, *_rest(len(groups), "sort of fault", "sorts of fault")]


def _changing(answer: Imported) -> list[str]:
    lines = [
        f"  row {each.row}, {each.ref}: {words(each.field)} "
        + (
            f"“{each.old}” becomes “{each.new}”"
            if each.old and each.new
            else f"becomes “{each.new}”"
            if each.new
            else "changes"
        )
        for each in answer.changes[:SHOWN]
    ]
    return [*(["Changes:"] if lines else []), *lines, *_rest(len(answer.changes), "change", "changes")]


def _suggested(answer: Imported) -> list[str]:
    lines = []
    for each in answer.suggestions[:SHOWN]:
        whom = f"{each.ref} {each.name}" if each.ref else each.name
        lines.append(f"  row {each.row}, {whom}: {each.other} {each.other_name} ({each.reason})")
    count = len(answer.suggestions) + answer.more_suggestions
    return [
        *(["May be the same person; nothing is joined:"] if lines else []),
        *lines,
        *_rest(count, "such pair", "such pairs"),
    ]


def _rest(count: int, one: str, many: str) -> list[str]:
    more = count - SHOWN
    return [f"  and {more} more {one if more == 1 else many} (--json lists them)"] if more > 0 else []


def _few(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:8])) + (" ..." if len(rows) > 8 else "")
