"""Who may do what: a role's rights are data, and whoever works here may see them."""

from typing import Protocol

from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.errors import Refused


class Somebody(Protocol):
    """Whoever wants to do something."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


def must_may(db: Connection, catalogue: Catalogue, who: Somebody, what: str, words: str) -> None:
    """Refuse unless the role may do `what` (as in roles.toml); `words` say what was asked.

    While nobody in the store has a right, anybody who works here has it, so that a small service is never locked out.
    """
    if not may(db, catalogue, who.role, what):
        raise Refused(
            f"{who.name} ({catalogue.codes('role').label(who.role)}) may not {words}.",
            kind="not_permitted",
            next=f"Ask one of: {', '.join(_who_may(db, catalogue, what)) or 'a team lead'}.",
        )


def may(db: Connection, catalogue: Catalogue, role: str, what: str) -> bool:
    """Whether a role may do `what`."""
    roles = catalogue.roles
    if role in roles and what in roles[role].may:
        return True
    works_here = role in roles and bool({*roles[role].may} - {"audit"})
    return what != "case_work" and works_here and not _who_may(db, catalogue, what)


def _who_may(db: Connection, catalogue: Catalogue, what: str) -> list[str]:
    rows = db.run("SELECT username, role FROM worker WHERE left_on IS NULL ORDER BY username").fetchall()
    roles = catalogue.roles
    return [username for username, role in rows if role in roles and what in roles[role].may]
