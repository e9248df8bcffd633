"""`drive import persons|cases|contacts|assignments|workers|agencies`, and what was brought in: history, show, undo."""

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.import_answer import Imported, answer_of, say, say_headings
from drivecli.domain.columns import count_known
from drivecli.errors import NOT_ALL, NotUnderstood, Refused
from drivecli.params import CODE, TEXT

if TYPE_CHECKING:
    from drivecli.services.imports.plan import Plan
    from drivecli.spreadsheets.reading import Sheet

F = TypeVar("F", bound=Callable[..., Any])


def _mapped(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """FIELD=HEADER, as many as were said."""
    found = {}
    for each in values:
        field, equals, heading = each.partition("=")
        if not equals or not field.strip() or not heading.strip():
            raise click.BadParameter(f"“{each}” should be FIELD=HEADER, as in opened_on=Started.")
        found[field.strip().lower()] = heading.strip()
    return found


def bringing(function: F) -> F:
    """The file, how to read it, and what to do with it: what every import takes."""
    options = [
        click.argument(
            "file",
            type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
            metavar="FILE",
            help="The file: .xlsx, .csv, .tsv, .xls, .ods, .json or .jsonl; - takes it from stdin.",
        ),
        click.option("--dry-run", "-n", is_flag=True, help="Only say what would be done. Nothing is written."),
        click.option("--partial", is_flag=True, help="Bring in the good rows; the others go to a file, to be mended."),
        click.option("--sheet", type=TEXT, metavar="NAME", help="Which sheet of a workbook."),
        click.option("--encoding", type=TEXT, metavar="NAME", help="The letters of a text file, as in cp1252."),
        click.option("--delimiter", metavar="CHARACTER", help="Between its columns: comma, semicolon, tab or pipe."),
        click.option(
            "--map",
            "mapped",
            multiple=True,
            metavar="FIELD=HEADER",
            callback=_mapped,
            help="Which heading is which column, as in opened_on=Started.",
        ),
        click.option(
            "--rejects",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Where rows that are not brought in go. [default, with --partial: beside FILE]",
        ),
        click.option("--batch-note", type=TEXT, metavar="TEXT", help="What this import is; it is kept."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


SEE = [
    "drive import fields KIND",
    "drive import --template KIND -o FILE",
    "drive import undo BATCH",
    "drive help spreadsheets",
]


@command(
    "persons",
    examples=[
        "drive import persons people.xlsx --dry-run",
        "drive import persons people.csv --batch-note 'old system'",
    ],
    see=SEE,
)
@bringing
@click.pass_obj
def persons(app: App, **how: Any) -> int:
    """Bring in people. One who is here already is compared, and changed where the file says more."""
    return _import(app, "persons", **how)


@command(
    "cases",
    examples=[
        "drive import cases cases.xlsx --dry-run",
        "drive import cases cases.csv --partial --rejects mend.csv",
        "drive import cases old.csv --map opened_on='Started on' --dry-run",
    ],
    see=SEE,
)
@bringing
@click.pass_obj
def cases(app: App, **how: Any) -> int:
    """Bring in cases, open and closed ones, each with its person. All of them, or none."""
    return _import(app, "cases", **how)


@command(
    "contacts",
    examples=["drive import contacts contacts.csv --dry-run", "drive import contacts contacts.xlsx --about person"],
    see=SEE,
)
@bringing
@click.option("--about", type=CODE("about"), help="Whose information notes hold, where no column says it.")
@click.pass_obj
def contacts(app: App, about: str | None, **how: Any) -> int:
    """Bring in contacts of cases that are here. Their notes are restricted, unless it is said otherwise."""
    return _import(app, "contacts", about=about, **how)


@command(
    "assignments",
    examples=["drive import assignments who.csv --dry-run", "drive import assignments who.xlsx --sheet Specialists"],
    see=SEE,
)
@bringing
@click.pass_obj
def assignments(app: App, **how: Any) -> int:
    """Bring in who works, or worked, on which case."""
    return _import(app, "assignments", **how)


@command(
    "workers",
    examples=["drive import workers staff.xlsx --dry-run", "drive import workers staff.csv"],
    see=SEE,
)
@bringing
@click.pass_obj
def workers(app: App, **how: Any) -> int:
    """Bring in workers, those who left too."""
    return _import(app, "workers", **how)


@command(
    "agencies",
    examples=["drive import agencies partners.xlsx --dry-run", "drive import agencies partners.csv"],
    see=SEE,
)
@bringing
@click.pass_obj
def agencies(app: App, **how: Any) -> int:
    """Bring in partner agencies."""
    return _import(app, "agencies", **how)


# -- bringing in -------------------------------------------------------------------------------------------------------


def _import(
    app: App,
    kind: str,
    *,
    file: Path,
    dry_run: bool,
    partial: bool,
    rejects: Path | None,
    batch_note: str | None,
    mapped: dict[str, str],
    about: str | None = None,
    **reading: Any,
) -> int:
    from time import perf_counter

    from drivecli.services.imports.known import Known
    from drivecli.services.imports.plan import Asked, make_plan

    began = perf_counter()
    gc.disable()  # rows come and go without circles; looking for those would take a tenth of the time
    app.out.check_fields(Imported)
    db = app.read()
    rejects = _where_to(file, rejects, partial and not dry_run)
    sheet = _open(app, kind, file, mapped, **reading)
    asked = Asked(kind, mapped, about)
    known = Known(db, app.catalogue, app.today, app.actor, app.prefix())
    with app.out.progress(f"Reading {sheet.name}", _about_how_many(file)) as watch:
        plan = make_plan(sheet, asked, known, watch)
    say_headings(app, sheet, plan)
    batch = None
    if not dry_run and plan.to_apply and (partial or not plan.refused):
        batch, plan = _apply(app, sheet, plan, batch_note, partial)
    if rejects and plan.refused and not dry_run:
        _write_rejects(sheet, plan, rejects)
    else:
        rejects = None
    answer = answer_of(sheet, plan, batch, rejects, dry_run, perf_counter() - began)
    say(app, answer, file, partial, _line(kind, file, mapped, about, reading))
    gc.freeze()  # the program ends: all those rows need not be gone through once more
    return NOT_ALL if plan.refused or not plan.states else 0


def _line(kind: str, file: Path, mapped: dict[str, str], about: str | None, reading: dict[str, Any]) -> str:
    """The line that brings the file in, to be typed next: how it was read must be said again."""
    from drivecli.domain.lines import as_typed

    argv = ["drive", "import", kind, str(file)]
    for field, heading in mapped.items():
        argv += ["--map", f"{field}={heading}"]
    for name, value in {"about": about, **reading}.items():
        argv += [f"--{name}", str(value)] if value is not None else []
    return as_typed(argv, windows=os.name == "nt")


def _where_to(file: Path, rejects: Path | None, partial: bool) -> Path | None:
    """Where rows that are not brought in will go; refused at once if it is taken: somebody may be mending it."""
    if rejects is None and partial:
        stem = "stdin" if str(file) == "-" else file.stem
        rejects = (Path() if str(file) == "-" else file.parent) / f"{stem}.rejected.csv"
    if rejects is not None and os.path.lexists(rejects):
        raise Refused(
            f"There is a file {rejects} already, and rows that are not brought in would take its place.",
            kind="taken",
            next="Import it or move it away, or choose another name: --rejects FILE",
        )
    return rejects


def _open(app: App, kind: str, file: Path, mapped: dict[str, str], **reading: Any) -> "Sheet":
    from drivecli.spreadsheets.reading import open_sheet

    columns = app.catalogue.columns(kind)
    from_stdin = str(file) == "-"
    if from_stdin and sys.stdin.isatty():
        raise NotUnderstood("- takes the file from stdin, and nothing is coming.", next=f"drive import {kind} FILE")
    return open_sheet(
        None if from_stdin else file,
        sys.stdin.buffer if from_stdin else None,
        known=lambda header: count_known(header, columns, mapped),
        **reading,
    )


def _about_how_many(file: Path) -> int | None:
    """About how many rows a text file has, for the bar; None where that cannot be told by its lines."""
    if file.suffix.lower() not in (".csv", ".tsv", ".jsonl"):
        return None
    with file.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b"")) or None


def _apply(app: App, sheet: "Sheet", plan: "Plan", note: str | None, partial: bool) -> tuple[int | None, "Plan"]:
    from drivecli.services.imports.apply import Outdated, apply

    try:
        with (
            app.out.progress(f"Bringing in {plan.to_apply} of {len(plan.states)}", len(plan.states)) as watch,
            app.work(Imported, alone=True) as work,
        ):
            done = apply(work, sheet, plan, actor=app.actor, note=note, partial=partial, watch=watch)
    except Outdated as outdated:
        app.out.warn(outdated.message)
        return None, outdated.plan
    return done.batch, done.plan


def _write_rejects(sheet: "Sheet", plan: "Plan", to: Path) -> None:
    """The rows that were not brought in, as they stand in the file, and why: to be mended and brought in again.

    Cells beyond the last heading stay beyond it, after the reason: as it stands, such a row is refused again.
    """
    from drivecli.domain.columns import REASON
    from drivecli.services.imports.plan import rejected_rows
    from drivecli.settings import output_file
    from drivecli.spreadsheets.writing import write_csv

    why = rejected_rows(plan)
    width = len(sheet.header)
    kept = [place for place, heading in enumerate(sheet.header) if heading != REASON]
    rows = (
        [
            *(_writable(line.cells[place]) for place in kept),
            why[line.number],
            *(_writable(cell) for cell in line.cells[width:]),
        ]
        for line in sheet.lines()
        if line.number in why
    )
    with output_file(to, force=False) as stream:
        write_csv(stream, [*(sheet.header[place] for place in kept), REASON], rows, bom=True)


def _writable(cell: Any) -> Any:
    """A cell as it can stand in a file: half a letter, which only JSON can hold, as the mark of its number."""
    return cell.encode("utf-8", "backslashreplace").decode() if isinstance(cell, str) else cell
