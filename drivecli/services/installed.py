"""What is installed and where it keeps its things, told without opening a store."""

from dataclasses import dataclass
from platform import python_version

from drivecli import __version__, db
from drivecli.settings import Settings


@dataclass(frozen=True)
class Installed:
    """What is installed, and where it keeps its things. `psycopg` is None where it is not installed."""

    version: str
    python: str
    sqlcipher: str
    sqlite: str
    fts5: bool
    psycopg: str | None
    schema: str
    data: str
    config: str
    store: str


def look(settings: Settings) -> Installed:
    """What is installed here, and where these settings put things."""
    sqlcipher, sqlite, fts5 = db.file_engine()
    return Installed(
        version=__version__,
        python=python_version(),
        sqlcipher=sqlcipher,
        sqlite=sqlite,
        fts5=fts5,
        psycopg=_psycopg(),
        schema=db.SCHEMA,
        data=str(settings.data),
        config=str(settings.config),
        store=str(settings.store),
    )


def _psycopg() -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("psycopg")
    except PackageNotFoundError:
        return None
