"""The only module that asks. Every question goes through here, and only when a person is at the terminal."""

from collections.abc import Sequence
from typing import Any

LEAVE = "(Ctrl-C to stop; nothing is saved yet)"


def text(question: str, default: str = "") -> str:
    """A line of words; asked again while empty."""
    import questionary

    return _ask(questionary.text(question, default=default, validate=lambda typed: bool(typed.strip()))).strip()


def choose(question: str, choices: Sequence[tuple[str, str]]) -> str:
    """One of (code, words); the code is returned."""
    import questionary

    listed = [questionary.Choice(title=words, value=code) for code, words in choices]
    return str(_ask(questionary.select(question, choices=listed, instruction=LEAVE)))


def confirm(question: str) -> bool:
    """Yes or no; no unless yes is said."""
    import questionary

    return bool(_ask(questionary.confirm(question, default=False)))


def _ask(question: Any) -> Any:
    """Ctrl-C becomes KeyboardInterrupt here, never an empty answer."""
    return question.unsafe_ask()
