"""People: who they are, the names they go by, and whether two records may be one person's."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from drivecli.domain.names import alias_keys, may_be_born, name_key, name_keys
from drivecli.domain.refs import PERSON_PREFIX, make_ref
from drivecli.errors import NotFound, NotUnderstood, Refused
from drivecli.models import FieldChange, Person, PersonIdentifier, PersonLink, PersonName
from drivecli.services.taking import find
from drivecli.work import Work

OLDEST = 120
"""Years; a date of birth further back is a slip of the keys."""


@dataclass(frozen=True)
class Details:
    """What is written down about a person. None means nothing was said; `external_ref` is that of another system."""

    forename: str | None = None
    surname: str | None = None
    dob: date | None = None
    sex: str | None = None
    ethnicity: str | None = None
    language: str | None = None
    interpreter: bool | None = None
    phone: str | None = None
    address: str | None = None
    external_ref: str | None = None
    aliases: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


PLAIN = [each.name for each in fields(Details) if each.name not in ("aliases", "identifiers")]


@dataclass(frozen=True)
class Alike:
    """A person whose name and date of birth may be the one being typed, and their newest case, if there is one."""

    id: int
    ref: str
    name: str
    case: str | None
    status: str


def add(work: Work, said: Details) -> Person:
    """A new person. Raises NotUnderstood when a name is missing or the date of birth cannot be right."""
    if not said.forename or not said.surname:
        missing = "--forename" if not said.forename else "--surname"
        raise NotUnderstood(f"Missing {missing}: a case needs the person's forename and surname.")
    check_birth(said.dob, work.today)
    number = work.next_number("person")
    known = {name: getattr(said, name) for name in PLAIN if getattr(said, name) is not None}
    person = work.add(Person(id=number, ref=make_ref(PERSON_PREFIX, number), **known))
    _name(work, number, "main", said.forename, said.surname)
    _add_lists(work, number, said)
    return person


def edit(work: Work, number: int, said: Details, reason: str | None = None) -> list[str]:
    """Change what was said; the old values are kept, and why. Returns the names of the fields that changed."""
    person = work.session.get_one(Person, number, with_for_update=work.db.is_postgres or None)
    check_birth(said.dob, work.today)
    wanted = {name: getattr(said, name) for name in PLAIN if getattr(said, name) is not None}
    changed = change_fields(work, "person", person, wanted, reason)
    if {"forename", "surname"} & set(changed):
        _name(work, number, "main", person.forename, person.surname)
    _add_lists(work, number, said)
    return changed + (["alias"] if said.aliases else []) + (["identifier"] if said.identifiers else [])


def change_fields(work: Work, table: str, row: Any, wanted: dict[str, Any], reason: str | None = None) -> list[str]:
    """Set descriptive fields in place and keep each old value in `field_change`. Returns what changed."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        old, new = _as_text(getattr(row, name)), _as_text(wanted[name])
        setattr(row, name, wanted[name])
        work.add(FieldChange(table_name=table, row_id=row.id, field=name, old=old, new=new, reason=reason))
    if changed:
        if hasattr(row, "version"):
            row.version += 1
        work.session.add(row)
        work.session.flush()
    return changed


def alike(work: Work, said: Details) -> list[Alike]:
    """People on record whose name (either order, or an alias) and date of birth could be this person's."""
    keys = sorted(name_keys(said.forename or "", said.surname or ""))
    for alias in said.aliases:
        keys += sorted(alias_keys(alias))
    marks = ", ".join(f":key{n}" for n in range(len(keys)))
    rows = work.db.run(
        f"""
        SELECT DISTINCT p.id, p.ref, p.forename || ' ' || p.surname, p.dob, c.ref, c.status, c.id
        FROM person_name n JOIN person p ON p.id = n.person_id LEFT JOIN case_record c ON c.person_id = p.id
        WHERE n.folded IN ({marks}) ORDER BY c.id
        """,
        **{f"key{n}": key for n, key in enumerate(keys)},
    ).fetchall()
    newest: dict[int, Alike] = {}
    for number, ref, name, dob, case, status, _ in rows:
        born = date.fromisoformat(dob) if isinstance(dob, str) else dob
        if not may_be_born(born, said.dob):
            continue
        if number not in newest or newest[number].status == "closed":
            newest[number] = Alike(number, ref, name, case, status or "closed")
    return list(newest.values())


def refuse_if_alike(work: Work, said: Details, not_same_as: list[int]) -> None:
    """Refuse to open a case for somebody who may be on record, until it is said whether they are the same."""
    for each in alike(work, said):
        if each.id in not_same_as:
            continue
        named = each.case or each.ref
        what = (
            f", and has the open case {each.case}."
            if each.status != "closed"
            else f"; their case {each.case} is closed."
            if each.case
            else "; no case of theirs is here yet."
        )
        same = f"{each.name} ({each.ref}) may be the same person{what}"
        somebody_else = f"If this is somebody else, add: --not-same-as {named} --reason WHY"
        again = "" if each.status != "closed" else f"\nIf it is the same person, add: --same-as {named}"
        raise Refused(same, kind="same_person", next=somebody_else + again)


def note_not_same(work: Work, person: int, others: list[int], reason: str | None) -> None:
    """Keep the decision that these are different people. Raises NotUnderstood without a reason."""
    if not others:
        return
    if not reason:
        raise NotUnderstood("Missing --reason: say why this is somebody else.")
    for other in set(others) - {person}:
        low, high = sorted((person, other))
        work.add(PersonLink(person_id=low, other_id=high, same=False, reason=reason))


@dataclass(frozen=True)
class Decided:
    """A decision whether two records are one person. It can be taken back by the opposite one; the last one stands."""

    one: str
    other: str
    same: bool
    reason: str


def decide(work: Work, one: tuple[str, int], other: tuple[str, int], *, same: bool, reason: str) -> Decided:
    """Record that two records are one person, or are two. The records stay as they are."""
    work.must_may("case_work", "decide who is who")
    numbers = [number_of(work, each) for each in (one, other)]
    if numbers[0] == numbers[1]:
        raise Refused("That is one and the same record.", kind="same_record", next="drive case find NAME")
    low, high = sorted(numbers)
    last = work.db.value(
        "SELECT same FROM person_link WHERE person_id = :low AND other_id = :high ORDER BY id DESC LIMIT 1",
        low=low,
        high=high,
    )
    refs = [make_ref(PERSON_PREFIX, number) for number in numbers]
    if last is not None and bool(last) == same:
        what = "one person" if same else "two people"
        raise Refused(f"That {refs[0]} and {refs[1]} are {what} is on record already.", kind="no_change")
    work.add(PersonLink(person_id=low, other_id=high, same=same, reason=reason))
    return Decided(refs[0], refs[1], same, reason)


def number_of(work: Work, ref: tuple[str, int]) -> int:
    """The number of the person that a typed ref names: their own, or that of one of their cases."""
    prefix, number = ref
    if prefix != PERSON_PREFIX:
        return find(work, ref).person_id
    if work.db.value("SELECT id FROM person WHERE id = :id", id=number) is None:
        raise NotFound(f"There is nobody with the ref {make_ref(PERSON_PREFIX, number)}.", next="drive case find NAME")
    return number


def check_birth(dob: date | None, today: date) -> None:
    """Refuse a date of birth that cannot be right."""
    if dob is None:
        return
    if dob > today:
        raise NotUnderstood(f"--dob: {dob.isoformat()} is in the future.")
    if dob.year < today.year - OLDEST:
        raise NotUnderstood(f"--dob: {dob.isoformat()} is more than {OLDEST} years ago.")


def _add_lists(work: Work, number: int, said: Details) -> None:
    for alias in said.aliases:
        others, _, last = alias.rpartition(" ")
        _name(work, number, "alias", others, last)
    for kind, value in said.identifiers:
        work.add(PersonIdentifier(person_id=number, type=kind, value=value))


def _name(work: Work, number: int, kind: str, forename: str, surname: str) -> None:
    """Keep a name; a main name takes the place of the one before, which stays as an alias."""
    if kind == "main":
        work.db.run("UPDATE person_name SET kind = 'alias' WHERE person_id = :id AND kind = 'main'", id=number)
    name = f"{forename} {surname}".strip()
    work.add(PersonName(person_id=number, kind=kind, name=name, folded=name_key(forename, surname)))


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)
