"""Going on after something was found in the record: somebody answerable says that they know, and why."""

from dataclasses import dataclass

from drivecli import audit, proof
from drivecli.anchors import Sealed
from drivecli.catalogue import Catalogue
from drivecli.db import Connection
from drivecli.errors import Refused
from drivecli.queries import rights
from drivecli.queries.workers import Acting
from drivecli.work import RULES


@dataclass(frozen=True)
class Accepted:
    """What was accepted: the entry that says so, and how many things were known by then."""

    seq: int
    findings: int
    reason: str


def accept(
    db: Connection, who: Acting, catalogue: Catalogue, anchors: list[Sealed], *, login: str, reason: str
) -> tuple[Accepted, Sealed]:
    """Write down that what `drive audit verify --deep` finds is known, and begin the record of rows anew from here.

    Nothing of what was found is removed: the entries stay, and this one says who accepted them. Raises Refused when
    there is nothing to accept, or who asks may not.
    """
    rights.must_may(db, catalogue, who, "lead", "say that what was found in the record is known")
    db.let_write()
    with audit.apart(db):
        db.lock(RULES)
        db.lock(audit.LOCK)
        found = proof.verify(db, anchors, deep=True).findings
        if not found:
            raise Refused("Nothing was found in the record, so there is nothing to accept.", kind="nothing")
        audit.seal_outside(db, audit.utc_stamp())
        doing = audit.Doing(proof.ACCEPTED, "drive audit accept", audit.utc_stamp(), who.username, login, reason=reason)
        sealed = audit.seal_all(db, doing)
    return Accepted(sealed.seq, len(found), reason), sealed
