"""What a database's own errors mean for the person, and what to type next."""

import errno
from pathlib import Path

from drivecli.errors import DriveError, NotFound, StoreUnusable


def as_refusal(error: BaseException) -> DriveError | None:
    """What a database's own error means for the person, or None when it is not one."""
    error = getattr(error, "orig", None) or error
    family = type(error).__module__.partition(".")[0]
    if family == "psycopg":
        return refusal_of_postgres(error)
    if family != "sqlcipher3":
        return None
    said = str(error).lower()
    for words, kind, message, then in _FILE_TROUBLE:
        if words in said:
            return StoreUnusable(message, kind=kind, next=then)
    return None


def refusal_of_system(error: OSError, saved: str) -> DriveError | None:
    """What it means that the system would not read or write a file; `saved` says what became of the line."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreUnusable(
            f"There is no room on the disk. {saved}", kind="no_space", next="Make room on the disk: drive doctor"
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        return StoreUnusable(
            f"The system does not allow it: {what}. {saved}", kind="read_only", next="Check the rights: drive doctor"
        )
    if error.errno in (errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EINVAL):
        return NotFound(f"There is no such file: {error.strerror}. {saved}", next="Check the name, and type it again.")
    return None


def locked() -> StoreUnusable:
    """Somebody else writes, and for too long."""
    _, kind, message, then = _FILE_TROUBLE[0]
    return StoreUnusable(message, kind=kind, next=then)


def replaced() -> StoreUnusable:
    """The file of the store is no longer the one that was opened."""
    return StoreUnusable(
        "The store was put back from a backup at this very moment. Nothing was saved.",
        kind="stale",
        next="Look at it again, then type the line again.",
    )


_FILE_TROUBLE = [
    (
        "locked",
        "locked",
        "Somebody else is writing to the store and did not finish in 30 seconds. Nothing was saved.",
        "Try again in a minute.",
    ),
    (
        "readonly",
        "read_only",
        "The store may not be written to. Nothing was saved.",
        "Check the rights of the data folder: drive doctor",
    ),
    (
        "unable to open",
        "read_only",
        "The store cannot be opened in its folder. Nothing was saved.",
        "Check the rights of the data folder: drive doctor",
    ),
    (
        "full",
        "no_space",
        "The disk is full. Nothing was saved; everything saved before is still there.",
        "Make room on the disk and type the line again.",
    ),
    ("disk i/o", "no_space", "The disk would not take the change. Nothing was saved.", "drive doctor"),
    ("malformed", "damaged", "The store is damaged.", "drive doctor"),
    (
        "unique constraint",
        "stale",
        "Somebody else changed the same record meanwhile. Nothing was saved.",
        "Look at it again, then type the line again.",
    ),
    ("not a database", "wrong_key", "The key does not fit this store.", "Check DRIVE_KEY_FILE and DRIVE_DATABASE."),
]


def refusal_of_postgres(error: BaseException) -> DriveError:
    """What an error of PostgreSQL means, by its state."""
    state = getattr(error, "sqlstate", None) or ""
    first_line = str(error).strip().partition("\n")[0]
    if state.startswith("28") or "password" in first_line or "authentication" in first_line:
        return StoreUnusable(
            "The team's database did not accept this user or password.",
            kind="wrong_key",
            next="Check the file that PGPASSFILE names.",
        )
    if state.startswith("53"):
        return StoreUnusable(
            "The team's database has no room left. Nothing was saved.",
            kind="no_space",
            next="Tell whoever looks after the database.",
        )
    if state == "25006":
        return StoreUnusable(
            "The team's database may not be written to now. Nothing was saved.",
            kind="read_only",
            next="Tell whoever looks after the database.",
        )
    if state == "23505":
        return StoreUnusable(
            "Somebody else changed the same record meanwhile. Nothing was saved.",
            kind="stale",
            next="Look at it again, then type the line again.",
        )
    if state in ("40P01", "55P03"):
        return StoreUnusable(
            "Somebody else was changing the same records. Nothing was saved.",
            kind="locked",
            next="Type the line again.",
        )
    if not state or state.startswith(("08", "57", "3D")):
        return StoreUnusable(
            f"The team's database cannot be reached: {first_line}.",
            kind="no_store",
            next="Check the network and DRIVE_DATABASE.",
        )
    return StoreUnusable(f"The team's database refused: {first_line}.", kind="store", next="drive doctor")


def too_old() -> StoreUnusable:
    """The library of the encrypted file has a fault that can damage it."""
    return StoreUnusable(
        "The SQLite inside sqlcipher3 is too old to be trusted.",
        kind="old_engine",
        next="pip install --upgrade sqlcipher3",
    )


def refuse_unlike_store(path: Path) -> None:
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
            next="drive backup list   then drive backup restore FILE. Do not start anew over it.",
        )
    if head == b"SQLite format 3\x00":
        raise StoreUnusable(
            f"{path} is a plain SQLite file, not an encrypted drive store.",
            kind="foreign",
            next="Check DRIVE_DATABASE.",
        )
