"""What is written about execution: to the requester when somebody is to come and is on the way, to those who work what comes onto their Desk and leaves it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime

from execution.models import Job, Travel
from governance.appointments import appointments_of
from governance.letters import CANCELLED, to_requester
from governance.models import Appointment, Assignment
from qtm.letters.declared import LETTERS, Kind, Recipient
from qtm.models import Membership, Operator, User
from qtm.spine import WORKING


def carried_out(job: Job) -> Iterator[Recipient]:
    """The operator of a Job, and whom it names to do it; nobody where their access is closed."""
    operator, worker, language = job.operator, job.worker, settings.LETTER_LANGUAGE
    if operator.state not in WORKING:
        return
    if operator.email:
        yield Recipient("operator", operator.email, language, operator.name)
    if worker and worker.email not in ("", operator.email) and _works_for(worker, operator):
        yield Recipient("worker", worker.email, language, str(worker))


def _works_for(worker: User, operator: Operator) -> bool:
    """Whether somebody is still a member, and their account is open."""
    return worker.is_active and Membership.objects.filter(user=worker, operator=operator, left_at=None).exists()


def of_job(job: Job) -> Mapping[str, Any]:
    """What a Job is about, and its page; who asked, where and how they are reached stands there alone."""
    wished = job.context.get("wished")
    return {
        "reference": job.reference,
        "what": job.context["summary"],
        "operator": str(job.operator),
        "wished": parse_datetime(wished) if wished else None,
        "link": settings.SITE_URL + job.page,
    }


def _job(job: Job) -> Job:
    """A Job says itself whose it is."""
    return job


def _travelled(travel: Travel) -> Job:
    """The Job of a way to it."""
    job: Job = travel.event.job
    return job


def _sets_off(travel: Travel) -> bool:
    """Whether it is the beginning of the way: whoever arrives is seen."""
    return not travel.arrived


def _who_comes(travel: Travel) -> Mapping[str, Any]:
    """Who is on the way, as a business."""
    return {"operator": str(travel.event.operator)}


def _appointed(row: Job | Appointment) -> Assignment:
    """The Assignment whose appointment it is: of the Job that was created with one, or of the one that was set anew."""
    assignment: Assignment = row.assignment
    return assignment


def _is_work(row: Job | Appointment) -> bool:
    """Whether there is a Job and somebody is to come: an Assignment makes no work, and its appointment is nobody else's to know yet."""
    return bool(row.context.get("appointment")) if isinstance(row, Job) else row.assignment.state == "handed_off"


def _from_until(row: Job | Appointment) -> Mapping[str, Any]:
    """Who comes, and when: by what stands when the letter is sent, so that nobody is told an hour that is over already."""
    stands = appointments_of([row.assignment_id])[row.assignment_id]
    return {"operator": str(row.assignment.operator), "starts": stands.starts, "ends": stands.ends}


MEMBERS = ("operator", "worker")
NEW_JOB = Kind("new-job", "New job", MEMBERS, _job, carried_out, of_job)
JOB_CANCELLED = Kind("job-cancelled", "Job cancelled", MEMBERS, _job, carried_out, of_job)
ON_THE_WAY = to_requester("on-the-way", "On the way", case=_travelled, when=_sets_off, says=_who_comes)
SCHEDULED = to_requester("scheduled", "Scheduled", case=_appointed, when=_is_work, says=_from_until)
LETTERS |= {
    (Job.label(), ">queued"): [NEW_JOB, SCHEDULED],
    (Appointment._meta.label, ""): [SCHEDULED],
    (Job.label(), "cancelled"): [CANCELLED, JOB_CANCELLED],
    (Travel._meta.label, ""): [ON_THE_WAY],
}
