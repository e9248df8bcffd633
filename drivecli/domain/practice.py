"""The practice rules as the clock reads them: how often, how long, and with what weight. The values are data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivecli.domain import entries
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
    "safety_step": (),
    "checklist_item": (),
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
    entries.only(data, ("version", "window", "rules"), where)
    window = entries.table(data, "window", where)
    rules = entries.table(data, "rules", where)
    entries.only(window, ("months",), f"{where}, [window]")
    entries.only(rules, KINDS, f"{where}, [rules]")
    missing = [kind for kind in KINDS if kind not in rules]
    if missing:
        raise NotUnderstood(f"{where}: no rule for {', '.join(missing)}.")
    return Practice(
        version=str(data.get("version", "")),
        window_months=entries.whole(window, "months", f"{where}, [window]", 1, 36),
        rules={kind: _rule(kind, entries.table(rules, kind, where), where) for kind in KINDS},
    )


def _rule(kind: str, row: Mapping[str, Any], where: str) -> Rule:
    where = f"{where}, [rules.{kind}]"
    entries.only(
        row, ("weight", "version", "unit", "due", "by", "starts_from", "ended_by", "source", *KINDS[kind]), where
    )
    weight = entries.one_of(row, "weight", WEIGHTS, where)
    unit = entries.one_of(row, "unit", UNITS, where)
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
        version=entries.whole(row, "version", where, 1, 9999),
        unit=unit,
        due=tuple(entries.number(each, "due", where, 0, 366) for each in due),
        by={code: entries.number(each, f"by.{code}", where, 1, 366) for code, each in by.items()},
        limits={name: entries.whole(row, name, where, 1, 366) for name in KINDS[kind]},
        starts_from=entries.words(row, "starts_from", where),
        ended_by=entries.words(row, "ended_by", where),
        source=entries.words(row, "source", where),
    )
