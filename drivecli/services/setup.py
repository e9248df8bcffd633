"""Starting a store, with its first worker."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from drivecli import audit, db, keys, migrations, proof
from drivecli.anchors import Sealed
from drivecli.errors import NotUnderstood, Refused
from drivecli.packaged import fingerprint
from drivecli.queries import workers
from drivecli.queries.store import read_store_settings
from drivecli.settings import DEMO, Settings, make_private_folder, publish, read_store, usual_store, write_own


@dataclass(frozen=True)
class Started:
    """A store that was just made. `key_file` is where its key lies; None on PostgreSQL."""

    store: str
    prefix: str
    worker: str
    key_file: str | None


@dataclass(frozen=True)
class FirstWorker:
    """Who starts the store, and the user of this computer they are."""

    name: str
    username: str
    role: str
    login: str


def start(
    settings: Settings,
    prefix: str,
    worker: FirstWorker,
    fill: Callable[[db.Connection], None] | None = None,
    extra: dict[str, str] | None = None,
) -> Started:
    """Create the store, whole or not at all. `fill` puts more into it before anybody can see it (the demo).

    Raises Refused when there is one already; nothing is changed then.
    """
    values = {"prefix": prefix, "rules": fingerprint(), **(extra or {})}
    if settings.store.path is None:
        return _start_postgres(settings, prefix, worker, values)
    path = settings.store.path
    refuse_second(settings)
    make_private_folder(path.parent)
    if not keys.has_key(settings):
        with suppress(FileExistsError):  # another first start was quicker; its key serves
            keys.make_key(settings)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _build(temporary, keys.read_key(settings), values, worker, fill)
        publish(temporary, path, replace=False)
    except FileExistsError:
        raise Refused(f"There is a store already at {path}. Nothing was changed.", next="drive whoami") from None
    finally:
        for rest in ("", "-wal", "-shm"):
            Path(f"{temporary}{rest}").unlink(missing_ok=True)
    key_file = None if settings.key_command else str(settings.key_file or settings.own_key_file)
    return Started(str(path), prefix, worker.username, key_file)


def refuse_second(settings: Settings) -> None:
    """Refuse, before anything is asked, when the store's file is already there, or another store goes by its name.

    Keys are kept by the store's name: two stores of one name would have one key between them.
    """
    if settings.store.path is not None and settings.store.path.exists():
        raise Refused(f"There is a store already at {settings.store.path}. Nothing was changed.", next="drive whoami")
    if settings.slots_file.exists() and not settings.is_demo:
        raise Refused(
            f"{settings.slots_file} opens a store of this name, which is not here. Nothing was changed.",
            kind="taken",
            next="Bring that store back, or move the file to where its store is.",
        )
    other = _of_the_same_name(settings) if settings.store.path is not None else None
    if other:
        raise Refused(
            f"{other} goes by the name “{settings.store.name}” already. Nothing was changed.",
            kind="taken",
            next="Give the file in DRIVE_DATABASE another name, as in records-2.db",
        )


def _of_the_same_name(settings: Settings) -> str | None:
    """Which other store has the name that this file is to have: the demo, or the one at the usual place."""
    usual = usual_store(settings.data)
    if settings.store.name == DEMO and not settings.is_demo:
        return "The demo"
    is_other = settings.store.name == usual.name and settings.store.path != usual.path
    return f"The store at {usual}" if is_other and usual.path and usual.path.exists() else None


@dataclass(frozen=True)
class Joined:
    """A team's store that this computer now works on, and the worker its user is there."""

    store: str
    worker: str


def join(settings: Settings, address: str, username: str, login: str) -> Joined:
    """Link this user of this computer to a worker in a team's store, and remember the store's address.

    Raises NotUnderstood for an address with a password or of another kind, NotFound for an unknown worker.
    """
    store = read_store(address, settings.data)
    if store.url is None:
        raise NotUnderstood("--join takes the address of a team's database: postgresql://...")
    connection = db.open_store(store, lambda: "", write=True)
    try:
        read_store_settings(connection)
        worker = workers.find(connection, username)
        _link_on_record(connection, login, worker, "drive init --join")
    finally:
        connection.close()
    write_own(settings, "database", store.url)
    return Joined(store.url, worker.username)


def link_here(connection: db.Connection, login: str, username: str) -> tuple[Joined, Sealed]:
    """Link this user of this computer to a worker; with the entry that says so. Raises NotFound for an unknown one."""
    worker = workers.find(connection, username)
    sealed = _link_on_record(connection, login, worker, "drive worker link")
    return Joined(str(connection.store), worker.username), sealed


def _link_on_record(connection: db.Connection, login: str, worker: workers.Acting, command: str) -> Sealed:
    """Link, and write down that it was done. Whoever does it may be nobody yet, so it is no unit of work."""
    proof.must_be_watched(connection)
    with audit.apart(connection):
        if not connection.is_postgres:
            audit.seal_outside(connection, audit.utc_stamp())
        link(connection, login, worker.id)
        return audit.seal(connection, audit.Doing("write", command, audit.utc_stamp(), worker.username, login))


def link(connection: db.Connection, login: str, worker: int) -> None:
    """Say which worker a user of a computer is, in place of whoever they were."""
    connection.run("DELETE FROM worker_login WHERE login = :login", login=login)
    connection.run("INSERT INTO worker_login (login, worker_id) VALUES (:login, :worker)", login=login, worker=worker)


def _build(
    path: Path, key: str, values: dict[str, str], worker: FirstWorker, fill: Callable[[db.Connection], None] | None
) -> None:
    connection = db.create_file(path, key)
    try:
        connection.begin(write=True, orm=True)
        migrations.upgrade(connection)
        _first_rows(connection, values, worker)
        connection.commit()
        if fill:
            fill(connection)
        db.finish_file(connection)
    finally:
        connection.close()


def _start_postgres(settings: Settings, prefix: str, worker: FirstWorker, values: dict[str, str]) -> Started:
    connection = db.open_store(settings.store, lambda: "", write=True)
    try:
        connection.begin(write=True, orm=True)
        connection.lock("drive init")
        if connection.value("SELECT to_regclass('alembic_version')"):
            raise Refused(
                "There is a store already in this database. Nothing was changed.",
                next="drive init --join ADDRESS --username YOURS",
            )
        migrations.upgrade(connection)
        _first_rows(connection, values, worker)
        connection.commit()
    finally:
        connection.close()
    return Started(str(settings.store), prefix, worker.username, None)


def _first_rows(connection: db.Connection, values: dict[str, str], worker: FirstWorker) -> None:
    connection.run_many(
        "INSERT INTO setting (key, value) VALUES (:key, :value)",
        [{"key": key, "value": value} for key, value in values.items()],
    )
    number = connection.value(
        "INSERT INTO worker (username, name, role, version) VALUES (:username, :name, :role, 1) RETURNING id",
        username=worker.username,
        name=worker.name,
        role=worker.role,
    )
    link(connection, worker.login, number)
    begun = audit.Doing("start", "drive init", audit.utc_stamp(), worker.username, worker.login)
    audit.seal_all(connection, begun)
