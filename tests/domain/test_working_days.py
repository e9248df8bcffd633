"""Counting in working days: weekends and bank holidays are passed over, and the holidays are named."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.domain.working_days import add_working_days

from .build import HOLIDAYS

fixed = settings(derandomize=True, max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("start", "days", "due", "skipped"),
    [
        (date(2026, 9, 1), 2, date(2026, 9, 3), ()),
        (date(2026, 9, 1), 5, date(2026, 9, 8), ("2 weekend days",)),
        (date(2026, 9, 4), 1, date(2026, 9, 7), ("2 weekend days",)),
        (date(2026, 9, 5), 1, date(2026, 9, 7), ("1 weekend day",)),
        (date(2026, 9, 6), 1, date(2026, 9, 7), ()),
        (date(2026, 9, 1), 10, date(2026, 9, 15), ("4 weekend days",)),
        (date(2026, 9, 1), 0, date(2026, 9, 1), ()),
    ],
    ids=[
        "no weekend",
        "over a weekend",
        "from a Friday",
        "from a Saturday",
        "from a Sunday",
        "two weekends",
        "no days",
    ],
)
def test_weekends_are_passed_over_and_the_first_day_is_not_counted(
    start: date, days: int, due: date, skipped: tuple[str, ...]
) -> None:
    assert add_working_days(start, days, HOLIDAYS) == (due, skipped)


@pytest.mark.parametrize(
    ("start", "days", "due", "skipped"),
    [
        (date(2026, 4, 2), 1, date(2026, 4, 7), ("2 weekend days", "Good Friday (3 Apr)", "Easter Monday (6 Apr)")),
        (date(2026, 4, 1), 1, date(2026, 4, 2), ()),
        (date(2026, 3, 31), 5, date(2026, 4, 9), ("2 weekend days", "Good Friday (3 Apr)", "Easter Monday (6 Apr)")),
        (date(2026, 4, 6), 1, date(2026, 4, 7), ()),
    ],
    ids=["Maundy Thursday", "the day before it", "a week over Easter", "from Easter Monday"],
)
def test_easter_2026_is_passed_over_by_name(start: date, days: int, due: date, skipped: tuple[str, ...]) -> None:
    assert add_working_days(start, days, HOLIDAYS) == (due, skipped)


@pytest.mark.parametrize(
    ("start", "days", "due", "skipped"),
    [
        (
            date(2026, 12, 24),
            1,
            date(2026, 12, 29),
            ("2 weekend days", "Christmas Day (25 Dec)", "Boxing Day (observed) (28 Dec)"),
        ),
        (
            date(2026, 12, 24),
            5,
            date(2027, 1, 5),
            (
                "4 weekend days",
                "Christmas Day (25 Dec)",
                "Boxing Day (observed) (28 Dec)",
                "New Year's Day (1 Jan)",
            ),
        ),
        (
            date(2027, 12, 24),
            1,
            date(2027, 12, 29),
            ("2 weekend days", "Christmas Day (observed) (27 Dec)", "Boxing Day (observed) (28 Dec)"),
        ),
    ],
    ids=["2026", "2026 into the new year", "2027"],
)
def test_christmas_is_passed_over_with_the_days_kept_for_it(
    start: date, days: int, due: date, skipped: tuple[str, ...]
) -> None:
    assert add_working_days(start, days, HOLIDAYS) == (due, skipped)


def test_a_holiday_on_a_weekend_is_counted_once_as_weekend() -> None:
    found = add_working_days(date(2026, 9, 4), 1, {date(2026, 9, 5): "A Saturday", date(2026, 9, 7): "A Monday"})

    assert found == (date(2026, 9, 8), ("2 weekend days", "A Monday (7 Sep)"))


@fixed
@given(start=st.dates(date(2024, 1, 1), date(2028, 6, 1)), days=st.integers(1, 30))
def test_exactly_so_many_working_days_lie_between_and_the_last_is_one(start: date, days: int) -> None:
    due, _ = add_working_days(start, days, HOLIDAYS)

    between = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    working = [day for day in between if day.weekday() < 5 and day not in HOLIDAYS]
    assert len(working) == days
    assert working[-1] == due
