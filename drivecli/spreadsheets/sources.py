"""Where the bytes of a file come from, and whether they are still the same."""

import hashlib
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, Protocol

from drivecli.errors import NotFound, NotUnderstood, Refused

CHUNK = 1 << 18


class Hash(Protocol):
    """What is wanted of a hash."""

    def update(self, data: bytes | memoryview, /) -> None: ...
    def hexdigest(self) -> str: ...


class Source:
    """The bytes of one file, or of all that was piped in."""

    def __init__(self, path: Path | None, stdin: BinaryIO | None) -> None:
        self.path = path
        self.name = "stdin" if path is None else path.name
        self.suffix = "" if path is None else path.suffix.lower()
        self._data: bytes | None = None
        try:
            if path is None:
                self._data = stdin.read() if stdin else b""
            elif stat.S_ISDIR(path.stat().st_mode):
                raise NotUnderstood(f"{path} is a folder. Give one file.", kind="file")
            elif not stat.S_ISREG(path.stat().st_mode):
                self._data = path.read_bytes()
            with self.opened() as stream:
                self.start = stream.read(4096)
        except FileNotFoundError:
            raise NotFound(f"There is no file {path}.", kind="file") from None
        except OSError as error:
            raise Refused(f"{path} cannot be read: {error.strerror}.", kind="file") from None

    def size(self) -> int:
        """How many bytes there are."""
        return len(self._data) if self._data is not None else self._path().stat().st_size

    def _path(self) -> Path:
        assert self.path is not None
        return self.path

    @contextmanager
    def opened(self, hashing: Hash | None = None) -> Iterator[IO[bytes]]:
        """The bytes from the start; with a hash, all that is read goes into it too."""
        raw: IO[bytes] = io.BytesIO(self._data) if self._data is not None else self._path().open("rb")
        with raw:
            if hashing is None:
                yield raw
            else:
                with io.BufferedReader(_Hashed(raw, hashing), CHUNK) as stream:  # type: ignore[type-var]
                    yield stream

    def read(self) -> bytes:
        """All the bytes at once."""
        if self._data is not None:
            return self._data
        return self._path().read_bytes()

    def same(self, digest: str) -> bool:
        """Whether the bytes are still those of this digest."""
        if self._data is not None:
            return True
        try:
            with self._path().open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == digest
        except OSError:
            return False

    def changed(self) -> Refused:
        """What is said when they are not."""
        return Refused(
            f"{self.name} was changed while it was read. Nothing of it can be trusted.",
            next="Wait until nothing else writes to the file, then run the same line again.",
            kind="file_changed",
        )


class _Hashed(io.RawIOBase):
    """A stream that puts all that is read of it into a hash."""

    def __init__(self, raw: IO[bytes], hashing: Hash) -> None:
        self._raw, self._hashing = raw, hashing

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        read = self._raw.readinto(buffer)  # type: ignore[attr-defined]
        self._hashing.update(memoryview(buffer)[:read])
        return int(read)
