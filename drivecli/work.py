"""The unit of work: the one door through which anything changes.

It knows who acts and checks that they may; it hands out cases (and locks them), records the event, runs the clock for
every case that was touched, and commits, all or nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from drivecli import audit, many, writers
from drivecli.anchors import Sealed
from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.domain.facts import CaseFacts
from drivecli.errors import AlreadyDone, StoreUnusable
from drivecli.interrupts import unbroken
from drivecli.queries import cases, rights
from drivecli.queries.cases import CaseRow
from drivecli.queries.clock import DEADLINE, DERIVED, Answers
from drivecli.queries.facts import case_facts
from drivecli.queries.store import site_files

if TYPE_CHECKING:
    from sqlmodel import Session, SQLModel

    from drivecli.models import Case

Table = TypeVar("Table", bound="SQLModel")


@dataclass(frozen=True, slots=True)
class Actor:
    """The worker in whose name something is done."""

    id: int
    username: str
    name: str
    role: str


def utc_now() -> datetime:
    """The moment, for `recorded_at`. DRIVE_TODAY never changes it."""
    return datetime.now(UTC)


TOGETHER = 250
"""Cases whose clock is run at once: all that they hold is in memory, and one may hold hundreds of contacts."""

RULES = "rules"
"""The lock that every work shares, and that whoever changes the rules takes alone."""


class Work:
    """One transaction. Used as a context manager: leaving it commits, an error takes everything back.

    `rules` is the fingerprint of the caller's packaged rules; a store whose deadlines were made with others is refused.
    `alone` lets nobody else write meanwhile, on either engine; on the file nobody ever does.

    What the record will say of it may be told until the end: its `kind`, a `reason`, the `login` it is done on (a user
    of a computer), and the entry that it `undoes`. `once` is a name under which it may be done only once: a line that
    is sent again, because nobody knows whether it arrived, raises AlreadyDone.
    """

    def __init__(
        self,
        db: Connection,
        actor: Actor,
        catalogue: Catalogue,
        *,
        today: date,
        command: str,
        now: Callable[[], datetime] = utc_now,
        rules: str | None = None,
        alone: bool = False,
    ) -> None:
        self.db = db
        self.actor = actor
        self.catalogue = catalogue
        self.today = today
        self.now = now
        self._command = command
        self._rules = rules
        self._alone = alone
        self._included: tuple[str, ...] = ()
        self._announced = False
        self.is_saved = False
        self.kind = "write"
        self.reason: str | None = None
        self.sealed: Sealed | None = None
        self.login = ""
        self.once: str | None = None
        self.undoes: int | None = None
        self._touched: set[int] = set()
        self._stale: set[int] = set()
        self._answers: Answers | None = None
        self._has_session = False
        self._next: dict[str, int] = {}

    def __enter__(self) -> "Work":
        self.db.begin(write=True, orm=True)
        try:
            self._begin()
        except BaseException:
            self._let_go()
            raise
        return self

    def _let_go(self) -> None:
        """Take back what was not committed, and ready the session and its connection for another work."""
        self.db.rollback()
        if not self.db.is_closed:
            self.session.rollback()
        if self._announced:
            writers.withdraw(self.db)

    def _begin(self) -> None:
        self.db.lock(RULES, shared=not self._alone)
        self._agree_on_rules()
        self._must_be_new()
        if not self.db.is_postgres:
            audit.seal_outside(self.db, self.stamp())
        self.event = audit.begin_event(self.db, self.stamp(), self.actor.id, self._command)

    def announce(self) -> None:
        """Say to whoever will wait for this work that it will take a while."""
        writers.announce(self.db, f"{self.actor.username} ({self._command}, begun {self.stamp()[11:16]} UTC)")
        self._announced = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.settle()
                audit.end_event(self.db, self.event, self._touched)
                self.sealed = audit.seal(self.db, self._doing())
                with unbroken():
                    self.db.commit()
                    self.is_saved = True
        finally:
            self._let_go()

    def _must_be_new(self) -> None:
        if self.once:
            self.db.lock(f"once {self.once}")
        found = self.once and self.db.value("SELECT seq FROM audit_event WHERE once = :once", once=self.once)
        if found:
            raise AlreadyDone(f"--once {self.once} was done already (entry {found}). Nothing was done again.")

    def _doing(self) -> audit.Doing:
        """What the record says of this work beside its rows."""
        return audit.Doing(
            self.kind,
            self._command,
            self.stamp(),
            self.actor.username,
            self.login,
            self.event,
            sorted(self._touched),
            self.reason,
            self.once,
            self.undoes,
        )

    def _agree_on_rules(self) -> None:
        """Work by the rules that stand now: another may have changed them since this command began to read."""
        if self._rules and self._rules != self.db.value("SELECT value FROM setting WHERE key = 'rules'"):
            raise StoreUnusable(
                "The rules of this release differ from those the deadlines were made with. Nothing was saved.",
                kind="rules",
                next="drive upgrade",
            )
        own = site_files(self.db)
        if own != self.catalogue.own:
            self.catalogue = Catalogue(own)

    # -- who ---------------------------------------------------------------------------------------------------

    def must_may(self, what: str, words: str) -> None:
        """Refuse unless the actor's role may do `what`, or it is included in what was allowed before."""
        if what not in self._included:
            rights.must_may(self.db, self.catalogue, self.actor, what, words)

    def include(self, *what: str) -> None:
        """Say that what was allowed includes these: whoever may bring in a file may do what its rows ask for."""
        self._included = what

    def may(self, what: str, actor: Actor | None = None) -> bool:
        """Whether the actor's role may do `what`."""
        return rights.may(self.db, self.catalogue, (actor or self.actor).role, what)

    def role_label(self, role: str) -> str:
        """The words for a role."""
        return self.catalogue.codes("role").label(role)

    # -- writing -----------------------------------------------------------------------------------------------

    @property
    def session(self) -> "Session":
        """The SQLModel session of this transaction."""
        self._has_session = True
        self._next.clear()  # rows that it adds take numbers by themselves
        return self.db.session()

    def stamp(self) -> str:
        """The moment as it is stored: UTC text that sorts."""
        return self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def add(self, row: Table) -> Table:
        """Add one row and give it its id. Who, when and in which event are filled in where the table keeps them."""
        if "recorded_at" in type(row).model_fields:
            row.recorded_at = self.stamp()
            row.recorded_by = self.actor.id
            row.event_id = self.event
        if not self.db.is_postgres and getattr(row, "id", 0) is None:  # the file would give a number out again
            row.id = many.next_number(self.db, str(type(row).__tablename__))
        self.session.add(row)
        self.session.flush()
        return row

    def add_many(self, table: type[Table], rows: Iterable[dict[str, Any]]) -> Sequence[int]:
        """Add many rows at once: the same store as one by one. Every row has the columns of the first."""
        made = list(rows)
        return self.add_columns(table, {name: [row[name] for row in made] for name in made[0]}) if made else []

    def add_columns(
        self, table: type[Table], values: Mapping[str, Sequence[Any]], *, is_answered: bool = False
    ) -> Sequence[int]:
        """Add many rows at once, given by column; the columns left out have the table's own defaults.

        Their cases are locked and their clock is run again, unless it `is_answered`. Returns the rows' numbers.
        """
        count = len(next(iter(values.values())))
        if not count:
            return []
        columns, defaults = _columns(table)
        named = str(table.__tablename__)
        if "id" in columns and "id" not in values:
            values = {"id": self.numbers(table, count), **values}
        if "recorded_at" in columns:
            defaults = {**defaults, "recorded_at": self.stamp(), "recorded_by": self.actor.id, "event_id": self.event}
        given = {name: values[name] for name in columns if name in values and any(v is not None for v in values[name])}
        alike = {name: defaults.get(name) for name in columns if name not in given}
        many.insert(self.db, named, given, alike)
        if "case_id" in columns and not is_answered:
            self.touch(values["case_id"])
        return values.get("id", ())

    def add_cases(self, values: Mapping[str, Sequence[Any]], told: Sequence[CaseFacts]) -> None:
        """Add new cases, and what the clock answers to all that is `told` of them, in the same order.

        Whoever calls writes down just that of them, with `is_answered`; a case of which more is written is touched.
        """
        from drivecli.models import Case

        clock = self._clock
        answers = [clock.rows(each) for each in told]
        derived = dict(zip(DERIVED, list(zip(*(columns for _, columns in answers), strict=True))[1:], strict=True))
        self.add_columns(Case, {**values, **derived})
        self._add_deadlines([row for rows, _ in answers for row in rows])
        self._touched.update(each.id for each in told)

    def numbers(self, table: type[Table], count: int) -> Sequence[int]:
        """Numbers for so many new rows of a table, in order."""
        named = str(table.__tablename__)
        if not count:
            return ()
        if self.db.is_postgres:
            return many.numbers(self.db, named, count)
        first = self._next.get(named) or many.numbers(self.db, named, 1)[0]
        self._next[named] = first + count
        return range(first, first + count)

    def next_number(self, table: str) -> int:
        """The number of the next case or person. One that was taken back keeps its own: it may stand on paper."""
        return many.next_number(self.db, table)

    def case(self, number: int) -> "Case":
        """The row of the case with this id, locked until the end, its clock to be run again."""
        from drivecli.models import Case

        self.touch([number])
        return self.session.get_one(Case, number, populate_existing=True)

    def touch(self, ids: Iterable[int]) -> None:
        """Mark cases whose facts change, so that their clock is run before anything is committed. They are locked."""
        wanted = set(ids)
        new = wanted - self._touched
        if new and self.db.is_postgres:
            among = ", ".join(map(str, sorted(new)))
            self.db.run(f"SELECT id FROM case_record WHERE id IN ({among}) ORDER BY id FOR UPDATE")
        self._touched |= wanted
        self._stale |= wanted

    def facts(self, number: int) -> CaseFacts:
        """What has happened in the case so far, this work's own rows included."""
        self.session.flush()
        return case_facts(self.db, [number], self.catalogue)[number]

    def answer(self, number: int) -> CaseRow:
        """The case as it stands after what was done so far: the same row that every list prints."""
        self.settle()
        return cases.row(self.db, number, self.today)

    def settle(self) -> None:
        """Bring deadlines and derived columns of the touched cases up to date."""
        if self._has_session:
            self.session.flush()
        if not self._stale:
            return
        stale = sorted(self._stale)
        for start in range(0, len(stale), TOGETHER):
            self._run_clock(stale[start : start + TOGETHER])
        self._stale.clear()
        if self._has_session:
            self.session.expire_all()

    @property
    def _clock(self) -> Answers:
        """The clock's answers by the rules that stand now, which this work may itself have changed."""
        if self._answers is None or self._answers.catalogue is not self.catalogue:
            self._answers = Answers(self.catalogue)
        return self._answers

    def _run_clock(self, ids: list[int]) -> None:
        """Replace the deadlines and derived columns of these cases by what the clock answers now."""
        rows, derived, clock = [], [], self._clock
        for facts in case_facts(self.db, ids, self.catalogue).values():
            due, columns = clock.rows(facts)
            rows += due
            derived.append(columns)
        self.db.run(f"DELETE FROM deadline WHERE case_id IN ({', '.join(map(str, ids))})")
        self._add_deadlines(rows)
        many.update(self.db, "case_record", DERIVED, derived)

    def _add_deadlines(self, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            many.insert(self.db, "deadline", dict(zip(DEADLINE, zip(*rows, strict=True), strict=True)))


@lru_cache
def _columns(table: type[Any]) -> tuple[list[str], dict[str, Any]]:
    """The columns of a table, and what those hold that are left out."""
    fields = table.model_fields
    given = {name: each.default for name, each in fields.items() if not each.is_required()}
    return list(fields), given
