"""The days people type: every spelling that is read, every one that is refused, and what is said about it."""

from calendar import day_name, monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.domain.days import EITHER, FUTURE, PAST, near_day, read_day, say_day
from drivecli.errors import NotUnderstood

TODAY = date(2026, 11, 21)  # a Saturday
EXAMPLES = "Write a day as 3/4/2026, 2026-04-03, 3 Apr, today, yesterday, Friday, -2d or +1w."

fixed = settings(derandomize=True, max_examples=300, deadline=None)
readable = st.dates(date(1900, 1, 1), date(2100, 12, 31))
todays = st.dates(date(1920, 1, 1), date(2080, 12, 31))


@pytest.mark.parametrize(
    ("typed", "past", "future"),
    [
        ("03/04/2026", date(2026, 4, 3), date(2026, 4, 3)),
        ("3/4/2026", date(2026, 4, 3), date(2026, 4, 3)),
        ("3.4.2026", date(2026, 4, 3), date(2026, 4, 3)),
        ("3-4-2026", date(2026, 4, 3), date(2026, 4, 3)),
        ("2026-04-03", date(2026, 4, 3), date(2026, 4, 3)),
        ("2026-4-3", date(2026, 4, 3), date(2026, 4, 3)),
        ("3 Apr", date(2026, 4, 3), date(2027, 4, 3)),
        ("3 april", date(2026, 4, 3), date(2027, 4, 3)),
        ("3rd April", date(2026, 4, 3), date(2027, 4, 3)),
        ("3 Apr 2025", date(2025, 4, 3), date(2025, 4, 3)),
        ("1 Sept. 2026", date(2026, 9, 1), date(2026, 9, 1)),
        ("21 Nov", date(2026, 11, 21), date(2026, 11, 21)),
        ("22 Nov", date(2025, 11, 22), date(2026, 11, 22)),
        ("20 Nov", date(2026, 11, 20), date(2027, 11, 20)),
        ("29 Feb", date(2024, 2, 29), date(2028, 2, 29)),
        ("Friday", date(2026, 11, 20), date(2026, 11, 27)),
        ("fri", date(2026, 11, 20), date(2026, 11, 27)),
        ("Saturday", date(2026, 11, 21), date(2026, 11, 21)),
        ("Sunday", date(2026, 11, 15), date(2026, 11, 22)),
        ("last Friday", date(2026, 11, 20), date(2026, 11, 20)),
        ("next friday", date(2026, 11, 27), date(2026, 11, 27)),
        ("last saturday", date(2026, 11, 14), date(2026, 11, 14)),
        ("next saturday", date(2026, 11, 28), date(2026, 11, 28)),
        ("today", date(2026, 11, 21), date(2026, 11, 21)),
        ("yesterday", date(2026, 11, 20), date(2026, 11, 20)),
        ("tomorrow", date(2026, 11, 22), date(2026, 11, 22)),
        ("+2w", date(2026, 12, 5), date(2026, 12, 5)),
        ("-3d", date(2026, 11, 18), date(2026, 11, 18)),
        ("-1 week", date(2026, 11, 14), date(2026, 11, 14)),
        ("+10 days", date(2026, 12, 1), date(2026, 12, 1)),
        ("2 weeks ago", date(2026, 11, 7), date(2026, 11, 7)),
        ("1 day ago", date(2026, 11, 20), date(2026, 11, 20)),
        ("in 3 days", date(2026, 11, 24), date(2026, 11, 24)),
        ("in 2 weeks", date(2026, 12, 5), date(2026, 12, 5)),
        ("  3   APR  2026 ", date(2026, 4, 3), date(2026, 4, 3)),
    ],
)
def test_a_day_people_type_is_read_the_way_the_field_looks(typed: str, past: date, future: date) -> None:
    assert read_day(typed, TODAY, PAST) == past
    assert read_day(typed, TODAY, FUTURE) == future


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("04/13/2026", "“04/13/2026”: there is no month 13; days are written day/month/year."),
        ("2026-13-04", "“2026-13-04”: there is no month 13; days are written day/month/year."),
        ("1/0/2026", "“1/0/2026”: there is no month 0; days are written day/month/year."),
        ("31/02/2026", "“31/02/2026”: February 2026 has 28 days."),
        ("29/02/2027", "“29/02/2027”: February 2027 has 28 days."),
        ("30/02/2028", "“30/02/2028”: February 2028 has 29 days."),
        ("29/02/2100", "“29/02/2100”: February 2100 has 28 days."),
        ("31 Apr 2026", "“31 apr 2026”: April 2026 has 30 days."),
        ("0/4/2026", "“0/4/2026”: April 2026 has 30 days."),
        ("30 Feb", "“30 feb”: February has 29 days."),
        ("31 June", "“31 june”: June has 30 days."),
        ("3/4/26", "“3/4/26”: write the year with four digits, as in 3/4/2026."),
        ("31/12/1899", "“31/12/1899”: the year must lie between 1900 and 2100."),
        ("1/1/2101", "“1/1/2101”: the year must lie between 1900 and 2100."),
        ("-9999w", "“-9999w”: the year must lie between 1900 and 2100."),
        ("+9999w", "“+9999w”: the year must lie between 1900 and 2100."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_what_is_wrong(typed: str, sentence: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_day(typed, TODAY)

    assert refused.value.message == sentence


@pytest.mark.parametrize(
    "typed",
    [
        "20260403",
        "April",
        "Apr 3",
        "fortnight",
        "monday week",
        "next month",
        "tomorrow 2pm",
        "2026-04-03T10:00",
        "2026/04/03",
        "3 Apr 26",
        "3 xyz",
        "3",
        "T",
        "day",
        "2w",
        "+2m",
        "--3d",
        "٣/٤/٢٠٢٦",
        "",
    ],
)
def test_a_day_that_could_mean_more_than_one_is_refused_with_examples(typed: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_day(typed, TODAY)

    assert refused.value.message == f"“{typed}” is not a day I can read. {EXAMPLES}"


@pytest.mark.parametrize(
    ("typed", "day"), [("1/1/1900", date(1900, 1, 1)), ("31/12/2100", date(2100, 12, 31))], ids=["first", "last"]
)
def test_the_first_and_last_year_are_inside(typed: str, day: date) -> None:
    assert read_day(typed, TODAY) == day


def test_29_february_is_found_across_a_century_without_one() -> None:
    assert read_day("29 feb", date(1904, 1, 1), FUTURE) == date(1904, 2, 29)
    assert read_day("29 feb", date(2024, 2, 29), PAST) == date(2024, 2, 29)
    assert read_day("29 feb", date(2024, 2, 28), PAST) == date(2020, 2, 29)
    assert read_day("29 feb", date(1907, 6, 1), PAST) == date(1904, 2, 29)
    assert read_day("29 feb", date(2096, 3, 1), PAST) == date(2096, 2, 29)


def test_a_field_that_looks_both_ways_reads_an_unfinished_day_as_past() -> None:
    assert read_day("3 apr", TODAY, EITHER) == date(2026, 4, 3)
    assert read_day("friday", TODAY, EITHER) == date(2026, 11, 20)


def test_a_day_leans_to_the_past_when_nothing_is_said() -> None:
    assert read_day("friday", TODAY) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "said"), [(date(2026, 11, 20), "Fri 20 Nov 2026"), (date(2026, 4, 3), "Fri 3 Apr 2026")], ids=str
)
def test_a_day_is_said_with_its_weekday_and_no_leading_nought(day: date, said: str) -> None:
    assert say_day(day) == said


@fixed
@given(day=readable, today=todays, towards=st.sampled_from([PAST, FUTURE, EITHER]))
def test_a_day_written_in_full_is_read_back_whatever_today_is(day: date, today: date, towards: str) -> None:
    assert read_day(day.isoformat(), today, towards) == day
    assert read_day(f"{day.day}/{day.month}/{day.year}", today, towards) == day
    assert read_day(f"{day.day} {day:%B} {day.year}", today, towards) == day


@fixed
@given(day=st.dates(date(2000, 1, 1), date(2000, 12, 31)), today=todays)
def test_a_day_without_a_year_never_leans_the_wrong_way(day: date, today: date) -> None:
    past = read_day(f"{day.day} {day:%b}", today, PAST)
    future = read_day(f"{day.day} {day:%b}", today, FUTURE)

    assert past <= today <= future
    assert (past.day, past.month) == (future.day, future.month) == (day.day, day.month)


@fixed
@given(day=st.dates(date(2001, 1, 1), date(2001, 12, 31)), today=todays)
def test_a_day_without_a_year_is_the_nearest_that_way(day: date, today: date) -> None:
    past = read_day(f"{day.day} {day:%b}", today, PAST)
    future = read_day(f"{day.day} {day:%b}", today, FUTURE)

    assert (today - past).days <= 365
    assert (future - today).days <= 365


@fixed
@given(weekday=st.integers(0, 6), letters=st.integers(3, 9), today=todays)
def test_a_weekday_never_leans_the_wrong_way_and_is_the_nearest(weekday: int, letters: int, today: date) -> None:
    past = read_day(day_name[weekday][:letters], today, PAST)
    future = read_day(day_name[weekday][:letters], today, FUTURE)

    assert past.weekday() == future.weekday() == weekday
    assert today - timedelta(days=6) <= past <= today <= future <= today + timedelta(days=6)


@fixed
@given(weekday=st.integers(0, 6), today=todays)
def test_last_and_next_never_mean_today(weekday: int, today: date) -> None:
    last = read_day(f"last {day_name[weekday]}", today)
    following = read_day(f"next {day_name[weekday]}", today)

    assert last < today < following
    assert (today - last).days <= 7
    assert (following - today).days <= 7


@fixed
@given(year=st.integers(1900, 2100), month=st.integers(1, 12), day=st.integers(0, 99))
def test_a_day_is_read_when_the_month_has_it_and_refused_when_not(year: int, month: int, day: int) -> None:
    typed = f"{day}/{month}/{year}"

    if 1 <= day <= monthrange(year, month)[1]:
        assert read_day(typed, TODAY) == date(year, month, day)
    else:
        with pytest.raises(NotUnderstood, match="has"):
            read_day(typed, TODAY)


@fixed
@given(typed=st.text(max_size=20), towards=st.sampled_from([PAST, FUTURE, EITHER]))
def test_whatever_is_typed_is_either_a_day_or_refused_in_words(typed: str, towards: str) -> None:
    try:
        said = str(read_day(typed, TODAY, towards).year)
    except NotUnderstood as refused:
        said = refused.message

    assert said.startswith("“") or 1900 <= int(said) <= 2100


@pytest.mark.parametrize(
    ("away", "said"),
    [
        (0, " (today)"),
        (-1, " (yesterday)"),
        (1, " (tomorrow)"),
        (-12, " (12 days ago)"),
        (60, " (in 60 days)"),
        (61, ""),
        (-61, ""),
    ],
)
def test_a_near_day_is_said_by_how_far_it_is(away: int, said: str) -> None:
    assert near_day(TODAY + timedelta(days=away), TODAY) == said
