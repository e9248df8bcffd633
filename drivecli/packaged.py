"""The data files under templates/ as text, and the fingerprint of those that the clock's answer depends on."""

from functools import lru_cache
from pathlib import Path
from zlib import crc32

TEMPLATES = Path(__file__).parent / "templates"
CLOCK_FILES = (
    "practice.toml",
    "holidays.toml",
    "codes/stage.toml",
    "codes/contact_outcome.toml",
    "codes/contact_mode.toml",
    "codes/tier.toml",
    "codes/suspend_reason.toml",
    "codes/closure_reason.toml",
    "roles.toml",
)
"""The files that the clock's answer depends on."""

CHECKLISTS = "checklists/"
"""The folder of the checklists; a service may add files of its own to it."""

DEMO = "demo.toml"
"""The demo's stories: read by `drive demo` alone."""

CLOCK_VERSION = 1
"""Raised whenever a function in `domain.deadlines` would answer differently: a store then knows its rows are older."""


def packaged_names() -> list[str]:
    """Every data file that a service may lay its own over: all but the demo's stories."""
    return [
        *sorted(path.name for path in TEMPLATES.glob("*.toml") if path.name != DEMO),
        *sorted(
            f"{folder}/{path.name}" for folder in ("codes", "checklists", "columns", "print") for path in _toml(folder)
        ),
    ]


def _toml(folder: str) -> list[Path]:
    return list((TEMPLATES / folder).glob("*.toml"))


def is_checklist(name: str) -> bool:
    """Whether a data file of this name is a checklist."""
    return name.startswith(CHECKLISTS) and name.endswith(".toml")


def is_columns(name: str) -> bool:
    """Whether a data file of this name says the columns of what is imported and exported."""
    return name.startswith("columns/") and name.endswith(".toml")


@lru_cache(maxsize=64)
def packaged_text(name: str) -> str:
    """The packaged text of a data file."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def fingerprint() -> str:
    """A short word that changes whenever the packaged rules of the clock do. Cheap: it is compared on every start."""
    texts = [packaged_text(name) for name in CLOCK_FILES]
    return f"{CLOCK_VERSION}-{crc32(''.join(texts).encode()):08x}"
