"""Reviews, and a lead's mark that an overdue case is known."""

from datetime import date

from drivecli.models.base import Fact, fact_indexes


class Review(Fact, table=True):
    __table_args__ = fact_indexes("review")

    kind: str
    note: str | None = None


class Seen(Fact, table=True):
    """A lead knows that the case is overdue. It stays overdue, and shows this until `until_on`."""

    __table_args__ = fact_indexes("seen")

    until_on: date
    note: str | None = None
