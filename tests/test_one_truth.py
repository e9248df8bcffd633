"""Shows that overdue is one thing: every list and page says of every case what the clock answers from scratch.

On random histories, told through the services, on both engines. A day is the civil day where the computer is: it is
read in three time zones with the machine's clock standing near midnight UTC, and the control, which takes the UTC day,
must disagree.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from conftest import Drive
from histories import CATALOGUE, Service, Step, Story, draw_history, from_scratch, shortest, wrong_rows

from drivecli import db
from drivecli.app import App
from drivecli.db import Connection
from drivecli.domain.practice import KINDS
from drivecli.queries import clock, workers
from drivecli.services.assignments import Override
from drivecli.services.workers import leave

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


# -- overdue is one thing ----------------------------------------------------------------------------------------------


def test_every_list_and_page_says_what_the_clock_answers_from_scratch_on_the_local_day(drive, team):
    _tell(drive, histories=100, steps=8)

    for zone in ZONES:
        with _standing_still(zone) as day:
            assert disagreements(drive, truth(drive, day), day) == [], zone

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "today", property(lambda app: datetime.now(UTC).date()))
        for zone in ZONES:
            with _standing_still(zone) as day:
                found = disagreements(drive, truth(drive, day), day, pages=10)
            for place in ("caseload --overdue: not the same cases", "caseload: ", "today of ", "why ", "case show "):
                assert any(each.startswith(place) for each in found), (zone, place, found)

    _brings_everything(truth(drive, BORDERS[0]))


@pytest.mark.long
def test_a_thousand_histories_are_read_alike_in_every_time_zone(drive, team):
    _tell(drive, histories=1000, steps=14)

    for zone in ZONES:
        with _standing_still(zone) as day:
            assert disagreements(drive, truth(drive, day), day) == [], zone


def _tell(drive: Drive, *, histories: int, steps: int) -> None:
    """Tell histories that end around the days on which they are read, and for each border a case that is due on it."""
    service = Service.start(drive.settings, date(2025, 1, 1))
    for number in range(histories):
        random = Random(number)
        history = draw_history(random, steps)
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
    service.db.close()
    drive.today = None
    drive.db()  # a connection of the test's own, apart from the one that the commands share


@contextmanager
def _standing_still(zone: str) -> Iterator[date]:
    """The machine's clock stands near midnight UTC, in a time zone. Gives the day that it is there.

    Meanwhile the commands, of which there are hundreds, share one connection instead of opening each its own.
    """
    moment, day = ZONES[zone]
    shared: list[Connection] = []
    open_store = db.open_store

    def open_once(*given: Any, **how: Any) -> Connection:
        if not shared:
            shared.append(open_store(*given, **how))
            shared[0].close, close[:] = shared[0].rollback, [shared[0].close]  # type: ignore[method-assign]
        return shared[0]

    close: list[Any] = []
    with time_machine.travel(moment.astimezone(ZoneInfo(zone)), tick=False), pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "open_store", open_once)
        yield day
    for each in close:
        each()


def _brings_everything(cases: dict[str, Truth]) -> None:
    """The histories would show little if they did not bring every kind of deadline, overdue and not."""
    kinds = Counter(kind for each in cases.values() for kind, _, _ in each.dues)
    late = Counter(kind for each in cases.values() for kind, _, days in each.dues if days)
    assert set(kinds) == set(KINDS)
    assert len(late) >= len(KINDS) - 1, late
    assert 10 < sum(each.overdue for each in cases.values()) < len(cases) - 10
    assert 5 < sum(each.closed for each in cases.values()) < len(cases) - 30


# -- the stored rows equal the function's answer, after every step -----------------------------------------------------


def test_after_every_step_of_a_history_the_stored_rows_are_what_the_clock_answers_from_scratch(drive, team):
    _tell_and_compare(drive, histories=12, steps=12)


@pytest.mark.long
def test_after_every_step_of_a_thousand_histories_the_stored_rows_are_what_the_clock_answers(drive, team):
    _tell_and_compare(drive, histories=1000, steps=16)


def _tell_and_compare(drive: Drive, *, histories: int, steps: int) -> None:
    service = Service.start(drive.settings, date(2025, 1, 1))
    numbers = count()

    def fault(history: list[Step]) -> str | None:
        """What is wrong after the first step that leaves something wrong, in a case of its own."""
        story = Story(service, date(2025, 3, 3), next(numbers))
        for number, step in enumerate(history):
            before = service.contents(story.number)
            refused = story.tell(step)
            if refused and service.contents(story.number) != before:
                return f"step {number} was refused ({refused}) and left something"
            if story.number and (wrong := wrong_rows(service.db, story.number)):
                return f"after step {number}: {wrong}"
        return None

    for seed in range(histories):
        history = draw_history(Random(seed), steps)
        if fault(history):
            least = shortest(history, fault)
            pytest.fail("\n".join([f"history {seed}:", *map(str, least), str(fault(least))]))
    assert clock.differences(service.db, CATALOGUE) == []
    service.db.close()


# -- reading -----------------------------------------------------------------------------------------------------------


def truth(drive: Drive, today: date) -> dict[str, Truth]:
    """What must be said of every case on a day, by ref."""
    store = drive.db()
    refs = dict(store.run("SELECT id, ref FROM case_record ORDER BY id").fetchall())
    names = workers.usernames(store)
    found = {}
    for number, (facts, due) in from_scratch(store, list(refs)).items():
        manager = _manager(facts, names)
        found[refs[number]] = Truth(
            closed=facts.closing is not None,
            dues=[(each.kind, each.due_on.isoformat(), max(0, (today - each.due_on).days)) for each in due],
            owners=[names[each.owner] if each.owner else manager for each in due],
        )
    return found


def _manager(facts: Any, names: dict[int, str]) -> str | None:
    """Whose case it is: the manager who was not unassigned; of a closed case, the last one."""
    held = [each for each in facts.assignments if not each.specialist and (facts.closing or each.ended_on is None)]
    return names[held[-1].worker] if held else None


def disagreements(drive: Drive, cases: dict[str, Truth], today: date, *, pages: int | None = None) -> list[str]:
    """Every place where a list or page says otherwise than the truth, in words. `pages` reads only the last so many."""
    paged = list(cases)[-pages:] if pages else list(cases)
    return [
        *_caseloads(drive, cases),
        *_days(drive, cases, today),
        *(said for ref in paged for said in _pages(drive, ref, cases[ref])),
    ]


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
    """Every worker's day holds what is theirs; a lead's also what nobody owns, or somebody who left."""
    week_end = (today + timedelta(days=WEEK)).isoformat()
    for username, leads in _everybody(drive):
        rows = drive("today --json", as_=username, ok=True).json
        said = [(r["ref"], r["kind"], r["due_on"], r["overdue_days"], r["section"]) for r in rows if r["weight"]]
        right = [
            (ref, kind, day, days, "overdue" if days else "today" if day == today.isoformat() else "week")
            for ref, each in cases.items()
            for (kind, day, days), owner in zip(each.dues, each.owners, strict=True)
            if day < week_end and (owner == username or (leads and owner in (None, *LEAVE)))
        ]
        if sorted(said) != sorted(right):
            yield f"today of {username}: {sorted((Counter(said) - Counter(right)) | (Counter(right) - Counter(said)))}"


def _everybody(drive: Drive) -> list[tuple[str, bool]]:
    return [
        (username, role == "team_lead")
        for username, role in drive.db().run("SELECT username, role FROM worker WHERE left_on IS NULL").fetchall()
    ]


def _pages(drive: Drive, ref: str, case: Truth) -> Iterator[str]:
    yield from (f"case show {said}" for said in _row(drive(f"case show {ref} --json", ok=True).json, case))
    rows = drive(f"why {ref} --json", ok=True).json
    said = [(row["kind"], row["due_on"], row["overdue_days"]) for row in rows]
    if said != case.dues:
        yield f"why {ref}: {said} is not {case.dues}"
    if [row["owner"] for row in rows] != case.owners:
        yield f"why {ref}: owners {[row['owner'] for row in rows]} are not {case.owners}"


def _row(row: dict[str, Any], right: Truth) -> Iterator[str]:
    line = (row["overdue"], row["overdue_days"], row["next_due_on"], row["next_due_kind"])
    if line != right.line:
        yield f"{row['ref']}: {line} is not {right.line}"
    dues = [(each["kind"], each["due_on"], each["overdue_days"]) for each in row["deadlines"]]
    if dues != right.dues:
        yield f"{row['ref']}: {json.dumps(dues)} is not {json.dumps(right.dues)}"
