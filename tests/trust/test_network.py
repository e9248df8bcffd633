"""With its records in a file drive opens no network connection: a whole day's lines, watched by the system itself."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import Drive, run
from test_whole_day import SCRIPT, read_script

TESTS = Path(__file__).parents[1]

MORE = [
    *("doctor", "version", "help urgent", "audit log", "audit verify --deep", "audit receipt", "config list"),
    *("export cases --json", "import history", "completion bash", "checklist print enforcement"),
]
"""What the day leaves out."""

DAY = """
import json, sys
from conftest import run
for argv, env, stdin in json.load(sys.stdin):
    run(argv, env, stdin)
"""
"""Runs lines one after the other in one process."""

INTERNET = re.compile(r"\bAF_INET6?\b")

Typed = tuple[list[str], dict[str, str], str]
"""A line as it is run: its arguments, its environment, its stdin."""


def typed_in_a_day(drive: Drive) -> list[Typed]:
    """Every line of a service's day, from an empty computer on, and the lines that it leaves out."""
    env, lines = drive.environ({"DRIVE_TODAY": None}), []
    for line in read_script(SCRIPT.read_text(encoding="utf-8")):
        words, _, stdin = line.typed.partition(" <<< ")
        program, *arguments = shlex.split(words)
        if program == "drive":
            lines.append((arguments, dict(env), "".join(shlex.split(stdin))))
        elif program == "export":
            name, _, value = arguments[0].partition("=")
            env[name] = value
        else:
            env.pop(arguments[0], None)
    return [*lines, *((each.split(), dict(env), "") for each in MORE)]


def asked_of_the_system(tmp_path: Path, program: str, stdin: str = "") -> list[str]:
    """What a Python program, and every process it starts, asks of the system about networks."""
    if not shutil.which("strace"):
        pytest.skip("needs strace")
    log = tmp_path / "asked.txt"
    line = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-e",
        "trace=network",
        "-o",
        str(log),
        sys.executable,
        "-c",
        program,
    ]
    env = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(line, env=env, input=stdin, capture_output=True, encoding="utf-8", timeout=300)
    if "ptrace" in done.stderr and not log.exists():
        pytest.skip("strace may not watch here")
    assert done.returncode == 0, done.stderr
    return log.read_text(encoding="utf-8").splitlines()


def test_a_whole_day_asks_the_system_for_no_internet_socket(new_drive_file: Drive, tmp_path: Path) -> None:
    lines = typed_in_a_day(new_drive_file)

    asked = asked_of_the_system(tmp_path, DAY, json.dumps(lines))

    assert [each for each in asked if INTERNET.search(each)] == []
    assert new_drive_file.db().value("SELECT COUNT(*) FROM contact") == 3


def test_the_same_watch_sees_a_program_that_asks_for_one(tmp_path: Path) -> None:
    asked = asked_of_the_system(tmp_path, "import socket; socket.socket(socket.AF_INET).close()")

    assert [each for each in asked if INTERNET.search(each)] != []


def test_a_whole_day_goes_by_where_no_socket_can_be_had(new_drive_file: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def none(*how: Any, **more: Any) -> Any:
        asked.append((how, more))
        raise AssertionError("there is no network")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "getfqdn"):
        monkeypatch.setattr(socket, name, none)

    ended = {run(*line).code for line in typed_in_a_day(new_drive_file)}

    assert asked == []
    assert 1 not in ended
    assert new_drive_file.db().value("SELECT COUNT(*) FROM contact") == 3
