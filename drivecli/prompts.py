"""The only module that asks. Every question goes through here, and only when a person is at the terminal.

An `accessible` question is lines read one after another: nothing is drawn anew, choices are a numbered list.
"""

import sys
from collections.abc import Sequence
from typing import Any

from drivecli.layout import safe_text

NOTHING = "?"
"""The first line of a list without a default: no answer."""


def text(question: str, *, needed: bool = True, accessible: bool = False) -> str:
    """A line of words; while they are `needed`, asked again when empty."""
    if accessible:
        import click

        empty = None if needed else ""
        return click.prompt(question, default=empty, show_default=False, prompt_suffix=" ", err=True).strip()
    import questionary

    return str(_ask(questionary.text(question, validate=lambda typed: not needed or bool(typed.strip()), **_plainly())))


def secret(question: str, *, accessible: bool = False) -> str:
    """A passphrase or a code, which is not shown while it is typed."""
    if accessible:
        import click

        return click.prompt(question, hide_input=True, prompt_suffix=": ", err=True).strip()
    import questionary

    return str(_ask(questionary.password(f"{question}:", validate=lambda typed: bool(typed.strip()), **_plainly())))


def choose(question: str, choices: Sequence[tuple[str, str]], default: str = "", *, accessible: bool = False) -> str:
    """One of (code, words); the code is returned. Enter alone takes the default, and nothing where there is none.

    A call that nobody made, or an approach that nobody agreed, must not be recorded by two keys pressed in a hurry.
    """
    listed = [(code, safe_text(words)) for code, words in choices]
    if accessible:
        return _choose_number(question, listed, default)
    codes = [code for code, _ in listed]
    if len(listed) > 1 and default not in codes:
        listed.insert(0, (NOTHING, "choose one:"))
    while (chosen := _select(question, listed, default)) == NOTHING:
        pass
    return chosen


def _select(question: str, listed: Sequence[tuple[str, str]], default: str) -> str:
    import questionary

    offered = [questionary.Choice(title=words, value=code) for code, words in listed]
    return str(
        _ask(
            questionary.select(
                question,
                choices=offered,
                default=next((each for each in offered if each.value == default), None),
                instruction="(arrow keys, then Enter)",
                use_jk_keys=False,
                **_plainly(),
            )
        )
    )


def confirm(question: str, *, accessible: bool = False) -> bool:
    """Yes or no; no unless yes is said."""
    if accessible:
        import click

        return click.confirm(question, default=False, err=True)
    import questionary

    return bool(_ask(questionary.confirm(question, default=False, **_plainly())))


def _choose_number(question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
    import click

    numbered = {str(number): code for number, (code, _) in enumerate(choices, 1)}
    usual = next((number for number, code in numbered.items() if default and code == default), None)

    def read(typed: str) -> str:
        if typed.strip() in numbered:
            return numbered[typed.strip()]
        raise click.UsageError(f"“{typed}” is not on the list; type a number from 1 to {len(numbered)}.")

    lines = [f"{number}. {words}" for number, (_, words) in enumerate(choices, 1)]
    asked = "\n".join([f"{question}:", *lines, f"Number from 1 to {len(numbered)}"])
    return click.prompt(asked, default=usual, value_proc=read, err=True)


def _plainly() -> dict[str, Any]:
    """Questions go where notices go, since they are no result, and use the colours a person may have chosen anew."""
    from prompt_toolkit.output import ColorDepth, create_output

    return {"output": create_output(sys.stderr), "color_depth": ColorDepth.from_env() or ColorDepth.DEPTH_4_BIT}


def _ask(question: Any) -> Any:
    """Ctrl-C becomes KeyboardInterrupt here, never an empty answer."""
    return question.unsafe_ask()
