"""`drive export`: what leaves is what the lists show, on an allow-list, on record before its first byte."""

import csv
import io
import json
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ENGINES, Drive, Stores

from commands.refusals import assert_refused, contents
from drivecli import render
from drivecli.commands import export
from drivecli.queries import exports as query
from drivecli.services import exports
from drivecli.spreadsheets.reading import open_sheet

HISTORY = [
    "agency add 'Worthing Housing' --kind housing",
    "agency add 'adur Advice'",
    "worker add 'Mo Full' --username mo_1 --role case_manager --capacity 3 --agency 'Worthing Housing'",
    "case open --forename Zoë --surname O’Neill --dob 3/4/1990 --sex male --alias 'Zed Neill' --alias Zee"
    " --identifier pnc=24/1X --area adur --tier high --opened 5/1/2026 --manager amina --external-ref Ext-9"
    " --phone 07700900123 --address '1 Sample Row' --interpreter --ethnicity said --language Polish --route marac",
    "case open --forename Kim --surname Other --opened 2/2/2026 --manager ben --tier standard --area crawley",
    "case open --forename Pat --surname Last --opened 30/4/2025 --manager mo_1 --window-months 12",
    "case open --forename Jo --surname Nobody --opened 20/2/2026",
    "case open --forename Lee --surname Past --opened 1/12/2025 --manager ben --area adur",
    "approach 1 --state agreed --with 'Fay Moss' --on 6/1/2026",
    "approach 2 --state not_yet --with 'Fay Moss' --on 3/2/2026 --until 1/3/2026",
    "assign 1 --substance carl --mental-health dana --on 7/1/2026",
    "contact log 1 --mode phone --outcome held --on 8/1/2026 --by carl --minutes 30 --note '=1+1' --with sister",
    "contact log 1 --mode in_person --outcome did_not_attend --on 9/1/2026 --purpose support",
    "contact log 1 --mode meeting --outcome held --on 9/1/2026 --about restricted --note 'never seen'",
    "contact correct 2 --outcome declined --reason 'wrong box'",
    "contact log 1 --mode phone --outcome held --on 10/1/2026",
    "contact correct 5 --withdraw --reason 'wrong case'",
    "contact log 2 --mode phone --outcome held --on 5/2/2026 --by fay",
    "case stage 1 engaged --on 12/1/2026 --reason 'met twice'",
    "case stage 1 not_engaged --on 20/2/2026",
    "case correct 1 stage --to step_down --on 19/2/2026 --reason mistyped",
    "case suspend 2 --reason custody --expected-release 1/6/2026 --on 9/2/2026",
    "case suspend 2 --expected-release 1/7/2026 --on 23/2/2026",
    "case suspend 3 --reason hospital --on 9/2/2026",
    "case resume 3 --reason released --on 23/2/2026",
    "case extend 3 --months 1 --reason 'court date' --authorised-by sam",
    "unassign 1 --mental-health --on 20/2/2026 --reason 'work finished'",
    "case transfer 5 --to amina --reason leave --on 10/2/2026",
    "case close 5 --reason completed --on 20/2/2026",
    "case open --same-as 5 --manager ben --opened 25/2/2026",
    "worker leave ed --on 27/2/2026",
]


@pytest.fixture(scope="module", params=ENGINES)
def made(request: pytest.FixtureRequest, stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """A service's year in thirty lines, told once for each engine. Exports leave its cases as they are."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgres":
            patch.setenv("PGPASSFILE", str(stores.server.passfile))
        drive = stores.copy(request.param, tmp_path_factory.mktemp("export") / "drive", team=True)
        for line in HISTORY:
            drive(line, as_="sam", ok=True)
    yield drive
    stores.give_back(drive)


@pytest.fixture
def told(made: Drive, stores: Stores, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drive:
    """The year, with an empty folder to stand in."""
    if made.engine == "postgres":
        monkeypatch.setenv("PGPASSFILE", str(stores.server.passfile))
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return made


@pytest.fixture
def told_file(drive_file: Drive, team: Any, stores: Stores, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Drive:
    """A case with a contact in a file of its own, and an empty folder to stand in."""
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return stores.prepared(drive_file, tell)


def tell(drive: Drive) -> None:
    drive.open_case(manager="amina", phone="07700900123", opened="5/1/2026")
    drive("contact log 1 --mode meeting --outcome held --about restricted --note secret --on 6/1/2026", ok=True)


def taken(drive: Drive, line: str, **how: Any) -> list[dict[str, Any]]:
    """The rows of an export, as objects."""
    return drive(f"export {line} --json", as_="sam", ok=True, **how).json


def texts(drive: Drive, line: str) -> list[dict[str, str]]:
    """The rows of an export, as the cells of its CSV."""
    result = drive(f"export {line}", as_="sam", ok=True)
    return list(csv.DictReader(io.StringIO(result.out, newline=""), strict=True))


def log(drive: Drive) -> list[tuple[Any, ...]]:
    """Every export on record: who, with which command, and what of it."""
    rows = drive.db().run(
        "SELECT w.username, e.command, x.kind, x.rows, x.form, x.restricted, x.reason FROM export_log x"
        " JOIN event e ON e.id = x.event_id JOIN worker w ON w.id = x.recorded_by ORDER BY x.id"
    )
    return [(*row[:5], bool(row[5]), row[6]) for row in rows.fetchall()]


OUT = "--include-restricted --reason 'moving house'"


# -- the rows ----------------------------------------------------------------------------------------------------------


def test_people_leave_with_their_other_names_and_without_phone_and_address(told: Drive) -> None:
    rows = taken(told, "persons")

    assert [row["ref"] for row in rows] == ["P-0001", "P-0002", "P-0003", "P-0004", "P-0005"]
    assert rows[0] == {
        "ref": "P-0001", "external_ref": None, "forename": "Zoë", "surname": "O’Neill", "dob": "1990-04-03",
        "sex": "male", "ethnicity": "said", "language": "Polish", "interpreter": True,
        "aliases": ["Zed Neill", "Zee"], "identifiers": ["pnc=24/1X"],
    }  # fmt: skip
    assert (rows[1]["aliases"], rows[1]["identifiers"], rows[1]["interpreter"]) == (None, None, False)


def test_a_case_leaves_with_its_person_and_as_it_stands(told: Drive) -> None:
    rows = {row["ref"]: row for row in taken(told, "cases")}

    assert list(rows) == [f"WS-000{number}" for number in range(1, 7)]
    assert rows["WS-0001"] == {
        "ref": "WS-0001", "external_ref": "Ext-9", "person": "P-0001", "forename": "Zoë", "surname": "O’Neill",
        "dob": "1990-04-03", "sex": "male", "ethnicity": "said", "language": "Polish", "interpreter": True,
        "aliases": ["Zed Neill", "Zee"], "identifiers": ["pnc=24/1X"], "opened_on": "2026-01-05", "route": "marac",
        "area": "adur", "tier": "high", "manager": "amina", "window_months": 10, "stage": "step_down",
        "stage_on": "2026-02-19", "status": "open", "suspended_on": None, "suspend_reason": None,
        "expected_release": None, "closed_on": None, "closure_reason": None,
        "approach_agreed_on": "2026-01-06", "followed_up_on": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "leaves"),
    [
        ("--state agreed", "2026-02-27"),
        ("--state agreed --until 1/6/2026", None),
        ("--state agreed --modes phone", None),
        ("--state not_yet", None),
        ("--state never", None),
    ],
)
def test_an_agreement_leaves_with_its_day_only_where_it_has_no_limit_that_a_day_would_lose(
    drive: Drive, team: Any, answer: str, leaves: str | None
) -> None:
    drive("case open --forename Kim --surname Sample --opened 13/1/2026", ok=True)
    drive("approach 1 --state agreed --with adviser --on 20/2/2026", ok=True)

    drive(f"approach 1 {answer} --with adviser --on 27/2/2026", ok=True)

    assert taken(drive, "cases")[0]["approach_agreed_on"] == leaves


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("WS-0002", {"status": "suspended", "suspended_on": "2026-02-09", "suspend_reason": "custody",
                     "expected_release": "2026-07-01"}),
        ("WS-0003", {"status": "open", "suspended_on": None, "expected_release": None, "window_months": 13}),
        ("WS-0004", {"manager": None, "area": None, "stage": "information_gathering", "stage_on": "2026-02-20"}),
        ("WS-0005", {"status": "closed", "manager": "amina", "closed_on": "2026-02-20", "closure_reason": "completed"}),
        ("WS-0006", {"status": "open", "person": "P-0005", "forename": "Lee", "manager": "ben", "closed_on": None}),
    ],
)  # fmt: skip
def test_a_case_says_where_it_stands(told: Drive, ref: str, said: dict[str, Any]) -> None:
    row = next(row for row in taken(told, "cases") if row["ref"] == ref)

    assert {name: row[name] for name in said} == said


def test_contacts_that_were_corrected_or_withdrawn_stay_and_a_restricted_note_is_empty(told: Drive) -> None:
    rows = taken(told, "contacts")

    assert [(row["id"], row["case"], row["outcome"], row["about"], row["note"]) for row in rows] == [
        (1, "WS-0001", "held", "person", "=1+1"),
        (3, "WS-0001", "held", "restricted", None),
        (4, "WS-0001", "declined", "person", None),
        (7, "WS-0002", "held", "person", None),
    ]
    assert rows[0] == {
        "id": 1, "case": "WS-0001", "external_ref": None, "on": "2026-01-08", "mode": "phone", "outcome": "held",
        "kind": "direct", "purpose": None, "with_whom": "sister", "minutes": 30, "by": "carl", "about": "person",
        "note": "=1+1",
    }  # fmt: skip
    assert rows[3]["by"] == "fay"


def test_assignments_that_ended_leave_too(told: Drive) -> None:
    rows = taken(told, "assignments --case 1") + taken(told, "assignments --case 5")

    assert [tuple(row.values()) for row in rows] == [
        ("WS-0001", "case_manager", "amina", "2026-01-05", None, None),
        ("WS-0001", "substance", "carl", "2026-01-07", None, None),
        ("WS-0001", "mental_health", "dana", "2026-01-07", "2026-02-20", "work finished"),
        ("WS-0005", "case_manager", "ben", "2025-12-01", "2026-02-10", "leave"),
        ("WS-0005", "case_manager", "amina", "2026-02-10", "2026-02-20", "case closed"),
    ]
    assert list(rows[0]) == ["case", "role", "worker", "from", "until", "reason"]


def test_workers_who_left_leave_too_and_agencies_are_by_name(told: Drive) -> None:
    workers, agencies = taken(told, "workers"), taken(told, "agencies")

    listed = told("worker list --all --json", as_="sam").json
    assert [row["username"] for row in workers] == [row["username"] for row in listed]
    assert {"username": "ed", "name": "Ed Price", "role": "probation", "agency": None, "capacity": None,
            "left_on": "2026-02-27"} in workers  # fmt: skip
    assert ("Worthing Housing", 3) in [(row["agency"], row["capacity"]) for row in workers]
    assert [row["name"] for row in agencies] == [row["name"] for row in told("agency list --json").json]


CASELOADS = [
    "",
    "--overdue",
    "--mine",
    "--manager ben",
    "--unallocated",
    "--area adur",
    "--tier high",
    "--stage step_down",
    "--due-within 3",
    "--ending-within 90",
    "--limit 2",
]


@pytest.mark.parametrize("filters", CASELOADS)
def test_the_caseload_and_its_deadlines_are_what_the_list_shows(told: Drive, filters: str) -> None:
    listed = told(f"caseload {filters} --json", as_="sam", ok=True).json

    caseload, deadlines = taken(told, f"caseload {filters}"), taken(told, f"deadlines {filters}")

    assert caseload == [{name: value for name, value in row.items() if name != "deadlines"} for row in listed]
    assert deadlines == [
        {"ref": row["ref"], "name": row["name"], "manager": row["manager"], **due}
        for row in listed
        for due in row["deadlines"]
    ]


@pytest.mark.parametrize("kind", ["caseload", "deadlines", "cases", "persons", "assignments"])
def test_nobody_of_the_victim_s_side_is_named(told: Drive, kind: str) -> None:
    page = told(f"export {kind} {OUT}", as_="sam", ok=True).out

    assert "fay" not in page.lower()


COUNTED = [
    ("cases", "case list", "case"),
    ("cases --status closed", "case list --status closed", "case"),
    ("cases --manager ben", "case list --manager ben", "case"),
    ("cases --area adur --status open", "case list --area adur --status open", "case"),
    ("contacts --case 1", "contact list 1", "contact"),
    ("contacts --case 3", "contact list 3", "contact"),
    ("workers", "worker list --all", "worker"),
    ("workers --role case_manager", "worker list --all --role case_manager", "worker"),
    ("agencies", "agency list", "agency"),
    ("caseload --overdue", "caseload --overdue", "open case"),
]


@pytest.mark.parametrize(("line", "listing", "called"), COUNTED)
def test_the_count_that_is_said_and_kept_is_that_of_the_list(told: Drive, line: str, listing: str, called: str) -> None:
    count = len(told(f"{listing} --json", as_="sam", ok=True).json)

    result = told(f"export {line}", as_="sam", ok=True)

    many = {"agency": "agencies"}.get(called, f"{called}s")
    assert result.err == f"{count} {called if count == 1 else many} exported.\n"
    assert len(list(csv.reader(io.StringIO(result.out, newline="")))) == count + 1
    assert log(told)[-1] == ("sam", f"drive export {line.split()[0]}", line.split()[0], count, "csv", False, None)


def test_contacts_since_a_day_are_of_that_day_and_later(told: Drive) -> None:
    assert [row["on"] for row in taken(told, "contacts --since 9/1/2026")] == ["2026-01-09"] * 2 + ["2026-02-05"]
    assert taken(told, "contacts --since 6/2/2026") == []


@pytest.mark.parametrize("kind", query.FIELDS)
def test_how_many_are_read_at_once_changes_nothing(told: Drive, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    whole = taken(told, f"{kind} {OUT}")

    monkeypatch.setattr(query, "MANY", 2)

    assert taken(told, f"{kind} {OUT}") == whole
    assert len(whole) > 1


@pytest.mark.parametrize("snapshot", [True, False])
def test_what_is_written_while_rows_leave_is_not_among_them(
    drive: Drive, team: Any, monkeypatch: pytest.MonkeyPatch, snapshot: bool
) -> None:
    drive.open_case(opened="5/1/2026")
    for _ in range(3):
        drive("contact log 1 --mode phone --outcome held --on 6/1/2026", ok=True)
    monkeypatch.setattr(query, "MANY", 2)
    read = query.rows

    def slowly(db: Any, *asked: Any) -> Iterator[Any]:
        if not snapshot:
            db.rollback()
            if db.is_postgres:
                db.raw.autocommit = True
        for number, row in enumerate(read(db, *asked)):
            if number == 1:
                drive("contact log 1 --mode phone --outcome held --on 7/1/2026", ok=True)
            yield row

    monkeypatch.setattr(query, "rows", slowly)

    assert len(taken(drive, "contacts")) == (3 if snapshot else 4)


# -- who, and what may leave -------------------------------------------------------------------------------------------


def test_what_is_restricted_leaves_with_a_reason_that_is_kept(told: Drive) -> None:
    people, notes = taken(told, f"persons {OUT}"), taken(told, f"contacts --case 1 {OUT}")

    assert (people[0]["phone"], people[0]["address"]) == ("07700900123", "1 Sample Row")
    assert list(people[0])[9:11] == ["phone", "address"]
    assert [row["note"] for row in notes] == ["=1+1", "never seen", None]
    assert log(told)[-2:] == [
        ("sam", "drive export persons", "persons", 5, "json", True, "moving house"),
        ("sam", "drive export contacts", "contacts", 3, "json", True, "moving house"),
    ]
    assert "phone" in taken(told, f"cases {OUT}")[0]
    assert "phone" not in taken(told, "cases")[0]


@pytest.mark.parametrize(
    ("username", "line", "code", "said"),
    [
        ("amina", "cases", 3, "Amina Khan (case manager) may not take records out.\nAsk one of: gil, sam."),
        ("fay", f"cases {OUT}", 3, "Fay Moss (victim's adviser (IDVA)) may not take records out.\n"
         "Ask one of: gil, sam."),
        ("hal", "agencies", 3, "Hal Dean (auditor) may not take records out.\nAsk one of: gil, sam."),
        ("gil", f"cases {OUT}", 3, "Gil Stone (administrator) may not take restricted notes, phone numbers and"
         " addresses out.\nLeave --include-restricted out, or ask one of: sam."),
        ("sam", "persons --include-restricted", 2, "Missing --reason: say why restricted notes, phone numbers and"
         " addresses must leave the store."),
        ("sam", "cases --manager bem", 4, "There is no worker with the username “bem”. Did you mean ben?\n"
         "drive worker list"),
        ("sam", "contacts --case 99", 4, "There is no case WS-0099. The last one is WS-0001.\n"
         "drive case list   or: drive case find NAME"),
        ("sam", "caseload --mine --unallocated", 2, "Choose one of --mine, --manager and --unallocated."),
        ("sam", "persons --fields ref,phone", 2, "There is no field “phone” here. Fields: ref, external_ref, forename,"
         " surname, dob, sex, ethnicity, language, interpreter, aliases, identifiers."),
        ("sam", "cases -o cases.ods", 2, "cases.ods: an export is one of csv, xlsx, json, jsonl, not .ods.\n"
         "Name the file .csv or .xlsx, or say --format."),
        ("sam", "cases -o nowhere/cases.csv", 3, "nowhere/cases.csv cannot be written: No such file or directory.\n"
         "Choose another place."),
    ],
)  # fmt: skip
def test_an_export_is_refused(told_file: Drive, username: str, line: str, code: int, said: str) -> None:
    before = contents(told_file)

    result = told_file(f"export {line}", as_=username)

    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(said + "\n")  # a reason that was typed is kept as a draft, as everywhere
    assert os.listdir() == []
    if "nowhere" not in line:  # which is found out only when the file is made; that it was asked for is on record
        assert contents(told_file) == before


def test_an_administrator_exports_what_is_not_restricted(told: Drive) -> None:
    assert told("export contacts", as_="gil").code == 0
    assert log(told)[-1][:2] == ("gil", "drive export contacts")


def test_where_nobody_has_the_right_anybody_exports_but_not_what_is_restricted(new_drive_file: Drive) -> None:
    new_drive_file("init --name Ama --username ama --role case_manager", ok=True)
    new_drive_file.open_case()

    plain, restricted = new_drive_file("export cases"), new_drive_file(f"export cases {OUT}")

    assert plain.code == 0
    assert restricted.code == 3
    assert restricted.err.splitlines()[1] == "Leave --include-restricted out, or ask one of: a team lead."


def test_a_service_s_own_columns_may_guard_more_and_never_less(told_file: Drive, tmp_path: Path) -> None:
    own = tmp_path / "ours" / "columns"
    own.mkdir(parents=True)
    (own / "persons.toml").write_text(
        '[[column]]\ncode = "phone"\nguarded = false\n\n[[column]]\ncode = "dob"\nguarded = true\n\n'
        '[[column]]\ncode = "shoe_size"\nkind = "text"\nsays = "of no matter"\n',
        encoding="utf-8",
    )
    told_file(["practice", "apply", str(own.parent), "--reason", "ours"], ok=True)

    plain, all_of_it = taken(told_file, "persons")[0], taken(told_file, f"persons {OUT}")[0]

    assert {"phone", "address", "dob", "shoe_size"} & set(plain) == set()
    assert {"phone", "address", "dob"} <= set(all_of_it)


# -- on record before it leaves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["", "-o cases.csv"])
def test_an_export_is_on_record_before_its_first_byte(
    told: Drive, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    before, seen = len(log(told)), []
    write = export._write

    def watch(*what: Any, **how: Any) -> int:
        seen.append(len(log(told)) - before)
        return write(*what, **how)

    monkeypatch.setattr(export, "_write", watch)

    told(f"export cases {output}", as_="sam", ok=True)

    assert seen == [1]


def failing(error: BaseException) -> Callable[..., int]:
    """A writer that writes a little, and then cannot go on."""

    def write(stream: Any, *_: Any, **__: Any) -> int:
        stream.write(b"half a file")
        stream.flush()
        raise error

    return write


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OSError(28, "No space left on device"), 3,
         "cases.csv cannot be written: No space left on device.\nChoose another place.\n"),
        (KeyboardInterrupt(), 130, "Stopped. cases.csv was not written.\n"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_finished_is_not_there(
    told_file: Drive, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str, there: bool
) -> None:
    if there:
        Path("cases.csv").write_text("the one before")
    monkeypatch.setattr(export, "_write", failing(error))

    result = told_file("export cases -o cases.csv --force")

    assert (result.code, result.out, result.err) == (code, "", said)
    assert {path.name: path.read_text() for path in Path().iterdir()} == (
        {"cases.csv": "the one before"} if there else {}
    )
    assert len(log(told_file)) == 1


def test_what_stops_half_way_on_stdout_says_so(told_file: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_write", failing(KeyboardInterrupt()))

    result = told_file("export cases")

    assert (result.code, result.err) == (130, "Stopped. Not all of it came out.\n")


# -- files and forms ---------------------------------------------------------------------------------------------------


def mode(path: str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("umask", [0o000, 0o022])
@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl"])
def test_a_file_is_private_whatever_was_there(told_file: Drive, form: str, umask: int) -> None:
    name, kept = f"cases.{form}", os.umask(umask)
    try:
        first = told_file(f"export cases -o {name}", ok=True)
        made = mode(name)
        os.chmod(name, 0o644)
        told_file(f"export cases -o {name} --force", ok=True)
    finally:
        os.umask(kept)

    assert (made, mode(name)) == (0o600, 0o600)
    assert os.listdir() == [name]
    assert (first.out, first.err) == (
        "",
        f"1 case exported to {name}.\n"
        f"{name} holds names and lies there unprotected. Delete it once it has been used.\n",
    )


def test_a_file_that_is_there_is_kept_unless_force_is_said(told_file: Drive) -> None:
    Path("cases.csv").write_text("mine")

    assert_refused(
        told_file,
        "export cases -o cases.csv",
        3,
        "There is a file cases.csv already.\nChoose another name, or say --force.",
    )
    assert Path("cases.csv").read_text() == "mine"
    told_file("export cases -o cases.csv --force", ok=True)
    assert "WS-0001" in Path("cases.csv").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file that is no file")
def test_what_is_no_file_is_never_replaced(told_file: Drive) -> None:
    os.mkfifo("pipe.csv")

    result = told_file("export cases -o pipe.csv --force")

    assert (result.code, result.err.splitlines()[0]) == (3, "pipe.csv is not a file that can be replaced.")
    assert stat.S_ISFIFO(os.stat("pipe.csv").st_mode)


@pytest.fixture
def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files lie where none can have two names, as on a memory stick."""

    def no_link(*_: Any, **__: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no link is made")
def test_a_file_is_made_where_a_file_cannot_have_two_names(told_file: Drive, without_links: None) -> None:
    told_file("export cases -o cases.csv", ok=True)
    again = told_file("export cases -o cases.csv")

    assert (again.code, os.listdir(), mode("cases.csv")) == (3, ["cases.csv"], 0o600)
    assert "WS-0001" in Path("cases.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("links", [True, False])
def test_a_name_that_is_taken_meanwhile_is_not_written_over(
    told_file: Drive, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, links: bool
) -> None:
    if not links:
        request.getfixturevalue("without_links")
    write = export._write

    def meanwhile(*what: Any, **how: Any) -> int:
        Path("cases.csv").write_text("theirs")
        return write(*what, **how)

    monkeypatch.setattr(export, "_write", meanwhile)

    result = told_file("export cases -o cases.csv")

    assert (result.code, result.err.splitlines()[0]) == (3, "There is a file cases.csv already.")
    assert (os.listdir(), Path("cases.csv").read_text()) == (["cases.csv"], "theirs")


FORMS = [
    ("export cases", None, "csv"),
    ("export cases -o -", None, "csv"),
    ("export cases -o out.csv", "out.csv", "csv"),
    ("export cases -o OUT.XLSX", "OUT.XLSX", "xlsx"),
    ("export cases -o out.jsonl", "out.jsonl", "jsonl"),
    ("export cases -o out.txt", "out.txt", "csv"),
    ("export cases -o out.csv --format json", "out.csv", "json"),
    ("export cases -o out.csv --json", "out.csv", "json"),
    ("--format jsonl export cases", None, "jsonl"),
    ("--format json export cases --format csv", None, "csv"),
]


def form_of(content: bytes) -> str:
    """Which form some bytes are in."""
    if content.startswith(b"PK"):
        return "xlsx"
    if content.startswith((b'"ref"', b'\xef\xbb\xbf"ref"')):
        return "csv"
    return "json" if content.startswith(b"[") else "jsonl" if isinstance(json.loads(content), dict) else "none"


@pytest.mark.parametrize(("line", "name", "form"), FORMS)
@pytest.mark.parametrize("wanted", [None, "json"])
def test_the_form_is_what_was_said_else_the_file_s_name_else_csv(
    told_file: Drive, line: str, name: str | None, form: str, wanted: str | None
) -> None:
    result = told_file(line, env={"DRIVE_FORMAT": wanted}, ok=True)

    content = Path(name).read_bytes() if name else result.out.encode()
    assert form_of(content) == form
    assert log(told_file)[-1][4] == form
    assert content.startswith(b"\xef\xbb\xbf") == (form == "csv" and name is not None)


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_a_form_for_the_screen_is_no_export(told_file: Drive, form: str) -> None:
    before, after = told_file(f"--format {form} export cases"), told_file(f"export cases --format {form}")

    assert (before.code, after.code) == (2, 2)
    assert f"“{form}” is how a list is shown. An export is one of: csv, xlsx, json, jsonl." in before.err
    assert log(told_file) == []


def test_chosen_fields_leave_in_their_order(told: Drive) -> None:
    rows = texts(told, "cases --fields manager,ref --status suspended")

    assert [list(row.items()) for row in rows] == [[("manager", "ben"), ("ref", "WS-0002")]]


def test_a_csv_quotes_every_cell_and_writes_days_and_lists_for_programs(told: Drive) -> None:
    result = told("export persons --fields ref,dob,interpreter,aliases,sex", as_="sam", ok=True)

    lines = result.out.split("\r\n")
    assert lines[:3] == [
        '"ref","dob","interpreter","aliases","sex"',
        '"P-0001","1990-04-03","yes","[""Zed Neill"", ""Zee""]","male"',
        '"P-0002","","no","",""',
    ]


HOSTILE = ["=1+1", "@now", "+44 7700 900123", "-5", "'quoted'", "0071", " led by a space", "a\r\nb\nc", '"', "_x0041_",
           "1/2/2026", "\u202eback", "\U0001f600", "TRUE", "\x1b[31m", "long " * 8000 + "end", ";", "[1]"]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl"])
def test_what_is_read_of_a_file_is_what_left(told_file: Drive, form: str) -> None:
    for words in HOSTILE:
        told_file(["contact", "log", "1", "--mode", "phone", "--outcome", "held", "--note", words], ok=True)
    notes = {row["id"]: row["note"] for row in taken(told_file, f"contacts {OUT}")}
    told_file(f"export contacts -o contacts.{form} {OUT}", ok=True)

    sheet = open_sheet(
        Path(f"contacts.{form}"), None, sheet=None, encoding=None, delimiter=None, known=lambda row: "id" in row
    )
    lines = list(sheet.lines())
    read = {int(str(line.cells[0])): line.cells[sheet.header.index("note")] for line in lines}

    assert [line.fault for line in lines] == [""] * len(lines)
    assert read == notes
    assert set(notes.values()) == {"secret", *(words.strip() for words in HOSTILE)}


def test_quiet_says_only_what_must_be_heard(told_file: Drive) -> None:
    quiet = told_file("export cases -q -o cases.csv", ok=True)

    assert (quiet.out, len(quiet.err.splitlines())) == ("", 1)
    assert "unprotected" in quiet.err
    assert told_file("export agencies -q -o agencies.csv", ok=True).err == ""


def test_a_file_with_restricted_words_is_said_to_have_them(told_file: Drive) -> None:
    result = told_file(f"export contacts -o contacts.csv {OUT}", ok=True)

    assert result.err.splitlines()[-1] == "Restricted notes, phone numbers and addresses may be in it."
    assert "secret" in Path("contacts.csv").read_text(encoding="utf-8")


def test_a_workbook_is_not_cut_short_but_refused(told_file: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "LONGEST_SHEET", 1)

    assert_refused(
        told_file,
        "export cases -o cases.xlsx",
        3,
        "There are 1 rows, and a workbook holds 0.\nChoose --format csv, which has no end, or ask for less.",
    )
    assert told_file("export cases -o cases.csv").code == 0


# -- on a terminal, and in a pipe ------------------------------------------------------------------------------------


@pytest.fixture
def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed is printed on a terminal."""
    monkeypatch.setattr(render, "_is_terminal", lambda stream: True)


def test_a_workbook_is_not_poured_out_on_a_terminal(told_file: Drive, on_a_terminal: None) -> None:
    before = contents(told_file)

    result = told_file("export cases --format xlsx")

    assert (result.code, result.out) == (2, "")
    assert result.err == "A workbook cannot be shown on a terminal.\nSay where to: -o cases.xlsx\n"
    assert contents(told_file) == before


def test_no_cell_controls_the_terminal_and_a_pipe_gets_it_as_it_is(
    told_file: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "red \x1b[31m\nand \u202eback"
    told_file(["contact", "log", "1", "--mode", "phone", "--outcome", "held", "--note", words], ok=True)
    piped = told_file("export contacts --fields note").out

    monkeypatch.setattr(render, "_is_terminal", lambda stream: True)
    shown = told_file("export contacts --fields note").out

    assert words in piped
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "red ␛[31m␊and <U+202E>back" in shown


def test_a_reader_that_leaves_ends_it_quietly(told_file: Drive) -> None:
    if sys.platform == "win32":
        pytest.skip("pipes differ there")
    reader, writer = os.pipe()
    os.close(reader)

    with told_file.start("export cases", stdout=writer) as running:
        os.close(writer)
        _, said = running.communicate(timeout=60)

    assert (running.returncode, "Traceback" in said) == (0, False)
