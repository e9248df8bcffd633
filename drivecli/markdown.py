"""Markdown as lines for a terminal: headings, paragraphs, lists and tables wrapped, lines to type as they are.

Only what the pages of docs/ use. A page must read well aloud and on any terminal, so nothing is drawn.
"""

import re
from collections.abc import Callable, Iterator
from textwrap import wrap

from drivecli.layout import GAP, width

NARROWEST = 20
"""Columns that the last cell of a table needs beside the others; with fewer, each row becomes a block."""

_ITEM = re.compile(r"(?P<mark>[-*]|\d+\.) +(?P<text>.*)")
_UNBROKEN = "\u00a0"


def lines(text: str, columns: int, heading: Callable[[str], str]) -> Iterator[str]:
    """The page's lines, none longer than `columns` where words allow it. `heading` says how a heading looks."""
    after_heading = True
    for block in _blocks(text):
        kind = _kind(block[0])
        if not after_heading:
            yield ""
        after_heading = kind == "heading"
        if kind == "heading":
            yield heading(_plain(block[0].lstrip("# ")))
        elif kind == "code":
            yield from (f"  {line}".rstrip() for line in block[1:])
        elif kind == "table":
            yield from _table(block, columns, heading)
        elif kind == "list":
            yield from _list(block, columns)
        else:
            yield from _wrapped(" ".join(line.removeprefix("> ") for line in block), columns)


def _blocks(text: str) -> Iterator[list[str]]:
    """Runs of lines that belong together. Of a fenced block, its lines after the opening fence."""
    block: list[str] = []
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            if block:
                yield block
            fenced = not fenced
            block = [line] if fenced else []
        elif fenced:
            block.append(line)
        elif not line.strip() or line.startswith("<!--"):
            if block:
                yield block
            block = []
        elif line.startswith("#"):
            yield [line]
        else:
            block.append(line)
    if block:
        yield block


def _kind(first: str) -> str:
    if first.startswith("#"):
        return "heading"
    if first.startswith("```"):
        return "code"
    if first.startswith("|"):
        return "table"
    return "list" if _ITEM.match(first) else "paragraph"


def _list(block: list[str], columns: int) -> Iterator[str]:
    items: list[tuple[str, str]] = []
    for line in block:
        found = _ITEM.match(line)
        if found:
            items.append((found["mark"], found["text"]))
        else:
            mark, said = items[-1]
            items[-1] = (mark, f"{said} {line.strip()}")
    for mark, said in items:
        indent = " " * (len(mark) + 1)
        for number, line in enumerate(_wrapped(said, columns - len(indent))):
            yield (f"{mark} " if number == 0 else indent) + line


def _table(block: list[str], columns: int, heading: Callable[[str], str]) -> Iterator[str]:
    """Aligned columns with the last one wrapped; where that leaves it no room, a block for each row."""
    head, _, *rows = ([cell.strip() for cell in line.strip().strip("|").split("|")] for line in block)
    widths = [max(width(_plain(cell)) for cell in cells) for cells in zip(head, *rows, strict=True)][:-1]
    indent = sum(widths) + len(GAP) * len(widths)
    if columns - indent < NARROWEST:
        yield from _rows_as_blocks(head, rows, columns)
        return
    for cells in (head, *rows):
        firsts = zip(map(_plain, cells), widths, strict=False)
        first = "".join(cell + " " * (size - width(cell)) + GAP for cell, size in firsts)
        for number, line in enumerate(_wrapped(cells[-1], columns - indent)):
            said = ((first if number == 0 else " " * indent) + line).rstrip()
            yield heading(said) if cells is head else said


def _rows_as_blocks(head: list[str], rows: list[list[str]], columns: int) -> Iterator[str]:
    for row in rows:
        yield from _wrapped(row[0], columns)
        for name, cell in zip(head[1:], row[1:], strict=True):
            if cell:
                yield from (f"  {line}" for line in _wrapped(f"{name}: {cell}", columns - 2))


def _wrapped(text: str, columns: int) -> list[str]:
    """Words in at most `columns`; a line to type is not broken where it can be helped."""
    whole = re.sub(
        r"`[^`]+`", lambda code: code[0].replace(" ", _UNBROKEN) if len(code[0]) < columns else code[0], text
    )
    wrapped = wrap(_plain(whole), max(columns, NARROWEST), break_long_words=False, break_on_hyphens=False)
    return [line.replace(_UNBROKEN, " ") for line in wrapped] or [""]


def _plain(text: str) -> str:
    """Text without the marks that only a browser shows; of a link, its words."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text).replace("**", "").replace("`", "")
