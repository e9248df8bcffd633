"""Opens a store, and holds the few differences between its two engines. The only module that opens one.

A store is a SQLCipher file (through `sqlcipher3`, never the interpreter's own SQLite) or a PostgreSQL database. Reads
use the plain connection, because importing an ORM costs more than a whole command; services get a session over the very
same connection, so that both see one transaction.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from time import monotonic, sleep
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from drivecli.errors import StoreUnusable
from drivecli.settings import Store
from drivecli.trouble import as_refusal as as_refusal
from drivecli.trouble import locked, refusal_of_postgres

if TYPE_CHECKING:
    from sqlmodel import Session

    from drivecli.behind import Behind

SCHEMA = "0006"
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
            return self.raw.execute(_for_psycopg(sql), params)
        return self.raw.execute(sql, {name: _for_sqlite(value) for name, value in params.items()})

    def run_many(self, sql: str, rows: Iterable[dict[str, Any]]) -> None:
        """Run one statement for every row of parameters."""
        if self.is_postgres:
            with self.raw.cursor() as cursor:
                cursor.executemany(_for_psycopg(sql), list(rows))
        else:
            self.raw.executemany(sql, ({name: _for_sqlite(v) for name, v in row.items()} for row in rows))

    def rows(self, row: type[Row], sql: str, **params: Any) -> list[Row]:
        """The rows of a SELECT as `row`: its columns in the order of the fields, typed by them."""
        convert = _converter(row)
        return [convert(each) for each in self.run(sql, **params).fetchall()]

    def one(self, row: type[Row], sql: str, **params: Any) -> Row | None:
        """The first row, or None."""
        found = self.run(sql, **params).fetchone()
        return _converter(row)(found) if found is not None else None

    def value(self, sql: str, **params: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.run(sql, **params).fetchone()
        return found[0] if found is not None else None

    def begin(self, *, write: bool, orm: bool = False) -> None:
        """Begin a transaction. On the file a write takes the lock at once, so that it never fails half way.

        What is read in one transaction is of one moment, however many statements it takes.

        `orm` makes the session ready first: its first act on a connection is a rollback.
        """
        if orm:
            self.session()
        if not self.is_postgres and write:
            self._wait_for_the_lock()
        elif not self.is_postgres:
            self.raw.execute("BEGIN DEFERRED")
        elif not write:
            self.raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def _wait_for_the_lock(self) -> None:
        """Begin to write, trying again in short turns: SQLite's own long wait would not hear Ctrl-C."""
        turns = self._turns()
        self.raw.execute(f"PRAGMA busy_timeout = {TURN_MS}")
        try:
            while True:
                try:
                    self.raw.execute("BEGIN IMMEDIATE")
                    return
                except Exception as error:
                    if "locked" not in str(error) or not next(turns):
                        raise
        finally:
            self.raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def _turns(self) -> Iterator[bool]:
        """Whether to try once more; after a while the person is told who writes, once."""
        began, told = monotonic(), False
        while monotonic() - began < BUSY_MS / 1000:
            if not told and monotonic() - began > PATIENCE:
                told = True
                self.waiting(self._who_writes() or "somebody else who is writing")
            yield True
        yield False

    def lock(self, what: str, *, shared: bool = False) -> None:
        """Wait for others who hold `what` until their end; `shared` waits only for one who holds it alone.

        On the file the write lock is already held.
        """
        if not self.is_postgres:
            return
        how = "pg_try_advisory_xact_lock_shared" if shared else "pg_try_advisory_xact_lock"
        turns = self._turns()
        while not self.value(f"SELECT {how}(hashtext(:what))", what=what):
            if not next(turns):
                raise locked()
            sleep(TURN_MS / 10_000)

    def announce(self, words: str) -> None:
        """Say who writes and with what, so that whoever waits longer than a moment is told. Names nobody served."""
        if self.is_postgres:
            self.run("SELECT set_config('application_name', :words, false)", words=f"drive: {words}"[:63])
        elif self._note:
            self._note.write_text(f"{os.getpid()} {words}", encoding="utf-8")
            self._note.chmod(0o600)

    def withdraw(self) -> None:
        """Take back what was announced."""
        if self._note:
            self._note.unlink(missing_ok=True)
        elif not self.is_closed:
            self.raw.execute("SELECT set_config('application_name', 'drive', false)")
            self.raw.commit()

    def _who_writes(self) -> str:
        """Who announced that they write; nothing when nobody did, or whoever did is gone."""
        if self.is_postgres:
            sql = (
                "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()"
                " AND a.application_name LIKE :ours LIMIT 1"
            )
            return (self.value(sql, ours="drive: %") or "").removeprefix("drive: ")
        try:
            number, _, words = self._note.read_text(encoding="utf-8").partition(" ") if self._note else ("", "", "")
            if os.name == "posix":
                os.kill(int(number), 0)
        except (OSError, ValueError):
            return ""
        return words

    @property
    def _note(self) -> Path | None:
        """Where a writer on the file announces itself: beside the file."""
        return self.store.path.with_name(f"{self.store.path.name}-writer") if self.store.path else None

    def expect_much(self) -> None:
        """Make room in memory for a transaction of many rows, and do `later` what can be: else it takes far longer."""
        if not self.is_postgres:
            from drivecli.behind import Behind

            self._raw.execute("PRAGMA cache_size = -96000")
            self._behind = self._behind or Behind(self._raw)

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
        if self.is_postgres and self.raw.info.transaction_status == ACTIVE:
            self.raw.close()
        else:
            self.raw.rollback()

    @property
    def is_closed(self) -> bool:
        """Whether the store was closed, or the server let go of it."""
        return bool(self.is_postgres and self.raw.closed)

    def close(self) -> None:
        """Close the store. What was not committed is gone."""
        if self._behind:
            self._behind.end()
        self._behind = None
        self._raw.close()

    def session(self) -> "Session":
        """A SQLModel session over this very connection and its transaction. Loads the ORM."""
        if self._behind:
            self._behind.finish()
        if self._session is None:
            from sqlalchemy import StaticPool, create_engine
            from sqlmodel import Session

            url = "postgresql+psycopg://" if self.is_postgres else "sqlite://"
            module = {} if self.is_postgres else {"module": sys.modules["sqlcipher3.dbapi2"]}
            engine = create_engine(url, creator=lambda: self._raw, poolclass=StaticPool, hide_parameters=True, **module)
            self._session = Session(engine, expire_on_commit=False)
            self._session.connection()
        return self._session


def open_store(store: Store, key: Callable[[], str], *, write: bool = False) -> Connection:
    """Open an existing store; it is never created here. `key` is asked only for an encrypted file.

    Raises StoreUnusable when it is missing, empty, foreign, locked, or its key does not fit.
    """
    if store.path is None:
        return _open_postgres(store)
    _refuse_unlike_store(store.path)
    connection = _open_file(store.path, key(), store, write=write)
    try:
        found = connection.value("PRAGMA application_id")
        if found != APPLICATION_ID:
            raise StoreUnusable(f"{store.path} is not a drive store.", kind="foreign", next="Check DRIVE_DATABASE.")
        if connection.value("PRAGMA journal_mode") != "wal":
            raise StoreUnusable(
                f"{store.path} is not in the mode drive left it in.", kind="foreign", next="drive doctor"
            )
    except BaseException:
        connection.close()
        raise
    return connection


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


def copy_file(connection: Connection, key: str, to: Path) -> None:
    """A whole copy of an open file store under the same key, checked page by page. Works while others write.

    Raises StoreUnusable when the copy does not check out; the bad copy is removed.
    """
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection.run("VACUUM INTO :path", path=str(to))
    copy = _open_file(to, key, Store("copy", path=to), write=True)
    try:
        copy.run("PRAGMA journal_mode = WAL")  # which VACUUM INTO does not carry over
        faults = copy.run("PRAGMA cipher_integrity_check").fetchall()
        sound = not faults and copy.value("PRAGMA integrity_check") == "ok"
    finally:
        copy.close()
    if not sound:
        to.unlink()
        raise StoreUnusable(
            "The copy of the store did not check out. Nothing was changed.", kind="damaged", next="drive doctor"
        )


def _refuse_unlike_store(path: Path) -> None:
    """Tell a missing, empty, plain or unreadable file from one that only lacks its key, before SQLCipher sees it."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        raise StoreUnusable(
            f"There is no store at {path}.", kind="no_store", next="drive init   or, to try it first: drive demo"
        ) from None
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be read: {error.strerror}.", kind="read_only", next="drive doctor"
        ) from None
    if not head:
        raise StoreUnusable(
            f"{path} is empty: it holds no records at all.",
            kind="empty",
            next="Bring the file back from its copy. Do not start anew over it.",
        )
    if head == b"SQLite format 3\x00":
        raise StoreUnusable(
            f"{path} is a plain SQLite file, not an encrypted drive store.",
            kind="foreign",
            next="Check DRIVE_DATABASE.",
        )


def _open_file(path: Path, key: str, store: Store, *, write: bool) -> Connection:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise StoreUnusable(
            "The SQLite inside sqlcipher3 is too old to be trusted.",
            kind="old_engine",
            next="pip install --upgrade sqlcipher3",
        )
    dbapi2.register_adapter(type(None), _nothing)
    how = {"uri": True, "isolation_level": None, "timeout": BUSY_MS / 1000, "check_same_thread": False}
    try:
        raw = dbapi2.connect(f"{path.as_uri()}?mode=rw", **how)
    except dbapi2.Error as error:
        raise as_refusal(error) or error from None
    try:
        raw.execute("PRAGMA cipher_log_level = NONE")
        raw.execute(f"PRAGMA key = \"x'{key}'\"")
        raw.execute("PRAGMA cipher_compatibility = 4")
        raw.execute("SELECT count(*) FROM sqlite_master")
        for pragma in _PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        if not write:
            raw.execute("PRAGMA query_only = ON")
    except dbapi2.Error as error:
        raw.close()
        raise as_refusal(error) or error from None
    return Connection(raw, "sqlite", store)


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
        import psycopg
    except ImportError:
        raise StoreUnusable(
            "This store is a PostgreSQL database, and the part of drive that speaks to one is not installed.",
            kind="no_driver",
            next="pip install 'drivecli[postgres]'",
        ) from None
    assert store.url is not None
    try:
        raw = psycopg.connect(store.url, connect_timeout=10, application_name="drive")
    except psycopg.Error as error:
        raise refusal_of_postgres(error) from None
    return Connection(raw, "postgresql", store)


@lru_cache(maxsize=512)
def _for_psycopg(sql: str) -> str:
    return re.sub(r"(?<![:\w]):([a-z_][a-z_0-9]*)", r"%(\1)s", sql)


def _for_sqlite(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _converter(row: Any) -> Callable[[Sequence[Any]], Any]:
    """How a database row becomes `row`, a dataclass or named tuple: text to date and 0/1 to bool by its types."""
    if row in _CONVERTERS:
        return _CONVERTERS[row]
    readers = [_reader(kind) for kind in row.__annotations__.values()]
    _CONVERTERS[row] = lambda values: row(
        *[reader(v) if reader and v is not None else v for reader, v in zip(readers, values, strict=True)]
    )
    return _CONVERTERS[row]


_CONVERTERS: dict[Any, Callable[[Sequence[Any]], Any]] = {}


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if date in kinds:
        return lambda value: date.fromisoformat(value) if isinstance(value, str) else value
    return bool if bool in kinds else None
