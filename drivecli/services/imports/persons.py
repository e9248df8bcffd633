"""Persons from a file: known by our ref, by another system's, or by being the very same."""

from typing import Any

from drivecli.domain.names import BETWEEN, fold
from drivecli.domain.refs import PERSON_PREFIX, make_ref
from drivecli.models import Person, PersonIdentifier, PersonName
from drivecli.queries import exports
from drivecli.services import people
from drivecli.services.imports.kind import Kind
from drivecli.services.imports.rows import CONFLICT, Row
from drivecli.services.people import PLAIN, Details
from drivecli.work import Work


def folded_name(said: dict[str, Any]) -> str:
    """The key that a row's name is looked up by."""
    return f"{fold(said.get('forename') or '')}{BETWEEN}{fold(said.get('surname') or '')}"


def details(said: dict[str, Any], **more: Any) -> Details:
    """What a row says about a person, as the service takes it."""
    told = {name: said[name] for name in PLAIN if name in said and name != "external_ref"}
    return Details(
        **told, aliases=tuple(said.get("aliases", ())), identifiers=tuple(said.get("identifiers", ())), **more
    )


class Adding:
    """New persons, gathered row by row and added together."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.next = work.next_number("person")
        self._persons: list[dict[str, Any]] = []
        self._names: list[dict[str, Any]] = []
        self._identifiers: list[dict[str, Any]] = []

    def add(self, said: dict[str, Any], external_ref: str | None) -> int:
        """Gather one, and return the number it will have."""
        number, self.next = self.next, self.next + 1
        person = {name: said.get(name) for name in PLAIN}
        person["interpreter"] = bool(said.get("interpreter"))
        person["external_ref"] = external_ref
        self._persons.append({"id": number, "ref": make_ref(PERSON_PREFIX, number), **person})
        self._name(number, "main", said["forename"], said["surname"])
        for alias in said.get("aliases", ()):
            others, _, last = alias.rpartition(" ")
            self._name(number, "alias", others, last)
        for kind, value in said.get("identifiers", ()):
            self._identifiers.append({"person_id": number, "type": kind, "value": value})
        return number

    def flush(self) -> None:
        """Add what was gathered."""
        self._work.add_many(Person, self._persons)
        self._work.add_many(PersonName, self._names)
        self._work.add_many(PersonIdentifier, self._identifiers)
        self._persons, self._names, self._identifiers = [], [], []

    def _name(self, number: int, kind: str, forename: str, surname: str) -> None:
        name = f"{forename} {surname}".strip()
        folded = f"{fold(forename)}{BETWEEN}{fold(surname)}"
        self._names.append({"person_id": number, "kind": kind, "name": name, "folded": folded})


class Persons(Kind):
    """A row is a person, who need not have a case."""

    name = "persons"
    own = ("ref",)
    editable = (*PLAIN, "aliases", "identifiers")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._taken: dict[str, int] = {}
        self._matched: set[int] = set()
        self._adding: Adding | None = None

    def resolve(self, rows: list[Row]) -> None:
        for row in rows:
            if "ref" in row.said:
                row.known = self.known.person(row, "ref")
                if row.known is None and not row.faults:
                    row.refuse("ref", "That is not one of our refs, as in P-0007; another system's is external_ref.")

    def find(self, rows: list[Row]) -> None:
        nameless = [row for row in rows if row.known is None and "external_ref" not in row.said]
        same = self._the_very_same(nameless)
        for row in rows:
            elsewhere = row.said.get("external_ref")
            if elsewhere is not None:
                self._by_other_ref(row, elsewhere)
            elif row.known is None:
                row.known = same.get(row.number)

    def _by_other_ref(self, row: Row, elsewhere: str) -> None:
        before = self._taken.setdefault(elsewhere, row.number)
        found = self.known.persons_elsewhere.get(elsewhere)
        if before != row.number:
            row.refuse("external_ref", f"Row {before} has the same external_ref.", state=CONFLICT)
        elif row.known is not None and found not in (None, row.known):
            taken = make_ref(PERSON_PREFIX, found or 0)
            row.refuse("external_ref", f"That is the external ref of {taken} here.", state=CONFLICT)
        elif row.known is None:
            row.known = found

    def _the_very_same(self, rows: list[Row]) -> dict[int, int]:
        """Persons here of whom a row without any ref says nothing but what is so already, each for one row."""
        named = self.known.named(folded_name(row.said) for row in rows)
        alike = {row.number: named.get(folded_name(row.said), []) for row in rows}
        here = exports.by_number(self.known.db, "persons", {each.id for found in alike.values() for each in found})
        same = {}
        for row in rows:
            for each in alike[row.number]:
                so = all(self.is_so(column, value, here[each.id].get(column)) for column, value in row.said.items())
                if so and each.id not in self._matched:
                    self._matched.add(each.id)
                    same[row.number] = each.id
                    break
        return same

    def check(self, row: Row) -> None:
        row.obey("dob", people.check_birth, row.said.get("dob"), self.known.today)

    def check_changes(self, row: Row, here: dict[str, Any]) -> None:
        self.check(row)

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        return make_ref(PERSON_PREFIX, row.known or 0)

    def person_of(self, row: Row) -> int | None:
        return row.known

    def add(self, work: Work, rows: list[Row]) -> None:
        self._adding = self._adding or Adding(work)
        for row in rows:
            self.came[row.number] = self._adding.add(row.said, row.said.get("external_ref"))
        self._adding.flush()

    def change(self, work: Work, row: Row) -> None:
        assert row.known is not None
        new = new_lists(work, row.known, row.said)
        people.edit(work, row.known, details({**row.said, **new}, external_ref=row.said.get("external_ref")))


def new_lists(work: Work, person: int, said: dict[str, Any]) -> dict[str, Any]:
    """Of the aliases and identifiers that a row says, those that are not on record."""
    (here,) = exports.by_number(work.db, "persons", {person}).values()
    aliases, identifiers = set(here["aliases"] or ()), set(here["identifiers"] or ())
    return {
        "aliases": tuple(each for each in said.get("aliases", ()) if each not in aliases),
        "identifiers": tuple(each for each in said.get("identifiers", ()) if "=".join(each) not in identifiers),
    }
