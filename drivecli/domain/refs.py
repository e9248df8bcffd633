"""Refs: WS-0042 for a case, P-0007 for a person. They sort by number, never as text."""

import re

from drivecli.errors import NotUnderstood

PERSON_PREFIX = "P"


def make_ref(prefix: str, number: int) -> str:
    """The ref with this number: at least four digits."""
    return f"{prefix}-{number:04d}"


def read_ref(text: str) -> tuple[str, int]:
    """The prefix (upper case, empty when only the number was typed) and number of a ref: `42`, `ws-42`, `WS-0042`."""
    found = re.fullmatch(r"\s*(?:([A-Za-z][A-Za-z0-9]{0,7})-)?0*(\d{1,9})\s*", text, re.ASCII)
    if not found:
        raise NotUnderstood(f"“{text}” is not a ref. Write it as WS-0042, or just 42.")
    return (found[1] or "").upper(), int(found[2])


def read_prefix(text: str) -> str:
    """A site prefix: two to eight letters and digits, the first a letter. P is kept for persons, DEMO for the demo."""
    prefix = text.strip().upper()
    if not re.fullmatch(r"[A-Z][A-Z0-9]{1,7}", prefix, re.ASCII):
        raise NotUnderstood(f"“{text}” cannot be a site prefix. Use two to eight letters, as in WS or DRV.")
    if prefix == "DEMO":
        raise NotUnderstood("DEMO is the demo's prefix. Use another, as in WS or DRV.")
    return prefix
