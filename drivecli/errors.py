"""What `drive` says when it cannot do what was asked: a few kinds, each with its exit code.

An error is a sentence (what was wrong, what would be right) and `next`, the line to type now.
Nothing here knows Click or SQL; `cli` turns these into words on stderr and an exit code.
"""

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

    `kind` is the fine grain that programs read from the JSON error (for example `wrong_key`).
    """

    code = OUR_FAULT
    kind = "error"

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


class AlreadyDone(DriveError):
    """A line that was to be done once only, and was done before. It is no fault: nothing is left to do."""

    code = OK
    kind = "already_done"


class Damaged(DriveError):
    """Damage was found, or a check by `drive doctor` failed."""

    code = DAMAGED
    kind = "damaged"
