"""A row of a file, and what the plan says of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from drivecli.errors import DriveError

NEW, SAME, CHANGED, CONFLICT, REJECTED = STATES = ("new", "same", "changed", "conflict", "rejected")
"""What a row can be: not here yet; here and identical; here, and differing in what an import may change; differing in
what it may not; or breaking a rule."""


class Fault(NamedTuple):
    """Why a row is not brought in. `row` is the file's own number; `column` is empty when it is about the whole row."""

    row: int
    column: str
    value: str
    message: str


class Change(NamedTuple):
    """What a row would change. `old` and `new` are empty where the words are nobody's business here."""

    row: int
    ref: str
    field: str
    old: str
    new: str


@dataclass(slots=True)
class Row:
    """One row. `said` holds what its cells say, by column: an empty cell says nothing.

    `known` is the number of the record that it is about, None while it is about none here; `found` is what its refs
    and usernames turned out to mean.
    """

    number: int
    said: dict[str, Any]
    state: str = NEW
    known: int | None = None
    found: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def refuse(self, column: str, message: str, *, state: str = REJECTED) -> None:
        """Say why this row is not brought in."""
        value = self.said.get(column)
        self.faults.append(Fault(self.number, column, "" if value is None else shown(value), message))
        if self.state != REJECTED:
            self.state = state

    def obey(self, column: str, rule: Callable[..., None], *values: Any) -> None:
        """Ask a rule of the keyboard's; its refusal is the row's, without the option it is typed with there."""
        try:
            rule(*values)
        except DriveError as refusal:
            self.refuse(column, re.sub(r"^--[a-z-]+: ", "", refusal.message))


def shown(value: Any) -> str:
    """A value as it is quoted: short, whatever was written."""
    if isinstance(value, tuple):
        return "; ".join("=".join(each) if isinstance(each, tuple) else str(each) for each in value)[:200]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)[:200]
