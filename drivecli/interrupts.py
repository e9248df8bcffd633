"""What Ctrl-C does where it must not stop the line at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from typing import Any

Answer = Callable[[int, Any], object]


def unheard(number: int, frame: object) -> None:
    """Nothing at all happens."""


@contextmanager
def answering(how: Answer) -> Iterator[None]:
    """Ctrl-C does this meanwhile; not in another thread, nor where whoever started drive had it ignored."""
    heard = signal.getsignal(signal.SIGINT)
    if heard not in (signal.default_int_handler, unheard) or current_thread() is not main_thread():
        yield
        return
    signal.signal(signal.SIGINT, how)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


@contextmanager
def unbroken() -> Iterator[None]:
    """The first Ctrl-C waits until this is over: whoever is told that nothing was saved must be able to rely on it."""
    heard: list[int] = []

    def hear(number: int, frame: object) -> None:
        heard.append(number)
        if len(heard) > 1:
            raise KeyboardInterrupt

    with answering(hear):
        yield
    if heard:
        raise KeyboardInterrupt
