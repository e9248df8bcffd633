"""What `docs/for-your-dpo.md` says of every column, made from `drivecli/models/classes.toml`. Used by test_docs."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import drivecli
from drivecli import images, models
from drivecli.models.base import Fact, Recorded

FILE = Path(drivecli.__file__).parent / "models" / "classes.toml"
CLASSES = {"personal", "personal (worker)", "victim", "third-party", "operational"}
ON_RECORD = "Every row that is added, changed or removed is on record, with what it held before."
BASES = {"Fact": Fact, "Recorded": Recorded}

Columns = Mapping[str, Sequence[str]]
"""What a store has: its tables, and their columns."""


def read() -> dict[str, Any]:
    """The file of classes."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def inherited(table: str) -> list[str]:
    """The kinds of row a table's rows are: a fact is also something that was recorded."""
    kinds = [getattr(models, name) for name in models.__all__ if name != "metadata"]
    found = [kind for kind in kinds if kind.__tablename__ == table]
    return [name for name, base in BASES.items() if found and issubclass(found[0], base)]


def classed(said: Mapping[str, Any], table: str) -> dict[str, Sequence[str]]:
    """Every column of a table that has a class, with its class and what it holds."""
    own = said["table"].get(table, {}).get("columns", {})
    return {**own, **{name: each for base in inherited(table) for name, each in said["base"][base].items()}}


def faults(said: Mapping[str, Any], store: Columns) -> list[str]:
    """What is missing from the file, or too much in it, for a store that has these tables and columns."""
    wrong = []
    for table, columns in store.items():
        known = classed(said, table)
        wrong += [f"{table}.{name} has no class" for name in columns if name not in known]
        wrong += [f"{table}.{name} has a class and is not in the store" for name in known if name not in columns]
        for name, (given, holds) in known.items():
            strange = set(given.split(", ")) - CLASSES
            wrong += [f"{table}.{name} is “{each}”, which is no class" for each in sorted(strange)]
            wrong += [] if holds else [f"{table}.{name} does not say what it holds"]
    for table, told in said["table"].items():
        wrong += [] if table in store else [f"{table} has classes and is not in the store"]
        if ("changes" in told) != (table in images.UNWATCHED):
            wrong.append(f"{table} must say why its changes are not on record, if and only if they are not")
    return wrong


def page(said: Mapping[str, Any]) -> str:
    """Every table with its columns, as the page shows them."""
    lines = ["### What many tables have", ""]
    for base in ("Recorded", "Fact"):
        what = "every fact of a case" if base == "Fact" else "everything that somebody wrote down"
        lines += [f"**{base}**: what {what} has.", "", *_table(said["base"][base]), ""]
    for table, told in said["table"].items():
        lines += [f"### {table}", "", told["holds"], ""]
        lines += [f"- Who may see it: {_small(said['seen'][told['seen']])}"]
        lines += [f"- Of reading: {_small(said['reading'][told['reading']])}"]
        lines += [f"- Of changing: {_small(told.get('changes') or ON_RECORD)}{_but(table)}", ""]
        lines += [*_table(told["columns"], inherited(table)), ""]
    return "\n".join(lines)


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _but(table: str) -> str:
    derived = images.DERIVED.get(table, ())
    return (
        f" Not those columns that repeat other facts: {', '.join(f'`{name}`' for name in derived)}." if derived else ""
    )


def _table(columns: Mapping[str, Sequence[str]], bases: Sequence[str] = ()) -> list[str]:
    rows = [f"| `{name}` | {given} | {holds} |" for name, (given, holds) in columns.items()]
    more = [f"| and all of {' and '.join(bases)} | as above | as above |"] if bases else []
    return ["| column | class | what it holds |", "|---|---|---|", *rows, *more]
