"""Random tables: what was brought in leaves and comes back the same, and a cell is read as strictly as the keyboard.

One store in one process; what a table brings in is taken back, never saved.
"""

import io
import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import TODAY, Drive, Stores
from histories import CATALOGUE, Service
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from drivecli.app import App
from drivecli.db import Connection
from drivecli.domain.columns import count_known
from drivecli.queries import exports as query
from drivecli.queries import workers
from drivecli.services import exports
from drivecli.services.imports.apply import apply
from drivecli.services.imports.known import Known
from drivecli.services.imports.plan import Asked, Plan, make_plan
from drivecli.spreadsheets import writing
from drivecli.spreadsheets.reading import Sheet, open_sheet

MONDAY = date.fromisoformat(TODAY)
FORMS = ("csv", "xlsx", "json", "jsonl")
STEADY = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
}
"""The same tables in every run, on every machine."""

ODD = (
    *(
        "=1+1",
        "+44 7700",
        "-x",
        "@a",
        "|a",
        "%a",
        "＝1",
        "'",
        "''",
        "'=x",
        '"',
        '""',
        '","',
        "a;b",
        "a\tb",
        "\ta",
        "a\nb",
    ),
    *(
        "a\r\nb",
        "a\rb",
        "0071",
        "1e5",
        "1.0",
        "true",
        "no",
        "12/1/2026",
        "2026-01-02",
        "[",
        '["a"]',
        "{}",
        "null",
        "#N/A",
    ),
    *(
        "_x0041_",
        "_x000D_",
        "a  b",
        "\x01",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeffa",
        "\u200ba",
        "\u202eabc",
        "\u00ad=1",
    ),
    *(
        "אבג דהו",
        "مرحبا",
        "😀",
        "👩‍👧",
        "é",
        "e\u0301",
        "Ａ",
        "ß",
        "İ",
        "\ue000",
        "\ufffe",
        "\U0010ffff",
        "&amp;",
        "<a>",
        "]]>",
    ),
)
TEXT = st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=6)), min_size=1, max_size=3).map("".join)
KEPT = TEXT.map(lambda text: text.replace("\x00", "").strip()).filter(bool)
"""Texts that can be kept."""


@dataclass
class World:
    """An open store with a team, an agency, and five cases that contacts and assignments are about."""

    service: Service
    drive: Drive
    tables: int = 0

    @property
    def known(self) -> Known:
        """What the store knows now."""
        return Known(self.service.db, CATALOGUE, MONDAY, workers.find(self.service.db, "sam"), "WS")

    def plan(self, sheet: Sheet, kind: str) -> Plan:
        """What the rows of a table are, to the store as it stands."""
        return make_plan(sheet, Asked(kind), self.known)


@pytest.fixture(scope="module")
def world(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One store for all tables."""
    drive = stores.copy("file", tmp_path_factory.mktemp("tables") / "drive", team=True)
    drive("agency add 'Adur Advice'", as_="sam", ok=True)
    for surname in ("Aaaa", "Bbbb", "Cccc", "Dddd", "Eeee"):
        drive(f"case open --forename Robin --surname {surname} --opened 1/10/2025 --manager ben", as_="sam", ok=True)
    drive("case close 4 --reason completed --on 20/2/2026", as_="sam", ok=True)
    drive("assign 5 --substance carl --on 2025-12-01", as_="sam", ok=True)
    world = World(Service.start(drive.settings, MONDAY), drive)
    yield world
    world.service.db.close()
    stores.give_back(drive)


@pytest.fixture(scope="module")
def typing(world: World) -> Iterator[Drive]:
    """The same store at the keyboard; nothing that is typed is saved."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Connection, "commit", lambda self: None)
        patch.setattr(App, "remember", lambda self, sealed: None)  # what is taken back is never seen
        yield world.drive


class Undo(Exception):
    """Takes back what was brought in."""


# -- tables ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """A table of each kind, made of these texts by chance that is fixed by a number; to be taken out in a form."""

    form: str
    texts: tuple[str, ...]
    seed: int

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of each; none has a ref that another has."""
        some = Some(Random(self.seed), self.texts)
        return {kind: list(some.rows(make)) for kind, make in MAKERS.items()}


@dataclass(frozen=True)
class Some:
    """What a cell may hold, by chance."""

    random: Random
    texts: tuple[str, ...]

    def rows(self, make: Callable[["Some", int], tuple[Any, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        """Some rows of a kind."""
        seen = set()
        for number in range(self.random.randint(1, 4)):
            ref, row = make(self, number)
            if ref not in seen:
                yield {name: cell for name, cell in row.items() if cell is not None}
            seen |= {ref} - {None}

    def text(self) -> str:
        return self.random.choice(self.texts)

    def maybe(self, value: Any) -> Any:
        return value if self.random.random() < 0.6 else None

    def code(self, name: str) -> str:
        return self.random.choice(list(CATALOGUE.codes(name)))

    def day(self, most: int = 150, least: int = 0) -> date:
        return MONDAY - timedelta(days=self.random.randint(least, most))

    def texts_(self) -> list[str]:
        return list(dict.fromkeys(self.text() for _ in range(self.random.randint(1, 3))))


def a_person(some: Some, number: int) -> tuple[Any, dict[str, Any]]:
    ref = some.maybe(f"{some.text()}{number}")
    born = MONDAY - timedelta(days=some.random.randint(1, 43_000))
    row = {"external_ref": ref, "forename": some.text(), "surname": some.text(), "dob": some.maybe(born.isoformat())}
    row |= {name: some.maybe(some.text()) for name in ("ethnicity", "language", "phone", "address")}
    row |= {"sex": some.maybe(some.code("sex")), "interpreter": some.maybe(some.random.choice((True, False)))}
    row |= {"aliases": some.maybe(some.texts_())}
    row |= {"identifiers": some.maybe([f"{some.code('identifier_type')}={each}" for each in some.texts_()])}
    return ref, row


def a_case(some: Some, number: int) -> tuple[Any, dict[str, Any]]:
    _, row = a_person(some, number)
    ref = some.maybe(f"{some.text()}{number}")
    opened = some.day(most=700, least=60)
    row |= {
        "external_ref": ref,
        "person": some.maybe(f"{some.text()}/{number} of a case"),
        "opened_on": opened.isoformat(),
    }
    row |= {name: some.maybe(some.code(name)) for name in ("route", "area", "tier", "stage")}
    row |= {
        "manager": some.maybe(some.random.choice(("amina", "ben"))),
        "window_months": some.maybe(some.random.randint(1, 36)),
    }
    if row["stage"]:
        row["stage_on"] = some.maybe((opened + timedelta(days=some.random.randint(0, 20))).isoformat())
    how = some.random.random()
    closed = opened + timedelta(days=some.random.randint(20, 60))
    later = closed.isoformat()
    if how < 0.3:
        row |= {"closed_on": later, "closure_reason": some.code("closure_reason"), "status": some.maybe("closed")}
        followed_up = closed + timedelta(days=some.random.randint(0, (MONDAY - closed).days))
        row |= {"followed_up_on": some.maybe(followed_up.isoformat())}
    elif how < 0.5:
        row |= {"suspended_on": later, "suspend_reason": some.code("suspend_reason")}
        row |= {"expected_release": some.maybe((MONDAY + timedelta(days=some.random.randint(0, 4000))).isoformat())}
    row |= {"approach_agreed_on": some.maybe((opened + timedelta(days=some.random.randint(0, 15))).isoformat())}
    return ref, row


def a_contact(some: Some, number: int) -> tuple[Any, dict[str, Any]]:
    ref = some.maybe(f"{some.text()}{number}")
    day, number = some.day(most=150, least=10), some.random.randint(1, 4)
    row = {"case": f"WS-{number:04d}", "external_ref": ref, "on": day.isoformat(), "note": some.maybe(some.text())}
    row |= {
        "mode": some.code("contact_mode"),
        "outcome": some.code("contact_outcome"),
        "with_whom": some.maybe(some.text()),
    }
    row |= {"kind": some.maybe(some.code("contact_kind")), "purpose": some.maybe(some.code("contact_purpose"))}
    row |= {"minutes": some.maybe(some.random.randint(0, 1440)), "by": some.maybe(some.random.choice(("amina", "fay")))}
    return ref, row | {"about": some.maybe(some.code("about"))}


def an_assignment(some: Some, number: int) -> tuple[Any, dict[str, Any]]:
    role, worker = some.random.choice((("substance", "carl"), ("mental_health", "dana"), ("probation", "ed")))
    case, first = some.random.randint(1, 4), some.day(most=150, least=60)
    row = {"case": f"WS-{case:04d}", "role": role, "worker": worker, "from": first.isoformat()}
    if case == 4 or some.random.random() < 0.5:
        row |= {
            "until": (first + timedelta(days=some.random.randint(0, 40))).isoformat(),
            "reason": some.maybe(some.text()),
        }
    return (case, role), row


def a_worker(some: Some, number: int) -> tuple[Any, dict[str, Any]]:
    username = some.random.choice(("zoë", "a.b", "x-1", "q_9", "007", "ñandú"))
    row = {
        "username": username,
        "name": some.text(),
        "role": some.code("role"),
        "capacity": some.maybe(some.random.randint(0, 1000)),
    }
    return username, row | {"agency": some.maybe("Adur Advice"), "left_on": some.maybe(some.day().isoformat())}


def an_agency(some: Some, number: int) -> tuple[Any, dict[str, Any]]:
    name = f"{some.text()}{number}"
    return name.casefold(), {"name": name, "kind": some.maybe(some.text())}


MAKERS = {
    "agencies": an_agency,
    "workers": a_worker,
    "persons": a_person,
    "cases": a_case,
    "contacts": a_contact,
    "assignments": an_assignment,
}

TABLES = st.builds(
    Tables,
    form=st.sampled_from(FORMS),
    texts=st.lists(KEPT, min_size=1, max_size=5).map(tuple),
    seed=st.integers(0, 2**32),
)


# -- out and in again --------------------------------------------------------------------------------------------------


def sheet_of(data: bytes, kind: str) -> Sheet:
    """A file's bytes as a table."""
    how = {"sheet": None, "encoding": None, "delimiter": None}
    return open_sheet(None, io.BytesIO(data), known=lambda header: known_headings(kind, tuple(header)), **how)


@cache
def known_headings(kind: str, header: tuple[str, ...]) -> int:
    """How many headings of a row are known; it is asked for the same ones over and over."""
    return count_known(header, CATALOGUE.columns(kind), {})


@cache
def names_of(kind: str) -> list[str]:
    """The columns that leave."""
    return exports.columns(CATALOGUE, kind, restricted=True)


def written(world: World, kind: str, form: str) -> bytes:
    """All that is here of a kind, as it would be taken out with the restricted words."""
    names = names_of(kind)
    places = [query.FIELDS[kind].index(name) for name in names]
    rows = query.rows(world.service.db, kind, query.Wanted(restricted=True), MONDAY)
    leaving = ([row[place] for place in places] for row in rows)
    stream = io.BytesIO()
    if form == "csv":
        writing.write_csv(stream, names, leaving, bom=bool(len(names) % 2))
    elif form == "xlsx":
        writing.write_xlsx(stream, kind, names, exports.for_workbook(leaving, MONDAY))
    else:
        {"json": writing.write_json, "jsonl": writing.write_jsonl}[form](stream, names, leaving)
    return stream.getvalue()


def unlike(world: World, kind: str, rows: list[dict[str, Any]]) -> list[str]:
    """Where what is here of the newest rows is not what the file said."""
    table = {"persons": "person", "cases": "case_record", "agencies": "agency"}.get(kind, kind[:-1])
    newest = world.service.db.run(f"SELECT id FROM {table} ORDER BY id DESC LIMIT {len(rows)}").fetchall()
    here = query.by_number(world.service.db, kind, {number for (number,) in newest})
    found = []
    for number, row in zip(sorted(here), rows, strict=True):
        for name, cell in row.items():
            is_ = here[number][name if name != "person" else "external_ref"] if name != "person" else cell
            is_ = is_.isoformat() if isinstance(is_, date) else is_
            if sorted(is_) != sorted(cell) if isinstance(cell, list) else is_ != cell:
                found.append(f"{name}: {cell!r} became {is_!r}")
    return found


def out_and_in(world: World, tables: Tables) -> None:
    """Bring tables in, look at what became of them, take them out, and hold them against what is here."""
    told = tables.rows()
    files = {kind: sheet_of("\n".join(map(json.dumps, rows)).encode(), kind) for kind, rows in told.items()}
    plans = {kind: world.plan(file, kind) for kind, file in files.items()}
    for kind, plan in plans.items():
        assert plan.counts["new"] == len(told[kind]), (kind, told[kind], plan.faults)
    try:
        with world.service.work(MONDAY, "import") as work:
            for kind, plan in plans.items():
                apply(work, files[kind], plan, actor=world.known.actor)
                assert unlike(world, kind, told[kind]) == []
            for kind, rows in told.items():
                again = world.plan(sheet_of(written(world, kind, tables.form), kind), kind)
                assert (again.faults, again.changes) == ([], []), kind
                assert again.counts["same"] == query.count(world.service.db, kind, query.Wanted(), MONDAY) >= len(rows)
            kind = sorted(told)[tables.seed % len(told)]
            assert world.plan(files[kind], kind).counts["same"] == len(told[kind])
            raise Undo
    except Undo:
        world.tables += len(told)


@pytest.mark.parametrize("times", [40, pytest.param(500, marks=pytest.mark.long)])
def test_what_was_brought_in_leaves_and_comes_back_the_same_whatever_the_text(world: World, times: int) -> None:
    """A table of each of the six kinds each time."""

    @settings(max_examples=times, **STEADY)
    @given(tables=TABLES)
    def holds(tables: Tables) -> None:
        out_and_in(world, tables)

    before = world.tables
    holds()
    assert world.tables - before >= times * len(MAKERS)


LONG = "note é " * 28_571
"""As long as a text may be: two columns of a workbook do not hold it."""


@pytest.mark.parametrize(("engine", "forms"), [("file", FORMS), ("postgres", ("xlsx", "jsonl"))])
def test_what_drive_export_writes_drive_import_finds_to_be_the_same(
    request: pytest.FixtureRequest, team: Any, tmp_path: Path, engine: str, forms: tuple[str, ...]
) -> None:
    drive = request.getfixturevalue(f"drive_{engine}")
    drive("agency add 'Adur Advice'", as_="sam", ok=True)
    for surname in ("Aaaa", "Bbbb", "Cccc", "Dddd", "Eeee"):
        drive(f"case open --forename Robin --surname {surname} --opened 1/10/2025 --manager ben", as_="sam", ok=True)
    texts = tuple(text.strip() for text in ODD if text.strip())
    told = [Tables("csv", texts[n::12], n).rows() for n in range(12)][::-1]
    for kind in MAKERS:
        rows = {json.dumps([row.get(name) for name in UNIQUE[kind]] or row): row for each in told for row in each[kind]}
        rows = list(rows.values())
        if kind == "contacts":
            rows[0]["note"], rows[1]["note"] = (
                LONG.strip(),
                "".join(each for each in texts if "_x" not in each and each != "\ufffe") * 100,
            )
        file = tmp_path / f"{kind}.jsonl"
        file.write_text("\n".join(map(json.dumps, rows)))
        answer = drive(["import", kind, str(file), "--json"], as_="sam").json
        assert answer["applied"] == len(rows) > 2, answer["errors"]

    for form in forms:
        for kind in MAKERS:
            file = tmp_path / f"out {kind}.{form}"
            out = "--include-restricted --reason 'moving house' --force"
            drive([*f"export {kind} -o".split(), str(file), *shlex.split(out)], as_="sam", ok=True)
            answer = drive(["import", kind, str(file), "--dry-run", "--json"], as_="sam").json
            assert answer["same"] == answer["rows"] > 2, (form, kind, answer["errors"], answer["changes"])


UNIQUE: dict[str, tuple[str, ...]] = {
    "agencies": ("name",),
    "workers": ("username",),
    "persons": ("external_ref", "forename", "surname"),
    "cases": ("external_ref", "person", "opened_on"),
    "contacts": ("case", "external_ref", "on"),
    "assignments": ("case", "role"),
}
"""Of rows that are alike in these, one is brought in."""


# -- the two doors -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """A column, the option that says the same at the keyboard, and a row and a line without it."""

    kind: str
    column: str
    line: str
    option: str

    @property
    def row(self) -> dict[str, str]:
        return dict(BASE[self.kind])

    def typed(self, value: str) -> list[str]:
        """The line with the value on it."""
        said = shlex.split(self.line)
        return [*said, value] if not self.option else [*said, f"--{self.option}", value]


BASE = {
    "persons": {"forename": "Kim", "surname": "Sample"},
    "cases": {"forename": "Kim", "surname": "Sample", "opened_on": "2026-01-13"},
    "contacts": {"case": "WS-0001", "on": "2026-01-13", "mode": "phone", "outcome": "held"},
    "assignments": {"case": "WS-0003", "role": "substance", "worker": "carl", "from": "2025-12-01"},
    "workers": {"username": "new", "name": "New Body", "role": "police"},
    "agencies": {"name": "New Agency"},
}
OPEN = {"forename": "--forename Kim", "surname": "--surname Sample", "opened": "--opened 2026-01-13"}
LOG = {"on": "--on 2026-01-13", "mode": "--mode phone", "outcome": "--outcome held"}


def _but(begin: str, options: dict[str, str], option: str) -> str:
    return " ".join([begin, *(each for name, each in options.items() if name != option)])


OF_A_PERSON = (
    "forename",
    "surname",
    "dob",
    "sex",
    "ethnicity",
    "language",
    "phone",
    "address",
    "identifiers",
    "aliases",
)
CALLED = {"identifiers": "identifier", "aliases": "alias", "opened_on": "opened", "with_whom": "with", "from": "on"}
CALLED |= {"window_months": "window-months", "external_ref": "external-ref"}
DOORS = [
    *(
        Door(kind, name, _but("case open", OPEN, CALLED.get(name, name)), CALLED.get(name, name))
        for kind, names in (
            ("persons", OF_A_PERSON),
            ("cases", (*OF_A_PERSON, "opened_on", "route", "area", "tier", "manager", "window_months", "external_ref")),
        )
        for name in names
    ),
    *(
        Door("contacts", name, _but("contact log 1", LOG, CALLED.get(name, name)), CALLED.get(name, name))
        for name in ("on", "mode", "outcome", "kind", "purpose", "with_whom", "minutes", "by", "about", "note")
    ),
    Door("assignments", "worker", "assign 3 --on 2025-12-01", "substance"),
    Door("assignments", "from", "assign 3 --substance carl", "on"),
    Door("assignments", "until", "unassign 5 --substance --reason done", "on"),
    Door("assignments", "reason", "unassign 5 --substance --on 2026-01-13", "reason"),
    Door("workers", "username", "worker add 'New Body' --role police", "username"),
    Door("workers", "role", "worker add 'New Body' --username new", "role"),
    Door("workers", "capacity", "worker add 'New Body' --username new --role police", "capacity"),
    Door("workers", "agency", "worker add 'New Body' --username new --role police", "agency"),
    Door("workers", "name", "worker add --username new --role police", ""),
    Door("agencies", "name", "agency add", ""),
    Door("agencies", "kind", "agency add 'New Agency'", "kind"),
]

BOUND = [date(1900, 1, 1), date(1906, 3, 2), date(2025, 10, 1), date(2025, 12, 1), MONDAY, date(2100, 12, 31)]
NEAR = st.builds(lambda day, off: day + timedelta(days=off), st.sampled_from(BOUND), st.integers(-2, 2))
DAYS = st.one_of(NEAR, st.dates(date(1890, 1, 1), date(2110, 1, 1)), st.dates(date(2025, 9, 1), date(2026, 3, 9)))
WRITTEN = st.builds(
    lambda day, form: form.format(y=day.year, m=day.month, d=day.day),
    DAYS,
    st.sampled_from(
        ("{y}-{m:02}-{d:02}", "{y}-{m}-{d}", "{d}/{m}/{y}", "{d:02}/{m:02}/{y}", "{d}.{m}.{y}", "{d}-{m}-{y}",
         "{m}/{d}/{y}", " {d}/{m}/{y} ", "{y}/{m}/{d}", "{d}/{m}", "{d}//{m}/{y}", "{y}-{d}-{m}", "{y}{m:02}{d:02}",
         "{d}/{m}/{y}x")
    ),
)  # fmt: skip
NUMBERS = st.builds(
    lambda number, form: form.format(number),
    st.one_of(st.integers(-3, 70), st.sampled_from((999, 1000, 1001, 1439, 1440, 1441, 10**9, 10**13))),
    st.sampled_from(("{}", "{}", "{}", "+{}", "0{}", " {}", "{}.0", "{}e1", "1_{}", "{}x", "--{}", "٣{}", "{} 0")),
)
NAMES = st.sampled_from(("amina", "ben", "carl", "dana", "sam", "new", "nobody", "sam.x", "o'neill", "zoë", "a b"))
SPOILT = st.sampled_from(
    (str, str.upper, str.title, lambda text: f" {text} ", lambda text: f"{text}.", lambda text: text[1:])
)


def values(door: Door) -> st.SearchStrategy[str]:
    """What may be typed there, right and wrong; days as they are written in full."""
    column = CATALOGUE.columns(door.kind)[door.column]
    of_kind: dict[str, st.SearchStrategy[str]] = {
        "day": WRITTEN,
        "number": NUMBERS,
        "code": st.sampled_from(list(CATALOGUE.codes(column.codes)) if column.codes else [""]).map(spaced),
        "worker": NAMES,
        "username": NAMES,
        "identifiers": st.builds("{}={}".format, st.sampled_from(("pnc", "NHS", "other", "x", "")), TEXT),
    }
    if door.column == "agency":
        return st.builds(lambda text, spoil: spoil(text), st.sampled_from(("Adur Advice", "Nowhere")), SPOILT)
    if column.kind in of_kind:
        like = st.builds(lambda text, spoil: spoil(text), of_kind[column.kind], SPOILT)
        return st.one_of(of_kind[column.kind], like, TEXT.map(str.strip))
    return st.one_of(TEXT, st.sampled_from(("\x00", "a\x00b", "\ud800", "a" * 200_000, "a" * 200_001)))


def spaced(code: str) -> str:
    return code.replace("_", " -"[len(code) % 2])


def not_for_one_door(door: Door, value: str) -> bool:
    """What has a meaning of its own at one door: nothing at all, stdin, an option, the name of the option, a list."""
    typed = value.strip()
    several = door.column in ("aliases", "identifiers") and (";" in typed or typed.startswith("["))
    relative = CATALOGUE.columns(door.kind)[door.column].kind == "day" and not typed[-1:].isdigit()
    return not typed or typed == "-" or typed.startswith("-") or typed == door.option.upper() or several or relative


def is_taken(world: World, typing: Drive, door: Door, value: str) -> bool:
    """Whether both doors take a value. Fails where one does and the other does not."""
    row = door.row | {door.column: value}
    if door.column in ("until", "reason"):
        row = {"until": "2026-01-13", "reason": "done"} | row
    typed = typing(door.typed(value), as_="sam")
    plan = world.plan(sheet_of(json.dumps(row).encode(), door.kind), door.kind)
    assert (plan.counts["new"] == 1) == (typed.code == 0), (row, plan.faults, str(typed))
    return typed.code == 0


ASKED = st.sampled_from(DOORS).flatmap(lambda door: st.tuples(st.just(door), values(door)))


@pytest.mark.parametrize("times", [120, pytest.param(1500, marks=pytest.mark.long)])
def test_a_cell_and_the_keyboard_take_and_refuse_the_same(world: World, typing: Drive, times: int) -> None:
    @settings(max_examples=times, **STEADY)
    @given(asked=ASKED)
    def holds(asked: tuple[Door, str]) -> None:
        door, value = asked
        assume(not not_for_one_door(door, value))
        is_taken(world, typing, door, value)

    holds()


GOOD = {"text": "words", "day": "14/01/2026", "number": "7", "texts": "Bobby", "identifiers": "PNC=24/1X"}
WRONG = {"text": "a\x00b", "day": "14/13/2026", "number": "1_0", "texts": "\ud800", "identifiers": "24/1X"}
RIGHT = {"worker": "Carl ", "agency": "ADUR advice", "manager": "AMINA", "by": "amina", "username": "X.1"}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.kind} {door.column}")
def test_each_column_takes_what_is_right_and_refuses_what_is_wrong_at_both_doors(
    world: World, typing: Drive, door: Door
) -> None:
    column = CATALOGUE.columns(door.kind)[door.column]
    right = RIGHT.get(door.column) or GOOD.get(column.kind) or spaced(list(CATALOGUE.codes(column.codes))[-1]).upper()

    for number in (-1, 0, 1, 36, 37, 60, 61, 1000, 1001, 1440, 1441) if column.kind == "number" else ():
        is_taken(world, typing, door, f"{number:+}")
    assert is_taken(world, typing, door, right)
    assert not is_taken(world, typing, door, WRONG.get(column.kind, "nobody!"))
