"""Cases from a file, open and closed ones: the person, the opening, where the work stands and how it ended."""

from array import array
from datetime import date
from typing import Any

from drivecli.domain.cells import person_ref
from drivecli.domain.refs import PERSON_PREFIX, make_ref
from drivecli.queries import exports
from drivecli.queries.cases import CaseKey
from drivecli.services import assignments, cases, people
from drivecli.services.assignments import MANAGER
from drivecli.services.imports.case_facts import add_cases
from drivecli.services.imports.kind import Kind
from drivecli.services.imports.persons import Adding, details, folded_name, new_lists
from drivecli.services.imports.rows import CONFLICT, Row
from drivecli.services.people import PLAIN
from drivecli.services.reviews import FOLLOW_UP, check_kind
from drivecli.services.taking import check_day_of
from drivecli.work import Work

OF_THE_PERSON = tuple(name for name in (*PLAIN, "aliases", "identifiers") if name != "external_ref")
"""Columns of a case's row that are about the person."""

CHANGE = "Leave it empty, or change it there first: drive case edit, or drive import persons."

DAYS_OF = {
    "stage_on": "a stage",
    "suspended_on": "a suspension",
    "closed_on": "a closing",
    "approach_agreed_on": "an answer",
    "followed_up_on": "a review",
}
"""Columns with a day that no case has before it opened, and what happened on it."""

CORRECT = "If it was written down wrongly: drive case correct {ref}"


class Cases(Kind):
    """A row is a case with its person: the person may be here already, or come with it."""

    name = "cases"
    own = ("ref", "person")
    is_finished = True
    editable = (*OF_THE_PERSON, "external_ref", "route", "area", "tier")
    instead = {
        "opened_on": CORRECT + " opened --on DAY --reason WHY",
        "window_months": "A window is made longer with: drive case extend {ref}",
        "manager": "It is given to another with: drive case transfer {ref} --to USERNAME --reason WHY",
        "stage": "It is moved with: drive case stage {ref} STAGE",
        "stage_on": CORRECT + " stage --on DAY --reason WHY",
        "status": "See drive case suspend, resume and close {ref}.",
        "suspended_on": "See drive case suspend and resume {ref}.",
        "suspend_reason": "See drive case suspend and resume {ref}.",
        "expected_release": "It is said with: drive case suspend {ref} --expected-release DAY",
        "approach_agreed_on": "It is said with: drive approach {ref} --state agreed --with WHOM --on DAY",
        "followed_up_on": "It is recorded with: drive review {ref} --kind follow_up --on DAY",
        "closed_on": "A case is closed with: drive case close {ref} --reason CODE",
        "closure_reason": "A case is closed with: drive case close {ref} --reason CODE",
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._taken: dict[str, int] = {}
        self._new_persons: dict[str, int] = {}
        self._open: dict[Any, int] = {}
        self._matched: set[int] = set()
        self._adding: Adding | None = None
        self._next_case = 0
        self._told: dict[int | str, array[int]] = {}
        self._persons_here: dict[int, dict[str, Any]] = {}

    # -- who and which -----------------------------------------------------------------------------------------

    def resolve(self, rows: list[Row]) -> None:
        for row in rows:
            if "ref" in row.said:
                found = self.known.case(row, "ref")
                row.known = found.id if found else None
            row.found["manager"] = self.known.worker(row, "manager")
            if "person" in row.said:
                self._resolve_person(row)

    def _resolve_person(self, row: Row) -> None:
        """Whose case it is: `person` is somebody here; None with `person_elsewhere` set is somebody new."""
        text = row.said["person"]
        number, elsewhere = person_ref(text), self.known.persons_elsewhere.get(text)
        if number in self.known.persons and elsewhere not in (None, number):
            theirs = make_ref(PERSON_PREFIX, elsewhere or 0)
            row.refuse("person", f"{text} is one of our own refs, and that of {theirs} in another system.")
        elif number is not None and elsewhere is None:
            row.found["person"] = self.known.person(row, "person")
        else:
            row.found["person"] = elsewhere
            row.found["person_elsewhere"] = text

    def find(self, rows: list[Row]) -> None:
        for row in rows:
            elsewhere = row.said.get("external_ref")
            if elsewhere is not None:
                self._by_other_ref(row, elsewhere)
        self._by_person_and_day([row for row in rows if row.known is None and "external_ref" not in row.said])
        for row in rows:
            person = row.found.get("person")
            if row.known is not None and "person" in row.said and person != self.known.cases[row.known].person_id:
                theirs = make_ref(PERSON_PREFIX, self.known.cases[row.known].person_id)
                row.refuse("person", f"Here it is the case of {theirs}.", state=CONFLICT)
        persons = {row.found["person"] for row in rows if row.known is None and row.found.get("person")}
        self._persons_here = exports.by_number(self.known.db, "persons", persons)

    def _by_other_ref(self, row: Row, elsewhere: str) -> None:
        before = self._taken.setdefault(elsewhere, row.number)
        found = self.known.cases_elsewhere.get(elsewhere)
        if before != row.number:
            row.refuse("external_ref", f"Row {before} has the same external_ref.", state=CONFLICT)
        elif row.known is None:
            row.known = found
        elif found not in (None, row.known):
            row.refuse(
                "external_ref", f"That is the external ref of {self.known.cases[found or 0].ref} here.", state=CONFLICT
            )

    def _by_person_and_day(self, rows: list[Row]) -> None:
        """A row without a ref is about the case that its person opened on its day, if there is one."""
        if not rows or not self.known.cases:
            return
        named = self.known.named(folded_name(row.said) for row in rows if "surname" in row.said)
        opened: dict[tuple[int, date], list[CaseKey]] = {}
        for case in self.known.cases.values():
            opened.setdefault((case.person_id, case.opened_on), []).append(case)
        for row in rows:
            persons = [each.id for each in named.get(folded_name(row.said), []) if each.dob == row.said.get("dob")]
            person = row.found.get("person")
            for number in [person] if person else persons if "person" not in row.said else []:
                for case in opened.get((number, row.said.get("opened_on", date.min)), []):
                    if case.id not in self._matched and row.known is None:
                        self._matched.add(case.id)
                        row.known = case.id

    # -- rules -------------------------------------------------------------------------------------------------

    def check(self, row: Row) -> None:
        said = row.said
        row.obey("dob", people.check_birth, said.get("dob"), self.known.today)
        row.obey("opened_on", cases.check_opening, said["opened_on"], self.known.today)
        if "window_months" in said:
            row.obey("window_months", cases.check_window, said["window_months"])
        if row.found.get("person") is None:
            for column in ("forename", "surname"):
                if column not in said:
                    row.refuse(column, "It is empty; a new person needs forename and surname.")
        self._check_stands(row)
        self._check_told(row)
        self._check_manager(row)
        self._check_person(row)
        if not row.faults:
            self._check_one_open_case(row)

    def check_changes(self, row: Row, here: dict[str, Any]) -> None:
        row.obey("dob", people.check_birth, row.said.get("dob"), self.known.today)

    def _check_stands(self, row: Row) -> None:
        """A case is open, suspended or closed, and what is said about that must fit."""
        said = row.said
        status = said.get("status") or ("closed" if "closed_on" in said else self._unclosed(said))
        row.found["status"] = status
        day = CaseKey(0, "the case", 0, "open", said["opened_on"], None, None)
        for column, what in DAYS_OF.items():
            if column in said:
                row.obey(column, check_day_of, day, said[column], what, self.known.today)
        if "stage_on" in said and "stage" not in said:
            row.refuse("stage_on", "There is a stage_on and no stage.")
        wanted = {"closed": ("closed_on", "closure_reason"), "suspended": ("suspended_on", "suspend_reason")}
        for state, columns in wanted.items():
            for column in columns:
                if status == state and column not in said:
                    row.refuse(column, f"It is empty, and the case is {state}.")
                elif status != state and column in said:
                    row.refuse(column, f"There is a {column}, and the case is {status}.")
        if status != "suspended" and "expected_release" in said:
            row.refuse("expected_release", f"There is an expected_release, and the case is {status}.")
        if status == "closed" and said.get("stage_on", date.min) > said.get("closed_on", date.max):
            row.refuse("stage_on", "The stage began after the case closed.")
        if status == "suspended" and said.get("expected_release", date.max) < said.get("suspended_on", date.min):
            row.refuse("expected_release", "The release would be before the suspension.")

    def _check_told(self, row: Row) -> None:
        """What was agreed before the case closed, and followed up after it."""
        said, closed_on = row.said, row.said.get("closed_on")
        if said.get("approach_agreed_on", date.min) > (closed_on or date.max):
            row.refuse("approach_agreed_on", "It was agreed after the case closed.")
        if "followed_up_on" in said and not row.faults:
            case = CaseKey(0, "the case", 0, row.found["status"], said["opened_on"], closed_on, None)
            row.obey("followed_up_on", check_kind, case, FOLLOW_UP, said["followed_up_on"])

    def _check_person(self, row: Row) -> None:
        """A case of somebody known adds what was not on record; what says otherwise is not passed over in silence."""
        number = row.found.get("person")
        here = self._persons_here.get(number or 0, {})
        who, theirs = number or row.found.get("person_elsewhere"), make_ref(PERSON_PREFIX, number or 0)
        if who is None:
            return
        for column in OF_THE_PERSON:
            value = row.said.get(column)
            if value is None:
                continue
            several = isinstance(value, tuple)
            before = row.number if several else self._says_otherwise(who, column, value, row.number)
            if before != row.number:
                row.refuse(column, f"Row {before} says otherwise of the same person.", state=CONFLICT)
            elif here and not self.is_so(column, value, here[column]):
                if here[column] and not several:
                    row.refuse(column, f"{theirs} has another on record. {CHANGE}", state=CONFLICT)
                else:
                    row.changes.append(self._change(row, column, here[column] or None, value, theirs))

    def _says_otherwise(self, who: int | str, column: str, value: Any, row: int) -> int:
        """The earlier row that says something else of a person; this row's number when there is none."""
        told = self._told.setdefault(who, array("q", bytes(16 * len(OF_THE_PERSON))))
        place = 2 * OF_THE_PERSON.index(column)
        if not told[place]:
            told[place], told[place + 1] = row, hash((column, value))
        return row if told[place + 1] == hash((column, value)) else told[place]

    @staticmethod
    def _unclosed(said: dict[str, Any]) -> str:
        return "suspended" if "suspended_on" in said else "open"

    def _check_manager(self, row: Row) -> None:
        manager = row.found.get("manager")
        if manager is None:
            return
        row.obey("manager", assignments.check_role, manager, MANAGER, self.known.catalogue.codes("role").label)
        until = row.said.get("closed_on")
        if manager.left_on is not None and (until is None or until > manager.left_on):
            row.refuse("manager", f"{manager.name} left on {manager.left_on.isoformat()}.")
        elif row.found["status"] != "closed" and not row.faults:
            held, capacity = self.known.room(manager)
            if capacity is not None and held >= capacity:
                row.refuse("manager", assignments.no_room(manager, held, capacity).message)

    def _check_one_open_case(self, row: Row) -> None:
        """Nobody has two open cases; not with one here, and not within the file."""
        if row.found["status"] == "closed":
            return
        person = row.found.get("person")
        who = person if person is not None else row.found.get("person_elsewhere")
        if who is not None:
            here = self.known.open_cases.get(person) if person is not None else None
            before = self._open.setdefault(who, row.number)
            if here:
                row.refuse("person", f"That person already has the open case {here}.")
            elif before != row.number:
                row.refuse("person", f"Row {before} is an open case of the same person.")
        if row.found.get("manager") and not row.faults:
            manager = row.found["manager"].id
            self.known.given[manager] = self.known.given.get(manager, 0) + 1

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        return self.known.cases[row.known or 0].ref

    def person_of(self, row: Row) -> int | None:
        return self.known.cases[row.known].person_id if row.known is not None else row.found.get("person")

    # -- applying ----------------------------------------------------------------------------------------------

    def add(self, work: Work, rows: list[Row]) -> None:
        self._adding = self._adding or Adding(work)
        self._next_case = self._next_case or work.next_number("case_record")
        numbers = range(self._next_case, self._next_case + len(rows))
        self._next_case += len(rows)
        before = self._adding.next
        persons = [self._person(row) for row in rows]
        self._adding.flush()
        self._tell_more(work, persons, rows, before)
        new = [
            (number, person, row.said, row.found["manager"])
            for number, person, row in zip(numbers, persons, rows, strict=True)
        ]
        add_cases(work, self.known.prefix, new)

    def _tell_more(self, work: Work, persons: list[int], rows: list[Row], new: int) -> None:
        """What rows say of people on record, below the number `new` or of an earlier row, that was not there yet."""
        met: set[int] = set()
        for number, row in zip(persons, rows, strict=True):
            if number in met or number < new:
                here = exports.by_number(work.db, "persons", {number})[number]
                said = {name: row.said[name] for name in OF_THE_PERSON if name in row.said}
                more = {name: value for name, value in said.items() if not self.is_so(name, value, here[name])}
                if more:
                    people.edit(work, number, details({**more, **new_lists(work, number, more)}))
            met.add(number)

    def _person(self, row: Row) -> int:
        """The number of a row's person: somebody here, somebody of an earlier row, or somebody new."""
        assert self._adding is not None
        elsewhere = row.found.get("person_elsewhere")
        number = row.found.get("person") or (self._new_persons.get(elsewhere) if elsewhere else None)
        if number is None:
            number = self.came[row.number] = self._adding.add(row.said, elsewhere)
            if elsewhere:
                self._new_persons[elsewhere] = number
        return int(number)

    def change(self, work: Work, row: Row) -> None:
        assert row.known is not None
        about: dict[str, Any] = {name: row.said.get(name) for name in ("external_ref", "route", "tier", "area")}
        person = self.known.cases[row.known].person_id
        said = {name: row.said[name] for name in OF_THE_PERSON if name in row.said}
        told = details({**said, **new_lists(work, person, said)})
        cases.edit(work, ("", row.known), told, **about, reason="brought in from a file")
