"""The clock: the one function that turns what happened in a case into what is due, and says why.

Nothing else anywhere computes a due day. It knows no today: what is overdue is decided by whoever reads the rows, and
there is one rule for that (`overdue.is_overdue`). A new kind of deadline is a function here and a row in practice.toml.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from drivecli.domain import contact as contacts
from drivecli.domain.checklists import AGREED, OPEN
from drivecli.domain.days import say_day
from drivecli.domain.facts import Approach, CaseFacts
from drivecli.domain.practice import Practice, Rule, weight_rank
from drivecli.domain.window import add_months, window_end
from drivecli.domain.working_days import Holidays, add_working_days


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something due: which rule made it, the record that started it, and what would stop it.

    `due_on` is the last day in time. `owner` is a worker where it is not the case manager's. `skipped` says which days
    were passed over, in words.
    """

    kind: str
    side: str
    weight: str
    due_on: date
    rule: str
    because_table: str
    because_id: int
    because: str
    stops_when: str
    skipped: tuple[str, ...] = ()
    owner: int | None = None


@lru_cache(maxsize=128)
def deadlines(case: CaseFacts, practice: Practice, holidays: Holidays) -> tuple[Deadline, ...]:
    """Everything due in one case, soonest first. A closed case has follow-ups only."""
    clock = _Clock(case, practice, holidays)
    found = clock.after_closing() if case.closing else clock.working()
    return tuple(sorted(found, key=lambda d: (d.due_on, weight_rank(d.weight), d.kind, d.because_id)))


def window_ends_on(case: CaseFacts) -> date:
    """The last day inside the window, extensions included, counted from the day the case opened."""
    return window_end(case.opened_on, case.window_months + sum(each.months for each in case.extensions))


def _after(day: date) -> date:
    return day + timedelta(days=1)


def _because_agreed(first: Approach) -> tuple[str, int, str]:
    return "approach", first.id, f"approach agreed {say_day(first.on)}"


@dataclass(frozen=True)
class _Clock:
    case: CaseFacts
    practice: Practice
    holidays: Holidays

    def working(self) -> Iterator[Deadline]:
        yield from self.safety_consult()
        yield from self.review()
        yield from self.closure_plan()
        yield from self.window_end()
        yield from self.checklist_items()
        if self.case.suspended:
            yield from self.release()
            return
        yield from self.first_contact()
        yield from self.contact()
        yield from self.specialist_first_contact()
        yield from self.engagement_review()

    def after_closing(self) -> Iterator[Deadline]:
        """Follow-ups, less those that a follow-up review has answered: all that were due by then, or the next one."""
        closing = self.case.closing
        if not closing or not closing.follow_up:
            return
        rule = self.practice["follow_up"]
        left = sorted(rule.due)
        for review in self.reviews("follow_up"):
            answered = [each for each in left if self.after(closing.on, each, rule.unit)[0] <= review.on] or left[:1]
            left = [each for each in left if each not in answered]
        because = ("closing", closing.id, f"closed {say_day(closing.on)}")
        for amount in left:
            yield self.make(rule, because, start=closing.on, amount=amount)

    # -- safety ------------------------------------------------------------------------------------------------

    def safety_consult(self) -> Iterator[Deadline]:
        """Somebody must say whether the person may be approached: at first, and again when an answer runs out."""
        rule = self.practice["safety_consult"]
        last = self.case.approaches[-1] if self.case.approaches else None
        if last is None:
            yield self.make(rule, self.opening(), start=self.case.opened_on)
        elif last.state == "not_yet":
            start = last.until or last.on
            yield self.make(rule, ("approach", last.id, f"not yet, ask again {say_day(start)}"), start=start)
        elif last.state == "agreed" and last.until:
            words = f"approach agreed only until {say_day(last.until)}"
            yield self.make(rule, ("approach", last.id, words), start=last.until)

    def release(self) -> Iterator[Deadline]:
        """Before a release the victim's side must be ready. While nobody knows the day, it is asked for."""
        rule, suspended = self.practice["release"], self.case.suspended
        said = [each for each in self.case.releases if suspended and each.suspension == suspended.id]
        if not said:
            return
        last = said[-1]
        if last.expected_on is None:
            words = f"release day not known, asked {say_day(last.on)}"
            due_on = last.on + timedelta(days=rule.limits["ask_every_days"])
            yield self.make(rule, ("release_date", last.id, words), due_on=due_on)
            return
        days_before = [last.expected_on - timedelta(days=before) for before in sorted(rule.due, reverse=True)]
        because = ("release_date", last.id, f"release expected {say_day(last.expected_on)}")
        for due_on in [day for day in days_before if day >= last.on] or days_before[-1:]:
            yield self.make(rule, because, due_on=due_on)

    # -- contact -----------------------------------------------------------------------------------------------

    def first_contact(self) -> Iterator[Deadline]:
        agreed = self.agreed()
        if not agreed or any(each.on >= agreed[0].on for each in contacts.counting(self.case)):
            return
        first, last = agreed
        start, because = self.not_before(first.on, _because_agreed(first), holds=True)
        yield from self.while_agreed(self.make(self.practice["first_contact"], because, start=start), last)

    def contact(self) -> Iterator[Deadline]:
        rule = self.practice["contact"]
        last = next(reversed(contacts.counting(self.case)), None)
        if last:
            because = ("contact", last.id, f"last contact that counts: {last.words}, {say_day(last.on)}")
        else:
            because = self.opening()
        start, because = self.not_before(last.on if last else self.case.opened_on, because, holds=False)
        days = rule.by.get(self.case.stage) or rule.by.get(self.case.tier) or rule.due[0]
        yield self.make(rule, because, start=start, amount=days, stops_when=self.what_counts(rule))

    def specialist_first_contact(self) -> Iterator[Deadline]:
        """A specialist should meet the person; nobody is pushed to, before an approach is agreed or during a hold."""
        agreed = self.agreed()
        if not agreed:
            return
        first, last = agreed
        rule = self.practice["specialist_first_contact"]
        for given in self.case.assignments:
            if not given.specialist or given.ended_on is not None or self.has_met(given.worker, given.on):
                continue
            words = f"{given.worker_name} assigned ({given.role.replace('_', ' ')}) {say_day(given.on)}"
            start, because = given.on, ("assignment", given.id, words)
            if first.on > given.on:
                start, because = first.on, _because_agreed(first)
            start, because = self.not_before(start, because, holds=True)
            stops = f"a held direct contact by {given.worker_name}, or the end of the assignment"
            row = self.make(rule, because, start=start, stops_when=stops, owner=given.worker)
            yield from self.while_agreed(row, last)

    def engagement_review(self) -> Iterator[Deadline]:
        third = self.third_attempt()
        if third:
            words = f"third attempt without an answer: {third.words}, {say_day(third.on)}"
            start, because = self.not_before(third.on, ("contact", third.id, words), holds=False)
            yield self.make(self.practice["engagement_review"], because, start=start)

    # -- the window --------------------------------------------------------------------------------------------

    def review(self) -> Iterator[Deadline]:
        last = next(reversed(self.reviews("case")), None)
        because = ("review", last.id, f"last review {say_day(last.on)}") if last else self.opening()
        yield self.make(self.practice["review"], because, start=last.on if last else self.case.opened_on)

    def closure_plan(self) -> Iterator[Deadline]:
        """Due before the window ends; an extension after the plan asks for the plan again."""
        rule = self.practice["closure_plan"]
        extended = self.case.extensions[-1].on if self.case.extensions else None
        if any(extended is None or each.on > extended for each in self.reviews("closure_plan")):
            return
        ends_on = window_ends_on(self.case)
        yield self.make(rule, self.window_because(), due_on=ends_on - timedelta(days=rule.due[0]))

    def window_end(self) -> Iterator[Deadline]:
        yield self.make(self.practice["window_end"], self.window_because(), due_on=window_ends_on(self.case))

    # -- checklists --------------------------------------------------------------------------------------------

    def checklist_items(self) -> Iterator[Deadline]:
        """The safety step from the day its list was started, anything else from the day it was agreed."""
        for item in self.case.items:
            words = f"{item.title}, item {item.place}"
            if item.state == AGREED:
                because = ("checklist_tick", item.tick or 0, f"{words}, agreed {say_day(item.on)}")
            elif item.state == OPEN and item.tick is None:
                because = ("checklist", item.checklist, f"{item.title} started {say_day(item.started_on)}")
            elif item.state == OPEN:
                because = ("checklist_tick", item.tick or 0, f"{words}, opened again {say_day(item.on)}")
            else:
                continue
            rule = self.practice["safety_step" if item.due_from_start else "checklist_item"]
            yield self.make(rule, because, start=item.on, amount=item.due_days, owner=item.owner)

    # -- what the rules share ----------------------------------------------------------------------------------

    def make(
        self,
        rule: Rule,
        because: tuple[str, int, str],
        *,
        start: date | None = None,
        due_on: date | None = None,
        amount: int = 0,
        stops_when: str = "",
        owner: int | None = None,
    ) -> Deadline:
        """The deadline of `rule`: on `due_on`, or its length (`amount` overrides it) after `start`."""
        skipped: tuple[str, ...] = ()
        if due_on is None:
            assert start is not None
            due_on, skipped = self.after(start, amount or rule.due[0], rule.unit)
        table, row, words = because
        return Deadline(
            kind=rule.kind,
            side="case",
            weight=rule.weight,
            due_on=due_on,
            rule=rule.name,
            because_table=table,
            because_id=row,
            because=words,
            stops_when=stops_when or rule.ended_by,
            skipped=skipped,
            owner=owner,
        )

    def after(self, start: date, amount: int, unit: str) -> tuple[date, tuple[str, ...]]:
        if unit == "working_days":
            return add_working_days(start, amount, self.holidays)
        if unit == "months":
            return add_months(start, amount), ()
        return start + timedelta(days=amount), ()

    def opening(self) -> tuple[str, int, str]:
        return "opening", self.case.opening_id, f"opened {say_day(self.case.opened_on)}"

    def window_because(self) -> tuple[str, int, str]:
        if not self.case.extensions:
            return self.opening()
        last = self.case.extensions[-1]
        months = sum(each.months for each in self.case.extensions)
        words = f"opened {say_day(self.case.opened_on)}, extended by {months} month{'s' if months > 1 else ''}"
        return "extension", last.id, words

    def reviews(self, kind: str) -> list[Any]:
        return [each for each in self.case.reviews if each.kind == kind]

    def agreed(self) -> tuple[Approach, Approach] | None:
        """The first and the last answer of the agreement that stands, unbroken since the first; None when none does."""
        first = last = None
        for each in self.case.approaches:
            if each.state != "agreed":
                first = None
            elif first is None or last is None or (last.until is not None and _after(last.until) < each.on):
                first = each
            last = each
        return (first, last) if first and last else None

    def while_agreed(self, row: Deadline, last: Approach) -> Iterator[Deadline]:
        """Nobody is pushed to meet the person on a day for which no agreement stands."""
        if last.until is None or row.due_on <= last.until:
            yield row

    def not_before(
        self, start: date, because: tuple[str, int, str], *, holds: bool
    ) -> tuple[date, tuple[str, int, str]]:
        """`start`, moved to the day a suspension was resumed or, for direct contact, a hold ends, if that is later."""
        for each in self.case.suspensions:
            if each.resumed_on and each.resumed_on > start:
                start, because = each.resumed_on, ("suspension", each.id, f"resumed {say_day(each.resumed_on)}")
        for hold in self.case.holds if holds else ():
            if hold.ends_on > start:
                start, because = hold.ends_on, ("hold", hold.id, f"hold ends {say_day(hold.ends_on)}")
        return start, because

    def has_met(self, worker: int, since: date) -> bool:
        return any(each.by == worker and each.held and each.direct and each.on >= since for each in self.case.contacts)

    def what_counts(self, rule: Rule) -> str:
        """What ends the contact deadline, as things stand: the clock never asks for a call nobody has agreed to."""
        anything = "any contact held, or with information given or received, direct or indirect"
        hold = self.case.holds[-1] if self.case.holds else None
        agreed = self.agreed()
        if self.case.stage == contacts.NOT_ENGAGED or not agreed:
            return anything
        if hold and hold.lifted_on is None:
            return f"{anything}, while on hold until {say_day(hold.until)}; after that {rule.ended_by}"
        if agreed[1].until:
            return f"{rule.ended_by}, while agreed until {say_day(agreed[1].until)}; after that {anything}"
        return rule.ended_by

    def third_attempt(self) -> Any:
        """The attempt that made it enough of them within the rule's days, with nothing since that answers it."""
        rule = self.practice["engagement_review"]
        needed, within = rule.limits["attempts"], timedelta(days=rule.limits["within_days"])
        run: list[Any] = []
        trigger = None
        for what, fact in self.in_order():
            if what == "answer":
                run, trigger = [], None
            elif trigger is None:
                run = [*run, fact][-needed:]
                if len(run) == needed and run[-1].on - run[0].on <= within:
                    trigger = fact
        return trigger

    def in_order(self) -> Iterator[tuple[str, Any]]:
        """Attempts, and what answers them (a contact that counts, an engagement review, not engaged), by day."""
        case = self.case
        happened: list[tuple[date, int, int, str, Any]] = []
        for place, each in enumerate(case.contacts):
            if contacts.counts(case, each):
                happened.append((each.on, 0, place, "answer", each))
            elif contacts.is_attempt(case, each) and case.stage_on(each.on) != contacts.NOT_ENGAGED:
                happened.append((each.on, 0, place, "attempt", each))
        happened += [(each.on, 1, 0, "answer", each) for each in self.reviews("engagement")]
        happened += [(each.on, 2, 0, "answer", each) for each in case.stages if each.stage == contacts.NOT_ENGAGED]
        for _, _, _, what, fact in sorted(happened, key=lambda each: each[:3]):
            yield what, fact
