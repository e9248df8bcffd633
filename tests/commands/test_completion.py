"""`drive completion`, and what TAB offers: through the protocol by which shells ask, and in real shells."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import Drive, Result, Stores
from screens import Screen

from commands.refusals import contents

COMPLETIONS = Path(__file__).parents[2] / "completions"
FILES = {"bash": "drive.bash", "zsh": "drive.zsh", "fish": "drive.fish", "powershell": "drive.ps1"}
ASKING = [*FILES]

SECRET = ["Forename", "Surname", "Aliasname"]
"""What the person of the first case is called."""

needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


class Offer(NamedTuple):
    """One thing that TAB offers: what it is (plain, file), what would be typed, and what is said of it."""

    kind: str
    value: str
    said: str


def ask(drive: Drive, line: str, *, shell: str = "zsh", forked: bool = True, **env: str | None) -> Result:
    """What drive says to a shell in which TAB is pressed at the end of a line.

    In a process of its own, because it may end by itself. That is forked from one that has loaded everything already,
    unless it matters what libraries say past Python, or how the process is started.
    """
    words = len(line.split()) - (not line.endswith(" "))
    last = line.rpartition(" ")[2] if shell == "fish" else str(words)
    around = {"_DRIVE_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": last, **env}
    return drive.forked("", env=around) if forked else drive.process("", env=around)


def tab(drive: Drive, line: str, **env: str | None) -> list[Offer]:
    """What is offered. It is never an error, and nothing but the offer is said."""
    said = ask(drive, line, **env)
    assert (said.code, said.raw_err) == (0, ""), str(said)
    parts = said.out.splitlines() if said.out.strip() else []
    return [Offer(*parts[n : n + 3]) for n in range(0, len(parts), 3)]


def values(drive: Drive, line: str, **env: str | None) -> list[str]:
    return [offer.value for offer in tab(drive, line, **env)]


@pytest.fixture
def cases(drive: Drive, team: Any, stores: Stores) -> Drive:
    """Four cases on a store with a team: one overdue, one not, one suspended, one closed."""
    return stores.prepared(drive, with_cases)


@pytest.fixture
def cases_file(drive_file: Drive, team: Any, stores: Stores) -> Drive:
    """The same, on a file alone."""
    return stores.prepared(drive_file, with_cases)


def with_cases(drive: Drive) -> None:
    forename, surname, alias = SECRET
    drive.open_case(forename=forename, surname=surname, alias=alias, manager="amina", opened="2026-01-05")
    drive.open_case(manager="ben", opened="2026-03-02")
    drive.open_case(manager="ben", opened="2026-03-02")
    drive.open_case(manager="ben", opened="2026-03-02")
    drive("case suspend 3 --reason custody --expected-release unknown", ok=True)
    drive("case close 4 --reason completed", ok=True)


# -- what is offered ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("drive case", ["caseload", "case"]),
        ("drive case tr", ["transfer"]),
        ("drive help case tr", ["transfer"]),
        ("drive worker l", ["list", "link", "leave"]),
        ("drive case open --ti", ["--tier"]),
        ("drive caseload --over", ["--overdue"]),
        ("drive caseload --js", ["--json"]),
        ("drive --fo", ["--format"]),
        ("drive --format ma", ["markdown"]),
        ("drive caseload --format js", ["json", "jsonl"]),
        ("drive --json caseload --tier h", ["high"]),
        ("drive caseload --quiet --tier h", ["high"]),
        ("drive contact log 2 --mode ph", ["phone"]),
        ("drive contact log --mode=ph", ["--mode=phone"]),
        ("drive case stage 2 not", ["not_engaged"]),
        ("drive case stage 2 Not-e", ["not_engaged"]),
        ("drive case correct 2 st", ["stage"]),
        ("drive case show WS-0001 ", []),
        ("drive case find ", []),
        ("drive case show nothing", []),
        ("drive nonsense ", ["today", "caseload", "why"]),
        ("drive completion install z", ["zsh"]),
        ("drive checklist print ", ["closing", "disruption", "enforcement", "opening"]),
        ("drive checklist start Enf", ["enforcement"]),
    ],
)
def test_tab_offers_commands_options_and_codes(drive_file: Drive, line: str, offered: list[str]) -> None:
    assert values(drive_file, line)[: len(offered) or None] == offered


def test_a_code_is_offered_with_its_words_in_the_order_of_its_list(drive_file: Drive) -> None:
    assert tab(drive_file, "drive case stage 1 ")[:2] == [
        Offer("plain", "information_gathering", "information gathering"),
        Offer("plain", "pre_engagement", "pre-engagement"),
    ]


def test_a_file_is_for_the_shell_to_complete(drive_file: Drive) -> None:
    assert tab(drive_file, "drive practice check our-") == [Offer("file", "our-", "_")]
    assert tab(drive_file, "drive contact log 1 --note-file ") == [Offer("file", "", "_")]


def test_the_services_own_codes_are_offered_too(drive: Drive, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "codes").mkdir(parents=True)
    (own / "codes" / "contact_mode.toml").write_text('[[code]]\ncode = "pigeon"\nlabel = "by \\u001b[31mpigeon"\n')
    drive(["practice", "apply", str(own), "--reason", "new"], ok=True)

    assert tab(drive, "drive contact log 1 --mode pi") == [Offer("plain", "pigeon", "by ␛[31mpigeon")]


def test_usernames_are_offered_with_roles_but_not_of_those_who_left(cases: Drive) -> None:
    cases("worker leave ed --on 27/2/2026", ok=True)

    offered = tab(cases, "drive case transfer 1 --to ")

    assert [each.value for each in offered] == ["amina", "ben", "carl", "dana", "fay", "gil", "hal", "sam"]
    assert [each.said for each in offered][:3] == ["case manager", "case manager", "substance worker"]
    assert values(cases, "drive caseload --manager B") == ["ben"]
    assert values(cases, "drive assign 1 --mental-health da") == ["dana"]


def test_open_cases_are_offered_with_their_state_ones_own_first(cases: Drive) -> None:
    offered = tab(cases, "drive case show ")

    assert [(each.value, each.said) for each in offered] == [
        ("WS-0001", "OVERDUE 54 days"),
        ("WS-0002", "information gathering"),
        ("WS-0003", "suspended"),
    ]
    late = cases("caseload --json", ok=True).json[0]
    assert (late["ref"], late["overdue_days"]) == ("WS-0001", 54)
    assert values(cases, "drive case show ", DRIVE_WORKER="ben") == ["WS-0002", "WS-0003", "WS-0001"]


def test_a_hold_is_said_and_what_is_overdue_beside_it(cases_file: Drive) -> None:
    cases_file("case hold 1 --until +1w --by Fay --reason threat", ok=True)

    assert tab(cases_file, "drive why WS-0001")[0].said == "HOLD; OVERDUE 54 days"


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("WS-", ["WS-0001", "WS-0002", "WS-0003"]),
        ("ws-0003", ["WS-0003"]),
        ("3", ["3"]),
        ("0001", ["0001"]),
        ("00", ["0001", "0002", "0003"]),
        ("4", []),
        ("XX-", []),
        ("%", []),
        ("_S-0001", []),
        ("'; DROP", []),
    ],
)
def test_a_ref_is_completed_in_the_way_it_was_begun(cases_file: Drive, begun: str, offered: list[str]) -> None:
    line = f"drive case show {begun}"

    assert [value for value in values(cases_file, line) if not value.startswith("-")] == offered


def test_the_refs_of_the_postgres_store_are_completed_alike(drive_postgres: Drive, team: Any) -> None:
    with_cases(drive_postgres)

    assert values(drive_postgres, "drive case show 0") == ["0001", "0002", "0003"]
    assert values(drive_postgres, "drive case show ws-") == ["WS-0001", "WS-0002", "WS-0003"]


def test_at_most_fifty_are_offered(drive_file: Drive) -> None:
    drive_file.open_case(opened="2026-03-02")
    db = drive_file.db(write=True)
    names = [name for name, *_ in db.run("SELECT name FROM pragma_table_info('case_record')").fetchall()]
    same = ", ".join(
        {"id": "n", "ref": "printf('WS-%04d', n)", "external_ref": "NULL"}.get(each, each) for each in names
    )
    db.run(
        "WITH RECURSIVE more(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM more WHERE n < 90)"
        f" INSERT INTO case_record ({', '.join(names)}) SELECT {same} FROM case_record, more WHERE id = 1"
    )
    db.commit()
    drive_file.close()

    assert len(values(drive_file, "drive case show ")) == 50
    assert values(drive_file, "drive case show 90") == ["90"]


def test_where_another_kind_of_case_is_meant_none_is_offered(cases_file: Drive) -> None:
    assert values(cases_file, "drive case open --same-as ") == []


def test_with_demo_said_anywhere_the_demo_is_read_and_never_the_real_store(cases_file: Drive, demo_made: Path) -> None:
    shutil.copytree(demo_made, cases_file.home, dirs_exist_ok=True)

    for line in ("drive --demo case show ", "drive case show --demo ", "drive case --demo show "):
        offered = values(cases_file, line, DRIVE_TODAY=None)
        assert len(offered) > 20, line
        assert all(each.startswith("DEMO-") for each in offered), line
    assert "adaeze" in values(cases_file, "drive contact log 7 --mode phone --demo --by ")


NAMELESS = [
    "drive case show ",
    "drive case show W",
    "drive contact log ",
    "drive contact log 1 --by ",
    "drive case transfer 1 --to ",
    "drive case find ",
    "drive case find For",
    "drive case open --forename ",
    "drive case edit 1 --alias ",
    "drive worker show ",
    "drive worker link ",
]
"""Lines at whose end somebody might expect a name."""


@pytest.mark.parametrize("shell", ASKING)
def test_nobody_is_ever_named(cases_file: Drive, shell: str) -> None:
    said = [ask(cases_file, line, shell=shell) for line in NAMELESS]

    told = "".join(each.out for each in said)
    names = [*SECRET, "Robin", "Example", "Sam", "Okoro", "Amina", "Khan", "Ben", "Carter"]
    assert {(each.code, each.raw_err) for each in said} == {(0, "")}
    assert "WS-0001" in told
    assert "amina" in told
    assert not [name for name in names if name in told]


def test_each_shell_is_told_what_it_can_show(cases_file: Drive) -> None:
    told = {shell: ask(cases_file, "drive case show WS-0001", shell=shell, forked=False).out for shell in ASKING}

    assert told == {
        "bash": "plain,WS-0001\n",
        "zsh": "plain\nWS-0001\nOVERDUE 54 days\n",
        "fish": "plain,WS-0001\tOVERDUE 54 days\n",
        "powershell": "plain\nWS-0001\nOVERDUE 54 days\n",
    }
    assert ask(cases_file, "drive casel", shell="fish").out == (
        "plain,caseload\tOpen cases; most urgent first; --overdue for who needs help today.\n"
    )


def test_nothing_is_written_by_it(cases: Drive) -> None:
    before = contents(cases)

    values(cases, "drive case show ")
    values(cases, "drive contact log 1 --by ")

    assert contents(cases) == before


# -- when it cannot be known -------------------------------------------------------------------------------------------

FROM_THE_STORE = ["drive case show ", "drive contact log 1 --by ", "drive caseload --manager "]
"""What only a store can answer."""


def another_key(drive: Drive) -> None:
    drive.settings.own_key_file.write_text("ab" * 32)


def no_key(drive: Drive) -> None:
    drive.settings.own_key_file.unlink()


def no_store(drive: Drive) -> None:
    drive.settings.store.path.unlink()


def empty_store(drive: Drive) -> None:
    drive.settings.store.path.write_bytes(b"")


def another_file(drive: Drive) -> None:
    drive.settings.store.path.write_bytes(b"%PDF-1.7\n" * 2000)


def half_a_store(drive: Drive) -> None:
    path = drive.settings.store.path
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def newer_store(drive: Drive) -> None:
    drive.db(write=True).run("UPDATE alembic_version SET version_num = '9999'")
    drive.db(write=True).commit()
    drive.close()


def unreadable_day(drive: Drive) -> None:
    drive.today = "tomorrow"


@pytest.mark.parametrize(
    "spoil",
    [another_key, no_key, no_store, empty_store, another_file, half_a_store, newer_store, unreadable_day],
    ids=lambda spoil: spoil.__name__,
)
def test_a_store_that_does_not_open_is_passed_over_in_silence(cases_file: Drive, spoil: Any) -> None:
    spoil(cases_file)

    assert [values(cases_file, line) for line in FROM_THE_STORE] == [[], [], []]
    assert values(cases_file, "drive cas") == ["caseload", "case"]


def test_without_a_store_the_packaged_codes_are_offered(new_drive_file: Drive) -> None:
    assert values(new_drive_file, "drive contact log 1 --mode ph") == ["phone"]
    assert not list(new_drive_file.home.rglob("*"))


def test_refs_are_offered_only_to_somebody_who_works_here(cases: Drive) -> None:
    cases("worker leave ed --on 27/2/2026", ok=True)

    assert values(cases, "drive case show ", DRIVE_WORKER="ed") == []
    assert values(cases, "drive case show ", DRIVE_WORKER="nobody") == []
    assert values(cases, "drive case show ", LOGNAME="somebodyelse") == []


def test_a_command_that_may_ask_for_a_key_is_not_started(cases_file: Drive, tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = tmp_path / "key.py"
    key = cases_file.settings.own_key_file
    program.write_text(f"import pathlib; pathlib.Path({str(started)!r}).touch(); print({key.read_text().strip()!r})")
    key.unlink()
    env = {"DRIVE_KEY_COMMAND": f"{sys.executable} {program}"}

    offered = [values(cases_file, line, **env) for line in FROM_THE_STORE]

    assert offered == [[], [], []]
    assert not started.exists()
    assert cases_file("caseload", env=env).code == 0
    assert started.exists()


@pytest.fixture
def silent_server() -> Iterator[int]:
    """A port at which something listens and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_database_that_does_not_answer_holds_nobody_up(cases_file: Drive, silent_server: int) -> None:
    started = time.monotonic()

    offered = values(cases_file, "drive case show ", DRIVE_DATABASE=f"postgresql://x@127.0.0.1:{silent_server}/x")

    assert offered == []
    assert time.monotonic() - started < 8


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
def test_what_a_library_of_the_database_warns_of_is_not_said(drive_postgres: Drive, tmp_path: Path) -> None:
    drive_postgres.open_case()
    others_may_read = tmp_path / "pgpass"
    shutil.copy(os.environ["PGPASSFILE"], others_may_read)
    others_may_read.chmod(0o644)
    env = {"PGPASSFILE": str(others_may_read)}

    assert "has group or world access" in drive_postgres.process("whoami", env=env).raw_err
    offered = ask(drive_postgres, "drive case show ", forked=False, **env)
    assert (offered.code, offered.out.strip(), offered.raw_err) == (0, "", "")


@pytest.mark.parametrize(
    "env",
    [
        {"_DRIVE_COMPLETE": "nonsense"},
        {"_DRIVE_COMPLETE": "tcsh_complete", "COMP_WORDS": "drive ca", "COMP_CWORD": "1"},
        {"_DRIVE_COMPLETE": "bash_complete"},
        {"_DRIVE_COMPLETE": "bash_complete", "COMP_WORDS": "drive ca", "COMP_CWORD": "x"},
    ],
)
def test_a_shell_that_asks_strangely_gets_no_error(drive_file: Drive, env: dict[str, str]) -> None:
    said = drive_file.process("case show", env=env)

    assert (said.code, said.out.strip(), said.raw_err) == (0, "", "")


def test_an_unfinished_quote_is_no_error(drive_file: Drive) -> None:
    assert values(drive_file, "drive case open --forename 'Ro") == []


# -- the scripts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", FILES)
def test_the_script_kept_in_the_project_is_what_the_command_prints(drive_file: Drive, shell: str) -> None:
    said = drive_file(f"completion {shell}", ok=True)

    assert said.out == (COMPLETIONS / FILES[shell]).read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ["--demo completion zsh", "completion zsh --json", "completion zsh -q"])
def test_nothing_else_stands_in_it_whatever_is_said_beside(drive_file: Drive, line: str) -> None:
    assert drive_file(line, ok=True).out == drive_file("completion zsh", ok=True).out


@pytest.mark.parametrize("shell", FILES)
def test_a_script_holds_no_path(drive_file: Drive, shell: str) -> None:
    script = drive_file(f"completion {shell}", ok=True).out

    assert not re.search(r"(?<![-\w.])[/~]\w|[A-Za-z]:\\", script)


def test_a_shell_that_is_not_known_is_refused_with_those_that_are(drive_file: Drive) -> None:
    unknown = drive_file("completion tcsh")
    both = drive_file("completion bash zsh")

    assert unknown.code == both.code == 2
    assert all(f"'{shell}'" in unknown.err for shell in FILES)
    assert both.err == "“bash” prints its own script; leave out zsh.\ndrive completion bash\n"


# -- install -----------------------------------------------------------------------------------------------------------

PLACES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/completions/drive.fish"}

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="bash reads another file on a Mac")


@pytest.fixture
def home() -> Path:
    return Path(os.environ["HOME"])


def install(drive: Drive, line: str = "", **env: str | None) -> Result:
    clean = {"SHELL": None, "ZDOTDIR": None, "PSModulePath": None, "PSMODULEPATH": None}
    return drive(f"completion install {line}", env={**clean, **env})


@on_linux
@pytest.mark.parametrize("shell", PLACES)
def test_install_says_what_it_will_add_to_which_file_and_does_nothing_unasked(
    drive_file: Drive, home: Path, shell: str
) -> None:
    said = install(drive_file, shell)

    file = home / PLACES[shell]
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(
        f"For {shell} this changes one file: {file}, a new file. It will add these lines at the end:\n"
    )
    assert said.err.endswith(
        "Missing --yes (running without a terminal, so not asking). Nothing was changed.\n"
        f"drive completion install {shell} --yes\n"
    )
    assert not list(home.iterdir())


@on_linux
@pytest.mark.parametrize("shell", PLACES)
def test_install_adds_what_it_said_and_a_second_time_nothing(drive_file: Drive, home: Path, shell: str) -> None:
    file = home / PLACES[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"# caf\xe9: my own line, without an end")
    file.chmod(0o640)

    first = install(drive_file, f"{shell} --yes")
    content = file.read_bytes()
    second = install(drive_file, f"{shell} --yes --json")

    added = "\n".join(line[4:] for line in first.err.splitlines()[1:])
    assert first.out == f"Completion for {shell} is in {file}. Open a new terminal, and TAB completes.\n"
    assert content == b"# caf\xe9: my own line, without an end\n" + added.encode() + b"\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [path for path in home.rglob("*") if path.is_file()] == [file]
    assert second.json == {"shell": shell, "file": str(file), "changed": False}
    assert second.err == ""
    assert file.read_bytes() == content


def test_older_lines_of_drives_are_replaced_where_they_stand(drive_file: Drive, home: Path) -> None:
    older = "first\n# >>> drive completion >>>\nold\n# <<< drive completion <<<\nlast\n"
    (home / ".zshrc").write_text(older)

    said = install(drive_file, "zsh -y")

    now = (home / ".zshrc").read_text()
    assert "It will put these lines in the place of drive's older ones:" in said.err
    assert now.startswith("first\n# >>> drive completion >>>\n(( $+functions")
    assert now.endswith("compdef _drive_first_tab drive\n# <<< drive completion <<<\nlast\n")


@pytest.mark.parametrize("mark", ["# >>> drive completion >>>", "# <<< drive completion <<<"])
def test_half_of_its_marks_is_not_taken_for_its_own_lines(drive_file: Drive, home: Path, mark: str) -> None:
    (home / ".zshrc").write_text(f"{mark}\nmine\n")

    install(drive_file, "zsh -y")
    second = install(drive_file, "zsh -y --json")

    now = (home / ".zshrc").read_text()
    assert now.startswith(f"{mark}\nmine\n# >>> drive completion >>>\n")
    assert now.count("compdef _drive_first_tab drive") == 1
    assert second.json["changed"] is False


@pytest.mark.parametrize(
    ("there", "used"), [([], ".bash_profile"), ([".profile"], ".profile"), ([".profile", ".bash_login"], ".bash_login")]
)
def test_on_a_mac_bash_reads_one_file_at_login_and_no_other_is_hidden(
    drive_file: Drive, home: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], used: str
) -> None:
    for name in there:
        (home / name).touch()
    monkeypatch.setattr(sys, "platform", "darwin")

    assert install(drive_file, "bash -y --json").json["file"] == str(home / used)


def test_a_file_that_is_a_link_stays_one(drive_file: Drive, home: Path) -> None:
    kept = home / "dotfiles" / "zshrc"
    kept.parent.mkdir()
    kept.write_text("mine\n")
    (home / ".zshrc").symlink_to(kept)

    install(drive_file, "zsh --yes")

    assert (home / ".zshrc").is_symlink()
    assert kept.read_text().startswith("mine\n# >>> drive completion >>>\n")


@pytest.mark.parametrize(
    ("env", "shell"),
    [
        ({"SHELL": "/usr/bin/zsh"}, "zsh"),
        ({"SHELL": "/opt/fish"}, "fish"),
        ({"SHELL": r"C:\Program Files\Git\usr\bin\bash.exe", "PSModulePath": r"C:\x"}, "bash"),
    ],
)
def test_the_shell_in_use_is_found(drive_file: Drive, env: dict[str, str], shell: str) -> None:
    assert install(drive_file, "--yes --json", **env).json["shell"] == shell


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "It is not known which shell."),
        ({"SHELL": "/bin/tcsh"}, "Your shell is tcsh, and completion is made for bash, zsh, fish, powershell."),
    ],
)
def test_a_shell_that_cannot_be_told_is_asked_for(drive_file: Drive, env: dict[str, str], said: str) -> None:
    result = install(drive_file, "--yes", **env)

    assert result.code == 2
    assert result.err == f"{said}\ndrive completion install SHELL   with one of: bash, zsh, fish, powershell\n"


def test_a_file_that_cannot_be_written_is_refused(drive_file: Drive, home: Path) -> None:
    (home / ".config").write_text("a file where a folder should be")

    result = install(drive_file, "fish --yes")

    assert result.code == 3
    assert "drive.fish cannot be " in result.err
    assert "Nothing was changed." in result.err


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script of sh")
@pytest.mark.parametrize("begins", [b"", b"\xff\xfe" + "# café\r\n".encode("utf-16-le")], ids=["none", "utf-16"])
def test_powershell_is_asked_where_its_profile_is(drive_file: Drive, home: Path, tmp_path: Path, begins: bytes) -> None:
    profile = home / "Documents" / "profile.ps1"
    stand_in = tmp_path / "pwsh"
    stand_in.write_text(f"#!/bin/sh\necho '{profile}'\n")
    stand_in.chmod(0o755)
    if begins:
        profile.parent.mkdir()
        profile.write_bytes(begins)
    env = {"PSModulePath": "/home/x/PowerShell/Modules", "PATH": f"{tmp_path}:/usr/bin:/bin"}

    first = install(drive_file, "--yes --json", **env)
    second = install(drive_file, "--yes --json", **env)

    text = profile.read_bytes().decode("utf-16" if begins else "utf-8")
    assert first.json == {"shell": "powershell", "file": str(profile), "changed": True}
    assert second.json["changed"] is False
    assert text.startswith("# café\r\n# >>>" if begins else "# >>>")
    assert "& drive completion powershell | Out-String | Invoke-Expression" in text


def test_without_powershell_it_says_how_to_do_it_by_hand(drive_file: Drive, home: Path, tmp_path: Path) -> None:
    result = install(drive_file, "powershell --yes", PATH=str(tmp_path))

    assert result.code == 3
    assert "Nothing was changed." in result.err
    assert "notepad $PROFILE" in result.err
    assert not list(home.iterdir())


@needs_terminal
@pytest.mark.parametrize("accessible", ["0", "1"])
@pytest.mark.parametrize(("answer", "changed"), [("y", True), ("n", False), ("", False)])
def test_at_a_terminal_it_asks_and_only_yes_changes_anything(
    drive_file: Drive, home: Path, answer: str, changed: bool, accessible: str
) -> None:
    screen = Screen(
        drive_file, "completion install", columns=80, SHELL="/bin/zsh", ZDOTDIR=None, DRIVE_ACCESSIBLE=accessible
    )

    code = screen.answer(("Change the file?", f"{answer}\n")).end()

    assert code == 0, screen.text
    assert (home / ".zshrc").exists() == changed
    assert ("Open a new terminal" if changed else "Nothing was changed.") in " ".join(screen.text.split())


def test_the_doctor_says_whether_tab_completes(drive_file: Drive, tmp_path: Path) -> None:
    env = {"SHELL": "/bin/zsh", "ZDOTDIR": None, "PATH": str(tmp_path / "bin")}
    (tmp_path / "bin").mkdir()

    def said() -> list[str]:
        rows = {row["name"]: row for row in drive_file("doctor --json", env=env).json}
        return [rows["completion"][field] for field in ("state", "found", "mend")]

    before = said()
    install(drive_file, "zsh --yes")
    without_path = said()
    program = tmp_path / "bin" / ("drive.exe" if os.name == "nt" else "drive")
    program.touch(mode=0o755)

    assert before == ["ok", "not installed for zsh", "drive completion install"]
    assert without_path == ["warn", "zsh does not find drive on its PATH", "Open a new terminal."]
    assert said() == ["ok", "TAB completes in zsh", ""]


# -- real shells -------------------------------------------------------------------------------------------------------

SHELLS = {"bash": ["--noprofile", "-i"], "zsh": ["-i"], "fish": ["-i"]}
"""How a shell is started that reads its own file as at a new terminal, and no other user's."""


PROMPTS = {
    ".bashrc": "PS1='ready> '\n",
    ".zshrc": "PS1='ready> '\n",
    ".config/fish/config.fish": "function fish_prompt; echo -n 'ready> '; end\n",
}


class Terminal:
    """A shell at a terminal, after `drive completion install` and with `drive` on its PATH."""

    def __init__(self, drive: Drive, shell: str, folder: Path) -> None:
        import pexpect
        import pyte

        program = shutil.which(shell)
        if program is None:
            pytest.skip(f"{shell} is not installed here")
        if shell == "bash" and not _is_new_enough(program):
            pytest.skip("bash here is older than 4.4")
        home, bin_ = Path(os.environ["HOME"]), folder / "bin"
        bin_.mkdir()
        (bin_ / "drive").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m drivecli "$@"\n')
        (bin_ / "drive").chmod(0o755)
        for name, prompt in PROMPTS.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(prompt)
        install(drive, f"{shell} --yes")
        source = str(Path(__file__).parents[2])
        path = {"PATH": f"{bin_}:{os.environ['PATH']}", "PYTHONPATH": source, "TERM": "xterm", "ZDOTDIR": None}
        self.screen = pyte.Screen(120, 50)
        self.stream = pyte.Stream(self.screen)
        self.child = pexpect.spawn(
            program,
            SHELLS[shell],
            env=drive.environ({**path, "COLUMNS": None, "LINES": None}),
            cwd=str(folder),
            dimensions=(50, 120),
            encoding="utf-8",
            timeout=30,
        )
        self._until("ready>")

    def tab(self, typed: str, wanted: str) -> str:
        """Type this on a new line, press TAB, and once more where `wanted` does not come. Returns what is seen."""
        self.child.send("\x15\x0c")  # Ctrl-U and Ctrl-L: an empty line on an empty screen
        assert self._sees("ready>", 30, alone=True), self._seen()
        self.child.send(f"{typed}\t")
        if not self._sees(wanted, 4):
            self.child.send("\t")
        return self._until(wanted)

    def _until(self, wanted: str) -> str:
        assert self._sees(wanted, 30), self._seen()
        return self._seen()

    def _sees(self, wanted: str, seconds: float, *, alone: bool = False) -> bool:
        import pexpect

        end = time.monotonic() + seconds
        while not (found := self._seen() == wanted if alone else wanted in self._seen()) and time.monotonic() < end:
            with suppress(pexpect.TIMEOUT):
                self.stream.feed(self.child.read_nonblocking(10_000, timeout=0.2))
        return found

    def _seen(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display if line.strip())


def _is_new_enough(bash: str) -> bool:
    said = subprocess.run(
        [bash, "-c", 'echo "${BASH_VERSINFO[0]} ${BASH_VERSINFO[1]}"'], capture_output=True, text=True
    )
    return tuple(map(int, said.stdout.split())) >= (4, 4)


@pytest.fixture
def terminal(request: pytest.FixtureRequest, cases_file: Drive, tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(cases_file, request.param, tmp_path)
    yield made
    made.child.close(force=True)


COMPLETED = [
    ("drive case ti", "drive case timeline"),
    ("drive caseload --over", "drive caseload --overdue"),
    ("drive contact log 1 --mode ph", "--mode phone"),
    ("drive contact log 1 --mode=ph", "--mode=phone"),
    ("drive case transfer 1 --to am", "--to amina"),
    ("drive case show ws-0003", "drive case show WS-0003"),
    ("drive case show 000\t", "0001"),
    ("drive practice check our-", "our-practice.toml"),
]
"""What is typed before TAB, and what must be on the screen after it. Two list what cannot be finished."""


@needs_terminal
@pytest.mark.parametrize(
    "terminal",
    [pytest.param(each, marks=pytest.mark.long) if each != "bash" else each for each in SHELLS],
    indirect=True,
)
def test_tab_in_a_real_shell(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "our-practice.toml").touch()

    for typed, wanted in COMPLETED:
        seen = terminal.tab(typed, wanted)
        assert not [each for each in [*SECRET, "Traceback", "not found"] if each in seen], seen


@needs_terminal
@pytest.mark.long
@pytest.mark.parametrize("terminal", ["zsh", "fish"], indirect=True)
def test_a_real_shell_shows_the_state_beside_the_ref(terminal: Terminal) -> None:
    seen = terminal.tab("drive case show ", "OVERDUE 54 days")

    assert "WS-0001" in seen
    assert not [name for name in SECRET if name in seen]
