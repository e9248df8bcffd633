"""The columns of what is imported and exported: their names, what they hold, and the headings they are known by.

Which columns there are is data (templates/columns/*.toml): the same file is the importer's reader, the exporter's
allow-list, the template's headings and the reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from drivecli.domain import entries
from drivecli.errors import NotUnderstood

KINDS = ("persons", "cases", "contacts", "assignments", "workers", "agencies")
"""What can be imported."""

HOLDS = [
    "text",
    "day",
    "code",
    "number",
    "yes_no",
    "texts",
    "identifiers",
    "case",
    "person",
    "contact",
    "worker",
    "username",
]

REASON = "why_not_imported"
"""The column that a file of rejected rows has on top of its own. It is passed over when the file comes back."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column: what a cell of it holds (`kind`), of which list (`codes`), from `least` to `most` if a number.

    A `guarded` column leaves only with --include-restricted.
    """

    code: str
    kind: str
    says: str
    required: bool
    guarded: bool
    codes: str
    least: int
    most: int
    synonyms: tuple[str, ...]
    example: str | int | date | None


@dataclass(frozen=True)
class Headings:
    """How a file's headings were read: the place of each column, headings that no column has, columns not there."""

    places: Mapping[str, int]
    unknown: tuple[str, ...]
    absent: tuple[str, ...]


def read_columns(data: Mapping[str, Any], where: str) -> dict[str, Column]:
    """Columns from parsed data, by code. Raises NotUnderstood for two that answer to one heading."""
    found: dict[str, Column] = {}
    owner: dict[str, str] = {}
    for entry in entries.tables(data, "column", where):
        code = entries.slug(entry, "code", where)
        place = f"{where}, {code}"
        example = entry.get("example")
        found[code] = Column(
            code=code,
            kind=entries.one_of(entry, "kind", HOLDS, place),
            says=entries.words(entry, "says", place),
            required=entries.yes(entry, "required", place),
            guarded=entries.yes(entry, "guarded", place),
            codes=str(entry.get("codes", "")),
            least=entries.number(entry.get("least", 0), "least", place, 0, 1_000_000),
            most=entries.number(entry.get("most", 1_000_000), "most", place, 0, 1_000_000),
            synonyms=entries.texts(entry, "synonyms", place),
            example=example if isinstance(example, str | int | date) else None,
        )
        for heading in (code, *found[code].synonyms):
            other = owner.setdefault(fold_heading(heading), code)
            if other != code:
                raise NotUnderstood(f"{place}: the heading “{heading}” is already that of {other}.")
    return found


def fold_heading(text: str) -> str:
    """A heading as it is compared: letters and digits alone, whatever their case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def count_known(header: Sequence[str], columns: Mapping[str, Column], mapped: Mapping[str, str]) -> int:
    """How many headings of a row are known: what tells the header from the rows around it."""
    known = _known(columns) | {fold_heading(heading): code for code, heading in mapped.items()}
    return len({known[folded] for each in header if (folded := fold_heading(each)) in known})


def match_headings(header: Sequence[str], columns: Mapping[str, Column], mapped: Mapping[str, str]) -> Headings:
    """Which heading is which column; `mapped` says it of some by hand, as column to heading.

    Raises NotUnderstood for a column or heading that is not there, two headings for one column, or a missing one.
    """
    places = _by_hand(header, columns, mapped)
    known = _known(columns)
    for place, heading in enumerate(header):
        code = known.get(fold_heading(heading))
        if code is None or code in mapped or place in places.values():
            continue
        if code in places:
            raise NotUnderstood(
                f"“{header[places[code]]}” and “{heading}” are both read as {code}.",
                next=f"Say which is meant: --map {code}=HEADING",
            )
        places[code] = place
    missing = [each.code for each in columns.values() if each.required and each.code not in places]
    if missing:
        raise NotUnderstood(
            f"There is no column for {', '.join(missing)}. The headings are: {', '.join(filter(None, header))}.",
            next=f"If it is there under another name: --map {missing[0]}=HEADING",
        )
    taken = set(places.values())
    spare = [each for place, each in enumerate(header) if place not in taken and each.strip() and each != REASON]
    return Headings(places, tuple(spare), tuple(code for code in columns if code not in places))


def _by_hand(header: Sequence[str], columns: Mapping[str, Column], mapped: Mapping[str, str]) -> dict[str, int]:
    folded = [fold_heading(each) for each in header]
    places: dict[str, int] = {}
    for code, heading in mapped.items():
        if code not in columns:
            raise NotUnderstood(f"--map: there is no column {code}. Columns: {', '.join(columns)}.")
        if fold_heading(heading) not in folded:
            raise NotUnderstood(f"--map: there is no heading “{heading}”. Headings: {', '.join(filter(None, header))}.")
        places[code] = folded.index(fold_heading(heading))
    return places


def _known(columns: Mapping[str, Column]) -> dict[str, str]:
    return {fold_heading(heading): each.code for each in columns.values() for heading in (each.code, *each.synonyms)}
