"""What a refusal must be: its code, its sentence on stderr, nothing on stdout, and a store that is as it was."""

from typing import Any

from conftest import Drive, Result

from drivecli.models import metadata

NEVER_AUDITED = {"draft"}

Refusal = tuple[str, int, str]
"""A line, the code it ends with, and all it says on stderr (without the last line break)."""


def contents(drive: Drive) -> dict[str, list[Any]]:
    """Every row of every table, drafts excepted."""
    tables = sorted(set(metadata.tables) - NEVER_AUDITED)
    return {table: sorted(map(repr, drive.db().run(f"SELECT * FROM {table}").fetchall())) for table in tables}


def assert_refused(drive: Drive, line: str | list[str], code: int, said: str, **how: Any) -> Result:
    """The line ends with `code`, says `said` on stderr and nothing else, and changes no row."""
    before = contents(drive)
    result = drive(line, **how)
    assert (result.code, result.out, result.err) == (code, "", said + "\n"), str(result)
    assert contents(drive) == before
    return result
