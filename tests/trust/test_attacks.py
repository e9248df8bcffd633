"""The attack matrix: what somebody who holds the key can do to the record, and what of it is found, and by what.

What is honestly not found is in it too: an end that is cut off, or a chain that is made anew, is found only by what
was kept elsewhere.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from conftest import Drive, Stores

from drivecli import audit, proof
from drivecli.anchors import Sealed, head
from drivecli.db import Connection
from drivecli.migrations import triggers

LINES = [
    *(f"contact log 1 --mode phone --outcome held --on 2026-02-{n:02}" for n in range(10, 20)),
    "case edit 1 --area adur",
    "case edit 1 --language cy --phone 07700900123",
    "case show 1",
    *(f"contact log 1 --mode phone --outcome held --on 2026-02-{n:02}" for n in range(20, 28)),
    "case show 1",
    "contact log 1 --mode meeting --outcome held",
]


@pytest.fixture
def told(drive: Drive, stores: Stores) -> Drive:
    """A store with a history of some thirty entries."""
    return stores.prepared(drive, tell)


def tell(drive: Drive) -> None:
    drive.open_case(opened="2026-02-09")
    for line in LINES:
        drive(line, ok=True)


@pytest.fixture
def store(told: Drive) -> Connection:
    """That store, open to somebody who holds the key and uses another program."""
    return told.db(write=True)


@contextmanager
def unwatched(store: Connection) -> Iterator[None]:
    """Do something while no trigger looks, and put them back."""
    triggers.take_away(store)
    yield
    triggers.put_on(store)


def found(drive: Drive, *anchors: Sealed, deep: bool = True) -> list[str]:
    """The kinds of what is found."""
    drive.close()
    connection = drive.db()
    return sorted({each.kind for each in proof.verify(connection, anchors, deep=deep).findings})


def last(drive: Drive) -> Sealed:
    return head(drive.db())


def refused(store: Connection, sql: str) -> str:
    """How the database itself answers."""
    with pytest.raises(Exception, match=f"{triggers.SEALED}|{triggers.OUT_OF_TURN}") as caught:
        store.run(sql)
    return str(caught.value)


def rechain(store: Connection, first: int) -> None:
    """Make every entry from one on follow the one before again: what somebody does who has key and program text."""
    rows = store.run(f"SELECT seq, body FROM audit_event WHERE seq >= {first} ORDER BY seq").fetchall()
    prev = store.value(f"SELECT hash FROM audit_event WHERE seq = {first - 1}")
    for place, (old, body) in enumerate(rows, first):
        said = json.dumps({**json.loads(body), "seq": place}, sort_keys=True, separators=(",", ":"))
        new = audit.chained(prev, said)
        store.run(
            "UPDATE audit_event SET seq = :seq, prev = :prev, hash = :hash, body = :body WHERE seq = :old",
            seq=place,
            prev=prev,
            hash=new,
            body=said,
            old=old,
        )
        prev = new


def test_what_nobody_touched_holds(told: Drive) -> None:
    assert found(told, last(told)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_event SET body = '{}' WHERE seq = 5",
        "DELETE FROM audit_event WHERE seq = 5",
        "UPDATE change SET old = '{}'",
        "DELETE FROM change",
        "INSERT INTO audit_event (seq, prev, hash, body) VALUES (5, 'a', 'b', '{}')",
        "INSERT INTO audit_event (seq, prev, hash, body) VALUES (500, 'a', 'b', '{}')",
    ],
)
def test_an_entry_cannot_be_changed_removed_or_slipped_in(store: Connection, told: Drive, sql: str) -> None:
    assert refused(store, sql)
    assert found(told) == []


@pytest.mark.parametrize(
    "sql",
    [
        "REPLACE INTO audit_event (seq, prev, hash, body) VALUES (5, 'a', 'b', '{}')",
        "UPDATE OR REPLACE audit_event SET seq = 6 WHERE seq = 5",
        "INSERT INTO audit_event (seq, prev, hash, body) VALUES (5, 'a', 'b', '') ON CONFLICT DO UPDATE SET body = ''",
    ],
)
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
def test_nor_replaced_whatever_the_program_sets(drive_file: Drive, sql: str, recursive: str) -> None:
    drive_file.open_case()
    drive_file("case edit 1 --area adur", ok=True)
    drive_file("case edit 1 --area worthing", ok=True)
    drive_file("case show 1", ok=True)
    drive_file("case show 1", ok=True)
    store = drive_file.db(write=True)
    store.run(f"PRAGMA recursive_triggers = {recursive}")

    assert refused(store, sql)


def test_a_row_edited_by_another_program_is_told_at_once_and_stays_told_after_the_next_command(told, store) -> None:
    store.run("UPDATE person SET phone = '07700900999' WHERE id = 1")

    assert found(told, deep=False) == ["outside"]
    told("contact log 1 --mode phone --outcome held", ok=True)
    assert found(told, deep=False) == ["outside"]
    assert "person 1" in told("audit verify").out
    assert told("audit log --kind outside --json").json[0]["rows"] == 1


def test_a_row_edited_while_the_triggers_were_off_and_put_back_is_found_by_holding_rows_to_the_record(
    told, store
) -> None:
    with unwatched(store):
        store.run("UPDATE person SET phone = '07700900999' WHERE id = 1")

    assert found(told, deep=False) == []
    assert found(told) == ["damaged"]
    assert "person 1: not as entry" in told("audit verify --deep").out


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM contact WHERE id = 3",
        "UPDATE contact SET outcome = 'declined' WHERE id = 3",
        "UPDATE event SET worker_id = 2 WHERE id = 15",
        "INSERT INTO setting (key, value) VALUES ('more', '1')",
    ],
)
def test_nor_does_removing_or_adding_or_changing_who_did_it_go_unseen(told: Drive, store: Connection, sql: str) -> None:
    if "worker_id" in sql:
        sql = sql.replace("= 2", "= NULL")
    with unwatched(store):
        store.run(sql)

    assert found(told) in (["damaged"], ["outside"])


def test_triggers_that_are_left_off_are_found_and_nothing_is_written_or_shown_until_they_are_back(told, store) -> None:
    triggers.take_away(store)
    store.run("DELETE FROM contact WHERE id = 3")
    told.close()

    assert found(told, deep=False) == ["unwatched"]
    for line in ("contact log 1 --mode phone --outcome held", "case show 1"):
        done = told(line)
        assert done.code == 7
        assert "drive upgrade" in done.err
        assert done.out == ""
    assert told("caseload", ok=True)
    told("upgrade", ok=True)
    assert told("contact log 1 --mode phone --outcome held").code == 0
    assert found(told) == ["damaged"]


def _delete(store: Connection) -> None:
    store.run("DELETE FROM audit_event WHERE seq = 8")


def _alter(store: Connection) -> None:
    store.run('UPDATE audit_event SET body = REPLACE(body, \'"worker":"sam"\', \'"worker":"ben"\') WHERE seq = 8')


def _swap(store: Connection) -> None:
    for old, new in ((8, 900), (9, 8), (900, 9)):
        store.run("UPDATE audit_event SET seq = :new WHERE seq = :old", new=new, old=old)


def _alter_before_image(store: Connection) -> None:
    store.run("UPDATE change SET old = REPLACE(old, 'person', 'persom') WHERE id = (SELECT MAX(id) FROM change)")
    store.run("UPDATE change SET old = REPLACE(old, '\"P-0001\"', '\"P-0009\"')")


def _alter_beside(store: Connection) -> None:
    store.run("UPDATE audit_event SET case_id = NULL WHERE case_id IS NOT NULL")


def _drop_before_image(store: Connection) -> None:
    store.run("DELETE FROM change WHERE id = (SELECT MAX(id) FROM change)")


@pytest.mark.parametrize("attack", [_delete, _alter, _swap, _alter_before_image, _alter_beside, _drop_before_image])
def test_what_is_changed_inside_the_record_is_found(told, store, attack: Callable[[Connection], None]) -> None:
    with unwatched(store):
        attack(store)

    assert "damaged" in found(told, deep=False)


def _cut_the_end(store: Connection) -> None:
    """The last ten entries and what they did."""
    first = head(store).seq - 9
    kept = store.value(f"SELECT MIN(event_id) FROM audit_event WHERE seq >= {first}")
    for table in ("contact", "deadline"):
        store.run(f"DELETE FROM {table} WHERE {'event_id' if table == 'contact' else 'because_id'} >= {kept}")
    store.run(f"DELETE FROM event_case WHERE event_id >= {kept}")
    store.run(f"DELETE FROM event WHERE id >= {kept}")
    store.run(f"DELETE FROM audit_event WHERE seq >= {first}")


def _make_it_anew(store: Connection) -> None:
    """Somebody else is put in the place of who did it, from an entry on."""
    store.run('UPDATE audit_event SET body = REPLACE(body, \'"login":"tester\', \'"login":"nobody\') WHERE seq >= 8')
    rechain(store, 8)


def _take_a_reading_out(store: Connection) -> None:
    seq = store.value("SELECT MIN(seq) FROM audit_event WHERE case_id IS NOT NULL")
    store.run(f"DELETE FROM audit_event WHERE seq = {seq}")
    rechain(store, seq)


@pytest.mark.parametrize("attack", [_cut_the_end, _make_it_anew, _take_a_reading_out])
def test_what_is_done_to_the_whole_record_is_found_only_by_what_was_kept_elsewhere(told, store, attack) -> None:
    before, receipt = last(told), told("audit receipt", ok=True).out.strip()
    with unwatched(store):
        attack(store)

    assert found(told) == []
    assert found(told, before) != []
    assert told(["audit", "verify", "--anchor", receipt]).code == 7


def test_a_store_that_is_not_as_this_computer_last_saw_it_is_refused_until_somebody_answers_for_it(told, store) -> None:
    with unwatched(store):
        _cut_the_end(store)
    told.close()

    for line in ("caseload", "case show 1", "contact log 1 --mode phone --outcome held", "today"):
        done = told(line)
        assert done.code == 7, line
        assert "10 entries after" in done.err
        assert "drive doctor" in done.err
    assert told("audit verify").code == 7
    accepted = told("audit accept --reason 'the disk was exchanged on Friday'", ok=True)
    assert "Accepted" in accepted.out
    assert told("audit verify --deep").code == 0
    assert told("caseload").code == 0
    assert told("audit log --kind accept --json").json[0]["reason"] == "the disk was exchanged on Friday"


def test_only_a_lead_accepts(told, store) -> None:
    store.run("UPDATE person SET phone = '07700900999' WHERE id = 1")
    told("worker add 'Amina Khan' --username amina --role case_manager", ok=True)

    done = told("audit accept --reason mine", as_="amina")

    assert done.code == 3
    assert told("audit verify").code == 7


def test_reading_the_file_with_another_program_leaves_no_trace_and_is_not_claimed_to(told, store) -> None:
    assert store.run("SELECT phone FROM person").fetchall()

    assert found(told, last(told)) == []
    assert "cannot find out who merely read the store with another program" in " ".join(
        told("audit verify --help").out.split()
    )


def test_a_row_given_by_hand_in_a_bulk_is_found_too(drive: Drive, team) -> None:
    lines = [
        "forename,surname,external_ref",
        *(f"Kim,Sample{'abcdefghij'[n % 10]}{'x' * (n // 10)},E-{n}" for n in range(150)),
    ]
    drive("import persons -", stdin="\n".join(lines), ok=True)
    assert found(drive) == []

    with unwatched(drive.db(write=True)):
        drive.db(write=True).run("UPDATE person SET forename = 'Tim' WHERE id = 77")

    assert found(drive, deep=False) == []
    assert found(drive) == ["damaged"]
