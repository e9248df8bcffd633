"""Who writes to a store just now, and with what: whoever waits longer than a moment is told. Names nobody served.

On the file a writer says it in a file beside it, on PostgreSQL in the name of its connection.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivecli.db import Connection


def announce(db: "Connection", words: str) -> None:
    """Say who writes and with what."""
    note = _note(db)
    if db.is_postgres:
        db.run("SELECT set_config('application_name', :words, false)", words=f"drive: {words}"[:63])
    elif note:
        with suppress(OSError), open(note, "w", encoding="utf-8", opener=_private) as file:
            file.write(f"{os.getpid()} {words}")


def withdraw(db: "Connection") -> None:
    """Take back what was announced."""
    note = _note(db)
    if note:
        note.unlink(missing_ok=True)
    elif not db.is_closed:
        db.run("SELECT set_config('application_name', 'drive', false)")
        db.commit()


def who_writes(db: "Connection") -> str:
    """Who announced that they write; nothing when nobody did, or whoever did is gone."""
    if db.is_postgres:
        sql = (
            "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            " WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()"
            " AND a.application_name LIKE :ours LIMIT 1"
        )
        return (db.value(sql, ours="drive: %") or "").removeprefix("drive: ")
    note = _note(db)
    try:
        number, _, words = note.read_text(encoding="utf-8").partition(" ") if note else ("", "", "")
        if os.name == "posix":
            os.kill(int(number), 0)
    except (OSError, ValueError):
        return ""
    return words


def _note(db: "Connection") -> Path | None:
    path = db.store.path
    return path.with_name(f"{path.name}-writer") if path else None


def _private(path: str, how: int) -> int:
    return os.open(path, how, 0o600)
