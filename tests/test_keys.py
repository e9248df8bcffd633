"""Shows what a store's key withstands: a guess, a tampered or swapped slot, any flipped bit, and kill -9 at any moment.

What a person types is in commands/test_key.py.
"""

import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from forks import Forked

from drivecli import db, keys
from drivecli.domain.passphrases import CODE_BITS, is_like_code, read_code, read_passphrase, write_code
from drivecli.errors import NotUnderstood, StoreUnusable
from drivecli.keys import PASSPHRASE, RECOVERY, Slots
from drivecli.services import keys as service
from drivecli.settings import is_in_memory

WRITTEN = (Path(__file__).parent / "data" / "keys.slots").read_bytes()
"""Slots as the first drive that had them wrote them: what is here must open for ever. They cost little to try."""

KEY, WORDS, CODE = "11" * 32, "correct horse battery staple", "J6HB-704H-MASR-14D2-PE09-38NK-G2ND"
CHEAP = {"memory_kib": 64, "passes": 1, "lanes": 1}


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots that are made cost little, so that tests are quick."""
    monkeypatch.setattr(keys, "COST", CHEAP)


# -- slots, as they were written ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secret", [WORDS, f"  {WORDS}\n", CODE, CODE.lower().replace("-", " "), CODE.replace("0", "O").replace("1", "l")]
)
def test_what_was_written_opens_by_passphrase_and_by_recovery_code(secret: str) -> None:
    assert keys.open_slots(WRITTEN, secret) == KEY


@pytest.mark.parametrize("secret", ["", WORDS.upper(), WORDS[:-1], CODE[:-1], CODE.replace("J6HB", "J6HC"), KEY])
def test_nothing_else_opens_it(secret: str) -> None:
    with pytest.raises(StoreUnusable) as refused:
        keys.open_slots(WRITTEN, secret)

    assert refused.value.kind == "wrong_key"


def edited(change: Callable[[Any], object]) -> bytes:
    """The slots with something changed by somebody who also makes the checksum anew."""
    said = json.loads(WRITTEN)
    del said["sha256"]
    change(said["slots"][0])
    whole = {**said, "sha256": sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}
    return (json.dumps(whole, indent=1) + "\n").encode()


TAMPERED: dict[str, Callable[[Any], object]] = {
    "cheaper in memory": lambda slot: slot.update(memory_kib=8),
    "dearer": lambda slot: slot.update(memory_kib=128),
    "passes": lambda slot: slot.update(passes=2),
    "lanes": lambda slot: slot.update(lanes=2),
    "cost in another form": lambda slot: slot.update(memory_kib=64.0),
    "salt": lambda slot: slot.update(salt="00" * 16),
    "another way to derive": lambda slot: slot.update(kdf="pbkdf2"),
    "id": lambda slot: slot.update(id="00" * 8),
    "when it was made": lambda slot: slot.update(made="2026-01-01T00:00:00+00:00"),
    "something more": lambda slot: slot.update(more=1),
    "something less": lambda slot: slot.pop("made"),
    "nonce": lambda slot: slot.update(nonce="00" * 12),
    "wrapped key": lambda slot: slot.update(wrapped=slot["wrapped"][:-2] + "00"),
    "wrapped key cut": lambda slot: slot.update(wrapped=slot["wrapped"][:-2]),
    "no cost at all": lambda slot: slot.update(memory_kib=0),
    "more than any computer has": lambda slot: slot.update(memory_kib=1 << 40),
    "cost that is no number": lambda slot: slot.update(passes="three"),
}


@pytest.mark.parametrize("tampered", TAMPERED)
def test_a_slot_of_which_anything_was_changed_opens_no_more(tampered: str) -> None:
    data = edited(TAMPERED[tampered])

    assert Slots.read(data, "it").opened_by(WORDS) == []
    assert Slots.read(data, "it").opened_by(CODE) == [KEY]


def test_the_editing_itself_spoils_nothing() -> None:
    assert edited(lambda slot: None) == WRITTEN


def test_a_slot_opens_in_no_other_store_and_as_no_other_kind(cheap) -> None:
    slots = Slots("0" * 32).with_secret(PASSPHRASE, WORDS, KEY).with_secret(RECOVERY, CODE, KEY)
    passphrase, recovery = slots.slots

    elsewhere = Slots("f" * 32, slots.slots)
    as_another = Slots(slots.db, ({**passphrase, "kind": RECOVERY}, {**recovery, "kind": PASSPHRASE}))
    exchanged = Slots(slots.db, ({**passphrase, "wrapped": recovery["wrapped"]},))

    assert slots.opened_by(WORDS) == slots.opened_by(CODE) == [KEY]
    for swapped in (elsewhere, as_another, exchanged):
        assert swapped.opened_by(WORDS) == swapped.opened_by(CODE) == []


def flipped(data: bytes) -> Iterator[bytes]:
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def test_every_flipped_bit_in_the_slots_is_noticed() -> None:
    passed, taken_by_json = [], 0
    for data in flipped(WRITTEN):
        with suppress(StoreUnusable):
            passed.append(Slots.read(data, "it"))
        with suppress(ValueError):
            json.loads(data)
            taken_by_json += 1

    assert passed == []
    assert taken_by_json > len(WRITTEN)  # the control: what only reads the file takes many of them for good


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", WRITTEN[:-1], WRITTEN + b"\n", b"[" * 100_000, WRITTEN.replace(b": 1,", b": 2,")],
)
def test_what_are_no_slots_is_told(data: bytes) -> None:
    with pytest.raises(StoreUnusable) as refused:
        Slots.read(data, "it")

    assert refused.value.next


def test_every_flipped_bit_in_a_key_file_is_noticed(drive_file) -> None:
    path = drive_file.settings.own_key_file
    written = path.read_bytes()
    key = keys.read_key_file(path)

    taken_for_the_key = []
    for data in flipped(written):
        path.write_bytes(data)
        with suppress(StoreUnusable):
            if keys.read_key_file(path) == key:
                taken_for_the_key.append(data)

    assert taken_for_the_key == []


def test_the_program_that_gives_a_key_is_not_told_where_one_is(drive_file, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVE_KEY_FILE", "/stick/drive.key")
    tells = f"import os; print('{KEY}' if 'PATH' in os.environ and 'DRIVE_KEY_FILE' not in os.environ else 'told')"
    settings = replace(drive_file.settings, key_file=None, key_command=shlex.join([sys.executable, "-c", tells]))

    assert keys.read_key(settings) == KEY


# -- slots, as they are made -------------------------------------------------------------------------------------------


def test_a_new_slot_costs_what_it_must_and_no_two_are_alike() -> None:
    slots = Slots("0" * 32).with_secret(PASSPHRASE, WORDS, KEY).with_secret(RECOVERY, CODE, KEY)

    first, second = slots.slots
    for slot in (first, second):
        assert (slot["kdf"], slot["memory_kib"], slot["passes"], slot["lanes"]) == ("argon2id", 65536, 3, 4)
    assert len({each[name] for each in (first, second) for name in ("id", "salt", "nonce", "wrapped")}) == 8
    assert KEY not in slots.write().decode()
    assert Slots.read(slots.write(), "it").opened_by(WORDS) == [KEY]


def test_there_is_one_slot_of_a_kind_and_a_backup_has_none_of_the_keyring(cheap) -> None:
    slots = Slots("0" * 32).with_secret(PASSPHRASE, WORDS, KEY).with_secret(PASSPHRASE, "other words entirely", KEY)
    with_keyring = Slots(slots.db, (*slots.slots, {"kind": "keyring", "id": "0", "made": "today"}))

    assert slots.opened_by(WORDS) == []
    assert slots.opened_by("other words entirely") == [KEY]
    assert with_keyring.without_keyring() == slots.write()


def test_the_former_key_is_there_only_for_whoever_has_the_new_one(cheap) -> None:
    slots = Slots("0" * 32).with_secret(PASSPHRASE, WORDS, KEY).with_former("22" * 32, KEY)

    assert Slots.read(slots.write(), "it").opened_by(WORDS) == [KEY, "22" * 32]
    assert keys.open_slots(slots.write(), WORDS) == KEY
    assert keys.open_slots(slots.write(), WORDS, lambda key: key.startswith("22")) == "22" * 32


# -- passphrases and codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [WORDS, "vier Wörter für jetzt", "12345678901234", "a" * 13 + "b"])
def test_a_passphrase_is_kept_as_it_was_typed(words: str) -> None:
    assert read_passphrase(f" {words} ") == words


@pytest.mark.parametrize(
    "words", ["", "too short", "a" * 40, "abcabcabcabcabcab", "Pass word pass word", "        x       "]
)
def test_a_passphrase_that_is_found_by_trying_is_refused(words: str) -> None:
    with pytest.raises(NotUnderstood, match="four or five words nobody would guess together"):
        read_passphrase(words)


def test_an_accent_is_the_same_however_a_keyboard_makes_it() -> None:
    assert read_passphrase("cafe\u0301 au lait noir") == read_passphrase("caf\u00e9 au lait noir")


def test_a_code_is_what_it_was_and_a_slip_is_noticed() -> None:
    random, slips = Random(5), 0
    for _ in range(200):
        code = write_code(random.getrandbits(CODE_BITS))
        assert read_code(code) == read_code(code.lower().replace("-", "")) == code
        at = random.choice([at for at, sign in enumerate(code) if sign != "-"])
        wrong = code[:at] + random.choice([sign for sign in "23456789ABC" if sign != code[at]]) + code[at + 1 :]
        assert is_like_code(wrong)
        slips += read_code(wrong) is None

    assert slips >= 198
    assert write_code(2**CODE_BITS - 1).startswith("ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ")


def test_what_is_in_memory_alone_is_known() -> None:
    if not sys.platform.startswith("linux") or not os.path.ismount("/dev/shm"):
        pytest.skip("needs a folder in memory")

    assert is_in_memory(Path("/dev/shm/drive"))
    assert not is_in_memory(Path("/proc/self"))


# -- kill -9 while the key is changed ----------------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that are forked and killed")
CRASHER = Path(__file__).parent / "key_crasher.py"


@dataclass
class Crasher:
    """Where keys are changed to be stopped. `took` is how long a change takes when nobody stops it."""

    process: Any
    took: float = 0.0

    def change(self, passphrase: str, code: str, part: float | None = None) -> None:
        """Change the key; stop it once a part of the time that it takes has gone by."""
        self.process.stdin.write(json.dumps([passphrase, code]) + "\n")
        self.process.stdin.flush()
        began = 0.0
        while (words := self.process.stdout.readline().strip()) != "gone":
            assert words, "the crasher itself ended"
            if words.startswith("begins"):
                began = time.perf_counter()
                if part is not None:
                    time.sleep(part * self.took)
                    os.kill(int(words.split()[1]), signal.SIGKILL)
            elif part is None:
                self.took = time.perf_counter() - began


@contextmanager
def crasher(drive, *argv: str) -> Iterator[Crasher]:
    drive.close()
    with Forked(drive.environ(), program=[CRASHER, *argv]) as process:
        assert process.stdout.readline() == "ready\n"
        yield Crasher(process)


@pytest.fixture
def with_words(drive_file, cheap):
    """A store that opens with a passphrase and a recovery code, with something in it."""
    for _ in range(5):
        drive_file.open_case()
    settings = drive_file.settings
    key = keys.read_key(settings)
    service.set_recovery(settings, key, CODE)
    service.set_passphrase(settings, key, WORDS)
    return drive_file


def opens(drive, found: list[str]) -> bool:
    """Whether one of these keys opens the store, and all is in it."""
    settings = drive.settings
    fits = [key for key in found if db.fits(settings.store, key)]
    if not fits:
        return False
    connection = db.open_store(settings.store, lambda: fits[0])
    cases = connection.value("SELECT COUNT(*) FROM case_record")
    connection.close()
    return cases == 5


@needs_fork
def test_a_change_of_the_key_that_is_killed_leaves_what_opens_by_the_old_or_the_new(with_words) -> None:
    random, code, cut_short, lost = Random(60), CODE, 0, []
    settings = with_words.settings
    with crasher(with_words) as changing:
        changing.change(WORDS, code)
        for at in range(40):
            new = write_code(random.getrandbits(CODE_BITS))
            changing.change(WORDS, new, random.random() * 1.1)
            slots = keys.read_slots(settings)
            by_words, by_codes = slots.opened_by(WORDS), [*slots.opened_by(code), *slots.opened_by(new)]
            if not opens(with_words, by_words) or not opens(with_words, by_codes):
                lost.append(at)
            code = new if slots.opened_by(new) else code
            if service.is_cut_short(settings):
                cut_short += 1
                service.finish(settings, by_words)
            assert not service.is_cut_short(settings)

    assert lost == []
    assert cut_short >= 3
    assert {path.name for path in settings.slots_file.parent.iterdir()} <= {"drive.slots", ".drive.slots.new"}


@needs_fork
def test_the_same_of_a_store_with_a_key_file(drive_file, cheap) -> None:
    for _ in range(5):
        drive_file.open_case()
    settings = drive_file.settings
    random, cut_short, lost, seen = Random(20), 0, [], {keys.read_key(settings)}
    with crasher(drive_file) as changing:
        changing.change("", "")
        for at in range(20):
            changing.change("", "", random.random() * 1.1)
            found = keys.read_key_file(settings.own_key_file)
            if not opens(drive_file, found) or drive_file("case list").code != 0:
                lost.append(at)
            if service.is_cut_short(settings):
                cut_short += 1
                assert drive_file("key rotate").code == 0
            seen |= set(keys.read_key_file(settings.own_key_file))

    assert lost == []
    assert cut_short >= 2
    assert len(seen) > 3
    assert {path.name for path in settings.slots_file.parent.iterdir()} <= {"drive.key", ".drive.key.new"}


@needs_fork
def test_without_the_former_key_a_kill_can_lose_the_store(with_words, tmp_path: Path) -> None:
    """The control: it is the former key that saves it."""
    with_words.close()
    kept, home = tmp_path / "kept", with_words.home
    shutil.copytree(home, kept)
    random, lost = Random(61), 0
    with crasher(with_words, "careless") as changing:
        changing.change(WORDS, CODE)
        for _ in range(60):
            shutil.rmtree(home)
            shutil.copytree(kept, home)
            changing.change(WORDS, CODE, random.random())
            lost += not opens(with_words, keys.read_slots(with_words.settings).opened_by(WORDS))
            if lost:
                break

    assert lost
