"""`drive caseload`: who needs help today."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.overdue import say_overdue
from drivecli.errors import OVERDUE, NotUnderstood
from drivecli.layout import Column, say, unbroken, words
from drivecli.params import CODE, DAYS, FEW, USERNAME
from drivecli.queries import caseload as query
from drivecli.queries import workers
from drivecli.queries.cases import CaseRow

F = TypeVar("F", bound=Callable[..., Any])


def _state(row: CaseRow) -> str:
    parts = []
    if row.hold:
        parts.append(f"HOLD until {unbroken(say(row.hold))}")
    if row.overdue:
        parts.append(unbroken(f"OVERDUE {row.overdue_days} day{'' if row.overdue_days == 1 else 's'}"))
    if row.status == "suspended":
        parts.append("suspended")
    if row.seen_until:
        parts.append(f"known until {unbroken(say(row.seen_until))}")
    return "; ".join(parts)


def _due(row: CaseRow) -> str:
    return f"{words(row.next_due_kind)}, {unbroken(say(row.next_due_on))}" if row.next_due_on else ""


COLUMNS = [
    Column("ref", "Ref"),
    Column("name", "Person"),
    Column("manager", "Manager"),
    Column("tier", "Tier", words, breaks=True, spare=True),
    Column("stage", "Stage", words, breaks=True, spare=True),
    Column("due", "Due", _due, whole=True, breaks=True),
    Column("state", "State", _state, whole=True, breaks=True),
]


def filters(function: F) -> F:
    """Which open cases; what `asked_for` reads."""
    for option in reversed(
        [
            click.option("--overdue", is_flag=True, help="Only cases with something due before today."),
            click.option("--mine", is_flag=True, help="Only cases you manage."),
            click.option("--manager", type=USERNAME, help="Only this manager's."),
            click.option("--unallocated", is_flag=True, help="Only cases nobody manages."),
            click.option("--area", type=CODE("area"), metavar="AREA", help="Only this district's."),
            click.option("--tier", type=CODE("tier"), help="Only this tier."),
            click.option("--stage", type=CODE("stage"), help="Only this stage."),
            click.option("--due-within", type=DAYS, metavar="N", help="Only with something due within N days."),
            click.option("--ending-within", type=DAYS, metavar="N", help="Only with a window ending within N days."),
            click.option("--limit", type=FEW, metavar="N", help="Only the N most urgent."),
        ]
    ):
        function = option(function)
    return function


def asked_for(app: App, *, mine: bool, **wanted: Any) -> query.Wanted:
    """The filters as the query takes them. Raises NotUnderstood for two managers, NotFound for one nobody knows."""
    if mine + bool(wanted["manager"]) + bool(wanted["unallocated"]) > 1:
        raise NotUnderstood("Choose one of --mine, --manager and --unallocated.")
    db = app.read()
    if mine:
        wanted["manager"] = app.actor.username
    elif wanted["manager"]:
        workers.find(db, wanted["manager"])
    return query.Wanted(**wanted)


@command(
    examples=[
        "drive caseload --overdue",
        "drive caseload --mine --due-within 7",
        "drive caseload --overdue --json --fields ref,manager,overdue_days",
    ],
    see=["drive today", "drive why REF", "drive seen REF"],
)
@filters
@click.option("--exit-code", is_flag=True, help="End with code 10 when any row is overdue.")
@click.pass_obj
def caseload(app: App, exit_code: bool, **wanted: Any) -> int:
    """Open cases, most urgent first; --overdue for who needs help today.

    Most urgent first means: by the weight of what is overdue, then by tier, then by days.
    """
    asked = asked_for(app, **wanted)
    found = query.caseload(app.read(), app.today, asked)
    app.out.rows(found.rows, CaseRow, COLUMNS, empty=_empty(found, asked))
    if found.rows:
        app.out.note(f"{say_overdue(found.overdue, found.open)}.")
    return OVERDUE if exit_code and any(row.overdue for row in found.rows) else 0


def _empty(found: query.Caseload, asked: query.Wanted) -> str:
    """Why there is nothing, and where to look: there are no cases, none like this, or none that is late."""
    narrowed = any(value for name, value in asked._asdict().items() if name not in ("overdue", "limit"))
    all_open = "All open cases: drive caseload"
    if found.open:
        like_this = " like this" if narrowed else ""
        cases = "case is" if found.open == 1 else "cases are"
        return f"Nobody{like_this} is overdue; {found.open} {cases} open{like_this}. {all_open}"
    return f"No open case is like this. {all_open}" if narrowed else "No open cases. Open one: drive case open"
