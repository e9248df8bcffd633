"""Contacts: logging one, and putting a wrong one right."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from drivecli.catalogue import Catalogue
from drivecli.domain.contact import flag_for_lead
from drivecli.domain.days import say_day
from drivecli.domain.deadlines import window_ends_on
from drivecli.domain.facts import CaseFacts
from drivecli.errors import Changed, NotFound, NotUnderstood, Refused, Version
from drivecli.models import Contact
from drivecli.queries import contacts as contact_queries
from drivecli.queries import workers
from drivecli.queries.cases import CaseKey, CaseRow
from drivecli.queries.contacts import ContactRow
from drivecli.queries.facts import approachability
from drivecli.queries.workers import Acting
from drivecli.services import people
from drivecli.services.taking import check_day_of, take
from drivecli.work import Work

LONGEST = 24 * 60
"""Minutes in a contact."""


@dataclass(frozen=True)
class Said:
    """A contact as it was told. `by` is the username of who made it; None is the acting worker."""

    on: date
    mode: str
    outcome: str
    kind: str | None = None
    with_whom: str | None = None
    purpose: str | None = None
    minutes: int | None = None
    by: str | None = None
    note: str | None = None
    about: str = "person"


class Marks(NamedTuple):
    """What a lead must hear of a contact (`flag`), and where it stands if not in the window of an open case."""

    flag: str | None
    placed: str | None


@dataclass(frozen=True)
class Logged:
    """A contact that was written down, and the case as it stands after it."""

    id: int
    ref: str
    contact: ContactRow
    case: CaseRow


def log(work: Work, ref: tuple[str, int], said: Said) -> Logged:
    """Write a contact down. What happened is always recorded; one that should not have been is flagged to the lead.

    Raises Refused for a day in the future, before the case opened, or after it closed.
    """
    work.must_may("case_work", "log a contact")
    case = take(work, ref)
    row = work.add(_row(work, case, said))
    return _logged(work, case, row)


def correct(work: Work, number: int, changes: dict[str, Any], *, reason: str, withdraw: bool = False) -> Logged:
    """A new row in place of a wrong one, which stays readable. `changes` are the fields of Said that were wrong."""
    work.must_may("case_work", "correct a contact")
    old = contact_queries.stored(work.db, number)
    if old is None:
        raise NotFound(f"There is no contact {number}.", next="drive contact list REF")
    case = take(work, ("", old.case_id))
    old = contact_queries.stored(work.db, number) or old  # as it stands once the case is ours
    if old.superseded_by:
        raise _corrected_already(work, old, changes)
    if old.about == "restricted" and not contact_queries.may_read(work.db, old.case_id, work.actor, work.catalogue):
        raise Refused(
            f"Contact {number} is restricted.", kind="not_permitted", next="Ask the case's manager or a lead."
        )
    if not changes and not withdraw:
        raise NotUnderstood(
            "Nothing to correct: say what was wrong, as in --outcome held.", next="drive contact correct --help"
        )
    before = Said(
        on=old.on,
        mode=old.mode,
        outcome=old.outcome,
        kind=old.kind,
        with_whom=old.with_whom,
        purpose=old.purpose,
        minutes=old.minutes,
        by=old.by,
        note=old.note,
        about=old.about,
    )
    if "mode" in changes and "kind" not in changes:
        changes = {**changes, "kind": None}
    row = _row(work, case, replace(before, **changes))
    row.supersedes_id, row.reason, row.withdrawn = number, reason, withdraw
    row.external_ref = work.db.value("SELECT external_ref FROM contact WHERE id = :id", id=number)
    return _logged(work, case, work.add(row))


def _corrected_already(work: Work, old: ContactRow, changes: dict[str, Any]) -> Changed:
    """Somebody was first. What they made of it is told with what was typed, as far as this worker may read it."""
    stands: ContactRow | None = old
    while stands and stands.superseded_by:
        stands = contact_queries.stored(work.db, stands.superseded_by)
    assert stands is not None
    theirs = contact_queries.one(work.db, stands.id, work.actor, work.catalogue)
    seen = contact_queries.one(work.db, old.id, work.actor, work.catalogue)
    versions = [
        Version(name, getattr(seen, name), "withdrawn" if stands.withdrawn else getattr(theirs, name), value)
        for name, value in changes.items()
    ]
    return Changed(
        f"Contact {old.id} was already corrected; contact {old.superseded_by} stands in its place.",
        case=old.case_id,
        by=stands.recorded_by,
        versions=[] if stands.recorded_by == work.actor.username else versions,
        kind="superseded",
        next=f"drive contact correct {old.superseded_by} --reason WHY ...",
    )


def _logged(work: Work, case: CaseKey, row: Contact) -> Logged:
    number = row.id  # before the clock runs: whatever it could change is read anew when it is asked for after that
    assert number is not None
    answer = work.answer(case.id)
    contact = contact_queries.one(work.db, number, work.actor, work.catalogue)
    return Logged(number, case.ref, contact, answer)


def _row(work: Work, case: CaseKey, said: Said) -> Contact:
    maker = workers.find(work.db, said.by) if said.by else None
    check(case, said, maker, work.today)
    kind = said.kind or usual_kind(work.catalogue, said.mode)
    (facts,) = approachability(work.db, [case.id], work.catalogue).values()
    marks = mark(case, facts, said.on, kind=kind, mode=said.mode)
    return Contact(
        case_id=case.id,
        occurred_on=said.on,
        mode=said.mode,
        outcome=said.outcome,
        kind=kind,
        purpose=said.purpose,
        with_whom=said.with_whom,
        minutes=said.minutes,
        made_by=maker.id if maker else work.actor.id,
        note=said.note,
        about=said.about,
        flag=marks.flag,
        placed=marks.placed,
    )


def mark(case: CaseKey, facts: CaseFacts, on: date, *, kind: str, mode: str) -> Marks:
    """The marks of a contact on a day. Of what has happened, the window, approaches and holds are enough."""
    placed = "after_window" if on > window_ends_on(facts) else None
    flag = flag_for_lead(facts, on, direct=kind == "direct", mode=mode)
    return Marks(flag, "late" if case.closed_on else placed)


def name_elsewhere(work: Work, number: int, external_ref: str) -> None:
    """Keep the ref that a contact has in another system. It is no correction: nothing else happened than was said."""
    work.must_may("case_work", "change a contact")
    people.change_fields(work, "contact", work.session.get_one(Contact, number), {"external_ref": external_ref})


def check(case: CaseKey, said: Said, maker: Acting | None, today: date) -> None:
    """Refuse what cannot have happened: in the future, before opening, after closing, by somebody who had left."""
    check_day_of(case, said.on, "a contact", today)
    if case.closed_on is not None and said.on > case.closed_on:
        raise Refused(
            f"{case.ref} was closed on {say_day(case.closed_on)}; a contact after that belongs to a new case.",
            kind="closed",
            next=f"drive case open --same-as {case.ref}",
        )
    if said.minutes is not None and not 0 <= said.minutes <= LONGEST:
        raise NotUnderstood(f"--minutes: {said.minutes}; it must be from 0 to {LONGEST}.")
    if maker and maker.left_on is not None and maker.left_on < said.on:
        raise Refused(f"{maker.name} had left by then ({say_day(maker.left_on)}).", kind="left")


def usual_kind(catalogue: Catalogue, mode: str) -> str:
    """Direct or indirect, where nothing was said: a meeting is about the person, not with them."""
    modes = catalogue.codes("contact_mode")
    return "indirect" if mode in modes and modes[mode].is_("indirect") else "direct"
