"""The pages of `drive help TOPIC`: which there are, and their text.

They are the Markdown of docs/, which a wheel carries as drivecli/help/ (pyproject.toml says so): one text, read by the
same words in a browser and at a terminal.
"""

from pathlib import Path

TOPICS = {
    "getting-started": "The first ten minutes.",
    "urgent": "Whom to ring, and what to write down.",
    "dates": "What a DAY may be.",
    "rules": "What is due when, and your service's own values.",
    "spreadsheets": "Bringing old records in from a file.",
    "security": "What the encryption protects against, and what not.",
    "backups": "When, where to, what it protects, and the drill of each month.",
    "exit-codes": "How a command ends, and what to do then.",
    "json": "What the fields mean, for scripts.",
}
"""Every topic and what is on its page, in the order in which they are offered."""

URGENT = "urgent"
"""The one topic that is made from data, which the service edits."""

_PACKAGE = Path(__file__).parent
_SOURCES = {"json": "fields.md", "rules": "practice.md"}
"""Pages that lie elsewhere in docs/ than under their name in docs/help/."""


def topic_text(name: str) -> str:
    """The Markdown of a topic's page: from the installed package, or from the folder it is developed in."""
    installed = _PACKAGE / "help" / f"{name}.md"
    source = _PACKAGE.parent / "docs" / _SOURCES.get(name, f"help/{name}.md")
    return (installed if installed.exists() else source).read_text(encoding="utf-8")
