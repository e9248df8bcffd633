"""Code lists: the few words a field may hold. The lists themselves are data (templates/codes/*.toml)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from drivecli.errors import NotUnderstood


@dataclass(frozen=True, eq=False)
class Code:
    """One entry of a code list: a stable slug, the words shown for it, and what the rules need to know of it."""

    code: str
    label: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def is_(self, fact: str) -> bool:
        """Whether the data says `fact = true` of this code."""
        return bool(self.facts.get(fact, False))


@dataclass(frozen=True, eq=False)
class CodeList:
    """A named list of codes in the order people should see them."""

    name: str
    codes: Mapping[str, Code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __contains__(self, code: str) -> bool:
        return code in self.codes

    def __getitem__(self, code: str) -> Code:
        return self.codes[code]

    def label(self, code: str | None) -> str:
        """The words for `code`; the code itself, spaced, when the list no longer has it."""
        if code is None:
            return ""
        return self.codes[code].label if code in self.codes else code.replace("_", " ")


def read_code(text: str, codes: Iterable[str], what: str) -> str:
    """The code that `text` names, or whose words it is, whatever its case, spaces, hyphens or underscores.

    Raises NotUnderstood that lists the good answers and names the nearest.
    """
    offered = list(codes)
    folded = fold_code(text)
    if folded in offered:
        return folded
    if isinstance(codes, CodeList):  # the words that screens show for a code name it too
        labels = {fold_code(codes.label(code)): code for code in offered}
        if folded in labels:
            return labels[folded]
    near = nearest(folded, offered)
    hint = f" Did you mean {near}?" if near else ""
    named = what.replace("_", " ")
    article = "an" if named[:1] in "aeiou" else "a"
    raise NotUnderstood(f"“{text}” is not {article} {named}.{hint} One of: {', '.join(offered)}.")


def fold_code(text: str) -> str:
    """How a code is written: lower case, words joined by one underscore."""
    return "_".join(text.strip().casefold().replace("-", " ").replace("_", " ").split())


def nearest(text: str, offered: Iterable[str]) -> str | None:
    """The offered word closest to what was typed, if any is close."""
    from difflib import get_close_matches

    close = get_close_matches(text, list(offered), n=1, cutoff=0.6)
    return close[0] if close else None
