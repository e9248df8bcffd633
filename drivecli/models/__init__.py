"""The tables: columns and constraints, no rules.

Importing this package loads SQLModel, so only services and migrations do. Table classes do not check what they are
given: values are checked in `domain`, and again by the constraints here.
"""

from drivecli.models.assignment import Assignment
from drivecli.models.audit import AuditEvent, Change, Unsealed
from drivecli.models.base import metadata
from drivecli.models.batch import ImportBatch, ImportMade
from drivecli.models.case import (
    AreaChange,
    Case,
    Closing,
    Extension,
    Opening,
    ReleaseDate,
    StageChange,
    Suspension,
    TierChange,
)
from drivecli.models.checklist import Checklist, ChecklistItem, ChecklistTick
from drivecli.models.contact import Approach, Contact, Hold
from drivecli.models.deadline import Deadline
from drivecli.models.export import ExportLog
from drivecli.models.person import Person, PersonIdentifier, PersonLink, PersonName
from drivecli.models.record import Draft, Event, EventCase, FieldChange, Setting, SiteFile
from drivecli.models.review import Review, Seen
from drivecli.models.worker import Agency, Worker, WorkerAway, WorkerLogin

__all__ = [
    "Agency",
    "Approach",
    "AreaChange",
    "Assignment",
    "AuditEvent",
    "Case",
    "Change",
    "Checklist",
    "ChecklistItem",
    "ChecklistTick",
    "Closing",
    "Contact",
    "Deadline",
    "Draft",
    "Event",
    "EventCase",
    "ExportLog",
    "Extension",
    "FieldChange",
    "Hold",
    "ImportBatch",
    "ImportMade",
    "Opening",
    "Person",
    "PersonIdentifier",
    "PersonLink",
    "PersonName",
    "ReleaseDate",
    "Review",
    "Seen",
    "Setting",
    "SiteFile",
    "StageChange",
    "Suspension",
    "TierChange",
    "Unsealed",
    "Worker",
    "WorkerAway",
    "WorkerLogin",
    "metadata",
]
