"""Drafts: the words of a line that did not end well, kept in the store. Never audited, seen only by their writer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from drivecli.db import Connection
from drivecli.errors import NotFound

PATIENCE = 10
"""Seconds for which the words of a line that failed wait for somebody else who writes: nobody can stop that wait."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Kept words, and the line they came with, in which `-` stands for each of `parts`; `words` are all of them."""

    id: int
    at: str
    line: str
    words: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Whose drafts: a user of a computer, and the worker they act as where that is known."""

    login: str
    worker: int | None


class _Stored(NamedTuple):
    id: int
    at: str
    line: str
    words: str


def keep(db: Connection, writer: Writer, line: str, parts: Sequence[str], instead_of: int | None = None) -> int:
    """Keep words in the store and return the draft's number. Commits at once: nothing else is going on."""
    db.begin(write=True, patience=PATIENCE)
    db.run("DELETE FROM draft WHERE id = :id AND login = :login", id=instead_of or 0, login=writer.login)
    number: int = db.value(
        "INSERT INTO draft (at, login, worker_id, line, words)"
        " VALUES (:at, :login, :worker, :line, :words) RETURNING id",
        at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        login=writer.login,
        worker=writer.worker,
        line=line,
        words=json.dumps(list(parts)),
    )
    db.commit()
    return number


def mine(db: Connection, writer: Writer) -> list[Draft]:
    """This writer's drafts, newest first. One kept before it was known who acted is this computer's user's."""
    found = db.rows(
        _Stored,
        "SELECT id, at, line, words FROM draft WHERE login = :login AND COALESCE(worker_id, :worker) = :worker"
        " ORDER BY id DESC",
        login=writer.login,
        worker=writer.worker or 0,
    )
    return [
        Draft(row.id, row.at, row.line, "\n".join(json.loads(row.words)), tuple(json.loads(row.words))) for row in found
    ]


def one(db: Connection, writer: Writer, number: int) -> Draft:
    """One of this writer's drafts. Raises NotFound."""
    found = [each for each in mine(db, writer) if each.id == number]
    if not found:
        raise NotFound(f"You have no draft {number}.", next="drive drafts list")
    return found[0]


def drop(db: Connection, writer: Writer, number: int) -> Draft:
    """Throw a draft away."""
    found = one(db, writer, number)
    db.begin(write=True)
    db.run("DELETE FROM draft WHERE id = :id", id=found.id)
    db.commit()
    return found
