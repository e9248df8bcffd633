"""Refs: how they are made, and the ways people type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.domain.refs import make_ref, read_prefix, read_ref
from drivecli.errors import NotUnderstood

fixed = settings(derandomize=True, max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("prefix", "number", "ref"),
    [("WS", 42, "WS-0042"), ("DRV", 1, "DRV-0001"), ("P", 7, "P-0007"), ("DRV", 9999, "DRV-9999"),
     ("DRV", 12345, "DRV-12345")],
)  # fmt: skip
def test_a_ref_has_at_least_four_digits(prefix: str, number: int, ref: str) -> None:
    assert make_ref(prefix, number) == ref


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("42", ("", 42)),
        ("0042", ("", 42)),
        ("ws-42", ("WS", 42)),
        ("WS-0042", ("WS", 42)),
        ("Ws-00000000000042", ("WS", 42)),
        ("  WS-0042 ", ("WS", 42)),
        ("p-0007", ("P", 7)),
        ("DEMO-0007", ("DEMO", 7)),
        ("A1-5", ("A1", 5)),
        ("100000", ("", 100000)),
    ],
)
def test_a_ref_is_read_however_it_is_typed(typed: str, read: tuple[str, int]) -> None:
    assert read_ref(typed) == read


@pytest.mark.parametrize(
    "typed", ["", "WS", "WS-", "-42", "WS 42", "WS0042", "WS-42a", "42-WS", "1S-42", "WS--42", "WS-٤٢", "1234567890"]
)
def test_what_is_not_a_ref_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_ref(typed)

    assert refused.value.message == f"“{typed}” is not a ref. Write it as WS-0042, or just 42."


@pytest.mark.parametrize(
    ("typed", "prefix"), [("WS", "WS"), ("drv", "DRV"), (" ws1 ", "WS1"), ("abcdefgh", "ABCDEFGH")]
)
def test_a_site_prefix_is_two_to_eight_letters_and_digits(typed: str, prefix: str) -> None:
    assert read_prefix(typed) == prefix


@pytest.mark.parametrize("typed", ["", "P", "1W", "W-S", "W S", "ABCDEFGHI", "ŁŁ"])
def test_what_cannot_be_a_site_prefix_is_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_prefix(typed)

    assert refused.value.message == f"“{typed}” cannot be a site prefix. Use two to eight letters, as in WS or DRV."


def test_the_demo_s_prefix_is_not_a_site_s() -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_prefix("demo")

    assert refused.value.message == "DEMO is the demo's prefix. Use another, as in WS or DRV."


@fixed
@given(prefix=st.from_regex(r"[A-Z][A-Z0-9]{1,7}", fullmatch=True), number=st.integers(1, 999_999_999))
def test_a_ref_that_was_made_is_read_back(prefix: str, number: int) -> None:
    assert read_ref(make_ref(prefix, number)) == (prefix, number)
    assert read_ref(make_ref(prefix, number).lower()) == (prefix, number)
