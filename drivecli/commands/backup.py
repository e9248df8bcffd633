"""`drive backup`: verified copies of the store, and putting one back."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.errors import DriveError
from drivecli.layout import Column
from drivecli.params import FROM_STDIN, Place, Whole, secret_from_stdin

if TYPE_CHECKING:
    from drivecli.backup_file import Keyed

KEY_ELSEWHERE = """\
It opens only with the store's key file, {key}, which is not in it.
Keep a copy of that where the backup is not. To do without: drive key passphrase, then make the backup anew."""


def _moment(at: str) -> str:
    return f"{at[:16].replace('T', ' ')} UTC" if at else ""


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


LIST = [
    Column("created", "Made", _moment),
    Column("size", "Size", _size),
    Column("verified", "Verified"),
    Column("behind", "Entries behind"),
    Column("file", "File", breaks=True),
]

PASSPHRASE = click.option(
    "--passphrase",
    type=FROM_STDIN,
    metavar="-",
    help="Open it as another computer would: with its passphrase or recovery code, from stdin.",
)
FILE = click.argument("file", type=Place(), metavar="FILE", help="A file of drive backup create.")


@command(
    "create",
    examples=[
        "drive backup create",
        "drive backup create /media/stick",
        "drive backup create /media/stick/monday.drivebackup",
    ],
    see=["drive backup list", "drive help backups"],
)
@click.argument(
    "dest",
    type=Place(),
    required=False,
    metavar="[DEST]",
    help="A folder, or a new file. Without it, the backups folder beside the store, where the last 14 stay.",
)
@click.pass_obj
def create(app: App, dest: Path | None) -> None:
    """Make a backup, and check it whole before it counts as one. Others may go on working meanwhile."""
    from drivecli import anchors, backup

    backup.refuse_elsewhere(app.settings)
    app.out.check_fields(backup.Made)
    db = app.open_checked(write=True)

    def record(manifest: Any, path: Path) -> None:
        app.remember(backup.seal(db, manifest, path, worker=_who(app), login=app.login))

    made = backup.make(db, app.read_key(), app.settings, dest.expanduser().absolute() if dest else None, record)
    try:
        anchors.keep_backup(app.settings.state, app.store_settings()["db_id"], Path(made.file))
    except OSError as error:
        app.out.note(f"That it was made could not be kept in {app.settings.state}: {error.strerror}.")
    notes = [f"Older ones removed: {', '.join(made.removed)}"] if made.removed else []
    if made.opens_with == "key_file":
        notes.append(KEY_ELSEWHERE.format(key=app.settings.key_file or app.settings.own_key_file))
    where = "A backup on this disk is lost with it. Now and then, to a stick or a share: drive backup create FOLDER"
    app.out.done(
        made,
        f"Made and verified {made.file} ({_size(made.size)}, {made.entries} entries on record).",
        ref=made.file,
        notes=notes,
        hints=[] if dest else [where],
    )


def _who(app: App) -> str | None:
    """Whoever acts, where that is known: a backup may well be made by a scheduler that is nobody."""
    try:
        return app.actor.username
    except DriveError:
        return None


@command(
    "list",
    examples=["drive backup list", "drive backup list /media/stick", "drive backup list --json"],
    see=["drive backup verify FILE", "drive backup restore FILE"],
)
@click.argument(
    "folder",
    type=Place(),
    required=False,
    metavar="[FOLDER]",
    help="Where to look. Without it, the backups folder beside the store.",
)
@click.pass_obj
def list_(app: App, folder: Path | None = None) -> None:
    """List the backups there are, newest first. It works whatever is wrong with the store."""
    from drivecli import backup

    backup.refuse_elsewhere(app.settings)
    where = folder.expanduser().absolute() if folder else app.settings.backups
    rows = backup.listed(where, *_now(app))
    app.out.rows(rows, backup.BackupRow, LIST, empty=f"There is no backup in {where}: drive backup create")


def _now(app: App) -> tuple[str, Any]:
    """The store's own name and where its record stands; nothing where it will not open."""
    from drivecli import anchors

    try:
        return app.store_settings()["db_id"], anchors.head(app.open_checked(write=False))
    except Exception as error:
        if not isinstance(error, DriveError) and app.refusal(error) is None:
            raise
        return "", None


@command(
    "verify",
    examples=[
        "drive backup verify drive-WS-20261129T153000Z.drivebackup",
        "drive backup verify drive-WS-20261129T153000Z.drivebackup --deep",
    ],
    see=["drive backup list", "drive help backups"],
)
@FILE
@click.option("--deep", is_flag=True, help="Also restore it into a private folder, and hold every row to the record.")
@PASSPHRASE
@click.pass_obj
def verify(app: App, file: Path, deep: bool, passphrase: str | None) -> None:
    """Check a backup; --deep restores it in private and compares.

    Ends with 7 when anything in it is not as it was written.
    """
    from drivecli import backup

    backup.refuse_elsewhere(app.settings)
    app.out.check_fields(backup.Verified)
    found = backup.verify(_path(file), _keyed(app, passphrase), deep=deep)
    how = "restored in private and compared" if deep else "the file, its pages and its record"
    app.out.done(
        found,
        f"Nothing is wrong with {file.name}: {how}, {found.rows} rows, {found.entries} entries.",
        ref=str(file),
    )


@command(
    "restore",
    examples=[
        "drive backup restore drive-WS-20261129T153000Z.drivebackup --accept-loss 3",
        "drive backup restore drive-WS-20261129T153000Z.drivebackup --accept-loss 3 --json",
    ],
    see=["drive backup list", "drive audit log --kind restore"],
)
@FILE
@click.option(
    "--accept-loss",
    type=Whole(0),
    metavar="N",
    help="How many entries of the record will be missing; it must be the number that was told.",
)
@PASSPHRASE
@click.pass_obj
def restore(app: App, file: Path, accept_loss: int | None, passphrase: str | None) -> None:
    """Put a backup in the store's place. What is there now moves aside, and nothing is overwritten.

    The backup is verified first. Whatever was recorded after it will be missing: how much is said, and nothing is done
    until that number is typed. On a new computer the passphrase or the recovery code is asked for.
    """
    from drivecli import backup
    from drivecli import restore as service

    backup.refuse_elsewhere(app.settings)
    app.out.check_fields(service.Restored)
    done = service.restore(_path(file), app.settings, _keyed(app, passphrase), accept_loss, app.login)
    app.saved = True
    notes = [f"What was there is now {done.moved}, with its key as it was."] if done.moved else []
    if done.slots:
        notes.append(
            "It opens with the passphrase or recovery code of that backup, and no longer with a later one. What opened"
            f" the store that was there is now {done.slots}."
        )
    missing = "Nothing is missing." if not done.missing else "What came after it is missing: "
    missing += f"{done.missing} {'entry' if done.missing == 1 else 'entries'}." if done.missing else ""
    app.out.done(
        done, f"Put back {file.name} of {_moment(done.created)} at {done.store}. {missing}", ref=done.store, notes=notes
    )
    app.out.hint("Next: drive doctor, then drive today" if done.is_newest else "Next: drive upgrade")


def _path(file: Path) -> Path:
    return file.expanduser().absolute()


def _keyed(app: App, passphrase: str | None) -> "Keyed":
    """How the backup may be opened: by this computer's key, or by what a person says or stdin has."""
    from drivecli.backup_file import Keyed

    may_ask = passphrase is not None or app.person_present
    return Keyed(
        own=app.read_key,
        secret=cache(lambda: secret_from_stdin(app, "passphrase or recovery code of the backup")) if may_ask else None,
        only_secret=passphrase is not None,
    )
