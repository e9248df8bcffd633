"""`drive config`: what a user may set, who wins, and that it never gets in the way."""

import stat
import sys
from pathlib import Path

import pytest


@pytest.fixture
def config(new_drive_file):
    """The command where no store was ever started, and no pager was chosen."""
    new_drive_file.env |= {"DRIVE_PAGER": ""}
    return new_drive_file


def file_of(drive) -> Path:
    return drive.settings.file


def write(drive, text: str, encoding: str = "utf-8") -> None:
    file_of(drive).parent.mkdir(parents=True, exist_ok=True)
    file_of(drive).write_text(text, encoding=encoding)


def origins(drive, line: str = "config list", **env: str) -> dict[str, tuple[str, str]]:
    rows = drive(f"{line} --show-origin --format jsonl", env={"PAGER": None, **env}, ok=True).out.splitlines()
    import json

    return {row["name"]: (row["value"], row["origin"]) for row in map(json.loads, rows)}


# -- changing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("accessible", "on", "on"),
        ("accessible", "Yes", "on"),
        ("accessible", "0", "off"),
        ("color", "never", "never"),
        ("format", "plain", "plain"),
        ("hints", "off", "off"),
        ("pager", "less -S", "less -S"),
    ],
)
def test_a_setting_is_kept_without_a_store_and_taken_back(config, name: str, typed: str, value: str) -> None:
    before = config(f"config get {name}").out

    changed = config(["config", "set", name, typed], ok=True)

    assert changed.out == f"{name} is {value} from now on.\n"
    assert config(f"config get {name}").out == f"{value}\n"
    assert config(f"config unset {name}").out == f"{name} is no longer set. It is {before.strip()}, as drive comes.\n"
    assert config(f"config get {name}").out == before


def test_taking_back_what_was_never_set_is_no_error(config) -> None:
    result = config("config unset color")

    assert (result.code, result.out) == (0, "color was not set. It is auto, as drive comes.\n")
    assert not file_of(config).exists()


SETTINGS = "Settings: accessible, backup-days, color, format, hints, pager."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("get colour", f"There is no setting “colour”. {SETTINGS}"),
        (
            "set colour on",
            "There is no setting “colour”. Settings: accessible, backup-days, color, format, hints, pager.",
        ),
        (
            "unset database",
            "There is no setting “database”. Settings: accessible, backup-days, color, format, hints, pager.",
        ),
        ("set accessible maybe", "accessible takes on, off; it cannot be “maybe”."),
        ("set color red", "color takes auto, always, never; it cannot be “red”."),
        ("set format jsn", "format takes auto, table, plain, markdown, csv, json, jsonl; it cannot be “jsn”."),
        ("set pager ''", "pager takes a command to page with, or off; it cannot be “”."),
    ],
)
def test_what_is_not_understood_is_refused_and_changes_nothing(config, line: str, said: str) -> None:
    result = config(f"config {line}")

    assert (result.code, result.out, result.err) == (2, "", f"{said}\ndrive config list\n")
    assert not file_of(config).exists()


def test_the_rest_of_the_file_stays_as_it_was_written(config) -> None:
    write(config, '# ours\ndatabase = "elsewhere.db"  # the team\'s\ncolor = "never"  # on my old screen\n')

    config("config set color always", ok=True)
    config("config set hints off", ok=True)

    assert file_of(config).read_text() == (
        '# ours\ndatabase = "elsewhere.db"  # the team\'s\ncolor = "always"  # on my old screen\nhints = false\n'
    )


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_the_file_is_private(config) -> None:
    config("config set accessible on", ok=True)

    assert stat.S_IMODE(file_of(config).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_of(config).parent.stat().st_mode) == 0o700


def test_joining_a_store_keeps_how_you_read(drive_postgres, team, tmp_path: Path) -> None:
    laptop = drive_postgres.another(tmp_path / "laptop")
    laptop("config set accessible on", ok=True)

    laptop(["init", "--join", drive_postgres.env["DRIVE_DATABASE"], "--username", "amina"], ok=True)

    assert laptop("config get accessible").out == "on\n"
    assert laptop("caseload").code == 0


def test_a_folder_that_takes_no_file_is_told_in_a_sentence(config) -> None:
    file_of(config).parent.parent.mkdir(parents=True, exist_ok=True)
    file_of(config).parent.write_text("a file where the folder should be")

    result = config("config set color never")

    assert result.code == 5
    assert "cannot be written" in result.err
    assert config("config get color").out == "auto\n"


# -- what goes before what ---------------------------------------------------------------------------------------------


def test_an_option_goes_before_the_environment_before_the_file_before_what_drive_does(config) -> None:
    file = str(file_of(config))
    default = origins(config)["color"]
    config("config set color always", ok=True)
    from_file = origins(config)["color"]
    from_environment = origins(config, NO_COLOR="1")["color"]
    from_option = (
        origins(config, "config list --color auto", CLICOLOR="0"),
        origins(config, "--color never config list"),
    )

    assert default == ("auto", "default")
    assert from_file == ("always", file)
    assert from_environment == ("never", "NO_COLOR")
    assert [each["color"] for each in from_option] == [("never", "CLICOLOR"), ("never", "--color")]
    assert origins(config, "config list --color auto")["color"] == ("auto", "--color")


def test_every_setting_says_where_it_comes_from(config) -> None:
    for line in ("accessible on", "format plain", "hints off", "pager more"):
        config(f"config set {line}", ok=True)
    file = str(file_of(config))

    kept = origins(config, PAGER="most")
    around = origins(config, DRIVE_ACCESSIBLE="0", DRIVE_FORMAT="csv", DRIVE_PAGER="most -s", FORCE_COLOR="1")
    typed = origins(config, "--no-pager config list", DRIVE_PAGER="most", TERM="dumb")

    assert kept == {
        "accessible": ("on", file),
        "backup-days": ("1", "default"),
        "color": ("auto", "default"),
        "format": ("jsonl", "--format"),
        "hints": ("off", file),
        "pager": ("more", file),
    }
    assert (around["accessible"], around["pager"]) == (("off", "DRIVE_ACCESSIBLE"), ("most -s", "DRIVE_PAGER"))
    assert around["color"] == ("always", "FORCE_COLOR")
    assert (typed["pager"], typed["color"]) == (("off", "--no-pager"), ("never", "TERM"))


def test_pager_of_every_program_comes_after_a_setting_of_drive_s_own(config) -> None:
    assert origins(config, PAGER="most")["pager"] == ("most", "PAGER")


def test_the_screen_shows_where_each_comes_from_only_when_asked(config) -> None:
    assert config("config list", ok=True).out.splitlines()[1].split() == ["accessible", "off", "on,", "off"]
    assert config("config list --show-origin", ok=True).out.splitlines()[1].split() == ["accessible", "off", "default"]


def test_a_change_that_something_else_goes_before_says_so(config) -> None:
    result = config("config set accessible on", env={"DRIVE_ACCESSIBLE": "0"})

    assert (result.code, result.err) == (0, "But DRIVE_ACCESSIBLE goes before it here, and says off.\n")


def test_the_format_of_the_environment_and_of_the_file_is_the_format(drive_file) -> None:
    plain = drive_file("worker list").out

    in_environment = drive_file("worker list", env={"DRIVE_FORMAT": "csv"}).out
    drive_file("config set format json", ok=True)

    assert in_environment == drive_file("worker list --format csv").out != plain
    assert drive_file("worker list").json == drive_file("worker list --json").json
    assert drive_file("worker list --format plain").out == plain


# -- what is odd -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"), [("DRIVE_FORMAT", "jsn"), ("DRIVE_ACCESSIBLE", "perhaps"), ("DRIVE_FORMAT", "table,csv")]
)
def test_a_variable_with_an_odd_value_is_refused_as_an_option_would_be(drive_file, name: str, value: str) -> None:
    result = drive_file("caseload", env={name: value})

    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0].startswith(f"{name} takes ")
    assert result.err.splitlines()[-1] == f"Unset {name}, or set it to one of these."


def test_an_odd_value_in_the_file_locks_nobody_out(drive_file) -> None:
    write(drive_file, 'color = "purple"\naccessible = 5\nformat = "plain"\n')

    result = drive_file("worker list")

    assert result.code == 0
    assert "sam" in result.out
    assert [line.rpartition(": ")[2] for line in result.err.splitlines()] == [
        "drive config unset accessible",
        "drive config unset color",
    ]


def test_a_name_that_means_nothing_is_told_by_the_list(config) -> None:
    write(config, "acessible = true\n")

    result = config("config list")

    assert result.code == 0
    assert "also says acessible, which means nothing to drive" in result.err


@pytest.mark.parametrize("text", ["color =", "= 5", "[", "\x00"])
def test_a_file_that_is_no_toml_is_told_with_its_path(drive_file, text: str) -> None:
    path = str(file_of(drive_file))
    write(drive_file, text)

    for line in ("caseload", "config set color never", "config list"):
        result = drive_file(line)
        assert (result.code, result.out) == (2, "")
        assert path in result.err
        assert result.err.splitlines()[-1] == "Mend or remove that file."


def test_a_file_that_notepad_wrote_is_read(config) -> None:
    write(config, "accessible = true\r\n", encoding="utf-8-sig")
    marked = config("config get accessible").out
    write(config, "accessible = true\n", encoding="utf-16")

    assert marked == "on\n"
    assert config("config get accessible").code == 2


def test_where_there_is_no_file_nothing_is_loaded_to_read_one(drive_file) -> None:
    import subprocess

    program = (
        "import sys; from drivecli.cli import main\ncode = main()\n"
        "print(sorted({'tomlkit', 'drivecli.pager'} & set(sys.modules)), code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "caseload", "--overdue", "--quiet"],
        env=drive_file.environ(),
        capture_output=True,
        encoding="utf-8",
    )

    assert done.stdout == "[] 0\n"


# -- hints -------------------------------------------------------------------------------------------------------------


def test_hints_can_be_turned_off_and_what_is_part_of_the_answer_stays(drive_file) -> None:
    drive_file("case open --forename Robin --surname Example", ok=True)
    hold = "case hold 1 --until +1w --by Fay --reason threat"
    with_hints, with_day = drive_file(hold, ok=True), drive_file("today")
    drive_file("case hold 1 --lift --by Fay", ok=True)
    drive_file("config set hints off", ok=True)

    without = drive_file(hold, ok=True)

    assert without.out == with_hints.out
    assert with_hints.err.splitlines() == [
        *without.err.splitlines(),
        "To end it sooner: drive case hold WS-0001 --lift --by WHO",
    ]
    assert without.err.startswith("Next due: ")
    assert "All open cases" in with_day.err
    assert "All open cases" not in drive_file("today").err


def test_hints_never_stand_on_stdout(drive_file) -> None:
    assert "To change one" not in drive_file("config list").out
    assert "All open cases" not in drive_file("today").out
