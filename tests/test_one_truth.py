"""Shows that overdue is one thing: every list and page says of every case what the clock answers from scratch.

On random histories, told through the services, on both engines. A day is the civil day where the computer is: it is
read in three time zones with the machine's clock standing near midnight UTC, and the control, which takes the UTC day,
must disagree.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from conftest import ENGINES, Drive, Stores
from histories import CATALOGUE, Service, Step, Story, draw_history, from_scratch, wrong_rows
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from drivecli.app import App
from drivecli.domain.practice import KINDS
from drivecli.queries import clock, workers
from drivecli.services.assignments import Override
from drivecli.services.workers import leave

HISTORIES = 100
STEPS = 14
WEEK = 7

EVENING = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
MORNING = datetime(2026, 7, 1, 0, 20, tzinfo=UTC)
ZONES = {
    "Pacific/Auckland": (EVENING, date(2026, 7, 1)),
    "Europe/London": (EVENING, date(2026, 7, 1)),
    "America/Los_Angeles": (MORNING, date(2026, 6, 30)),
}
"""Where it is read, the moment, and the day that it is there. It is another day than in UTC in each of them."""

BORDERS = (date(2026, 6, 30), date(2026, 7, 1))
"""Days on which something falls due, so that a wrong day shows as another set of cases."""

LEAVE = {"carl": "cleo", "max": "ben"}
"""Who leaves in the end, and to whom everything they hold goes. Follow-ups of closed cases are then nobody's."""

Due = tuple[str, str, int]
"""Kind, day and days overdue."""


@dataclass(frozen=True)
class Truth:
    """What must be said of one case on a day, worked out from its facts alone. `dues` are soonest first."""

    closed: bool
    dues: list[Due]
    owners: list[str | None]

    @property
    def overdue(self) -> bool:
        return any(days for _, _, days in self.dues)

    @property
    def line(self) -> tuple[bool, int, str | None, str | None]:
        """Whether it is overdue, by how many days, since when, and for what."""
        kind, day, days = self.dues[0] if self.dues else (None, None, 0)
        return self.overdue, days, day, kind


@pytest.fixture(scope="module", params=[pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in ENGINES])
def service(
    request: pytest.FixtureRequest, stores: Stores, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drive]:
    """A service with a hundred random histories in it, made once for each engine and only read."""
    yield from _a_service(request.param, stores, tmp_path_factory, HISTORIES)


def _a_service(engine: str, stores: Stores, factory: pytest.TempPathFactory, histories: int) -> Iterator[Drive]:
    with pytest.MonkeyPatch.context() as patch:
        if engine == "postgres":
            patch.setenv("PGPASSFILE", str(stores.server.passfile))
        drive = stores.copy(engine, factory.mktemp("service") / "drive", team=True)
        _tell(drive, histories)
    drive.today = None
    yield drive
    stores.give_back(drive)


def _tell(drive: Drive, histories: int) -> None:
    """Tell histories that end around the days on which they are read, and for each border a case that is due on it."""
    service = Service.start(drive.db(write=True), date(2025, 1, 1))
    for number in range(histories):
        random = Random(number)
        history = draw_history(random, STEPS)
        ends = BORDERS[0] - timedelta(days=random.choice((0, 1, 2, 5, 9, 20, 60, 150)))
        story = Story(service, ends - timedelta(days=sum(step.after for step in history)), number)
        for step in history:
            story.tell(step)
    with service.work(BORDERS[0], "worker leave") as work:
        for username, successor in LEAVE.items():
            leave(work, username, on=BORDERS[0], hand_over_to=successor, override=Override())
    for number, day in enumerate(BORDERS, start=histories):
        opening = {"back": 0, "months": None, "tier": "high", "manager": "amina"}
        Story(service, day - timedelta(days=2), number).tell(Step(0, "open", opening))
    assert service.refused  # a history of nothing but what is allowed shows half of it
    drive.close()


@pytest.fixture(params=ZONES)
def local_day(request: pytest.FixtureRequest) -> Iterator[date]:
    """The civil day in a time zone in which the machine stands still near midnight UTC."""
    moment, day = ZONES[request.param]
    with time_machine.travel(moment.astimezone(ZoneInfo(request.param)), tick=False):
        yield day


@pytest.fixture(autouse=True)
def _let_in(request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    if "postgres" in request.node.name:
        monkeypatch.setenv("PGPASSFILE", str(stores.server.passfile))


# -- overdue is one thing ----------------------------------------------------------------------------------------------


def test_every_list_and_page_says_what_the_clock_answers_from_scratch_on_the_local_day(service, local_day):
    assert disagreements(service, truth(service, local_day), local_day) == []


def test_with_the_utc_day_the_same_comparison_fails(service, local_day, monkeypatch):
    monkeypatch.setattr(App, "today", property(lambda app: datetime.now(UTC).date()))

    found = disagreements(service, truth(service, local_day), local_day)

    assert any(each.startswith("caseload --overdue: not the same cases") for each in found), found
    assert any(each.startswith("today") for each in found), found
    assert any(each.startswith("why") for each in found), found
    assert any(each.startswith("case show") for each in found), found


def test_the_histories_bring_every_kind_of_deadline_and_both_sides_of_overdue(service):
    cases = truth(service, BORDERS[0])

    kinds = Counter(kind for each in cases.values() for kind, _, _ in each.dues)
    late = Counter(kind for each in cases.values() for kind, _, days in each.dues if days)

    assert set(kinds) == set(KINDS)
    assert len(late) >= len(KINDS) - 1, late
    assert 10 < sum(each.overdue for each in cases.values()) < len(cases) - 10
    assert 5 < sum(each.closed for each in cases.values()) < len(cases) - 30


@pytest.mark.long
@pytest.mark.parametrize("engine", ENGINES)
def test_a_thousand_histories_are_read_alike_in_every_time_zone(engine, stores, tmp_path_factory):
    for drive in _a_service(engine, stores, tmp_path_factory, 1000):
        for zone, (moment, day) in ZONES.items():
            with time_machine.travel(moment.astimezone(ZoneInfo(zone)), tick=False):
                assert disagreements(drive, truth(drive, day), day) == [], zone


# -- the stored rows equal the function's answer, after every step -----------------------------------------------------


def test_after_every_step_of_a_history_the_stored_rows_are_what_the_clock_answers_from_scratch(drive, team):
    _tell_and_compare(drive, histories=25, steps=12)


@pytest.mark.long
def test_after_every_step_of_a_thousand_histories_the_stored_rows_are_what_the_clock_answers(drive, team):
    _tell_and_compare(drive, histories=1000, steps=16)


def _tell_and_compare(drive: Drive, *, histories: int, steps: int) -> None:
    service = Service.start(drive.db(write=True), date(2025, 1, 1))
    numbers = iter(range(100_000))

    @settings(
        max_examples=histories,
        deadline=None,
        derandomize=histories == 25,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=False))
    def tell(random: Random) -> None:
        story = Story(service, date(2025, 3, 3), next(numbers))
        for step in draw_history(random, steps):
            note(f"{story.today} {step}")
            before = service.contents()
            refused = story.tell(step)
            if refused:
                note(f"  refused: {refused}")
                assert service.contents() == before
            if story.number:
                assert wrong_rows(service.db, story.number) == []
        assert clock.differences(service.db, CATALOGUE) == []

    tell()
    import sys

    print(
        "REFUSED",
        service.refused,
        dict(service.db.run("SELECT command, COUNT(*) FROM event GROUP BY command").fetchall()),
        file=sys.stderr,
    )


# -- reading -----------------------------------------------------------------------------------------------------------


def truth(drive: Drive, today: date) -> dict[str, Truth]:
    """What must be said of every case on a day, by ref."""
    db = drive.db()
    refs = dict(db.run("SELECT id, ref FROM case_record ORDER BY id").fetchall())
    names = workers.usernames(db)
    left = {username for (username,) in db.run("SELECT username FROM worker WHERE left_on IS NOT NULL").fetchall()}
    found = {}
    for number, (facts, due) in from_scratch(db, list(refs)).items():
        manager = _manager(facts, names)
        found[refs[number]] = Truth(
            closed=facts.closing is not None,
            dues=[(each.kind, each.due_on.isoformat(), max(0, (today - each.due_on).days)) for each in due],
            owners=[names[each.owner] if each.owner else manager if manager not in left else None for each in due],
        )
    return found


def _manager(facts: Any, names: dict[int, str]) -> str | None:
    """Whose case it is: the manager who was not unassigned; of a closed case, the last one."""
    held = [each for each in facts.assignments if not each.specialist and (facts.closing or each.ended_on is None)]
    return names[held[-1].worker] if held else None


def disagreements(drive: Drive, cases: dict[str, Truth], today: date) -> list[str]:
    """Every place where a list or page says otherwise than the truth, in words."""
    return [*_caseloads(drive, cases), *_days(drive, cases, today), *_pages(drive, cases)]


def _caseloads(drive: Drive, cases: dict[str, Truth]) -> Iterator[str]:
    open_ones = {ref: each for ref, each in cases.items() if not each.closed}
    late = {ref: each for ref, each in open_ones.items() if each.overdue}
    for line, wanted in (("caseload --overdue", late), ("caseload", open_ones), ("case list", cases)):
        said = drive(f"{line} --json")
        rows = {row["ref"]: row for row in said.json}
        if rows.keys() != wanted.keys():
            yield f"{line}: not the same cases: {sorted(rows.keys() ^ wanted.keys())}"
        yield from (f"{line}: {each}" for ref in rows if ref in wanted for each in _row(rows[ref], wanted[ref]))
        if line != "case list" and f"{len(late)} of {len(open_ones)} open cases are overdue." not in said.err:
            yield f"{line}: counted {said.err!r}"
    if drive("caseload --exit-code").code != 10 * bool(late):
        yield "caseload --exit-code"


def _days(drive: Drive, cases: dict[str, Truth], today: date) -> Iterator[str]:
    """Every worker's day holds what is theirs; a lead's also what nobody owns."""
    week_end = (today + timedelta(days=WEEK)).isoformat()
    for username, leads in _everybody(drive):
        rows = drive("today --json", as_=username, ok=True).json
        said = [(r["ref"], r["kind"], r["due_on"], r["overdue_days"], r["section"]) for r in rows if r["weight"]]
        right = [
            (ref, kind, day, days, "overdue" if days else "today" if day == today.isoformat() else "week")
            for ref, each in cases.items()
            for (kind, day, days), owner in zip(each.dues, each.owners, strict=True)
            if day < week_end and (owner == username or (leads and owner is None))
        ]
        if sorted(said) != sorted(right):
            yield f"today of {username}: {sorted((Counter(said) - Counter(right)) | (Counter(right) - Counter(said)))}"


def _everybody(drive: Drive) -> list[tuple[str, bool]]:
    return [
        (username, role == "team_lead")
        for username, role in drive.db().run("SELECT username, role FROM worker WHERE left_on IS NULL").fetchall()
    ]


def _pages(drive: Drive, cases: dict[str, Truth]) -> Iterator[str]:
    for ref, each in cases.items():
        yield from (f"case show {said}" for said in _row(drive(f"case show {ref} --json", ok=True).json, each))
        rows = drive(f"why {ref} --json", ok=True).json
        said = [(row["kind"], row["due_on"], row["overdue_days"]) for row in rows]
        if said != each.dues:
            yield f"why {ref}: {said} is not {each.dues}"
        if [row["owner"] for row in rows] != each.owners:
            yield f"why {ref}: owners {[row['owner'] for row in rows]} are not {each.owners}"


def _row(row: dict[str, Any], right: Truth) -> Iterator[str]:
    line = (row["overdue"], row["overdue_days"], row["next_due_on"], row["next_due_kind"])
    if line != right.line:
        yield f"{row['ref']}: {line} is not {right.line}"
    dues = [(each["kind"], each["due_on"], each["overdue_days"]) for each in row["deadlines"]]
    if dues != right.dues:
        yield f"{row['ref']}: {json.dumps(dues)} is not {json.dumps(right.dues)}"
