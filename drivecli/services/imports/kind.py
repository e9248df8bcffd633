"""What all kinds of record have in common: a row is found, then compared or checked, then added or changed."""

from typing import Any, ClassVar

from drivecli.domain.columns import Column
from drivecli.queries import exports
from drivecli.services.imports.known import Known
from drivecli.services.imports.rows import CHANGED, CONFLICT, SAME, Change, Row, shown
from drivecli.work import Work


class Kind:
    """How rows of one kind become records. One is made for a plan, and another for applying it.

    `own` are the columns that name our own record. What an import may change of one that is here stands in `editable`;
    `instead` says what to type for the rest. Words of a `private` column are compared and never shown.
    """

    name: ClassVar[str]
    own: ClassVar[tuple[str, ...]] = ()
    editable: ClassVar[tuple[str, ...]] = ()
    private: ClassVar[tuple[str, ...]] = ("phone", "address", "note")
    instead: ClassVar[dict[str, str]] = {}
    is_finished: ClassVar[bool] = False
    """Whether no later row can touch a case again that a new row touched, so that its clock can be run at once."""

    def __init__(self, known: Known, columns: dict[str, Column]) -> None:
        self.known = known
        self.columns = columns
        self._required = [each for each in columns.values() if each.required]
        self.came: dict[int, int] = {}
        """The numbers that new persons were given, by the rows they came with."""
        self._about: dict[int, int] = {}

    # -- the plan ----------------------------------------------------------------------------------------------

    def judge(self, rows: list[Row]) -> None:
        """Say of every row what it is: its `state`, and why or what would change."""
        self.resolve(rows)
        sound = [row for row in rows if not row.faults]
        self.find(sound)
        for row in sound:
            self._refuse_twice(row)
        numbers = {row.known for row in sound if row.known is not None}
        here = exports.by_number(self.known.db, self.name, numbers)
        for row in sound:
            if row.faults:
                continue
            if row.known is None:
                self._check(row)
            else:
                self.compare(row, here[row.known])

    def _refuse_twice(self, row: Row) -> None:
        """A record is spoken of once: of two rows about it nobody could say which one is right."""
        if row.known is not None and not row.faults:
            before = self._about.setdefault(row.known, row.number)
            if before != row.number:
                row.refuse("", f"Row {before} is about the same record.", state=CONFLICT)

    def resolve(self, rows: list[Row]) -> None:
        """Turn refs and usernames into numbers, in `row.found`; what cannot be is the row's fault."""
        raise NotImplementedError

    def find(self, rows: list[Row]) -> None:
        """Say which record each row is about, in `row.known`."""
        raise NotImplementedError

    def check(self, row: Row) -> None:
        """Hold a new row to the rules of the keyboard."""
        raise NotImplementedError

    def _check(self, row: Row) -> None:
        for column in self._required:
            if column.code not in row.said:
                row.refuse(column.code, f"It is empty, and needed: {column.says}.")
        if not row.faults:
            self.check(row)

    def compare(self, row: Row, here: dict[str, Any]) -> None:
        """What a row about a record that is here would change, and what it must not."""
        row.state = SAME
        for column, new in row.said.items():
            if column in self.own or self.is_so(column, new, here.get(column)):
                continue
            if column in self.editable:
                row.changes.append(self._change(row, column, here.get(column), new))
            else:
                says = self.instead.get(column, "An import does not change that.").format(ref=self.ref(row, here))
                was = "empty" if here.get(column) is None else f"“{shown(here[column])}”"
                row.refuse(column, f"Here it is {was}. {says}", state=CONFLICT)
        if row.changes and not row.faults:
            self.check_changes(row, here)
        if row.changes and not row.faults:
            row.state = CHANGED

    def check_changes(self, row: Row, here: dict[str, Any]) -> None:
        """Hold what would change to the rules of the keyboard."""

    def is_so(self, column: str, new: Any, here: Any) -> bool:
        """Whether a record already says what a cell says. Of several in one cell, each must be there."""
        if isinstance(new, tuple):
            said = {"=".join(each) if isinstance(each, tuple) else each for each in new}
            return said <= set(here or ())
        return bool(new == here)

    def _change(self, row: Row, column: str, old: Any, new: Any, ref: str = "") -> Change:
        ref = ref or self.ref(row, {})
        if column in self.private:
            return Change(row.number, ref, column, "", "")
        if isinstance(new, tuple):  # what is there stays, and what is new comes to it
            said = ["=".join(each) if isinstance(each, tuple) else each for each in new]
            new = tuple(dict.fromkeys([*(old or ()), *said]))
        old = "; ".join(old) if isinstance(old, list) else old
        return Change(row.number, ref, column, "" if old is None else shown(old), shown(new))

    def ref(self, row: Row, here: dict[str, Any]) -> str:
        """What a record that is here is called."""
        return str(row.known)

    def person_of(self, row: Row) -> int | None:
        """The number of the person that a row is about, where they are on record."""
        return None

    # -- applying it -------------------------------------------------------------------------------------------

    def add(self, work: Work, rows: list[Row]) -> None:
        """Add new rows, which were resolved, to the store."""
        raise NotImplementedError

    def change(self, work: Work, row: Row) -> None:
        """Change the record that a row is about, through the same service as the keyboard."""
        raise NotImplementedError
