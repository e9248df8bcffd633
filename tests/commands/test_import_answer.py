"""What is said of an import: what was read, the line to type next, and how it reads at a terminal."""

import sys
from pathlib import Path

import pytest
from conftest import Drive
from screens import Screen

HEADER = "external_ref,forename,surname,Started,tier\n"


def put(folder: Path, *rows: str, header: str = HEADER) -> str:
    """A file of cases, and its name as it is typed."""
    file = folder / "old cases.csv"
    file.write_text(header + "".join(f"{row}\n" for row in rows))
    return str(file)


def test_what_was_read_is_said_once_where_all_rows_alike_say_it(drive_file: Drive, tmp_path: Path) -> None:
    file = put(tmp_path, "A,Lee,Farrow,1/2/2026,medium", "B,Pat,Larch,1/2/2026,medium", "C,Kai,Brook,31/2/2026,high")

    said = drive_file(["import", "cases", file, "--map", "opened_on=Started", "-n"]).err.splitlines()

    assert "  2x tier: “medium” is not a tier. One of: high, not_assessed, standard. (rows 2, 3)" in said
    assert "  1x opened_on: “31/2/2026”: February 2026 has 28 days. (row 4)" in said


def test_what_was_read_is_left_out_where_rows_alike_say_different_things(drive_file: Drive, tmp_path: Path) -> None:
    file = put(tmp_path, "A,Lee,Farrow,1/2/2026,medium", "B,Pat,Larch,1/2/2026,low")

    said = drive_file(["import", "cases", file, "--map", "opened_on=Started", "-n"]).err.splitlines()

    assert "  2x tier: “…” is not a tier. One of: high, not_assessed, standard. (rows 2, 3)" in said


def test_the_line_to_type_next_reads_the_file_as_it_was_read(drive_file: Drive, tmp_path: Path) -> None:
    file = put(tmp_path, "A|Lee|Farrow|1/2/2026|", header=HEADER.replace(",", "|").replace("Started", "Started on"))
    how = ["--map", "opened_on=Started on", "--delimiter", "pipe", "--encoding", "utf-8"]

    said = drive_file(["import", "cases", file, *how, "--dry-run"], ok=True).err.splitlines()
    [line] = [line.removeprefix("To bring it in: drive ") for line in said if line.startswith("To bring it in: ")]
    done = drive_file(line, ok=True)

    assert "Brought in 1 as import 1." in done.out


def test_the_line_that_brings_in_the_good_rows_does(drive_file: Drive, tmp_path: Path) -> None:
    file = put(tmp_path, "A,Lee,Farrow,1/2/2026,", "B,Pat,Larch,1/2/26,")

    said = drive_file(["import", "cases", file, "--map", "opened_on=Started"], ok=False).err.splitlines()
    [line] = [line.partition("good rows: drive ")[2] for line in said if "good rows: " in line]
    done = drive_file(line)

    assert done.code == 6
    assert "Brought in 1 as import 1." in done.out


def test_contacts_are_proposed_with_whom_they_are_about(drive_file: Drive, tmp_path: Path) -> None:
    ref = drive_file.open_case(opened="1/2/2026")
    (tmp_path / "calls.csv").write_text(f"case,on,mode,outcome,note\n{ref},2/2/2026,phone,held,Some words.\n")

    said = drive_file(["import", "contacts", str(tmp_path / "calls.csv"), "--about", "person", "-n"], ok=True).err

    assert "calls.csv --about person\n" in said


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_at_a_terminal_the_answer_wraps_between_words_and_the_line_to_type_does_not(
    drive_file: Drive, tmp_path: Path
) -> None:
    file = put(tmp_path, "A,Lee,Farrow,1/2/2026,medium", "B,Pat,Larch,1/2/2026,")
    line = ["import", "cases", file, "--map", "opened_on=Started", "-n", "--color", "never"]

    screen = Screen(drive_file, line, columns=60, COLUMNS="60", TERM="dumb")
    screen.end()
    said = screen.seen.replace("\r\n", "\n")

    assert "\n  1x tier: “medium” is not a tier. One of: high,\n    not_assessed, standard. (row 2)\n" in said
    [line] = [line for line in said.splitlines() if "good rows: " in line]
    assert line.endswith("--map opened_on=Started --partial")
