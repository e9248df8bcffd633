"""Statements that are carried out behind the program, in order, while it works out what to write next.

SQLite works without Python's lock, so that on a computer with more than one core both go on at once. To whoever uses
the connection it makes no difference: nothing else is done with it before they have all been carried out.
"""

import sys
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

MANY = 40
"""Statements between two marks; the program waits for the last mark but one, so that not too many pile up."""

QUICKLY = 0.0001
"""Seconds after which the program lets the other thread have its turn, which is short: it mostly works without it.

By the usual 5 ms the writing would stand still while the next rows are worked out, and both take as long as in turn.
"""


class Behind:
    """A thread that carries statements out, one after the other. After one has failed, none is."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._waiting: SimpleQueue[tuple[str, Any] | Event | None] = SimpleQueue()
        self._mark = Event()
        self._mark.set()
        self._since = 0
        self._failure: BaseException | None = None
        self._turns = sys.getswitchinterval()
        sys.setswitchinterval(QUICKLY)
        Thread(target=self._carry_out, name="writes", daemon=True).start()

    def add(self, sql: str, values: Any) -> None:
        """Have a statement carried out after those before it."""
        self._waiting.put((sql, values))
        self._since += 1
        if self._since == MANY:
            self._since, before, self._mark = 0, self._mark, Event()
            self._waiting.put(self._mark)
            before.wait()

    def finish(self) -> None:
        """Wait until all have been carried out. Raises what the first that failed has raised, again and again."""
        if self._since or not self._mark.is_set():
            self._since, self._mark = 0, Event()
            self._waiting.put(self._mark)
            self._mark.wait()
        if self._failure is not None:
            raise self._failure

    def drop(self) -> None:
        """Wait for the one that is being carried out, and forget those after it and that any has failed.

        Whoever is interrupted at it has a connection on which nothing succeeds any more.
        """
        self._failure = InterruptedError("What was to be written was dropped.")
        self._since, self._mark = 0, Event()
        self._waiting.put(self._mark)
        self._mark.wait()
        self._failure = None

    def end(self) -> None:
        """Drop what waits, and let the thread end."""
        self.drop()
        self._waiting.put(None)
        sys.setswitchinterval(self._turns)

    def _carry_out(self) -> None:
        while (what := self._waiting.get()) is not None:
            if isinstance(what, Event):
                what.set()
            elif self._failure is None:
                try:
                    self._raw.execute(*what)
                except BaseException as error:  # told to whoever waits for it
                    self._failure = error
