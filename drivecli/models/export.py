"""What was taken out to files: of what, how much, in which form, and why."""

from sqlmodel import Field

from drivecli.models.base import Recorded


class ExportLog(Recorded, table=True):
    """An export, written down before its first row left. `rows` is how many were asked for then.

    `restricted` says that restricted notes, phone numbers and addresses were among them; `reason` is why.
    """

    __tablename__ = "export_log"

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    rows: int
    form: str
    restricted: bool
    reason: str | None = None
