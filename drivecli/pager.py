"""A long text through a pager, so that it stays where it can be read. It goes through a pipe, never through a file."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from contextlib import suppress

SECURE = {"LESSSECURE": "1", "LESSHISTFILE": "-"}
"""less shows people's records here: it keeps no file of what was searched for, and saves, edits and runs nothing."""


def page(text: str, command: str, env: Mapping[str, str], encoding: str) -> bool:
    """Show the text until the pager is left; false when there is no such pager. Leaving early is no error."""
    around = {"LESS": "FIRX", **env, **SECURE}
    around.pop("LESSOPEN", None)
    try:
        words = shlex.split(command, posix=os.name == "posix")
        pager = subprocess.Popen(words, stdin=subprocess.PIPE, env=around, encoding=encoding, errors="replace")
    except (OSError, ValueError, IndexError):
        return False
    assert pager.stdin is not None
    with suppress(OSError, KeyboardInterrupt):  # it was left before the end
        pager.stdin.write(text)
    with suppress(OSError, KeyboardInterrupt):
        pager.stdin.close()
    while True:
        with suppress(KeyboardInterrupt):  # Ctrl-C is the pager's to answer
            pager.wait()
            return True
