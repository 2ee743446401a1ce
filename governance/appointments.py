"""Appointments as pages ask for them: the one that counts, of a case, of an Assignment, or of many."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from governance.appointed import STANDS, became
from governance.models import Appointment, Assignment


def counting() -> QuerySet[Appointment]:
    """The appointments that count: of each Assignment that stands the newest."""
    newer = Appointment.objects.filter(assignment=OuterRef("assignment"), pk__gt=OuterRef("pk"))
    return Appointment.objects.filter(~Exists(newer), assignment__state__in=STANDS)


def appointments_of(assignments: Iterable[int]) -> dict[int, Appointment]:
    """The appointments of these Assignments, by their ids: one query for a page."""
    return {each.assignment_id: each for each in counting().filter(assignment__in=list(assignments))}


def telling(assignments: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Assignments that know their appointment, and how their work ended, without being asked again."""
    return assignments.annotate(told=became(), appointed=newest("pk"))


def newest(of: str) -> Subquery:
    """The appointment that counts, as data beside the row of a query; `of`: the way to its Assignment."""
    own = Appointment.objects.filter(assignment=OuterRef(of)).order_by("-pk")
    return Subquery(own.values(said=JSONObject(starts="starts", ends="ends"))[:1])


def as_appointment(said: Mapping[str, str] | None) -> Appointment | None:
    """What was read beside a row, as the appointment that it is."""
    return Appointment(**{name: datetime.fromisoformat(said[name]) for name in ("starts", "ends")}) if said else None


def window_of(found: Appointment | None) -> dict[str, Any] | None:
    """An appointment as data, such as crosses with a Job."""
    return {"starts": found.starts.isoformat(), "ends": found.ends.isoformat()} if found else None
