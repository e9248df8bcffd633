"""`drive key status|passphrase|recovery|keyring|rotate`: what opens the store, and changing that."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from drivecli.app import App
from drivecli.commandline import command
from drivecli.domain.passphrases import read_code, read_passphrase
from drivecli.errors import NotUnderstood, Refused
from drivecli.layout import Column, words
from drivecli.params import FROM_STDIN, secret_from_stdin

if TYPE_CHECKING:
    from drivecli.keys import Slots
    from drivecli.services.keys import Changed

TRIES = 3
ASKED = "New passphrase, four or five words nobody would guess together"
FORGOTTEN = (
    "Whoever forgets the passphrase loses the records. A recovery code on paper opens them too: drive key recovery"
)
COPIES = "A copy of that key file still opens the store. Destroy every copy; if one was lost: drive key rotate"
ENVIRONMENT = "DRIVE_KEY_FILE or DRIVE_KEY_COMMAND still opens the store where it is set."
OLD_COPIES = "Backups and copies made before keep the former key, and open with it: destroy them, or keep them as safe."


def _moment(said: str | None) -> str:
    return f"{datetime.fromisoformat(said).astimezone():%d %b %Y %H:%M}" if said else ""


STATUS = [
    Column("kind", "Opens with", say=words),
    Column("made", "Made", say=_moment),
    Column("until", "Until", say=_moment),
    Column("where", "Where", soft=True),
]


@command(
    "status", examples=["drive key status", "drive key status --json"], see=["drive key passphrase", "drive unlock"]
)
@click.pass_obj
def status(app: App) -> None:
    """What opens the store, and until when. Nobody is asked for anything."""
    from drivecli.services import keys as service

    service.refuse_elsewhere(app.settings, demo=True)
    found = service.openers(app.settings)
    app.out.rows(found, service.Opener, STATUS, empty="Nothing here opens the store.")
    kinds = {each.kind for each in found}
    if kinds >= {"passphrase", "key_file"} and app.settings.own_key_file.exists():
        app.out.note("The raw key file is still there, and a passphrase too. To delete it: drive key passphrase")
    elif "passphrase" in kinds and "recovery" not in kinds:
        app.out.note(FORGOTTEN)
    elif "passphrase" not in kinds and not app.settings.is_demo:
        app.out.hint("To open it with a passphrase in place of the key file: drive key passphrase")


@command(
    "passphrase",
    examples=["drive key passphrase", "drive key passphrase --passphrase -"],
    see=["drive unlock", "drive key recovery"],
)
@click.option("--passphrase", type=FROM_STDIN, metavar="-", help="The new one on stdin, for scripts.")
@click.pass_obj
def passphrase(app: App, passphrase: str | None) -> None:
    """Set or change the passphrase; it takes the place of a key file, which is deleted."""
    from drivecli.services import keys as service

    key = _key(app)
    new = read_passphrase(secret_from_stdin(app, "passphrase")) if passphrase else _asked_twice(app)
    changed = service.set_passphrase(app.settings, key, new)
    gone = f" The key file {changed.removed} is deleted." if changed.removed else ""
    notes = [COPIES] if changed.removed else []
    notes += [FORGOTTEN] if "recovery" not in changed.opens_with else []
    notes += [ENVIRONMENT] if app.settings.key_file or app.settings.key_command else []
    said = f"The store opens with the new passphrase.{gone}"
    app.out.done(changed, said, ref=changed.store, notes=notes, hints=["Next: drive unlock   asks once an hour"])


@command(
    "recovery",
    examples=["drive key recovery", "drive key recovery --json"],
    see=["drive key passphrase", "drive key status"],
)
@click.pass_obj
def recovery(app: App) -> None:
    """Make a recovery code to keep on paper. It is shown once, and an earlier one opens nothing any more."""
    from drivecli.services import keys as service

    key = _key(app)
    changed = service.set_recovery(app.settings, key, _code_on_paper(app))
    _say(app, changed, "The store opens with this recovery code, and with no earlier one.")


@command(
    "keyring", examples=["drive key keyring", "drive key keyring --remove"], see=["drive key status", "drive unlock"]
)
@click.option("--remove", is_flag=True, help="Let it open the store no longer.")
@click.pass_obj
def keyring(app: App, remove: bool) -> None:
    """Let this computer's keyring open the store: whoever is logged in as you is then not asked."""
    from drivecli.services import keys as service

    key = _key(app)
    if remove:
        said, changed = "The keyring opens the store no longer.", service.remove_keyring(app.settings, key)
    else:
        said, changed = "The keyring of this computer opens the store.", service.set_keyring(app.settings, key)
    _say(app, changed, said)


@command("rotate", examples=["drive key rotate", "drive key rotate --json"], see=["drive key status", "drive doctor"])
@click.pass_obj
def rotate(app: App) -> None:
    """Encrypt the store under a new key, after a leak. The passphrase stays; a new recovery code is made."""
    from drivecli import keys
    from drivecli.services import keys as service

    _refuse(app)
    if app.settings.key_command:
        raise Refused(
            "DRIVE_KEY_COMMAND gives this store's key, and a new one cannot be put there. Nothing was changed.",
            next="Unset it, and name a key file in DRIVE_KEY_FILE",
        )
    if service.is_cut_short(app.settings):
        _say(app, service.finish(app.settings, _both(app)), "The change of the key is finished.", [OLD_COPIES])
        return
    slots = keys.read_slots(app.settings)
    key, typed, code = "", "", ""
    if slots and slots.of(keys.PASSPHRASE):
        key, typed = _by_passphrase(app, slots.without(keys.RECOVERY))
    key = key or app.read_key()
    app.key_is(key)
    _record(app)
    app.close()
    code = _code_on_paper(app) if slots and slots.slots else ""
    changed = service.rotate(app.settings, key, typed, code)
    lost = slots is not None and slots.of(keys.KEYRING) and "keyring" not in changed.opens_with
    notes = [OLD_COPIES, *(["The keyring did not answer: drive key keyring"] if lost else [])]
    _say(app, changed, "The store is encrypted under a new key; the former one opens it no longer.", notes)


def _say(app: App, changed: "Changed", said: str, notes: list[str] | None = None) -> None:
    app.out.done(changed, said, ref=changed.store, notes=notes or [])


def _refuse(app: App) -> None:
    from drivecli.services import keys as service

    service.refuse_elsewhere(app.settings)
    app.out.check_fields(service.Changed)


def _key(app: App) -> str:
    """The key of the store, which something else is to open too."""
    _refuse(app)
    key = app.read_key()
    _record(app)
    app.close()
    return key


def _record(app: App) -> None:
    """Write down that what opens the store is about to be changed, by whoever is known to act here."""
    try:
        worker = app.actor.username
    except Refused:
        worker = None
    app.put_on_record("key", worker)


# -- asking ------------------------------------------------------------------------------------------------------------


def _must_be_present(app: App, what: str, then: str = "") -> None:
    if not app.person_present:
        raise NotUnderstood(f"{what} (running without a terminal, so not asking).", next=then)


def _secret(app: App, question: str) -> str:
    from drivecli import prompts

    return prompts.secret(question, accessible=app.accessible)


def _asked_twice(app: App) -> str:
    """A new passphrase, typed twice alike."""
    _must_be_present(app, "Missing the new passphrase", "drive key passphrase --passphrase -")
    for _ in range(TRIES):
        try:
            new = read_passphrase(_secret(app, ASKED))
        except NotUnderstood as error:
            app.out.warn(error.message, wrap=True)
            continue
        if read_passphrase(_secret(app, "The same again")) == new:
            return new
        app.out.warn("The two are not the same.")
    raise NotUnderstood("No passphrase was set. Nothing was changed.", next="drive key passphrase")


def _code_on_paper(app: App) -> str:
    """A new recovery code, shown once and typed back once, so that it is known to be on paper."""
    from drivecli import prompts
    from drivecli.services import keys as service

    _must_be_present(app, "A recovery code is shown on a screen and typed back")
    code = service.new_code()
    app.out.warn(f"The recovery code. Write it down on paper; it is not shown again:\n\n    {code}\n")
    for _ in range(TRIES):
        if read_code(prompts.text("Type it from the paper:", accessible=app.accessible)) == code:
            return code
        app.out.warn("That is not the code above.")
    raise NotUnderstood("The code was not typed back, so it opens nothing. Nothing was changed.")


def _by_passphrase(app: App, slots: "Slots") -> tuple[str, str]:
    """The key, and the passphrase that opens it, which is to open the new key too."""
    from drivecli import keys

    _must_be_present(app, "Missing the passphrase")
    typed: list[str] = []

    def ask(question: str) -> str:
        typed.append(_secret(app, question.replace(" or recovery code", "")))
        return typed[-1]

    (key,) = keys.ask_for_key(slots, ask)
    return key, typed[-1]


def _both(app: App) -> list[str]:
    """The new key and the former, of a change that was cut short: from the key file, or by what a person knows."""
    from drivecli import keys
    from drivecli.services import keys as service

    slots = keys.read_slots(app.settings)
    if slots is None or not slots.former:
        return service.both_in_a_file(app.settings)
    _must_be_present(app, "Missing the passphrase")
    return keys.ask_for_key(slots, lambda question: _secret(app, question))
