"""The urgent page: whom to ring and what to write down, read from data and kept to one screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivecli.errors import NotUnderstood

EMERGENCY = "emergency"
"""The code of the line that no service can take off the page."""

MOST_LINES, MOST_POINTS = 9, 6
LONGEST_LABEL, LONGEST_NUMBER, LONGEST_POINT = 36, 36, 72
"""What fits one screen of 80 columns and 24 rows."""


@dataclass(frozen=True)
class Call:
    """Whom to ring, for what, and the number; empty while the service has not filled it in."""

    code: str
    label: str
    number: str


@dataclass(frozen=True)
class Urgent:
    """The urgent page."""

    title: str
    calls: tuple[Call, ...]
    write_down: tuple[str, ...]


def read_urgent(data: Mapping[str, Any], where: str) -> Urgent:
    """The page from parsed data. Raises NotUnderstood with what is wrong and what would be right."""
    _only(data, ("version", "title", "write_down", "line"), where)
    points = data.get("write_down")
    if not isinstance(points, list) or not 1 <= len(points) <= MOST_POINTS:
        raise NotUnderstood(f"{where}: write_down must be a list of 1 to {MOST_POINTS} lines, to stay on one screen.")
    calls = [_call(entry, where) for entry in _entries(data, where) if entry.get("shown", True)]
    if len(calls) > MOST_LINES:
        raise NotUnderstood(
            f"{where}: {len(calls)} lines do not fit one screen; at most {MOST_LINES}. "
            "Take one out with its code and shown = false."
        )
    if not any(call.code == EMERGENCY and "999" in call.number for call in calls):
        raise NotUnderstood(f"{where}: the line “{EMERGENCY}” must stay on the page, with 999 in its number.")
    return Urgent(
        title=_line(data, "title", LONGEST_POINT, where),
        calls=tuple(calls),
        write_down=tuple(_line({"write_down": each}, "write_down", LONGEST_POINT, where) for each in points),
    )


def _entries(data: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    found = data.get("line")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise NotUnderstood(f"{where}: write each number under [[line]].")
    for each in found:
        if type(each.get("shown", True)) is not bool:
            raise NotUnderstood(f"{where}: shown is “{each['shown']}”; write true or false.")
    return found


def _call(entry: dict[str, Any], where: str) -> Call:
    _only(entry, ("code", "label", "number", "shown"), f"{where}, [[line]]")
    code = _line(entry, "code", LONGEST_LABEL, where)
    label = _line(entry, "label", LONGEST_LABEL, f"{where}, {code}")
    number = entry.get("number", "")
    return Call(code, label, _line(entry, "number", LONGEST_NUMBER, f"{where}, {code}") if number != "" else "")


def _line(entry: Mapping[str, Any], name: str, longest: int, where: str) -> str:
    """One line of words, short enough to fit its place."""
    text = entry.get(name)
    example = ' as in number = "01632 960001"' if name == "number" else ' as in label = "Team lead on duty"'
    if not isinstance(text, str):
        raise NotUnderstood(f"{where}: {name} must be words in quotation marks,{example}.")
    text = text.strip()
    if not text or not text.isprintable():
        raise NotUnderstood(f"{where}: {name} must be one line of words,{example}.")
    if len(text) > longest:
        raise NotUnderstood(f"{where}: {name} has {len(text)} characters; at most {longest} fit.")
    return text


def _only(data: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    strange = [key for key in data if key not in known]
    if strange:
        raise NotUnderstood(f"{where}: “{strange[0]}” is not known here. Known: {', '.join(known)}.")
