"""What is said while many rows are worked on: a bar for whoever waits at a terminal, lines for everybody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def bar(stream: TextIO, doing: str, total: int | None, *, colored: bool) -> Iterator[Callable[[int], None]]:
    """Rows done, of about `total`, with their rate and the time left; gone when it is over. Loads rich."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} rows a second" if task.speed else "")

    console = Console(file=stream, no_color=not colored)
    done = [MofNCompleteColumn(), Rate(), TimeRemainingColumn()]
    with Progress(
        TextColumn("{task.description}", markup=False), BarColumn(20), *done, console=console, transient=True
    ) as p:
        task = p.add_task(doing, total=total)

        def watch(rows: int) -> None:
            p.update(task, completed=rows, total=max(total, rows) if total else None)

        yield watch


@contextmanager
def line(say: Callable[[str], None], doing: str) -> Iterator[Callable[[int], None]]:
    """A line at the start, and one at the end with the number of rows."""
    done = [0]
    say(f"{doing} ...")
    yield done.append
    say(f"{doing}: {done[-1]} row{'' if done[-1] == 1 else 's'}.")
