"""Two people at one thing: whoever writes second is told what the first made of it, and nothing of either is lost."""

from typing import Any

from drivecli.errors import Changed, Version
from drivecli.models import Person
from drivecli.queries import meanwhile as queries
from drivecli.queries.cases import CaseKey
from drivecli.work import Work

FACTS = {"tier": "tier_change", "area": "area_change"}
"""Details that are dated facts, and their tables."""


def must_have_seen(work: Work, case: CaseKey, row: Any, wanted: dict[str, Any]) -> None:
    """Refuse to change details that somebody else changed after this worker last looked at the case.

    `row` is the case, `wanted` what is to be written by field. Raises Changed with both versions. Whoever never looked
    knows of no version, and is not asked to.
    """
    person = work.session.get_one(Person, case.person_id, with_for_update=work.db.is_postgres or None)
    seen = queries.last_look(work.db, case.id, work.actor.id, work.actor.username)
    if seen is None:
        return
    written = queries.fields_since(work.db, case.id, case.person_id, work.actor.id, seen)
    for field, table in FACTS.items():
        fact = queries.fact_since(work.db, table, field, case.id, work.actor.id, seen)
        written += [fact] if fact else []
    versions: dict[str, Version] = {}
    by = []
    for each in written:
        now = getattr(row if hasattr(row, each.field) else person, each.field)
        if wanted.get(each.field) in (None, now) or each.old == (None if now is None else str(now)):
            continue
        versions.setdefault(each.field, Version(each.field, each.old, now, wanted[each.field]))
        by.append(each)
    if versions:
        named = ", ".join(field.replace("_", " ") for field in versions)
        raise _changed(case, named, by[-1].by, by[-1].at, list(versions.values()))


def must_have_seen_fact(work: Work, case: CaseKey, row: Any, version: Version) -> None:
    """Refuse to correct a fact that somebody else recorded after this worker last looked at the case."""
    seen = queries.last_look(work.db, case.id, work.actor.id, work.actor.username)
    found = seen and queries.writer_since(work.db, row.__tablename__, row.id, work.actor.id, seen)
    if found:
        raise _changed(case, version.field, *found, [version])


def _changed(case: CaseKey, named: str, by: str, at: str, versions: list[Version]) -> Changed:
    return Changed(
        f"{by} changed the {named} of {case.ref} after you last looked ({at[:16].replace('T', ' ')} UTC)."
        " Nothing was saved.",
        case=case.id,
        by=by,
        versions=versions,
        next=f"drive case show {case.ref}   then, if yours is right, type the line again",
    )
