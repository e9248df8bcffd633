"""What the store keeps about itself."""

from drivecli.db import SCHEMA, Connection
from drivecli.errors import StoreUnusable

OLDER = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Revisions that `drive upgrade` can bring forward."""


def read_store_settings(db: Connection, *, older: bool = False) -> dict[str, str]:
    """The store's settings, its schema among them.

    Raises StoreUnusable when its schema is newer than this release's, or older unless `older` are welcome.
    """
    try:
        rows = db.run("SELECT 'schema', version_num FROM alembic_version UNION ALL SELECT key, value FROM setting")
        found = dict(rows.fetchall())
    except Exception as error:
        raise _no_tables(error) from error
    schema = found.get("schema", "")
    if schema == SCHEMA or (older and schema in OLDER):
        return found
    if schema in OLDER:
        raise StoreUnusable("This store was made by an older drive.", kind="older_schema", next="drive upgrade")
    raise StoreUnusable(
        f"This store was made by a newer drive: its schema is {schema or 'not known'}, this release knows {SCHEMA}."
        " Nothing was changed.",
        kind="newer_schema",
        next="pip install --upgrade drivecli",
    )


def site_files(db: Connection) -> dict[str, str]:
    """The service's own data files by name, as they stand."""
    rows = db.run("SELECT name, text FROM site_file ORDER BY name, version").fetchall()
    return dict(rows)


def _no_tables(error: Exception) -> Exception:
    said = str(error).lower()
    if "no such table" in said or "does not exist" in said:
        return StoreUnusable("There are no records of drive in this database.", kind="no_store", next="drive init")
    return error
