"""What crosses over from governance into execution with a Job."""

from typing import Any

from governance.models import Assignment


def context_of(assignment: Assignment) -> dict[str, Any]:
    """What crosses into execution: the Intake with its corrections, and what was said at assignment."""
    task = assignment.task
    intake = task.intake
    facts = {
        name: getattr(intake, name) for name in ("summary", "tier", "name", "phone", "email", "place", "description")
    }
    facts |= {
        "wished": intake.wished.isoformat() if intake.wished else "",
        "latitude": str(intake.latitude) if intake.latitude is not None else "",
        "longitude": str(intake.longitude) if intake.longitude is not None else "",
    }
    facts |= {each.field: each.becomes for each in task.corrections.all()}
    return {**facts, "answers": intake.answers, "note": assignment.note}
