"""Checklists as data: what is on one, which of its tools are in force where and when, and what must be settled first.

The lists themselves are TOML (templates/checklists/*.toml). What is offered to a case is copied into it when the list
is started, so that a later edit of the file never rewrites a case.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from drivecli.domain import entries
from drivecli.domain.window import add_months
from drivecli.errors import NotUnderstood

OPEN, AGREED, DONE = "open", "agreed", "done"
ACTING = (AGREED, DONE)
"""States of an item by which somebody acts: what it needs must stand before."""

SAFETY = "safety_step"
"""The key of the step that is settled before anybody acts; it is number 0 on its list."""

NATIONS = ("england_and_wales", "england", "wales")
CHECKED_FOR_MONTHS = 6
"""Calendar months after which a legal item must be read again."""

_FILE = ("title", "version", "audience", "areas", "valid_from", "valid_until", "groups", "item")
_ITEM = ("key", "lead", "text", "why", "basis", "citation", "nation", "checked_on", "needs", "due_days", "ask")
_MORE = ("due_from_start", "unless", "in_force")


@dataclass(frozen=True)
class InForce:
    """Where and when a tool exists: in these areas, from a day to a day, both included."""

    areas: tuple[str, ...]
    starts: date
    ends: date


@dataclass(frozen=True)
class Item:
    """One thing to consider. `due_days` are calendar days from the day it is agreed.

    `text` is printed; `why` and `ask` (questions to settle first) are for staff screens alone. An item with `unless` is
    offered only where the item of that key is not in force.
    """

    key: str
    lead: str
    text: str
    why: str
    basis: str
    citation: str
    nation: str
    checked_on: date | None
    needs: tuple[str, ...]
    due_days: int
    ask: tuple[str, ...]
    due_from_start: bool
    unless: str
    in_force: tuple[InForce, ...]


@dataclass(frozen=True)
class Checklist:
    """A checklist as the file has it. `groups` are the lead agencies in page order, by key, with their headings."""

    name: str
    title: str
    version: int
    audience: str
    areas: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    groups: Mapping[str, str]
    items: tuple[Item, ...]

    def valid_on(self, day: date) -> bool:
        """Whether the list may be started on `day`."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def offered(checklist: Checklist, *, area: str | None, nation: str | None, day: date) -> list[Item]:
    """The items whose tool is in force for a case of this area and nation on `day`, in page order.

    A case whose area is not known is offered what is in force everywhere.
    """
    there = {item.key for item in checklist.items if _in_force(item, area, nation, day)}
    return [item for item in checklist.items if item.key in there and item.unless not in there]


def _in_force(item: Item, area: str | None, nation: str | None, day: date) -> bool:
    if nation and item.nation not in ("england_and_wales", nation):
        return False
    if not item.in_force:
        return True
    return any(area in each.areas and each.starts <= day <= each.ends for each in item.in_force)


def unsettled(needs: Iterable[str], states: Mapping[str, str]) -> list[str]:
    """The keys among `needs` that do not stand yet. An item that was not offered to the case is not waited for."""
    return [key for key in needs if key in states and states[key] != DONE]


def first_number(items: list[Item]) -> int:
    """The number on paper of the first of these items."""
    return 0 if items and items[0].key == SAFETY else 1


def law(item: Item) -> str:
    """The law and where in it; several laws are each beside their own place."""
    laws, places = item.basis.split("; "), item.citation.split("; ")
    if len(laws) != len(places):
        return ", ".join(filter(None, (item.basis, item.citation)))
    return "; ".join(f"{each}, {place}" if place else each for each, place in zip(laws, places, strict=True))


def not_checked_since(checked_on: date | None, today: date) -> bool:
    """Whether a legal item has not been read again for six months."""
    return checked_on is not None and add_months(checked_on, CHECKED_FOR_MONTHS) < today


# -- reading the file ----------------------------------------------------------------------------------------------


def read_checklist(data: Mapping[str, Any], name: str, text: str) -> Checklist:
    """The checklist in a parsed TOML document; `text` is the document, to name the line.

    Raises NotUnderstood with the line and what would be right.
    """
    where = f"checklists/{name}.toml"
    entries.only(data, _FILE, where)
    groups = data.get("groups")
    if not isinstance(groups, dict) or not groups or not all(isinstance(each, str) for each in groups.values()):
        raise NotUnderstood(f'{where}: write the lead agencies in page order under [groups], as in police = "Police".')
    listed = entries.tables(data, "item", where)
    if not listed:
        raise NotUnderstood(f"{where}: there is no item; write each under [[item]].")
    items = tuple(
        _item(entry, f"{where}, line {line}", groups)
        for entry, line in zip(listed, _lines(text, len(listed)), strict=True)
    )
    _check_keys(items, where)
    _check_order(items, list(groups), where)
    return Checklist(
        name=name,
        title=entries.words(data, "title", where),
        version=entries.whole(data, "version", where, 1, 9999),
        audience=entries.one_of(data, "audience", ("staff",), where),
        areas=entries.slugs(data, "areas", where),
        valid_from=entries.day(data, "valid_from", where),
        valid_until=entries.day(data, "valid_until", where) if "valid_until" in data else None,
        groups=dict(groups),
        items=items,
    )


def _lines(text: str, count: int) -> Iterator[int]:
    """The line on which each [[item]] begins; 1 where items were not written so."""
    found = [text.count("\n", 0, match.start()) + 1 for match in re.finditer(r"^\[\[item\]\]", text, re.MULTILINE)]
    yield from found if len(found) == count else [1] * count


def _item(entry: Mapping[str, Any], where: str, groups: Mapping[str, str]) -> Item:
    entries.only(entry, (*_ITEM, *_MORE), where)
    key = entries.slug(entry, "key", where)
    where = f"{where}, {key}"
    basis = entries.words(entry, "basis", where) if "basis" in entry else ""
    if basis and "checked_on" not in entry:
        raise NotUnderstood(
            f"{where}: it names a law; say on which day it was last read, as in checked_on = 2026-11-21."
        )
    if "citation" in entry and not basis:
        raise NotUnderstood(f"{where}: citation stands beside basis, the law in words; give both.")
    return Item(
        key=key,
        lead=entries.one_of(entry, "lead", tuple(groups), where),
        text=entries.words(entry, "text", where),
        why=entries.words(entry, "why", where),
        basis=basis,
        citation=entries.words(entry, "citation", where) if "citation" in entry else "",
        nation=entries.one_of({"nation": NATIONS[0], **entry}, "nation", NATIONS, where),
        checked_on=entries.day(entry, "checked_on", where) if "checked_on" in entry else None,
        needs=entries.slugs(entry, "needs", where),
        due_days=entries.whole(entry, "due_days", where, 1, 366),
        ask=entries.texts(entry, "ask", where),
        due_from_start=entries.yes(entry, "due_from_start", where),
        unless=entries.slug(entry, "unless", where) if "unless" in entry else "",
        in_force=tuple(_force(each, where) for each in entries.tables(entry, "in_force", where)),
    )


def _force(entry: Mapping[str, Any], where: str) -> InForce:
    entries.only(entry, ("areas", "from", "until"), f"{where}, in_force")
    starts = entries.day(entry, "from", where)
    ends = entries.day(entry, "until", where) if "until" in entry else date.max
    if ends < starts:
        raise NotUnderstood(f"{where}: in_force ends on {ends}, before it starts on {starts}.")
    return InForce(entries.slugs(entry, "areas", where), starts, ends)


def _check_keys(items: tuple[Item, ...], where: str) -> None:
    keys = [item.key for item in items]
    for item in items:
        if keys.count(item.key) > 1:
            raise NotUnderstood(f"{where}: the key {item.key} is there twice; each item needs its own.")
        for other in (*item.needs, *([item.unless] if item.unless else [])):
            if other not in keys or other == item.key:
                raise NotUnderstood(f"{where}, {item.key}: there is no other item {other} in this list.")


def _check_order(items: tuple[Item, ...], groups: list[str], where: str) -> None:
    """The page goes group by group, so the file must too: item numbers are those on paper."""
    places = [groups.index(item.lead) for item in items]
    for item, place, before in zip(items[1:], places[1:], places, strict=False):
        if place < before:
            raise NotUnderstood(f"{where}, {item.key}: it stands after {groups[before]}; put it with {item.lead}.")
