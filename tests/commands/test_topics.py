"""`drive help TOPIC`: pages that say what is so, fit any terminal, and come whatever is wrong with the store."""

import json
import re
import tomllib
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from drivecli import errors
from drivecli.cli import COMMANDS, GROUPS
from drivecli.domain.days import FUTURE, PAST, read_day
from drivecli.errors import NotUnderstood
from drivecli.packaged import packaged_text
from drivecli.params import Day
from drivecli.topics import TOPICS, URGENT, topic_text

ROOT = Path(__file__).parent.parent.parent
PAGES = [name for name in TOPICS if name != URGENT]

OWN = """
[[line]]
code = "lead"
number = "01632 960001"

[[line]]
code = "night"
label = "Night desk"
number = "01632 960002"

[[line]]
code = "health"
shown = false
"""
"""An urgent.toml of a service: one number filled in, one line of its own, one taken off."""

WITHOUT = "Without your service's own numbers: "


# -- every page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", PAGES)
def test_a_topic_needs_no_store(new_drive_file, topic: str) -> None:
    result = new_drive_file(f"help {topic}")

    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == topic_text(topic).splitlines()[0].removeprefix("# ")


@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("topic", PAGES)
def test_a_page_wraps_at_the_terminal_up_to_a_hundred_columns(
    drive_file, monkeypatch: pytest.MonkeyPatch, topic: str, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    page = drive_file(f"help {topic}").out.splitlines()
    typed = {f"  {line}".rstrip() for line in topic_text(topic).splitlines()}

    longest_word = max(len(word) for word in topic_text(topic).split())
    assert not [line for line in page if len(line) > max(min(columns, 100), longest_word) and line not in typed]


@pytest.mark.parametrize("topic", PAGES)
def test_a_page_loses_no_word_at_any_width(drive_file, monkeypatch: pytest.MonkeyPatch, topic: str) -> None:
    def words(columns: int) -> set[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        return set(drive_file(f"help {topic}").out.replace(":", "").split())

    headings = {word for line in topic_text(topic).splitlines() if line.startswith("| ") for word in line.split()}
    assert words(100) - words(40) <= {"field", "code", "deadline", "variable", "you", "type"} & headings


@pytest.mark.parametrize("topic", PAGES)
def test_a_page_shows_no_mark_of_markdown(drive_file, topic: str) -> None:
    page = drive_file(f"help {topic}").out

    assert not re.search(r"^#+ |\*\*|`|^\|", page, re.MULTILINE)


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252"])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_page_is_whole_on_a_stream_of_few_letters(drive_file, topic: str, encoding: str) -> None:
    with drive_file.fork(f"help {topic}", env={"PYTHONIOENCODING": encoding}) as page:
        said = page.stdout.buffer.read().decode(encoding)

    assert page.returncode == 0
    assert "?" not in said.replace("$?", "").replace("approached?", "")


@pytest.mark.parametrize("topic", PAGES)
def test_a_page_is_an_object_for_programs(drive_file, topic: str) -> None:
    page = drive_file(f"help {topic} --json")

    assert page.json == {"topic": topic, "text": topic_text(topic)}
    assert page.out.isascii()


def test_a_wheel_carries_every_page() -> None:
    packaging = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    carried = packaging["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    inside = {}
    for source, target in carried.items():
        path = ROOT / source
        for file in sorted(path.glob("*.md")) if path.is_dir() else [path]:
            inside[f"{target}/{file.name}" if path.is_dir() else target] = file.read_text(encoding="utf-8")

    assert inside == {f"drivecli/help/{topic}.md": topic_text(topic) for topic in PAGES}


# -- what the pages say ------------------------------------------------------------------------------------------------


def test_the_page_on_exit_codes_has_every_code_there_is() -> None:
    codes = {value for name, value in vars(errors).items() if name.isupper() and type(value) is int}

    told = re.findall(r"^\| (\d+) \|", topic_text("exit-codes"), re.MULTILINE)

    assert [int(code) for code in told] == sorted(codes)


def spans(text: str) -> list[str]:
    """What stands between the marks of code."""
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize(
    "typed", spans("\n".join(re.findall(r"^\| (`.*?) \|", topic_text("dates"), re.MULTILINE))), ids=str
)
def test_every_day_the_page_on_dates_offers_is_read(typed: str) -> None:
    assert read_day(typed, date(2026, 3, 2), PAST)
    assert read_day(typed, date(2026, 3, 2), FUTURE)


@pytest.mark.parametrize(
    "typed", spans(topic_text("dates").partition("## What is refused")[2].partition("On the screen")[0]), ids=str
)
def test_every_day_the_page_on_dates_calls_refused_is_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        read_day(typed, date(2026, 3, 2))


def leaning(towards: str) -> set[str]:
    """The options of all commands whose days lean that way."""
    tables = [(COMMANDS, [name for name in COMMANDS if name not in GROUPS]), *((GROUPS[g], GROUPS[g]) for g in GROUPS)]
    places = [table[name][0].split(":") for table, names in tables for name in names]
    commands = [getattr(import_module(f"drivecli.commands.{module}"), name) for module, name in places]
    params = [param for command in commands for param in command.params if isinstance(param.type, Day)]
    return {param.opts[0] for param in params if param.type.towards == towards}


def test_the_page_on_dates_says_which_way_every_option_leans() -> None:
    _, past, future, _ = re.split(r"leans to the (?:past|future)|## What is refused", topic_text("dates"))

    assert {each for each in spans(past) if each.startswith("--")} == leaning(PAST)
    assert {each for each in spans(future) if each.startswith("--")} == leaning(FUTURE)


def test_the_page_on_security_warns_as_the_readme_does() -> None:
    def warning(page: str) -> str:
        return " ".join(line.removeprefix("> ") for line in page.splitlines() if line.startswith("> "))

    assert warning(topic_text("security")) == warning((ROOT / "README.md").read_text(encoding="utf-8"))


# -- urgent ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """An urgent.toml of the service's own."""
    path = tmp_path / "urgent.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_the_urgent_page_without_a_store_is_the_packaged_one_and_says_so(new_drive_file) -> None:
    result = new_drive_file("help urgent")

    assert result.code == 0
    assert (
        result.out
        == """\
URGENT: ring first, then write it down.

  Somebody is in danger now             999
  Police, when nobody is in danger now  101
  Team lead on duty                     not filled in
  Police domestic abuse unit            not filled in
  Victim's adviser on duty              not filled in
  A child: social care, at any hour     not filled in
  An adult: social care, out of hours   not filled in
  Mental health crisis line             not filled in

not filled in: put your service's number here with
  drive practice apply urgent.toml --reason WHY   (drive help rules says how)

Write down, as soon as you can:
  - who said it or did it, and who else was there
  - when and where it was
  - the exact words, as they were said
  - what you saw or heard yourself, apart from what you were told
  - what you did, whom you told, and when
Then: drive contact log REF --note -   Stop direct contact: drive case hold REF
"""
    )
    assert result.err.startswith(f"{WITHOUT}There is no store at ")
    assert result.err.count("\n") == 1


def test_no_number_is_invented() -> None:
    numbers = [line["number"] for line in tomllib.loads(packaged_text("urgent.toml"))["line"]]

    assert {number for number in numbers if number} == {"999", "101"}


def test_a_service_s_own_numbers_stand_on_the_page(drive, own: Path) -> None:
    assert "Team lead on duty                     not filled in" in drive("help urgent").out

    drive(["practice", "apply", str(own), "--reason", "from the duty list"], ok=True)

    result = drive("help urgent")
    assert (result.code, result.err) == (0, "")
    assert "  Team lead on duty                     01632 960001\n" in result.out
    assert "  Night desk                            01632 960002\n" in result.out
    assert "Mental health" not in result.out
    assert drive("help urgent --json").json["calls"][-1] == {
        "code": "night",
        "label": "Night desk",
        "number": "01632 960002",
    }


def test_anybody_at_this_computer_sees_the_urgent_page_whoever_acts(drive_file, own: Path) -> None:
    drive_file(["practice", "apply", str(own), "--reason", "ours"], ok=True)

    for env in ({"DRIVE_WORKER": "nobody"}, {"LOGNAME": "stranger"}):
        assert "01632 960001" in drive_file("help urgent", env=env).out


def test_a_store_of_another_release_still_gives_its_numbers(drive_file, own: Path) -> None:
    drive_file(["practice", "apply", str(own), "--reason", "ours"], ok=True)
    drive_file.db(write=True).run("UPDATE alembic_version SET version_num = '9999'")

    result = drive_file("help urgent")

    assert (result.code, result.err) == (0, "")
    assert "01632 960001" in result.out


def spoil_key(drive) -> None:
    drive.settings.own_key_file.write_text("0" * 64)


def spoil_file(drive) -> None:
    drive.settings.store.path.write_bytes(b"not a store at all, and long enough to be looked at" * 100)


def empty_file(drive) -> None:
    drive.settings.store.path.write_bytes(b"")


def lose_key(drive) -> None:
    drive.settings.own_key_file.unlink()


def drop_table(drive) -> None:
    drive.db(write=True).run("DROP TABLE site_file")


def spoil_settings(drive) -> None:
    drive.settings.file.write_text("database = = 3", encoding="utf-8")


BROKEN = {
    "a wrong key": (spoil_key, "The key does not fit this store."),
    "no key": (lose_key, "The key file "),
    "another file": (spoil_file, "The key does not fit this store."),
    "an empty file": (empty_file, ""),
    "a table missing": (drop_table, ""),
    "settings that are not TOML": (spoil_settings, ""),
}


@pytest.mark.parametrize(("spoil", "why"), BROKEN.values(), ids=BROKEN)
def test_the_urgent_page_comes_whatever_is_wrong(drive_file, own: Path, spoil, why: str) -> None:
    drive_file(["practice", "apply", str(own), "--reason", "ours"], ok=True)
    spoil(drive_file)

    result = drive_file("help urgent")

    assert result.code == 0, str(result)
    assert "  Somebody is in danger now             999\n" in result.out
    assert result.err.startswith(WITHOUT + why)
    assert result.err.count("\n") == 1


def test_a_page_of_another_release_that_cannot_be_read_gives_way_to_the_packaged_one(drive_file, own: Path) -> None:
    drive_file(["practice", "apply", str(own), "--reason", "ours"], ok=True)
    drive_file.db(write=True).run("UPDATE site_file SET text = 'title = 3'")

    result = drive_file("help urgent")

    assert (result.code, "999" in result.out) == (0, True)
    assert result.err == f"{WITHOUT}urgent.toml: title must be words in quotation marks, as in {EXAMPLE}.\n"


EXAMPLE = 'label = "Team lead on duty"'


@pytest.mark.parametrize(
    "env",
    [
        {"DRIVE_TODAY": "tomorrow"},
        {"DRIVE_DATABASE": "postgresql://nobody@127.0.0.1:1/none"},
        {"DRIVE_DATABASE": "mysql://there"},
        {"DRIVE_KEY_COMMAND": "no-such-program"},
        {"DRIVE_KEY_FILE": "/no/such/file"},
    ],
    ids=str,
)
def test_the_urgent_page_comes_whatever_the_environment_says(drive_file, env: dict[str, str]) -> None:
    result = drive_file("help urgent", env=env)

    assert (result.code, "999" in result.out) == (0, True)
    assert result.raw_err.startswith(WITHOUT)


def test_the_urgent_page_of_the_demo_says_that_it_is_the_demo(demo_made: Path, drive_file) -> None:
    result = drive_file("--demo help urgent", env={"DRIVE_HOME": str(demo_made), "DRIVE_TODAY": None})

    assert result.out.startswith("DEMO: invented people, a separate store.\nURGENT: ")
    assert (result.code, result.err) == (0, "")


def test_the_fullest_page_fits_one_screen(drive_file, tmp_path: Path) -> None:
    packaged = [line["code"] for line in tomllib.loads(packaged_text("urgent.toml"))["line"]]
    entries = [{"code": json.dumps(code), "shown": "false"} for code in packaged if code != "emergency"]
    entries += [
        {"code": f'"more_{n}"', "label": json.dumps("L" * 36), "number": json.dumps("0" * 36)} for n in range(8)
    ]
    entries[-1]["number"] = '""'
    lines = [f'title = "{"T" * 72}"', f"write_down = {json.dumps(['w' * 72] * 6)}"]
    for entry in entries:
        lines += ["[[line]]", *(f"{key} = {value}" for key, value in entry.items())]
    (tmp_path / "urgent.toml").write_text("\n".join(lines), encoding="utf-8")

    drive_file(["practice", "apply", str(tmp_path / "urgent.toml"), "--reason", "as long as it gets"], ok=True)
    page = drive_file("help urgent").out.splitlines()

    assert len(page) == 23
    assert max(map(len, page)) <= 80


BAD = {
    "a number that is no text": (
        '[[line]]\ncode = "lead"\nnumber = 1632960001\n',
        "lead: number must be words in quot",
    ),
    "a number of two lines": ('[[line]]\ncode = "lead"\nnumber = "1\\n2"\n', "lead: number must be one line of words"),
    "a number too long": (
        f'[[line]]\ncode = "lead"\nnumber = "{"0" * 40}"\n',
        "lead: number has 40 characters; at mos",
    ),
    "a new line without a label": (
        '[[line]]\ncode = "night"\nnumber = "1"\n',
        "night: label must be words in quotation",
    ),
    "a key there is none of": (
        '[[line]]\ncode = "lead"\nphone = "1"\n',
        "[[line]]: “phone” is not known here. Known: code",
    ),
    "a table there is none of": (
        '[numbers]\nlead = "1"\n',
        "“numbers” is not known here. Known: version, title, write",
    ),
    "no 999": (
        '[[line]]\ncode = "emergency"\nnumber = "112"\n',
        "the line “emergency” must stay on the page, with 999",
    ),
    "999 taken off": (
        '[[line]]\ncode = "emergency"\nshown = false\n',
        "the line “emergency” must stay on the page, wit",
    ),
    "shown in words": ('[[line]]\ncode = "lead"\nshown = "no"\n', "shown is “no”; write true or false."),
    "too many lines": (
        "".join(f'[[line]]\ncode = "n{n}"\nlabel = "L"\nnumber = "1"\n' for n in range(2)),
        "10 lines do not fit one screen; at most 9. Take one out with its code and shown = false.",
    ),
    "nothing to write down": ("write_down = []\n", "write_down must be a list of 1 to 6 lines, to stay on one screen."),
    "write_down in one text": ('write_down = "all"\n', "write_down must be a list of 1 to 6 lines, to stay on one s"),
    "a point that is no text": ("write_down = [3]\n", "write_down must be words in quotation marks"),
    "entries that are none": ('line = "999"\n', "write each entry under [[line]]."),
}


@pytest.mark.parametrize(("text", "sentence"), BAD.values(), ids=BAD)
def test_a_page_that_would_not_do_is_refused_in_a_sentence(
    drive_file, tmp_path: Path, text: str, sentence: str
) -> None:
    path = tmp_path / "urgent.toml"
    path.write_text(text, encoding="utf-8")

    checked = drive_file(["practice", "check", str(path)])
    applied = drive_file(["practice", "apply", str(path), "--reason", "ours"])

    for result in (checked, applied):
        assert (result.code, result.out) == (2, ""), str(result)
        assert re.fullmatch(rf"urgent\.toml[:,] {re.escape(sentence)}[^\n]*\n", result.err), result.err
    assert "999" in drive_file("help urgent").out
