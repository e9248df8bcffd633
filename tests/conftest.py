"""What every test stands on: a real store on either engine, and `drive("...")`, which runs a line as it is typed.

No test reads the real home, environment or clock. A store is made once for a run, through `drive init`, and copied for
each test. `drive` runs a test on both engines; `drive_file` and `drive_postgres` on one; `new_drive` has no store yet.
A test that also asks for `team` finds a worker of every role beside Sam, the team lead who started the store.
"""

import gc
import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import postgres
import psycopg
import pytest
from forks import Forked

from drivecli import cli, db, keys
from drivecli.errors import OUR_FAULT
from drivecli.settings import Settings, read_settings

TODAY = "2026-03-02"
"""A Monday; what DRIVE_TODAY says unless a test says otherwise."""

INIT = "init --name 'Sam Okoro' --username sam --role team_lead --site WS"

TEAM = {
    "amina": ("Amina Khan", "case_manager"),
    "ben": ("Ben Carter", "case_manager"),
    "carl": ("Carl Jones", "substance"),
    "dana": ("Dana Reid", "mental_health"),
    "ed": ("Ed Price", "probation"),
    "fay": ("Fay Moss", "idva"),
    "gil": ("Gil Stone", "admin"),
    "hal": ("Hal Dean", "auditor"),
}
"""Who works beside Sam: username to name and role."""

NOTICE = "DRIVE_TODAY is set"
ENGINES = ("file", "postgres")


@dataclass(frozen=True)
class Result:
    """What a line did: its exit code and what it said. `err` is without the notice that DRIVE_TODAY is set."""

    line: str
    code: int
    out: str
    raw_err: str

    @property
    def err(self) -> str:
        first, _, rest = self.raw_err.partition("\n")
        return rest if first.startswith(NOTICE) else self.raw_err

    @property
    def json(self) -> Any:
        """What stdout says to a program."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        """What stderr says to a program."""
        return json.loads(self.err)["error"]

    def __str__(self) -> str:
        return f"drive {self.line}\nended with {self.code}\n--- out\n{self.out}\n--- err\n{self.raw_err}"


@dataclass
class Drive:
    """The command as one person has it on one computer: a home, a store and an environment.

    Calling it runs a line in this process; `process` and `start` run one in a process of its own. `today` is what
    DRIVE_TODAY says in every line from then on; None leaves it unset.
    """

    home: Path
    engine: str
    env: dict[str, str] = field(default_factory=dict)
    database: str = ""
    today: str | None = TODAY
    opened: int = 0
    copied: "Kept | None" = None
    _open: dict[bool, db.Connection] = field(default_factory=dict)

    def __call__(
        self,
        line: str | Sequence[str],
        *,
        stdin: str = "",
        env: dict[str, str | None] | None = None,
        today: str | None = None,
        as_: str | None = None,
        ok: bool | None = None,
    ) -> Result:
        """Run a line (text as it is typed, or a list of arguments as they are) and return what it did.

        `env` adds to the environment; None takes a name out of it. `as_` is the username to act under. `ok=True` means
        it must end with 0, `ok=False` that it must not. A fault of our own (1) is never passed over, unless ok=False.
        """
        argv, around = arguments(line), self.environ(env, today=today, as_=as_)
        result = run(argv, around, stdin)
        if result.code == OUR_FAULT and ok is not False:
            raise AssertionError(f"{result}\n--- again with --debug\n{run(['--debug', *argv], around, stdin).raw_err}")
        assert ok is None or (result.code == 0) == ok, str(result)
        return result

    def environ(
        self, env: dict[str, str | None] | None = None, *, today: str | None = None, as_: str | None = None
    ) -> dict[str, str]:
        """The whole environment of a line."""
        said = {"DRIVE_HOME": str(self.home), "DRIVE_TODAY": today or self.today, "DRIVE_WORKER": as_}
        whole = {**os.environ, **said, **self.env, **(env or {})}
        whole.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process would compile the whole program anew
        return {name: value for name, value in whole.items() if value is not None}

    def start(self, line: str | Sequence[str], *, env: dict[str, str | None] | None = None, **how: Any) -> Any:
        """The line in a process of its own, started and not waited for."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-m", "drivecli", *arguments(line)]
        return subprocess.Popen(command, env=self.environ(env), encoding="utf-8", **{**pipes, **how})

    def fork(self, line: str | Sequence[str], *, env: dict[str, str | None] | None = None) -> Any:
        """As `start`, where how Python itself begins and ends does not matter: a process that is soon there."""
        return Forked(self.environ(env), line=arguments(line)) if hasattr(os, "fork") else self.start(line, env=env)

    def process(self, line: str | Sequence[str], *, stdin: str = "", **how: Any) -> Result:
        """The line in a process of its own, from start to end."""
        with self.start(line, **how) as running:
            out, err = running.communicate(stdin, timeout=120)
        return Result(shlex.join(arguments(line)), running.returncode, out, err)

    def forked(self, line: str | Sequence[str], *, stdin: str = "", env: dict[str, str | None] | None = None) -> Result:
        """As `process`, where how Python itself begins and ends does not matter."""
        with self.fork(line, env=env) as running:
            running.stdin.write(stdin)
            out, err = running.communicate()
        return Result(shlex.join(arguments(line)), running.returncode, out, err)

    def open_case(self, *, as_: str | None = None, today: str | None = None, **options: Any) -> str:
        """Open a case and return its ref; forename and surname are invented anew for each unless they are given.

        `external_ref="X"` becomes --external-ref X, True a bare flag, a list an option said more than once.
        """
        self.opened += 1
        invented = {
            "forename": "Robin",
            "surname": "Example" + "abcdefghij"[self.opened % 10] * (self.opened // 10 + 1),
        }
        argv = ["case", "open", "--quiet", *options_of({**invented, **options})]
        return self(argv, as_=as_, today=today, ok=True).out.strip()

    def another(self, home: Path, env: dict[str, str] | None = None) -> "Drive":
        """The command in another home, as on another computer: no store in it, and no environment but `env`."""
        return Drive(home, self.engine, env or {})

    @property
    def settings(self) -> Settings:
        """Where this home's things lie: its store, its key file, its folders."""
        return read_settings(self.environ(), demo=False)

    def db(self, *, write: bool = False) -> db.Connection:
        """The open store as it lies, past every service: to look into it, or with `write` to spoil it."""
        if write not in self._open:
            settings = self.settings
            connection = db.open_store(settings.store, lambda: keys.read_key(settings), write=write)
            if connection.is_postgres:
                connection.raw.autocommit = True
            self._open[write] = connection
        return self._open[write]

    def close(self) -> None:
        """Close what `db` opened."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()


def arguments(line: str | Sequence[str]) -> list[str]:
    """A line as the shell would hand it over."""
    return shlex.split(line) if isinstance(line, str) else list(line)


def options_of(options: dict[str, Any]) -> list[str]:
    """Keywords as options of the command line."""
    argv: list[str] = []
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each is True:
                argv.append(option)
            elif each is not None and each is not False:
                argv += [option, str(each)]
    return argv


def run(argv: list[str], env: dict[str, str] | None, stdin: str = "") -> Result:
    """Run one line in this process, with streams of its own in memory and nobody at a terminal.

    Without an environment of its own it takes this process for its own, as the installed command does.
    """
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for name in ("stdout", "stderr")}
    typed = io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8")), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, stream in (*streams.items(), ("stdin", typed)):
            patch.setattr(sys, name, stream)
        code = cli.main(argv, env)
    out, err = (_written(stream) for stream in streams.values())
    return Result(shlex.join(argv), code, out, err)


def _compile_once(new_engine: Callable[..., Any]) -> Callable[..., Any]:
    """An engine of every store, as ever, but what the first of its kind compiled is there for those after it.

    Every line has an engine of its own, and thousands of lines run in this process: to compile the same statements for
    each would be a third of what they cost.
    """
    first: dict[str, Any] = {}

    def create(raw: Any, kind: str) -> Any:
        engine = new_engine(raw, kind)
        known = first.setdefault(kind, engine)
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        return engine

    return create


db._engine = _compile_once(db._engine)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


# -- order -------------------------------------------------------------------------------------------------------------


LONGEST = ("test_whole_day", "test_one_truth", "test_import_crash", "test_newcomer", "test_many", "test_nightly_import")
"""Files with the longest tests, in that order."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: whoever has nothing left takes tests over from another, but none that has begun."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a run in the background: commands under test must hear Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """See pytest_configure. What was collected stays to the end: nobody need look through it again and again."""
    gc.freeze()
    gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Stores go where files are kept in memory, if there is room: a disk syncs every commit of every test. Lines that
    are run in this process keep their connections to PostgreSQL for those after them.

    Nothing becomes garbage while thousands of tests are collected; to look for it takes a quarter of the time.
    """
    gc.set_threshold(10_000)  # not as seldom as a command does: this process lives longer
    gc.disable()
    psycopg.connect = postgres.lines.open  # type: ignore[assignment]
    if postgres.roomy_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(postgres.MEMORY))


# -- surroundings ------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _nobodys_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test can find the real home or settings, whatever it forgets to say."""
    _surround(monkeypatch, tmp_path)


def _surround(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("DRIVE_", "_DRIVE", "PG", "XDG_", "CLICOLOR", "FORCE_COLOR", "NO_COLOR", "LC_")):
            patch.delenv(name)
    home = folder / "home"
    home.mkdir(exist_ok=True)
    ours = {"HOME": home, "USERPROFILE": home, "APPDATA": home, "LOCALAPPDATA": home, "DRIVE_HOME": folder / "drive"}
    ours |= {"LOGNAME": "tester", "USER": "tester", "USERNAME": "tester", "LANG": "C.UTF-8"}
    ours |= {
        "TERM": "xterm",
        "COLUMNS": "100",
        "LINES": "40",
        "DRIVE_PAGER": "off",
        "PGPASSFILE": folder / "no-such-pgpass",
    }
    for name, value in ours.items():
        patch.setenv(name, str(value))


@dataclass(frozen=True)
class Kept:
    """A store to copy: its home (a folder that may not be there) and its database (none for a file), and where its
    `drive` had got to. What its database `was`, a copy can be brought back to."""

    home: Path
    database: str
    was: postgres.Was | None
    today: str | None
    opened: int


class Stores:
    """The stores that are made once for a run and copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[tuple[Any, ...], Kept] = {}
        self._unused: dict[str, list[str]] = {}
        self._server: postgres.Server | None = None

    @property
    def server(self) -> postgres.Server:
        """The PostgreSQL of this run, started when the first test needs it."""
        if self._server is None:
            self._server = postgres.start()
        if self._server is None:
            pytest.skip("DRIVE_TEST_NO_PG is set")
        return self._server

    def empty(self, engine: str, home: Path) -> Drive:
        """A home in which no store has been started."""
        drive = Drive(home, engine)
        if engine == "postgres":
            self._move(drive, self.server.create())
        return drive

    def copy(self, engine: str, home: Path, *, team: bool) -> Drive:
        """A home with a store of its own, with or without the team in it."""
        if (engine, team) not in self.made:
            self.made[engine, team] = self._make(engine, team)
        drive = Drive(home, engine)
        self._become(drive, self.made[engine, team])
        return drive

    def prepared(self, drive: Drive, build: Callable[[Drive], object]) -> Drive:
        """The store of this test as `build` leaves it: built once for a run, and copied from then on.

        Nothing may have been done to it before.
        """
        assert drive.copied, "only a store that is a copy itself"
        key = (drive.copied, build.__module__, build.__qualname__)
        if key not in self.made:
            build(drive)
            drive.close()
            drive.copied = self.made[key] = self._keep(drive)
        else:
            self._unused.setdefault(drive.copied.database, []).append(drive.database)
            self._become(drive, self.made[key])
        return drive

    def give_back(self, drive: Drive) -> None:
        """Close what a test had open, and keep its database for another if it can be as it was."""
        drive.close()
        if drive.copied and drive.copied.was and self.server.bring_back(drive.database, drive.copied.was):
            self._unused.setdefault(drive.copied.database, []).append(drive.database)
        elif drive.engine == "postgres":
            self.server.drop(drive.database)

    def close(self) -> None:
        """Throw everything away."""
        if self._server is not None:
            self._server.close()

    def _become(self, drive: Drive, kept: Kept) -> None:
        shutil.rmtree(drive.home, ignore_errors=True)
        if kept.home.exists():
            shutil.copytree(kept.home, drive.home)
        if kept.database:
            unused = self._unused.get(kept.database)
            self._move(drive, unused.pop() if unused else self.server.create(kept.database))
        drive.today, drive.opened, drive.copied = kept.today, kept.opened, kept

    def _keep(self, drive: Drive) -> Kept:
        home = self.folder / uuid.uuid4().hex
        if drive.home.exists():
            shutil.copytree(drive.home, home)
        return self._kept(home, drive.database and self.server.create(drive.database), drive)

    def _kept(self, home: Path, database: str, drive: Drive) -> Kept:
        was = self.server.remember(database) if database else None
        return Kept(home, database, was, drive.today, drive.opened)

    def _move(self, drive: Drive, database: str) -> None:
        drive.database = database
        drive.env["DRIVE_DATABASE"] = self.server.address(database)

    def _make(self, engine: str, team: bool) -> Kept:
        home = self.folder / uuid.uuid4().hex
        with pytest.MonkeyPatch.context() as patch:
            _surround(patch, self.folder)
            if engine == "postgres":
                patch.setenv("PGPASSFILE", str(self.server.passfile))
            drive = self.copy(engine, home, team=False) if team else self.empty(engine, home)
            lines = [["worker", "add", name, "--username", user, "--role", role] for user, (name, role) in TEAM.items()]
            try:
                for line in lines if team else [INIT]:
                    drive(line, ok=True)
            except BaseException:
                self.give_back(drive)
                raise
        return self._kept(home, drive.database, drive)


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """Where tests get their stores from."""
    made = Stores(tmp_path_factory.mktemp("stores"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def demo_beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `drive` is a home in which the demo was made beside a real store, once for a run.

    `before` is that home before it was, and `said` what was said of it. Copy the home before anything is typed into it.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo_made"
    try:
        folder.mkdir()
    except FileExistsError:  # another worker makes it
        while not (folder / "said").exists():
            time.sleep(0.05)
        return folder
    with pytest.MonkeyPatch.context() as patch:
        _surround(patch, folder)
        drive = Drive(folder / "drive", "file", today=None)
        for line in (INIT, "case open --forename Kim --surname Example"):
            drive(line, ok=True)
        shutil.copytree(drive.home, folder / "before")
        said = drive("demo", ok=True)
    (folder / "being said").write_text(json.dumps(astuple(said)), encoding="utf-8")
    (folder / "being said").rename(folder / "said")
    return folder


@pytest.fixture(scope="session")
def demo_made(demo_beside: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which only the demo was made; copy it before anything is typed into it."""
    home = tmp_path_factory.mktemp("demo_made") / "drive"
    shutil.copytree(demo_beside / "drive", home)
    for path in (demo_beside / "before").rglob("*"):
        if path.is_file():
            (home / path.relative_to(demo_beside / "before")).unlink()
    return home


@pytest.fixture
def team() -> dict[str, tuple[str, str]]:
    """Asking for it puts the team into the store of this test: amina and ben, carl, dana, ed, fay, gil, hal."""
    return TEAM


def _lend(
    request: pytest.FixtureRequest, stores: Stores, engine: str, patch: pytest.MonkeyPatch, *, new: bool = False
) -> Iterator[Drive]:
    home = Path(os.environ["DRIVE_HOME"])
    if engine == "postgres":
        patch.setenv("PGPASSFILE", str(stores.server.passfile))
    drive = stores.empty(engine, home) if new else stores.copy(engine, home, team="team" in request.fixturenames)
    yield drive
    stores.give_back(drive)


@pytest.fixture(params=ENGINES)
def drive(request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    """`drive("...")` on a store that Sam started; the test runs once for each engine."""
    yield from _lend(request, stores, request.param, monkeypatch)


@pytest.fixture
def drive_file(request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    """`drive("...")` on an encrypted file alone: for what has no meaning, or is no different, on PostgreSQL."""
    yield from _lend(request, stores, "file", monkeypatch)


@pytest.fixture
def drive_postgres(request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    """`drive("...")` on PostgreSQL alone."""
    yield from _lend(request, stores, "postgres", monkeypatch)


@pytest.fixture(params=ENGINES)
def new_drive(request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    """`drive("...")` where no store was started yet, once for each engine."""
    yield from _lend(request, stores, request.param, monkeypatch, new=True)


@pytest.fixture
def new_drive_file(request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drive]:
    """`drive("...")` where no store was started yet, on an encrypted file alone."""
    yield from _lend(request, stores, "file", monkeypatch, new=True)


@pytest.fixture
def new_drive_postgres(
    request: pytest.FixtureRequest, stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Drive]:
    """`drive("...")` where no store was started yet, on PostgreSQL alone."""
    yield from _lend(request, stores, "postgres", monkeypatch, new=True)
