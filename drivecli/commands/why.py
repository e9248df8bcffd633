"""`drive why`: every deadline of a case, explained."""

from collections.abc import Iterator
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.layout import Column, say, words
from drivecli.params import case_argument
from drivecli.queries import cases
from drivecli.queries import why as query
from drivecli.queries.why import WhyRow
from drivecli.render import Out

COLUMNS = [
    Column("kind", "Deadline", words),
    Column("due_on", "Due"),
    Column("overdue_days", "Days overdue"),
    Column("because", "Because"),
    Column("record", "Record"),
    Column("rule", "Rule"),
    Column("skipped", "Skipped"),
    Column("stops_when", "Stops when"),
    Column("owner", "Whose"),
]


@command(examples=["drive why 42", "drive why WS-0042 --json"], see=["drive case show REF", "drive practice show"])
@case_argument
@click.pass_obj
def why(app: App, ref: Any) -> None:
    """Explain every deadline of a case: its rule, what started it, what was skipped, what would stop it."""
    db = app.look(ref)
    case = cases.find(db, ref, app.prefix())
    rows = query.why(db, case.id, app.today)
    if app.out.for_programs:
        app.out.rows(rows, WhyRow, COLUMNS, empty="Nothing is due.")
        return
    shown = cases.row(db, case.id, app.today)
    nothing = [] if rows else ["Nothing is due." + (" The case is closed." if case.closed_on else "")]
    app.out.page(
        [
            app.out.heading(f"{shown.ref}  {shown.name}"),
            *_standing(shown),
            *(line for row in rows for line in _lines(app.out, row, app.catalogue.practice)),
            *nothing,
        ]
    )


def _standing(case: cases.CaseRow) -> Iterator[str]:
    if case.hold:
        yield f"HOLD until {say(case.hold)}: direct contact stands still, indirect work goes on."
    if case.status == "suspended":
        yield "Suspended: contact deadlines stand still until the case is resumed; review and window run on."
    if case.seen_until:
        yield f"A lead knows of this case until {say(case.seen_until)}."


def _lines(out: Out, row: WhyRow, practice: Any) -> list[str]:
    late = f", OVERDUE {row.overdue_days} day{'' if row.overdue_days == 1 else 's'}" if row.overdue_days else ""
    known = practice.rules.get(row.kind)
    return [
        "",
        out.heading(f"{words(row.kind)}: {say(row.due_on)}{late}"),
        *out.pairs(
            [
                pair
                for pair in (
                    ("  Because", f"{row.because} ({row.record})"),
                    ("  Rule", f"{row.rule}, weight {row.weight}"),
                    ("  Source", known.source if known else ""),
                    ("  Skipped", row.skipped),
                    ("  Stops when", row.stops_when),
                    ("  Whose", row.owner or "nobody's: no case manager"),
                )
                if pair[1]
            ]
        ),
    ]
