"""Workers and agencies from a file: known by username, and by name."""

from typing import Any

from drivecli.models import Agency, Worker
from drivecli.queries import workers as queries
from drivecli.services import workers
from drivecli.services.imports.kind import Kind
from drivecli.services.imports.rows import CONFLICT, Row
from drivecli.work import Work


class Workers(Kind):
    """A row is a worker. Who may sign in as one is another matter: `drive worker link`."""

    name = "workers"
    own = ("username",)
    editable = ("name", "agency", "capacity")
    instead = {
        "role": "A worker with another role is another worker: drive worker add",
        "left_on": "It is said with: drive worker leave {ref}",
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._taken: dict[str, int] = {}
        self._agencies = {each.name.casefold(): each.id for each in queries.agencies(self.known.db)}

    def resolve(self, rows: list[Row]) -> None:
        for row in rows:
            agency = row.said.get("agency")
            if agency is not None and agency.casefold() not in self._agencies:
                row.refuse("agency", f"There is no agency called {agency}. Add it first: drive agency add")

    def find(self, rows: list[Row]) -> None:
        for row in rows:
            username = row.said.get("username", "")
            before = self._taken.setdefault(username, row.number) if username else row.number
            if before != row.number:
                row.refuse("username", f"Row {before} has the same username.", state=CONFLICT)
            found = self.known.workers.get(username)
            row.known = found.id if found else None

    def check(self, row: Row) -> None:
        row.obey("capacity", workers.check_capacity, row.said.get("capacity"))
        left_on = row.said.get("left_on")
        if left_on is not None and left_on > self.known.today:
            row.refuse("left_on", "It is in the future; somebody has left once the day has come.")

    def is_so(self, column: str, new: Any, here: Any) -> bool:
        if column == "agency":
            return bool(here and new.casefold() == here.casefold())
        return super().is_so(column, new, here)

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        return str(row.said["username"])

    def add(self, work: Work, rows: list[Row]) -> None:
        columns = ("username", "name", "role", "capacity", "left_on")
        made = [{name: row.said.get(name) for name in columns} for row in rows]
        for each, row in zip(made, rows, strict=True):
            each["agency_id"] = self._agency(row)
        work.add_many(Worker, made)

    def change(self, work: Work, row: Row) -> None:
        assert row.known is not None
        wanted: dict[str, Any] = {name: row.said[name] for name in ("name", "capacity") if name in row.said}
        if "agency" in row.said:
            wanted["agency_id"] = self._agency(row)
        workers.edit(work, row.known, wanted)

    def _agency(self, row: Row) -> int | None:
        return self._agencies[row.said["agency"].casefold()] if "agency" in row.said else None


class Agencies(Kind):
    """A row is a partner agency."""

    name = "agencies"
    own = ("name",)
    editable = ("kind",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._taken: dict[str, int] = {}
        self._here = {each.name.casefold(): each.id for each in queries.agencies(self.known.db)}

    def resolve(self, rows: list[Row]) -> None:
        """An agency names nobody else."""

    def find(self, rows: list[Row]) -> None:
        for row in rows:
            name = row.said.get("name", "").casefold()
            before = self._taken.setdefault(name, row.number) if name else row.number
            if before != row.number:
                row.refuse("name", f"Row {before} is the same agency.", state=CONFLICT)
            row.known = self._here.get(name)

    def check(self, row: Row) -> None:
        """Any name will do."""

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        return str(row.said["name"])

    def add(self, work: Work, rows: list[Row]) -> None:
        work.add_many(Agency, [{"name": row.said["name"], "kind": row.said.get("kind")} for row in rows])

    def change(self, work: Work, row: Row) -> None:
        assert row.known is not None
        workers.edit_agency(work, row.known, {"kind": row.said["kind"]})
