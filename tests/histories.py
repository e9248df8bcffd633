"""Random histories of a case, told step by step through the services in a store whose today moves.

A history is drawn from a seed, so the same number gives the same history every time. Steps are blind: whether a
service takes one depends on what happened before, and a refusal is an answer like any other. So a step can be left out
of a history, and `shortest` finds what is needed to see a fault.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from drivecli import keys
from drivecli.catalogue import Catalogue
from drivecli.db import Connection, open_store
from drivecli.domain.deadlines import Deadline, deadlines
from drivecli.domain.facts import CaseFacts
from drivecli.errors import DriveError
from drivecli.queries import workers as worker_queries
from drivecli.queries.clock import derived_columns, stored_form
from drivecli.queries.facts import case_facts
from drivecli.services import (
    approaches,
    assignments,
    cases,
    checklists,
    closings,
    contacts,
    corrections,
    extensions,
    reviews,
    stages,
    suspensions,
    workers,
)
from drivecli.services.assignments import Override
from drivecli.services.corrections import Correction
from drivecli.services.people import Details
from drivecli.settings import Settings
from drivecli.work import Actor, Work

CATALOGUE = Catalogue()
MANAGERS = ("amina", "ben")
SPECIALISTS = {"substance": ("carl", "cleo"), "mental_health": ("dana",), "probation": ("ed",)}

MORE = {"cleo": ("Cleo Hart", "substance", None), "max": ("Max Full", "case_manager", 2)}
"""Workers beside the team: username to name, role and capacity."""

FACTS = ("opening", "stage_change", "tier_change", "area_change", "contact", "approach", "hold", "suspension")
FACTS += ("release_date", "assignment", "review", "extension", "closing", "seen", "checklist", "checklist_tick")
OF_A_CASE = (*FACTS, "deadline", "event_case")
"""Tables whose rows of a case a refused step must leave as they were."""

OF_ALL = ("case_record", "event", "field_change", "person", "person_name", "worker", "deadline")
"""Tables in which it must leave as many rows as there were."""


@dataclass(frozen=True)
class Step:
    """One thing that somebody records, `after` days after the step before. `said` is what they type."""

    after: int
    does: str
    said: dict[str, Any]


def draw_history(random: Random, length: int) -> list[Step]:
    """An opening and `length` further steps."""
    asked = {"back": random.choice((0, 0, 0, 1, 9, 40)), "months": random.choice((None, None, 1, 3, 12))}
    asked |= {"tier": random.choice(list(CATALOGUE.codes("tier"))), "manager": random.choice((*MANAGERS, "max", None))}
    history = [Step(0, "open", asked)]
    while len(history) <= length:
        history.append(_draw_step(random, [FOLLOWS[each.does] for each in history[-4:] if each.does in FOLLOWS]))
    return history


def _draw_step(random: Random, likely: list[str]) -> Step:
    any_ = [name for name, (weight, _, _) in STEPS.items() for _ in range(weight)]
    does = random.choice(likely if likely and random.random() < 0.25 else any_)
    after = random.choice((0, 0, 1, 1, 2, 3, 5, 8, 13, 30))
    return Step(after, does, STEPS[does][1](random))


def _code(random: Random, name: str) -> str:
    return random.choice(list(CATALOGUE.codes(name)))


def _back(random: Random) -> int:
    """Days between what happened and its being written down; now and then it lies ahead, and is refused."""
    return random.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 4, 6, 14, 40, -1))


def _contact(random: Random) -> dict[str, Any]:
    usual = ("held", "held", "held", "did_not_attend", "not_in", "declined")
    outcome = random.choice((*usual, _code(random, "contact_outcome")))
    by = random.choice((None, None, "amina", "carl", "dana", "ed"))
    kind = random.choice((None, None, None, "direct", "indirect"))
    return {"mode": _code(random, "contact_mode"), "outcome": outcome, "kind": kind, "by": by, "back": _back(random)}


def _answer(random: Random) -> dict[str, Any]:
    state = random.choice(("agreed", "agreed", "agreed", "not_yet", "never"))
    return {"state": state, "until": random.choice((None, None, 0, 3, 20)), "back": _back(random)}


def _assigned(random: Random) -> dict[str, Any]:
    role = random.choice(list(SPECIALISTS))
    username = random.choice((*SPECIALISTS[role], SPECIALISTS[role][0], "ben"))
    return {"role": role, "username": username, "back": _back(random)}


def _corrected(random: Random) -> dict[str, Any]:
    what = random.choice(corrections.WHAT)
    to = {"stage": _code(random, "stage"), "review": _code(random, "review_kind"), "opened": None}
    to["assignment"] = random.choice((*MANAGERS, "carl", "cleo", "dana"))
    on = random.choice((None, _back(random), _back(random)))
    withdraw = what != "opened" and random.random() < 0.2
    said = {"what": what, "back": on, "to": random.choice((None, to[what])), "withdraw": withdraw}
    return said | {"nth": random.choice((None, None, 0, 1, 2))}


def _corrected_contact(random: Random) -> dict[str, Any]:
    changes = random.choice(
        (
            {"outcome": _code(random, "contact_outcome")},
            {"kind": random.choice(("direct", "indirect"))},
            {"mode": _code(random, "contact_mode")},
            {"back": _back(random)},
            {"by": random.choice(("amina", "carl", "dana"))},
            {},
        )
    )
    return {"nth": random.randrange(4), "changes": changes, "withdraw": not changes}


def _ticked(random: Random) -> dict[str, Any]:
    state = random.choice(("agreed", "agreed", "done", _code(random, "checklist_state")))
    by, item = random.choice((None, "amina", "carl")), random.choice(("0", "0", "0", "1", "2", "22"))
    said = {"name": random.choice(("enforcement", "disruption")), "item": item, "state": state, "by": by}
    return said | {"back": _back(random), "override": random.random() < 0.3, "reason": random.choice((None, "now"))}


STEPS: dict[str, tuple[int, Callable[[Random], dict[str, Any]], Callable[["Story", Work, dict[str, Any]], object]]] = {
    "contact": (
        12,
        _contact,
        lambda told, work, said: contacts.log(work, told.ref, contacts.Said(**told.on(said))),
    ),
    "attempts": (
        2,
        lambda random: {"days": random.choice(((0, 0, 0), (4, 2, 0), (13, 6, 0), (20, 1, 0)))},
        lambda told, work, said: [
            contacts.log(work, told.ref, contacts.Said(told.day(back), "phone", "not_in")) for back in said["days"]
        ],
    ),
    "approach": (
        3,
        _answer,
        lambda told, work, said: approaches.answer(
            work, told.ref, with_whom="adviser", modes=(), **told.until(told.on(said))
        ),
    ),
    "hold": (
        2,
        lambda random: {"until": random.choice((0, 2, 6, 15, 30, -1)), "reason": _code(random, "hold_reason")},
        lambda told, work, said: approaches.hold(work, told.ref, by="adviser", **told.until(said)),
    ),
    "lift": (2, lambda random: {}, lambda told, work, said: approaches.lift(work, told.ref, by="adviser")),
    "stage": (
        3,
        lambda random: {"stage": _code(random, "stage"), "back": _back(random)},
        lambda told, work, said: stages.move(work, told.ref, reason=None, **told.on(said)),
    ),
    "suspend": (
        3,
        lambda random: {
            "reason": random.choice((None, *list(CATALOGUE.codes("suspend_reason")))),
            "release": random.choice((None, "unknown", 2, 10, 40)),
            "back": _back(random),
        },
        lambda told, work, said: suspensions.suspend(work, told.ref, **told.release(told.on(said))),
    ),
    "resume": (
        3,
        lambda random: {"reason": _code(random, "resume_reason"), "back": _back(random)},
        lambda told, work, said: suspensions.resume(work, told.ref, **told.on(said)),
    ),
    "review": (
        3,
        lambda random: {"kind": _code(random, "review_kind"), "back": _back(random)},
        lambda told, work, said: reviews.record(work, told.ref, note=None, **told.on(said)),
    ),
    "extend": (
        1,
        lambda random: {"months": random.choice((1, 2, 12)), "authorised_by": random.choice(("sam", "sam", "amina"))},
        lambda told, work, said: extensions.extend(work, told.ref, reason="agreed", **said),
    ),
    "assign": (
        3,
        _assigned,
        lambda told, work, said: assignments.assign(
            work, told.ref, [(said["role"], said["username"])], on=told.day(said["back"]), override=Override()
        ),
    ),
    "unassign": (
        1,
        lambda random: {"role": random.choice(list(SPECIALISTS)), "back": _back(random)},
        lambda told, work, said: assignments.unassign(
            work, told.ref, [said["role"]], on=told.day(said["back"]), reason="done"
        ),
    ),
    "transfer": (
        2,
        lambda random: {"to": random.choice((*MANAGERS, "max", "carl")), "back": _back(random)},
        lambda told, work, said: assignments.transfer(
            work, told.ref, said["to"], on=told.day(said["back"]), reason="moved", override=Override()
        ),
    ),
    "correct": (4, _corrected, lambda told, work, said: told.correct(work, **said)),
    "correct contact": (3, _corrected_contact, lambda told, work, said: told.correct_contact(work, **said)),
    "edit": (
        1,
        lambda random: {"tier": _code(random, "tier"), "area": random.choice((None, "adur", "worthing"))},
        lambda told, work, said: cases.edit(
            work, told.ref, Details(), external_ref=None, route=None, reason=None, **said
        ),
    ),
    "seen": (
        1,
        lambda random: {"until": random.choice((0, 4, -1))},
        lambda told, work, said: reviews.mark_seen(work, told.ref, note=None, **told.until(said)),
    ),
    "start": (
        2,
        lambda random: {"name": random.choice(("enforcement", "disruption", "disruption")), "back": _back(random)},
        lambda told, work, said: checklists.start(work, told.ref, **told.on(said)),
    ),
    "tick": (
        4,
        _ticked,
        lambda told, work, said: checklists.tick(
            work, told.ref, said.pop("name"), said.pop("item"), checklists.Tick(**told.on(said))
        ),
    ),
    "close": (
        1,
        lambda random: {"reason": _code(random, "closure_reason"), "back": _back(random)},
        lambda told, work, said: closings.close(work, told.ref, note=None, **told.on(said)),
    ),
}
"""Of every kind of step: how often it comes, how it is drawn, and the service that takes it."""


FOLLOWS = {
    "suspend": "resume",
    "hold": "lift",
    "assign": "unassign",
    "close": "review",
    "correct": "close",
    "start": "tick",
}
"""What often comes soon after a step."""


@dataclass
class Service:
    """An open store with everybody in it. `refused` counts the steps that were refused, by kind of step."""

    db: Connection
    refused: dict[str, int] = field(default_factory=dict)

    @classmethod
    def start(cls, settings: Settings, today: date) -> "Service":
        """Open a store with the team in it, and put the further workers there. The caller closes its `db`."""
        service = cls(open_store(settings.store, lambda: keys.read_key(settings), write=True))
        if not service.db.is_postgres:
            service.db.run("PRAGMA synchronous = OFF")  # only a test's store, and it is never cut off
        with service.work(today, "worker add") as work:
            for username, (name, role, capacity) in MORE.items():
                workers.add(work, name, username=username, role=role, agency=None, capacity=capacity)
        return service

    @contextmanager
    def work(self, today: date, command: str) -> Iterator[Work]:
        """A unit of work in the name of Sam, the team lead."""
        sam = worker_queries.find(self.db, "sam")
        with Work(self.db, Actor(*sam[:4]), CATALOGUE, today=today, command=f"drive {command}") as work:
            yield work

    def contents(self, case: int) -> dict[str, Any]:
        """Every row of a case, and how many rows there are beside: the same cost however many cases were told."""
        of_it = [(table, f"SELECT * FROM {table} WHERE case_id = {case}") for table in OF_A_CASE]
        of_it.append(("its case_record", f"SELECT * FROM case_record WHERE id = {case}"))
        found = {table: sorted(map(repr, self.db.run(query).fetchall())) for table, query in of_it}
        return found | {f"all of {table}": [self.db.value(f"SELECT count(*) FROM {table}")] for table in OF_ALL}


class Story:
    """One case as it is told, step by step."""

    def __init__(self, service: Service, begins: date, number: int) -> None:
        self.service = service
        self.today = begins
        self.name = "Example" + "".join("abcdefghij"[int(digit)] for digit in str(number))
        self.ref = ("", 0)

    @property
    def number(self) -> int:
        """The id of the case."""
        return self.ref[1]

    def tell(self, step: Step) -> DriveError | None:
        """Take one step. Returns the refusal, if it was refused."""
        self.today += timedelta(days=step.after)
        try:
            with self.service.work(self.today, step.does) as work:
                if step.does == "open":
                    self._open(work, **step.said)
                else:
                    STEPS[step.does][2](self, work, dict(step.said))
        except DriveError as refusal:
            self.service.refused[step.does] = self.service.refused.get(step.does, 0) + 1
            return refusal
        return None

    def _open(self, work: Work, *, back: int, months: int | None, tier: str, manager: str | None) -> None:
        asked = cases.Asked(opened_on=self.day(back), tier=tier, manager=manager, window_months=months, area="adur")
        if manager == "max":
            asked = cases.Asked(**{**asked.__dict__, "over_capacity": True, "reason": "nobody else"})
        row = cases.open_case(work, Details(forename="Robin", surname=self.name), asked)
        self.ref = ("", int(row.ref.rpartition("-")[2]))

    def correct(
        self, work: Work, *, what: str, back: int | None, to: str | None, withdraw: bool, nth: int | None
    ) -> Any:
        """`nth` is the row to put right, the oldest that stands being 0; None leaves it to the service."""
        facts = work.facts(self.number)
        rows = {"stage": facts.stages, "assignment": facts.assignments, "review": facts.reviews, "opened": ()}[what]
        number = rows[nth].id if nth is not None and nth < len(rows) else None
        said = Correction(what, self.day(back) if back is not None else None, to, number, withdraw)
        return corrections.correct(work, self.ref, said, reason="wrong box")

    def correct_contact(self, work: Work, *, nth: int, changes: dict[str, Any], withdraw: bool) -> Any:
        """`nth` counts the contacts that stand, newest first; beyond them it is one that does not exist."""
        standing = work.facts(self.number).contacts[::-1]
        number = standing[nth].id if nth < len(standing) else 9_999_999
        return contacts.correct(work, number, self.on(dict(changes)), reason="wrong box", withdraw=withdraw)

    def day(self, back: int) -> date:
        """The day `back` days ago."""
        return self.today - timedelta(days=back)

    def on(self, said: dict[str, Any]) -> dict[str, Any]:
        """What was said, with the day in place of how long ago it was."""
        back = said.pop("back", None)
        return said if back is None else {**said, "on": self.day(back)}

    def until(self, said: dict[str, Any]) -> dict[str, Any]:
        """What was said, with a day to come in place of days ahead."""
        ahead = said.pop("until")
        return {**said, "until": None if ahead is None else self.today + timedelta(days=ahead)}

    def release(self, said: dict[str, Any]) -> dict[str, Any]:
        """What was said, with the day of release in place of days ahead."""
        ahead = said.pop("release")
        day = self.today + timedelta(days=ahead) if isinstance(ahead, int) else ahead
        return {**said, "expected_release": day}


def shortest(history: list[Step], fails: Callable[[list[Step]], object]) -> list[Step]:
    """A history that still fails, and no longer does with any one step less."""
    for without in range(len(history) - 1, 0, -1):
        fewer = history[:without] + history[without + 1 :]
        if fails(fewer):
            return shortest(fewer, fails)
    return history


# -- the function from scratch -----------------------------------------------------------------------------------------


def from_scratch(db: Connection, cases: list[int]) -> dict[int, tuple[CaseFacts, tuple[Deadline, ...]]]:
    """What the clock answers for each case from its facts alone: nothing stored, nothing remembered."""
    return {
        number: (facts, deadlines.__wrapped__(facts, CATALOGUE.practice, CATALOGUE.holidays))
        for number, facts in case_facts(db, cases, CATALOGUE).items()
    }


def wrong_rows(db: Connection, case: int) -> list[str]:
    """Where the stored deadlines and derived columns of a case are not what the clock answers from scratch."""
    facts, due = from_scratch(db, [case])[case]
    answer = [stored_form(case, each) for each in due]
    names = list(stored_form(case, due[0]) if due else {"case_id": case})
    stored = db.run(f"SELECT {', '.join(names)} FROM deadline WHERE case_id = {case}").fetchall()
    found = _apart("deadline", [_plain(row.values()) for row in answer], [_plain(row) for row in stored])
    derived = derived_columns(facts, due, list(CATALOGUE.codes("tier")))
    row = db.run(f"SELECT {', '.join(derived)} FROM case_record WHERE id = {case}").fetchone()
    for (name, right), value in zip(derived.items(), row, strict=True):
        found += _apart(name, [_plain([right])], [_plain([value])])
    return found


def _apart(what: str, right: list[tuple[str, ...]], stored: list[tuple[str, ...]]) -> list[str]:
    missing, extra = Counter(right) - Counter(stored), Counter(stored) - Counter(right)
    return [f"{what}: stored {sorted(extra)}, should be {sorted(missing)}"] if missing or extra else []


def _plain(values: Any) -> tuple[str, ...]:
    return tuple(map(str, values))  # a day is the same text on both engines
