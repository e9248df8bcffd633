"""The window: how long the work with one person may last, and where in it a day lies."""

from calendar import monthrange
from datetime import date
from functools import lru_cache


@lru_cache(maxsize=32_768)
def add_months(start: date, months: int) -> date:
    """`start` plus calendar months, clipped to the last day of the month: always from the start, never chained."""
    from dateutil.relativedelta import relativedelta  # here, so that a list that only counts months need not load it

    return start + relativedelta(months=months)


def window_end(opened_on: date, months: int) -> date:
    """The last day inside a window of `months` calendar months that starts on the day the case opened."""
    return add_months(opened_on, months)


def window_month(opened_on: date, months: int, today: date) -> int:
    """Which month of the window `today` lies in, from 1 to `months`. After the window it stays at the last one."""
    whole = (today.year - opened_on.year) * 12 + today.month - opened_on.month
    if today.day < min(opened_on.day, monthrange(today.year, today.month)[1]):
        whole -= 1
    return max(1, min(whole + 1, months))


def week_of_window(opened_on: date, ends_on: date, today: date) -> tuple[int, int]:
    """Which week of the window `today` lies in, and how many there are. After the window it stays at the last one."""
    weeks = (ends_on - opened_on).days // 7 + 1
    return max(1, min((today - opened_on).days // 7 + 1, weeks)), weeks
