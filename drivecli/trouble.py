"""What a database's own errors mean for the person, and what to type next."""

from drivecli.errors import DriveError, StoreUnusable


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
