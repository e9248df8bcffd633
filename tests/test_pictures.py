"""The README's pictures are what the screen and the printer show.

    WRITE_DOCS=1 pytest tests/test_pictures.py -n 0

makes them anew; look at them before you commit them. The sheet's picture also needs Chromium and pdftoppm.
"""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Drive

pexpect = pytest.importorskip("pexpect")

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
WRITE = bool(os.environ.get("WRITE_DOCS"))
COLUMNS = 128

FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rich names a font on the network, which a picture of ours must not."""

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGES = shutil.which("pdftoppm")
needs_browser = pytest.mark.skipif(not (BROWSER and PAGES), reason="no Chromium or no pdftoppm here to print with")


@pytest.fixture(scope="module")
def demo(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Drive:
    """A demo of its own."""
    return Drive(shutil.copytree(demo_made, tmp_path_factory.mktemp("pictures") / "home"), "file", today=None)


def test_the_picture_of_the_overdue_caseload_is_what_a_terminal_shows(demo: Drive) -> None:
    picture = as_svg(screen(demo, "--demo caseload --overdue"))

    file = PICTURES / "caseload.svg"
    if WRITE:
        file.write_text(picture, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == picture
    assert re.findall(r"@font-face|url\((?!#)|<script|<image|href=", picture) == []


def screen(demo: Drive, line: str) -> str:
    """What a line shows on a terminal, colours included."""
    env = {**demo.environ({"TERM": "xterm-256color"}), "COLUMNS": str(COLUMNS)}
    argv = ["-m", "drivecli", *line.split()]
    child = pexpect.spawn(sys.executable, argv, env=env, dimensions=(40, COLUMNS), encoding="utf-8", timeout=60)
    child.expect(pexpect.EOF)
    shown: str = child.before
    return shown.replace("\r\n", "\n")


def as_svg(shown: str) -> str:
    """A picture of a screen."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, height=40, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown), end="")
    return FONTS.sub("", console.export_svg(title="drive --demo caseload --overdue", unique_id="drive"))


@needs_browser
@pytest.mark.parametrize(
    "name",
    [
        "enforcement",
        "disruption",
        pytest.param("opening", marks=pytest.mark.long),
        pytest.param("closing", marks=pytest.mark.long),
    ],
)
def test_a_sheet_prints_on_two_pages_of_a4_at_most(demo: Drive, tmp_path: Path, name: str) -> None:
    if demo(f"--demo checklist show {name} 7").code:
        demo(f"--demo checklist start {name} 7", ok=True)
    page = tmp_path / "sheet.html"
    demo(["--demo", "checklist", "print", name, "7", "--format", "html", "-o", str(page)], ok=True)

    pages = printed(page)

    assert 1 <= len(pages) <= 2
    if WRITE and name == "enforcement":
        shutil.copy(pages[0], PICTURES / "enforcement.png")


def printed(page: Path) -> list[Path]:
    """The pages that a browser prints, as pictures."""
    pdf = page.with_suffix(".pdf")
    asked = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={pdf}"]
    env = {**os.environ, "HOME": str(page.parent)}
    subprocess.run([str(BROWSER), *asked, page.as_uri()], check=True, capture_output=True, timeout=120, env=env)
    subprocess.run([str(PAGES), "-r", "80", "-png", str(pdf), str(page.parent / "page")], check=True, timeout=60)
    size = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, timeout=60).stdout
    assert "(A4)" in size
    return sorted(page.parent.glob("page*.png"))


def test_the_picture_of_a_sheet_is_there() -> None:
    assert (PICTURES / "enforcement.png").read_bytes().startswith(b"\x89PNG")
