"""Who works here, and who is acting."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from drivecli.db import Connection
from drivecli.errors import NotFound


class Acting(NamedTuple):
    """A worker as far as acting needs."""

    id: int
    username: str
    name: str
    role: str
    left_on: date | None


_COLUMNS = "w.id, w.username, w.name, w.role, w.left_on"


def by_username(db: Connection, username: str) -> Acting | None:
    """The worker of this username, or None."""
    return db.one(Acting, f"SELECT {_COLUMNS} FROM worker w WHERE w.username = :username", username=username.lower())


def by_login(db: Connection, login: str) -> Acting | None:
    """The worker linked to this user of this computer, or None."""
    return db.one(
        Acting,
        f"SELECT {_COLUMNS} FROM worker w JOIN worker_login l ON l.worker_id = w.id WHERE l.login = :login",
        login=login,
    )


def find(db: Connection, username: str) -> Acting:
    """The worker of this username. Raises NotFound naming the nearest."""
    found = by_username(db, username)
    if found:
        return found
    from drivecli.domain.codes import nearest

    known = [row[0] for row in db.run("SELECT username FROM worker ORDER BY username").fetchall()]
    near = nearest(username.lower(), known)
    hint = f" Did you mean {near}?" if near else ""
    raise NotFound(f"There is no worker with the username “{username}”.{hint}", next="drive worker list")


def load(db: Connection, worker: int) -> tuple[int, int | None]:
    """How many open cases a worker holds, as manager or specialist, and their capacity (None: no limit)."""
    held = db.value(
        """
        SELECT COUNT(DISTINCT a.case_id) FROM assignment a JOIN case_record c ON c.id = a.case_id
        WHERE a.worker_id = :worker AND a.ended_on IS NULL AND a.withdrawn = :no AND c.closed_on IS NULL
          AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.supersedes_id = a.id)
        """,
        worker=worker,
        no=False,
    )
    return held, db.value("SELECT capacity FROM worker WHERE id = :worker", worker=worker)


def has_room(db: Connection, username: str) -> bool:
    """Whether a worker may be given another case."""
    held, capacity = load(db, find(db, username).id)
    return capacity is None or held < capacity


def usernames(db: Connection) -> dict[int, str]:
    """Every worker's username by id."""
    return dict(db.run("SELECT id, username FROM worker").fetchall())


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker as printed. `capacity` is the most cases they may hold; empty means no limit."""

    username: str
    name: str
    role: str
    agency: str | None
    capacity: int | None
    left_on: date | None


_ROW = """
SELECT w.username, w.name, w.role, a.name, w.capacity, w.left_on
FROM worker w LEFT JOIN agency a ON a.id = w.agency_id
"""


def row(db: Connection, username: str) -> WorkerRow:
    """The worker of this username, as printed."""
    found = db.one(WorkerRow, f"{_ROW} WHERE w.username = :username", username=find(db, username).username)
    assert found is not None
    return found


def listed(db: Connection, *, role: str | None, everyone: bool) -> list[WorkerRow]:
    """Workers by username; those who left only when `everyone`."""
    found = sorted(db.rows(WorkerRow, _ROW), key=lambda each: each.username)
    return [each for each in found if (everyone or each.left_on is None) and role in (None, each.role)]


def holds(db: Connection, worker: int) -> list[tuple[int, str, str, int]]:
    """What a worker holds on open cases: (case id, ref, role, assignment id), by case."""
    return [
        tuple(each)
        for each in db.run(
            """
        SELECT c.id, c.ref, a.role, a.id FROM assignment a JOIN case_record c ON c.id = a.case_id
        WHERE a.worker_id = :worker AND a.ended_on IS NULL AND a.withdrawn = :no AND c.closed_on IS NULL
          AND NOT EXISTS (SELECT 1 FROM assignment n WHERE n.supersedes_id = a.id)
        ORDER BY c.id, a.role
        """,
            worker=worker,
            no=False,
        ).fetchall()
    ]


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """A partner agency."""

    id: int
    name: str
    kind: str | None


def agencies(db: Connection) -> list[AgencyRow]:
    """Agencies by name."""
    return sorted(db.rows(AgencyRow, "SELECT id, name, kind FROM agency"), key=lambda each: each.name.casefold())


def find_agency(db: Connection, name: str) -> int:
    """The id of the agency of this name. Raises NotFound with the known ones."""
    for each in agencies(db):
        if each.name.casefold() == name.casefold():
            return each.id
    known = ", ".join(each.name for each in agencies(db)) or "none yet"
    raise NotFound(f"There is no agency called {name}. Known: {known}.", next=f"drive agency add '{name}'")
