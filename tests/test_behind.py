"""Writing behind the program: in order, seen by whoever reads, and after a failure nothing more, nothing saved."""

from collections.abc import Iterator

import pytest
from conftest import Drive

from drivecli import keys
from drivecli.behind import MANY
from drivecli.db import Connection, open_store

ADD = "INSERT INTO setting (key, value) VALUES (?, ?)"
SEEN = "SELECT COUNT(*) FROM setting WHERE key LIKE 'behind-%'"


@pytest.fixture
def behind(drive_file: Drive) -> Iterator[Connection]:
    settings = drive_file.settings
    connection = open_store(settings.store, lambda: keys.read_key(settings), write=True)
    connection.expect_much()
    connection.begin(write=True)
    yield connection
    connection.close()


def seen(drive: Drive) -> int:
    return int(drive.db().value(SEEN))


def test_whoever_reads_sees_all_that_was_to_be_written_before(behind: Connection) -> None:
    for number in range(3 * MANY + 7):
        behind.later(ADD, (f"behind-{number}", "said"))
        if number % 50 == 0:
            assert behind.value(SEEN) == number + 1

    assert behind.value(SEEN) == 3 * MANY + 7


def test_what_was_written_behind_is_saved_with_the_rest_or_not_at_all(behind: Connection, drive_file: Drive) -> None:
    behind.later(ADD, ("behind-1", "said"))
    behind.rollback()
    behind.begin(write=True)
    behind.later(ADD, ("behind-2", "said"))
    behind.commit()

    assert drive_file.db().run("SELECT key FROM setting WHERE key LIKE 'behind-%'").fetchall() == [("behind-2",)]


@pytest.mark.parametrize("after", [1, 3 * MANY])
def test_after_a_statement_that_fails_none_is_carried_out_even_where_the_engine_has_taken_all_back(
    behind: Connection, drive_file: Drive, after: int
) -> None:
    behind.later(ADD, ("behind-1", "said"))
    behind.later("ROLLBACK", ())  # as the engine does by itself on a full disk: what follows would be saved at once
    behind.later("INSERT INTO setting (key) VALUES (?)", ("behind-bad",))
    for number in range(after):
        behind.later(ADD, (f"behind-after-{number}", "said"))

    with pytest.raises(Exception, match="NOT NULL"):
        behind.commit()
    with pytest.raises(Exception, match="NOT NULL"):
        behind.session()
    assert seen(drive_file) == 0

    behind.rollback()
    behind.begin(write=True)
    behind.later(ADD, ("behind-again", "said"))
    behind.commit()
    assert seen(drive_file) == 1
