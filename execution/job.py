"""The Job: created by one explicit act, and carrying all that was asked into execution."""

from functools import cached_property
from typing import Any

from django.db import models
from django.urls import reverse

from execution.crossing import context_of
from governance.appointments import appointments_of, as_appointment
from governance.models import Appointment, Assignment
from qtm.law import own_law
from qtm.models import Operator, SurfaceVersion, User
from qtm.refusals import Conflict
from qtm.runtime import Event, within
from qtm.spine import ACTIVE, WORKING, BornOf, Boundary, Room, Verb, birth, move, words

ENDED = ["completed", "cancelled"]
STARTED = "It has been started, and what was started is completed, with whatever outcome."
UNDONE = "Complete the work first, with its outcome; the job comes after it."
STANDS = "A part of it is completed and recorded, and stays; what is left is carried out, with whatever outcome."
BETWEEN = "A part of the work is still to come; the job comes after the last one."


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
        constraints = [own_law("execution_waits_law", "execution/waits.sql")]
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

    @property
    def about(self) -> str:
        """What was asked, and where."""
        return " · ".join(filter(None, (self.context["summary"], self.context["place"])))

    @cached_property
    def appointment(self) -> Appointment | None:
        """The appointment that counts now; it may have been set anew since it crossed over."""
        if "appointed" in self.__dict__:
            return as_appointment(self.__dict__["appointed"])
        return appointments_of([self.assignment_id]).get(self.assignment_id)

    @cached_property
    def parts(self) -> list[Any]:
        """The ServiceEvents that carry it out, one after the other, but for those that were given up before any work."""
        return list(self.events.exclude(state="abandoned").select_related("worker").order_by("pk"))

    @cached_property
    def event(self) -> Any:
        """The newest of them, once it is claimed."""
        return self.parts[-1] if self.parts else None

    @property
    def following(self) -> Event | None:
        """The part that is to follow the newest, if one can: where there is only one, nothing is asked."""
        event = self.event
        return self.version.reads.after(event.part) if event and event.part and not event.final else None

    @property
    def ahead(self) -> Event | None:
        """The part that can be opened next, if one can."""
        return self.following if self.event and self.event.state == "completed" else None

    @property
    def ahead_words(self) -> str:
        """What is opened next, as a button says it."""
        return within(self.ahead.label) if self.ahead else "the next part"

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Completed only after its last ServiceEvent; released only before any work; and as the operator's access allows."""
        if verb.name == "complete" and row.unfinished:
            return row.unfinished  # type: ignore[no-any-return]
        if verb.name == "release" and row.begun:
            return row.begun  # type: ignore[no-any-return]
        return kept_out(cls, verb, row)

    @property
    def unfinished(self) -> str:
        """Why it cannot be completed yet; empty where it can."""
        if self.event is None or self.event.state != "completed":
            return UNDONE
        return "" if self.event.final else BETWEEN

    @property
    def begun(self) -> str:
        """Why it cannot be given back; empty where it can."""
        event = self.event
        if event and event.part and (self.ahead or event.part != self.version.reads.first_part):
            return STANDS
        return STARTED if event and event.state != "ready" else ""

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
        key="J",
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
        if self.event is None or self.begun:
            raise Conflict(self.event, sentence=self.begun)
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
        if self.unfinished:
            raise Conflict(self.event, sentence=self.unfinished, heading="It has not come that far")

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
