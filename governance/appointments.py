"""Appointments as pages ask for them: the one that counts, of a case, of an Assignment, or of many."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from governance.appointed import STANDS
from governance.models import Appointment


def counting() -> QuerySet[Appointment]:
    """The appointments that count: of each Assignment that stands the newest."""
    newer = Appointment.objects.filter(assignment=OuterRef("assignment"), pk__gt=OuterRef("pk"))
    return Appointment.objects.filter(~Exists(newer), assignment__state__in=STANDS)


def appointment_of(case_id: int) -> Appointment | None:
    """The appointment of a case, if it has one: what its requester and whoever governs it are told."""
    return counting().filter(assignment__case_id=case_id).first()


def appointments_of(assignments: Iterable[int]) -> dict[int, Appointment]:
    """The appointments of these Assignments, by their ids: one query for a page."""
    return {each.assignment_id: each for each in counting().filter(assignment__in=list(assignments))}


def window_of(found: Appointment | None) -> dict[str, Any] | None:
    """An appointment as data, such as crosses with a Job."""
    return {"starts": found.starts.isoformat(), "ends": found.ends.isoformat()} if found else None
