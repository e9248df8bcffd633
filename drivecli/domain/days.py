"""The days people type, and how a day is said back to them.

One reader for the keyboard and, later, for a spreadsheet cell. Nothing is guessed: a day is either clear or refused.
"""

import re
from calendar import day_name, month_name, monthrange
from datetime import date, timedelta
from functools import lru_cache

from drivecli.errors import NotUnderstood

PAST, FUTURE, EITHER = "past", "future", "either"

_EXAMPLES = "Write a day as 3/4/2026, 2026-04-03, 3 Apr, today, yesterday, Friday, -2d or +1w."
_WEEKDAYS = [name.lower() for name in day_name]
_MONTHS = [name.lower() for name in month_name]
_UNITS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}

EARLIEST, LATEST = 1900, 2100


def read_day(text: str, today: date, towards: str = PAST) -> date:
    """The day that `text` names.

    `towards` says which way an unfinished day leans: PAST for something that happened ("Friday" is the last one,
    today included), FUTURE for something to come. Raises NotUnderstood with what would be right.
    """
    typed = " ".join(text.strip().lower().split())
    for reader in (_words, _iso, _slashes, _month_word, _offset, _weekday):
        found = reader(typed, today, towards)
        if found is not None:
            return _in_range(found, text)
    raise NotUnderstood(f"“{text}” is not a day I can read. {_EXAMPLES}")


def read_written_day(text: str) -> date:
    """The day that a cell of a spreadsheet spells out: ISO, or day/month/year. Nothing unfinished, nothing relative."""
    typed = text.strip()
    for reader in (_iso, _slashes):
        found = reader(typed, date.min, PAST)
        if found is not None:
            return found
    raise NotUnderstood(f"“{typed[:80]}” is not a day I can read; write it as 3/4/2026 or 2026-04-03.")


@lru_cache(maxsize=16_384)
def say_day(day: date) -> str:
    """A day with its weekday, as it is echoed and shown: "Fri 20 Nov 2026"."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def near_day(day: date, today: date) -> str:
    """How far a near day is, to be said after it: " (yesterday)"; empty for one far away."""
    away = (day - today).days
    if abs(away) > 60:
        return ""
    named = {0: "today", -1: "yesterday", 1: "tomorrow"}
    return f" ({named.get(away) or (f'in {away} days' if away > 0 else f'{-away} days ago')})"


def make_day(year: int, month: int, day: int, text: str) -> date:
    """The day with these numbers, or NotUnderstood saying which number is out of range."""
    if not 1 <= month <= 12:
        raise NotUnderstood(f"“{text}”: there is no month {month}; days are written day/month/year.")
    if not EARLIEST <= year <= LATEST:
        raise NotUnderstood(f"“{text}”: the year must lie between {EARLIEST} and {LATEST}.")
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise NotUnderstood(f"“{text}”: {month_name[month]} {year} has {last} days.")
    return date(year, month, day)


def _words(typed: str, today: date, towards: str) -> date | None:
    near = {"today": 0, "yesterday": -1, "tomorrow": 1}
    return today + timedelta(days=near[typed]) if typed in near else None


def _iso(typed: str, today: date, towards: str) -> date | None:
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", typed, re.ASCII)
    return make_day(int(found[1]), int(found[2]), int(found[3]), typed) if found else None


def _slashes(typed: str, today: date, towards: str) -> date | None:
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{1,4})", typed, re.ASCII)
    if not found:
        return None
    if len(found[3]) != 4:
        raise NotUnderstood(f"“{typed}”: write the year with four digits, as in 3/4/2026.")
    return make_day(int(found[3]), int(found[2]), int(found[1]), typed)


def _month_word(typed: str, today: date, towards: str) -> date | None:
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})\.?(?: (\d{4}))?", typed, re.ASCII)
    month = _month_number(found[2]) if found else 0
    if not found or not month:
        return None
    if found[3]:
        return make_day(int(found[3]), month, int(found[1]), typed)
    return _nearest_year(int(found[1]), month, today, towards, typed)


def _month_number(word: str) -> int:
    full = [number for number, name in enumerate(_MONTHS) if name and name.startswith(word)]
    return full[0] if len(full) == 1 else 0


def _nearest_year(day: int, month: int, today: date, towards: str, text: str) -> date:
    """The year that makes a yearless day lie where the field looks; 29 February finds the next year that has one."""
    step = 1 if towards == FUTURE else -1
    if not 1 <= day <= monthrange(2000, month)[1]:
        raise NotUnderstood(f"“{text}”: {month_name[month]} has {monthrange(2000, month)[1]} days.")
    for years in range(9):
        year = today.year + step * years
        if day > monthrange(year, month)[1]:
            continue
        found = date(year, month, day)
        if (found - today).days * step >= 0:
            return found
    raise NotUnderstood(f"“{text}”: write the year too.")


def _offset(typed: str, today: date, towards: str) -> date | None:
    signed = re.fullmatch(r"([+-])(\d{1,4}) ?(d|days?|w|weeks?)", typed, re.ASCII)
    ago = re.fullmatch(r"(\d{1,4}) ?(days?|weeks?) ago", typed, re.ASCII)
    ahead = re.fullmatch(r"in (\d{1,4}) ?(days?|weeks?)", typed, re.ASCII)
    if signed:
        days = int(signed[2]) * _UNITS[signed[3]] * (1 if signed[1] == "+" else -1)
    elif ago:
        days = -int(ago[1]) * _UNITS[ago[2]]
    elif ahead:
        days = int(ahead[1]) * _UNITS[ahead[2]]
    else:
        return None
    return today + timedelta(days=days)


def _weekday(typed: str, today: date, towards: str) -> date | None:
    found = re.fullmatch(r"(?:(last|next) )?([a-z]{3,9})", typed, re.ASCII)
    numbers = [n for n, name in enumerate(_WEEKDAYS) if found and name.startswith(found[2])]
    if not found or len(numbers) != 1:
        return None
    back = (today.weekday() - numbers[0]) % 7
    ahead = (numbers[0] - today.weekday()) % 7
    if found[1] == "last":
        return today - timedelta(days=back or 7)
    if found[1] == "next":
        return today + timedelta(days=ahead or 7)
    return today + timedelta(days=ahead) if towards == FUTURE else today - timedelta(days=back)


def _in_range(day: date, text: str) -> date:
    return make_day(day.year, day.month, day.day, text)
