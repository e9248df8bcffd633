"""One command's surroundings: settings, today, who acts, catalogue, output. Everything opens on first use."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from drivecli.errors import Damaged, DriveError, NotFound, Refused, StoreUnusable
from drivecli.packaged import fingerprint
from drivecli.preferences import Preferences, read_preferences
from drivecli.render import Out
from drivecli.settings import Settings, read_settings

if TYPE_CHECKING:
    from drivecli.anchors import Sealed
    from drivecli.catalogue import Catalogue
    from drivecli.db import Connection
    from drivecli.queries.workers import Acting
    from drivecli.work import Work


@dataclass
class Asked:
    """The options that work before and after every command."""

    format: str | None = None
    fields: str | None = None
    quiet: bool = False
    verbose: bool = False
    demo: bool = False
    color: str | None = None
    no_input: bool = False
    no_pager: bool = False
    debug: bool = False
    once: str | None = None


class Answered(Protocol):
    """What a person answered on the way to a whole line: the line so far, and the draft it was taken up from."""

    draft: int | None

    @property
    def kept(self) -> list[str]: ...
    def forget(self) -> None: ...
    def say_again(self) -> None: ...


class App:
    """What a command is handed. `seen` is where the record stood when last seen, before this line.

    `words` holds free text that was read from stdin or an editor, and `wizard` what a person answered, so that none is
    lost; `saved` says whether a unit of work has been committed. `quick` opens a store only where nobody need be asked
    for what opens it: completion, and the page on whom to ring, must never stop at a question.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = dict(env)
        self.asked = Asked()
        self.command = "drive"
        self.words: list[str] = []
        self.wizard: Answered | None = None
        self.saved = False
        self.seen: Sealed | None = None
        self.quick = False
        self._key: str | None = None
        self._may_ask = True
        self._no_key: StoreUnusable | None = None
        self._db: Connection | None = None
        self._db_writes = False
        self._announced = False

    @cached_property
    def settings(self) -> Settings:
        """Where things live, and what the environment asks for."""
        return read_settings(self.env, demo=self.asked.demo)

    @cached_property
    def preferences(self) -> Preferences:
        """How this person wants to be told things: by the line, the environment, their settings file."""
        return read_preferences(self.env, self.settings.own, self._on_the_line, str(self.settings.file))

    @property
    def accessible(self) -> bool:
        """Whether this person reads without boxes, bars and redrawing: numbered questions, plain lines."""
        return self.out.accessible

    @cached_property
    def out(self) -> Out:
        """Where everything is said."""
        a = self.asked
        try:
            wants = self.preferences
        except DriveError:  # about to be told; so without what cannot be read
            known = {name: value for name, value in self.env.items() if not name.startswith("DRIVE_")}
            wants = read_preferences(known, {}, self._on_the_line, "")
        return Out(
            form=None if wants["format"] == "auto" else wants["format"],
            chosen=a.fields,
            quiet=a.quiet,
            verbose=a.verbose,
            color=wants["color"],
            accessible=wants["accessible"] == "on",
            hints=wants["hints"] == "on",
            pager=wants["pager"],
            demo=a.demo,
            env=self.env,
        )

    @property
    def _on_the_line(self) -> dict[str, str | None]:
        a = self.asked
        return {"format": a.format, "color": a.color, "pager": "off" if a.no_pager else None}

    @cached_property
    def today(self) -> date:
        """The civil day where this computer is; DRIVE_TODAY, or the demo's own day, when set."""
        if self.settings.today:
            return self.settings.today
        if self.settings.is_demo:
            return date.fromisoformat(self.store_settings()["demo_today"])
        return date.today()

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The data files with the service's own values over them; the packaged ones while there is no store."""
        from drivecli.catalogue import Catalogue
        from drivecli.queries.store import site_files

        try:
            own = site_files(self._open(write=False))
        except (StoreUnusable, Damaged):  # told when the command itself opens it
            own = {}
        return Catalogue(own)

    def label(self, codes: str, code: str | None) -> str:
        """A code in the words of its list, as a person reads it: idva as "victim's adviser (IDVA)"."""
        return self.catalogue.codes(codes).label(code)

    @property
    def person_present(self) -> bool:
        """Whether somebody can be asked: stdin and stderr are a terminal and --no-input was not given."""
        return not self.asked.no_input and sys.stdin.isatty() and sys.stderr.isatty() and sys.stdout.isatty()

    @property
    def login(self) -> str:
        """The user of this computer, as `user@computer`."""
        import getpass

        try:
            user = getpass.getuser()
        except (OSError, KeyError):
            user = str(os.getuid()) if hasattr(os, "getuid") else "unknown"
        computer = os.uname().nodename if hasattr(os, "uname") else self.env.get("COMPUTERNAME", "computer")
        return f"{user}@{computer}".lower()

    @cached_property
    def actor(self) -> "Acting":
        """The worker in whose name this command acts. Raises NotFound or Refused saying how to become one."""
        from drivecli.queries import workers

        db = self._open(write=False)
        found = workers.by_username(db, self.settings.worker) if self.settings.worker else None
        if found is None and self.settings.worker and not self.settings.is_demo:
            raise NotFound(
                f"DRIVE_WORKER is “{self.settings.worker}”, and there is no worker of that username.",
                next="drive worker list",
            )
        found = found or workers.by_login(db, self.login)
        if found is None and self.settings.is_demo:
            found = workers.by_username(db, self.store_settings()["demo_worker"])
        if found is None:
            raise Refused(
                f"Nobody is linked to {self.login}, so it is not known who is acting.",
                kind="no_worker",
                next="drive worker link USERNAME   or set DRIVE_WORKER",
            )
        if found.left_on is not None and found.left_on < self.today:
            raise Refused(
                f"{found.name} left the service and can no longer act here.",
                kind="not_permitted",
                next="Set DRIVE_WORKER, or drive worker link USERNAME",
            )
        return found

    def read(self) -> "Connection":
        """The open store, for reading. Says so on stderr when its deadlines were made with other rules."""
        db = self._open(write=False)
        if self._outdated():
            self.out.warn("The rules of this release differ from those the deadlines were made with: drive upgrade")
        _ = self.actor
        return db

    def look(self, case: tuple[str, int], *, kind: str = "read") -> "Connection":
        """The open store, for showing one person's record, once it is written down who looks. `kind` may be print.

        Raises NotFound for an unknown case, StoreUnusable where the reading cannot be written down within 10 seconds.
        """
        from drivecli.queries import cases

        return self.look_at(cases.find(self.read(), case, self.prefix()).id, kind=kind)

    def look_at(self, case: int, *, kind: str = "read") -> "Connection":
        """The same for a case that is known by its number."""
        db = self.read()
        try:
            self.put_on_record(kind, self.actor.username, cases=[case])
        except Exception as error:
            raise self._not_shown(error) from error
        return db

    def put_on_record(self, kind: str, worker: str | None = None, *, cases: Sequence[int] = ()) -> None:
        """Write down what changes no row of the store: that somebody looks at cases, or changes what opens it."""
        from drivecli import audit, proof

        db = self._open(write=False)
        proof.must_be_watched(db)
        db.let_write()
        self.remember(
            audit.seal_look(db, audit.Doing(kind, self.command, audit.utc_stamp(), worker, self.login, cases=cases))
        )
        db.read_only()
        self._db_writes = False

    def _not_shown(self, error: Exception) -> Exception:
        """Why a record is not shown: nobody may look without a trace."""
        refusal = error if isinstance(error, DriveError) else self.refusal(error)
        if refusal is None or isinstance(refusal, Damaged):
            return error
        why = (
            "Somebody else is writing to the store and did not finish in 10 seconds."
            if refusal.kind == "locked"
            else refusal.message.replace(" Nothing was saved.", "")
        )
        return StoreUnusable(
            f"Nothing is shown: that you look could not be written down. {why}", kind=refusal.kind, next=refusal.next
        )

    def anchor(self) -> "Sealed | None":
        """Where the record of this store stood when this user last saw it."""
        from drivecli import anchors

        return anchors.read_anchor(self.settings, self._store_settings["db_id"])

    def remember(self, sealed: "Sealed") -> None:
        """Keep where the record stands, outside the store. What was saved is saved, whether or not that can be kept."""
        from drivecli import anchors

        kept = self.anchor()
        if kept and kept.seq > sealed.seq and self._db and anchors.against(self._db, kept) is None:
            return  # somebody came after, and has said so already
        try:
            anchors.keep_anchor(self.settings, self._store_settings["db_id"], sealed)
        except OSError as error:
            self.out.note(f"Where the record stands could not be kept in {self.settings.state}: {error.strerror}.")

    @contextmanager
    def work(
        self, answers: type | Sequence[str], *, bringing_forward: bool = False, alone: bool = False
    ) -> "Iterator[Work]":
        """One unit of work in the name of the acting worker. Leaving it commits; an error takes everything back.

        `answers` is what will be printed of it, or the names of that: fields it does not have are refused before
        anything is written. It is refused while the rules of this release differ from the store's; only
        `drive upgrade`, which mends that, is `bringing_forward`. `alone` lets nobody else write meanwhile.
        """
        from drivecli import proof
        from drivecli.work import Actor, Work

        self.out.check_fields(answers)
        actor, today, catalogue = self.actor, self.today, self.catalogue
        db = self._open(write=True)
        who = Actor(actor.id, actor.username, actor.name, actor.role)
        rules = None if bringing_forward else fingerprint()
        proof.must_be_watched(db)
        work = Work(db, who, catalogue, today=today, command=self.command, rules=rules, alone=alone)
        work.login, work.once = self.login, self.asked.once
        try:
            with work:
                yield work
        finally:
            self.saved = self.saved or work.is_saved
            if work.is_saved and work.sealed:
                self.remember(work.sealed)

    def store_settings(self) -> dict[str, str]:
        """What the store keeps about itself: its prefix, schema, fingerprint of rules, the demo's day."""
        self._open(write=False)
        return self._store_settings

    def prefix(self) -> str:
        """The site prefix of refs."""
        return self.store_settings()["prefix"]

    def announce(self) -> None:
        """What every screen must say first, once: that this is the demo, or that today is not today."""
        if self._announced:
            return
        self._announced = True
        if self.asked.verbose:
            self.out.note(f"Store: {self.settings.store}")
        if self.settings.is_demo:
            self.out.mark("DEMO: invented people, a separate store.")
        elif self.settings.today:
            self.out.warn(f"DRIVE_TODAY is set: today is taken to be {self.settings.today.isoformat()}.")
        for sentence in self.preferences.passed_over:
            self.out.note(sentence)

    def refusal(self, error: BaseException) -> DriveError | None:
        """What a database's own error means for the person; None when it is not one."""
        from drivecli import db

        return db.as_refusal(error)

    def close(self) -> None:
        """Close the store, if it was opened."""
        if self._db:
            self._db.close()
            self._db = None

    def read_key(self) -> str:
        """The key of the store, read or asked for once in a command."""
        from drivecli import keys

        if self._no_key:
            raise self._no_key
        if self._key is None:
            ask = self._ask_secret if self._may_ask and not self.quick and self.person_present else None
            try:
                self._key = keys.read_key(self.settings, ask, quick=self.quick)
            except StoreUnusable as error:
                self._no_key = None if self._may_ask else error  # who did not know it is told so, and not asked again
                raise
        return self._key

    def key_is(self, key: str) -> None:
        """Take the key from whoever has just asked for it, so that nobody is asked twice."""
        self._key = key

    def _ask_secret(self, question: str) -> str:
        from drivecli import prompts

        self._may_ask = False  # who left with Ctrl-C is not asked again on the way out
        return prompts.secret(f"{question} (drive unlock asks once an hour)", accessible=self.accessible)

    def open_unchecked(self, *, write: bool) -> "Connection":
        """The open store without looking at its schema or rules: for `upgrade` and `doctor`, which mend and tell."""
        from drivecli import db, keys

        self.close()
        try:
            self._db = db.open_store(self.settings.store, self.read_key, write=write)
        except StoreUnusable as error:
            self._key = None
            if error.kind != "wrong_key" or not keys.close_session(self.settings):
                raise
            self._db = db.open_store(self.settings.store, self.read_key, write=write)  # what a session held was stale
        self._db_writes = write
        self._db.waiting = lambda who: self.out.note(f"Waiting for {who} to finish ...")
        return self._db

    def open_for_proof(self) -> "Connection":
        """The open store, whether or not it is as it was: for showing and accepting what is wrong with its record."""
        return self._look_into(self.open_unchecked(write=False), write=False)

    def _look_into(self, db: "Connection", *, write: bool) -> "Connection":
        """What the opened store says of itself, and what was last seen of it; from here on reads are of one moment.

        What was seen comes before that moment: a colleague may write and remember at any time.
        """
        from drivecli.queries.store import read_store_settings

        self._store_settings = read_store_settings(db)
        self.seen = self.anchor()
        db.rollback()
        if not write:
            db.begin(write=False)
        return db

    def open_checked(self, *, write: bool) -> "Connection":
        """The open store, outside a unit of work: for drafts and links, which are no record of a case."""
        db = self._open(write=write)
        db.rollback()
        if not write:
            db.begin(write=False)
        return db

    def _open(self, *, write: bool) -> "Connection":
        if self._db and not self._db.is_closed:
            if write and not self._db_writes:
                self._db.let_write()
                self._db_writes = True
            return self._db
        from drivecli import anchors

        db = self.open_unchecked(write=write)
        try:
            anchors.must_be_whole(self._look_into(db, write=write), self.seen)
        except BaseException:
            self.close()
            raise
        return db

    def _outdated(self) -> bool:
        return self.store_settings().get("rules") != fingerprint()
