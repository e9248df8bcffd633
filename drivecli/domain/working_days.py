"""Counting in working days: Saturdays, Sundays and bank holidays are passed over."""

from collections.abc import Mapping
from datetime import date, timedelta

Holidays = Mapping[date, str]
"""Bank holidays of one nation: the day and its name."""


def add_working_days(start: date, days: int, holidays: Holidays) -> tuple[date, tuple[str, ...]]:
    """The day `days` working days after `start` (start itself is not counted), and what was passed over, in words.

    Weekends are counted together; a bank holiday is named, because it is what people forget.
    """
    day, weekend, named = start, 0, []
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() >= 5:
            weekend += 1
        elif day in holidays:
            named.append(f"{holidays[day]} ({day.day} {day:%b})")
        else:
            days -= 1
    passed = [f"{weekend} weekend day{'s' if weekend > 1 else ''}"] if weekend else []
    return day, tuple(passed + named)
