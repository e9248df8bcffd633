"""`drive case open|show|list|find|edit`."""

from datetime import date
from typing import Any

import click

from drivecli.app import App
from drivecli.commandline import Asks, command
from drivecli.domain.days import say_day
from drivecli.layout import Column, words
from drivecli.params import (
    CASE,
    CODE,
    DAY,
    IDENTIFIER,
    PRIVATE,
    TEXT,
    USERNAME,
    WHOLE,
    case_argument,
    reason_option,
)
from drivecli.queries.cases import CaseRow

LIST = [
    Column("ref", "Ref"),
    Column("name", "Person"),
    Column("manager", "Manager"),
    Column("area", "Area", words),
    Column("tier", "Tier", words),
    Column("stage", "Stage", words),
    Column("status", "Status", words),
    Column("window_ends_on", "Window ends"),
]


def person_options(required: bool) -> Any:
    """What is written down about a person, on `open` and on `edit`."""

    def wrap(function: Any) -> Any:
        named = " (asked for a new person)" if required else ""
        for option in reversed(
            [
                click.option("--forename", type=TEXT, help=f"First name{named}."),
                click.option("--surname", type=TEXT, help=f"Last name{named}."),
                click.option("--dob", type=DAY, metavar="DAY", help="Date of birth."),
                click.option("--alias", "aliases", type=TEXT, multiple=True, help="Another name the person goes by."),
                click.option("--sex", type=CODE("sex"), help="Recorded as data; never assumed."),
                click.option("--ethnicity", type=TEXT, help="As the person describes it."),
                click.option("--language", type=TEXT, help="The language to speak."),
                click.option("--interpreter/--no-interpreter", default=None, help="Whether an interpreter is needed."),
                click.option("--phone", type=PRIVATE, help="Phone number; - takes it from stdin or asks."),
                click.option("--address", type=PRIVATE, help="Address; - takes it from stdin or asks."),
                click.option(
                    "--identifier",
                    "identifiers",
                    type=IDENTIFIER,
                    multiple=True,
                    help="Another agency's reference, as TYPE=VALUE.",
                ),
            ]
        ):
            function = option(function)
        return function

    return wrap


@command(
    "open",
    examples=[
        "drive case open --forename Robin --surname Example --area worthing --route marac",
        "drive case open --same-as 42",
    ],
    see=["drive approach REF", "drive case edit REF", "drive case transfer REF"],
    asks=Asks(
        ["forename", "surname", "dob", "area", "route", "tier", "manager"],
        needs=["forename", "surname"],
        needless={"same_as": ["forename", "surname"]},
    ),
)
@person_options(required=True)
@click.option("--area", type=CODE("area"), metavar="AREA", help="The district, as in worthing.")
@click.option("--route", type=CODE("route"), default="other", show_default=True, help="How the person came here.")
@click.option("--tier", type=CODE("tier"), default="not_assessed", show_default=True, help="How closely to work.")
@click.option(
    "--opened", type=DAY, default="today", show_default=True, metavar="DAY", help="The day the window starts."
)
@click.option("--manager", type=USERNAME, help="The case manager. [default: you, if you are one]")
@click.option("--external-ref", type=TEXT, help="The case's ref in another system.")
@click.option("--window-months", type=WHOLE, metavar="N", help="Length of the window. [default: the service's own]")
@click.option("--same-as", type=CASE, metavar="REF", help="A new episode for the person of this closed case.")
@click.option(
    "--not-same-as", type=CASE, multiple=True, metavar="REF", help="Somebody else than the person of this case."
)
@click.option("--over-capacity", is_flag=True, help="Give the manager more than their capacity; needs --reason.")
@reason_option(required=False, help="Why it is somebody else, or why beyond capacity.")
@click.pass_obj
def open_(app: App, opened: date, manager: str | None, same_as: Any, not_same_as: Any, **said: Any) -> None:
    """Open a case for a person. The window runs from the day it opened."""
    from drivecli.services import cases
    from drivecli.services.people import Details

    case_fields = ("area", "route", "tier", "external_ref", "window_months", "over_capacity", "reason")
    about_case = {name: said.pop(name) for name in case_fields}
    manager = manager or (app.actor.username if app.actor.role == "case_manager" else None)
    asked = cases.Asked(opened_on=opened, manager=manager, same_as=same_as, not_same_as=not_same_as, **about_case)
    with app.work(CaseRow) as work:
        case = cases.open_case(work, details(Details, said), asked)
    app.out.done(
        case,
        f"Opened {case.ref} for {case.name}. Window: {say_day(case.opened_on)} to {say_day(case.window_ends_on)}.",
        ref=case.ref,
        notes=[
            f"First say whether the person may be approached, by {say_day(case.next_due_on)}:"
            if case.next_due_on
            else "",
            f"  drive approach {case.ref} --state agreed --with WHO",
            *(
                []
                if case.manager
                else [f"Nobody manages it yet: drive case transfer {case.ref} --to USERNAME --reason WHY"]
            ),
        ],
    )


def details(kind: Any, said: dict[str, Any]) -> Any:
    """What was said about the person, as the service takes it."""
    return kind(**{**said, "aliases": tuple(said["aliases"]), "identifiers": tuple(said["identifiers"])})


@command(
    "edit",
    examples=["drive case edit 42 --phone -", "drive case edit 42 --tier standard --reason 'risk reviewed'"],
    see=["drive case show REF", "drive case correct REF"],
)
@case_argument
@person_options(required=False)
@click.option("--area", type=CODE("area"), metavar="AREA", help="The district, from today.")
@click.option("--route", type=CODE("route"), help="How the person came here.")
@click.option("--tier", type=CODE("tier"), help="How closely to work, from today.")
@click.option("--external-ref", type=TEXT, help="The case's ref in another system.")
@reason_option(required=False)
@click.pass_obj
def edit(
    app: App,
    ref: Any,
    area: str | None,
    route: str | None,
    tier: str | None,
    external_ref: str | None,
    reason: str | None,
    **said: Any,
) -> None:
    """Change a person's or a case's details. What they were is kept."""
    from drivecli.commands.meanwhile import told_of_others
    from drivecli.services import cases
    from drivecli.services.people import Details

    with told_of_others(app), app.work(CaseRow) as work:
        case, changed = cases.edit(
            work,
            ref,
            details(Details, said),
            external_ref=external_ref,
            route=route,
            tier=tier,
            area=area,
            reason=reason,
            after_looking=True,
        )
    app.out.done(case, f"Changed {', '.join(words(each) for each in changed)} of {case.ref}.", ref=case.ref)


@command(
    "list",
    examples=["drive case list", "drive case list --status closed --json"],
    see=["drive caseload", "drive case find TEXT"],
)
@click.option("--status", type=click.Choice(["open", "suspended", "closed"]), help="Only these.")
@click.option("--manager", type=USERNAME, help="Only this manager's.")
@click.option("--area", type=CODE("area"), metavar="AREA", help="Only this district's.")
@click.pass_obj
def list_(app: App, status: str | None, manager: str | None, area: str | None) -> None:
    """List cases by ref, closed ones too."""
    from drivecli.queries import cases, workers

    db = app.read()
    if manager:
        workers.find(db, manager)
    found = cases.rows(db, cases.listed(db, status=status, manager=manager, area=area), app.today)
    narrowed = status or manager or area
    empty = "No case is like this. All cases: drive case list" if narrowed else "No cases. Open one: drive case open"
    app.out.rows(found, cases.CaseRow, LIST, empty=empty)
    app.out.note(f"{len(found)} case{'' if len(found) == 1 else 's'}.") if found else None


@command(
    "find",
    examples=["drive case find example", "drive case find WS-0042"],
    see=["drive case list", "drive case show REF"],
)
@click.argument("text", type=TEXT, help="A name, part of one, an alias, a ref or another agency's reference.")
@click.pass_obj
def find(app: App, text: str) -> None:
    """Find cases by name, alias, ref or reference, open and closed. Accents and case do not matter."""
    from drivecli.queries import cases

    db = app.read()
    found = cases.rows(db, cases.search(db, text), app.today)
    app.out.rows(found, cases.CaseRow, LIST, empty=f"Nobody found for “{text}”. All cases: drive case list")


@command(
    "show",
    examples=["drive case show 42", "drive case show WS-0042 --json"],
    see=["drive why REF", "drive case timeline REF", "drive contact list REF"],
)
@case_argument
@click.pass_obj
def show(app: App, ref: Any) -> None:
    """What a case manager needs, on one screen: how to reach the person, hold and approach first."""
    from drivecli.commands.case_page import page
    from drivecli.queries import case_page, cases

    db = app.look(ref)
    key = cases.find(db, ref, app.prefix())
    app.out.thing(case_page.read(db, key, app.today, app.actor, app.catalogue), page(app))
