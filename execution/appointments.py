"""Appointments in execution: read for many Jobs at once, and what is told of an Assignment's work: that it was cancelled, or is completed."""

from collections.abc import Sequence
from functools import partial

from django.db.models import Exists, OuterRef, QuerySet

from execution.job import ENDED, Job
from governance import appointed
from governance.appointments import appointments_of, newest


def with_appointments(jobs: Sequence[Job]) -> Sequence[Job]:
    """The same Jobs, with the appointment that counts for each: one query, or none where there are none."""
    found = appointments_of(job.assignment_id for job in jobs) if jobs else {}
    for job in jobs:
        job.appointment = found.get(job.assignment_id)
    return jobs


def telling_when(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Jobs that are read along with the appointment that counts for each."""
    return jobs.annotate(appointed=newest("assignment_id"))


def _ended(state: str, of: str) -> Exists:
    """Whether the Job of an Assignment ended so; `of`: the way to the Assignment's id."""
    return Exists(Job.objects.filter(assignment=OuterRef(of), state=state))


appointed.ENDED |= {state: partial(_ended, state) for state in ENDED}
