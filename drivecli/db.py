"""Opens a store, and holds the few differences between its two engines. The only module that opens one.

A store is a SQLCipher file (through `sqlcipher3`, never the interpreter's own SQLite) or a PostgreSQL database. Reads
use the plain connection, because importing an ORM costs more than a whole command; services get a session over the very
same connection, so that both see one transaction.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from drivecli import writers
from drivecli.errors import StoreUnusable
from drivecli.settings import Store
from drivecli.trouble import as_refusal as as_refusal
from drivecli.trouble import locked, refusal_of_postgres, refuse_unlike_store, replaced, too_old
from drivecli.values import converter, for_psycopg, for_sqlite

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

    from drivecli.behind import Behind

SCHEMA = "0007"
"""The newest revision under migrations/versions; a store at any other is not written to."""

APPLICATION_ID = 0x44525645  # "DRVE": tells our file from another program's
OLDEST_SQLITE = (3, 51, 3)  # older ones can corrupt a WAL that two connections write
BUSY_MS = 30_000
TURN_MS = 200
ACTIVE = 1
"""What psycopg says of a connection that has been sent a command and not answered it."""
PATIENCE = 1.0
"""Seconds of waiting for another writer after which the person is told for whom."""

Row = TypeVar("Row")


class Connection:
    """A plain connection to an open store: SQL text with `:name` parameters, the same on both engines."""

    def __init__(self, raw: Any, engine: str, store: Store) -> None:
        self._raw = raw
        self._behind: Behind | None = None
        self.engine = engine
        self.store = store
        self.place = _place(store.path)
        self._session: Session | None = None
        self.waiting: Callable[[str], None] = lambda who: None

    @property
    def raw(self) -> Any:
        """The driver's own connection, once all that was to be done `later` is done."""
        if self._behind:
            self._behind.finish()
        return self._raw

    def later(self, sql: str, values: Sequence[Any]) -> None:
        """Run a statement of which nothing is wanted back, perhaps while the program goes on. For the file."""
        run = self._behind.add if self._behind else self._raw.execute
        run(sql, values)

    @property
    def is_postgres(self) -> bool:
        """Whether the store is a PostgreSQL database."""
        return self.engine == "postgresql"

    def run(self, sql: str, **params: Any) -> Any:
        """Run one statement and return the cursor."""
        if self.is_postgres:
            return self.raw.execute(for_psycopg(sql), params)
        return self.raw.execute(sql, {name: for_sqlite(value) for name, value in params.items()})

    def all_of(self, statements: Sequence[str]) -> list[list[Any]]:
        """The rows of each of several SELECTs. A server is asked them at one go, and answers at one go."""
        if not self.is_postgres:
            return [self.raw.execute(sql).fetchall() for sql in statements]
        with self.raw.pipeline():
            asked = [self.raw.execute(sql) for sql in statements]
        return [each.fetchall() for each in asked]

    def run_many(self, sql: str, rows: Iterable[dict[str, Any]]) -> None:
        """Run one statement for every row of parameters."""
        if self.is_postgres:
            with self.raw.cursor() as cursor:
                cursor.executemany(for_psycopg(sql), list(rows))
        else:
            self.raw.executemany(sql, ({name: for_sqlite(v) for name, v in row.items()} for row in rows))

    def rows(self, row: type[Row], sql: str, **params: Any) -> list[Row]:
        """The rows of a SELECT as `row`: its columns in the order of the fields, typed by them."""
        convert = converter(row)
        return [convert(each) for each in self.run(sql, **params).fetchall()]

    def one(self, row: type[Row], sql: str, **params: Any) -> Row | None:
        """The first row, or None."""
        found = self.run(sql, **params).fetchone()
        return converter(row)(found) if found is not None else None

    def value(self, sql: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.run(sql, **params).fetchone()
        return found[0] if found is not None else None

    def begin(self, *, write: bool, orm: bool = False, patience: float = BUSY_MS / 1000) -> None:
        """Begin a transaction. On the file a write takes the lock at once, so that it never fails half way.

        What is read in one transaction is of one moment, however many statements it takes.

        `orm` makes the session ready first: its first act on a connection is a rollback. `patience` is for how many
        seconds a write waits for its turn.
        """
        if orm:
            self.session()
        if not self.is_postgres and write:
            self._wait_for_the_lock(patience)
        elif not self.is_postgres:
            self.raw.execute("BEGIN DEFERRED")
        elif not write:
            self.raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def _wait_for_the_lock(self, patience: float) -> None:
        """Begin to write, trying again in short turns: SQLite's own long wait would not hear Ctrl-C."""
        turns = self._turns(patience)
        self.raw.execute(f"PRAGMA busy_timeout = {TURN_MS}")
        try:
            while True:
                try:
                    self.raw.execute("BEGIN IMMEDIATE")
                    break
                except Exception as error:
                    if "locked" not in str(error) or not next(turns):
                        raise
        finally:
            self.raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if _place(self.store.path) != self.place:  # what is written here would never be seen again
            self.raw.rollback()
            raise replaced()

    def _turns(self, patience: float) -> Iterator[bool]:
        """Whether to try once more; after a while the person is told who writes, once."""
        began, told = monotonic(), False
        while monotonic() - began < patience:
            if not told and monotonic() - began > PATIENCE:
                told = True
                self.waiting(writers.who_writes(self) or "somebody else who is writing")
            yield True
        yield False

    def lock(self, what: str, *, shared: bool = False, patience: float = BUSY_MS / 1000) -> None:
        """Wait for others who hold `what` until their end; `shared` waits only for one who holds it alone.

        On the file the write lock is already held.
        """
        if not self.is_postgres:
            return
        how = "pg_try_advisory_xact_lock_shared" if shared else "pg_try_advisory_xact_lock"
        turns = self._turns(patience)
        while not self.value(f"SELECT {how}(hashtext(:what))", what=what):
            if not next(turns):
                raise locked()
            sleep(TURN_MS / 10_000)

    def expect_much(self) -> None:
        """Make room in memory for a transaction of many rows, and do `later` what can be: else it takes far longer."""
        if not self.is_postgres:
            from drivecli.behind import Behind

            self._raw.execute("PRAGMA cache_size = -256000")
            self._behind = self._behind or Behind(self._raw)

    def read_only(self) -> None:
        """What is asked from here on may not write, and is of one moment."""
        self.raw.rollback()
        if not self.is_postgres:
            self.raw.execute("PRAGMA query_only = ON")
        self.begin(write=False)

    def bring_in(self) -> bool:
        """Bring into the file what lies beside it. Returns whether something still does: others are at work."""
        self.let_write()
        try:
            self.raw.execute(f"PRAGMA busy_timeout = {TURN_MS}")  # whoever is at work is not waited for
            busy, *_ = self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except Exception as error:  # a file that may only be read has nothing beside it that we could bring in
            if "readonly" not in str(error):
                raise
            busy = False
        self.raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        self.read_only()
        return bool(busy)

    def let_write(self) -> None:
        """End what was being read, and let a store that was opened for reading be written to."""
        self.raw.rollback()
        if not self.is_postgres:
            self.raw.execute("PRAGMA query_only = OFF")

    def commit(self) -> None:
        """Make it so."""
        self.raw.commit()

    def rollback(self) -> None:
        """As if nothing had been asked. One that was cut short in mid-word is closed: the server then takes it back."""
        if self._behind:
            self._behind.drop()
        if self.is_closed:
            return
        if self.is_postgres and self.raw.info.transaction_status == ACTIVE:
            self.raw.close()
        else:
            self.raw.rollback()

    @property
    def is_closed(self) -> bool:
        """Whether the store was closed: by us, by the server, or by SQLAlchemy when Ctrl-C came in its statement."""
        if self.is_postgres:
            return bool(self._raw.closed)
        try:
            return self._raw.total_changes < 0
        except Exception:  # all it says when it is closed
            return True

    def close(self) -> None:
        """Close the store, whatever it was cut short in. What was not committed is gone."""
        behind, self._behind = self._behind, None
        try:
            with suppress(Exception):  # what does not end in good order ends with the connection
                if behind:
                    behind.end()
                if self._session:
                    self.rollback()  # closes one that was cut short
                if self._session and not self.is_closed:
                    self._session.close()
        finally:
            self._session = None
            self._raw.close()

    def session(self, *, alters: bool = False) -> "Session":
        """A SQLModel session over this very connection and its transaction. Loads the ORM.

        Only who `alters` tables, or looks at their form, needs what SQLAlchemy asks every server about itself.
        """
        if self._behind:
            self._behind.finish()
        if self._session is None:
            from sqlmodel import Session

            self._session = Session(_engine(self._raw, self.engine), expire_on_commit=False)
            self._session.connection()
        if alters:
            connection = self._session.connection()
            type(connection.dialect).initialize(connection.dialect, connection)
        return self._session


def _engine(raw: Any, kind: str) -> "Engine":
    """SQLAlchemy's engine over an open connection. It asks a server nothing by itself: rows can do without."""
    from sqlalchemy import StaticPool, create_engine

    url = "postgresql+psycopg://" if kind == "postgresql" else "sqlite://"
    module = {} if kind == "postgresql" else {"module": sys.modules["sqlcipher3.dbapi2"]}
    engine = create_engine(url, creator=lambda: raw, poolclass=StaticPool, hide_parameters=True, **module)
    engine.dialect.initialize = lambda connection: None  # type: ignore[method-assign]
    return engine


def open_store(store: Store, key: Callable[[], str], *, write: bool = False) -> Connection:
    """Open an existing store; it is never created here. `key` is asked only for an encrypted file.

    Raises StoreUnusable when it is missing, empty, foreign, locked, or its key does not fit.
    """
    if store.path is None:
        return _open_postgres(store)
    refuse_unlike_store(store.path)
    place = _place(store.path)
    try:
        connection = open_copy(store.path, key(), store, write=write)
    except StoreUnusable:
        if _place(store.path) == place:
            raise
        return open_store(store, key, write=write)  # another file was put in its place meanwhile
    connection.place = place
    if connection.value("PRAGMA journal_mode") != "wal":
        connection.close()
        raise StoreUnusable(f"{store.path} is not in the mode drive left it in.", kind="foreign", next="drive doctor")
    return connection


def open_copy(
    path: Path, key: str, store: Store | None = None, *, write: bool = False, alone: bool = False
) -> Connection:
    """Open the file of a store, in whichever mode it was left; `alone` lets nobody else open it until it is closed."""
    refuse_unlike_store(path)
    connection = _open_file(path, key, store or Store("copy", path=path), write=write, alone=alone)
    try:
        if connection.value("PRAGMA application_id") != APPLICATION_ID:
            raise StoreUnusable(f"{path} is not a drive store.", kind="foreign", next="Check DRIVE_DATABASE.")
    except BaseException:
        connection.close()
        raise
    return connection


def fits(store: Store, key: str) -> bool:
    """Whether a key opens the store."""
    try:
        open_store(store, lambda: key).close()
    except StoreUnusable as error:
        if error.kind != "wrong_key":
            raise
        return False
    return True


def create_file(path: Path, key: str) -> Connection:
    """A new, empty, encrypted file at `path`, ready for its tables. The caller gives it its final name."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = _open_file(path, key, Store("new", path=path), write=True)
    connection.run(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.run("PRAGMA journal_mode = WAL")
    return connection


def file_engine() -> tuple[str, str, bool]:
    """The library of the encrypted file: its version, that of the SQLite in it, and whether it searches full text."""
    from sqlcipher3 import dbapi2

    raw = dbapi2.connect(":memory:")
    try:
        (sqlcipher,) = raw.execute("PRAGMA cipher_version").fetchone()
        (fts5,) = raw.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()
    finally:
        raw.close()
    return sqlcipher, dbapi2.sqlite_version, bool(fts5)


@contextmanager
def unsynced(connection: Connection) -> Iterator[None]:
    """For filling a file that nobody can see yet: it is synced whole when it is finished, or thrown away."""
    connection.run("PRAGMA synchronous = OFF")
    yield
    connection.run("PRAGMA synchronous = FULL")


def finish_file(connection: Connection) -> None:
    """Bring everything into the one file and close it, so that it can be renamed or copied."""
    connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _place(path: Path | None) -> Any:
    """Which file lies at a path, by its number and disk: another one, when it was replaced."""
    try:
        return os.stat(path or "")[1:3]
    except OSError:
        return None


def _open_file(path: Path, key: str, store: Store, *, write: bool, alone: bool = False) -> Connection:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise too_old()
    dbapi2.register_adapter(type(None), _nothing)
    try:
        raw = _unlock(path, key, write=write, alone=alone, patience=(TURN_MS if alone else BUSY_MS) / 1000)
    except StoreUnusable as refusal:
        if refusal.kind != "no_space" or alone:
            raise
        raw = _unlock(path, key, write=write, alone=True)
    return Connection(raw, "sqlite", store)


def _unlock(path: Path, key: str, *, write: bool, alone: bool, patience: float = BUSY_MS / 1000) -> Any:
    """The opened file. `alone` keeps the index of its log in memory: a full disk has no room for one beside it."""
    from sqlcipher3 import dbapi2

    how = {
        "uri": True,
        "isolation_level": None,
        "timeout": patience,
        "check_same_thread": False,
        "cached_statements": 512,
    }
    try:
        raw = dbapi2.connect(f"{path.as_uri()}?mode=rw", **how)
    except dbapi2.Error as error:
        raise as_refusal(error) or error from None
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{key}'\"")
        raw.execute("PRAGMA cipher_compatibility = 4")
        if alone:
            raw.execute("PRAGMA locking_mode = EXCLUSIVE")
        raw.execute("SELECT count(*) FROM sqlite_master")
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        if not write:
            raw.execute("PRAGMA query_only = ON")
    except dbapi2.Error as error:
        raw.close()
        raise as_refusal(error) or error from None
    return raw


def _nothing(value: None) -> None:
    """What NULL is. Without being told, sqlcipher3 asks at each anew, which costs three times any other value."""
    return value


_PRAGMAS = [
    f"busy_timeout = {BUSY_MS}",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "synchronous = FULL",
    *(["fullfsync = ON", "checkpoint_fullfsync = ON"] if sys.platform == "darwin" else []),
    "secure_delete = ON",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
    "cell_size_check = ON",
]


def _open_postgres(store: Store) -> Connection:
    try:
        import logging

        import psycopg
    except ImportError:
        raise StoreUnusable(
            "This store is a PostgreSQL database, and the part of drive that speaks to one is not installed.",
            kind="no_driver",
            next="pip install 'drivecli[postgres]'",
        ) from None
    assert store.url is not None
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # what it would say beside an error is told in our words
    try:
        raw = psycopg.connect(store.url, connect_timeout=10, application_name="drive")
    except psycopg.Error as error:
        raise refusal_of_postgres(error) from None
    return Connection(raw, "postgresql", store)
