"""What the two engines write in their own way: parameters, days, yes and no; and rows typed by their dataclass."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from types import UnionType
from typing import Any, get_args


@lru_cache(maxsize=512)
def for_psycopg(sql: str) -> str:
    """A statement with `:name` parameters as psycopg takes them."""
    return re.sub(r"(?<![:\w]):([a-z_][a-z_0-9]*)", r"%(\1)s", sql)


def for_sqlite(value: Any) -> Any:
    """A value as the file keeps it: a day is text."""
    return value.isoformat() if isinstance(value, date) else value


def converter(row: Any) -> Callable[[Sequence[Any]], Any]:
    """How a database row becomes `row`, a dataclass or named tuple: text to date and 0/1 to bool by its types."""
    if row in _CONVERTERS:
        return _CONVERTERS[row]
    readers = [_reader(kind) for kind in row.__annotations__.values()]
    _CONVERTERS[row] = lambda values: row(
        *[reader(v) if reader and v is not None else v for reader, v in zip(readers, values, strict=True)]
    )
    return _CONVERTERS[row]


_CONVERTERS: dict[Any, Callable[[Sequence[Any]], Any]] = {}


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    if date in kinds:
        return lambda value: date.fromisoformat(value) if isinstance(value, str) else value
    return bool if bool in kinds else None
