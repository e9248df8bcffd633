"""What the store knows, as far as rows of a file ask for it: read once, not for every row."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import NamedTuple

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain.cells import case_ref, person_ref
from drivecli.domain.codes import nearest
from drivecli.domain.refs import PERSON_PREFIX, make_ref
from drivecli.queries import workers
from drivecli.queries.cases import CaseKey
from drivecli.queries.workers import Acting
from drivecli.services.imports.rows import Row


class Person(NamedTuple):
    """A person as far as finding them goes."""

    id: int
    external_ref: str | None
    dob: date | None


class Known:
    """The store as it was when the plan began, or under the lock while it is applied."""

    def __init__(self, db: Connection, catalogue: Catalogue, today: date, actor: Acting, prefix: str) -> None:
        self.db = db
        self.catalogue = catalogue
        self.today = today
        self.actor = actor
        self.prefix = prefix
        self.given: dict[int, int] = {}

    # -- workers -----------------------------------------------------------------------------------------------

    @cached_property
    def workers(self) -> dict[str, Acting]:
        """Everybody who works or worked here, by username."""
        sql = "SELECT w.id, w.username, w.name, w.role, w.left_on FROM worker w"
        return {each.username: each for each in self.db.rows(Acting, sql)}

    def worker(self, row: Row, column: str) -> Acting | None:
        """The worker that a cell names; None when it names none, which the row then says."""
        username = row.said.get(column)
        found = self.workers.get(username) if username else None
        if username and found is None:
            near = nearest(username, self.workers)
            hint = f" Did you mean {near}?" if near else ""
            row.refuse(column, f"There is no worker with the username “{username}”.{hint}")
        return found

    def room(self, worker: Acting) -> tuple[int, int | None]:
        """How many open cases a worker holds, those of this file included, and their capacity."""
        if worker.id not in self._loads:
            self._loads[worker.id] = workers.load(self.db, worker.id)
        held, capacity = self._loads[worker.id]
        return held + self.given.get(worker.id, 0), capacity

    @cached_property
    def _loads(self) -> dict[int, tuple[int, int | None]]:
        return {}

    # -- cases -------------------------------------------------------------------------------------------------

    @cached_property
    def cases(self) -> dict[int, CaseKey]:
        """Every case by its number."""
        sql = "SELECT id, ref, person_id, status, opened_on, closed_on, manager_id FROM case_record"
        return {each.id: each for each in self.db.rows(CaseKey, sql)}

    @cached_property
    def cases_elsewhere(self) -> dict[str, int]:
        """The numbers of cases by their refs in other systems."""
        sql = "SELECT external_ref, id FROM case_record WHERE external_ref IS NOT NULL"
        return dict(self.db.run(sql).fetchall())

    def case(self, row: Row, column: str = "case") -> CaseKey | None:
        """The case that a cell names, by our own ref or that of another system; None, and the row says so.

        A column `ref` holds our own refs alone. What could be either of two cases is neither.
        """
        text = row.said.get(column)
        if text is None:
            return None
        own = self.cases.get(case_ref(text, self.prefix) or 0)
        elsewhere = self.cases_elsewhere.get(text) if column != "ref" else None
        found = own or self.cases.get(elsewhere or 0)
        if own and elsewhere not in (None, own.id):
            row.refuse(
                column, f"{text} is one of our own refs, and that of {self.cases[elsewhere].ref} in another system."
            )
            return None
        if found is None:
            which = "by our own ref" if column == "ref" else "by our own ref or by another system's"
            row.refuse(column, f"There is no case {text[:80]}, {which}.")
        return found

    # -- persons -----------------------------------------------------------------------------------------------

    @cached_property
    def persons(self) -> dict[int, Person]:
        """Everybody on record, by number."""
        return {each.id: each for each in self.db.rows(Person, "SELECT id, external_ref, dob FROM person")}

    @cached_property
    def persons_elsewhere(self) -> dict[str, int]:
        """The numbers of persons by their refs in other systems."""
        return {each.external_ref: each.id for each in self.persons.values() if each.external_ref}

    @cached_property
    def open_cases(self) -> dict[int, str]:
        """The ref of a person's case that is not closed, by person."""
        return {each.person_id: each.ref for each in self.cases.values() if each.closed_on is None}

    def person(self, row: Row, column: str) -> int | None:
        """The person that one of our own refs names. A ref of another system is not looked up here."""
        number = person_ref(row.said[column])
        if number is not None and number not in self.persons:
            row.refuse(column, f"There is nobody with the ref {make_ref(PERSON_PREFIX, number)} here.")
            return None
        return number

    def named(self, folded: Iterable[str]) -> dict[str, list[Person]]:
        """Persons by the folded form of their main name, for these names."""
        wanted = sorted(set(folded))
        found: dict[str, list[Person]] = {}
        for start in range(0, len(wanted), 500):
            few = wanted[start : start + 500]
            marks = ", ".join(f":n{place}" for place in range(len(few)))
            rows = self.db.run(
                f"SELECT folded, person_id FROM person_name WHERE kind = 'main' AND folded IN ({marks})",
                **{f"n{place}": name for place, name in enumerate(few)},
            ).fetchall()
            for name, number in rows:
                found.setdefault(name, []).append(self.persons[number])
        return found
