"""stdout as a stream of bytes that can be handed out without being given away."""

from io import BufferedIOBase
from typing import Any, BinaryIO


class Lent(BufferedIOBase):
    """A stream that is lent out: closing this leaves it open, whatever becomes of whoever wrote to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._stream.write(data)

    def flush(self) -> None:
        self._stream.flush()
