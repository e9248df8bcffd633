"""What overdue means, in every command, for ever. Apart from the clock, because every list reads it."""

from datetime import date


def is_overdue(due_on: date, today: date) -> bool:
    """Overdue means due before today. Due today is due today."""
    return due_on < today


def days_overdue(due_on: date | None, today: date) -> int:
    """Calendar days since the due day; 0 when not overdue."""
    return max(0, (today - due_on).days) if due_on else 0


def say_overdue(overdue: int, of: int) -> str:
    """As in `7 of 27 open cases are overdue`."""
    return f"{overdue} of {of} open case{'' if of == 1 else 's'} {'is' if 1 in (overdue, of) else 'are'} overdue"
