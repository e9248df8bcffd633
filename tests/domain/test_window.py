"""The window: its last day, and which month of it a day lies in."""

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.domain.deadlines import window_ends_on
from drivecli.domain.window import add_months, window_end, window_month

from .build import case, extension

fixed = settings(derandomize=True, max_examples=300, deadline=None)


@pytest.mark.parametrize(
    ("opened", "ends"),
    [
        (date(2026, 3, 31), date(2027, 1, 31)),
        (date(2025, 4, 30), date(2026, 2, 28)),
        (date(2027, 4, 29), date(2028, 2, 29)),
        (date(2025, 1, 31), date(2025, 11, 30)),
        (date(2025, 5, 31), date(2026, 3, 31)),
        (date(2025, 12, 31), date(2026, 10, 31)),
        (date(2025, 1, 15), date(2025, 11, 15)),
    ],
)
def test_ten_months_end_on_the_same_day_of_the_month_or_its_last(opened: date, ends: date) -> None:
    assert window_end(opened, 10) == ends


def test_months_are_counted_from_the_start_and_never_from_a_clipped_day() -> None:
    assert add_months(date(2025, 1, 31), 1) == date(2025, 2, 28)
    assert add_months(add_months(date(2025, 1, 31), 1), 1) == date(2025, 3, 28)
    assert add_months(date(2025, 1, 31), 2) == date(2025, 3, 31)


def test_extensions_are_added_to_the_months_and_counted_from_the_opening() -> None:
    opened = date(2025, 4, 30)
    extended = case(opened_on=opened, extensions=(extension(date(2026, 2, 1), 1, id=1),))
    twice = case(
        opened_on=opened, extensions=(extension(date(2026, 2, 1), 1, id=1), extension(date(2026, 3, 1), 1, id=2))
    )

    assert window_ends_on(case(opened_on=opened)) == date(2026, 2, 28)
    assert window_ends_on(extended) == date(2026, 3, 30)
    assert window_ends_on(twice) == date(2026, 4, 30)


def test_the_window_is_as_long_as_was_frozen_on_the_case() -> None:
    assert window_ends_on(case(opened_on=date(2026, 3, 31), window_months=12)) == date(2027, 3, 31)
    assert window_ends_on(case(opened_on=date(2026, 3, 31), window_months=11)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 1, 14), 1),
        (date(2026, 1, 15), 1),
        (date(2026, 2, 14), 1),
        (date(2026, 2, 15), 2),
        (date(2026, 10, 14), 9),
        (date(2026, 10, 15), 10),
        (date(2026, 11, 14), 10),
        (date(2026, 11, 15), 10),
        (date(2026, 11, 16), 10),
        (date(2027, 6, 1), 10),
    ],
    ids=[
        "before opening",
        "first day",
        "last day of month 1",
        "first day of month 2",
        "last day of month 9",
        "first day of month 10",
        "the day before the last",
        "last day inside",
        "the day after",
        "long after",
    ],
)
def test_the_month_of_the_window_changes_on_the_day_of_opening(today: date, month: int) -> None:
    assert window_month(date(2026, 1, 15), 10, today) == month


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 2, 27), 1),
        (date(2026, 2, 28), 2),
        (date(2026, 3, 30), 2),
        (date(2026, 3, 31), 3),
        (date(2026, 4, 29), 3),
        (date(2026, 4, 30), 4),
        (date(2026, 5, 30), 4),
        (date(2026, 5, 31), 5),
        (date(2026, 11, 29), 10),
        (date(2026, 11, 30), 10),
        (date(2026, 12, 1), 10),
    ],
)
def test_a_month_too_short_begins_its_window_month_on_its_last_day(today: date, month: int) -> None:
    assert window_month(date(2026, 1, 31), 10, today) == month


@pytest.mark.parametrize(
    ("today", "month"), [(date(2028, 2, 28), 1), (date(2028, 2, 29), 2), (date(2028, 3, 29), 2), (date(2028, 3, 30), 3)]
)
def test_a_leap_day_begins_a_window_month(today: date, month: int) -> None:
    assert window_month(date(2028, 1, 30), 10, today) == month


def test_a_window_of_one_month_is_always_in_month_one() -> None:
    assert window_month(date(2026, 1, 31), 1, date(2026, 1, 31)) == 1
    assert window_month(date(2026, 1, 31), 1, date(2026, 2, 28)) == 1
    assert window_month(date(2026, 1, 31), 1, date(2026, 3, 1)) == 1


@fixed
@given(opened=st.dates(date(1990, 1, 1), date(2090, 12, 31)), months=st.integers(1, 36))
def test_the_last_day_is_that_many_months_on_and_clipped_to_the_month(opened: date, months: int) -> None:
    year, month = divmod(opened.year * 12 + opened.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]

    assert window_end(opened, months) == date(year, month + 1, min(opened.day, last))


@fixed
@given(opened=st.dates(date(1990, 1, 1), date(2090, 12, 31)), months=st.integers(1, 36), month=st.integers(0, 35))
def test_every_month_of_the_window_begins_where_that_many_months_have_passed(
    opened: date, months: int, month: int
) -> None:
    begins = add_months(opened, month)

    assert window_month(opened, months, begins) == min(month + 1, months)
    assert window_month(opened, months, date.fromordinal(begins.toordinal() - 1)) == max(1, min(month, months))
