"""Files as they come: each ends in rows that are right, or says which row is not and why; never in silence or a fault.

They are brought in as agencies, with --partial: what is good is in the store then, and the rest is reported. `rows in =
rows brought in + rows reported` holds for every one of them, on both engines.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import Drive

from spreadsheets.making import label, ods, patched, tables, xls, zipped

HEAD = "name,kind\r\n"
ROWS = "Adur Advice,advice\r\nBramber Housing,housing\r\n"
GOOD = ["Adur Advice", "Bramber Housing"]


@dataclass(frozen=True)
class Messy:
    """A file, and what must become of it: the agencies that come in, and the rows that are reported."""

    name: str
    made: bytes | Callable[[], bytes]
    comes: tuple[str, ...] = tuple(GOOD)
    bad: int = 0
    says: str = ""
    options: str = ""

    @property
    def data(self) -> bytes:
        return self.made if isinstance(self.made, bytes) else self.made()


def text(of: str, encoding: str = "utf-8") -> bytes:
    """A text file."""
    return of.encode(encoding)


def book(*rows: list[Any], **more: list[list[Any]]) -> Callable[[], bytes]:
    """A workbook with these rows on its first sheet."""
    return lambda: tables(Sheet1=list(rows), **more)


NAMES, FIRST, SECOND = ["name", "kind"], ["Adur Advice", "advice"], ["Bramber Housing", "housing"]

READ = [
    Messy("plain.csv", text(HEAD + ROWS)),
    Messy("mark.csv", text("\ufeff" + HEAD + ROWS)),
    Messy("utf16-le.csv", text("\ufeff" + HEAD + ROWS, "utf-16-le"), says="UTF-16"),
    Messy("utf16-be.csv", text("\ufeff" + HEAD + ROWS, "utf-16-be"), says="UTF-16"),
    Messy("cp1252.csv", text(HEAD + "Café Übung,advice\r\n", "cp1252"), ("Café Übung",), says="Windows-1252"),
    Messy("cp1252-quotes.csv", text(HEAD + "“Safe” – Sussex,advice\r\n", "cp1252"), ("“Safe” – Sussex",)),
    Messy("latin-asked.csv", text(HEAD + "Ärzte,advice\r\n", "latin-1"), ("Ärzte",), options="--encoding latin-1"),
    Messy("utf16-asked.csv", text(HEAD + ROWS, "utf-16-le"), options="--encoding utf-16-le"),
    Messy("semicolon.csv", text((HEAD + ROWS).replace(",", ";")), says="semicolon"),
    Messy("tab.csv", text((HEAD + ROWS).replace(",", "\t")), says="tab"),
    Messy("tab.tsv", text((HEAD + ROWS).replace(",", "\t"))),
    Messy("pipe.csv", text((HEAD + ROWS).replace(",", "|")), says="pipe"),
    Messy("asked.csv", text((HEAD + ROWS).replace(",", ";")), options="--delimiter semicolon"),
    Messy("asked-sign.csv", text((HEAD + ROWS).replace(",", "|")), options="--delimiter '|'"),
    Messy("sep-line.csv", text("sep=;\r\n" + (HEAD + ROWS).replace(",", ";"))),
    Messy("one-column.csv", text("name\r\nAdur Advice\r\nBramber Housing\r\n")),
    Messy("unix.csv", text((HEAD + ROWS).replace("\r\n", "\n"))),
    Messy("old-mac.csv", text((HEAD + ROWS).replace("\r\n", "\r"))),
    Messy("no-end.csv", text((HEAD + ROWS).rstrip())),
    Messy("blank-rows.csv", text(HEAD + "\r\n,\r\n" + ROWS + "\r\n,,\r\n")),
    Messy("title.csv", text("Partners of the service,\r\n\r\nas of March,\r\n" + HEAD + ROWS), says="header: row 4"),
    Messy("headings.csv", text("  NAME , Agency Type\r\n" + ROWS)),
    Messy("synonyms.csv", text("Organisation;Type\r\n" + ROWS.replace(",", ";"))),
    Messy("quoted.csv", text('"name","kind"\r\n"Adur Advice","advice"\r\n"Bramber Housing","housing"\r\n')),
    Messy("inside.csv", text(HEAD + '"Smith, Jones ""& Co""",advice\r\n'), ('Smith, Jones "& Co"',)),
    Messy(
        "line-break.csv", text(HEAD + '"Adur\nAdvice",advice\r\nBramber Housing,housing\r\n'), ("Adur\nAdvice", GOOD[1])
    ),
    Messy("spaces.csv", text(HEAD + "  Adur Advice ,advice\r\n Bramber Housing, housing \r\n")),
    Messy("extra-empty.csv", text(HEAD + "Adur Advice,advice,,\r\nBramber Housing,housing,\r\n")),
    Messy("formula.csv", text(HEAD + "'=1+1,advice\r\n'+44 1903,advice\r\n"), ("=1+1", "+44 1903")),
    Messy("leading-zero.csv", text(HEAD + "0071,advice\r\n"), ("0071",)),
    Messy("emoji.csv", text(HEAD + "Haus 🏠,advice\r\n"), ("Haus 🏠",)),
    Messy("right-to-left.csv", text(HEAD + "بيت الأمان,advice\r\n"), ("بيت الأمان",)),
    Messy(
        "unknown-column.csv",
        text("name,kind,Eye colour\r\nAdur Advice,advice,blue\r\n"),
        ("Adur Advice",),
        says="Eye colour",
    ),
    Messy(
        "rejects.csv", text("name,kind,why_not_imported\r\nAdur Advice,advice,kind: was wrong\r\n"), ("Adur Advice",)
    ),
    Messy("plain.xlsx", book(NAMES, FIRST, SECOND)),
    Messy("leading-rows.xlsx", book([], [], ["Partners"], NAMES, FIRST, SECOND), says="header: row 4"),
    Messy("number.xlsx", book(NAMES, [71, "advice"], [1.5, "housing"]), ("71", "1.5")),
    Messy("text-number.xlsx", book(NAMES, ["0071", "advice"]), ("0071",)),
    Messy("second-sheet.xlsx", book([], Partners=[NAMES, FIRST, SECOND])),
    Messy(
        "asked-sheet.xlsx", book(["a", "b"], ["1", "2"], Partners=[NAMES, FIRST, SECOND]), options="--sheet Partners"
    ),
    Messy("formula-text.xlsx", book(NAMES, ["=1+1", "advice"]), ("=1+1",)),
    Messy("plain.xls", lambda: old_book(NAMES, FIRST, SECOND)),
    Messy("plain.ods", lambda: ods([NAMES, FIRST, SECOND])),
    Messy("plain.json", text(json.dumps([{"name": n, "kind": "advice"} for n in GOOD]))),
    Messy("missing-key.json", text('[{"name": "Adur Advice"}, {"kind": "housing", "name": "Bramber Housing"}]')),
    Messy("plain.jsonl", text('{"name": "Adur Advice", "kind": "advice"}\n\n{"name": "Bramber Housing"}\n')),
    Messy("number.json", text('[{"name": 71}, {"name": "0071"}]'), ("71", "0071")),
]
"""Files that are read, every row of them."""

REPORTED = [
    Messy("ragged-long.csv", text(HEAD + ROWS + "Chanctonbury,advice,more\r\n"), bad=1, says="3 cells"),
    Messy(
        "ragged-short.csv",
        text("name,kind,website\r\nAdur Advice,advice,a\r\nChanctonbury\r\n"),
        ("Adur Advice",),
        1,
        "1 cell",
    ),
    Messy("quote-after.csv", text(HEAD + ROWS + '"Chan"ctonbury,advice\r\n'), bad=1, says="quote"),
    Messy(
        "unterminated.csv", text(HEAD + ROWS + '"Chanctonbury,advice\r\nDitchling,advice\r\n'), bad=1, says="not closed"
    ),
    Messy("nul.csv", text(HEAD + ROWS + "Chan\0ctonbury,advice\r\n"), bad=1, says="NUL"),
    Messy("huge.csv", lambda: text(HEAD + ROWS + "x" * 300_000 + ",advice\r\n"), bad=1, says="at most 200000"),
    Messy("enormous.csv", lambda: text(HEAD + ROWS + "x" * 11_000_000 + ",advice\r\n"), bad=1, says="million letters"),
    Messy("empty-name.csv", text(HEAD + ROWS + ",advice\r\n"), bad=1, says="needed"),
    Messy("twice.csv", text(HEAD + ROWS + "adur advice,other\r\n"), bad=1, says="same agency"),
    Messy("error-cell.xlsx", lambda: _with_error(), ("Bramber Housing",), 1, "#REF!"),
    Messy(
        "day-as-name.xlsx", book(NAMES, [date(2026, 3, 2), "advice"], SECOND), ("Bramber Housing",), 1, "a day or time"
    ),
    Messy(
        "long-number.xlsx", book(NAMES, [1234567890123456789, "advice"], SECOND), ("Bramber Housing",), 1, "16 digits"
    ),
    Messy("beyond.xlsx", book(NAMES, [*FIRST, "more"], SECOND), ("Bramber Housing",), 1, "beyond"),
    Messy("broken-line.jsonl", text('{"name": "Adur Advice"}\n{"name": \n{"name": "Bramber Housing"}\n'), bad=1),
    Messy("no-object.jsonl", text('{"name": "Adur Advice"}\n["Chanctonbury"]\n{"name": "Bramber Housing"}\n'), bad=1),
    Messy("nested.json", text('[{"name": "Adur Advice"}, {"name": {"a": 1}}, {"name": "Bramber Housing"}]'), bad=1),
]
"""Files with rows that cannot be taken: those are reported, and the others come in."""

REFUSED = [
    Messy("empty.csv", b"", says="empty"),
    Messy("only-a-mark.csv", text("\ufeff"), says="empty"),
    Messy("only-blank.csv", b"\r\n\r\n,,\r\n"),
    Messy("no-rows.csv", text(HEAD), says='"rows": 0'),
    Messy("headings-twice.csv", text("name,kind,name\r\nAdur Advice,advice,Other\r\n"), says="columns A (1) and C (3)"),
    Messy("synonyms-twice.csv", text("name,Agency\r\nAdur Advice,Other\r\n"), says="--map"),
    Messy("no-name.csv", text("kind,website\r\nadvice,x\r\n"), says="There is no column for name"),
    Messy("undefined.csv", b"name,kind\r\nAdur \x81\x8d,advice\r\n", says="--encoding"),
    Messy("wrong-encoding.csv", text(HEAD + "Café,advice\r\n", "cp1252"), says="utf-8", options="--encoding utf-8"),
    Messy("no-such-encoding.csv", text(HEAD + ROWS), says="klingon", options="--encoding klingon"),
    Messy("no-such-separator.csv", text(HEAD + ROWS), says="--delimiter", options="--delimiter comet"),
    Messy("utf16-no-mark.csv", text(HEAD + ROWS, "utf-16-le"), says="utf-16"),
    Messy("sheets.xlsx", book(NAMES, FIRST, More=[NAMES, SECOND]), says='--sheet "Sheet1"'),
    Messy("no-such-sheet.xlsx", book(NAMES, FIRST), says="Sheet1", options="--sheet Partners"),
    Messy("empty.xlsx", book(), says="empty"),
    Messy("not-a-book.xlsx", b"PK\x03\x04 and nothing that follows"),
    Messy("cut.xls", lambda: old_book(NAMES, FIRST)[:700]),
    Messy("cut.xlsx", lambda: book(NAMES, FIRST)()[:-300]),
    Messy("other-zip.xlsx", lambda: zipped(readme_txt=b"hello"), says="not a workbook"),
    Messy("bomb.xlsx", lambda: _bomb()),
    Messy("lying.xlsx", lambda: _lying()),
    Messy("doctype.xlsx", lambda: _doctype()),
    Messy("no-sheet-part.xlsx", lambda: patched(book(NAMES, FIRST)(), "xl/worksheets/sheet1.xml", lambda data: None)),
    Messy(
        "spoilt-sheet.xlsx", lambda: patched(book(NAMES, FIRST)(), "xl/worksheets/sheet1.xml", lambda data: data[:200])
    ),
    Messy("web-page.csv", b"<!DOCTYPE html><html><table><tr><td>name</td></tr></table>", says="web page"),
    Messy("web-page.xls", b"<html><table><tr><td>name</td></tr></table></html>", says="web page"),
    Messy("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    Messy("document.pdf", b"%PDF-1.7\n"),
    Messy("broken.json", b'[{"name": "Adur Advice"}, {"name": ', says="line 1"),
    Messy("object.json", b'{"name": "Adur Advice"}'),
    Messy("deep.json", b"[" * 100_000),
]
"""Files that are not taken at all."""


def old_book(*rows: list[str]) -> bytes:
    """A workbook of the old kind."""
    return xls(*(label(row, column, text) for row, cells in enumerate(rows) for column, text in enumerate(cells)))


def _with_error() -> bytes:
    cell = b'<c r="A2" t="e"><v>#REF!</v></c>'
    return patched(
        book(NAMES, ["x", "advice"], SECOND)(),
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b'<c r="A2" t="s"><v>2</v></c>', cell),
    )


def _bomb() -> bytes:
    """A sheet of 300 MB in a few hundred kB."""
    return patched(
        book(NAMES, FIRST)(),
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b"</sheetData>", b" " * 300_000_000 + b"</sheetData>"),
    )


def _lying() -> bytes:
    """A directory that says that the sheet is small."""
    data = bytearray(patched(book(NAMES, FIRST)(), "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 5_000_000))
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def _doctype() -> bytes:
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return patched(
        book(NAMES, FIRST)(),
        "xl/worksheets/sheet1.xml",
        lambda data: data.replace(b"<worksheet", laughs + b"<worksheet", 1),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files").mkdir()
    return tmp_path / "files"


def bring(drive: Drive, folder: Path, messy: Messy) -> Any:
    (folder / messy.name).write_bytes(messy.data)
    return drive(f"import agencies '{folder / messy.name}' --partial --json {messy.options}", as_="sam")


@pytest.mark.parametrize("messy", [*READ, *REPORTED], ids=lambda messy: messy.name)
def test_what_can_be_read_comes_in_and_the_rest_is_reported(drive: Drive, folder: Path, messy: Messy) -> None:
    result = bring(drive, folder, messy)

    answer = result.json
    assert answer["rows"] == answer["applied"] + answer["rejected"] + answer["conflict"]
    assert (answer["rejected"] + answer["conflict"], result.code) == (messy.bad, 6 if messy.bad else 0), str(result)
    here = [each["name"] for each in drive("agency list --json", as_="sam").json]
    assert sorted(here) == sorted(messy.comes)
    assert messy.says in json.dumps([answer["took"], answer["errors"], answer["not_read"]], ensure_ascii=False)
    assert len({each["row"] for each in answer["errors"]}) == messy.bad
    assert (folder / f"{Path(messy.name).stem}.rejected.csv").exists() == bool(messy.bad)


@pytest.mark.parametrize("messy", REFUSED, ids=lambda messy: messy.name)
def test_what_cannot_be_read_at_all_is_refused_in_words(drive_file: Drive, folder: Path, messy: Messy) -> None:
    result = bring(drive_file, folder, messy)

    assert result.code in (2, 3, 6), str(result)
    said = result.err + result.out
    assert messy.says in said.replace('\\"', '"'), str(result)
    assert "Traceback" not in said
    assert "panic" not in said
    assert drive_file("agency list --json", as_="sam").json == []
    assert [each.name for each in folder.iterdir()] == [messy.name]


def test_the_messy_set_is_as_large_as_it_should_be() -> None:
    assert len(READ) + len(REPORTED) + len(REFUSED) >= 80
