"""The practice rules as the clock reads them: how often, how long, and with what weight. The values are data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivecli.errors import NotUnderstood

WEIGHTS = ("safety", "statutory", "practice")
"""Most urgent first."""

UNITS = ("days", "working_days", "months")


def weight_rank(weight: str) -> int:
    """0 for the most urgent weight."""
    return WEIGHTS.index(weight)


@dataclass(frozen=True, eq=False)
class Rule:
    """One kind of deadline. `due` is in `unit`; `by` gives other lengths by tier or stage; `limits` the rest."""

    kind: str
    weight: str
    version: int
    unit: str
    due: tuple[int, ...]
    by: Mapping[str, int]
    limits: Mapping[str, int]
    starts_from: str
    ended_by: str
    source: str

    @property
    def name(self) -> str:
        """The rule and its version, as it is stored beside every deadline it made."""
        return f"{self.kind} v{self.version}"


@dataclass(frozen=True, eq=False)
class Practice:
    """A service's practice: the window's length in months and one rule per kind of deadline."""

    version: str
    window_months: int
    rules: Mapping[str, Rule]

    def __getitem__(self, kind: str) -> Rule:
        return self.rules[kind]


KINDS: dict[str, tuple[str, ...]] = {
    "safety_consult": (),
    "first_contact": (),
    "contact": (),
    "specialist_first_contact": (),
    "engagement_review": ("attempts", "within_days"),
    "review": (),
    "closure_plan": (),
    "window_end": (),
    "release": ("ask_every_days",),
    "follow_up": (),
}
"""Every kind of deadline, with the limits its rule must give."""


COUNTED_BACK = ("closure_plan", "window_end", "release")
"""Kinds whose length runs back from a day that is known, in calendar days."""


SEVERAL = ("release", "follow_up")
"""Kinds that are due more than once; any other has one length."""

BY_TIER_OR_STAGE = ("contact",)
"""Kinds whose length may differ by tier or by stage."""


def read_practice(data: Mapping[str, Any], where: str) -> Practice:
    """The practice in a parsed TOML document. Raises NotUnderstood naming the entry and what would be right."""
    _only(data, ("version", "window", "rules"), where)
    window = _table(data, "window", where)
    rules = _table(data, "rules", where)
    _only(window, ("months",), f"{where}, [window]")
    _only(rules, KINDS, f"{where}, [rules]")
    missing = [kind for kind in KINDS if kind not in rules]
    if missing:
        raise NotUnderstood(f"{where}: no rule for {', '.join(missing)}.")
    return Practice(
        version=str(data.get("version", "")),
        window_months=_whole(window, "months", f"{where}, [window]", 1, 36),
        rules={kind: _rule(kind, _table(rules, kind, where), where) for kind in KINDS},
    )


def _rule(kind: str, row: Mapping[str, Any], where: str) -> Rule:
    where = f"{where}, [rules.{kind}]"
    _only(row, ("weight", "version", "unit", "due", "by", "starts_from", "ended_by", "source", *KINDS[kind]), where)
    weight = _one_of(row, "weight", WEIGHTS, where)
    unit = _one_of(row, "unit", UNITS, where)
    if weight == "safety" and unit != "days":
        raise NotUnderstood(f'{where}: a safety deadline counts calendar days; write unit = "days".')
    due = row.get("due")
    due = due if isinstance(due, list) else [due]
    if not due:
        raise NotUnderstood(f"{where}: due is empty; give at least one length.")
    if len(due) > 1 and kind not in SEVERAL:
        raise NotUnderstood(f"{where}: due has {len(due)} lengths; this one is due once, so give one.")
    by = row.get("by", {})
    if not isinstance(by, dict):
        raise NotUnderstood(f"{where}: by is “{by}”; write it as {{ high = 7, standard = 14 }}.")
    if by and kind not in BY_TIER_OR_STAGE:
        raise NotUnderstood(f"{where}: by is not known here. Only {', '.join(BY_TIER_OR_STAGE)} has other lengths.")
    if kind in COUNTED_BACK and unit != "days":
        raise NotUnderstood(f'{where}: it is counted back from a day; write unit = "days".')
    return Rule(
        kind=kind,
        weight=weight,
        version=_whole(row, "version", where, 1, 9999),
        unit=unit,
        due=tuple(_number(each, "due", where, 0, 366) for each in due),
        by={code: _number(each, f"by.{code}", where, 1, 366) for code, each in by.items()},
        limits={name: _whole(row, name, where, 1, 366) for name in KINDS[kind]},
        starts_from=_words(row, "starts_from", where),
        ended_by=_words(row, "ended_by", where),
        source=_words(row, "source", where),
    )


def _table(data: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    found = data.get(name)
    if not isinstance(found, dict):
        raise NotUnderstood(f"{where}: there is no [{name}] table.")
    return found


def _only(row: Mapping[str, Any], allowed: Any, where: str) -> None:
    strange = [name for name in row if name not in allowed]
    if strange:
        raise NotUnderstood(f"{where}: “{strange[0]}” is not known here. Known: {', '.join(allowed)}.")


def _one_of(row: Mapping[str, Any], name: str, allowed: tuple[str, ...], where: str) -> str:
    found = row.get(name)
    if found not in allowed:
        raise NotUnderstood(f"{where}: {name} is “{found}”; it must be one of {', '.join(allowed)}.")
    return str(found)


def _whole(row: Mapping[str, Any], name: str, where: str, least: int, most: int) -> int:
    return _number(row.get(name), name, where, least, most)


def _number(found: Any, name: str, where: str, least: int, most: int) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise NotUnderstood(f"{where}: {name} is “{found}”; it must be a whole number from {least} to {most}.")
    return found


def _words(row: Mapping[str, Any], name: str, where: str) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found.strip():
        raise NotUnderstood(f"{where}: {name} must say something in words.")
    return found
