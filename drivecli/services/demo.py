"""The demo: a store of its own with invented cases, told day by day through the services.

What happens is data (templates/demo.toml). Each thing is one act by one worker, in a unit of work of its own whose
clock stands at the moment it would have been written down, in order of time across all cases; so the demo's records
look like those of a service that has worked for a year.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from drivecli.anchors import anchor_file
from drivecli.catalogue import Catalogue, parse
from drivecli.db import Connection, unsynced
from drivecli.domain.working_days import Holidays, add_working_days
from drivecli.errors import Refused
from drivecli.packaged import packaged_text
from drivecli.queries import workers as worker_queries
from drivecli.services import (
    approaches,
    assignments,
    cases,
    closings,
    contacts,
    extensions,
    reviews,
    setup,
    stages,
    suspensions,
    workers,
)
from drivecli.services.assignments import Override
from drivecli.services.people import Details
from drivecli.settings import DEMO, Settings
from drivecli.work import Actor, Work

FILE = "demo.toml"
PREFIX = "DEMO"

TIER_AFTER = 10
"""Days from opening to the tier."""

REVIEW_EVERY = 88
"""Days between case reviews: a little under three months."""

LAGS = (0, 0, 1, 0, 2, 0, 0)
"""Working days until a contact is written down, newest first."""

DAY_BEGINS, DAY_ENDS = time(9, 5), time(16, 50)
"""Between these, things are written down (UTC)."""

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """A demo that was just made."""

    store: str
    cases: int
    today: date


@dataclass(frozen=True)
class _Act:
    """Something that somebody records on a day; what must come after others of that day has a higher rank."""

    on: date
    by: str
    command: str
    do: Callable[[Work], object]
    rank: int = 0


def make(settings: Settings, login: str) -> Made:
    """Make the demo store, whole or not at all. Raises Refused when there is one, or when this is not the demo's."""
    _only_the_demo(settings)
    told = parse(packaged_text(FILE), FILE)
    first = told["workers"][0]
    today: date = told["today"]
    worker = setup.FirstWorker(first["name"], first["username"], first["role"], login)
    extra = {"demo_today": today.isoformat(), "demo_worker": worker.username}
    started = setup.start(settings, PREFIX, worker, fill=partial(_fill, told), extra=extra)
    return Made(started.store, len(told["case"]), today)


def remove(settings: Settings) -> None:
    """Delete the demo's own files and what is remembered of it. Its key file stays, and nothing else is touched."""
    _only_the_demo(settings)
    for path in (
        *(Path(f"{settings.store.path}{rest}") for rest in ("", "-wal", "-shm")),
        anchor_file(settings, DEMO),
    ):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(
                f"The demo could not be removed: {error.strerror}.",
                next="Close other windows that use the demo, then: drive demo --reset",
            ) from None


def _only_the_demo(settings: Settings) -> None:
    if not settings.is_demo:
        raise Refused("This is not the demo's store. Nothing was changed.", next="drive demo")


def _fill(told: Said, connection: Connection) -> None:
    """Tell every story into the new store, which nobody can see yet."""
    catalogue = Catalogue()
    in_order = sorted(_acts(told, catalogue.holidays), key=attrgetter("on", "rank"))
    with unsynced(connection):
        for day, group in groupby(in_order, attrgetter("on")):
            acts = list(group)
            for at, act in zip(_moments(day, len(acts)), acts, strict=True):
                _record(connection, catalogue, at, act)


def _record(connection: Connection, catalogue: Catalogue, at: datetime, act: _Act) -> None:
    worker = worker_queries.find(connection, act.by)
    actor = Actor(worker.id, worker.username, worker.name, worker.role)
    with Work(connection, actor, catalogue, today=at.date(), command=act.command, now=lambda: at) as work:
        act.do(work)


def _moments(day: date, count: int) -> Iterator[datetime]:
    """`count` moments of a working day, in order."""
    begins, ends = (datetime.combine(day, each, tzinfo=UTC) for each in (DAY_BEGINS, DAY_ENDS))
    for number in range(count):
        yield begins + (ends - begins) * (number + 1) / (count + 1) + timedelta(seconds=number * 37 % 60)


def _acts(told: Said, holidays: Holidays) -> Iterator[_Act]:
    calendar = _Calendar(told["today"], holidays)
    yield from _team(told, calendar)
    known: dict[str, _Story] = {}
    for number, case in enumerate(told["case"], start=1):
        story = _Story(told, case, number, calendar, known)
        known[case.get("key", "")] = story
        yield from story.acts()


def _team(told: Said, calendar: "_Calendar") -> Iterator[_Act]:
    """The first worker adds the agencies and the lead; the lead adds everybody else."""
    on, first, lead = calendar.day(told["start"]), told["workers"][0]["username"], told["lead"]
    for each in told["agencies"]:
        yield _Act(on, first, "drive agency add", partial(workers.add_agency, name=each["name"], kind=each["kind"]))
    for each in sorted(told["workers"][1:], key=lambda worker: worker["username"] != lead):
        add = partial(
            workers.add,
            name=each["name"],
            username=each["username"],
            role=each["role"],
            agency=each.get("agency"),
            capacity=each.get("capacity"),
        )
        yield _Act(on, first if each["username"] == lead else lead, "drive worker add", add)
    for each in told["away"]:
        begins, ends = calendar.day(each["from"]), calendar.day(each["to"])
        away = partial(workers.away, username=each["username"], from_on=begins, to_on=ends, cover=each["cover"])
        yield _Act(calendar.day(each["ago"]), each["username"], "drive worker away", away)


@dataclass(frozen=True)
class _Calendar:
    today: date
    holidays: Holidays

    def day(self, ago: int) -> date:
        """The day so many days ago, or the working day before; a day to come is taken as it is."""
        day = self.today - timedelta(days=ago)
        while ago > 0 and (day.weekday() >= 5 or day in self.holidays):
            day -= timedelta(days=1)
        return day

    def later(self, day: date, working_days: int) -> date:
        """So many working days after `day`, but not after today."""
        return min(self.today, add_working_days(day, working_days, self.holidays)[0])


class _Story:
    """One case: what the file tells of it, as acts."""

    def __init__(self, told: Said, case: Said, number: int, calendar: _Calendar, known: Mapping[str, "_Story"]) -> None:
        self.told, self.case, self.number, self.calendar, self.known = told, case, number, calendar, known
        self.ref = ("", number)
        self.logged: dict[date, int] = {}

    def acts(self) -> Iterator[_Act]:
        """Everything that happens in the case."""
        opened = self.case["opened"]
        yield self.act(opened, "drive case open", self.open, by=self.told["lead"])
        if "tier" in self.case:
            yield self.act(opened - TIER_AFTER, "drive case edit", self.assess)
        for stage, ago in self.case.get("stages", ()):
            move = partial(stages.move, ref=self.ref, stage=stage, on=self.calendar.day(ago), reason=None)
            yield self.act(ago, "drive case stage", move)
        for ago in range(self.case.get("reviewed", opened), opened - REVIEW_EVERY // 2, REVIEW_EVERY):
            yield self.act(ago, "drive review", partial(self.review, {"review": "case", "ago": ago}))
        for event in self.case.get("events", ()):
            yield self.event(event)
        for rhythm in self.case.get("contacts", ()):
            yield from self.talks(rhythm) if "talk" in rhythm else self.meetings(rhythm)

    def act(
        self,
        ago: int,
        command: str,
        do: Callable[[Work], object],
        *,
        by: str | None = None,
        lag: int = 0,
        rank: int = 0,
    ) -> _Act:
        """An act on a day: by whoever is named, else by the manager of that day, else by the lead."""
        on = self.calendar.day(ago)
        return _Act(self.calendar.later(on, lag), by or self.manager(ago) or self.told["lead"], command, do, rank)

    def manager(self, ago: int) -> str | None:
        """Who managed the case on a day."""
        found: str | None = self.case.get("manager")
        for event in self.case.get("events", ()):
            if "transfer" in event and event["ago"] >= ago:
                found = event["transfer"]
        return found

    def event(self, event: Said) -> _Act:
        """The act of one event: its verb is the key that `EVENTS` knows."""
        verb = next(each for each in EVENTS if each in event)
        command, do, rank = EVENTS[verb]
        return self.act(event["ago"], command, partial(do, self, event), by=event.get("as"), rank=rank)

    # -- rhythms -----------------------------------------------------------------------------------------------

    def talks(self, rhythm: Said) -> Iterator[_Act]:
        """Contacts with the person, newest first."""
        outcomes, modes = rhythm.get("outcomes", self.told["outcomes"]), rhythm["talk"]
        for n, ago in enumerate(range(rhythm["last"], rhythm["first"] + 1, rhythm["every"])):
            outcome = _turn(outcomes, n)
            held = outcome == "held"
            yield self.contact(
                ago,
                n,
                by=rhythm.get("as"),
                mode=_turn(modes, n),
                outcome=outcome,
                purpose=_turn(self.told["purposes"], n // 2 + self.number),
                minutes=_turn(self.told["minutes"], n + self.number) if held else None,
                note=_turn(self.told["notes"][outcome], 3 * n + self.number),
            )

    def meetings(self, rhythm: Said) -> Iterator[_Act]:
        """Contacts with the agencies around the person, newest first."""
        agencies = rhythm["meet"]
        for n, ago in enumerate(range(rhythm["last"], rhythm["first"] + 1, rhythm["every"])):
            agency = _turn(agencies, n)
            outcome, note = _turn(self.told["news"][agency], n // len(agencies) + self.number)
            yield self.contact(
                ago,
                n,
                mode=_turn(("meeting", "phone"), n + self.number),
                outcome=outcome,
                kind="indirect",
                with_whom=agency,
                purpose="disruption" if outcome == "held" else "information",
                note=note,
            )

    def contact(self, ago: int, n: int, *, by: str | None = None, **said: Any) -> _Act:
        """A contact of a rhythm, written down the same day or a little later."""
        log = partial(self.log, contacts.Said(on=self.calendar.day(ago), **said))
        return self.act(ago, "drive contact log", log, by=by, lag=_turn(LAGS, n), rank=1)

    # -- what the acts do --------------------------------------------------------------------------------------

    def open(self, work: Work) -> None:
        """Open the case; a further episode is opened for the person of the earlier one."""
        case, person = self.case, self.case.get("person", {})
        earlier = self.known[case["same_as"]].ref if "same_as" in case else None
        details = Details(
            forename=person.get("forename"),
            surname=person.get("surname"),
            dob=person.get("born"),
            sex=person.get("sex"),
            aliases=tuple(person.get("aliases", ())),
            language=case.get("language"),
            interpreter=case.get("interpreter"),
            phone=case.get("phone"),
            address=case.get("address"),
            identifiers=tuple((kind, value) for kind, value in case.get("identifiers", ())),
        )
        asked = cases.Asked(
            opened_on=self.calendar.day(case["opened"]),
            route=case["route"],
            area=case["area"],
            manager=case.get("manager"),
            external_ref=case.get("external_ref"),
            same_as=earlier,
        )
        cases.open_case(work, details, asked)

    def assess(self, work: Work) -> None:
        """Give the case its tier."""
        same: dict[str, Any] = {"external_ref": None, "route": None, "area": None, "reason": None}
        cases.edit(work, self.ref, Details(), tier=self.case["tier"], **same)

    def log(self, said: contacts.Said, work: Work) -> None:
        """Log a contact, and remember it by its day."""
        self.logged[said.on] = contacts.log(work, self.ref, said).id

    def say(self, event: Said, work: Work) -> None:
        """Log a contact that is told as an event: its mode and outcome in one word each."""
        mode, outcome = event["contact"].split()
        more = {name: event[name] for name in ("kind", "minutes", "note", "about") if name in event}
        said = contacts.Said(on=self.on(event), mode=mode, outcome=outcome, with_whom=event.get("with"), **more)
        self.log(said, work)

    def correct(self, event: Said, work: Work) -> None:
        """Put the contact of a day right."""
        number = self.logged[self.calendar.day(event["correct"])]
        contacts.correct(work, number, dict(event["change"]), reason=event["reason"])

    def approach(self, event: Said, work: Work) -> None:
        """Record whether the person may be approached."""
        until = self.calendar.day(event["until"]) if "until" in event else None
        modes = tuple(event.get("modes", ()))
        approaches.answer(
            work, self.ref, event["approach"], with_whom=event["with"], on=self.on(event), until=until, modes=modes
        )

    def hold(self, event: Said, work: Work) -> None:
        """Hold the case."""
        until = self.calendar.day(event["until"])
        approaches.hold(work, self.ref, until=until, by=event["with"], reason=event["hold"])

    def suspend(self, event: Said, work: Work) -> None:
        """Suspend the case, or say anew when the person will be released."""
        release = event["release"] if event["release"] == "unknown" else self.calendar.day(event["release"])
        suspensions.suspend(work, self.ref, reason=event["suspend"], on=self.on(event), expected_release=release)

    def assign(self, event: Said, work: Work) -> None:
        """Give the case its specialists."""
        assignments.assign(work, self.ref, event["assign"].items(), on=self.on(event), override=Override())

    def transfer(self, event: Said, work: Work) -> None:
        """Give the case another manager."""
        to, reason = event["transfer"], event["reason"]
        assignments.transfer(work, self.ref, to, on=self.on(event), reason=reason, override=Override())

    def review(self, event: Said, work: Work) -> None:
        """Record a review."""
        reviews.record(work, self.ref, kind=event["review"], on=self.on(event), note=event.get("note"))

    def extend(self, event: Said, work: Work) -> None:
        """Extend the window."""
        lead = self.told["lead"]
        extensions.extend(work, self.ref, months=event["extend"], reason=event["reason"], authorised_by=lead)

    def seen(self, event: Said, work: Work) -> None:
        """Mark the case as known to the lead."""
        reviews.mark_seen(work, self.ref, until=self.calendar.day(event["seen"]), note=event["note"])

    def close(self, event: Said, work: Work) -> None:
        """Close the case."""
        closings.close(work, self.ref, reason=event["close"], on=self.on(event), note=event["note"])

    def on(self, event: Said) -> date:
        """The day of an event."""
        return self.calendar.day(event["ago"])


EVENTS: dict[str, tuple[str, Callable[[_Story, Said, Work], None], int]] = {
    "approach": ("drive approach", _Story.approach, 0),
    "contact": ("drive contact log", _Story.say, 1),
    "correct": ("drive contact correct", _Story.correct, 2),
    "hold": ("drive case hold", _Story.hold, 0),
    "suspend": ("drive case suspend", _Story.suspend, 0),
    "assign": ("drive assign", _Story.assign, 0),
    "transfer": ("drive case transfer", _Story.transfer, 0),
    "review": ("drive review", _Story.review, 0),
    "extend": ("drive case extend", _Story.extend, 0),
    "seen": ("drive seen", _Story.seen, 2),
    "close": ("drive case close", _Story.close, 2),
}
"""What an event may be: the command that would record it, how it is done, and its rank within a day."""


def _turn(items: Any, n: int) -> Any:
    """The n-th of `items`, taken in turn for ever."""
    return items[n % len(items)]
