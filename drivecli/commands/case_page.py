"""How a case looks on one screen: hold and approach first, then how to reach the person, the window, what is due."""

from collections.abc import Callable, Iterator
from datetime import date

from drivecli.app import App
from drivecli.domain.days import say_day
from drivecli.domain.practice import weight_rank
from drivecli.layout import Column, safe_text, say, words
from drivecli.queries.case_page import CasePage
from drivecli.queries.cases import DeadlineRow
from drivecli.render import Out

CONTACTS = [
    Column("id", "No."),
    Column("on", "Day"),
    Column("mode", "How", words),
    Column("outcome", "Outcome", words),
    Column("by", "By"),
]


def page(app: App) -> Callable[[Out, CasePage], Iterator[str]]:
    """The lines of a case's page."""

    def lines(out: Out, case: CasePage) -> Iterator[str]:
        yield out.heading(safe_text(f"{case.ref}  {case.name}"))
        yield from _standing(app, case)
        yield ""
        yield from out.pairs([pair for pair in _person(app, case) if pair[1]])
        yield ""
        yield from _window(out, case, app.today)
        yield ""
        yield from out.pairs([pair for pair in _work(app, case) if pair[1]])
        yield from _deadlines(out, case)
        if case.contacts:
            yield ""
            yield out.heading("Last contacts")
            yield from out.table_lines(case.contacts, CONTACTS)

    return lines


def _standing(app: App, case: CasePage) -> Iterator[str]:
    """What must be known before anything is done."""
    if case.held:
        reason = app.label("hold_reason", case.held.reason)
        yield safe_text(
            f"HOLD until {say(case.held.until)}: no direct contact. "
            f"{reason[:1].upper()}{reason[1:]}, by {case.held.by_whom}."
        )
    approach = case.approach
    if approach is None:
        yield "APPROACH: nobody has said yet whether the person may be approached. Do not contact the person."
    elif approach.state == "agreed" and approach.until and approach.until < app.today:
        yield safe_text(
            f"APPROACH no longer agreed: it ran out on {say(approach.until)} (with {approach.with_whom}). "
            "Do not contact the person until it is agreed anew."
        )
    else:
        until = f", until {say(approach.until)}" if approach.until else ""
        modes = f", by {words(approach.modes).replace(',', ' or ')} only" if approach.modes else ""
        state = app.label("approach_state", approach.state)
        said = f"APPROACH {state}{until}{modes} (with {approach.with_whom}, {say(approach.on)})."
        yield safe_text(said + ("" if approach.state == "agreed" else " Do not contact the person."))
    if case.suspended:
        out = case.suspended.expected_release
        release = f" Release expected {say(out)}." if out else ""
        reason = app.label("suspend_reason", case.suspended.reason)
        yield f"SUSPENDED since {say(case.suspended.on)}: {reason}.{release}"
    if case.status == "closed":
        yield f"CLOSED {say(case.closed_on)}: {app.label('closure_reason', case.closure_reason)}."
    if case.seen_until:
        yield f"A lead knows of this case until {say(case.seen_until)}."


def _person(app: App, case: CasePage) -> list[tuple[str, str]]:
    language = case.language or ""
    if case.interpreter:
        language = f"{language}, interpreter needed".strip(", ")
    return [
        ("Person", case.person),
        ("Also known as", say(case.aliases)),
        ("Born", f"{case.dob.day} {case.dob:%b %Y}" if case.dob else ""),
        ("Sex", app.label("sex", case.sex)),
        ("Ethnicity", say(case.ethnicity)),
        ("Language", language),
        ("Phone", say(case.phone)),
        ("Address", say(case.address)),
        ("Identifiers", say(case.identifiers)),
        ("Other cases", say(case.earlier_cases)),
    ]


def _window(out: Out, case: CasePage, today: date) -> Iterator[str]:
    whole = max((case.window_ends_on - case.opened_on).days, 1)
    gone = ((case.closed_on or today) - case.opened_on).days / whole
    left = f"{case.days_left} days left" if case.days_left >= 0 else f"ended {-case.days_left} days ago"
    left = f"closed {say_day(case.closed_on)}" if case.closed_on else left
    yield f"Window  {out.bar(gone)}  month {case.window_month} of {case.window_months}, {left}"
    yield f"        {say_day(case.opened_on)} to {say_day(case.window_ends_on)}"


def _work(app: App, case: CasePage) -> list[tuple[str, str]]:
    return [
        ("Stage", app.label("stage", case.stage)),
        ("Tier", app.label("tier", case.tier)),
        ("Area", app.label("area", case.area)),
        ("Route", app.label("route", case.route)),
        ("External ref", say(case.external_ref)),
        ("Assigned", "; ".join(f"{each.name} ({words(each.role)})" for each in case.assigned) or "nobody"),
    ]


def _deadlines(out: Out, case: CasePage) -> Iterator[str]:
    """What is late first, by weight; then by day."""

    def urgency(row: DeadlineRow) -> tuple[int, int, date]:
        return (0, weight_rank(row.weight), row.due_on) if row.overdue_days else (1, 0, row.due_on)

    yield ""
    yield out.heading("Due")
    for row in sorted(case.deadlines, key=urgency):
        late = f"OVERDUE {row.overdue_days} day{'' if row.overdue_days == 1 else 's'}" if row.overdue_days else ""
        yield from out.two_parts(f"  {say_day(row.due_on)}  {words(row.kind)}  {late}".rstrip(), f"({row.because})")
    if not case.deadlines:
        yield "  Nothing."
