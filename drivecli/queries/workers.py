"""Who works here, and who is acting."""

from dataclasses import dataclass
from datetime import date

from drivecli.db import Connection
from drivecli.errors import NotFound


@dataclass(frozen=True, slots=True)
class Acting:
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


def usernames(db: Connection) -> dict[int, str]:
    """Every worker's username by id."""
    return dict(db.run("SELECT id, username FROM worker").fetchall())
