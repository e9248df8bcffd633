"""What a person is shown when somebody else wrote the same thing meanwhile: both versions, side by side."""

from collections.abc import Iterator
from contextlib import contextmanager

from drivecli.app import App
from drivecli.errors import Changed
from drivecli.layout import say, words
from drivecli.render import MACHINE


@contextmanager
def told_of_others(app: App) -> Iterator[None]:
    """Let a refusal say what was seen, what it was made, and what was typed.

    It shows what a case holds, so first it is written down that this worker looks; from then on they have seen it. A
    program is told no values, and has seen nothing.
    """
    try:
        yield
    except Changed as changed:
        if changed.versions and app.out.form not in MACHINE:
            app.look_at(changed.case)
            changed.lines = [line for each in changed.versions for line in _lines(app, changed.by, each)]
        raise


def _lines(app: App, by: str, each: object) -> list[str]:
    told = (("you had seen", "seen"), (by, "theirs"), ("you typed", "yours"))
    pairs = [(label, say(getattr(each, name)) or "nothing") for label, name in told]
    return [f"{words(getattr(each, 'field', ''))}:".capitalize(), *(f"  {line}" for line in app.out.pairs(pairs))]
