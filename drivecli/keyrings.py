"""The keyring of this computer, which keeps a secret behind the log-in. It is given what unwraps a key, never the key.

Only keyrings known to keep a secret are used: others write it into a plain file, or keep nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from drivecli.errors import DriveError, Refused

TRUSTED = {"SecretService.Keyring", "kwallet.DBusKeyring", "macOS.Keyring", "Windows.WinVaultKeyring"}
"""By their names under keyring.backends: desktops of Linux, macOS, Windows."""

SERVICE = "drive"


def put(name: str, secret: str) -> None:
    """Keep a secret under a name. Raises Refused when no keyring can be trusted with it."""
    with _trouble():
        _keyring().set_password(SERVICE, name, secret)


def get(name: str) -> str:
    """The secret under a name; empty when there is none. Raises Refused when no keyring can be asked."""
    with _trouble():
        return _keyring().get_password(SERVICE, name) or ""


def forget(name: str) -> None:
    """Keep no secret under a name any more. Raises Refused when no keyring can be asked, or it has none."""
    with _trouble():
        _keyring().delete_password(SERVICE, name)


def _keyring() -> Any:
    import keyring

    chosen = keyring.get_keyring()
    for each in getattr(chosen, "backends", [chosen]):  # several at once come as a chain
        kinds = (f"{kind.__module__}.{kind.__name__}" for kind in type(each).__mro__)
        if TRUSTED.intersection(name.removeprefix("keyring.backends.") for name in kinds):
            return each
    raise Refused(
        f"No keyring here can be trusted with a key; there is only {type(chosen).__module__}. It would be the Secret"
        " Service or KWallet of a desktop, or the keyring of macOS or Windows.",
        kind="no_keyring",
        next="drive unlock   holds the key for an hour without one",
    )


@contextmanager
def _trouble() -> Iterator[None]:
    """Whatever a keyring complains of, each in its own errors, in a sentence. What it was given is in none of it."""
    try:
        yield
    except DriveError:
        raise
    except ImportError:
        raise Refused(
            "What speaks to the keyring of this computer is not installed.",
            kind="no_keyring",
            next="pip install 'drivecli[keyring]'",
        ) from None
    except Exception as error:
        raise Refused(
            f"The keyring of this computer did not answer ({type(error).__name__}).",
            kind="no_keyring",
            next="drive unlock",
        ) from None
