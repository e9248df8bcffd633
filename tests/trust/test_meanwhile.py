"""A colleague may write at any moment: that never makes a healthy store look as if an older state had been put back."""

from typing import Any

import pytest
from conftest import Drive

from drivecli import anchors, audit
from drivecli.queries import store


def writes_meanwhile(drive: Drive, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let a colleague look at a case right after a function was called, once."""
    whole, done = getattr(owner, name), []

    def slower(*given: Any, **named: Any) -> Any:
        answer = whole(*given, **named)
        if not done:
            done.append(name)
            drive.forked("case show 1")
        return answer

    monkeypatch.setattr(owner, name, slower)


@pytest.mark.parametrize("line", ["caseload", "doctor", "audit verify", "contact log 1 --mode phone --outcome held"])
def test_whoever_writes_while_a_store_is_opened_raises_no_alarm(drive: Drive, monkeypatch, line: str) -> None:
    drive.open_case()
    writes_meanwhile(drive, monkeypatch, store, "read_store_settings")

    assert drive(line).code == 0


def test_what_is_remembered_never_goes_back(drive: Drive, monkeypatch) -> None:
    drive.open_case()
    writes_meanwhile(drive, monkeypatch, audit, "seal_look")

    drive("case show 1", ok=True)

    name = drive.db().value("SELECT value FROM setting WHERE key = 'db_id'")
    assert anchors.read_anchor(drive.settings, name) == anchors.head(drive.db())
