"""The service's own values: checked, stored with a version, and every case brought up to them."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from drivecli.catalogue import (
    Catalogue,
    lay_over,
    parse,
    read_areas,
    read_codes,
    read_holidays,
    read_roles,
    read_sheet_words,
)
from drivecli.db import Connection
from drivecli.domain.checklists import read_checklist
from drivecli.domain.columns import read_columns
from drivecli.domain.practice import read_practice
from drivecli.domain.urgent import read_urgent
from drivecli.errors import NotFound, NotUnderstood
from drivecli.models import SiteFile
from drivecli.packaged import CHECKLISTS, DEMO, is_checklist, is_columns, packaged_names, packaged_text
from drivecli.queries import clock
from drivecli.queries.clock import Difference
from drivecli.queries.store import site_files
from drivecli.work import RULES, Work


@dataclass(frozen=True)
class Applied:
    """Own files that were stored, with their versions, and the refs of cases whose deadlines changed."""

    files: tuple[str, ...]
    versions: tuple[int, ...]
    changed: tuple[str, ...]


def read_path(path: Path) -> dict[str, str]:
    """The data files at a path: one TOML file, or a folder shaped like templates/. Each is read against its kind.

    Raises NotFound when there is nothing there, NotUnderstood with the file and what would be right.
    """
    known = packaged_names()
    if not _is_there(path):
        raise NotFound(f"There is no file or folder {str(path)[:200]}.", next="drive practice check --help")
    found: dict[str, Path] = {}
    if path.is_dir():
        for file in sorted(path.rglob("*.toml")):
            found[file.relative_to(path).as_posix()] = file
        found.pop(DEMO, None)  # which comes along with a copied templates/
    else:
        found[_place(path.name, known)] = path
    if not found:
        raise NotFound(f"There is no TOML file in {path}.", next="drive practice check --help")
    texts = {}
    for name, file in found.items():
        try:
            texts[name] = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise NotUnderstood(f"{file} cannot be read as UTF-8 text.") from None
        if name not in known and not (is_checklist(name) and "[[item]]" in texts[name]):
            raise NotUnderstood(
                f"{file.name} is not a file that drive reads, nor a checklist: there is no [[item]] in it."
                f" Known: {', '.join(known)}."
            )
        _check(name, texts[name])
    return texts


def _place(name: str, known: list[str]) -> str:
    """Where a single file belongs: by its name among the known ones; any other is a checklist of the service's own."""
    places = [each for each in known if each.rpartition("/")[2] == name]
    return places[0] if places else f"{CHECKLISTS}{name}"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def with_these(db: Connection, texts: dict[str, str]) -> Catalogue:
    """The catalogue as it would be with these own files over those that stand. Raises NotUnderstood if they clash."""
    catalogue = Catalogue({**site_files(db), **texts})
    known = (*catalogue.codes("tier"), *catalogue.codes("stage"))
    for rule in catalogue.practice.rules.values():
        strange = [code for code in rule.by if code not in known]
        if strange:
            raise NotUnderstood(
                f"practice.toml, [rules.{rule.kind}]: by.{strange[0]} is neither a tier nor a stage. "
                f"Known: {', '.join(known)}."
            )
    return catalogue


def check(db: Connection, texts: dict[str, str]) -> list[Difference]:
    """The cases whose deadlines would change."""
    return clock.differences(db, with_these(db, texts))


def apply(work: Work, texts: dict[str, str], *, reason: str) -> Applied:
    """Store own files as new versions and run the clock of every case, in this transaction."""
    work.must_may("manage", "change the service's own values")
    work.db.lock(RULES)
    work.announce()
    changed = check(work.db, texts)
    versions = []
    for name, text in texts.items():
        last = work.db.value("SELECT MAX(version) FROM site_file WHERE name = :name", name=name) or 0
        work.add(SiteFile(name=name, version=last + 1, text=text, reason=reason))
        versions.append(last + 1)
    work.catalogue = with_these(work.db, texts)
    recompute(work)
    return Applied(tuple(texts), tuple(versions), tuple(each.ref for each in changed))


class Standing(NamedTuple):
    """An own file that stands: its version, who applied it and when (UTC), and why."""

    name: str
    version: int
    by: str
    at: str
    reason: str


def of_others(work: Work, texts: dict[str, str]) -> list[Standing]:
    """The files that others applied and that these would take the place of. Their versions are kept."""
    rows = work.db.rows(
        Standing,
        "SELECT f.name, f.version, w.name, f.recorded_at, f.reason"
        " FROM site_file f JOIN worker w ON w.id = f.recorded_by WHERE f.recorded_by <> :me"
        " AND f.version = (SELECT MAX(n.version) FROM site_file n WHERE n.name = f.name) ORDER BY f.name",
        me=work.actor.id,
    )
    return [each for each in rows if each.name in texts]


def recompute(work: Work) -> int:
    """Run the clock of every case; a closed one has its follow-ups. Returns how many there were."""
    numbers = clock.all_cases(work.db)
    work.touch(numbers)
    work.settle()
    return len(numbers)


def _check(name: str, text: str) -> None:
    if is_checklist(name):
        read_checklist(parse(text, name), name.removeprefix(CHECKLISTS).removesuffix(".toml"), text)
        return
    data = lay_over(parse(packaged_text(name), name), parse(text, name), name)
    if name == "practice.toml":
        read_practice(data, name)
    elif name == "holidays.toml":
        read_holidays(data, name)
    elif name == "roles.toml":
        read_roles(data, name)
    elif name == "areas.toml":
        read_areas(data, name)
    elif name == "print/sheet.toml":
        read_sheet_words(data, name)
    elif is_columns(name):
        read_columns(data, name)
    elif name == "urgent.toml":
        read_urgent(data, name)
    else:
        read_codes(data, name)
