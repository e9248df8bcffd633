"""What opens a store as a person types it: what a passphrase must be, and how a recovery code is written."""

import re
import unicodedata
from hashlib import sha256

from drivecli.errors import NotUnderstood

SHORTEST = 14
"""Letters of a passphrase. Four words are longer; anything shorter can be found by trying."""

CODE_BITS = 130
"""Of chance in a recovery code: nobody finds it by trying, however fast."""

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread on paper
_TAKEN_FOR = str.maketrans("ILO", "110")
_SIGNS, _CHECK, _GROUP = 26, 2, 4


def read_passphrase(typed: str) -> str:
    """A new passphrase as it is kept in mind. Raises NotUnderstood when it could be found by trying."""
    passphrase = plain(typed)
    if len(passphrase) < SHORTEST or _repeats(passphrase):
        raise NotUnderstood(
            f"A passphrase has at least {SHORTEST} letters and is not one pattern over and over:"
            " four or five words nobody would guess together."
        )
    return passphrase


def plain(typed: str) -> str:
    """What was typed, the same on every keyboard: an accent as one letter, nothing at the ends."""
    return unicodedata.normalize("NFC", typed).strip()


def _repeats(text: str) -> bool:
    """Whether it is a short piece over and over, whole or cut at the end."""
    folded = re.sub(r"\s", "", text).casefold()
    return any((folded[:size] * len(folded))[: len(folded)] == folded for size in range(1, len(folded) // 2 + 1))


def write_code(number: int) -> str:
    """A recovery code to write down: groups of four, the last two signs a checksum."""
    signs = "".join(_LETTERS[number >> 5 * at & 31] for at in reversed(range(_SIGNS)))
    whole = signs + _checksum(signs)
    return "-".join(whole[at : at + _GROUP] for at in range(0, len(whole), _GROUP))


def read_code(typed: str) -> str | None:
    """A recovery code as it was given out, however it was typed; None for what is no code, or has a slip in it."""
    signs = re.sub(r"[\s-]", "", plain(typed)).upper().translate(_TAKEN_FOR)
    if not is_like_code(typed) or _checksum(signs[:_SIGNS]) != signs[_SIGNS:]:
        return None
    return "-".join(signs[at : at + _GROUP] for at in range(0, len(signs), _GROUP))


def is_like_code(typed: str) -> bool:
    """Whether it has the length and the signs of a recovery code."""
    signs = re.sub(r"[\s-]", "", plain(typed)).upper().translate(_TAKEN_FOR)
    return len(signs) == _SIGNS + _CHECK and all(sign in _LETTERS for sign in signs)


def _checksum(signs: str) -> str:
    """Two signs by which a slip of the pen is noticed, 1023 times in 1024. It protects nothing else."""
    number = int.from_bytes(sha256(signs.encode()).digest()[:2])
    return _LETTERS[number >> 5 & 31] + _LETTERS[number & 31]
