"""What `drive` says when it cannot do what was asked: a few kinds, each with its exit code.

An error is a sentence (what was wrong, what would be right) and `next`, the line to type now.
Nothing here knows Click or SQL; `cli` turns these into words on stderr and an exit code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

OK = 0
OUR_FAULT = 1
WRONG_USAGE = 2
REFUSED = 3
NOT_FOUND = 4
STORE_UNUSABLE = 5
NOT_ALL = 6
"""A file in which rows were rejected, or in which there are none."""
DAMAGED = 7
OVERDUE = 10
INTERRUPTED = 130


class DriveError(Exception):
    """A refusal with a sentence for the person and, where there is one, the next line to type.

    `kind` is the fine grain that programs read from the JSON error (for example `wrong_key`). `lines` are for a person
    alone: they may hold what a case holds.
    """

    code = OUR_FAULT
    kind = "error"
    lines: Sequence[str] = ()

    def __init__(self, message: str, *, next: str = "", kind: str = "", code: int | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.message = message
        self.next = next
        self.kind = kind or type(self).kind


class NotUnderstood(DriveError):
    """A value that cannot be read, is not in the list, or is missing where nobody can be asked."""

    code = WRONG_USAGE
    kind = "not_understood"


class Refused(DriveError):
    """Understood, but a rule says no, or this worker may not."""

    code = REFUSED
    kind = "refused"


class NotFound(DriveError):
    """No such case, person, worker, agency, contact, draft or file."""

    code = NOT_FOUND
    kind = "not_found"


class StoreUnusable(DriveError):
    """The store is missing, locked, foreign, from another release, read-only or full, or its key is not there."""

    code = STORE_UNUSABLE
    kind = "store"


@dataclass(frozen=True)
class Version:
    """A field that two people wrote: what this one had `seen`, what the other made of it, what this one typed."""

    field: str
    seen: Any
    theirs: Any
    yours: Any


class Changed(DriveError):
    """Somebody else wrote the same thing after this worker last looked. Nothing was saved; both versions are told."""

    code = STORE_UNUSABLE
    kind = "stale"

    def __init__(
        self, message: str, *, case: int, by: str, versions: Sequence[Version], next: str = "", kind: str = ""
    ) -> None:
        super().__init__(message, next=next, kind=kind, code=REFUSED if kind else None)
        self.case = case
        self.by = by
        self.versions = versions


class AlreadyDone(DriveError):
    """A line that was to be done once only, and was done before. It is no fault: nothing is left to do."""

    code = OK
    kind = "already_done"


class Damaged(DriveError):
    """Damage was found, or a check by `drive doctor` failed."""

    code = DAMAGED
    kind = "damaged"
