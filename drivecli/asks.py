"""What a command asks a person for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drivecli.app import App


@dataclass(frozen=True)
class Asks:
    """What a command asks a person for when something it needs is missing: parameters by name, in order.

    `role_*` stands for one of the options that begin so. `needs` are asked for as if Click required them. `needless`
    says what need not be asked for once an option was given (`same_as`), or given so (`state=never`). `sure` is a last
    question of yes or no. `first` may refuse before anything is asked. Without `keeps`, no answer outlives Ctrl-C.
    """

    names: Sequence[str]
    needs: Sequence[str] = ()
    needless: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sure: str = ""
    first: Callable[[App, Mapping[str, Any]], object] = lambda app, said: app.read()
    keeps: bool = True
