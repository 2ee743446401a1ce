"""The Job: created by one explicit act, and carrying all that was asked into execution."""

from functools import cached_property
from typing import Any

from django.db import models
from django.urls import reverse

from execution.crossing import context_of
from governance.models import Assignment
from qtm.models import Operator, SurfaceVersion, User
from qtm.refusals import Conflict
from qtm.spine import ACTIVE, WORKING, BornOf, Boundary, Room, Verb, birth, move, words

ENDED = ["completed", "cancelled"]
STARTED = "It has been started, and what was started is completed, with whatever outcome."
UNDONE = "Complete the work first, with its outcome; the job comes after it."


class Job(Room):
    """The executable work container; it carries all the context of what was asked."""

    first = "queued"
    letter = "J"
    zone = "execution"
    title = "Job"
    layer = "operator"
    seen_with = "governance.see_console"
    access = ACTIVE
    boundary = Boundary("explicit Create Job handoff", "assignment does not create executable work by itself")

    case_id = models.BigIntegerField(db_index=True)
    assignment = BornOf(
        Assignment, {"handed_off": []}, same=["governor", "version", "operator", "worker"], related_name="job"
    )
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(SurfaceVersion, models.PROTECT, related_name="+")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    context = models.JSONField()

    class Meta(Room.Meta):
        indexes = [
            models.Index(fields=["operator", "state", "since", "id"], name="execution_job_desk"),
            models.Index(
                fields=["governor", "state", "since", "id"],
                condition=models.Q(state__in=["queued", "claimed"]),
                name="execution_job_queue",
            ),
            models.Index(
                fields=["worker", "since", "id"],
                condition=models.Q(state="queued", worker__isnull=False),
                name="execution_job_named",
            ),
            models.Index(
                fields=["since", "id", "governor"], condition=models.Q(state__in=ENDED), name="execution_job_ended"
            ),
        ]

    @property
    def page(self) -> str:
        """Where it is carried out."""
        return reverse("job", args=[self.pk])

    @cached_property
    def event(self) -> Any:
        """The ServiceEvent that carries it out, once it is claimed."""
        return self.events.exclude(state="abandoned").select_related("worker").first()

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Completed only after its ServiceEvent; released only before any work; and as the operator's access allows."""
        if verb.name == "complete" and (row.event is None or row.event.state != "completed"):
            return UNDONE
        if verb.name == "release" and row.event and row.event.state != "ready":
            return STARTED
        return kept_out(cls, verb, row)

    def _guard(self, verb: Verb, reason: str) -> None:
        """Besides what every room asks: what somebody claimed, they give back or complete, or an owner does."""
        super()._guard(verb, reason)
        if verb.name in {"release", "complete"} and self.event:
            self.event.refuse_others()

    @birth(
        Assignment,
        "active",
        label="Create Job",
        button="Create Job for {row.operator}",
        says="Puts it on their Desk with what was asked, as it was put right, and nothing else of this case. One way: it cannot be taken back into review.",
        codename="create_job",
        layer="governor",
        primary=True,
    )
    def create(cls, assignment: Assignment) -> "Job":  # noqa: N805
        """Create Job: the explicit, one-way handoff from governance into execution."""
        assignment.hand_off()
        return cls.born(assignment=assignment, context=context_of(assignment))

    @move("queued", "claimed", own_door=False, access=ACTIVE)
    def be_claimed(self) -> None:
        """A ServiceEvent is born of it."""

    @move(
        "claimed",
        "queued",
        no=True,
        label="Release",
        says="It goes back to the queue, for somebody else of yours to claim.",
        access=WORKING,
    )
    def release(self) -> None:
        """Give it back before it was started."""
        if self.event is None or self.event.state != "ready":
            raise Conflict(self.event, sentence=STARTED)
        self.event.abandon()

    @move(
        "claimed",
        "completed",
        label="Complete the job",
        says="Your part is done. The record is sealed already.",
        access=WORKING,
        primary=True,
    )
    def complete(self) -> None:
        """The operator's own word that the Job is done, after its ServiceEvent."""
        if self.event is None or self.event.state != "completed":
            raise Conflict(self.event, sentence=UNDONE, heading="It has not come that far")

    @move(
        "queued",
        "cancelled",
        no=True,
        layer="governor",
        label="Cancel the job",
        says="It leaves the Desk. Task and assignment stay as they are.",
    )
    def cancel(self) -> None:
        """Take a queued Job off the Desk; it reopens nothing."""


def kept_out(room: type[Room], verb: Verb, row: Any) -> str:
    """Why the operator's access keeps a verb shut; empty where it does not."""
    needed = room.access if verb.of else verb.access
    if needed and row.operator.state not in needed:
        return f"{row.operator} is {words(row.operator.state)}: what is in progress can be finished, and nothing new begun."
    return ""
