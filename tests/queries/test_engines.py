"""Every query answers the same on both engines: the same rows, in the same order, of the same types."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from conftest import TEAM, Drive, Stores

from drivecli import queries
from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain.columns import KINDS
from drivecli.errors import Refused
from drivecli.queries import (
    audit,
    case_page,
    caseload,
    cases,
    checklists,
    clock,
    contacts,
    exports,
    facts,
    imports,
    meanwhile,
    rights,
    store,
    timeline,
    today,
    undo,
    why,
    workers,
    workload,
)

TODAY = date(2026, 3, 2)
CATALOGUE = Catalogue()

HISTORY = [
    "agency add 'Worthing Housing' --kind housing",
    "agency add 'änder Arbeit'",
    "worker add 'Mo Full' --username mo_1 --role case_manager --capacity 3 --agency 'Worthing Housing'",
    "worker add 'Zoë Łukasz' --username Zoe --role substance",
    "case open --forename Zoë --surname O’Neill --dob 3/4/1990 --alias 'Zed Neill' --identifier pnc=24/1X --area adur"
    " --tier high --opened 5/1/2026 --manager amina --external-ref Ext-9 --phone 07700900123 --interpreter",
    "case open --forename Kim --surname Other --opened 2/2/2026 --manager ben --tier standard --area crawley",
    "case open --forename Pat --surname Last --opened 30/4/2025 --manager mo_1 --window-months 12",
    "case open --forename Jo --surname Nobody --opened 20/2/2026",
    "case open --forename Lee --surname Past --opened 1/12/2025 --manager ben --area adur",
    "approach 1 --state agreed --with 'Fay Moss' --on 6/1/2026 --modes phone,letter",
    "approach 2 --state not_yet --with 'Fay Moss' --on 3/2/2026 --until 1/3/2026",
    "assign 1 --substance carl --mental-health dana --on 7/1/2026",
    "assign 1 --substance zoe --on 21/1/2026",
    "contact log 1 --mode phone --outcome held --on 8/1/2026 --by carl --minutes 30 --note 'went well' --with sister",
    "contact log 1 --mode in_person --outcome did_not_attend --on 9/1/2026 --purpose support",
    "contact log 1 --mode meeting --outcome held --on 9/1/2026 --about restricted --note 'never listed'",
    "contact correct 2 --outcome declined --reason 'wrong box'",
    "contact correct 4 --withdraw --reason 'wrong case'",
    "contact log 2 --mode phone --outcome held --on 5/2/2026",
    "contact log 3 --mode letter --outcome information_given --on 1/3/2026",
    "case stage 1 engaged --on 12/1/2026 --reason 'met twice'",
    "case stage 1 not_engaged --on 20/2/2026",
    "case correct 1 stage --to step_down --reason mistyped",
    "case suspend 2 --reason custody --expected-release 1/6/2026 --on 9/2/2026",
    "case suspend 2 --expected-release unknown --on 23/2/2026",
    "case hold 1 --until 9/3/2026 --by 'Fay Moss' --reason adviser_advice",
    "case hold 3 --until 4/3/2026 --by police --reason police_operation",
    "case hold 3 --lift --by police",
    "review 1 --on 20/1/2026 --note 'first review'",
    "review 5 --kind engagement --on 20/1/2026",
    "seen 1 --until 5/3/2026 --note known",
    "case extend 3 --months 1 --reason 'court date' --authorised-by sam",
    "case edit 1 --tier standard --area worthing --reason reviewed",
    "case edit 4 --alias Joey --language Polish",
    "unassign 1 --mental-health --on 20/2/2026 --reason 'work finished'",
    "case transfer 5 --to amina --reason leave --on 10/2/2026",
    "case close 5 --reason completed --on 20/2/2026",
    "case open --same-as 5 --manager ben --opened 25/2/2026",
    "worker away ben --from 1/3/2026 --to 6/3/2026 --cover amina",
    "checklist start enforcement 1 --on 26/2/2026",
    "checklist tick enforcement 1 safety_step --state done --on 27/2/2026",
    "checklist tick enforcement 1 3 --state agreed --by amina --result 'at the meeting'",
    "checklist tick enforcement 1 4 --state agreed --by mo_1 --override --reason 'cannot wait'",
    "checklist start disruption 2",
    "worker leave ed --on 27/2/2026",
    "case show 1",
    "case edit 1 --language cy",
    "case edit 1 --language pl",
    "contact log 1 --mode meeting --outcome information_given --on 26/2/2026",
    "undo --yes",
]
"""A service's year in forty lines; everything that a query can show happens in it at least once."""

BROUGHT = "case,on,mode,outcome,external_ref\n1,27/2/2026,phone,held,C-1\n1,27/2/2026,email,held,C-2\n"
"""Contacts that come from a file."""


@pytest.fixture(scope="module")
def both(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Drive]]:
    """The same history in a file and in PostgreSQL."""
    made: dict[str, Drive] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSFILE", str(stores.server.passfile))
        for engine in ("file", "postgres"):
            made[engine] = stores.copy(engine, tmp_path_factory.mktemp("engines") / engine, team=True)
            for line in HISTORY:
                made[engine](line, as_="sam", ok=True)
            made[engine](
                "import contacts - --batch-note old", stdin=BROUGHT.replace("\n1,", "\nWS-0001,"), as_="sam", ok=True
            )
            made[engine].db()
        yield made
        for drive in made.values():
            stores.give_back(drive)


def _allowed(db: Connection, who: Any) -> str:
    try:
        rights.must_may(db, CATALOGUE, who, "import", "bring in a file")
    except Refused as refusal:
        return refusal.next
    return "allowed"


def acting(db: Connection, username: str) -> Any:
    found = workers.by_username(db, username)
    assert found
    return found


def ben(db: Connection) -> int:
    number: int = acting(db, "ben").id
    return number


def everybody(db: Connection) -> list[Any]:
    return [acting(db, username) for username in ("sam", *TEAM, "mo_1", "zoe")]


def keys(db: Connection) -> list[cases.CaseKey]:
    return [cases.find(db, ("", number), "WS") for number in range(1, 7)]


def over_cases(function: Callable[..., Any], *more: Any) -> Callable[[Connection], Any]:
    """A function called once for each case."""
    return lambda db: [function(db, number, *more) for number in range(1, 7)]


FILTERS = [
    caseload.Wanted(),
    caseload.Wanted(overdue=True),
    caseload.Wanted(manager="ben"),
    caseload.Wanted(unallocated=True),
    caseload.Wanted(area="worthing"),
    caseload.Wanted(tier="not_assessed"),
    caseload.Wanted(stage="step_down"),
    caseload.Wanted(due_within=3),
    caseload.Wanted(ending_within=90),
    caseload.Wanted(limit=2, overdue=True),
]
SEARCHES = ["zoe", "O'NEILL", "zed", "ws-0002", "p-0003", "ext-9", "24/1x", "a", "%", "_", "ö", "nobody here"]

EXPORTS = [
    *((kind, exports.Wanted()) for kind in exports.FIELDS),
    ("cases", exports.Wanted(status="suspended")),
    ("cases", exports.Wanted(manager="ben", area="adur")),
    ("contacts", exports.Wanted(case=1, restricted=True)),
    ("contacts", exports.Wanted(since=date(2026, 1, 9))),
    ("assignments", exports.Wanted(case=1)),
    ("workers", exports.Wanted(role="substance")),
    *((kind, exports.Wanted(caseload=wanted)) for kind in ("caseload", "deadlines") for wanted in FILTERS),
]
"""What is taken out: the kind, and which rows."""

CALLS: dict[Callable[..., Any], Callable[[Connection], Any]] = {
    case_page.read: lambda db: [
        case_page.read(db, cases.find(db, ("", number), "WS"), TODAY, who, CATALOGUE)
        for number in range(1, 7)
        for who in everybody(db)
    ],
    caseload.caseload: lambda db: [caseload.caseload(db, TODAY, wanted) for wanted in FILTERS],
    caseload.chosen: lambda db: [caseload.chosen(db, TODAY, wanted) for wanted in FILTERS],
    caseload.counts: lambda db: caseload.counts(db, TODAY),
    cases.find: lambda db: [cases.find(db, ref, "WS") for ref in (("", 1), ("WS", 5), ("", 6))],
    cases.row: over_cases(cases.row, TODAY),
    cases.rows: lambda db: cases.rows(db, [6, 1, 5, 2, 99], TODAY),
    cases.candidates: lambda db: [
        cases.candidates(db, text, first=who.id)
        for text in ("", "w", "ws-000", "WS-0002", "2", "00", "0002", "9", "%", "_", "WS_0002", "-", "é")
        for who in everybody(db)
    ],
    cases.search: lambda db: {text: cases.search(db, text) for text in SEARCHES},
    audit.log: lambda db: [
        [replace(each, at="") for each in audit.log(db, audit.Wanted(**wanted))]
        for wanted in ({}, {"case": 1}, {"worker": "sam", "limit": 3}, {"since": "2999-01-01"}, {"kind": "import"})
    ],
    cases.of_person: over_cases(cases.of_person),
    cases.listed: lambda db: [
        cases.listed(db, status=status, manager=manager, area=area)
        for status in (None, "open", "suspended", "closed")
        for manager in (None, "ben", "nobody")
        for area in (None, "adur")
    ],
    checklists.of_case: lambda db: [checklists.of_case(db, each) for each in keys(db)],
    checklists.running: lambda db: [checklists.running(db, each, "enforcement") for each in keys(db)],
    checklists.sheet: lambda db: checklists.sheet(db, keys(db)[0], "enforcement", TODAY),
    checklists.owed_by: lambda db: [checklists.owed_by(db, who.id) for who in everybody(db)],
    clock.all_cases: clock.all_cases,
    clock.differences: lambda db: clock.differences(db, CATALOGUE),
    contacts.stored: over_cases(contacts.stored),
    contacts.one: lambda db: [
        contacts.one(db, number, who, CATALOGUE) for number in range(1, 8) for who in everybody(db)
    ],
    contacts.case_of: lambda db: [contacts.case_of(db, number) for number in range(1, 8)],
    contacts.of_case: lambda db: [
        contacts.of_case(db, number, all_rows=all_rows, limit=limit)
        for number in range(1, 7)
        for all_rows in (True, False)
        for limit in (None, 1)
    ],
    contacts.may_read: lambda db: [
        contacts.may_read(db, number, who, CATALOGUE) for number in range(1, 7) for who in everybody(db)
    ],
    exports.by_number: lambda db: [exports.by_number(db, kind, [1, 2, 3, 99]) for kind in KINDS],
    exports.count: lambda db: [exports.count(db, kind, wanted, TODAY) for kind, wanted in EXPORTS],
    exports.rows: lambda db: [list(exports.rows(db, kind, wanted, TODAY)) for kind, wanted in EXPORTS],
    facts.approachability: lambda db: facts.approachability(db, range(1, 7), CATALOGUE),
    facts.case_facts: lambda db: facts.case_facts(db, range(1, 7), CATALOGUE),
    facts.standing: lambda db: [
        facts.standing(db, range(1, 7), "stage_change", "hold"),
        facts.standing(db, [1, 3], *facts.COLUMNS),
    ],
    imports.history: lambda db: [replace(each, at="") for each in imports.history(db)],
    imports.batch: lambda db: replace(imports.batch(db, 1), at=""),
    imports.latest_event: imports.latest_event,
    imports.standing_assignments: lambda db: imports.standing_assignments(db, range(1, 7)),
    imports.cases_of_contacts: lambda db: imports.cases_of_contacts(db, range(1, 12)),
    imports.contacts_elsewhere: lambda db: imports.contacts_elsewhere(db, ["C-1", "C-2", "C-3"]),
    imports.contacts_of_days: lambda db: imports.contacts_of_days(
        db, [(case, date(2026, month, day)) for case in (1, 2) for month in (1, 2) for day in range(1, 28)]
    ),
    meanwhile.last_look: lambda db: [
        meanwhile.last_look(db, number, who.id, who.username) for number in range(1, 4) for who in everybody(db)
    ],
    meanwhile.fields_since: lambda db: [
        [each._replace(at="") for each in meanwhile.fields_since(db, number, number, ben(db), 0)]
        for number in range(1, 4)
    ],
    meanwhile.fact_since: lambda db: [
        found and found._replace(at="")
        for number in range(1, 4)
        for found in [meanwhile.fact_since(db, "tier_change", "tier", number, ben(db), 0)]
    ],
    meanwhile.writer_since: lambda db: [
        (meanwhile.writer_since(db, "stage_change", number, ben(db), 0) or ("nobody",))[0] for number in range(1, 4)
    ],
    rights.may: lambda db: [
        rights.may(db, CATALOGUE, who.role, what) for who in everybody(db) for what in ("case_work", "import", "lead")
    ],
    rights.must_may: lambda db: [_allowed(db, who) for who in everybody(db)],
    store.read_store_settings: lambda db: {**store.read_store_settings(db), "db_id": "one of its own"},
    store.site_files: store.site_files,
    timeline.timeline: over_cases(timeline.timeline),
    today.day: lambda db: [
        today.day(db, who.id, on, leads=leads)
        for who in everybody(db)
        for on in (date(2026, 2, 27), TODAY, date(2026, 6, 1))
        for leads in (True, False)
    ],
    undo.mine: lambda db: [
        (each.seq, each.kind, each.command, each.cases, each.batch, each.undone, each.undoes)
        for who in everybody(db)
        for each in undo.mine(db, who.username)
    ],
    undo.rows: lambda db: [undo.rows(db, each) for each in undo.mine(db, "sam")],
    undo.held_before: lambda db: [sorted(undo.held_before(db, each)) for each in undo.mine(db, "sam")],
    undo.taken_back: undo.taken_back,
    undo.changed_since: lambda db: [undo.changed_since(db, 0, "person", str(number)) for number in range(1, 4)],
    why.why: over_cases(why.why, TODAY),
    workers.by_username: lambda db: [workers.by_username(db, name) for name in ("sam", "ZOE", "mo_1", "nobody")],
    workers.by_login: lambda db: [
        workers.by_login(db, login) for login in ("nobody@nowhere", db.value("SELECT login FROM worker_login"))
    ],
    workers.find: lambda db: [workers.find(db, name) for name in ("sam", "Zoe", "ed")],
    workers.load: lambda db: [workers.load(db, who.id) for who in everybody(db)],
    workers.has_room: lambda db: [workers.has_room(db, who.username) for who in everybody(db)],
    workers.usernames: workers.usernames,
    workers.row: lambda db: [workers.row(db, who.username) for who in everybody(db)],
    workers.listed: lambda db: [
        workers.listed(db, role=role, everyone=everyone) for role in (None, "substance") for everyone in (True, False)
    ],
    workers.holds: lambda db: [workers.holds(db, who.id) for who in everybody(db)],
    workers.agencies: workers.agencies,
    workers.find_agency: lambda db: workers.find_agency(db, "WORTHING housing"),
    workload.workload: lambda db: workload.workload(db, TODAY),
}
"""Every query, and what it is asked."""


@pytest.mark.parametrize("query", CALLS, ids=lambda query: f"{query.__module__.rsplit('.')[-1]}.{query.__name__}")
def test_a_query_answers_the_same_on_both_engines(both: dict[str, Drive], query: Callable[..., Any]) -> None:
    answers = {engine: timeless(CALLS[query](drive.db())) for engine, drive in both.items()}

    assert answers["file"] == answers["postgres"]
    assert types(answers["file"]) == types(answers["postgres"])
    assert says_something(answers["file"]) or query is clock.differences or query is store.site_files


def test_every_query_is_asked() -> None:
    modules = [import_module(f"drivecli.queries.{path.stem}") for path in Path(queries.__path__[0]).glob("[a-z]*.py")]
    public = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters), "") == "db"
    }

    assert public == set(CALLS)


def timeless(value: Any) -> Any:
    """The answer without the moments at which the two histories were told."""
    if isinstance(value, dict):
        return {key: timeless(each) for key, each in value.items()}
    if isinstance(value, list):
        return [timeless(each) for each in value]
    if is_dataclass(value) and "contacts" in {each.name for each in fields(value)}:
        value = replace(value, contacts=tuple(timeless(each) for each in value.contacts))  # type: ignore[type-var]
    if is_dataclass(value) and "recorded_at" in {each.name for each in fields(value)}:
        assert value.recorded_at.endswith("Z")  # type: ignore[attr-defined]
        value = replace(value, recorded_at="")  # type: ignore[type-var]
    return value


def types(value: Any) -> Any:
    """The shape of an answer: 1 is not True, and text that looks like a day is not a day."""
    if isinstance(value, dict):
        return [(type(key), types(each)) for key, each in value.items()]
    if isinstance(value, (list, tuple)):
        return [type(value), *map(types, value)]
    if is_dataclass(value):
        return [type(value), *(types(getattr(value, each.name)) for each in fields(value))]
    return type(value)


def says_something(value: Any) -> bool:
    """Whether there is anything in an answer: two that are empty are equal and show nothing."""
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return any(map(says_something, value))
    return value is not None and value != {}
