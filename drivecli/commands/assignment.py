"""`drive assign`, `drive unassign`, `drive case transfer`: who works on a case.

`assign` and `unassign` have one option per assignable role; the options are made from the data.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any, TypeVar

import click

from drivecli.app import App
from drivecli.commandline import Asks, Everywhere, command
from drivecli.commands.approach import next_due
from drivecli.domain.days import say_day
from drivecli.errors import NotUnderstood
from drivecli.layout import words
from drivecli.params import USERNAME, case_argument, on_option, reason_option
from drivecli.queries.cases import CaseRow

F = TypeVar("F", bound=Callable[..., Any])
MANAGER = "case_manager"


class PerRole(Everywhere):
    """A command with one option for each role that a case can be given; `takes_worker` says whether it names one."""

    takes_worker = True

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        made = [self._role_option(role.code, role.label) for role in _assignable(ctx)]
        first, *rest = super().get_params(ctx)
        return [first, *made, *rest]

    @cache  # noqa: B019  (a command lives as long as the program, and Click compares options by identity)
    def _role_option(self, code: str, label: str) -> click.Option:
        flag = "--" + code.replace("_", "-")
        if self.takes_worker:
            return click.Option(
                [flag, f"role_{code}"],
                type=USERNAME,
                multiple=True,
                metavar="U",
                help=f"{label[:1].upper()}{label[1:]}.",
            )
        return click.Option([flag, f"role_{code}"], is_flag=True, help=f"{label[:1].upper()}{label[1:]}.")


class EndsRole(PerRole):
    """The same, where an option only says which role ends."""

    takes_worker = False


def _assignable(ctx: click.Context) -> list[Any]:
    from drivecli.catalogue import Catalogue

    helping = ctx.obj is None or ctx.resilient_parsing
    roles = (Catalogue() if helping else ctx.obj.catalogue).roles
    return [role for role in roles.values() if role.assignable and role.code != MANAGER]


@command(
    cls=PerRole,
    examples=["drive assign 42 --mental-health dana --substance carl", "drive assign 42 --police kit --on yesterday"],
    see=["drive unassign REF", "drive case transfer REF", "drive worker list"],
    asks=Asks(["ref", "role_*"], needs=["role_*"]),
)
@case_argument
@on_option("The day from which.")
@click.option("--over-capacity", is_flag=True, help="Give a worker more than their capacity; needs --reason.")
@reason_option(required=False)
@click.pass_obj
def assign(app: App, ref: Any, on: date, over_capacity: bool, reason: str | None, **roles: tuple[str, ...]) -> None:
    """Give a case its specialists. A role with one holder is handed over."""
    from drivecli.services import assignments

    wanted = [(name.removeprefix("role_"), username) for name, given in roles.items() for username in given]
    if not wanted:
        raise NotUnderstood("Say whom, as in --mental-health dana.", next="drive assign --help")
    with app.work(assignments.Given) as work:
        given = assignments.assign(work, ref, wanted, on=on, override=assignments.Override(over_capacity, reason))
    named = ", ".join(f"{username} ({words(role)})" for role, username in wanted)
    app.out.done(
        given, f"Assigned {named} to {given.ref} from {say_day(on)}.", ref=given.ref, notes=next_due(given.case)
    )


@command(
    cls=EndsRole,
    examples=[
        "drive unassign 42 --substance --reason 'work finished'",
        "drive unassign 42 --mental-health --on yesterday --reason 'moved to another service'",
    ],
    see=["drive assign REF"],
)
@case_argument
@on_option("The last day.")
@click.option("--worker", type=USERNAME, metavar="U", help="Only this worker, where a role has several.")
@reason_option()
@click.pass_obj
def unassign(app: App, ref: Any, on: date, worker: str | None, reason: str, **roles: bool) -> None:
    """End a specialist's work on a case. The history is kept."""
    from drivecli.services import assignments

    ended = [name.removeprefix("role_") for name, yes in roles.items() if yes]
    if not ended:
        raise NotUnderstood("Say which role ends, as in --substance.", next="drive unassign --help")
    with app.work(assignments.Given) as work:
        given = assignments.unassign(work, ref, ended, on=on, reason=reason, username=worker)
    named = ", ".join(words(role) for role in ended)
    app.out.done(given, f"Ended {named} on {given.ref}, {say_day(on)}.", ref=given.ref)


@command(
    examples=[
        "drive case transfer 42 --to ben --reason 'moved area'",
        "drive case transfer 42 --to ben --on yesterday --reason 'long leave'",
    ],
    see=["drive workload", "drive worker leave U"],
)
@case_argument
@click.option("--to", type=USERNAME, required=True, metavar="U", help="The new case manager.")
@on_option("The day from which.")
@click.option("--over-capacity", is_flag=True, help="Give the manager more than their capacity.")
@reason_option()
@click.pass_obj
def transfer(app: App, ref: Any, to: str, on: date, over_capacity: bool, reason: str) -> None:
    """Give a case another manager. The earlier one stays in the history."""
    from drivecli.services import assignments

    allowed = assignments.Override(over_capacity, reason)
    with app.work(CaseRow) as work:
        case = assignments.transfer(work, ref, to, on=on, reason=reason, override=allowed)
    app.out.done(case, f"{to} manages {case.ref} from {say_day(on)}.", ref=case.ref, notes=next_due(case))
