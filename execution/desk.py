"""The Desk and the list of jobs: what waits for an operator, what one has in hand, what was done lately. Only Jobs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from execution.appointments import telling_when, with_appointments
from execution.asked import Asked
from execution.bench import claim_door
from execution.day import Ahead, Day, ahead_of, day_of
from execution.hand import of_others
from execution.models import Job, ServiceEvent
from qtm.doors import DrawnDoor, door_of
from qtm.models import Operator, User
from qtm.paging import Page, page_of
from qtm.runtime import within
from qtm.spine import words

RECENT = 5
NEXT = {
    "ready": "Start",
    "in_progress": "Carry on",
    "paused": "Go on",
    "recorded": "Open the next part",
    "completed": "Complete the job",
}


@dataclass(frozen=True)
class Waiting:
    """A queued Job on the Desk of one person."""

    job: Job
    user: User

    @cached_property
    def asked(self) -> Asked:
        """What it is about."""
        return Asked(self.job)

    @cached_property
    def claim(self) -> DrawnDoor | None:
        """The door that claims it, if it is this person's to claim."""
        return claim_door(self.job, self.user)


@dataclass(frozen=True)
class InHand:
    """A Job with the ServiceEvent that carries it out, or did."""

    event: ServiceEvent

    @property
    def job(self) -> Job:
        """The Job."""
        job: Job = self.event.job
        return job

    @cached_property
    def asked(self) -> Asked:
        """What it is about."""
        return Asked(self.job)

    @property
    def next(self) -> str:
        """What comes next, in a word or two."""
        return NEXT["recorded" if self.between else self.event.state]

    @property
    def between(self) -> bool:
        """Whether a part is recorded and the next one still to be opened."""
        return self.event.state == "completed" and not self.event.final

    @property
    def stands(self) -> str:
        """Where it stands: work that has ended leaves a job to complete, or a next part to open."""
        if self.between:
            return self._over
        return "to be completed" if self.event.state == "completed" else words(self.event.state)

    @property
    def _over(self) -> str:
        """Which part is done, and which one comes next."""
        runtime, part = self.job.version.reads, self.event.part
        done, ahead = next(each for each in runtime.events if each.code == part), runtime.after(part)
        return f"{within(done.label)} is done" + (f"; next: {within(ahead.label)}" if ahead else "")

    @property
    def release(self) -> str:
        """Where it can be given back, as long as nothing has begun."""
        self.job.event = self.event
        return "" if self.job.begun else door_of(Job, "release").action(self.job)

    @property
    def outcome(self) -> str:
        """How it ended."""
        return self.event.version.reads.outcome(self.event.outcome).label


class Desk:
    """What one person finds on the Desk of their operator."""

    def __init__(self, user: User, place: str = "", most: int = 10) -> None:
        """`place`: from where in the queue on; `most`: how many in hand, of each kind, are shown."""
        self.user, self.place, self.most = user, place, most
        self.operator: Operator = user.standing.operator

    @cached_property
    def page(self) -> Page:
        """A page of the queue, the oldest first."""
        return page_of(telling_when(_jobs(self.operator, "queued")).select_related("worker"), self.place, size=20)

    @cached_property
    def queue(self) -> list[Waiting]:
        """What can be claimed, and what was given to somebody by name."""
        for job in self.page.rows:
            job.operator = self.operator
        return [Waiting(job, self.user) for job in self.page.rows]

    @cached_property
    def mine(self) -> list[InHand]:
        """What this person has claimed and not completed."""
        mine = self._in_hand(hand__operator=self.operator, hand__worker=self.user)
        with_appointments([each.job for each in mine])
        return mine

    @cached_property
    def day(self) -> Day:
        """How far this person is today."""
        return day_of(self.user, self.operator)

    @property
    def hand(self) -> str:
        """How many this person has in hand, as far as they are shown."""
        return f"{len(self.mine)}{'+' if len(self.mine) == self.most else ''}"

    @property
    def next(self) -> Ahead | None:
        """What comes next: of what this person has not begun, or left resting, and of what waits for them by name, the first wished for."""
        resting = [each.job for each in self.mine if each.event.state in ("ready", "paused")]
        claimed = [ahead_of(job.pk, job.context, claimed=True, appointment=job.appointment) for job in resting]
        return min([*claimed, *self.day.named], key=lambda each: each.order, default=None)

    @cached_property
    def others(self) -> list[InHand]:
        """What others of the operator have claimed: an owner may carry it on, a worker looks on."""
        return self._in_hand(hand__in=of_others(self.user, self.operator, self.most))

    def _in_hand(self, **whose: Any) -> list[InHand]:
        """What is claimed and not completed, the oldest first."""
        events = ServiceEvent.objects.filter(**whose).order_by("hand__since", "hand")
        return [InHand(event) for event in events.select_related("job__version", "worker")[: self.most]]

    @cached_property
    def recent(self) -> list[InHand]:
        """The Jobs completed last."""
        newest = ServiceEvent.objects.filter(
            job__operator=self.operator, job__state="completed", state="completed", final=True
        ).order_by("-job__since", "-job__pk")
        return [InHand(event) for event in newest.select_related("job", "worker", "version")[:RECENT]]


def done(operator: Operator, place: str = "") -> tuple[list[InHand], str]:
    """A page of the completed Jobs, the newest first, and the place after it."""
    page = page_of(_jobs(operator, "completed"), place, newest=True)
    events = {
        event.job_id: event
        for event in ServiceEvent.objects.filter(job__in=page.rows, state="completed", final=True).select_related(
            "worker", "version"
        )
    }
    for job in page.rows:
        events[job.pk].job = job
    return [InHand(events[job.pk]) for job in page.rows], page.further


def _jobs(operator: Operator, state: str) -> QuerySet[Job]:
    """An operator's Jobs in one state."""
    return Job.objects.filter(operator=operator, state=state)
