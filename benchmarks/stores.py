"""Stores of a chosen size for the benchmarks, made through the unit of work in bulk."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from drivecli import db, keys
from drivecli.catalogue import Catalogue
from drivecli.models import Approach, Assignment, Case, Closing, Contact, Opening, Person, StageChange, TierChange
from drivecli.queries import workers
from drivecli.services import setup
from drivecli.settings import Settings, read_settings
from drivecli.work import Actor, Work

TODAY = date(2026, 3, 2)


def build(home: Path, *, opened: int, overdue: int, closed: int = 0) -> Settings:
    """A store under `home` with `opened` open cases, of which `overdue` are overdue on TODAY, and `closed` closed ones."""
    settings = read_settings({"DRIVE_HOME": str(home)}, demo=False)
    login = f"{os.environ.get('USER', 'root')}@bench"
    setup.start(settings, "WS", setup.FirstWorker("Sam Okoro", "sam", "case_manager", login))
    connection = db.open_store(settings.store, lambda: keys.read_key(settings), write=True)
    found = workers.find(connection, "sam")
    who = Actor(found.id, found.username, found.name, found.role)
    with Work(connection, who, Catalogue(), today=TODAY, command="benchmark", now=lambda: datetime.now(UTC)) as work:
        _fill(work, opened, overdue, closed)
    connection.run("ANALYZE")
    connection.close()
    return settings


def _fill(work: Work, opened: int, overdue: int, closed: int) -> None:
    numbers = range(1, opened + closed + 1)
    start = TODAY - timedelta(days=80)
    work.add_many(Person, [
        {"id": n, "ref": f"P-{n:04d}", "forename": "Robin", "surname": f"Example{n}"} for n in numbers
    ])
    work.add_many(Case, [
        {"id": n, "ref": f"WS-{n:04d}", "person_id": n, "route": "police", "opened_on": start, "window_months": 10}
        for n in numbers
    ])
    work.add_many(Opening, [{"case_id": n, "occurred_on": start, "window_months": 10} for n in numbers])
    work.add_many(StageChange, [{"case_id": n, "occurred_on": start, "stage": "engaged"} for n in numbers])
    work.add_many(TierChange, [
        {"case_id": n, "occurred_on": start, "tier": "high" if n % 3 else "standard"} for n in numbers
    ])
    work.add_many(Approach, [
        {"case_id": n, "occurred_on": start, "state": "agreed", "with_whom": "adviser"} for n in numbers
    ])
    work.add_many(Assignment, [
        {"case_id": n, "occurred_on": start, "worker_id": work.actor.id, "role": "case_manager"} for n in numbers
    ])
    late = set(numbers[:: max(opened // overdue, 1)][:overdue]) if overdue else set()
    work.add_many(Contact, [
        {"case_id": n, "occurred_on": TODAY - timedelta(days=days), "mode": "phone", "outcome": "held",
         "kind": "direct", "made_by": work.actor.id, "note": "spoke about the week"}
        for n in numbers
        for days in ((60, 40, 20) if n in late else (21, 14, 7, 3))
    ])
    work.add_many(Closing, [
        {"case_id": n, "occurred_on": TODAY - timedelta(days=1), "closure_reason": "completed"}
        for n in numbers[opened:]
    ])
