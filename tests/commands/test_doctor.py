"""`drive doctor`: each problem with the line that mends it; and `drive upgrade`, which mends what is not damage."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.refusals import contents
from drivecli.models import Deadline

posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")


@pytest.fixture
def well(drive, team, stores):
    """A store with an open and a closed case."""
    return stores.prepared(drive, with_cases)


@pytest.fixture
def well_file(drive_file, team, stores):
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_cases)


def with_cases(drive) -> None:
    drive.open_case(manager="amina", opened="2026-02-02")
    drive.open_case(manager="amina", opened="2026-02-02")
    drive("case close 2 --reason completed", ok=True)


def checks(drive, **how) -> dict[str, tuple[str, str, str]]:
    """What the doctor says: check to state, what was found, what mends it. The last of a name counts."""
    return {row["name"]: (row["state"], row["found"], row["mend"]) for row in drive("doctor --json", **how).json}


def test_a_store_that_is_well(well) -> None:
    result = well("doctor", env={"DRIVE_TODAY": None})

    found = checks(well, env={"DRIVE_TODAY": None})
    assert result.code == 0
    assert {state for state, _, _ in found.values()} == {"ok"}
    assert result.err == f"0 failed, 0 to mind, {len(found)} fine.\n"
    assert {"python", "folders", "today", "store", "schema", "rules", "deadlines", "holidays"} <= set(found)


def test_a_training_day_is_minded_and_no_failure(well_file) -> None:
    result = well_file("doctor")

    assert result.code == 0
    assert checks(well_file)["today"] == (
        "warn",
        "DRIVE_TODAY is set to 2026-03-02",
        "Unset DRIVE_TODAY for real work.",
    )


def a_moved_deadline(drive) -> None:
    drive.db(write=True).run("UPDATE deadline SET due_on = '2026-02-10' WHERE case_id = 1 AND kind = 'contact'")


def a_missing_deadline(drive) -> None:
    drive.db(write=True).run("DELETE FROM deadline WHERE case_id = 1 AND kind = 'review'")


def one_deadline_too_many(drive) -> None:
    columns = ", ".join(name for name in Deadline.model_fields if name != "id")
    again = f"SELECT {columns} FROM deadline WHERE case_id = 1 AND kind = 'review'"
    drive.db(write=True).run(f"INSERT INTO deadline ({columns}) {again}")


def another_owner(drive) -> None:
    drive.db(write=True).run("UPDATE deadline SET owner_id = 2 WHERE case_id = 1 AND kind = 'review'")


@pytest.mark.parametrize("spoil", [a_moved_deadline, a_missing_deadline, one_deadline_too_many, another_owner])
def test_deadlines_that_the_rules_do_not_answer_are_found_and_mended(well, spoil: Callable) -> None:
    spoil(well)
    well.close()

    result = well("doctor")

    assert result.code == 7
    assert checks(well)["deadlines"] == (
        "fail",
        "differ from the rules' answer in WS-0001",
        "drive upgrade --recompute",
    )
    mended = well("upgrade --recompute")
    assert mended.out == "The store is at this release. The clock was run for 2 cases.\n"
    assert well("doctor").code == 0


@pytest.mark.parametrize(
    "change",
    ["next_due_on = '2026-12-24'", "manager_id = NULL", "window_ends_on = '2030-01-01'", "status = 'suspended'"],
)
def test_a_list_that_would_not_tell_what_the_rules_answer_is_found(well_file, change: str) -> None:
    well_file.db(write=True).run(f"UPDATE case_record SET {change} WHERE id = 1")
    well_file.close()

    assert well_file("doctor").code == 7


def test_follow_ups_of_a_closed_case_are_checked_too(well_file) -> None:
    well_file.db(write=True).run("DELETE FROM deadline WHERE case_id = 2")
    well_file.close()

    assert well_file("doctor").code == 7


def test_bank_holidays_that_run_out_within_a_year_are_minded(well_file) -> None:
    enough, short = (checks(well_file, today=day)["holidays"] for day in ("2027-12-31", "2028-01-02"))

    assert enough == ("ok", "known until 2028-12-31", "")
    assert short == (
        "warn",
        "known only until 2028-12-31",
        "Add the next year's to a holidays.toml: drive practice apply holidays.toml --reason WHY",
    )


def test_rules_of_another_release_are_found_and_brought_forward(well) -> None:
    well.db(write=True).run("UPDATE setting SET value = '0-00000000' WHERE key = 'rules'")
    well.close()

    assert checks(well)["rules"] == ("fail", "differ from those the deadlines were made with", "drive upgrade")
    read, written = well("caseload"), well("contact log 1 --mode phone --outcome held")
    assert read.code == 0
    assert read.err.startswith(
        "The rules of this release differ from those the deadlines were made with: drive upgrade\n"
    )
    assert (written.code, written.out) == (5, "")
    assert written.err.endswith("\ndrive upgrade\n")

    assert well("upgrade").code == 0
    assert checks(well)["rules"][0] == "ok"
    assert well("contact log 1 --mode phone --outcome held").code == 0


@posix
@pytest.mark.parametrize("what", ["store", "key", "data folder", "key folder"])
def test_what_others_may_read_is_found_with_the_line_that_closes_it(well_file, what: str) -> None:
    settings = well_file.settings
    path: Path = {
        "store": settings.store.path,
        "key": settings.own_key_file,
        "data folder": settings.data,
        "key folder": settings.own_key_file.parent,
    }[what]
    folder = path.is_dir()
    path.chmod(0o755 if folder else 0o644)

    result = well_file("doctor")

    mend = f"chmod {'700' if folder else '600'} {path}"
    assert result.code == 7
    assert mend in result.out
    path.chmod(0o700 if folder else 0o600)
    assert well_file("doctor").code == 0


def test_a_store_that_will_not_open_is_a_failed_check_not_the_end(well_file) -> None:
    well_file.settings.own_key_file.write_text("ab" * 32)

    result = well_file("doctor --json")

    assert result.code == 7
    assert result.json[-1] == {
        "name": "store",
        "state": "fail",
        "found": "The key does not fit this store.",
        "mend": "Check DRIVE_KEY_FILE and DRIVE_DATABASE.",
    }


def test_with_no_store_it_says_how_to_start_one(tmp_path, drive_file) -> None:
    result = drive_file.another(tmp_path / "nothing")("doctor --json")

    assert result.code == 7
    assert [row["name"] for row in result.json if row["state"] == "fail"]
    assert "drive init" in result.out


def test_the_doctor_changes_nothing(well) -> None:
    before = contents(well)

    well("doctor", ok=True)

    assert contents(well) == before


# -- upgrade -----------------------------------------------------------------------------------------------------------


def test_a_store_of_this_release_is_left_alone(well) -> None:
    before = contents(well)

    result = well("upgrade")

    assert (result.code, result.out) == (0, "The store is at this release already. Nothing was changed.\n")
    assert contents(well) == before


def test_recomputing_what_is_right_changes_no_deadline(well_file) -> None:
    before = well_file("why 1 --json").json

    answer = well_file("upgrade --recompute --json").json

    assert (answer["cases"], answer["copy"]) == (2, None)
    assert well_file("why 1 --json").json == before
