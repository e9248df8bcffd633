"""The key of an encrypted store: 32 random bytes, kept apart from the data. The one file that reads or makes a key."""

import os
import re
from pathlib import Path

from drivecli.errors import StoreUnusable
from drivecli.settings import Settings, make_private_folder, write_private

PROTECTS = """\
The records are encrypted. Whoever has only the data file cannot read them.
Whoever has the data file and the key file can. This protects a lost copy, not an unlocked computer or this account.
If the key file is lost, the records are lost. Nobody can bring them back. Keep a copy where the data is not."""


def read_key(settings: Settings) -> str:
    """The store's key as 64 hexadecimal digits: from DRIVE_KEY_FILE, DRIVE_KEY_COMMAND or the store's own key file.

    Raises StoreUnusable when there is none, when others may read the file, or when it does not hold a key.
    """
    if settings.key_file:
        return _from_file(settings.key_file)
    if settings.key_command:
        return _from_command(settings.key_command)
    return _from_file(settings.own_key_file)


def has_key(settings: Settings) -> bool:
    """Whether a key is already there for this store, so that none needs to be made."""
    return bool(settings.key_command) or (settings.key_file or settings.own_key_file).exists()


def make_key(settings: Settings) -> Path:
    """Make a new key file (0600) and return where it is. An existing one is never overwritten."""
    path = settings.key_file or settings.own_key_file
    if path == settings.own_key_file:
        make_private_folder(path.parent)
    write_private(path, os.urandom(32).hex().encode() + b"\n", replace=False)
    return path


def _from_file(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        raise StoreUnusable(
            f"The key file {path} is not there. Without it the records cannot be read.",
            kind="no_key",
            next="Bring the key file back from its copy, or name it in DRIVE_KEY_FILE.",
        ) from None
    except OSError as error:
        raise StoreUnusable(
            f"The key file {path} cannot be read: {error.strerror}.", kind="no_key", next="drive doctor"
        ) from None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise StoreUnusable(
            f"The key file {path} can be read by others on this computer.",
            kind="no_key",
            next=f"chmod 600 {path}",
        )
    return _checked(text, str(path))


def _from_command(command: str) -> str:
    import shlex
    import subprocess

    try:
        done = subprocess.run(shlex.split(command), capture_output=True, timeout=10, check=True, text=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        raise StoreUnusable(
            "DRIVE_KEY_COMMAND did not give a key within 10 seconds.",
            kind="no_key",
            next="Run that command by itself and see what it says.",
        ) from None
    return _checked(done.stdout.partition("\n")[0], "what DRIVE_KEY_COMMAND printed")


def _checked(text: str, where: str) -> str:
    key = text.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise StoreUnusable(
            f"There is no key in {where}: it should be 64 hexadecimal digits.",
            kind="no_key",
            next="Bring the key file back from its copy.",
        )
    return key
