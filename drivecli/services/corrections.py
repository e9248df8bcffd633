"""Putting a wrong fact right: a new row in place of the wrong one, which stays readable."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from drivecli.domain.codes import read_code
from drivecli.domain.days import say_day
from drivecli.domain.facts import CaseFacts
from drivecli.errors import NotFound, NotUnderstood, Refused, Version
from drivecli.models import AreaChange, Assignment, Opening, Review, StageChange, TierChange
from drivecli.queries import workers
from drivecli.queries.cases import CaseKey, CaseRow
from drivecli.services import meanwhile
from drivecli.services.reviews import check_kind
from drivecli.services.taking import check_day, take
from drivecli.work import Work

WHAT = ("opened", "stage", "assignment", "review")


@dataclass(frozen=True)
class Correction:
    """What was wrong: which fact (`number`, else the latest), and what is right. `withdraw`: it never happened."""

    what: str
    on: date | None = None
    to: str | None = None
    number: int | None = None
    withdraw: bool = False


def correct(work: Work, ref: tuple[str, int], said: Correction, *, reason: str) -> CaseRow:
    """Supersede a wrong fact of a case with a right one.

    Raises NotUnderstood when nothing is said to be different, NotFound for a fact that does not stand, Refused for a
    value that would have been refused when it was first typed.
    """
    work.must_may("case_work", "correct a case")
    case = take(work, ref)
    if said.on is None and said.to is None and not said.withdraw:
        raise NotUnderstood(
            "Nothing to correct: say the right day with --on, or what it should be with --to.",
            next=f"drive case correct {case.ref} {said.what} --on DAY --reason WHY",
        )
    if said.on is not None and said.what != "opened":
        check_day(work, case, said.on, "a fact")
    _CORRECT[said.what](work, case, said, reason)
    return work.answer(case.id)


def _opened(work: Work, case: CaseKey, said: Correction, reason: str) -> None:
    """The window moves with the opening, and so do the facts that were written down with it."""
    on = said.on
    if on is None or said.to or said.withdraw:
        raise NotUnderstood(
            "The opening day is put right with --on DAY. A case opened in error is closed: "
            "drive case close REF --reason opened_in_error"
        )
    if on > work.today:
        raise Refused(f"{say_day(on)} is in the future.", kind="future")
    facts = work.facts(case.id)
    old = work.session.get_one(Opening, facts.opening_id)
    _must_have_seen(work, case, old, said)
    with_it = _written_with(work, case, old)
    moved = {(type(row).__name__, row.id) for row in with_it}
    _refuse_earlier(facts, moved, on, case)
    for row in [*with_it, old]:
        _replace(work, row, reason, occurred_on=on)


def _written_with(work: Work, case: CaseKey, opening: Opening) -> list[Any]:
    """The facts that were written down with the opening, for its day: they move with it."""
    rows = [
        work.session.get_one(table, number)
        for table in (StageChange, TierChange, AreaChange, Assignment)
        for number in _rows_of(work, table, case.id)
    ]
    return [
        row
        for row in rows
        if row.occurred_on == opening.occurred_on and _first_event(work, row) == _first_event(work, opening)
    ]


def _first_event(work: Work, row: Any) -> int:
    """The event in which a fact was first written down, before its corrections."""
    while row.supersedes_id is not None:
        row = work.session.get_one(type(row), row.supersedes_id)
    event: int = row.event_id
    return event


def _refuse_earlier(facts: CaseFacts, moved: set[tuple[str, int]], on: date, case: CaseKey) -> None:
    """A case did not open after what happened in it."""
    happened: list[tuple[date, str]] = []
    told: list[Any] = [
        *facts.contacts,
        *facts.approaches,
        *facts.holds,
        *facts.suspensions,
        *facts.reviews,
        *facts.extensions,
    ]
    happened += [(each.on, f"{type(each).__name__} {each.id}") for each in told]
    happened += [(each.on, f"stage {each.id}") for each in facts.stages if ("StageChange", each.id) not in moved]
    happened += [
        (each.on, f"assignment {each.id}") for each in facts.assignments if ("Assignment", each.id) not in moved
    ]
    if facts.closing:
        happened.append((facts.closing.on, "closing"))
    before = [each for each in happened if each[0] < on]
    if before:
        day, what = min(before)
        raise Refused(
            f"{what.capitalize()} is of {say_day(day)}, before that day.",
            kind="before_opening",
            next=f"Put it right first: drive case timeline {case.ref}",
        )


def _stage(work: Work, case: CaseKey, said: Correction, reason: str) -> None:
    stages = work.facts(case.id).stages
    row = _pick(work, case, StageChange, [each.id for each in stages], said, "stage")
    if said.withdraw and len(stages) == 1:
        raise Refused("A case always has a stage; say which with --to.", kind="stage")
    to = read_code(said.to, work.catalogue.codes("stage"), "stage") if said.to else row.stage
    _replace(work, row, reason, withdrawn=said.withdraw, stage=to, occurred_on=said.on or row.occurred_on)


def _assignment(work: Work, case: CaseKey, said: Correction, reason: str) -> None:
    row = _pick(work, case, Assignment, [each.id for each in work.facts(case.id).assignments], said, "assignment")
    worker = row.worker_id
    if said.to:
        found = workers.find(work.db, said.to)
        if found.role != row.role:
            raise Refused(
                f"{found.name} is not a {work.role_label(row.role)}.",
                kind="wrong_role",
                next=f"drive worker list --role {row.role}",
            )
        if found.left_on is not None:
            raise Refused(
                f"{found.name} left on {say_day(found.left_on)}.",
                kind="left",
                next=f"drive worker list --role {row.role}",
            )
        worker = found.id
    on = said.on or row.occurred_on
    if row.ended_on is not None and on > row.ended_on:
        raise Refused(f"That assignment ended on {say_day(row.ended_on)}; it cannot begin after.", kind="after_end")
    _replace(work, row, reason, withdrawn=said.withdraw, worker_id=worker, occurred_on=on)


def _review(work: Work, case: CaseKey, said: Correction, reason: str) -> None:
    row = _pick(work, case, Review, [each.id for each in work.facts(case.id).reviews], said, "review")
    kind = read_code(said.to, work.catalogue.codes("review_kind"), "review kind") if said.to else row.kind
    on = said.on or row.occurred_on
    if kind != row.kind:
        check_kind(case, kind, on)
    _replace(work, row, reason, withdrawn=said.withdraw, kind=kind, occurred_on=on)


_CORRECT: dict[str, Callable[[Work, CaseKey, Correction, str], None]] = {
    "opened": _opened,
    "stage": _stage,
    "assignment": _assignment,
    "review": _review,
}


def _pick(work: Work, case: CaseKey, table: type[Any], standing: list[int], said: Correction, what: str) -> Any:
    """The row to correct: the one named, else the latest that stands."""
    number = said.number if said.number is not None else max(standing, default=None)
    if number is None or number not in standing:
        named = f" {said.number}" if said.number is not None else ""
        raise NotFound(f"There is no {what}{named} on this case to correct.", next="drive case timeline REF")
    row = work.session.get_one(table, number)
    _must_have_seen(work, case, row, said)
    return row


def _must_have_seen(work: Work, case: CaseKey, row: Any, said: Correction) -> None:
    """Two may put the same fact right: the second is told what the first made of it."""
    before = work.session.get(type(row), row.supersedes_id) if row.supersedes_id else None
    typed = (said.to, said.on.isoformat() if said.on else None, "withdrawn" if said.withdraw else None)
    yours = ", ".join(filter(None, typed))
    seen, theirs = (_in_words(work, each) if each else None for each in (before, row))
    meanwhile.must_have_seen_fact(work, case, row, Version(said.what, seen, theirs, yours))


def _in_words(work: Work, row: Any) -> str:
    worker = workers.usernames(work.db).get(getattr(row, "worker_id", 0))
    what = worker or getattr(row, "stage", None) or getattr(row, "kind", None)
    return ", ".join(filter(None, (what, row.occurred_on.isoformat())))


def _rows_of(work: Work, table: type[Any], case: int) -> list[int]:
    name = table.__tablename__
    return [
        each[0]
        for each in work.db.run(
            f"SELECT id FROM {name} a WHERE case_id = :case AND withdrawn = :no"
            f" AND NOT EXISTS (SELECT 1 FROM {name} n WHERE n.supersedes_id = a.id)",
            case=case,
            no=False,
        ).fetchall()
    ]


def _replace(work: Work, row: Any, reason: str, **changes: Any) -> None:
    """A copy of `row` with changes, superseding it."""
    kept = row.model_dump(exclude={"id", "recorded_at", "recorded_by", "event_id", "supersedes_id", "reason"})
    work.add(type(row)(**{**kept, **changes, "supersedes_id": row.id, "reason": reason}))
