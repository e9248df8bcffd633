"""How many are overdue, in words."""

import pytest

from drivecli.domain.overdue import say_overdue


@pytest.mark.parametrize(
    ("overdue", "of", "said"),
    [
        (0, 1, "0 of 1 open case is overdue"),
        (1, 1, "1 of 1 open case is overdue"),
        (0, 2, "0 of 2 open cases are overdue"),
        (1, 2, "1 of 2 open cases is overdue"),
        (7, 27, "7 of 27 open cases are overdue"),
    ],
)
def test_one_is_and_many_are(overdue: int, of: int, said: str) -> None:
    assert say_overdue(overdue, of) == said
