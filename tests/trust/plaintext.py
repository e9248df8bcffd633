"""Words that stand nowhere else, typed into every field there is, and the search for them. Used by test_plaintext."""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from conftest import Drive, Result

MARK = "quokka"
"""How every canary begins: six letters do not come together by chance."""

FIELDS = (
    *("forename", "surname", "alias", "ethnicity", "language", "phone", "address", "identifier", "externalref"),
    *("editedphone", "editedname", "editreason", "stagereason", "approachwith", "holdby", "liftedby"),
    *("workername", "username", "agency", "agencykind", "personnote", "restrictednote", "withwhom", "correctednote"),
    *("correctreason", "reviewnote", "seennote", "unassignreason", "transferreason", "extendreason", "factreason"),
    *("tickresult", "overridereason", "closingnote", "draftnote", "draftstdin", "cellname", "cellnote", "cellwith"),
    *("batchnote", "undoreason", "filename", "practicetext", "practicereason", "exportreason", "linkreason", "once"),
    *("rejectedcell", "debugnote"),
)
"""Where the canaries are put in."""

CANARIES = {name: f"{MARK}{name}" for name in FIELDS}

NEVER_STORED = {"rejectedcell"}
"""What is only ever in a file that somebody gave, and in the one they asked for."""

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def found_in(text: bytes) -> set[str]:
    """The canaries in some bytes, in UTF-8 or UTF-16, whatever their letters' case."""
    text = text.lower()
    if not any(MARK.encode(encoding) in text for encoding in ENCODINGS):
        return set()
    heard = {name for name, word in CANARIES.items() for each in ENCODINGS if word.encode(each) in text}
    return heard or {"some part of one"}


def heard(folders: Iterable[Path]) -> dict[str, set[str]]:
    """The files under these folders that tell a canary, in what they hold or what they are called."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    told = {str(path): found_in(str(path).encode() + b"\0" + path.read_bytes()) for path in files}
    return {path: names for path, names in told.items() if names}


def tell(drive: Drive, outside: Path) -> Iterable[Result]:
    """A service's days with a canary in every place for words. Files that are brought in lie `outside`."""
    for as_, line, stdin, code in chain(_people(), _work(), _files(outside)):
        done = drive(line, as_=as_, stdin=stdin)
        assert done.code == code, str(done)
        yield done


Line = tuple[str, str | Sequence[str], str, int]
"""Who types, what, on stdin, and the code it ends with."""


def _people() -> Iterable[Line]:
    c = CANARIES
    named = ["--forename", c["forename"], "--surname", c["surname"], "--alias", c["alias"]]
    told = ["--ethnicity", c["ethnicity"], "--language", c["language"], "--address", c["address"]]
    refs = ["--identifier", f"pnc={c['identifier']}", "--external-ref", c["externalref"], "--opened", "2/2/2026"]
    yield "sam", ["agency", "add", c["agency"], "--kind", c["agencykind"]], "", 0
    worker = ["worker", "add", c["workername"], "--username", c["username"], "--role", "case_manager"]
    yield "sam", [*worker, "--agency", c["agency"]], "", 0
    yield "amina", ["case", "open", *named, *told, *refs, "--phone", "-", "--once", c["once"]], c["phone"], 0
    yield "amina", "case open --forename Kim --surname Sample --opened 2/2/2026", "", 0
    yield "amina", "case edit 1 --phone -", c["editedphone"], 0
    yield "amina", ["case", "edit", "1", "--forename", c["editedname"], "--reason", c["editreason"]], "", 0
    yield "sam", ["person", "unlink", "1", "2", "--reason", c["linkreason"]], "", 0


def _work() -> Iterable[Line]:
    c = CANARIES
    log = ["contact", "log", "1", "--mode", "phone", "--outcome", "held"]
    yield "amina", ["approach", "1", "--state", "agreed", "--with", c["approachwith"], "--on", "5/2/2026"], "", 0
    yield "amina", ["case", "stage", "1", "engaged", "--reason", c["stagereason"]], "", 0
    yield "amina", ["case", "hold", "1", "--until", "+3d", "--by", c["holdby"], "--reason", "threat"], "", 0
    yield "amina", ["case", "hold", "1", "--lift", "--by", c["liftedby"]], "", 0
    yield "amina", [*log, "--with", c["withwhom"], "--note", "-"], c["personnote"], 0
    yield "amina", [*log, "--about", "restricted", "--note", c["restrictednote"]], "", 0
    yield "amina", ["contact", "correct", "1", "--note", c["correctednote"], "--reason", c["correctreason"]], "", 0
    yield "amina", ["review", "1", "--note", c["reviewnote"]], "", 0
    yield "sam", ["seen", "2", "--until", "+1w", "--note", c["seennote"]], "", 0
    yield "sam", "assign 1 --substance carl", "", 0
    yield "sam", ["unassign", "1", "--substance", "--reason", c["unassignreason"]], "", 0
    yield (
        "sam",
        ["case", "extend", "1", "--months", "1", "--authorised-by", "sam", "--reason", c["extendreason"]],
        "",
        0,
    )
    yield "sam", ["case", "correct", "1", "stage", "--to", "pre_engagement", "--reason", c["factreason"]], "", 0
    yield "amina", "checklist start enforcement 1", "", 0
    tick = ["checklist", "tick", "enforcement", "1"]
    override = ["--override", "--reason", c["overridereason"]]
    yield "amina", [*tick, "3", "--state", "done", "--result", c["tickresult"], *override], "", 0
    yield "sam", ["case", "transfer", "1", "--to", "ben", "--reason", c["transferreason"]], "", 0
    yield "sam", ["case", "close", "2", "--reason", "completed", "--note", c["closingnote"]], "", 0
    yield "amina", [*log, "--on", "tomorrow", "--note", c["draftnote"]], "", 3
    yield "amina", "contact log 99 --mode phone --outcome held --note -", c["draftstdin"], 4


def _files(outside: Path) -> Iterable[Line]:
    c = CANARIES
    outside.mkdir(exist_ok=True)
    people, contacts = outside / f"{c['filename']}.csv", outside / "contacts.csv"
    people.write_text(f"forename,surname\n{c['cellname']},Other\n", encoding="utf-8")
    rows = [
        f"WS-0001,phone,held,1/3/2026,ben,{c['cellwith']},{c['cellnote']}",
        f"WS-0001,pigeon,held,1/3/2026,ben,,{c['rejectedcell']}",
    ]
    contacts.write_text("\n".join(["case,mode,outcome,on,by,with_whom,note", *rows, ""]), encoding="utf-8")
    practice, rejects = outside / "practice.toml", outside / "rejects.csv"
    practice.write_text(f"# {c['practicetext']}\n[rules.contact]\ndue = 5\n", encoding="utf-8")
    yield "sam", ["import", "persons", str(people), "--batch-note", c["batchnote"]], "", 0
    yield "sam", ["import", "contacts", str(contacts), "--dry-run"], "", 6
    yield "sam", ["import", "contacts", str(contacts), "--partial", "--rejects", str(rejects)], "", 6
    rejects.unlink()
    yield "sam", ["import", "undo", "1", "--reason", c["undoreason"]], "", 0
    yield "sam", ["practice", "apply", str(practice), "--reason", c["practicereason"]], "", 0
    yield "sam", ["export", "persons", "--include-restricted", "--reason", c["exportreason"]], "", 0


READS = [
    *("drive", "today", "caseload", "caseload --overdue --json", "caseload --format csv", "why 1", "why 1 --json"),
    *("case show 1", "case show 1 --json", "case show 1 --format jsonl", "case list", "case list --format markdown"),
    *(f"case find {CANARIES['surname']}", f"case find {CANARIES['alias']} --json", "case timeline 1"),
    *("case timeline 1 --json", "contact list 1 --all", "contact list 1 --json", "contact show 1", "contact show 3"),
    *("contact show 2 --json", "checklist list", "checklist list 1", "checklist show enforcement 1"),
    *("checklist print enforcement 1 --with-name", "checklist print enforcement 1 --format html --with-name"),
    *("workload", "worker list --all", f"worker show {CANARIES['username']} --json", "agency list", "drafts list"),
    *("drafts show 1", "practice show", "import fields cases", "import history", "import show 1 --json"),
    *(
        "export persons",
        "export cases --json",
        "export contacts --format jsonl",
        "export assignments",
        "export workers",
    ),
    *(
        "export agencies",
        "export caseload",
        "export deadlines",
        "doctor",
        "doctor --json",
    ),
    *("audit log", "audit log 1 --json", "audit log --worker amina", "audit verify", "audit verify --deep"),
    *("audit receipt", "whoami", "version", "config list", "help json", "case open --help"),
    f"case open --forename {CANARIES['forename']} --surname {CANARIES['surname']}",
    f"case show {CANARIES['surname']}",
    f"case list --manager {CANARIES['username']}x",
    f"worker link {CANARIES['username']}x",
    f"drafts use 1 -- --on today --with {CANARIES['withwhom']}",
    f"init --name {CANARIES['workername']} --username other --role team_lead",
    "drafts drop 1",
    "caseload --debug --verbose",
]
"""What is typed afterwards: reads, prints and exports to stdout, checks, refusals that repeat what was typed."""


def columns_with_canaries(drive: Drive) -> dict[tuple[str, str], set[str]]:
    """Where in the store the canaries lie, by table and column."""
    db, lies = drive.db(), {}
    for (table,) in db.run(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall():
        for (name,) in db.run("SELECT name FROM pragma_table_info(:table)", table=table).fetchall():
            for (value,) in db.run(f"SELECT {name} FROM {table} WHERE LOWER({name}) LIKE :mark", mark=f"%{MARK}%"):
                lies.setdefault((table, name), set()).update(found_in(str(value).encode()))
    return lies


def look(drive: Drive, line: str) -> Result:
    """Type a line of `READS`: drafts are their writer's alone, and `drive` alone has no arguments."""
    return drive([] if line == "drive" else line, as_="amina" if line.startswith("drafts") else "sam")
