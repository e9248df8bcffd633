"""When two names may be one person's."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivecli.domain.names import alias_keys, fold, may_be_born, name_keys

fixed = settings(derandomize=True, max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("O'Neill", "oneill"),
        ("O’NEILL", "oneill"),
        ("Oneill", "oneill"),
        ("o neill", "oneill"),
        ("Łukasz", "lukasz"),
        ("Ørsted", "orsted"),
        ("Đorđe", "dorde"),
        ("Æsa", "aesa"),
        ("Œuvre", "oeuvre"),
        ("Þór", "thor"),
        ("Guðrún", "gudrun"),
        ("Weiß", "weiss"),
        ("Zoë", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("Smith-Jones", "smithjones"),
        ("ﬁona", "fiona"),
        ("", ""),
    ],
)
def test_a_name_is_folded_to_plain_small_letters(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_a_name_in_another_script_is_kept() -> None:
    assert fold("Ольга") == "ольга"
    assert fold("محمد") == "محمد"


def test_swapped_parts_share_their_keys() -> None:
    assert name_keys("Łukasz", "O'Neill") == name_keys("oneill", "lukasz") == {"lukasz|oneill", "oneill|lukasz"}


def test_another_name_shares_no_key() -> None:
    assert not name_keys("Alex", "Reed") & name_keys("Alex", "Read")


def test_a_name_of_two_equal_parts_has_one_key() -> None:
    assert name_keys("Ali", "Ali") == {"ali|ali"}


@pytest.mark.parametrize(
    ("alias", "keys"),
    [
        ("Alex Reed", {"alex|reed", "reed|alex"}),
        (" Alex  Reed ", {"alex|reed", "reed|alex"}),
        ("Reed", {"|reed", "reed|"}),
        ("Anna Maria O'Neill", {"annamaria|oneill", "oneill|annamaria"}),
    ],
)
def test_an_alias_is_looked_up_with_its_last_word_first_or_last(alias: str, keys: set[str]) -> None:
    assert alias_keys(alias) == keys


def test_an_alias_shares_a_key_with_the_name_it_is() -> None:
    assert alias_keys("Łukasz O'Neill") & name_keys("Oneill", "Lukasz")


def test_a_letter_that_moves_from_one_part_to_the_other_makes_another_name() -> None:
    assert not name_keys("Ann", "Alee") & name_keys("Anna", "Lee")


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        (date(1990, 5, 1), date(1990, 5, 1), True),
        (date(1990, 5, 1), date(1990, 5, 2), False),
        (date(1990, 5, 1), date(1990, 1, 5), False),
        (date(1990, 5, 1), None, True),
        (None, date(1990, 5, 1), True),
        (None, None, True),
    ],
)
def test_dates_of_birth_may_be_one_person_s_when_equal_or_one_is_unknown(
    one: date | None, other: date | None, may: bool
) -> None:
    assert may_be_born(one, other) is may


@fixed
@given(name=st.text(max_size=30))
def test_folding_a_folded_name_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@fixed
@given(forename=st.text(max_size=12), surname=st.text(max_size=12))
def test_keys_do_not_depend_on_the_order_of_the_parts(forename: str, surname: str) -> None:
    assert name_keys(forename, surname) == name_keys(surname, forename)
