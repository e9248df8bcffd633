"""Texts in the cells of a workbook, so that every one of them comes back as it was.

Workbooks are XML, which cannot hold control characters and makes a lone return a line end. OOXML writes such letters
as `_x000D_`, and the first letter of a text that only looks like that as `_x005F_`. XlsxWriter and calamine both do
this, but not in three cases, which are mended here and nowhere else:

- XlsxWriter passes on a text between `<r>` and `</r>` as XML, and overlooks the second of two marks that share a letter
  (`_x0041_x0042_`). Such a text is handed over as the XML of its cell, already written out; its underlines are written
  as `&#95;`, so that XlsxWriter does not mark them again.
- calamine leaves the marks of U+FFFE and U+FFFF as they stand. A text with one of these letters, or with their marks,
  has its underlines marked once more, so that it can be told from a text in which the marks are just letters.
"""

import re

_MARK = re.compile(r"_x[0-9A-Fa-f]{4}_")
_LOOKS_MARKED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_NO_LETTER = re.compile(r"[\ufffe\uffff]|_xFFF[EF]_")
_NO_LETTER_READ = re.compile(r"_x(005F|FFFE|FFFF)_")


def written(text: str) -> str:
    """A text as it is handed to XlsxWriter."""
    if "_x" not in text and not text.startswith("<r>") and "\ufffe" not in text and "\uffff" not in text:
        return text
    if _NO_LETTER.search(text):
        text = text.replace("_", "_x005F_").replace("\ufffe", "_xFFFE_").replace("\uffff", "_xFFFF_")
    if not _MARK.search(text) and not (text.startswith("<r>") and text.endswith("</r>")):
        return text
    text = _LOOKS_MARKED.sub("_x005F_", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    for letter, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("_", "&#95;")):
        text = text.replace(letter, name)
    return f'<r><t xml:space="preserve">{text}</t></r>'


def read(text: str) -> str:
    """A text as it comes from calamine."""
    if "_xFFFE_" in text or "_xFFFF_" in text:
        return _NO_LETTER_READ.sub(lambda found: chr(int(found[1], 16)), text)
    return text
