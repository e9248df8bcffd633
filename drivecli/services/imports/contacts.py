"""Contacts from a file: known by their number, by their case and another system's ref, or by being the very same."""

from typing import Any

from drivecli.domain.facts import CaseFacts
from drivecli.domain.refs import read_ref
from drivecli.models import Contact
from drivecli.queries import exports
from drivecli.queries import imports as queries
from drivecli.queries.cases import CaseKey
from drivecli.queries.contacts import may_read
from drivecli.queries.facts import approachability
from drivecli.services import contacts
from drivecli.services.contacts import Said, mark, usual_kind
from drivecli.services.imports.kind import Kind
from drivecli.services.imports.rows import CONFLICT, Row
from drivecli.work import Work

TOLD = ("on", "mode", "outcome", "kind", "purpose", "with_whom", "minutes", "by", "about", "note")
REMEMBERED = 20_000
"""Cases whose approaches and holds are kept at hand."""


class Contacts(Kind):
    """A row is a contact with, or about, the person of a case that is here."""

    name = "contacts"
    own = ("id", "case")
    editable = (*TOLD, "external_ref")
    about = "restricted"
    """Whose information a note holds where neither a column nor the line says so."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._taken: dict[int, int] = {}
        """Earlier rows, by the hash of case and ref: a million of the refs themselves would fill the memory."""
        self._matched: set[int] = set()
        self._approaches: dict[int, CaseFacts] = {}

    # -- who and which -----------------------------------------------------------------------------------------

    def resolve(self, rows: list[Row]) -> None:
        for row in rows:
            said = row.said
            row.found["case"] = self.known.case(row)
            row.found["by"] = self.known.worker(row, "by") if "by" in said else self.known.actor

    def find(self, rows: list[Row]) -> None:
        here = self._numbered({row.said["id"] for row in rows if "id" in row.said})
        elsewhere = self._elsewhere([row for row in rows if "external_ref" in row.said])
        for row in rows:
            case = row.found.get("case")
            if "id" in row.said:
                self._by_number(row, here.get(row.said["id"]), case)
            if "external_ref" in row.said and case:
                self._by_other_ref(row, case, elsewhere)
        self._the_very_same([row for row in rows if not {"id", "external_ref"} & set(row.said) and not row.faults])

    def _numbered(self, numbers: set[int]) -> dict[int, int]:
        """The cases of these contacts, where they stand here, by the contact's number."""
        return queries.cases_of_contacts(self.known.db, numbers)

    def _by_number(self, row: Row, case: int | None, said: CaseKey | None) -> None:
        if case is None:
            row.refuse("id", f"There is no contact {row.said['id']} here that stands; leave id empty for a new one.")
        elif said and said.id != case:
            row.refuse("case", f"Here it is a contact of {self.known.cases[case].ref}.", state=CONFLICT)
        else:
            row.known = row.said["id"]

    def _by_other_ref(self, row: Row, case: CaseKey, elsewhere: dict[tuple[int, str], int]) -> None:
        key = (case.id, row.said["external_ref"])
        before = self._taken.setdefault(hash(key), row.number)
        if before != row.number:
            row.refuse("external_ref", f"Row {before} has the same external_ref in this case.", state=CONFLICT)
        elif row.known is None:
            row.known = elsewhere.get(key)
        elif elsewhere.get(key) not in (None, row.known):
            row.refuse("external_ref", f"That is the external ref of contact {elsewhere[key]} here.", state=CONFLICT)

    def _elsewhere(self, rows: list[Row]) -> dict[tuple[int, str], int]:
        return queries.contacts_elsewhere(self.known.db, {row.said["external_ref"] for row in rows})

    def _the_very_same(self, rows: list[Row]) -> None:
        """A row without any ref is about a contact here that says all that it says, each for one row."""
        days = {(row.found["case"].id, row.said["on"]) for row in rows if row.found["case"] and "on" in row.said}
        here = queries.contacts_of_days(self.known.db, days)
        for row in rows:
            if not row.found["case"] or "on" not in row.said:
                continue
            for number, stored in here.get((row.found["case"].id, row.said["on"]), ()):
                said = {name: value for name, value in row.said.items() if name != "case"}
                if number not in self._matched and all(stored.get(name) == value for name, value in said.items()):
                    self._matched.add(number)
                    row.known = number
                    break

    # -- rules -------------------------------------------------------------------------------------------------

    def check(self, row: Row) -> None:
        case, by = row.found["case"], row.found["by"]
        row.obey("on", contacts.check, case, self._told(row), by if "by" in row.said else None, self.known.today)

    def check_changes(self, row: Row, here: dict[str, Any]) -> None:
        """A change is a correction: whoever may not read a restricted note may not, and what it says must be so."""
        known, whole = self.known, {**here, **row.said}
        case = known.cases[read_ref(here["case"])[1]]
        if here["about"] == "restricted" and not may_read(known.db, case.id, known.actor, known.catalogue):
            row.refuse("", f"Contact {row.known} is restricted. Ask the case's manager or a lead to bring this in.")
            return
        told = Said(**{name: whole[name] for name in TOLD})
        row.obey("on", contacts.check, case, told, known.workers[whole["by"]], known.today)

    def _told(self, row: Row) -> Said:
        told = {name: row.said.get(name) for name in TOLD}
        return Said(**{**told, "about": row.said.get("about", self.about)})

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        case = row.found.get("case")
        return f"contact {row.known}" + (f" of {case.ref}" if case else "")

    # -- applying ----------------------------------------------------------------------------------------------

    def add(self, work: Work, rows: list[Row]) -> None:
        self._learn_approaches(work, {row.found["case"].id for row in rows})
        work.add_many(Contact, [self._contact(row) for row in rows])

    def _learn_approaches(self, work: Work, cases: set[int]) -> None:
        unknown = cases - set(self._approaches)
        if len(self._approaches) + len(unknown) > REMEMBERED:
            self._approaches.clear()
            unknown = cases
        self._approaches.update(approachability(work.db, sorted(unknown), work.catalogue))

    def _contact(self, row: Row) -> dict[str, Any]:
        case, said = row.found["case"], row.said
        kind = said.get("kind") or usual_kind(self.known.catalogue, said["mode"])
        return {
            "case_id": case.id,
            "occurred_on": said["on"],
            **{name: said.get(name) for name in ("mode", "outcome", "purpose", "with_whom", "minutes", "note")},
            "kind": kind,
            "about": said.get("about", self.about),
            "made_by": row.found["by"].id,
            "external_ref": said.get("external_ref"),
            **mark(case, self._approaches[case.id], said["on"], kind=kind, mode=said["mode"])._asdict(),
        }

    def change(self, work: Work, row: Row) -> None:
        assert row.known is not None
        (here,) = exports.by_number(work.db, "contacts", {row.known}).values()
        changes = {name: row.said[name] for name in TOLD if name in row.said and row.said[name] != here[name]}
        number = row.known
        if changes:
            number = contacts.correct(work, number, changes, reason="brought in from a file again").id
        if "external_ref" in row.said and row.said["external_ref"] != here["external_ref"]:
            contacts.name_elsewhere(work, number, row.said["external_ref"])
