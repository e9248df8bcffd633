"""Assignments from a file: who worked on a case in which role, from when to when."""

from typing import Any

from drivecli.models import Assignment
from drivecli.queries import imports as queries
from drivecli.queries.cases import CaseKey
from drivecli.services import assignments
from drivecli.services.assignments import MANAGER
from drivecli.services.imports.kind import Kind
from drivecli.services.imports.rows import CONFLICT, Row
from drivecli.services.taking import check_day_of
from drivecli.work import Work

Key = tuple[int, str, int, Any]
"""What makes an assignment one: case, role, worker and first day."""


class Assignments(Kind):
    """A row is a worker in a role on a case that is here, from one day to another or until now."""

    name = "assignments"
    own = ("case", "role", "worker", "from")
    instead = {
        "until": "It is ended with: drive unassign or drive assign {ref}",
        "reason": "Why it ended is said when it ends.",
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._taken: dict[Key, int] = {}
        self._given: dict[tuple[int, str], int] = {}

    def resolve(self, rows: list[Row]) -> None:
        for row in rows:
            row.found["case"] = self.known.case(row)
            row.found["worker"] = self.known.worker(row, "worker")

    def find(self, rows: list[Row]) -> None:
        cases = {row.found["case"].id for row in rows if row.found["case"]}
        self._standing = queries.standing_assignments(self.known.db, cases)
        here = {(each.case, each.role, each.worker, each.on): each.id for each in self._standing}
        for row in rows:
            case, worker = row.found["case"], row.found["worker"]
            if not case or not worker or "role" not in row.said or "from" not in row.said:
                continue
            key = (case.id, row.said["role"], worker.id, row.said["from"])
            before = self._taken.setdefault(key, row.number)
            if before != row.number:
                row.refuse("", f"Row {before} is the same assignment.", state=CONFLICT)
            row.known = here.get(key)

    def check(self, row: Row) -> None:
        case, worker, said = row.found["case"], row.found["worker"], row.said
        row.obey("worker", assignments.check_role, worker, said["role"], self.known.catalogue.codes("role").label)
        row.obey("from", check_day_of, case, said["from"], "an assignment", self.known.today)
        if "until" in said:
            row.obey("until", check_day_of, case, said["until"], "the end of an assignment", self.known.today)
            if said["until"] < said["from"]:
                row.refuse("until", "It would end before it began.")
        elif "reason" in said:
            row.refuse("reason", "There is a reason why it ended, and no until.")
        self._check_ends(row, case, worker.left_on)
        if not row.faults and "until" not in said:
            self._check_current(row)

    def _check_ends(self, row: Row, case: CaseKey, left_on: Any) -> None:
        """Nobody works on a closed case, nor after they left."""
        until = row.said.get("until")
        if case.closed_on is not None and (until is None or until > case.closed_on):
            row.refuse("until", f"{case.ref} was closed on {case.closed_on.isoformat()}; it must have ended by then.")
        if left_on is not None and (until is None or until > left_on):
            row.refuse(
                "until", f"{row.found['worker'].name} left on {left_on.isoformat()}; it must have ended by then."
            )

    def _check_current(self, row: Row) -> None:
        """A role has one holder, unless the data says several; and a holder has room."""
        case, worker, role = row.found["case"], row.found["worker"], row.said["role"]
        roles = self.known.catalogue.roles
        several = role in roles and roles[role].several
        held = [each for each in self._standing if (each.case, each.role) == (case.id, role) and each.until is None]
        before = self._given.setdefault((case.id, role), row.number)
        if role != MANAGER and not (role in roles and roles[role].assignable):
            row.refuse("role", f"Nobody is assigned to a case as {role}.")
        elif held and not several:
            row.refuse("role", f"{held[0].username} holds it since {held[0].on}.", state=CONFLICT)
        elif before != row.number and not several:
            row.refuse("role", f"Row {before} gives the same role on this case.", state=CONFLICT)
        else:
            load, capacity = self.known.room(worker)
            if capacity is not None and load >= capacity:
                row.refuse("worker", assignments.no_room(worker, load, capacity).message)
            else:
                self.known.given[worker.id] = self.known.given.get(worker.id, 0) + 1

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        return str(row.found["case"].ref)

    def add(self, work: Work, rows: list[Row]) -> None:
        work.add_many(
            Assignment,
            [
                {
                    "case_id": row.found["case"].id,
                    "occurred_on": row.said["from"],
                    "worker_id": row.found["worker"].id,
                    "role": row.said["role"],
                    "ended_on": row.said.get("until"),
                    "end_reason": row.said.get("reason"),
                }
                for row in rows
            ],
        )
