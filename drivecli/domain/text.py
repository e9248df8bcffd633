"""Words that both engines keep unchanged, and usernames: one reader for the keyboard and for a spreadsheet's cell."""

import re

from drivecli.errors import NotUnderstood

LONGEST_NOTE = 200_000
"""Characters; longer text is refused, with its count."""


def clean(text: str) -> str:
    """Text that both engines keep unchanged. Raises NotUnderstood for NUL, broken characters, or too much of it."""
    if "\x00" in text:
        raise NotUnderstood("There is a NUL character in the text; take it out.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotUnderstood("There are broken characters in the text; type them again.") from None
    if len(text) > LONGEST_NOTE:
        raise NotUnderstood(f"The text has {len(text)} characters; at most {LONGEST_NOTE} can be kept in one place.")
    return text


def read_words(text: str) -> str:
    """Words as they are kept: without the space around them. Raises NotUnderstood when nothing is left."""
    text = clean(text).strip()
    if not text:
        raise NotUnderstood("It is empty.")
    return text


def read_username(text: str) -> str:
    """A worker's username, in small letters."""
    username = clean(text).strip().lower()
    if not username or any(not (letter.isalnum() or letter in "._-") for letter in username):
        raise NotUnderstood(f"“{text}” cannot be a username: use letters, digits, dot, hyphen and underscore.")
    return username


def read_whole(text: str) -> int:
    """A whole number in plain digits."""
    if not re.fullmatch(r"[+-]?\d{1,12}", text.strip(), re.ASCII):
        raise NotUnderstood(f"“{text.strip()}” is not a whole number.")
    return int(text)


def read_identifier(text: str, types: object) -> tuple[str, str]:
    """TYPE=VALUE: another agency's reference for a person. `types` are the codes of those agencies."""
    from drivecli.domain.codes import read_code

    kind, equals, value = clean(text).partition("=")
    if not equals or not value.strip():
        raise NotUnderstood(f"“{text}” should be TYPE=VALUE, as in pnc=24/12345X.")
    return read_code(kind, types, "identifier type"), value.strip()  # type: ignore[arg-type]
