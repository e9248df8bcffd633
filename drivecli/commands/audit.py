"""`drive audit`: who did what and who looked, and whether the record of it is whole."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.errors import DAMAGED
from drivecli.layout import Column, safe_text
from drivecli.params import CASE, DAY, USERNAME, reason_option

KINDS = (
    *("write", "read", "print", "export", "import", "undo"),
    *("start", "upgrade", "key", "backup", "restore", "accept", "outside", "unreadable"),
)

BACKUP = ".drivebackup"

LOG = [
    Column("seq", "Entry"),
    Column("at", "At", lambda at: f"{at[:16].replace('T', ' ')} UTC" if at else ""),
    Column("worker", "Who"),
    Column("kind", "What"),
    Column("command", "Command", breaks=True),
    Column("cases", "Cases", soft=True),
    Column("rows", "Rows"),
    Column("reason", "Reason", soft=True),
]


@command(
    "log",
    examples=[
        "drive audit log 42",
        "drive audit log --worker amina --since -7d",
        "drive audit log --kind read --limit 20",
    ],
    see=["drive case timeline REF", "drive audit verify"],
)
@click.argument(
    "ref", type=CASE, required=False, metavar="[REF]", help="Only what was done and looked at in this case."
)
@click.option("--worker", type=USERNAME, metavar="USERNAME", help="Only what this worker did.")
@click.option("--since", type=DAY, metavar="DAY", help="Only from this day on (UTC).")
@click.option("--kind", type=click.Choice(KINDS), metavar="KIND", help=f"Only one of: {', '.join(KINDS)}.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="The newest so many.")
@click.pass_obj
def log(app: App, ref: Any, worker: str | None, since: date | None, kind: str | None, limit: int) -> None:
    """Who did what, and who looked, newest first. Without the right to read everybody's, your own."""
    from drivecli.queries import audit, cases, rights

    db = app.read()
    case = cases.find(db, ref, app.prefix()).id if ref is not None else None
    if not rights.may(db, app.catalogue, app.actor.role, "audit"):
        if worker != app.actor.username:
            app.out.note("Only your own entries: a team lead or an auditor may read everybody's.")
        worker = app.actor.username
    wanted = audit.Wanted(case, worker, since.isoformat() if since else None, kind, limit)
    app.out.rows(audit.log(db, wanted), audit.LogRow, LOG, empty="Nothing is on record of that.")


@command(
    "verify",
    examples=["drive audit verify", "drive audit verify --deep", "drive audit verify --json"],
    see=["drive audit receipt", "drive help security"],
)
@click.option("--deep", is_flag=True, help="Hold every row of the store to the record, too. Takes longer.")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="LINE|FILE",
    help="A receipt, a file with receipts, or a backup, kept elsewhere. May be said more than once.",
)
@click.pass_obj
def verify(app: App, deep: bool, anchors: tuple[str, ...]) -> int:
    """Show that nothing on record was changed, cut off or put back.

    It finds whatever was altered inside the record, rows changed by another program, and (with --deep) rows that are
    not as the record left them. That the end of the record was cut off, or all of it written anew, it finds by what
    this computer, a backup or a receipt remembers. It cannot find out who merely read the store with another program,
    who sat at the keyboard, or what was done before the first receipt left this computer. Ends with 7 when something
    is found.
    """
    from drivecli import proof

    db = app.open_for_proof()
    found = proof.verify(db, [*_own(app), *_given(anchors)], deep=deep)
    app.out.thing(found, _page)
    return DAMAGED if found.findings else 0


def _own(app: App) -> list[Any]:
    return [app.seen] if app.seen else []


def _given(anchors: Sequence[str]) -> list[Any]:
    """What was kept elsewhere: receipts as they were typed, every one in a file, or what a backup ends with."""
    from drivecli import proof

    found = []
    for each in anchors:
        path = Path(each)
        if path.suffix == BACKUP and path.is_file():
            from drivecli import backup_file

            found.append(backup_file.read_manifest(path).sealed)
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else [each]
        found += [proof.read_receipt(line) for line in lines if line.strip()]
    return found


def _page(out: Any, found: Any) -> list[str]:
    depth = "the record and every row" if found.deep else "the record"
    known = f" {found.known} found earlier and accepted." if found.known else ""
    if not found.findings:
        return [f"Nothing was changed: {depth}, {found.entries} entries, holds.{known}"]
    lines = [out.heading(f"{len(found.findings)} found in {depth}, {found.entries} entries.{known}"), ""]
    lines += [safe_text(f"{each.kind}: {each.said}") for each in found.findings]
    return [
        *lines,
        "",
        "Tell whoever leads the service. Nothing is mended by itself; drive audit accept goes on from here.",
    ]


@command(
    "receipt",
    examples=["drive audit receipt", "drive audit receipt --quiet"],
    see=["drive audit verify --anchor LINE"],
)
@click.pass_obj
def receipt(app: App) -> None:
    """A line to keep elsewhere: where the record stands.

    Print it under a report, mail it to a colleague, or read it out: held against the record later, it shows that
    nothing before it was changed, cut off or put back.
    """
    from drivecli import anchors, proof

    db = app.read()
    line = proof.receipt(anchors.head(db), app.today.isoformat())
    app.out.done(proof.Receipt(line), line, ref=line)


@command(
    "accept",
    examples=[
        "drive audit accept --reason 'the disk was exchanged; agreed with the service manager'",
        "drive audit accept --reason 'a column was put right by hand' --json",
    ],
    see=["drive audit verify --deep", "drive doctor"],
)
@reason_option()
@click.pass_obj
def accept(app: App, reason: str) -> None:
    """Say that what was found in the record is known, and go on from here. A lead does.

    What was found stays on record, and so does who accepted it and why.
    """
    from drivecli.services import acceptance

    db = app.open_for_proof()
    accepted, sealed = acceptance.accept(db, app.actor, app.catalogue, _own(app), login=app.login, reason=reason)
    app.remember(sealed)
    app.out.done(
        accepted,
        f"Accepted {accepted.findings} found in the record (entry {accepted.seq}). It begins anew from here.",
        ref=str(accepted.seq),
    )
