"""What a spreadsheet would run as a formula is written to CSV behind an apostrophe, and comes back without it."""

import re
from functools import cache

TRIGGERS = "=+-@|%" + "＝＋－＠｜％" + "﹦﹢﹣﹫﹪−"
"""What starts a formula or a command: the plain signs, and the wide, small and mathematical forms of them."""

UNSEEN = r"\s\x00-\x20\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb"
"""What may stand before a formula without being seen: space, control and direction marks."""


def csv_cell(text: str) -> str:
    """A text as it is written to CSV. `csv_text` gives the text back, whatever it is."""
    if text and not text[0].isalnum() and _is_risky(text):
        return "'" + text
    return text


def csv_text(cell: str) -> str:
    """The text that a cell of a CSV stands for: one apostrophe less, where `csv_cell` would have put one."""
    if cell[:1] == "'" and _is_risky(cell[1:]):
        return cell[1:]
    return cell


def _is_risky(text: str) -> bool:
    """Also what starts with an apostrophe: otherwise nobody could tell ours from one that was there before."""
    return text[:1] in ("\t", "\r", "\n", "'") or _formula().match(text) is not None


@cache
def _formula() -> re.Pattern[str]:
    return re.compile(rf"[{UNSEEN}]*[{re.escape(TRIGGERS)}]")
