"""What crosses over from governance into execution with a Job."""

from typing import Any

from governance.appointments import window_of
from governance.details import as_asked
from governance.models import Assignment


def context_of(assignment: Assignment) -> dict[str, Any]:
    """What crosses into execution: the Intake with its corrections, what was said at assignment, and the appointment that counts then."""
    task = assignment.task
    facts = as_asked(task.stands())
    answers, _ = task.version.reads.answers(facts["answers"])
    appointment = window_of(assignment.appointment)
    return {**facts, "answers": answers, "note": assignment.note, "appointment": appointment}
