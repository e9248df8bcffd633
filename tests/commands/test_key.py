"""What opens a store: `drive key`, `drive unlock`, `drive lock`, as they are typed. What slots withstand: test_keys.

A secret is typed in a real pseudo-terminal, or comes on stdin; it never stands on a line.
"""

import json
import os
import re
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from screens import Screen

from drivecli import db, keys

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal, and the rights of POSIX")

WORDS, OTHERS, ENTER = "correct horse battery staple", "seven quiet grey herons", "\r"
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){6}\b")
LOCKED = "The store is locked: it opens with a passphrase.\ndrive unlock\n"
CHEAP = {"memory_kib": 64, "passes": 1, "lanes": 1}
ALL = ["status", "passphrase", "recovery", "keyring", "keyring --remove", "rotate"]


@pytest.fixture
def keyed(drive_file, monkeypatch: pytest.MonkeyPatch):
    """A store with a case in it that opens with its key file. Slots made in this process cost little."""
    monkeypatch.setattr(keys, "COST", CHEAP)
    drive_file.open_case()
    drive_file.close()
    return drive_file


@pytest.fixture
def locked(keyed):
    """The same once a passphrase took the key file's place, and nobody unlocked it."""
    keyed("key passphrase --passphrase -", stdin=WORDS, ok=True)
    return keyed


@pytest.fixture
def unlocked(locked):
    """The same, unlocked."""
    locked("unlock --passphrase -", stdin=WORDS, ok=True)
    return locked


def kinds(drive) -> list[str]:
    """What opens the store, in the order in which it is tried."""
    return [each["kind"] for each in drive("key status --json", ok=True).json]


def refs(drive, **how) -> list[str]:
    return [case["ref"] for case in drive("case list --json", ok=True, **how).json]


# -- a passphrase in place of the key file -----------------------------------------------------------------------------


def test_a_passphrase_takes_the_place_of_the_key_file(keyed) -> None:
    path, key = keyed.settings.own_key_file, keyed.settings.own_key_file.read_text().strip()

    result = keyed("key passphrase --passphrase -", stdin=f"{WORDS}\n")

    assert result.code == 0
    assert result.out == f"The store opens with the new passphrase. The key file {path} is deleted.\n"
    assert "A copy of that key file still opens the store." in result.err
    assert "A recovery code on paper opens them too: drive key recovery" in result.err
    assert result.err.endswith("Next: drive unlock   asks once an hour\n")
    assert kinds(keyed) == ["passphrase"]
    left = [path for path in keyed.home.rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert left == []


@posix
def test_the_slots_lie_apart_from_the_data_and_only_this_user_may_read_them(locked) -> None:
    slots = locked.settings.slots_file

    assert slots == locked.home / "config" / "keys" / "drive.slots"
    assert oct(slots.stat().st_mode & 0o777) == "0o600"
    assert oct(slots.parent.stat().st_mode & 0o777) == "0o700"
    assert json.loads(slots.read_text())["db"] == _setting(locked, "db_id")


def _setting(drive, name: str) -> str:
    drive("unlock --passphrase -", stdin=WORDS, ok=True)
    return drive.db().value("SELECT value FROM setting WHERE key = :name", name=name)


def test_a_locked_store_says_how_it_opens(locked) -> None:
    for line in ("caseload", "case show 1", "contact log 1 --mode phone --outcome held", "key recovery"):
        result = locked(line)
        assert (result.code, result.out, result.err) == (5, "", LOCKED)
    assert locked("caseload --json").error["kind"] == "no_key"


def test_unlocked_it_opens_until_it_is_locked(locked) -> None:
    opened = locked("unlock --passphrase -", stdin=f"{WORDS}\n", ok=True)
    during = refs(locked)
    closed = locked("lock", ok=True)

    assert re.match(r"Unlocked until \d\d:\d\d, and an hour longer by each use\. ", opened.out)
    assert during == ["WS-0001"]
    assert closed.out == "Locked.\n"
    assert locked("case list").err == LOCKED
    assert locked("lock", ok=True).out == "It was not unlocked.\n"


def test_another_passphrase_opens_nothing(locked) -> None:
    result = locked("unlock --passphrase -", stdin=WORDS.upper())

    assert (result.code, result.out) == (5, "")
    assert result.err == "That is neither the passphrase nor the recovery code.\ndrive unlock\n"
    assert kinds(locked) == ["passphrase"]


def test_a_new_passphrase_takes_the_place_of_the_old(unlocked) -> None:
    unlocked("key passphrase --passphrase -", stdin=OTHERS, ok=True)
    unlocked("lock", ok=True)

    assert unlocked("unlock --passphrase -", stdin=WORDS).code == 5
    assert unlocked("unlock --passphrase -", stdin=OTHERS).code == 0
    assert refs(unlocked) == ["WS-0001"]


@pytest.mark.parametrize("words", ["short", "abcabcabcabcabcabc"])
def test_a_passphrase_that_is_found_by_trying_changes_nothing(keyed, words: str) -> None:
    result = keyed("key passphrase --passphrase -", stdin=words)

    assert (result.code, result.out) == (2, "")
    assert "four or five words nobody would guess together" in result.err
    assert kinds(keyed) == ["key_file"]


@pytest.mark.parametrize("line", ["unlock --passphrase", "key passphrase --passphrase"])
def test_a_passphrase_is_never_taken_from_the_line_and_never_said_again(locked, line: str) -> None:
    result = locked([*line.split(), WORDS])

    assert (result.code, result.out) == (2, "")
    assert "it is never typed on the line, where others can see it" in result.err
    assert WORDS not in result.err


def test_a_slot_that_does_not_open_the_store_costs_nothing(keyed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys.Slots, "opened_by", lambda slots, secret: ["00" * 32])

    result = keyed("key passphrase --passphrase -", stdin=WORDS)

    assert result.code == 5
    assert "does not open the store. Nothing was changed." in result.err
    assert not keyed.settings.slots_file.exists()
    assert refs(keyed) == ["WS-0001"]


def test_damaged_slots_are_told_and_a_session_mends_them(unlocked) -> None:
    path = unlocked.settings.slots_file
    path.write_bytes(path.read_bytes().replace(b"passphrase", b"passphrasf"))

    read, shown = refs(unlocked), unlocked("key status")
    mended = unlocked("key passphrase --passphrase -", stdin=OTHERS)
    unlocked("lock")

    assert read == ["WS-0001"]
    assert (shown.code, mended.code) == (5, 0)
    assert f"{path} is damaged" in shown.err
    assert unlocked("unlock --passphrase -", stdin=OTHERS).code == 0


def test_slots_of_another_store_are_not_written_over(keyed, tmp_path: Path) -> None:
    other = keyed.another(tmp_path / "other")
    other("init --name Sam --username sam --role admin", ok=True)
    other("key passphrase --passphrase -", stdin=OTHERS, ok=True)
    foreign = other.settings.slots_file.read_bytes()
    keyed.settings.slots_file.write_bytes(foreign)

    result = keyed(
        "key passphrase --passphrase -", stdin=WORDS, env={"DRIVE_KEY_FILE": str(keyed.settings.own_key_file)}
    )

    assert result.code == 3
    assert "is of another store of the same name. Nothing was changed." in result.err
    assert keyed.settings.slots_file.read_bytes() == foreign
    assert keyed("unlock --passphrase -", stdin=OTHERS).err.startswith("The key does not fit this store.\n")


def test_no_store_is_started_where_slots_of_a_lost_one_lie(locked) -> None:
    locked.settings.store.path.unlink()

    result = locked("init --name Sam --username sam --role team_lead")

    assert result.code == 3
    assert f"{locked.settings.slots_file} opens a store of this name, which is not here." in result.err


# -- a session ---------------------------------------------------------------------------------------------------------


def session(drive) -> Path:
    return keys.session_file(drive.settings)


@posix
def test_a_session_is_this_user_s_alone_and_in_the_runtime_folder(unlocked) -> None:
    path = session(unlocked)

    assert path.parent == unlocked.home / "run"
    assert [oct(each.stat().st_mode & 0o777) for each in (path, path.parent)] == ["0o600", "0o700"]


def test_the_runtime_folder_of_the_system_is_used_where_there_is_one(locked, tmp_path: Path) -> None:
    around = {"XDG_RUNTIME_DIR": str(tmp_path)}

    locked("unlock --passphrase -", stdin=WORDS, env=around, ok=True)

    assert [path.parent for path in tmp_path.rglob("*.session")] == [tmp_path / "drive"]
    assert refs(locked, env=around) == ["WS-0001"]
    assert locked("case list").err == LOCKED


def test_where_the_key_would_reach_a_disk_is_said(locked, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {}
    for memory in (False, True):
        monkeypatch.setattr("drivecli.services.keys.is_in_memory", lambda folder, memory=memory: memory)
        said[memory] = locked("unlock --passphrase -", stdin=WORDS, ok=True).err

    assert "which is not known to be in memory alone" in said[False]
    assert said[True] == ""


def test_each_use_makes_the_hour_anew(unlocked) -> None:
    half = time.time() - 1800
    os.utime(session(unlocked), (half, half))

    refs(unlocked)

    assert session(unlocked).stat().st_mtime > half + 1000
    until = datetime.fromisoformat(unlocked("key status --json").json[0]["until"]).timestamp()
    assert 3500 < until - time.time() <= 3601


def test_to_look_at_what_opens_the_store_is_no_use_of_it(unlocked) -> None:
    half = time.time() - 1800
    os.utime(session(unlocked), (half, half))

    assert kinds(unlocked) == ["session", "passphrase"]

    assert session(unlocked).stat().st_mtime == pytest.approx(half, abs=1)


def idle_for_an_hour(path: Path) -> None:
    os.utime(path, (time.time() - 3601, time.time() - 3601))


def begun_a_shift_ago(path: Path) -> None:
    path.write_text("\n".join([str(time.time() - 36001), *path.read_text().split("\n")[1:]]))


def begun_tomorrow(path: Path) -> None:
    path.write_text("\n".join([str(time.time() + 86400), *path.read_text().split("\n")[1:]]))


def of_another_store(path: Path) -> None:
    path.write_text(path.read_text() + "-other")


def read_by_others(path: Path) -> None:
    path.chmod(0o640)


def cut(path: Path) -> None:
    path.write_text(path.read_text()[:60])


def empty(path: Path) -> None:
    path.write_text("")


@posix
@pytest.mark.parametrize(
    "spoil", [idle_for_an_hour, begun_a_shift_ago, begun_tomorrow, of_another_store, read_by_others, cut, empty]
)
def test_a_session_that_must_not_serve_is_not_used_and_is_removed(unlocked, spoil) -> None:
    spoil(session(unlocked))

    result = unlocked("case list")

    assert (result.code, result.err) == (5, LOCKED)
    assert not session(unlocked).exists()


@posix
def test_a_link_to_a_session_is_not_followed(unlocked, tmp_path: Path) -> None:
    elsewhere = session(unlocked).rename(tmp_path / "elsewhere")
    session(unlocked).symlink_to(elsewhere)

    assert unlocked("case list").err == LOCKED
    assert elsewhere.exists()


def test_a_session_of_a_key_that_was_changed_meanwhile_is_let_go(unlocked) -> None:
    held = session(unlocked).read_text().split("\n")
    session(unlocked).write_text("\n".join([held[0], "00" * 32, held[2]]))

    assert unlocked("case list").err == LOCKED
    assert not session(unlocked).exists()


def test_a_store_that_opens_with_its_key_file_needs_no_unlocking(keyed) -> None:
    result = keyed("unlock --passphrase -", stdin=WORDS)

    assert result.code == 3
    assert result.err.startswith("This store opens with its key file: there is nothing to unlock.\n")


def test_without_a_terminal_nobody_is_asked(locked) -> None:
    for line, said in (("unlock", "Missing the passphrase"), ("key passphrase", "The store is locked")):
        assert locked(line).err.startswith(said)
    assert locked("unlock --passphrase -", stdin="").code == 2


# -- at a terminal -----------------------------------------------------------------------------------------------------


@posix
def test_a_passphrase_is_asked_for_twice_and_shown_never(keyed) -> None:
    screen = Screen(keyed, "key passphrase").answer(
        ("New passphrase", "short" + ENTER),
        ("at least 14 letters", ""),
        ("New passphrase", WORDS + ENTER),
        ("The same again", OTHERS + ENTER),
        ("The two are not the same.", ""),
        ("New passphrase", WORDS + ENTER),
        ("The same again", WORDS + ENTER),
    )

    assert screen.end() == 0, screen.text
    assert "The store opens with the new passphrase." in screen.text
    assert "horse" not in screen.text
    assert keyed("unlock --passphrase -", stdin=WORDS).code == 0


@posix
def test_a_command_on_a_locked_store_asks_and_goes_on(locked) -> None:
    screen = Screen(locked, "case list").answer(
        ("Passphrase or recovery code (drive unlock asks once an hour):", "not this one" + ENTER),
        ("That does not open it. Passphrase or recovery code", WORDS + ENTER),
    )

    assert screen.end() == 0, screen.text
    assert "WS-0001" in screen.text
    assert kinds(locked) == ["passphrase"]


@posix
def test_after_three_tries_it_stops_and_asks_no_more_for_the_words_of_the_line(locked) -> None:
    line = "contact log 1 --mode phone --outcome held --note 'what was said'"
    screen = Screen(locked, line).answer(*[("Passphrase or recovery code", "not this one" + ENTER)] * 3)

    assert screen.end() == 5, screen.text
    assert "That is neither the passphrase nor the recovery code." in screen.text
    assert "Here they are:\nwhat was said\n" in screen.text


@posix
def test_ctrl_c_at_the_question_leaves(locked) -> None:
    screen = Screen(locked, "case list").answer(("Passphrase or recovery code", "\x03"))

    assert screen.end() == 130, screen.text
    assert "Stopped. Nothing was saved." in screen.text


@posix
@pytest.mark.parametrize(
    "line", ["help urgent", "case open --help", "help contact log", "key status", "--no-input case list"]
)
def test_help_and_a_line_that_may_not_ask_never_stop_at_a_question(locked, line: str) -> None:
    screen = Screen(locked, line)

    assert screen.end() == (5 if "no-input" in line else 0), screen.text
    assert "Passphrase or" not in screen.text


@posix
def test_somebody_who_hears_the_screen_is_asked_line_by_line(locked) -> None:
    screen = Screen(locked, "unlock", DRIVE_ACCESSIBLE="1").answer(("Passphrase or recovery code: ", f"{WORDS}\n"))

    assert screen.end() == 0, screen.text
    assert "Unlocked until" in screen.text
    assert "horse" not in screen.text
    assert refs(locked) == ["WS-0001"]


@posix
def test_locking_clears_the_screen_where_there_is_one(unlocked) -> None:
    screen = Screen(unlocked, "lock")

    assert screen.end() == 0
    assert "\x1b[H\x1b[2J\x1b[3J" in screen.seen
    assert "\x1b" not in unlocked("lock").out


# -- a recovery code ---------------------------------------------------------------------------------------------------


def recovery(drive) -> str:
    """Make a recovery code at a terminal, and type it back in small letters."""
    screen = Screen(drive, "key recovery")
    code = screen.shown(CODE.pattern)
    screen.answer(("Type it from the paper:", code.replace("A", "B", 1).replace("2", "3", 1)[:-1] + ENTER))
    screen.answer(("That is not the code above.", ""), ("Type it from the paper:", code.lower() + ENTER))
    assert screen.end() == 0, screen.text
    assert "The store opens with this recovery code, and with no earlier one." in screen.text
    return code


@posix
def test_a_recovery_code_opens_the_store_and_the_next_one_takes_its_place(unlocked) -> None:
    first = recovery(unlocked)
    second = recovery(unlocked)
    unlocked("lock")

    assert unlocked("unlock --passphrase -", stdin=first).code == 5
    assert unlocked("unlock --passphrase -", stdin=f"{second.replace('-', ' ')}\n").code == 0
    assert kinds(unlocked) == ["session", "passphrase", "recovery"]
    assert keys.open_slots(unlocked.settings.slots_file.read_bytes(), second) == keys.read_key(unlocked.settings)


@posix
def test_with_a_recovery_code_a_lost_key_file_is_no_lost_store(keyed) -> None:
    code = recovery(keyed)
    before = refs(keyed)
    keyed.settings.own_key_file.unlink()

    assert before == ["WS-0001"]
    assert keyed("case list").code == 5
    assert keyed("unlock --passphrase -", stdin=code).code == 0
    assert refs(keyed) == ["WS-0001"]


@posix
def test_a_code_that_is_not_typed_back_opens_nothing(unlocked) -> None:
    before = unlocked.settings.slots_file.read_bytes()
    screen = Screen(unlocked, "key recovery").answer(*[("Type it from the paper:", "nothing" + ENTER)] * 3)

    assert screen.end() == 2, screen.text
    assert unlocked.settings.slots_file.read_bytes() == before


def test_a_recovery_code_is_not_made_where_nobody_reads_it(keyed) -> None:
    result = keyed("key recovery")

    assert (result.code, result.out) == (2, "")
    assert not CODE.search(result.err)


# -- a new key ---------------------------------------------------------------------------------------------------------


def test_a_store_with_a_key_file_gets_a_new_key_and_a_new_file(keyed) -> None:
    path = keyed.settings.own_key_file
    former = path.read_text()

    result = keyed("key rotate", ok=True)

    assert result.out == "The store is encrypted under a new key; the former one opens it no longer.\n"
    assert "Backups and copies made before keep the former key" in result.err
    assert path.read_text() != former
    assert refs(keyed) == ["WS-0001"]
    path.write_text(former)
    assert keyed("case list").err.startswith("The key does not fit this store.\n")


def test_the_key_file_that_drive_key_file_names_is_changed_with_the_store_s_own(keyed, tmp_path: Path) -> None:
    elsewhere = tmp_path / "stick.key"
    elsewhere.touch(mode=0o600)
    elsewhere.write_bytes(keyed.settings.own_key_file.read_bytes())

    keyed("key rotate", env={"DRIVE_KEY_FILE": str(elsewhere)}, ok=True)

    assert refs(keyed) == refs(keyed, env={"DRIVE_KEY_FILE": str(elsewhere)}) == ["WS-0001"]


@posix
def test_a_new_key_keeps_the_passphrase_and_brings_a_new_recovery_code(unlocked) -> None:
    former, first = keys.read_key(unlocked.settings), recovery(unlocked)
    screen = Screen(unlocked, "key rotate").answer(
        ("Passphrase:", first + ENTER), ("That does not open it. Passphrase:", WORDS + ENTER)
    )
    second = screen.shown(CODE.pattern)
    screen.answer(("Type it from the paper:", second + ENTER))

    assert screen.end() == 0, screen.text
    assert unlocked("case list").err == LOCKED
    slots = unlocked.settings.slots_file.read_bytes()
    new = keys.open_slots(slots, WORDS)
    assert new != former
    assert keys.open_slots(slots, second) == new
    assert unlocked("unlock --passphrase -", stdin=first).code == 5
    assert unlocked("unlock --passphrase -", stdin=second).code == 0
    assert refs(unlocked) == ["WS-0001"]


def test_a_change_that_was_cut_short_still_opens_and_is_finished_by_typing_it_again(keyed) -> None:
    path, former = keyed.settings.own_key_file, keyed.settings.own_key_file.read_text()
    path.write_text("22" * 32 + "\n" + former)

    before, refused = refs(keyed), keyed("key passphrase --passphrase -", stdin=WORDS)
    shown = keyed("key status").out
    result = keyed("key rotate", ok=True)

    assert before == refs(keyed) == ["WS-0001"]
    assert (refused.code, refused.err) == (3, "A change of the key was cut short.\ndrive key rotate   finishes it\n")
    assert "drive key rotate finishes it" in shown
    assert result.out == "The change of the key is finished.\n"
    assert path.read_text() == "22" * 32 + "\n"


def test_both_keys_are_kept_while_somebody_reads_the_old_pages(keyed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivecli.db._PRAGMAS", [each for each in db._PRAGMAS if "busy" not in each])
    monkeypatch.setattr("drivecli.db.BUSY_MS", 200)
    monkeypatch.setattr("drivecli.services.keys.PATIENCE", 0.3)
    reader = keyed.db()
    reader.begin(write=False)
    reader.value("SELECT COUNT(*) FROM person")
    former = keyed.settings.own_key_file.read_text().strip()

    result = keyed("key rotate")
    held = keys.read_key_file(keyed.settings.own_key_file)
    during = refs(keyed)
    keyed.close()

    assert result.code == 5
    assert "somebody still reads the old pages: both keys are kept" in result.err
    assert held[1:] == [former]
    assert during == ["WS-0001"]
    assert keyed("key rotate").out == "The change of the key is finished.\n"
    assert keys.read_key_file(keyed.settings.own_key_file) == held[:1]


@posix
def test_on_a_full_disk_the_store_still_opens_and_the_change_can_be_finished(keyed) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    result = keyed.process("key rotate", preexec_fn=limit)
    during = refs(keyed)
    finished = keyed("key rotate", ok=True)

    assert (result.code, result.out) == (5, "")
    assert "It is as it was, and both keys are kept." in result.err
    assert finished.out == "The change of the key is finished.\n"
    assert during == refs(keyed) == ["WS-0001"]


@posix
def test_a_session_that_cannot_be_held_is_told(locked, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = locked("unlock --passphrase -", stdin=WORDS, env={"XDG_RUNTIME_DIR": str(tmp_path / "file")})

    assert result.code == 5
    assert "cannot be written" in result.err


def test_a_key_that_a_program_gives_is_not_changed(keyed) -> None:
    key = keyed.settings.own_key_file.read_text().strip()
    command = f"{sys.executable} -c 'print(\"{key}\")'"

    result = keyed("key rotate", env={"DRIVE_KEY_COMMAND": command})

    assert result.code == 3
    assert "DRIVE_KEY_COMMAND gives this store's key" in result.err


# -- the keyring -------------------------------------------------------------------------------------------------------

RINGS = '''
import json, os, pathlib
from keyring.backend import KeyringBackend
from keyring.backends import SecretService

class Ring:
    """Keeps what it is given in a file, as a desktop would keep it behind the log-in."""
    file = pathlib.Path(os.environ["RING_FILE"])

    def _all(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def get_password(self, service, username):
        return self._all().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        self.file.write_text(json.dumps({**self._all(), f"{service}/{username}": password}))

    def delete_password(self, service, username):
        self.file.write_text("{}")

class Desktop(Ring, SecretService.Keyring):
    priority = 9

class Plaintext(Ring, KeyringBackend):
    priority = 9

class Deaf(Desktop):
    def set_password(self, service, username, password):
        raise RuntimeError(password)
    get_password = delete_password = set_password
'''


@pytest.fixture
def ring(locked, tmp_path: Path):
    """A store that opens with a passphrase, on a computer with keyrings: their environment by name."""
    (tmp_path / "rings.py").write_text(RINGS)
    around = {"PYTHONPATH": str(tmp_path), "RING_FILE": str(tmp_path / "ring.json")}
    locked("unlock --passphrase -", stdin=WORDS, ok=True)

    def on(name: str) -> dict[str, str]:
        return {**around, "PYTHON_KEYRING_BACKEND": name}

    return on


def test_a_keyring_opens_the_store_until_it_is_removed(locked, ring, tmp_path: Path) -> None:
    around, key = ring("rings.Desktop"), keys.read_key(locked.settings)
    added = locked.forked("key keyring", env=around)
    noted = locked.forked("lock", env=around).err
    opened = locked.forked("case list --json", env=around)
    unlocked = locked.forked("unlock --json", env=around)
    removed = locked.forked("key keyring --remove", env=around)
    locked("lock")

    assert added.out == "The keyring of this computer opens the store.\n", added
    assert "It still opens without a question, by: keyring." in noted
    assert [case["ref"] for case in opened.json] == ["WS-0001"]
    assert unlocked.code == 0
    assert key not in (tmp_path / "ring.json").read_text()
    assert removed.out == "The keyring opens the store no longer.\n"
    assert locked.forked("case list", env=around).code == 5
    assert (tmp_path / "ring.json").read_text() == "{}"


@pytest.mark.parametrize(
    "name", ["rings.Plaintext", "keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", "rings.Deaf"]
)
def test_a_keyring_that_keeps_no_secret_is_not_trusted(locked, ring, name: str) -> None:
    before = locked.settings.slots_file.read_bytes()

    result = locked.forked("key keyring", env=ring(name))

    assert (result.code, result.out) == (3, "")
    said = (
        "The keyring of this computer did not answer" if "Deaf" in name else "No keyring here can be trusted with a key"
    )
    assert result.err.startswith(said)
    assert locked.settings.slots_file.read_bytes() == before


def test_a_keyring_that_is_gone_leaves_the_passphrase(locked, ring) -> None:
    locked.forked("key keyring", env=ring("rings.Desktop"))
    locked("lock")

    result = locked.forked("case list", env=ring("keyring.backends.fail.Keyring"))

    assert result.err == LOCKED
    assert locked.forked("unlock --passphrase -", stdin=WORDS, env=ring("rings.Deaf")).code == 0


def test_a_keyring_alone_is_not_enough(keyed) -> None:
    result = keyed("key keyring")

    assert (result.code, result.err) == (
        3,
        "A keyring can be lost with its computer: set a passphrase first.\ndrive key passphrase\n",
    )


# -- elsewhere ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [*(f"key {each}" for each in ALL), "unlock", "lock", "unlock --passphrase -"])
def test_on_postgresql_the_key_is_the_database_s_own(drive_postgres, line: str) -> None:
    result = drive_postgres(line, stdin=WORDS)

    assert (result.code, result.out) == (3, "")
    assert "encryption at rest is the database's own" in result.err


@pytest.mark.parametrize("line", [*(f"key {each}" for each in ALL[1:]), "unlock", "lock"])
def test_the_demo_keeps_its_plain_key_file(demo_made: Path, drive_file, line: str) -> None:
    demo = drive_file.another(demo_made)

    result = demo(f"--demo {line}", stdin=WORDS)

    assert result.code == 3
    assert "it keeps its plain key file" in result.err
    assert demo("--demo key status --json").json[0]["kind"] == "key_file"


def test_the_demo_opens_whatever_slots_of_its_name_lie_there(demo_made: Path, drive_file, tmp_path: Path) -> None:
    import shutil

    demo = drive_file.another(Path(shutil.copytree(demo_made, tmp_path / "copy")))
    demo.settings.slots_file.with_name("demo.slots").write_text("of another store")

    assert demo("--demo whoami").code == 0


# -- what others may see -----------------------------------------------------------------------------------------------

SHOWS = "import os, sys; open(sys.argv[1], 'w').write('\\n'.join(name for name in os.environ)); print({key!r})"


@posix
def test_no_program_that_is_started_learns_where_a_key_is(keyed, tmp_path: Path) -> None:
    key = keyed.settings.own_key_file.read_text().strip()
    show = tmp_path / "show"
    show.write_text(f"#!{sys.executable}\n" + SHOWS.format(key=key))
    show.chmod(0o700)
    around = {"DRIVE_KEY_COMMAND": f"{show} {tmp_path}/command", "EDITOR": str(show), "VISUAL": str(show)}
    around |= {"DRIVE_PAGER": f"{show} {tmp_path}/pager"}

    edited = Screen(keyed, "contact log 1 --mode phone --outcome held --edit", **around).end()
    paged = Screen(keyed, "help security", **around).end()

    said = {name: (tmp_path / name).read_text().splitlines() for name in ("command", "pager")}
    said["editor"] = keyed("contact list 1 --json").json[0]["note"].splitlines()
    assert (edited, paged) == (0, 0)
    for names in said.values():
        assert "DRIVE_HOME" in names
        assert [name for name in names if name.startswith("DRIVE_KEY")] == []


def test_no_key_and_no_passphrase_is_in_a_fault_s_traceback(unlocked, monkeypatch: pytest.MonkeyPatch) -> None:
    key = keys.read_key(unlocked.settings)
    monkeypatch.setattr("drivecli.keys.os.path", None)
    monkeypatch.setattr("drivecli.services.keys.set_passphrase", lambda settings, key, words: {}[0])

    result = unlocked("--debug key passphrase --passphrase -", stdin=OTHERS, ok=False)

    assert result.code == 1
    assert "Traceback" in result.err
    assert key not in result.err
    assert OTHERS not in result.err


def test_every_secret_is_kept_out_of_what_is_printed_for_programs(unlocked) -> None:
    said = "".join(unlocked(line, ok=True).out for line in ("key status --json", "lock --json"))

    assert not re.search(r"[0-9a-f]{64}", said)


def test_completion_asks_neither_a_person_nor_the_keyring(locked, ring) -> None:
    asking = {"_DRIVE_COMPLETE": "bash_complete", "COMP_WORDS": "drive case show ", "COMP_CWORD": "3"}
    locked.forked("key keyring", env=ring("rings.Desktop"))

    unlocked = locked.forked("", env=ring("rings.Desktop") | asking)
    locked("lock")
    closed = locked.forked("", env=ring("rings.Desktop") | asking)

    assert unlocked.out.startswith("plain,WS-0001\n")
    assert (closed.code, closed.out, closed.raw_err) == (0, "", "")


def test_the_doctor_opens_an_unlocked_store_and_says_how_to_open_a_locked_one(unlocked) -> None:
    opened = {row["name"]: row["state"] for row in unlocked("doctor --json").json}
    unlocked("lock")
    closed = unlocked("doctor --json").json[-1]

    assert (opened["key"], opened["store"]) == ("ok", "ok")
    assert (closed["state"], closed["mend"]) == ("fail", "drive unlock")


def test_a_schema_is_brought_forward_on_an_unlocked_store(unlocked) -> None:
    unlocked.db(write=True).run("UPDATE setting SET value = '0-00000000' WHERE key = 'rules'")
    unlocked.close()

    assert unlocked("upgrade").code == 0
