"""Taking rows out to a file: who may, which columns may leave, and the record of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from drivecli.catalogue import Catalogue
from drivecli.domain.cells import is_believed
from drivecli.domain.columns import KINDS
from drivecli.errors import NotUnderstood, Refused
from drivecli.models import ExportLog
from drivecli.queries import exports, workers
from drivecli.queries.exports import Wanted
from drivecli.work import Work

LONGEST_SHEET = 200_000
"""Rows of a workbook with its headings: no longer one is taken in again, and many a program cannot open one."""


@dataclass(frozen=True)
class Asked:
    """What is to be taken out, in which form. `restricted` asks for what otherwise stays here, and needs a `reason`."""

    kind: str
    form: str
    wanted: Wanted
    restricted: bool = False
    reason: str | None = None


def columns(catalogue: Catalogue, kind: str, *, restricted: bool) -> list[str]:
    """The columns that may leave. What is guarded by the packaged columns stays so, whatever the service's own say."""
    if kind not in KINDS:
        return list(exports.FIELDS[kind])
    guarded = {
        each.code for source in (catalogue, Catalogue()) for each in source.columns(kind).values() if each.guarded
    }
    known = [code for code in catalogue.columns(kind) if code in exports.FIELDS[kind]]
    return [code for code in known if restricted or code not in guarded]


def for_workbook(rows: Iterable[Sequence[Any]], today: date) -> Iterator[list[Any]]:
    """Rows as a workbook has them: a day that would not be believed when it comes back is a text."""
    for row in rows:
        yield [cell.isoformat() if isinstance(cell, date) and not is_believed(cell, today) else cell for cell in row]


def record(work: Work, asked: Asked) -> int:
    """Write down that rows are being taken out, before the first of them leaves. Returns how many there are now.

    Raises Refused when the worker may not, or for more rows than a workbook holds; NotUnderstood without a reason.
    """
    work.must_may("export", "take records out")
    if asked.restricted:
        _must_may_take_restricted(work)
        if not asked.reason:
            raise NotUnderstood(
                "Missing --reason: say why restricted notes, phone numbers and addresses must leave the store."
            )
    count = exports.count(work.db, asked.kind, asked.wanted, work.today)
    if asked.form == "xlsx" and count >= LONGEST_SHEET:
        raise Refused(
            f"There are {count} rows, and a workbook holds {LONGEST_SHEET - 1}.",
            kind="too_many",
            next="Choose --format csv, which has no end, or ask for less.",
        )
    work.kind, work.reason = "export", asked.reason
    if asked.wanted.case is not None:
        work.touch([asked.wanted.case])  # what leaves of one person is on record under that person
    work.add(ExportLog(kind=asked.kind, rows=count, form=asked.form, restricted=asked.restricted, reason=asked.reason))
    return count


def _must_may_take_restricted(work: Work) -> None:
    """Only who may read restricted notes on every case, and may export, takes them out. An administrator may not."""
    roles = work.catalogue.roles
    reads = {code for code, role in roles.items() if role.restricted}
    if work.actor.role in reads:
        return
    allowed = [
        each.username
        for each in workers.listed(work.db, role=None, everyone=False)
        if each.role in reads and "export" in roles[each.role].may
    ]
    raise Refused(
        f"{work.actor.name} ({work.role_label(work.actor.role)}) may not take restricted notes, phone numbers and"
        " addresses out.",
        kind="not_permitted",
        next=f"Leave --include-restricted out, or ask one of: {', '.join(allowed) or 'a team lead'}.",
    )
