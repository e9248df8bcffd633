"""Shows a service's whole day, typed line by line to the installed command. The lines are in data/whole_day.txt."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from conftest import Drive, Result, run

SCRIPT = Path(__file__).parent / "data" / "whole_day.txt"
INSTALLED = Path(sys.executable).with_name("drive.exe" if os.name == "nt" else "drive")


@dataclass
class Line:
    """A line of the script: where it stands, what is typed, what it must say and the code it must end with."""

    number: int
    typed: str
    says: list[tuple[str, str]] = field(default_factory=list)
    code: int = 0


def read_script(text: str) -> list[Line]:
    """The lines of a script, with what is expected of each."""
    lines: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        mark, rest = line[:2], line[2:]
        if mark == "$ ":
            lines.append(Line(number, rest))
        elif mark in ("> ", "! "):
            lines[-1].says.append((mark, rest))
        elif line.startswith("["):
            lines[-1].code = int(line.strip("[]"))
        else:
            assert not line or line.startswith("#"), f"line {number}: {line}"
    return lines


def test_a_whole_day_through_the_installed_command(new_drive_file):
    tell(new_drive_file, installed)


def test_the_same_day_with_the_records_on_postgresql(new_drive_postgres):
    tell(new_drive_postgres, run)


def tell(drive: Drive, type_line: Callable[[list[str], dict[str, str], str], Result]) -> None:
    """Type every line of the script; each must say what it must and end with the right code."""
    env = drive.environ({"DRIVE_TODAY": None})
    for line in read_script(SCRIPT.read_text(encoding="utf-8")):
        words, _, typed = line.typed.partition(" <<< ")
        program, *arguments = shlex.split(words)
        if program == "drive":
            check(line, type_line(arguments, env, "".join(shlex.split(typed))))
        elif program == "export":
            name, _, value = arguments[0].partition("=")
            env[name] = value
        else:
            assert program == "unset", line
            env.pop(arguments[0], None)


def check(line: Line, done: Result) -> None:
    """A line must end with its code and say its parts in their order."""
    told = f"{SCRIPT.name}:{line.number}: {done}"
    assert done.code == line.code, told
    for mark in ("> ", "! "):
        said = done.out if mark == "> " else done.raw_err
        for part in [part for where, part in line.says if where == mark]:
            assert part in said, f"not said: {mark}{part}\n{told}"
            said = said[said.index(part) + len(part) :]


def installed(arguments: list[str], env: dict[str, str], stdin: str) -> Result:
    """One line through the installed command, in a process of its own, with nobody at a terminal."""
    done = subprocess.run(
        [INSTALLED, *arguments], env=env, input=stdin, capture_output=True, encoding="utf-8", timeout=120
    )
    return Result(shlex.join(arguments), done.returncode, done.stdout, done.stderr)
