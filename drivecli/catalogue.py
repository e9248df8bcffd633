"""templates/ and the service's own values as frozen objects: practice, roles, areas, holidays, code lists.

A service's own file has the name of a packaged one and is laid over it: its tables and entries win, the rest stays. The
own files live in the store, so that every computer of a team works by the same values.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from drivecli.domain import entries
from drivecli.domain.checklists import Checklist, read_checklist
from drivecli.domain.codes import Code, CodeList, nearest
from drivecli.domain.columns import Column, read_columns
from drivecli.domain.practice import Practice, read_practice
from drivecli.domain.urgent import Urgent, read_urgent
from drivecli.domain.working_days import Holidays
from drivecli.errors import NotFound, NotUnderstood
from drivecli.packaged import CHECKLISTS, is_checklist, is_columns, packaged_names, packaged_text

ENTRY_TABLES = {"roles.toml": "role", "areas.toml": "area", "holidays.toml": "holiday", "urgent.toml": "line"}
"""Files that are a list of entries, and what an entry is called. Every file in codes/ has `code`."""


@dataclass(frozen=True, eq=False)
class Role:
    """A worker's role: what its holder may do, and whether a case can be given one with `drive assign`.

    Who is on the `victim_side` is never named on anything about the person.
    """

    code: str
    label: str
    may: tuple[str, ...]
    assignable: bool
    several: bool
    restricted: bool
    victim_side: bool


@dataclass(frozen=True, eq=False)
class Area:
    """A district: its council, police force, MARAC and nation."""

    code: str
    label: str
    service: str
    council: str
    police: str
    marac: str
    nation: str


@dataclass(frozen=True, eq=False)
class SheetWords:
    """What every printed sheet says at its head and foot, and who signs it."""

    marking: str
    warning: str
    law: str
    signatures: tuple[str, ...]


class Catalogue:
    """Everything that is data, read when first asked for. `own` holds the service's own files: their text by name."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = own or {}

    @cached_property
    def practice(self) -> Practice:
        """The practice rules, with the service's own values over the packaged ones."""
        return read_practice(self._data("practice.toml"), "practice.toml")

    @cached_property
    def holidays(self) -> Holidays:
        """Bank holidays by day."""
        return read_holidays(self._data("holidays.toml"), "holidays.toml")

    @cached_property
    def holidays_until(self) -> date:
        """The last day the table of bank holidays covers."""
        until: date = self._data("holidays.toml")["until"]
        return until

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """Roles by code, in the file's order."""
        return read_roles(self._data("roles.toml"), "roles.toml")

    @cached_property
    def areas(self) -> Mapping[str, Area]:
        """Areas by code, in the file's order."""
        return read_areas(self._data("areas.toml"), "areas.toml")

    @cached_property
    def checklist_names(self) -> list[str]:
        """The names of all checklists, packaged and the service's own."""
        files = [name for name in (*packaged_names(), *self.own) if is_checklist(name)]
        return sorted({name.removeprefix(CHECKLISTS).removesuffix(".toml") for name in files})

    def checklist(self, name: str) -> Checklist:
        """A checklist. The service's own file stands in place of the packaged one of that name, whole.

        Raises NotFound naming the nearest.
        """
        if name not in self.checklist_names:
            near = nearest(name, self.checklist_names)
            hint = f" Did you mean {near}?" if near else ""
            known = ", ".join(self.checklist_names)
            raise NotFound(f"There is no checklist called {name}.{hint} Known: {known}.", next="drive checklist list")
        file = f"{CHECKLISTS}{name}.toml"
        text = self.own.get(file) or packaged_text(file)
        return read_checklist(parse(text, file), name, text)

    @cached_property
    def sheet_words(self) -> SheetWords:
        """What every printed sheet says."""
        return read_sheet_words(self._data("print/sheet.toml"), "print/sheet.toml")

    @cached_property
    def urgent(self) -> Urgent:
        """The urgent page, with the service's own numbers in it."""
        return read_urgent(self._data("urgent.toml"), "urgent.toml")

    def columns(self, kind: str) -> dict[str, Column]:
        """The columns of what is imported and exported, by code, in the order they are written."""
        if kind not in self._columns:
            self._columns[kind] = read_columns(self._data(f"columns/{kind}.toml"), f"columns/{kind}.toml")
        return self._columns[kind]

    def codes(self, name: str) -> CodeList:
        """A code list. Roles and areas answer as code lists too."""
        if name == "role":
            return CodeList(name, {each.code: Code(each.code, each.label) for each in self.roles.values()})
        if name == "area":
            return CodeList(name, {each.code: Code(each.code, each.label) for each in self.areas.values()})
        if name not in self._codes:
            self._codes[name] = read_codes(self._data(f"codes/{name}.toml"), name)
        return self._codes[name]

    @cached_property
    def _columns(self) -> dict[str, dict[str, Column]]:
        return {}

    @cached_property
    def _codes(self) -> dict[str, CodeList]:
        return {}

    def _data(self, name: str) -> dict[str, Any]:
        own = self.own.get(name)
        packaged = parse(packaged_text(name), name)
        return lay_over(packaged, parse(own, f"your own {name}"), name) if own else packaged


@lru_cache(maxsize=64)
def parse(text: str, where: str) -> dict[str, Any]:
    """Parsed TOML, for reading only: the same text gives the same object. Raises NotUnderstood with the line."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotUnderstood(f"{where} is not valid TOML: {error}.") from None


def lay_over(packaged: dict[str, Any], own: dict[str, Any], name: str) -> dict[str, Any]:
    """The packaged data with the service's own over it: tables by key, entries by their code or day."""
    entry = "column" if is_columns(name) else ENTRY_TABLES.get(name, "code")
    merged = dict(packaged)
    for key, value in own.items():
        if key == entry:
            value = entries.tables(own, entry, name)
            identity = "on" if entry == "holiday" else "code"
            laid = {each.get(identity): each for each in packaged.get(key, [])}
            for each in value:
                if isinstance(each.get(identity), (list, dict)):
                    raise NotUnderstood(f"{name}: {identity} is “{each.get(identity)}”; it must be one word or day.")
                laid[each.get(identity)] = {**laid.get(each.get(identity), {}), **each}
            merged[key] = list(laid.values())
        elif isinstance(value, dict) and isinstance(packaged.get(key), dict):
            merged[key] = _lay_table(packaged[key], value)
        else:
            merged[key] = value
    return merged


def _lay_table(packaged: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(packaged)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(packaged.get(key), dict)
        merged[key] = _lay_table(packaged[key], value) if both else value
    return merged


def read_codes(data: Mapping[str, Any], name: str) -> CodeList:
    """A code list from parsed data."""
    codes: dict[str, Code] = {}
    for entry in entries.tables(data, "code", name, needed=True):
        facts = {key: value for key, value in entry.items() if key not in ("code", "label")}
        code = entries.slug(entry, "code", name)
        codes[code] = Code(code, str(entry.get("label") or code.replace("_", " ")), facts)
    return CodeList(name, codes)


def read_roles(data: Mapping[str, Any], where: str) -> dict[str, Role]:
    """Roles from parsed data."""
    known = ("case_work", "lead", "manage", "import", "export", "audit")
    roles = {}
    for entry in entries.tables(data, "role", where, needed=True):
        may = tuple(entry.get("may", ()))
        strange = [each for each in may if each not in known]
        if strange:
            raise NotUnderstood(f"{where}: “{strange[0]}” is not something a role may do. Known: {', '.join(known)}.")
        code = entries.slug(entry, "code", where)
        roles[code] = Role(
            code=code,
            label=str(entry.get("label") or code.replace("_", " ")),
            may=may,
            assignable=bool(entry.get("assignable", False)),
            several=bool(entry.get("several", False)),
            restricted=bool(entry.get("restricted", False)),
            victim_side=bool(entry.get("victim_side", False)),
        )
    return roles


def read_areas(data: Mapping[str, Any], where: str) -> dict[str, Area]:
    """Areas from parsed data."""
    return {
        (code := entries.slug(entry, "code", where)): Area(
            code=code,
            label=str(entry.get("label") or code),
            **{name: str(entry.get(name, "")) for name in ("service", "council", "police", "marac", "nation")},
        )
        for entry in entries.tables(data, "area", where, needed=True)
    }


def read_holidays(data: Mapping[str, Any], where: str) -> Holidays:
    """Bank holidays from parsed data."""
    if type(data.get("until")) is not date:
        raise NotUnderstood(f"{where}: until must be a day, as in until = 2028-12-31.")
    found: dict[date, str] = {}
    for entry in entries.tables(data, "holiday", where, needed=True):
        if type(entry.get("on")) is not date or not entry.get("name"):
            raise NotUnderstood(f"{where}: each [[holiday]] needs on = a day, and a name.")
        found[entry["on"]] = str(entry["name"])
    return _Days(found)


def read_sheet_words(data: Mapping[str, Any], where: str) -> SheetWords:
    """What printed sheets say, from parsed data."""
    entries.only(data, ("marking", "warning", "law", "signatures"), where)
    marking, warning, law = (entries.words(data, name, where) for name in ("marking", "warning", "law"))
    return SheetWords(marking, warning, law, entries.texts(data, "signatures", where))


class _Days(dict[date, str]):
    """Bank holidays that may be remembered by: never changed once read, so identity will do."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other
