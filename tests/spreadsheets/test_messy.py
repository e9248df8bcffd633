"""Files as they come: each ends in right rows, in rows with a fault that says why, or in a refusal that says why.

Every file is built here. `rows` of a case are what is read, in order: a list of cells, or the words that its fault must
hold. Rows given and rows with a fault are all the rows that are in the file, and blank ones are counted.
"""

import codecs
import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from drivecli.errors import DriveError

from .making import (
    BOOK,
    PLAIN_BOOK,
    SHEET,
    STRINGS,
    compound,
    error,
    in_sheet,
    label,
    number,
    ods,
    ods_cell,
    ods_row,
    patched,
    record,
    tables,
    xls,
    xlsx,
    zipped,
)
from .opening import opened, read_whole, refusal


@dataclass(frozen=True)
class Case:
    """One file, and what must become of it."""

    what: str
    data: bytes
    rows: Sequence[Sequence[object] | str] = ()
    refused: str = ""
    code: int = 0
    name: str = ""
    blank: int = 0
    took: str = ""
    header: Sequence[str] = ()
    numbers: Sequence[int] = ()
    options: dict[str, str] = field(default_factory=dict)


HEAD = "name,phone\r\n"
JO, AL = ["Jo", "1"], ["Al", "2"]
GOOD = HEAD + "Jo,1\r\nAl,2\r\n"
ZOE = "name,note\nZoë,Łódź “quoted” – €5\n"
ZOE_ROW = ["Zoë", "Łódź “quoted” – €5"]
W = ["José", "café – “ok”"]
WINDOWS = "name,note\nJosé,café – “ok”\n".encode("cp1252")


def csv(what: str, text: str | bytes, *rows: Sequence[object] | str, **more: object) -> Case:
    return Case(what, text if isinstance(text, bytes) else text.encode(), rows, **more)  # type: ignore[arg-type]


def no(what: str, data: str | bytes, refused: str, code: int = 3, **more: object) -> Case:
    return Case(what, data.encode() if isinstance(data, str) else data, (), refused, code, **more)  # type: ignore[arg-type]


ENCODINGS = [
    csv("UTF-8", ZOE, ZOE_ROW, took="UTF-8"),
    csv("UTF-8 with a mark", ZOE.encode("utf-8-sig"), ZOE_ROW, took="UTF-8 with a mark", header=["name", "note"]),
    csv(
        "two marks: the second is a letter",
        b"\xef\xbb\xbf\xef\xbb\xbfx,name\n1,Jo\n",
        ["1", "Jo"],
        header=["\ufeffx", "name"],
    ),
    csv(
        "UTF-16, as Excel saves Unicode text",
        codecs.BOM_UTF16_LE + ZOE.replace(",", "\t").encode("utf-16-le"),
        ZOE_ROW,
        took="UTF-16 with a mark",
    ),
    csv(
        "UTF-16, the other way round", codecs.BOM_UTF16_BE + ZOE.encode("utf-16-be"), ZOE_ROW, took="UTF-16 with a mark"
    ),
    csv("UTF-32 with a mark", ZOE.encode("utf-32"), ZOE_ROW, took="UTF-32 with a mark"),
    csv("Windows-1252", WINDOWS, W, took="Windows-1252 (byte 13 is not UTF-8)"),
    csv(
        "Windows-1252, said to be DOS",
        "name,note\nJosé,x\n".encode("cp850"),
        ["José", "x"],
        options={"encoding": "cp850"},
    ),
    csv(
        "an encoding by its other name",
        "name,note\nJosé,x\n".encode("latin-1"),
        ["José", "x"],
        options={"encoding": "L1"},
    ),
    csv("UTF-16 without a mark, as said", ZOE.encode("utf-16-le"), ZOE_ROW, options={"encoding": "utf-16-le"}),
    csv(
        "UTF-16 with a mark, said by half",
        codecs.BOM_UTF16_LE + ZOE.encode("utf-16-le"),
        ZOE_ROW,
        options={"encoding": "utf-16-le"},
    ),
    csv("UTF-8 with a mark, said to be UTF-8", ZOE.encode("utf-8-sig"), ZOE_ROW, options={"encoding": "UTF8"}),
    no("UTF-16 without a mark", ZOE.encode("utf-16-le"), "try --encoding utf-16-le"),
    no("UTF-16 without a mark, the other way round", ZOE.encode("utf-16-be"), "try --encoding utf-16-be"),
    no(
        "neither UTF-8 nor Windows-1252",
        b"name,note\nJ\x81,x\n",
        "the byte at 11 (counted from 0) is neither UTF-8 nor",
    ),
    no(
        "UTF-8 and Windows-1252 mixed",
        "name\nJosé\n".encode() + b"Ren\xe9\n",
        "the byte at 14 (counted from 0) is not UTF-8",
    ),
    no("UTF-8 cut off in a letter", "name\nJosé, é".encode()[:-1], "the byte at 12 (counted from 0) is not UTF-8"),
    no("a mark that does not fit", b"\xef\xbb\xbfname\nJos\xe9\n", "the byte at 11 (counted from 0) does not fit"),
    no("half a letter of UTF-16", codecs.BOM_UTF16_LE + "name\nJo".encode("utf-16-le") + b"\x00", "the byte at 16 "),
    no(
        "not what was said",
        WINDOWS,
        "the byte at 13 (counted from 0) is not text in utf-8",
        options={"encoding": "utf-8"},
    ),
    no("an encoding that is none", GOOD, 'There is no encoding "klingon".', 2, options={"encoding": "klingon"}),
    no("an encoding of something else", GOOD, 'There is no encoding "base64".', 2, options={"encoding": "base64"}),
]

SEPARATORS = [
    csv("commas", GOOD, JO, AL, took="separator: comma"),
    csv(
        "semicolons, with commas in the texts",
        "name;note\nJo;a, b\nAl;c, d\n",
        ["Jo", "a, b"],
        ["Al", "c, d"],
        took="separator: semicolon",
    ),
    csv("tabs in a .tsv", "name\tnote\nJo\ta,b\n", ["Jo", "a,b"], name="x.tsv", took="separator: tab"),
    csv("a .tsv with semicolons", "name;note\nJo;x\n", ["Jo", "x"], name="x.tsv", took="separator: semicolon"),
    csv("a .tsv that could have commas", "name\tnote,b\nJo\ta,b\n", ["Jo", "a,b"], name="x.tsv", took="separator: tab"),
    csv("pipes", "name|note\nJo|x\n", ["Jo", "x"], took="separator: pipe"),
    csv("one column", "name\nJo\nAl\n", ["Jo"], ["Al"], took="separator: none, one column"),
    csv("one column, quoted, with every sign", '"name"\n"a,b;c|d"\n', ["a,b;c|d"], took="separator: none, one column"),
    csv("one column with a stray comma", "name\nJo\nSmith, Jo\n", ["Jo"], "The row has 2 cells, the heading has 1."),
    csv(
        "a separator that was said",
        "name:note\nJo:x\n",
        ["Jo", "x"],
        options={"delimiter": ":"},
        took='separator: ":", as said',
    ),
    csv("a separator by its word", "name;note\nJo;x,y\n", ["Jo", "x,y"], options={"delimiter": "Semicolon"}),
    csv("a tab that was typed as two signs", "name\tnote\nJo\tx\n", ["Jo", "x"], options={"delimiter": "\\t"}),
    csv(
        "the first line of Excel",
        "sep=;\r\nname;note\r\nJo;x\r\n",
        ["Jo", "x"],
        took="as the first line says",
        numbers=[3],
    ),
    csv(
        "ragged rows do not hide the separator",
        "name;note\nJo;x\nAl\n",
        ["Jo", "x"],
        "The row has 1 cell, the heading has 2.",
    ),
    csv("known headings decide", "name,phone;x\n1,2;3\n", ["1", "2;3"], took="separator: comma"),
    no("two that fit alike", "a,b;c\n1,2;3\n", "(comma and semicolon). Say which with --delimiter", 2),
    no("no evidence", "words\na,b;c\n", "(comma and semicolon). Say which with --delimiter", 2),
    no(
        "a separator that is a word", GOOD, '"colonic" cannot stand between cells.', 2, options={"delimiter": "colonic"}
    ),
    no("a letter as a separator", GOOD, '"a" cannot stand between cells.', 2, options={"delimiter": "a"}),
]

QUOTES = [
    csv(
        "separators, quotes and lines inside quotes",
        'name,note\r\n"Smith, Jo","a ""b""\r\nc\rd"\r\nAl,2\r\n',
        ["Smith, Jo", 'a "b"\r\nc\rd'],
        AL,
        numbers=[2, 5],
    ),
    csv("a quote inside a word is a letter", 'name,note\nJo "Joey" S,5\' 2"\n', ['Jo "Joey" S', "5' 2\""]),
    csv(
        "a quote that is never closed",
        'name,note\nJo,1\nAl,"open\nBo,3\nCy,4\n',
        ["Jo", "1"],
        "The quote that opens on line 3 is not closed. Lines 3 to 5 were not read.",
        numbers=[2, 3],
    ),
    csv(
        "a quote that opens on a later line of its row",
        'name,note,phone\nJo,"a\nb","open\nBo,3,4\n',
        "The quote that opens on line 3 is not closed. Lines 2 to 4 were not read.",
    ),
    csv(
        "a quote that is never closed on the last line",
        'name,note\nJo,1\nAl,"open',
        ["Jo", "1"],
        "The quote that opens on line 3 is not closed. Line 3 was not read.",
    ),
    csv(
        "a quote that another row closes",
        'name,note\nAl,"open\nBo,3\nCy,"4"\nDi,5\n',
        "Something stands after a closing quote on line 4, in the row that starts on line 2",
        ["Di", "5"],
        numbers=[2, 5],
    ),
    csv(
        "a quote inside a quoted text",
        'name,note\nAl,"say "hi" now"\nBo,3\n',
        "Something stands after a closing quote on line 2",
        ["Bo", "3"],
    ),
    csv(
        "a broken row in the middle of thousands",
        HEAD + "Jo,1\r\n" * 2000 + '"a"b,1\r\n' + "Al,2\r\n" * 2000,
        *[JO] * 2000,
        "closing quote on line 2002",
        *[AL] * 2000,
    ),
    csv(
        "a cell of more than 10 million letters",
        HEAD + "a" * (10 << 20) + "b,1\r\nJo,1\r\n",
        "A cell on line 2 has more than 10 million letters.",
        JO,
        options={"delimiter": "comma"},
    ),
    csv("a cell of a million letters", HEAD + "a" * 1_000_000 + ",1\r\n", ["a" * 1_000_000, "1"]),
    no("no row that can be read", '"name"x,phone\n', "no row of it can be read"),
    no("a broken row above the heading", '"title"x\nname,phone\nJo,1\n', "a row above the heading cannot be read"),
]

ROWS = [
    csv("a missing cell", HEAD + "Jo\r\nAl,2\r\n", "The row has 1 cell, the heading has 2.", AL),
    csv("a cell too many", HEAD + "Smith,Jo,1\r\nAl,2\r\n", "The row has 3 cells, the heading has 2.", AL),
    csv("empty cells too many", HEAD + "Jo,1,,,\r\nAl,2,\r\n", JO, AL),
    csv(
        "an empty heading at the end", "name,phone,,\nJo,1,,\nAl,2,,x\n", JO, "The row has 4 cells, the heading has 2."
    ),
    csv("an empty heading in the middle", "name,,phone\nJo,x,1\n", ["Jo", "x", "1"], header=["name", "", "phone"]),
    csv("blank rows", HEAD + "\r\nJo,1\r\n,\r\n\r\nAl,2\r\n\r\n", JO, AL, blank=4, numbers=[3, 6]),
    csv("rows of spaces are rows", HEAD + " , \r\n", [" ", " "]),
    csv("no end of the last line", HEAD + "Jo,1", JO),
    csv("lone returns, as an old Mac ends lines", "name,phone\rJo,1\rAl,2\r", JO, AL),
    csv("line ends of all kinds", "name,phone\nJo,1\rAl,2\r\nJo,1", JO, AL, JO),
    csv("odd spaces and marks are letters", "name,phone\nJo\u2028x\x0b\x0c,\x1c1\n", ["Jo\u2028x\x0b\x0c", "\x1c1"]),
    csv("a NUL in a cell", "name,phone\nJ\0o,1\nAl,2\n", "Column A (name) holds a NUL character", AL),
    csv("a NUL at the end of a row", "name,phone\nJo,1\0\nAl,2\n", "Column B (phone) holds a NUL character", AL),
    csv("an apostrophe before a formula", "name,phone\nJo,'+44 7700\n'abc,''x\n", ["Jo", "+44 7700"], ["'abc", "'x"]),
    csv("a formula without one", "name,phone\n=1+1,+44\n", ["=1+1", "+44"]),
    csv(
        "numbers and days stay as they are written",
        "name,phone\n0071,1e5\n31/02/2026,12345678901234567890\n",
        ["0071", "1e5"],
        ["31/02/2026", "12345678901234567890"],
    ),
    csv("no rows", HEAD),
    csv("a line of control letters from DOS", HEAD + "Jo,1\r\n\x1a", JO, "The row has 1 cell, the heading has 2."),
]

HEADINGS = [
    csv(
        "a title above the heading",
        "Our cases\n\nname,phone\nJo,1\n",
        ["Jo", "1"],
        took="row 1 above the header was not read",
        numbers=[4],
    ),
    csv(
        "two titles above the heading",
        "Our cases,\nof 2026,\nname,phone\nJo,1\n",
        JO,
        took="rows 1-2 above the header were not read",
    ),
    csv(
        "a heading of two lines", '"name\nof person",name\nJo,1\n', JO, header=["name\nof person", "name"], numbers=[3]
    ),
    csv("nothing is known: the first row", "alpha,beta\nJo,1\n", JO, took="header: row 1"),
    csv("the heading in the twentieth row", "a,b\n" * 19 + "name,phone\nJo,1\n", JO, took="header: row 20"),
    csv(
        "not in the twenty-first",
        "a,b\n" * 20 + "name,phone\n",
        *[["a", "b"]] * 19,
        ["name", "phone"],
        took="header: row 1",
    ),
    csv("a formula as a heading", "'=name,phone\nJo,1\n", JO, header=["=name", "phone"]),
    no("a heading twice", "name,phone,born,phone\nJo,1,2,3\n", 'columns B (2) and D (4) are both headed "phone"'),
    no(
        "a heading twice, nearly",
        "Date of birth,name,date_of_birth\n",
        'columns A (1) and C (3) are both headed "date_of_birth"',
    ),
    no("a NUL in the heading", "na\0me,phone\nJo,1\n", "the heading of column A holds a NUL"),
    no("an empty file", "", "it is empty", 6),
    no("blank lines only", "\r\n\r\n,,\r\n", "it is empty", 6),
    no("only a mark", b"\xef\xbb\xbf", "it is empty", 6),
    no("thousands of columns", ",".join(f"c{each}" for each in range(1001)), "it has 1,001 columns"),
    no("a sheet of a text", GOOD, "--sheet has no meaning here", 2, options={"sheet": "Cases"}),
]

OTHERS = [
    no("a web page that is called a workbook", "<html><table><tr><td>name", "it is a web page or XML", name="x.xls"),
    no("XML of an old Excel", '<?xml version="1.0"?><Workbook/>', "it is a web page or XML", name="x.xls"),
    no(
        "a text that is called a workbook", GOOD, "its name ends in .xlsx, but it is not such a workbook", name="x.xlsx"
    ),
    no("a PDF", b"%PDF-1.7 name", "it is not a table"),
    no("a packed file", b"\x1f\x8b\x08\x00name", "it is not a table"),
    no("a document", zipped({"word/document.xml": b"<x/>"}), "it is not a workbook", name="x.docx"),
    no("any zip file", zipped({"name.txt": b"x"}), "it is not a workbook"),
    no("an empty zip file", zipped({}), "it is not a workbook"),
    no("half a zip file", tables(A=[["name"]])[:900], "it is damaged"),
    csv("a workbook that is called a text", tables(A=[["name"], ["Jo"]]), ["Jo"], name="x.csv", took="workbook: xlsx"),
]

TWO = {"Old": [["x"], ["y"]], "Cases": [["name"], ["Jo"]]}
ERRORS = b'<c r="B2" t="e"><v>#REF!</v></c>'


def far_down(book: Any) -> None:
    sheet = book.add_worksheet()
    sheet.write_string(3, 2, "name")
    sheet.write_string(3, 3, "phone")
    sheet.write_string(6, 2, "Jo")


def typed(book: Any) -> None:
    sheet = book.add_worksheet()
    day, hour, hours = (book.add_format({"num_format": each}) for each in ("dd/mm/yyyy", "hh:mm", "[h]:mm"))
    sheet.write_row(0, 0, ["name", "born", "phone", "note"])
    sheet.write_datetime(1, 1, date(2024, 2, 29), day)
    sheet.write_datetime(1, 2, datetime(2024, 2, 29, 13, 45), day)
    sheet.write_number(1, 3, 0.5, hour)
    sheet.write_number(2, 0, 71)
    sheet.write_number(2, 1, 1.5)
    sheet.write_boolean(2, 2, True)
    sheet.write_number(2, 3, 1.25, hours)
    sheet.write_formula(3, 0, "=1+1", None, 2)
    sheet.write_formula(3, 1, '="x"', None, "x")
    sheet.write_rich_string(3, 2, "a", book.add_format({"bold": True}), "b")
    sheet.write_string(3, 3, "#REF!")


def divided(book: Any) -> None:
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["name", "phone"])
    sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
    sheet.write_string(2, 0, "Al")


def linked(**sheets: Sequence[Sequence[object]]) -> Callable[[Any], None]:
    def fill(book: Any) -> None:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
            if name == "Hidden":
                sheet.hide()

    return fill


def charted(book: Any) -> None:
    linked(Cases=[["name"], ["Jo"]])(book)
    book.add_chartsheet("Chart")


TYPED = [
    [date(2024, 2, 29), datetime(2024, 2, 29, 13, 45), time(12, 0)],
    [71, 1.5, True, "30:00"],
    [2, "x", "ab", "#REF!"],
]

XLSX = [
    csv("every type", xlsx(typed), ["", *TYPED[0]], [71, 1.5, True, "30:00:00"], TYPED[2], took="sheet: Sheet1"),
    csv(
        "every type, counted from 1904",
        xlsx(typed, date_1904=True),
        ["", *TYPED[0]],
        [71, 1.5, True, "30:00:00"],
        TYPED[2],
    ),
    csv(
        "a table that starts further down and to the right",
        xlsx(far_down),
        ["", "", "Jo", ""],
        numbers=[7],
        blank=2,
        took="header: row 4",
        header=["", "", "name", "phone"],
    ),
    csv(
        "a title above the heading",
        tables(A=[["Our cases"], [], ["name", "phone"], ["Jo", 1]]),
        ["Jo", 1],
        took="row 1 above the header was not read",
        numbers=[4],
    ),
    csv("one sheet has something on it", tables(Empty=[], Cases=[["a"], ["b"]]), ["b"], took="sheet: Cases"),
    csv("one sheet has known headings", tables(**TWO), ["Jo"], took="sheet: Cases"),
    csv("the sheet that was said", tables(**TWO), ["y"], options={"sheet": "Old"}, took="sheet: Old"),
    csv(
        "the sheet that was said, in small letters", tables(**TWO), ["y"], options={"sheet": "old "}, took="sheet: Old"
    ),
    csv("a sheet with a chart is none", xlsx(charted), ["Jo"], took="sheet: Cases"),
    csv(
        "a hidden sheet is one",
        xlsx(linked(Front=[], Hidden=[["name"], ["Jo"]])),
        ["Jo"],
        took="sheet: Hidden (hidden)",
    ),
    no("a hidden sheet counts", xlsx(linked(Front=[["a"], ["b"]], Hidden=[["c"], ["d"]])), '"Front", "Hidden"', 2),
    no(
        "two sheets with known headings",
        tables(A=[["name"], ["x"]], B=[["name"], ["y"]]),
        'Say which with --sheet, for example --sheet "A"',
        2,
    ),
    no(
        "a sheet that is not there",
        tables(**TWO),
        'has no sheet "New". Its sheets are "Old", "Cases".',
        2,
        options={"sheet": "New"},
    ),
    no("an empty workbook", tables(A=[], B=[]), "it is empty", 6),
    no("an empty sheet that was said", tables(A=[], B=[["x"]]), 'the sheet "A" is empty', 6, options={"sheet": "A"}),
    no("a heading twice", tables(A=[["name", "x", "Name"]]), 'columns A (1) and C (3) are both headed "Name"'),
    no("an encoding of a workbook", PLAIN_BOOK, "--encoding has no meaning here", 2, options={"encoding": "utf-8"}),
    no("a separator of a workbook", PLAIN_BOOK, "--delimiter has no meaning here", 2, options={"delimiter": ";"}),
    csv(
        "a value beyond the last heading",
        tables(A=[["name", "phone"], ["Jo", "1", None, "x"], ["Al", "2"]]),
        "The row has values beyond column B (phone), the last.",
        AL,
    ),
    csv(
        "an error",
        in_sheet(b'<c r="B2" t="s"><v>3</v></c>', ERRORS),
        "Column B (phone) holds an error of the spreadsheet (#REF!).",
        AL,
    ),
    csv(
        "an error of a formula",
        xlsx(divided),
        "Column A (name) holds an error of the spreadsheet (#DIV/0!).",
        ["Al", ""],
    ),
    csv(
        "an error alone in its row",
        in_sheet(b"</sheetData>", b'<row r="9"><c r="B9" t="e"><v>#N/A</v></c></row></sheetData>'),
        JO,
        AL,
        "Column B (phone) holds an error of the spreadsheet (#N/A).",
        blank=5,
    ),
    csv(
        "an error as nobody writes it",
        in_sheet(b'<c r="B2" t="s"><v>3</v></c>', b"<c t = 'e' r='B2'><v>#REF!</v></c>"),
        "Column B (phone) holds an error of the spreadsheet (#REF!).",
        AL,
    ),
    csv(
        "16 digits",
        tables(A=[["name", "phone"], ["Jo", 1234567890123456], ["Al", 123456789012345]]),
        "Column B (phone) holds a number of 16 digits or more",
        ["Al", 123456789012345],
    ),
    csv(
        "a number that is none", in_sheet(b' t="s"><v>3</v>', b"><v>1e999</v>"), "holds a number that is none (inf)", AL
    ),
    csv(
        "a NUL that was written as a mark",
        patched(PLAIN_BOOK, STRINGS, lambda xml: xml.replace(b"<t>Jo<", b"<t>J_x0000_o<")),
        "Column A (name) holds a NUL character",
        AL,
    ),
    csv(
        "cells that do not say where they are",
        patched(PLAIN_BOOK, SHEET, lambda xml: xml.replace(b' r="A2"', b"").replace(b' r="B2"', b"")),
        JO,
        AL,
    ),
    csv("styled cells far out hold nothing", in_sheet(b"<v>3</v></c>", b'<v>3</v></c><c r="XFD2" s="0"/>'), JO, AL),
    no("a cell far out", in_sheet(b'r="B2"', b'r="XFD1048576"'), "reaches to row 1,048,576 and column 16,384"),
    no("a cell far down", in_sheet(b'r="B2"', b'r="B200001"'), "reaches to row 200,001 and column 2"),
    no("a cell far to the right", in_sheet(b'r="B2"', b'r="GS2"'), "reaches to row 3 and column 201"),
    no("a cell far out, in other quotes", in_sheet(b'r="B2"', b"r='XFD1048576'"), "reaches to row 1,048,576"),
    no("far in both directions", in_sheet(b'r="B2"', b'r="GA190000"'), "has room for 34,770,000 cells"),
    no("a place that is none", in_sheet(b'r="B2"', b'r="ZZZZZZZZ99999999999"'), "it "),
    no("a row that is none", in_sheet(b'r="B2"', b'r="B0"'), "it is damaged"),
    no("a text that is not there", in_sheet(b"<v>3</v>", b"<v>99</v>"), "it is damaged"),
    no("half a sheet", patched(PLAIN_BOOK, SHEET, lambda xml: xml[: len(xml) // 2]), "it is damaged"),
    no("no list of sheets", patched(PLAIN_BOOK, BOOK, lambda xml: None), "it is a workbook of a kind that is not read"),
    no("a broken list of sheets", patched(PLAIN_BOOK, BOOK, lambda xml: xml[:200]), "it is damaged"),
    no(
        "a workbook in another notation",
        zipped({"xl/workbook.bin": b"x", "xl/_rels/workbook.bin.rels": b"<x/>"}),
        "of a kind that is not read. Save it as .xlsx",
        name="x.xlsb",
    ),
    no(
        "words of its own",
        patched(PLAIN_BOOK, STRINGS, lambda xml: xml.replace(b"<sst", b'<!DOCTYPE x [<!ENTITY l "lol">]><sst')),
        "it declares words of its own",
    ),
    no(
        "words of its own in UTF-16",
        patched(PLAIN_BOOK, STRINGS, lambda xml: "<!DOCTYPE x>".encode("utf-16")),
        "it declares words",
    ),
    no("texts in UTF-16", patched(PLAIN_BOOK, STRINGS, lambda xml: xml.decode().encode("utf-16")), "is not UTF-8"),
    no(
        "bytes that are no letters",
        patched(PLAIN_BOOK, STRINGS, lambda xml: xml.replace(b"Jo", b"\xff\xfe")),
        "it is damaged",
    ),
]

ODS_ERROR = (
    '<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#REF!</text:p></table:table-cell>'
)

ODS = [
    csv(
        "every type",
        ods([["name", "born", "phone", "note"], ["Jo", date(2024, 2, 29), 71, True]]),
        ["Jo", date(2024, 2, 29), 71, True],
        took="workbook: ods",
    ),
    csv(
        "rows and cells that stand for many",
        ods([["name", "phone"]], more=ods_row(ods_cell("x", 2), times=3)),
        *[["x", "x"]] * 3,
    ),
    csv(
        "a million empty rows below",
        ods([["name"], ["Jo"]], more=ods_row(ods_cell(None, 16384), times=1_048_000)),
        ["Jo"],
    ),
    csv(
        "empty rows between",
        ods([[], [], ["name"]], more=ods_row(ods_cell(None, 9), times=4) + ods_row(ods_cell("Jo"))),
        ["Jo"],
        numbers=[8],
        blank=4,
    ),
    csv("columns before the first", ods([[None, "name"], [None, "Jo"]]), ["", "Jo"], header=["", "name"]),
    csv(
        "tabs and lines in a text",
        ods(
            [["name"]],
            more=ods_row(
                '<table:table-cell office:value-type="string"><text:p>a<text:tab/>b<text:line-break/>c</text:p>'
                "<text:p>d</text:p></table:table-cell>"
            ),
        ),
        ["a\tb\nc\nd"],
    ),
    csv(
        "an error",
        ods(
            [["name", "phone"]],
            more=ods_row(
                ods_cell("Jo"),
                ODS_ERROR,
            ),
        ),
        "Column B (phone) holds an error of the spreadsheet (#REF!).",
    ),
    no(
        "a text that stands for a billion",
        ods([["name"]], more=ods_row(ods_cell("x", 16384), times=1_048_576)),
        "reaches to row 1,048,577",
    ),
    no(
        "a text behind a million empty rows",
        ods([["name"]], more=ods_row(ods_cell(None), times=10**6) + ods_row(ods_cell("x"))),
        "reaches to row 1,000,002",
    ),
    no(
        "an error that stands for many",
        ods(
            [["name"]],
            more=ods_row(
                ODS_ERROR,
                times=150_000,
            ),
        ),
        "reaches to row 200,001",
    ),
    no(
        "two tables",
        ods(
            [["a"]],
            second='<table:table table:name="B"><table:table-row>' + ods_cell("b") + "</table:table-row></table:table>",
        ),
        '"Sheet1", "B"',
        2,
    ),
    no("half its content", patched(ods([["name"]]), "content.xml", lambda xml: xml[:-80]), "it "),
]

XLS = [
    csv(
        "texts, numbers and days",
        xls(label(0, 0, "name"), label(0, 1, "born"), label(1, 0, "Zoë"), number(1, 1, 45351, 1), number(2, 1, 71)),
        ["Zoë", date(2024, 2, 29)],
        ["", 71],
        took="workbook: xls",
    ),
    csv(
        "days counted from 1904",
        xls(label(0, 0, "born"), number(1, 0, 43889, 1), before=record(0x22, b"\1\0")),
        [date(2024, 2, 29)],
    ),
    csv(
        "a table that starts further down",
        xls(label(4, 2, "name"), label(6, 2, "Jo")),
        ["", "", "Jo"],
        numbers=[7],
        blank=1,
    ),
    csv(
        "an error",
        xls(label(0, 0, "name"), label(1, 0, "Jo"), error(2, 0)),
        ["Jo"],
        "Column A (name) holds an error of the spreadsheet (#DIV/0!).",
    ),
    csv("16 digits", xls(label(0, 0, "name"), number(1, 0, 1e15)), "holds a number of 16 digits or more"),
    no("a password", xls(label(0, 0, "name"), before=record(0x2F, bytes(54))), "it is locked with a password"),
    no(
        "a password of a new workbook",
        compound(b"x" * 5000, "EncryptedPackage"),
        "it is locked with a password",
        name="x.xlsx",
    ),
    no("a document", compound(b"x" * 5000, "WordDocument"), "it is not a workbook"),
    no("no sheet with anything", xls(), "it is empty", 6),
    no("cells far out", xls(label(0, 0, "name"), label(65535, 65535, "x")), "reaches to row 65,536 and column 65,536"),
    no(
        "a sheet that says it is enormous",
        xls(record(0x200, struct.pack("<IIHHH", 0, 0xFFFFFFFF, 0, 0xFFFF, 0)), label(0, 0, "name")),
        "it is damaged",
    ),
    no("sectors that lead in a circle", compound(b"x" * 5000, looped=True), "it is damaged"),
    no("half the file", xls(label(0, 0, "name"))[:700], "it is damaged"),
    no("only its first bytes", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is damaged"),
]


def js(rows: object, **more: object) -> bytes:
    return json.dumps(rows, **more).encode()  # type: ignore[arg-type]


JSON = [
    csv(
        "objects with other keys",
        js([{"name": "Jo"}, {"phone": "1", "name": None}]),
        ["Jo", ""],
        ["", "1"],
        header=["name", "phone"],
    ),
    csv(
        "values of every kind",
        js([{"name": "é", "a": 1, "b": 1.5, "c": True, "d": ["x", "y"], "e": 10**30}]),
        ["é", 1, 1.5, True, ["x", "y"], 10**30],
        name="x.json",
    ),
    csv(
        "spaces and a mark", b'\xef\xbb\xbf \n[ {"name" : "Jo"}\n,{}, {"name": ""} ]\n', ["Jo"], blank=2, name="x.json"
    ),
    csv("a key twice", b'[{"name": "a", "name": "b"}, {"name": "c"}]', 'The key "name" stands there twice.', ["c"]),
    csv("an object in a cell", js([{"name": {"x": 1}}, {"name": "c"}]), "Column A (name) holds an object", ["c"]),
    csv(
        "a list of objects in a cell",
        js([{"name": [{"x": 1}]}]),
        "Column A (name) holds a list of something other than texts",
    ),
    csv(
        "something other than objects",
        js(
            [1, {"name": "c"}],
        ),
        "This is not an object",
        ["c"],
        name="x.json",
    ),
    csv(
        "a NUL and half a letter",
        js([{"name": "a\0"}, {"name": "\ud800"}, {"name": ["\udc00"]}, {"name": "😀"}]),
        "holds a NUL character",
        "holds half of a letter",
        "holds half of a letter",
        ["😀"],
    ),
    csv("a number that is too large", b'[{"name": 1e999}]', "holds a number that is too large"),
    no("broken JSON", b'[{"name": "a"},\n {"name" "b"}]', "(line 2, column 10)", name="x.json"),
    no("cut off", b'[{"name": "a"},', "line 1, column 16", name="x.json"),
    no("no end", b'[{"name": "a"}', "a comma or ] is missing (line 1, column 15)", name="x.json"),
    no("more behind it", b'[{"name": "a"}]\n[]', "something stands after the list (line 2, column 1)", name="x.json"),
    no("one object", b'{"name": "a"}', "a list of objects would start with [", name="x.json"),
    no("no objects", b"[]", "it is empty", 6, name="x.json"),
    no("only spaces", b"  \n", "it is empty", 6, name="x.json"),
    no("NaN", b'[{"name": NaN}]', "NaN is not a number of JSON", name="x.json"),
    no("nested too deep", b'[{"name": ' + b"[" * 100_000, "it is nested too deep", name="x.json"),
    no("a number of 5,000 digits", b'[{"name": ' + b"1" * 5000 + b"}]", "a number in it is none", name="x.json"),
    no("half a letter as a key", b'[{"\\ud800": 1}]', "one of its keys is half of a letter", name="x.json"),
    no("keys that are one", js([{"a b": 1}, {"A_B": 2}]), 'columns A (1) and B (2) are both headed "A_B"'),
    no("a key for every object", js([{f"k{each}": 1} for each in range(1001)]), "more than 1,000 keys"),
    no("bytes that are no text", b'[{"name": "\x81"}]', "the byte at 11"),
    no("a sheet of JSON", b"[{}]", "--sheet has no meaning here", 2, name="x.json", options={"sheet": "x"}),
    csv(
        "lines of objects",
        b'{"name": "a"}\n\n{"name": "b", "x": 1}\r\n{"name": "c"}',
        ["a", ""],
        ["b", 1],
        ["c", ""],
        numbers=[1, 3, 4],
        header=["name", "x"],
    ),
    csv(
        "a broken line",
        b'{"name": "a"}\n{"name": \n[1]\n{"name": "b"} x\n{"name": "c"}',
        ["a"],
        "The line is not JSON: ",
        "This is not an object",
        "something stands after the object",
        ["c"],
        name="x.jsonl",
    ),
    csv("a lone return is a space of JSON", b'{"name":\r"a"}\n', ["a"]),
    no("no line that can be read", b"name,phone\nJo,1\n", "nothing in it can be read", name="x.jsonl"),
]

CASES = [*ENCODINGS, *SEPARATORS, *QUOTES, *ROWS, *HEADINGS, *OTHERS, *XLSX, *ODS, *XLS, *JSON]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what.replace(" ", "_"))
def test_a_messy_file_ends_in_right_rows_or_in_plain_words(case: Case, tmp_path: Path) -> None:
    data: bytes | Path = case.data
    if case.name:
        data = tmp_path / case.name
        data.write_bytes(case.data)

    if case.refused:
        with pytest.raises(DriveError) as caught:
            read_whole(opened(data, **case.options))
        assert case.refused in refusal(caught.value)
        assert caught.value.code == case.code
        return

    sheet = opened(data, **case.options)
    lines = read_whole(sheet)

    assert len(lines) == len(case.rows)
    for line, wanted in zip(lines, case.rows, strict=True):
        if isinstance(wanted, str):
            assert wanted in line.fault
        else:
            assert (["" if cell is None else cell for cell in line.cells], line.fault) == (list(wanted), "")
            assert [type(cell) for cell in line.cells if cell not in (None, "")] == [
                type(each) for each in wanted if each != ""
            ]
    assert sheet.blank == case.blank
    assert not case.header or sheet.header == list(case.header)
    assert not case.numbers or [line.number for line in lines] == list(case.numbers)
    assert case.took in "; ".join(sheet.took)


def test_what_was_read_of_a_row_with_a_fault_is_all_there() -> None:
    text = 'name,note\nSmith,Jo,x\nAl\nBo,"a"b\nCy,"open\nDi,5\n'

    lines = read_whole(opened(text.encode()))

    assert [list(line.cells) for line in lines] == [
        ["Smith", "Jo", "x"],
        ["Al", ""],
        ['Bo,"a"b', None],
        ['Cy,"open\nDi,5', None],
    ]
