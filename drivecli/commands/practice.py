"""`drive practice show|check|apply`: the service's own values."""

from dataclasses import dataclass
from pathlib import Path

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.practice import Rule
from drivecli.layout import Column, words
from drivecli.params import reason_option
from drivecli.queries.clock import Difference

PATH = click.Path(path_type=Path)
WHERE = "A TOML file, or a folder shaped like the packaged templates."


@dataclass(frozen=True)
class RuleRow:
    """One practice rule as it stands."""

    kind: str
    weight: str
    due: str
    starts_from: str
    ended_by: str
    version: int
    source: str


RULES = [
    Column("kind", "Deadline", words),
    Column("weight", "Weight"),
    Column("due", "Due"),
    Column("starts_from", "Starts from", soft=True),
    Column("ended_by", "Ended by", soft=True),
    Column("version", "Version"),
    Column("source", "Source", soft=True),
]
CHANGES = [
    Column("ref", "Ref"),
    Column("stored", "Due now", soft=True),
    Column("answer", "Would be due", soft=True),
]


@command(
    "show",
    examples=["drive practice show", "drive practice show --json"],
    see=["drive practice check PATH", "drive why REF"],
)
@click.pass_obj
def show(app: App) -> None:
    """Show the practice rules as they stand, with their sources."""
    app.read()
    practice = app.catalogue.practice
    rows = [
        RuleRow(rule.kind, rule.weight, _due(rule), rule.starts_from, rule.ended_by, rule.version, rule.source)
        for rule in practice.rules.values()
    ]
    app.out.rows(rows, RuleRow, RULES)
    app.out.note(f"Window: {practice.window_months} months. Version {practice.version}.")


@command(
    "check",
    examples=["drive practice check practice.toml", "drive practice check our-values/"],
    see=["drive practice apply PATH", "drive practice show"],
)
@click.argument("path", type=PATH, help=WHERE)
@click.pass_obj
def check(app: App, path: Path) -> None:
    """Check a file of your own, and list the cases whose deadlines would change."""
    from drivecli.services import practice

    db = app.read()
    texts = practice.read_path(path)
    found = practice.check(db, texts)
    app.out.rows(found, Difference, CHANGES, empty=f"{', '.join(texts)}: fine. No case's deadlines would change.")
    if found:
        app.out.note(f"{', '.join(texts)}: fine. {len(found)} case{'' if len(found) == 1 else 's'} would change.")
        app.out.hint(f"To make it so: drive practice apply {path} --reason WHY")


@command(
    "apply",
    examples=[
        "drive practice apply practice.toml --reason 'agreed at the board in May'",
        "drive practice apply our-values/ --reason 'new areas'",
    ],
    see=["drive practice check PATH", "drive upgrade"],
)
@click.argument("path", type=PATH, help=WHERE)
@reason_option()
@click.pass_obj
def apply(app: App, path: Path, reason: str) -> None:
    """Store a file of your own and bring every case up to it, all or nothing."""
    from drivecli.services import practice

    texts = practice.read_path(path)
    with app.work(practice.Applied, alone=True) as work:
        replaced = practice.of_others(work, texts)
        applied = practice.apply(work, texts, reason=reason)
    files = ", ".join(
        f"{name} (version {version})" for name, version in zip(applied.files, applied.versions, strict=True)
    )
    changed = len(applied.changed)
    app.out.done(
        applied,
        f"Applied {files}. Deadlines of {changed} case{'' if changed == 1 else 's'} changed.",
        ref=files,
        notes=[
            f"This took the place of version {each.version} of {each.name}, which {each.by} applied"
            f" ({each.at[:16].replace('T', ' ')} UTC: {each.reason}). If you did not know of it, talk to them."
            for each in replaced
        ],
    )


def _due(rule: Rule) -> str:
    due, by, unit = rule.due, rule.by, words(rule.unit)
    if by:
        return ", ".join(f"{amount} {unit} ({words(code)})" for code, amount in by.items())
    return f"{', '.join(map(str, due))} {unit}"
