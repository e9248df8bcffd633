"""Persons from a file: known by our ref, by another system's, or by being the very same."""

from collections.abc import Iterator
from typing import Any

from drivecli.domain.names import name_key
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
    return name_key(said.get("forename") or "", said.get("surname") or "")


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
        self._persons: list[tuple[int, str | None, dict[str, Any]]] = []

    def add(self, said: dict[str, Any], external_ref: str | None) -> int:
        """Gather one, and return the number it will have."""
        number, self.next = self.next, self.next + 1
        self._persons.append((number, external_ref, said))
        return number

    def flush(self) -> None:
        """Add what was gathered."""
        if not self._persons:
            return
        numbers, elsewhere, said = zip(*self._persons, strict=True)
        self._persons = []
        person: dict[str, Any] = {name: [each.get(name) for each in said] for name in PLAIN}
        person["interpreter"] = [bool(each.get("interpreter")) for each in said]
        refs = [make_ref(PERSON_PREFIX, number) for number in numbers]
        self._work.add_columns(Person, {**person, "id": numbers, "ref": refs, "external_ref": elsewhere})
        names = [each for number, one in zip(numbers, said, strict=True) for each in _names(number, one)]
        self._work.add_columns(PersonName, dict(zip(_NAME, zip(*names, strict=True), strict=True)))
        identifiers = [
            {"person_id": number, "type": kind, "value": value}
            for number, one in zip(numbers, said, strict=True)
            for kind, value in one.get("identifiers", ())
        ]
        self._work.add_many(PersonIdentifier, identifiers)


_NAME = ("person_id", "kind", "name", "folded")


def _names(number: int, said: dict[str, Any]) -> Iterator[tuple[int, str, str, str]]:
    """Every name a new person goes by, as `_NAME` has them."""
    first, last = said["forename"], said["surname"]
    yield number, "main", f"{first} {last}".strip(), name_key(first, last)
    for alias in said.get("aliases", ()):
        others, _, last = alias.rpartition(" ")
        yield number, "alias", f"{others} {last}".strip(), name_key(others, last)


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
