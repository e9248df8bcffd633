"""A service's own data laid over the packaged: its tables and entries win, the rest stays."""

from datetime import date
from typing import Any

import pytest

from drivecli.catalogue import Catalogue, lay_over, parse, read_areas, read_codes, read_holidays, read_roles
from drivecli.errors import NotUnderstood


def test_a_value_in_a_table_wins_and_the_rest_of_the_table_stays() -> None:
    packaged = {"version": "1", "window": {"months": 10, "note": "ours"}}

    assert lay_over(packaged, {"window": {"months": 12}}, "practice.toml") == {
        "version": "1",
        "window": {"months": 12, "note": "ours"},
    }


def test_a_table_inside_a_table_is_laid_over_by_key() -> None:
    packaged = {"rules": {"contact": {"due": 7, "by": {"high": 7, "standard": 14}}, "review": {"due": 3}}}

    assert lay_over(packaged, {"rules": {"contact": {"by": {"standard": 10}}}}, "practice.toml") == {
        "rules": {"contact": {"due": 7, "by": {"high": 7, "standard": 10}}, "review": {"due": 3}}
    }


def test_a_list_of_lengths_is_replaced_whole() -> None:
    packaged = {"rules": {"release": {"due": [28, 7, 1]}}}

    assert lay_over(packaged, {"rules": {"release": {"due": [14]}}}, "practice.toml") == {
        "rules": {"release": {"due": [14]}}
    }


@pytest.mark.parametrize(
    ("name", "entry"), [("roles.toml", "role"), ("areas.toml", "area"), ("codes/tier.toml", "code")]
)
def test_an_entry_is_laid_over_by_its_code_and_a_new_one_comes_last(name: str, entry: str) -> None:
    packaged = {entry: [{"code": "a", "label": "A", "assignable": True}, {"code": "b", "label": "B"}]}
    own = {entry: [{"code": "c", "label": "C"}, {"code": "a", "label": "Ours"}]}

    assert lay_over(packaged, own, name) == {
        entry: [
            {"code": "a", "label": "Ours", "assignable": True},
            {"code": "b", "label": "B"},
            {"code": "c", "label": "C"},
        ]
    }


def test_a_holiday_is_laid_over_by_its_day() -> None:
    packaged = {"until": date(2028, 12, 31), "holiday": [{"on": date(2026, 12, 25), "name": "Christmas Day"}]}
    own = {"holiday": [{"on": date(2026, 6, 1), "name": "A proclaimed day"}]}

    assert lay_over(packaged, own, "holidays.toml") == {
        "until": date(2028, 12, 31),
        "holiday": [
            {"on": date(2026, 12, 25), "name": "Christmas Day"},
            {"on": date(2026, 6, 1), "name": "A proclaimed day"},
        ],
    }


def test_the_packaged_data_is_not_changed_by_what_is_laid_over_it() -> None:
    packaged: dict[str, Any] = {"code": [{"code": "a", "label": "A"}], "rules": {"contact": {"due": 7}}}

    lay_over(packaged, {"code": [{"code": "a", "label": "B"}], "rules": {"contact": {"due": 9}}}, "codes/x.toml")

    assert packaged == {"code": [{"code": "a", "label": "A"}], "rules": {"contact": {"due": 7}}}


def test_a_service_s_own_practice_holidays_and_codes_are_what_the_catalogue_gives() -> None:
    own = {
        "practice.toml": "[rules.contact]\nversion = 2\nby = { standard = 10 }\n",
        "holidays.toml": '[[holiday]]\non = 2026-06-01\nname = "A proclaimed day"\n',
        "codes/tier.toml": '[[code]]\ncode = "watch"\n',
        "roles.toml": '[[role]]\ncode = "education"\nassignable = true\nseveral = true\n',
    }

    catalogue = Catalogue(own)

    assert catalogue.practice["contact"].by == {"high": 7, "not_assessed": 7, "standard": 10, "step_down": 28}
    assert catalogue.practice["contact"].name == "contact v2"
    assert catalogue.practice["review"].name == "review v1"
    assert catalogue.holidays[date(2026, 6, 1)] == "A proclaimed day"
    assert catalogue.holidays[date(2026, 12, 25)] == "Christmas Day"
    assert list(catalogue.codes("tier")) == ["high", "not_assessed", "standard", "watch"]
    assert catalogue.codes("tier").label("watch") == "watch"
    assert catalogue.roles["education"].several is True
    assert len(catalogue.codes("role").codes) == 13


def test_text_that_is_not_toml_is_refused_with_the_line() -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse("[window]\nmonths = = 3\n", "own.toml")

    assert refused.value.message == "own.toml is not valid TOML: Invalid value (at line 2, column 10)."


@pytest.mark.parametrize(
    ("read", "data", "sentence"),
    [
        (read_codes, {}, "own.toml: write each entry under [[code]]."),
        (read_codes, {"code": ["a"]}, "own.toml: write each entry under [[code]]."),
        (
            read_codes,
            {"code": [{"code": "Step Down"}]},
            "own.toml: code is “Step Down”; write it in small letters and underscores, as in step_down.",
        ),
        (
            read_codes,
            {"code": [{"label": "x"}]},
            "own.toml: code is “None”; write it in small letters and underscores, as in step_down.",
        ),
        (
            read_codes,
            {"code": [{"code": "step-down"}]},
            "own.toml: code is “step-down”; write it in small letters and underscores, as in step_down.",
        ),
        (
            read_roles,
            {"role": [{"code": "a", "may": ["everything"]}]},
            "own.toml: “everything” is not something a role may do."
            " Known: case_work, lead, manage, import, export, audit.",
        ),
        (read_areas, {"area": {}}, "own.toml: write each entry under [[area]]."),
        (read_holidays, {"holiday": []}, "own.toml: until must be a day, as in until = 2028-12-31."),
        (
            read_holidays,
            {"until": date(2028, 12, 31), "holiday": [{"on": date(2026, 6, 1)}]},
            "own.toml: each [[holiday]] needs on = a day, and a name.",
        ),
        (
            read_holidays,
            {"until": date(2028, 12, 31), "holiday": [{"on": "2026-06-01", "name": "x"}]},
            "own.toml: each [[holiday]] needs on = a day, and a name.",
        ),
    ],
)
def test_data_that_cannot_be_is_refused_with_what_would_be_right(
    read: Any, data: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(data, "own.toml")

    assert refused.value.message == sentence


def test_own_entries_that_are_not_tables_are_refused_in_words() -> None:
    with pytest.raises(NotUnderstood):
        Catalogue({"codes/tier.toml": 'code = ["high"]\n'}).codes("tier")


def test_a_holiday_with_a_time_is_refused_or_still_skipped() -> None:
    own = 'until = 2028-12-31\n[[holiday]]\non = 2026-06-01T00:00:00\nname = "A proclaimed day"\n'

    try:
        holidays = Catalogue({"holidays.toml": own}).holidays
    except NotUnderstood:
        return
    assert date(2026, 6, 1) in holidays


def test_a_code_nobody_could_type_is_refused() -> None:
    with pytest.raises(NotUnderstood):
        read_codes({"code": [{"code": "step__down"}]}, "own.toml")


def test_an_own_code_that_is_a_list_is_refused_in_words() -> None:
    with pytest.raises(NotUnderstood):
        Catalogue({"codes/tier.toml": '[[code]]\ncode = ["high"]\n'}).codes("tier")
