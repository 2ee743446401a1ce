"""Governance: the Task is reviewed, approved and assigned by people; nothing here is work yet."""

from governance.assignment import Appointment, Assignment
from governance.bulk import Bulk, BulkOutcome
from governance.listing import Listing
from governance.question import Question
from governance.saved import SavedView
from governance.task import BEFORE_ASSIGNED, PRIORITIES, Correction, Plan, Task

__all__ = [
    "BEFORE_ASSIGNED",
    "PRIORITIES",
    "Appointment",
    "Assignment",
    "Bulk",
    "BulkOutcome",
    "Correction",
    "Listing",
    "Plan",
    "Question",
    "SavedView",
    "Task",
]
