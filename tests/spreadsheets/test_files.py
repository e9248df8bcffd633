"""Files on disk and what is piped in: found, read again, changed meanwhile, told apart by their first letters."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from drivecli.errors import NotFound, NotUnderstood, Refused
from drivecli.spreadsheets.reading import open_sheet

from .making import PLAIN_BOOK, in_sheet
from .opening import known, opened, read_whole

GOOD = "name,phone\r\nJo,1\r\nAl,2\r\n"


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"There is no file .*none\.csv"):
        opened(tmp_path / "none.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood, match="is a folder"):
        opened(tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(GOOD)
    (tmp_path / "x.csv").chmod(0)

    with pytest.raises(Refused, match=r"cannot be read: Permission denied\."):
        opened(tmp_path / "x.csv")


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
def test_what_another_program_hands_over_is_read_once_and_kept(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with subprocess.Popen([sys.executable, "-c", f"open({str(pipe)!r}, 'w').write({GOOD!r})"]):
        sheet = opened(pipe)

    assert [list(line.cells) for line in read_whole(sheet)] == [["Jo", "1"], ["Al", "2"]]


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.json", "x.jsonl"])
def test_a_file_that_is_changed_while_it_is_read_is_refused_at_its_end(name: str, tmp_path: Path) -> None:
    files = {
        "x.csv": GOOD.encode(),
        "x.xlsx": PLAIN_BOOK,
        "x.json": b'[{"name": "Jo"}]',
        "x.jsonl": b'{"name": "Jo"}\n',
    }
    path = tmp_path / name
    path.write_bytes(files[name])
    sheet = opened(path)
    list(sheet.lines())

    path.write_bytes(files[name].replace(b"Jo", b"Al") + b" ")

    with pytest.raises(Refused, match="was changed while it was read") as caught:
        list(sheet.lines())
    assert caught.value.kind == "file_changed"
    path.unlink()
    with pytest.raises(Refused, match="was changed while it was read"):
        list(sheet.lines())


def test_a_digest_is_that_of_the_bytes() -> None:
    for data in (GOOD.encode(), "José".encode("cp1252"), PLAIN_BOOK, b'[{"name": "Jo"}]'):
        assert opened(data).digest == hashlib.sha256(data).hexdigest()


def test_nothing_is_said_by_the_reader_itself(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused):
        opened(in_sheet(b'r="B2"', b'r="B0"'))

    assert capfd.readouterr() == ("", "")


def test_what_is_piped_in_is_known_by_its_first_letters() -> None:
    forms = {
        GOOD.encode(): "csv",
        b'[{"name": 1}]': "json",
        b' {"name": 1}': "jsonl",
        PLAIN_BOOK: "xlsx",
        b"[x],name\n1,2\n": "csv",
    }

    for data, form in forms.items():
        sheet = open_sheet(None, io.BytesIO(data), sheet=None, encoding=None, delimiter=None, known=known)
        assert (sheet.form, sheet.name) == (form, "stdin")
