"""Where things live and what the environment asks for: one reading of DRIVE_* and the settings file per command."""

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from drivecli.errors import NotUnderstood, Refused, StoreUnusable

DEMO = "demo"


@dataclass(frozen=True)
class Store:
    """One store: an encrypted file, or a PostgreSQL database. `name` also names its key file."""

    name: str
    path: Path | None = None
    url: str | None = None

    def __str__(self) -> str:
        return str(self.path) if self.path else str(self.url)


@dataclass(frozen=True)
class Settings:
    """What one command works with. `worker` is DRIVE_WORKER; `today` is DRIVE_TODAY; `key_*` override the key file.

    `own` is what this user's settings file says. `state` is where this user of this computer remembers what was last
    seen in each store, apart from the stores; `runtime` is this user's folder for what need not outlive a log-out.
    """

    data: Path
    config: Path
    state: Path
    runtime: Path
    store: Store
    worker: str | None = None
    today: date | None = None
    key_file: Path | None = None
    key_command: str | None = None
    own: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_demo(self) -> bool:
        """Whether this is the demo store."""
        return self.store.name == DEMO and self.store.path == self.data / "demo.db"

    @property
    def own_key_file(self) -> Path:
        """The store's own key file, apart from the data."""
        return self.config / "keys" / f"{self.store.name}.key"

    @property
    def slots_file(self) -> Path:
        """Where the wrapped copies of the store's key lie: apart from the data too."""
        return self.config / "keys" / f"{self.store.name}.slots"

    @property
    def backups(self) -> Path:
        """Where backups go that are sent nowhere else."""
        return self.data / ("demo-backups" if self.is_demo else "backups")

    @property
    def file(self) -> Path:
        """The settings of this user on this computer."""
        return self.config / "settings.toml"


def read_settings(env: Mapping[str, str], *, demo: bool) -> Settings:
    """The settings that the environment and the settings file give; the demo store when `demo`.

    The demo never takes its store or its key from the environment, so that it cannot touch the real one.
    """
    data, config, state, runtime = _folders(env)
    own = _own(config / "settings.toml")
    common = Settings(
        data=data,
        config=config,
        state=state,
        runtime=runtime,
        store=Store(DEMO, path=data / "demo.db"),
        worker=env.get("DRIVE_WORKER") or None,
        today=_today(env.get("DRIVE_TODAY", "")),
        own=own,
    )
    if demo:
        return common
    named = env.get("DRIVE_DATABASE") or str(own.get("database") or "")
    return Settings(
        data=data,
        config=config,
        state=state,
        runtime=runtime,
        store=read_store(named, data) if named else usual_store(data),
        worker=common.worker,
        today=common.today,
        key_file=Path(env["DRIVE_KEY_FILE"]).expanduser() if env.get("DRIVE_KEY_FILE") else None,
        key_command=env.get("DRIVE_KEY_COMMAND") or None,
        own=own,
    )


def usual_store(data: Path) -> Store:
    """The store of somebody who names no other."""
    return Store("drive", path=data / "drive.db")


def read_store(text: str, data: Path) -> Store:
    """The store that DRIVE_DATABASE or `--join` names: a file, or postgresql://... without a password."""
    if "://" not in text:
        path = Path(text).expanduser().absolute()
        if path == data / "demo.db":
            raise NotUnderstood("That file is the demo's. Use --demo on the line instead.")
        return Store(path.stem, path=path)
    from urllib.parse import urlsplit

    parts = urlsplit(text)
    if parts.scheme not in ("postgresql", "postgres"):
        raise NotUnderstood(f"A store is a file or postgresql://..., not {parts.scheme}://.")
    if parts.password or "password=" in parts.query:
        raise NotUnderstood(
            "The password must not stand in the address: others can see a command line.",
            next="Put it in the file that PGPASSFILE names, and leave it out of the address.",
        )
    return Store(parts.path.strip("/") or "drive", url=text)


def write_own(settings: Settings, name: str, value: str | bool | None) -> None:
    """Write one value into this user's settings file, or take it out with None; the rest of the file stays as it is."""
    import tomlkit

    try:
        make_private_folder(settings.config)
        document = tomlkit.parse(_text(settings.file))
        if value is None:
            document.pop(name, None)
        else:
            document[name] = value
        write_private(settings.file, tomlkit.dumps(document).encode(), replace=True)
    except OSError as error:
        raise StoreUnusable(
            f"{settings.file} cannot be written: {error.strerror}.",
            kind="read_only",
            next=f"Check the rights of {settings.config}",
        ) from None


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, that only this user may enter."""
    missing = [each for each in (path, *path.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix":
            each.chmod(0o700)  # whatever the umask
    if os.name == "posix":
        path.chmod(0o700)


def without_keys(env: Mapping[str, str]) -> dict[str, str]:
    """An environment for a program that we start: nothing in it says where a key is."""
    return {name: value for name, value in env.items() if not name.startswith("DRIVE_KEY")}


def sync_folder(path: Path) -> None:
    """Make the names in a folder outlast a power cut. Windows has no such call and writes them by itself."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_private(path: Path, content: bytes, *, replace: bool) -> None:
    """Write a 0600 file whole or not at all. Raises FileExistsError when it is there and `replace` is false."""
    with private_file(path, replace=replace) as file:
        file.write(content)


@contextmanager
def private_file(path: Path, *, replace: bool) -> Iterator[BinaryIO]:
    """A 0600 file to write to, which takes its name once it is whole: after an error or Ctrl-C nothing of it is left.

    Raises FileExistsError when the name is taken and `replace` is false.
    """
    from tempfile import mkstemp

    handle, name = mkstemp(prefix=".drive-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        publish(temporary, path, replace=replace)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def output_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """The private file that a line asked for with -o. Raises Refused where it may not, or cannot, be written."""
    check_output(path, force=force)
    try:
        with private_file(path, replace=force) as file:
            yield file
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        raise Refused(
            f"{path} cannot be written: {error.strerror or error}.", kind="file", next="Choose another place."
        ) from None


def check_output(path: Path, *, force: bool) -> None:
    """Refuse a file that is there, unless `force`; and, whatever is said, what is no file, such as /dev/null."""
    if os.path.lexists(path) and not force:
        raise _taken(path)
    if path.exists() and not path.is_file():
        raise Refused(f"{path} is not a file that can be replaced.", kind="file", next="Choose another name.")


def _taken(path: Path) -> Refused:
    return Refused(f"There is a file {path} already.", kind="taken", next="Choose another name, or say --force.")


def publish(temporary: Path, path: Path, *, replace: bool) -> None:
    """Give a finished file its name in one step. Raises FileExistsError when the name is taken, unless `replace`."""
    if replace:
        os.replace(temporary, path)
    elif os.name == "nt":
        os.rename(temporary, path)  # refuses to overwrite there
    else:
        try:
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
            _publish_without_links(temporary, path)
        else:
            temporary.unlink()


def _publish_without_links(temporary: Path, path: Path) -> None:
    """The same where a file cannot have two names, as on a memory stick: the name is taken first, then filled."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.replace(temporary, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def is_in_memory(folder: Path) -> bool:
    """Whether what is in a folder is gone when the computer is off. Only Linux says."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return False
    around = [(len(point), at, kind) for at, (_, point, kind, *_) in enumerate(mounts) if _is_under(folder, point)]
    return max(around, default=(0, 0, ""))[2] in ("tmpfs", "ramfs")


def _is_under(folder: Path, point: str) -> bool:
    return folder.resolve().is_relative_to(point.replace("\\040", " "))


def _folders(env: Mapping[str, str]) -> tuple[Path, Path, Path, Path]:
    """Where data, settings, what is remembered of stores and what ends with the session go."""
    session = env.get("XDG_RUNTIME_DIR")
    if env.get("DRIVE_HOME"):
        home = Path(env["DRIVE_HOME"]).expanduser().absolute()
        runtime = Path(session) / "drive" if session else home / "run"
        return home / "data", home / "config", home / "state", runtime
    from platformdirs import user_config_path, user_data_path, user_state_path

    state = user_state_path("drive", False)
    usual = Path(f"/run/user/{os.getuid()}") if hasattr(os, "getuid") else state
    runtime = Path(session or usual) / "drive" if session or usual.is_dir() else state / "run"
    return user_data_path("drive", False), user_config_path("drive", False), state, runtime


def _today(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(f"DRIVE_TODAY is “{text}”; write it as 2026-03-02, or leave it unset.") from None


def _own(path: Path) -> dict[str, Any]:
    """What the settings file says; nothing when there is none."""
    text = _text(path)
    if not text:
        return {}
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotUnderstood(f"{path} cannot be read: {error}.", next="Mend or remove that file.") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # Notepad writes a mark at the beginning
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise NotUnderstood(f"{path} cannot be read: {why}.", next="Mend or remove that file.") from None
