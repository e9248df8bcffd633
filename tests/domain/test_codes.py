"""Code lists: how a code is read from what was typed, and shown."""

import pytest

from drivecli.domain.codes import Code, CodeList, fold_code, nearest, read_code
from drivecli.errors import NotUnderstood

OUTCOMES = ["held", "did_not_attend", "declined", "not_in", "message_left"]
STAGES = ["information_gathering", "pre_engagement", "engaged", "not_engaged", "step_down"]


@pytest.mark.parametrize(
    "typed",
    ["did_not_attend", "DID_NOT_ATTEND", "Did not attend", "did-not-attend", " did  not_attend ", "did_-_not attend"],
)
def test_a_code_is_read_whatever_its_case_spaces_and_hyphens(typed: str) -> None:
    assert read_code(typed, OUTCOMES, "contact_outcome") == "did_not_attend"


@pytest.mark.parametrize(
    ("typed", "codes", "what", "sentence"),
    [
        (
            "decline",
            OUTCOMES,
            "contact_outcome",
            "“decline” is not a contact outcome. Did you mean declined? "
            "One of: held, did_not_attend, declined, not_in, message_left.",
        ),
        (
            "step dwon",
            STAGES,
            "stage",
            "“step dwon” is not a stage. Did you mean step_down? "
            "One of: information_gathering, pre_engagement, engaged, not_engaged, step_down.",
        ),
        (
            "xyz",
            OUTCOMES,
            "contact_outcome",
            "“xyz” is not a contact outcome. One of: held, did_not_attend, declined, not_in, message_left.",
        ),
        (
            "",
            OUTCOMES,
            "contact_outcome",
            "“” is not a contact outcome. One of: held, did_not_attend, declined, not_in, message_left.",
        ),
    ],
    ids=["near", "letters swapped", "nothing near", "nothing typed"],
)
def test_a_code_that_is_not_in_the_list_is_refused_with_the_nearest_and_all(
    typed: str, codes: list[str], what: str, sentence: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_code(typed, codes, what)

    assert refused.value.message == sentence


def test_a_part_of_a_code_is_not_taken_for_the_code() -> None:
    with pytest.raises(NotUnderstood):
        read_code("engag", ["engaged"], "stage")


@pytest.mark.parametrize(
    ("text", "code"),
    [("Step-Down", "step_down"), ("__step  down__", "step_down"), ("IN PERSON", "in_person"), ("", "")],
)
def test_a_code_is_written_in_small_letters_and_single_underscores(text: str, code: str) -> None:
    assert fold_code(text) == code


def test_the_nearest_word_is_offered_only_when_it_is_close() -> None:
    assert nearest("hold", ["held", "declined"]) == "held"
    assert nearest("zzz", ["held", "declined"]) is None
    assert nearest("held", []) is None


def test_a_code_list_keeps_its_order_and_shows_its_labels() -> None:
    codes = CodeList("tier", {"high": Code("high", "high"), "not_assessed": Code("not_assessed", "not assessed")})

    assert list(codes) == ["high", "not_assessed"]
    assert "high" in codes
    assert "low" not in codes
    assert codes.label("not_assessed") == "not assessed"


def test_a_code_the_list_no_longer_has_is_shown_with_spaces_and_none_as_nothing() -> None:
    codes = CodeList("tier", {})

    assert codes.label("very_high") == "very high"
    assert codes.label(None) == ""


def test_a_fact_of_a_code_is_false_when_the_data_does_not_say() -> None:
    code = Code("held", "held", {"held": True, "failed": False})

    assert code.is_("held") is True
    assert code.is_("failed") is False
    assert code.is_("informs") is False
