"""`drive import fields|history|show|undo`, `drive import --template`: what an import takes, and what was brought in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.codes import nearest
from drivecli.domain.columns import KINDS
from drivecli.errors import NotUnderstood
from drivecli.layout import Column, words
from drivecli.params import NUMBER, reason_option
from drivecli.queries import imports as query


class _Kind(click.ParamType[str]):
    name = "kind"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """One of the kinds that can be imported."""
        return _kind(str(value))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(kind) for kind in KINDS if kind.startswith(incomplete)]


def _kind(text: str) -> str:
    kind = text.strip().lower()
    if kind not in KINDS:
        near = nearest(kind, KINDS)
        hint = f" Did you mean {near}?" if near else ""
        raise NotUnderstood(f"“{text}” is not a kind that can be imported.{hint} One of: {', '.join(KINDS)}.")
    return kind


@dataclass(frozen=True)
class FieldRow:
    """A column of a kind: what a cell of it holds, the values it takes, and the other headings it is known by."""

    name: str
    required: bool
    type: str
    values: tuple[str, ...]
    synonyms: tuple[str, ...]
    says: str


FIELDS = [
    Column("name", "Column"),
    Column("required", "Needed", lambda required: "yes" if required else ""),
    Column("type", "Holds", words),
    Column("says", "What", soft=True),
    Column("values", "Values", lambda values: ", ".join(values), soft=True),
    Column("synonyms", "Also headed", lambda synonyms: ", ".join(synonyms), soft=True),
]


def _fields(app: App, kind: str) -> list[FieldRow]:
    return [
        FieldRow(
            each.code,
            each.required,
            each.kind,
            tuple(app.catalogue.codes(each.codes)) if each.codes else (),
            each.synonyms,
            each.says,
        )
        for each in app.catalogue.columns(kind).values()
    ]


@command(
    "fields",
    examples=["drive import fields cases", "drive import fields contacts --json"],
    see=["drive import --template KIND -o FILE", "drive import cases FILE --dry-run"],
)
@click.argument("kind", type=_Kind(), metavar="KIND", help=f"One of: {', '.join(KINDS)}.")
@click.pass_obj
def fields(app: App, kind: str) -> None:
    """List the columns of a kind: what each holds, and how it may be headed."""
    app.out.rows(_fields(app, kind), FieldRow, FIELDS)


@command(
    "template",
    examples=["drive import --template cases -o cases.xlsx", "drive import --template contacts -o contacts.xlsx"],
    see=["drive import fields KIND", "drive import cases FILE --dry-run"],
)
@click.option("--template")
@click.option("--output")
@click.option("--force", is_flag=True)
@click.pass_context
def template(ctx: click.Context, template: str | None, output: str | None, force: bool) -> None:
    """Write an empty workbook for a kind: headings, drop-downs, one example row."""
    if template is None:
        raise click.exceptions.NoArgsIsHelpError(ctx.parent or ctx)
    if output is None:
        raise NotUnderstood("Missing -o: say where to write the workbook.", next=f"-o {template}.xlsx")
    from drivecli.settings import check_output, output_file
    from drivecli.spreadsheets.template import Heading, write_template

    app: App = ctx.obj
    kind = _kind(template)
    headings = [
        Heading(
            each.code,
            each.says,
            each.required,
            list(app.catalogue.codes(each.codes)) if each.codes else ["yes", "no"] if each.kind == "yes_no" else [],
            each.kind == "day",
            each.example,
        )
        for each in app.catalogue.columns(kind).values()
    ]
    path = Path(output)
    check_output(path, force=force)
    with output_file(path, force=force) as stream:
        write_template(stream, kind.capitalize(), headings)
    app.out.text(f"Wrote {path}: fill it in below the example row, which is to be deleted.")
    app.out.hint(f"Then: drive import {kind} {path} --dry-run")


HISTORY = [
    Column("batch", "Import"),
    Column("at", "At", lambda at: f"{at[:16].replace('T', ' ')} UTC"),
    Column("by", "By"),
    Column("kind", "Kind"),
    Column("file", "File", soft=True),
    Column("rows", "Rows"),
    Column("applied", "Brought in"),
    Column("state", "State"),
    Column("note", "Note", soft=True),
]


@command(
    "history",
    examples=["drive import history", "drive import history --json"],
    see=["drive import show BATCH", "drive import undo BATCH"],
)
@click.pass_obj
def history(app: App) -> None:
    """List what was brought in, newest first."""
    app.out.rows(query.history(app.read()), query.BatchRow, HISTORY, empty="Nothing was imported yet.")


@command(
    "show",
    examples=["drive import show 3", "drive import show 3 --json"],
    see=["drive import history", "drive import undo BATCH"],
)
@click.argument("batch", type=NUMBER, metavar="BATCH", help="The import's number, from drive import history.")
@click.pass_obj
def show(app: App, batch: int) -> None:
    """Show one import: the file, who, when, and what became of its rows."""
    app.out.thing(query.batch(app.read(), batch), _page)


def _page(out: Any, batch: Any) -> list[str]:
    counts = ", ".join(
        f"{getattr(batch, state)} {state}" for state in ("new", "same", "changed", "conflict", "rejected")
    )
    pairs = [
        ("Import", f"{batch.batch} ({batch.state})"),
        ("File", f"{batch.file} ({batch.kind})"),
        ("Fingerprint", batch.digest),
        ("At", f"{batch.at[:16].replace('T', ' ')} UTC"),
        ("By", batch.by),
        ("Rows", f"{batch.rows}: {counts}"),
        ("Brought in", str(batch.applied)),
        ("Note", batch.note or ""),
        ("Taken back", batch.reason or ""),
    ]
    lines: list[str] = out.pairs([(label, text) for label, text in pairs if text])
    return lines


@command(
    "undo",
    examples=[
        "drive import undo 3 --reason 'the wrong file'",
        "drive import undo 3 --reason 'month before day' --json",
    ],
    see=["drive import history", "drive import show BATCH"],
)
@click.argument("batch", type=NUMBER, metavar="BATCH", help="The import's number, from drive import history.")
@reason_option()
@click.pass_obj
def undo(app: App, batch: int, reason: str) -> None:
    """Take a whole import back, unless something here was built on it. That it was is kept."""
    from drivecli.services.imports import undo as service

    with app.work(service.Undone, alone=True) as work:
        undone = service.undo(work, batch, reason=reason)
    fields = f", {undone.restored} field{'' if undone.restored == 1 else 's'} put back" if undone.restored else ""
    app.out.done(
        undone,
        f"Took import {batch} ({undone.file}) back: {undone.removed} records removed{fields}.",
        ref=str(batch),
    )
