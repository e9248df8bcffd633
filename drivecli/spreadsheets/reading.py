"""The way into a file: which form it has, and its one table."""

from pathlib import Path
from typing import BinaryIO

from drivecli.errors import NotUnderstood
from drivecli.spreadsheets.headings import Known
from drivecli.spreadsheets.sheet import EMPTY_FILE, Cell, Line, Sheet, refused
from drivecli.spreadsheets.sources import Source

__all__ = ["Cell", "Line", "Sheet", "open_sheet"]

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
NOT_READ = (".xlsb", ".numbers", ".doc", ".docx", ".pdf", ".zip", ".gz", ".rtf", ".parquet", ".db", ".sqlite")
FORMS = {".tsv": "tsv", ".tab": "tsv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def open_sheet(
    path: Path | None,
    stdin: BinaryIO | None,
    *,
    sheet: str | None,
    encoding: str | None,
    delimiter: str | None,
    known: Known,
) -> Sheet:
    """The table of a file, or of all that was piped in. `known` says how many headings of a row are known."""
    from drivecli.spreadsheets.workbooks import WorkbookSheet, is_workbook

    source = Source(path, stdin)
    if not source.start:
        raise refused(source, "it is empty: there is nothing in it.", code=EMPTY_FILE)
    if is_workbook(source):
        _only(source, "a workbook says itself", encoding=encoding, delimiter=delimiter)
        return WorkbookSheet(source, sheet=sheet, known=known)
    form = _form(source)
    _no_other(source)
    if form in ("json", "jsonl"):
        from drivecli.spreadsheets.objects import JsonLinesSheet, JsonSheet

        _only(
            source, "there is only one table in JSON, and its values are told apart", sheet=sheet, delimiter=delimiter
        )
        return (JsonSheet if form == "json" else JsonLinesSheet)(source, form, encoding=encoding)
    from drivecli.spreadsheets.texts import TextSheet

    _only(source, "there is only one table in a text", sheet=sheet)
    return TextSheet(source, form, encoding=encoding, delimiter=delimiter, known=known)


def _only(source: Source, why: str, **options: str | None) -> None:
    """Refuses an option that would be passed over in silence."""
    for name, value in options.items():
        if value is not None:
            raise NotUnderstood(f"{source.name}: --{name} has no meaning here: {why}.", next=f"Leave out --{name}.")


def _form(source: Source) -> str:
    """The form by the name of the file; of what was piped in, by how it starts."""
    if source.path is not None and source.suffix in FORMS:
        return FORMS[source.suffix]
    start = source.start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if source.path is None and start[:1] == b"[" and start[1:].lstrip()[:1] in (b"{", b"]"):
        return "json"
    if source.path is None and start[:1] == b"{" and start[1:].lstrip()[:1] in (b'"', b"}"):
        return "jsonl"
    return "csv"


def _no_other(source: Source) -> None:
    """Refuses what is no table as text, by its first bytes or by its name."""
    start = source.start.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise refused(
            source,
            "it is a web page or XML, whatever its name says.",
            next="Open it in a spreadsheet program and save it as .xlsx or .csv.",
        )
    if start.startswith((b"%pdf", b"{\\rtf", b"\x1f\x8b", b"sqlite format 3", b"rar!", b"7z\xbc\xaf")):
        raise refused(source, "it is not a table.", next="Save the table as .csv or .xlsx.")
    if source.suffix in WORKBOOKS or source.suffix in NOT_READ:
        raise refused(
            source,
            f"its name ends in {source.suffix}, but it is not such a workbook, or not one that is read.",
            next="Tables are read from .csv, .tsv, .xlsx, .xls, .ods, .json and .jsonl.",
        )
