"""A long text through a pager, so that it stays where it can be read. It goes through a pipe, never through a file."""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress

from drivecli.settings import without_keys

SECURE = {"LESSSECURE": "1", "LESSHISTFILE": "-"}
"""less shows people's records here: it keeps no file of what was searched for, and saves, edits and runs nothing."""


def page(text: str, command: str, env: Mapping[str, str], encoding: str) -> bool:
    """Show the text until the pager is left; false when there is no such pager. Leaving early is no error."""
    around = {"LESS": "FIRX", **without_keys(env), **SECURE}
    around.pop("LESSOPEN", None)
    heard = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is the pager's to answer, from its first moment on
    try:
        words = shlex.split(command, posix=os.name == "posix")
        with subprocess.Popen(words, stdin=subprocess.PIPE, env=around, encoding=encoding, errors="replace") as pager:
            assert pager.stdin is not None
            with suppress(OSError):  # it was left before the end
                pager.stdin.write(text)
            with suppress(OSError):
                pager.stdin.close()
    except (OSError, ValueError, IndexError):
        return False
    finally:
        signal.signal(signal.SIGINT, heard)
    return True
