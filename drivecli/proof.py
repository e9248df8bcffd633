"""Shows that nothing was changed: the chain holds, it ends where anchors say, and the rows are as it left them.

What it cannot show is in `drive help security`: whoever read the store with another tool, and what was done before the
first anchor left this computer.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from drivecli import audit, images
from drivecli.anchors import Finding, Sealed, against, head
from drivecli.audit import Noted
from drivecli.db import Connection
from drivecli.errors import Damaged, NotUnderstood
from drivecli.images import Backwards

TRIGGERS = {"sqlite": "50095668988212f2", "postgresql": "7675e2caa83f3945"}
"""What the triggers of this release are, as `fingerprint` says it of a store. A test tells what it must be."""

ACCEPTED = "accept"
"""The kind of an entry by which somebody answerable says that they know what was found."""

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What is raised of an entry that somebody made say something else than an entry says."""

NAMED = 5
"""Rows that a finding names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of a record of so many `entries`, the last of them `head`. `known` were accepted before."""

    entries: int
    head: Sealed
    findings: list[Finding]
    known: int
    deep: bool


# -- the triggers -----------------------------------------------------------------------------------------------------


def is_watched(db: Connection) -> bool:
    """Whether every trigger of this release is there and switched on."""
    return fingerprint(db) == TRIGGERS[db.engine]


def fingerprint(db: Connection) -> str:
    """What the triggers of a store are, in short."""
    if db.is_postgres:
        sql = (
            "SELECT c.relname, t.tgname, t.tgenabled = 'O', t.tgtype, CAST(t.tgattr AS text),"
            " encode(t.tgargs, 'hex'), p.prosrc"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = CAST(current_schema() AS regnamespace)"
        )
    else:
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    found = sorted(db.run(sql).fetchall())
    return hashlib.sha256(repr([tuple(each) for each in found]).encode()).hexdigest()[:16]


def must_be_watched(db: Connection) -> None:
    """Refuse to change or show anything while the triggers are not what they must be. Raises Damaged."""
    if not is_watched(db):
        raise Damaged(
            "Something else than drive switched off the record of changes in this store. Nothing was saved or shown.",
            kind="unwatched",
            next="drive doctor   then drive upgrade, which switches it on again",
        )


# -- receipts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt: a place in the record, the day it was taken, and the beginning of that entry's hash."""

    line: str


def receipt(sealed: Sealed, on: str) -> str:
    """An entry as a line that can be printed, mailed or read out, and later held against the record."""
    return f"{sealed.seq} {on} {sealed.hash[:16]}"


def read_receipt(text: str) -> Sealed:
    """A receipt that was typed or read from a file. Raises NotUnderstood."""
    found = re.search(r"\b(\d+) \d{4}-\d{2}-\d{2} ([0-9a-f]{16,64})\b", text.lower())
    if not found:
        raise NotUnderstood(
            f"“{text.strip()[:60]}” is not a receipt.", next="A receipt is a line of drive audit receipt"
        )
    return Sealed(int(found[1]), found[2])


# -- the whole record --------------------------------------------------------------------------------------------------


def verify(db: Connection, anchors: Sequence[Sealed], *, deep: bool) -> Proof:
    """Hold the record to itself, to anchors, and when `deep` to every row of the store."""
    found = [*_chain(db)]
    accepted = db.value("SELECT MAX(seq) FROM audit_event WHERE body LIKE :kind", kind=f'%"kind":"{ACCEPTED}"%') or 0
    known = [each for each in found if each.kind == "outside" and (each.seq or 0) < accepted]
    findings = [each for each in found if each not in known]
    findings += [gone for each in anchors if (gone := against(db, each))]
    if not is_watched(db):
        findings.append(Finding("unwatched", None, "the triggers that note changes are not what they must be"))
    findings += _unsealed(db)
    if deep:
        findings += _replay(db)
    last = head(db)
    return Proof(last.seq, last, findings, len(known), deep)


def _unsealed(db: Connection) -> Iterator[Finding]:
    found = db.run("SELECT tbl, pk FROM unsealed ORDER BY id").fetchall()
    if found:
        yield Finding(
            "outside", None, f"something else than drive changed {_named([f'{tbl} {pk}' for tbl, pk in found])}"
        )


def _named(rows: Sequence[str]) -> str:
    rows = list(dict.fromkeys(rows))
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return ", ".join(rows[:NAMED]) + more


class _Entry(NamedTuple):
    seq: int
    prev: str
    hash: str
    body: str
    event_id: int | None
    case_id: int | None
    once: str | None


def _entries(db: Connection, order: str) -> Iterator[tuple[_Entry, list[Noted]]]:
    """Every entry with the rows it keeps from before."""
    kept = iter(groupby(db.run(f"SELECT seq, tbl, pk, op, old FROM change ORDER BY seq {order}, id"), itemgetter(0)))
    seq, rows = next(kept, (None, iter(())))
    for each in db.run(f"SELECT seq, prev, hash, body, event_id, case_id, once FROM audit_event ORDER BY seq {order}"):
        entry, mine = _Entry(*each), []
        if seq == entry.seq:
            mine = [(row[1], row[2], row[3], row[4]) for row in rows]
            seq, rows = next(kept, (None, iter(())))
        yield entry, mine


def _chain(db: Connection) -> Iterator[Finding]:
    """Each entry follows the one before, says what its columns repeat, and keeps the rows it says it keeps."""
    seq, prev = 0, db.value("SELECT value FROM setting WHERE key = 'db_id'")
    for entry, kept in _entries(db, "ASC"):
        if entry.seq != seq + 1 or entry.prev != prev:
            yield Finding("damaged", entry.seq, f"entry {entry.seq} does not follow entry {seq}")
        if audit.chained(entry.prev, entry.body) != entry.hash:
            yield Finding("damaged", entry.seq, f"entry {entry.seq} was altered")
        else:
            try:
                yield from [*_of_entry(entry, json.loads(entry.body), kept)]
            except UNREADABLE:
                yield _not_readable(entry)
        seq, prev = entry.seq, entry.hash


def _of_entry(entry: _Entry, said: Mapping[str, Any], kept: Sequence[Noted]) -> Iterator[Finding]:
    cases = said.get("cases") or []
    looked = cases[0] if "event" not in said and isinstance(cases, list) and len(cases) == 1 else None
    if (said["seq"], said.get("event"), said.get("once"), looked) != (
        entry.seq,
        entry.event_id,
        entry.once,
        entry.case_id,
    ):
        yield Finding("damaged", entry.seq, f"entry {entry.seq} was altered beside its text")
    changes = said.get("changes", ())
    if said["kind"] == audit.OUTSIDE:
        rows = [f"{tbl} {pk}" for tbl, pk, *_ in changes] or list(said.get("digests", ()))
        yield Finding("outside", entry.seq, f"something else than drive changed {_named(rows)} (entry {entry.seq})")
    single = sum(each["single"] for each in said.get("digests", {}).values())
    if [(tbl, pk, op, was) for tbl, pk, op, _, was in changes if was] != [
        (tbl, pk, op, images.hash_of(tbl, old)) for tbl, pk, op, old in kept if changes
    ] or (single and single != len(kept)):
        yield Finding("damaged", entry.seq, f"what rows held before entry {entry.seq} was altered")


def _replay(db: Connection) -> Iterator[Finding]:
    """Go back from the rows as they stand, entry by entry: each must find them as it left them."""
    then, tables = Backwards(db, far=True), images.watched(db)
    audit.hashes(then, audit.noted(db))  # what no entry names yet is told by itself
    for entry, kept in _entries(db, "DESC"):
        try:
            said = json.loads(entry.body)
            if "digests" in said or "tables" in said:
                _must_be_ours(said, tables)
            found = [*_taken_off(then, entry.seq, said, kept)]
            if "tables" in said:
                found += _beginning(then, entry.seq, said["tables"])
        except UNREADABLE:
            yield _not_readable(entry)
            return
        yield from found
        if "tables" in said:
            return


def _must_be_ours(said: Mapping[str, Any], tables: Sequence[str]) -> None:
    """Raise ValueError for an entry whose tables or numbers are none: they become part of what the store is asked."""
    digests = said.get("digests", {})
    named = {table for table, each in digests.items() if each["runs"]} | {*said.get("tables", {})}
    numbers = [number for each in digests.values() for run in each["runs"] for number in run]
    if not named <= {*tables} or not all(isinstance(number, int) for number in numbers):
        raise ValueError


def _not_readable(entry: _Entry) -> Finding:
    return Finding(
        "damaged", entry.seq, f"entry {entry.seq} cannot be read; rows were not held to it, nor to those before"
    )


def _taken_off(then: Backwards, seq: int, said: Mapping[str, Any], kept: Sequence[Noted]) -> Iterator[Finding]:
    """Take an entry off the rows, and say which of them it does not find as it left them."""
    before = iter(kept)
    changes = said.get("changes", ())
    noted = [(tbl, pk, op, next(before, ("", "", "", None))[3] if was else None) for tbl, pk, op, _, was in changes]
    wrong = [row for row, now in zip(changes, audit.hashes(then, noted), strict=True) if row[3] != now[3]]
    if wrong:
        rows = _named([f"{tbl} {pk}" for tbl, pk, *_ in wrong])
        yield Finding("damaged", seq, f"{rows}: not as entry {seq} left it")
    for table, told in said.get("digests", {}).items():
        single = [each for each in kept if each[0] == table]
        if audit.digest(then, table, single, told["runs"]) != told["digest"]:
            yield Finding("damaged", seq, f"rows of {table} are not as entry {seq} left them")
        for run in told["runs"]:
            then.before_run(table, run)


def _beginning(then: Backwards, seq: int, tables: Mapping[str, Sequence[Any]]) -> Iterator[Finding]:
    """What is left must be what the record began with."""
    for table, told in tables.items():
        if audit.whole_table(then, table) == [*told]:
            continue
        left = [f"{table} {key}" for key, _ in then.all(table)]
        more = len(left) - told[0]
        if more > 0:
            yield Finding("outside", seq, f"{more} rows are in no entry, among {_named(left[::-1])}")
        else:
            yield Finding("damaged", seq, f"rows of {table} are not what the record began with at entry {seq}")
