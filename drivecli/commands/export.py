"""`drive export persons|cases|contacts|assignments|workers|agencies|caseload|deadlines`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.commands.caseload import asked_for, filters
from drivecli.errors import INTERRUPTED, DriveError, NotUnderstood
from drivecli.layout import safe_text
from drivecli.params import CASE, CODE, DAY, USERNAME, reason_option
from drivecli.queries import cases as case_queries
from drivecli.queries import exports as query
from drivecli.queries import workers as worker_queries
from drivecli.render import MACHINE

F = TypeVar("F", bound=Callable[..., Any])

FORMS = ("csv", "xlsx", "json", "jsonl")
OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".tsv", ".numbers")
"""Files of spreadsheets that drive does not write: CSV under such a name would not open."""

CALLED = {
    "persons": ("person", "persons"),
    "agencies": ("agency", "agencies"),
    "caseload": ("open case", "open cases"),
}
"""What a row is called, where it is not the kind's name without its last letter."""

NAMELESS = ("agencies",)
"""Kinds with no person's and no worker's name in them."""


def _form(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The form that was said here, or before the command. Whatever comes out, stdout is a program's from now on."""
    if ctx.obj is None or ctx.resilient_parsing:
        return value
    said = value or ctx.obj.asked.format
    if said not in (None, *FORMS):
        raise click.BadParameter(f"“{said}” is how a list is shown. An export is one of: {', '.join(FORMS)}.")
    ctx.obj.asked.format = said if said in MACHINE else "csv"
    return said


def leaving(function: F) -> F:
    """Where to, in which form, and how much of it: what every export takes."""
    options = [
        click.option(
            "--output",
            "-o",
            type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
            metavar="FILE",
            help="Write it to a file that only you can read. [default: to stdout]",
        ),
        click.option("--force", is_flag=True, help="Write over a file that is there."),
        click.option(
            "--format",
            "form",
            type=click.Choice(FORMS),
            callback=_form,
            help="As what. [default: by the file's name, else csv]",
        ),
        click.option(
            "--include-restricted",
            "restricted",
            is_flag=True,
            help="Restricted notes, phone numbers and addresses too; needs --reason.",
        ),
        reason_option(required=False, help="Why they must leave the store. It is kept."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


@command(
    "persons",
    examples=["drive export persons -o persons.xlsx", "drive export persons --fields ref,forename,surname,dob"],
    see=["drive export cases", "drive case find TEXT"],
)
@leaving
@click.pass_obj
def persons(app: App, **how: Any) -> None:
    """Take out the people on record."""
    _export(app, "persons", query.Wanted(), **how)


@command(
    "cases",
    examples=[
        "drive export cases -o cases.csv",
        "drive export cases --status closed --format xlsx -o closed.xlsx",
        "drive export cases -o all.csv --include-restricted --reason 'moving to the new system'",
    ],
    see=["drive case list", "drive export contacts", "drive export caseload"],
)
@click.option("--status", type=click.Choice(["open", "suspended", "closed"]), help="Only these.")
@click.option("--manager", type=USERNAME, help="Only this manager's.")
@click.option("--area", type=CODE("area"), metavar="AREA", help="Only this district's.")
@leaving
@click.pass_obj
def cases(app: App, status: str | None, manager: str | None, area: str | None, **how: Any) -> None:
    """Take out cases, each with its person. By ref, closed ones too."""
    if manager:
        worker_queries.find(app.read(), manager)
    _export(app, "cases", query.Wanted(status=status, manager=manager, area=area), **how)


@command(
    "contacts",
    examples=["drive export contacts --since 1/1/2026 -o contacts.csv", "drive export contacts --case 42 --json"],
    see=["drive contact list REF", "drive export cases"],
)
@click.option("--case", "ref", type=CASE, metavar="REF", help="Only this case's.")
@click.option("--since", type=DAY, metavar="DAY", help="Only of this day and later.")
@leaving
@click.pass_obj
def contacts(app: App, ref: Any, since: date | None, **how: Any) -> None:
    """Take out contacts, corrected and withdrawn ones left out. By number; restricted notes are left empty."""
    _export(app, "contacts", query.Wanted(case=_case(app, ref), since=since), **how)


@command(
    "assignments",
    examples=["drive export assignments -o assignments.csv", "drive export assignments --case 42 --format jsonl"],
    see=["drive workload", "drive export workers"],
)
@click.option("--case", "ref", type=CASE, metavar="REF", help="Only this case's.")
@leaving
@click.pass_obj
def assignments(app: App, ref: Any, **how: Any) -> None:
    """Take out who works, or worked, on which case."""
    _export(app, "assignments", query.Wanted(case=_case(app, ref)), **how)


@command(
    "workers",
    examples=["drive export workers -o workers.xlsx", "drive export workers --role case_manager"],
    see=["drive worker list", "drive export agencies"],
)
@click.option("--role", type=CODE("role"), help="Only this role.")
@leaving
@click.pass_obj
def workers(app: App, role: str | None, **how: Any) -> None:
    """Take out workers, those who left too. By username."""
    _export(app, "workers", query.Wanted(role=role), **how)


@command(
    "agencies",
    examples=["drive export agencies -o agencies.csv", "drive export agencies --json"],
    see=["drive agency list", "drive export workers"],
)
@leaving
@click.pass_obj
def agencies(app: App, **how: Any) -> None:
    """Take out partner agencies. By name."""
    _export(app, "agencies", query.Wanted(), **how)


@command(
    "caseload",
    examples=["drive export caseload -o caseload.xlsx", "drive export caseload --overdue --manager amina"],
    see=["drive caseload", "drive export deadlines"],
)
@filters
@leaving
@click.pass_obj
def caseload(app: App, **said: Any) -> None:
    """Take out open cases, most urgent first. The columns are those of drive caseload --json."""
    _of_caseload(app, "caseload", said)


@command(
    "deadlines",
    examples=["drive export deadlines -o deadlines.xlsx", "drive export deadlines --due-within 7 --area worthing"],
    see=["drive why REF", "drive export caseload"],
)
@filters
@leaving
@click.pass_obj
def deadlines(app: App, **said: Any) -> None:
    """Take out every deadline of open cases, the most urgent case first. The filters choose cases, not deadlines."""
    _of_caseload(app, "deadlines", said)


def _of_caseload(app: App, kind: str, said: dict[str, Any]) -> None:
    how = {name: said.pop(name) for name in ("output", "force", "form", "restricted", "reason")}
    _export(app, kind, query.Wanted(caseload=asked_for(app, **said)), **how)


def _case(app: App, ref: Any) -> int | None:
    return case_queries.find(app.read(), ref, app.prefix()).id if ref is not None else None


# -- leaving -----------------------------------------------------------------------------------------------------------


def _export(
    app: App,
    kind: str,
    wanted: query.Wanted,
    *,
    output: Path | None,
    force: bool,
    form: str | None,
    restricted: bool,
    reason: str | None,
) -> None:
    """Record that the rows are taken out, and only then write the first of them."""
    from drivecli.services import exports
    from drivecli.settings import check_output

    output = None if output == Path("-") else output
    form = form or _by_name(output)
    if output is not None:
        check_output(output, force=force)
    elif form == "xlsx" and app.out.on_terminal:
        raise NotUnderstood("A workbook cannot be shown on a terminal.", next=f"Say where to: -o {kind}.xlsx")
    allowed = exports.columns(app.catalogue, kind, restricted=restricted)
    asked = exports.Asked(kind, form, wanted._replace(restricted=restricted), restricted, reason)
    with app.work(allowed) as work:
        exports.record(work, asked)
    names = app.out.check_fields(allowed)
    db = app.open_checked(write=False)
    rows = _chosen(kind, names, query.rows(db, kind, asked.wanted, app.today))
    rows = exports.for_workbook(rows, app.today) if form == "xlsx" else rows
    try:
        count = _leave(app, output, force, form, kind, names, rows)
    except KeyboardInterrupt:
        what = f"{output} was not written." if output else "Not all of it came out."
        raise DriveError(f"Stopped. {what}", kind="interrupted", code=INTERRUPTED) from None
    _say(app, kind, count, output, restricted)


def _by_name(output: Path | None) -> str:
    suffix = output.suffix.lower() if output else ""
    if suffix in OTHER_SHEETS:
        raise NotUnderstood(
            f"{output}: an export is one of {', '.join(FORMS)}, not {suffix}.",
            next="Name the file .csv or .xlsx, or say --format.",
        )
    return suffix[1:] if suffix[1:] in FORMS else "csv"


def _chosen(kind: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    """The rows with the columns to write alone, in their order."""
    places = [query.FIELDS[kind].index(name) for name in names]
    return ([row[place] for place in places] for row in rows)


def _leave(
    app: App,
    output: Path | None,
    force: bool,
    form: str,
    kind: str,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> int:
    from drivecli.settings import output_file

    if output is not None:
        with output_file(output, force=force) as file:
            return _write(file, form, kind, names, rows, bom=True)
    if form == "csv" and app.out.on_terminal:
        rows = ([_shown(cell) for cell in row] for row in rows)
    return _write(app.out.binary, form, kind, names, rows, bom=False)


def _shown(cell: Any) -> Any:
    """A cell that cannot control the terminal it is written to. In a file or a pipe a text stays as it is."""
    if isinstance(cell, list):
        return [safe_text(each) for each in cell]
    return safe_text(cell) if isinstance(cell, str) else cell


def _write(
    stream: BinaryIO, form: str, title: str, names: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool
) -> int:
    """Write rows in a form, and return how many there were."""
    from drivecli.spreadsheets import writing

    if form == "csv":
        return writing.write_csv(stream, names, rows, bom=bom)
    if form == "xlsx":
        return writing.write_xlsx(stream, title.capitalize(), names, rows)
    return writing.write_json(stream, names, rows) if form == "json" else writing.write_jsonl(stream, names, rows)


def _say(app: App, kind: str, count: int, output: Path | None, restricted: bool) -> None:
    one, many = CALLED.get(kind, (kind[:-1], kind))
    app.out.note(f"{count} {one if count == 1 else many} exported{f' to {output}' if output else ''}.")
    if output is not None and kind not in NAMELESS:
        app.out.warn(f"{output} holds names and lies there unprotected. Delete it once it has been used.")
    if output is not None and restricted:
        app.out.warn("Restricted notes, phone numbers and addresses may be in it.")
