"""Messy files of cases: each ends in right words in the store or in a report of rows, and no row is lost on the way.

How many rows there are of each, and how many are good, is known; as many as are rejected come back.
Many more files: tests/spreadsheets/test_messy.py.
"""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bringing import assert_sound
from conftest import ENGINES, Drive, Stores

HEAD = "external_ref,forename,surname,opened_on,address"


@dataclass(frozen=True)
class Messy:
    """A file: how it is called, what is in it for a given prefix of refs, and what it must end in.

    `rows` and `good` are the rows of it and those that can be brought in.
    `here` is what the addresses of the good rows must be, where that could go wrong. `unmended` are those of the other
    rows that can be brought in as they come back: with what stood beyond the headings, or was no word, as words.
    """

    name: str
    make: Callable[[str], bytes | str]
    rows: int
    good: int
    here: tuple[str | None, ...] | None = None
    suffix: str = "csv"
    options: tuple[str, ...] = ()
    unmended: int = 0


def row(ref: str, n: int, address: str = "", **how: str) -> str:
    between = how.get("between", ",")
    return between.join(
        [f"{ref}-{n}", how.get("forename", "Kim"), f"Sample {ref} {n}", how.get("day", "13/1/2026"), address]
    )


def rows(ref: str, *addresses: str, head: str = HEAD, end: str = "\n", between: str = ",") -> str:
    lines = [head.replace(",", between), *(row(ref, n, each, between=between) for n, each in enumerate(addresses))]
    return end.join(lines) + end


def sheet(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook with one sheet that has the headings; `fill` writes below them."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as book:
        page = book.add_worksheet("Old")
        page.write_row(0, 0, HEAD.split(","))
        fill(book, page)
    return stream.getvalue()


def fill_day(ref: str, n: int, *, day: Any = date(2026, 1, 13), address: Any = "") -> Callable[[Any, Any], None]:
    def fill(book: Any, page: Any) -> None:
        page.write_row(n, 0, [f"{ref}-{n}", "Kim", f"Sample {ref} {n}"])
        if isinstance(day, date):
            page.write_datetime(n, 3, day, book.add_format({"num_format": "dd/mm/yyyy"}))
        else:
            page.write(n, 3, day)
        page.write(n, 4, address)

    return fill


def all_of(*fills: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    def fill(book: Any, page: Any) -> None:
        for each in fills:
            each(book, page)

    return fill


def objects(ref: str, *told: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    for n, more in enumerate(told):
        each = {
            "external_ref": f"{ref}-{n}",
            "forename": "Kim",
            "surname": f"Sample {ref} {n}",
            "opened_on": "2026-01-13",
        }
        made.append(each | more)
    return made


MESSY = [
    # letters
    Messy("Windows letters", lambda ref: rows(ref, "Zoë – O’N €").encode("cp1252"), 1, 1, here=("Zoë – O’N €",)),
    Messy("letters cut in two", lambda ref: rows(ref, "Zoë").encode()[:-2], rows=1, good=1, here=("ZoÃ",)),
    # separators and line ends
    Messy(
        "line ends of all sorts",
        lambda ref: rows(ref, "a").rstrip() + "\r\n" + row(ref, 1, "b") + "\r" + row(ref, 2, "c"),
        3,
        3,
    ),
    # quotes and cells
    Messy(
        "line breaks in cells",
        lambda ref: rows(ref, '"1 Row\n\n2nd ""line"", x"', "b"),
        2,
        2,
        here=('1 Row\n\n2nd "line", x', "b"),
    ),
    Messy("a quote that is never closed", lambda ref: rows(ref, "a", '"never', "c", "d"), 2, 1, here=("a",)),
    Messy("a quote within a word", lambda ref: rows(ref, 'the "Old" Row', "b"), 2, 2, here=('the "Old" Row', "b")),
    Messy("letters after a quote", lambda ref: rows(ref, '"a" b', "c"), 2, 1, here=("c",)),
    Messy(
        "too few cells", lambda ref: rows(ref, "a") + f"{ref}-8,Kim,Short\n" + row(ref, 9, "b"), 3, 2, here=("a", "b")
    ),
    Messy("too many cells", lambda ref: rows(ref, "a", "b,c", "d,,,"), 3, 2, here=("a", "d")),
    Messy("200,000 letters", lambda ref: rows(ref, "x" * 200_000), 1, 1, here=("x" * 200_000,)),
    Messy("a letter more", lambda ref: rows(ref, "x" * 200_001, "c"), 2, 1, here=("c",)),
    Messy(
        "formulas",
        lambda ref: rows(ref, "'=1+1", "=2+2", "'+44 7700", "''x", "'x"),
        5,
        5,
        here=("=1+1", "=2+2", "+44 7700", "'x", "'x"),
    ),
    Messy("zeros in front", lambda ref: rows(ref, "0071", "1e5", "1.0"), 3, 3, here=("0071", "1e5", "1.0")),
    Messy("spaces around", lambda ref: rows(ref, "  a b \t", "\u00a0c\u00a0"), 2, 2, here=("a b", "c")),
    Messy("spaces alone", lambda ref: rows(ref, "   "), 1, 1, here=(None,)),
    # headings
    Messy(
        "a heading without words",
        lambda ref: rows(ref, "a", head="external_ref,forename,surname,opened_on,"),
        1,
        0,
    ),
    # days
    Messy(
        "days of all sorts",
        lambda ref: (
            HEAD
            + "\n"
            + "\n".join(
                row(ref, n, day=day)
                for n, day in enumerate(
                    ("13/1/2026", "1/13/2026", "13/1/26", "31/2/2026", "46035", "", "2026-01-13", "13 Jan")
                )
            )
        ),
        8,
        2,
    ),
    # workbooks
    Messy(
        "a workbook",
        lambda ref: sheet(
            all_of(fill_day(ref, 1, address="0071"), fill_day(ref, 2, day="13/1/2026"), fill_day(ref, 3, day=46035))
        ),
        3,
        2,
        here=("0071", None),
        suffix="xlsx",
    ),
    Messy(
        "numbers for words",
        lambda ref: sheet(
            all_of(fill_day(ref, 1, address=71), fill_day(ref, 2, address=1.5), fill_day(ref, 3, address=True))
        ),
        3,
        3,
        here=("71", "1.5", "yes"),
        suffix="xlsx",
    ),
    Messy("days since 1904", lambda ref: sheet(fill_day(ref, 1), date_1904=True), 1, 1, suffix="xlsx"),
    Messy(
        "a formula's value",
        lambda ref: sheet(
            all_of(fill_day(ref, 1), lambda book, page: page.write_formula(1, 4, '="a"&"b"', None, "ab"))
        ),
        1,
        1,
        here=("ab",),
        suffix="xlsx",
    ),
    Messy(
        "a cell beyond the headings",
        lambda ref: sheet(all_of(fill_day(ref, 1), lambda book, page: page.write(1, 9, "lost?"))),
        1,
        0,
        suffix="xlsx",
    ),
    # JSON
    Messy(
        "a line that is none",
        lambda ref: "\n".join([*map(json.dumps, objects(ref, {}, {})), "{", ""]),
        3,
        2,
        suffix="jsonl",
    ),
    Messy(
        "an object in an object",
        lambda ref: json.dumps(objects(ref, {}, {"address": {"street": "x"}})),
        2,
        1,
        suffix="json",
        unmended=1,
    ),
    Messy(
        "a list for a word",
        lambda ref: json.dumps(objects(ref, {}, {"address": ["x", "y"]})),
        2,
        1,
        suffix="json",
        unmended=1,
    ),
    Messy(
        "broken letters",
        lambda ref: json.dumps(objects(ref, {}, {"address": "\ud800"})),
        2,
        1,
        suffix="json",
        unmended=1,
    ),
]


@pytest.fixture(scope="module", params=ENGINES)
def made(request: pytest.FixtureRequest, stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    """One store for each engine, into which all files go; in the end it is sound."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgres":
            patch.setenv("PGPASSFILE", str(stores.server.passfile))
        drive = stores.copy(request.param, tmp_path_factory.mktemp("messy") / "drive", team=True)
    yield drive
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "postgres":
            patch.setenv("PGPASSFILE", str(stores.server.passfile))
        assert_sound(drive)
    stores.give_back(drive)


@pytest.fixture
def messy_drive(made: Drive, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Drive:
    if made.engine == "postgres":
        monkeypatch.setenv("PGPASSFILE", str(stores.server.passfile))
    return made


@pytest.mark.parametrize("messy", MESSY, ids=lambda messy: messy.name)
def test_every_row_of_a_messy_file_is_brought_in_or_reported(messy_drive: Drive, tmp_path: Path, messy: Messy) -> None:
    ref = f"M{MESSY.index(messy)}"
    data = messy.make(ref)
    file = tmp_path / f"old.{messy.suffix}"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())

    result = messy_drive(["import", "cases", str(file), "--partial", "--json", *messy.options], as_="sam")

    answer = result.json
    states = ("new", "same", "changed", "conflict", "rejected")
    refused = answer["conflict"] + answer["rejected"]
    assert sum(answer[state] for state in states) == answer["rows"] == messy.rows, (answer, result.raw_err[:2000])
    assert answer["new"] == answer["applied"] == messy.good, answer
    assert result.code == (6 if refused else 0)
    assert len({each["row"] for each in answer["errors"]}) == refused
    assert brought(messy_drive, ref) == (list(messy.here) if messy.here is not None else brought(messy_drive, ref))
    assert len(brought(messy_drive, ref)) == answer["applied"]
    if refused:
        again = messy_drive(["import", "cases", answer["rejects"], "--dry-run", "--json"], as_="sam").json
        assert (again["rows"], again["new"]) == (refused, messy.unmended), again


def brought(drive: Drive, ref: str) -> list[str | None]:
    """The addresses of those who came in with a file, by its rows."""
    rows = drive.db().run(
        "SELECT p.address FROM person p WHERE p.surname LIKE :like ORDER BY p.id",
        like=f"Sample {ref} %",
    )
    return [address for (address,) in rows.fetchall()]
