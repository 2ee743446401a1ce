"""The Assignment: who is to do it, with the appointment; no work yet."""

from datetime import datetime

from django.db import models
from django.utils import timezone

from governance.appointed import LONGEST, STANDS, Appointed
from governance.task import Task
from qtm.law import own_law
from qtm.models import Membership, Operator, SurfaceVersion, User
from qtm.refusals import Invalid
from qtm.spine import ACTIVE, BornAmong, Boundary, Fact, PartOf, Room, birth, move
from qtm.words import window


class Assignment(Appointed):
    """Coordination: which operator is to do it, and if wished which of its workers; no work yet."""

    first = "active"
    letter = "A"
    zone = "governance"
    title = "Assignment"
    layer = "governor"
    seen_with = "governance.see_console"
    access = ACTIVE
    boundary = Boundary("human-initiated assignment", "routing origin does not equal assignment")

    case_id = models.BigIntegerField(db_index=True)
    task = BornAmong(
        Task,
        {"assigned": ["active"], "handed_off": ["handed_off"], "closed": ["handed_off"]},
        same=["governor", "version"],
        related_name="assignments",
    )
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(SurfaceVersion, models.PROTECT, related_name="+")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    worker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    note = models.TextField(max_length=1000, blank=True)

    class Meta(Room.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=~models.Q(state="withdrawn"), name="governance_assignment_one_living"
            ),
            models.CheckConstraint(
                condition=models.Q(governor=None) | models.Q(governor=models.F("operator")),
                name="governance_assignment_within",
            ),
            own_law("governance_assignment_worker_law", "governance/law.sql"),
        ]
        indexes = [models.Index(fields=["governor", "state", "since", "id"], name="governance_assignment_queue")]

    @property
    def to_whom(self) -> str:
        """The operator, and which of its workers where one is named."""
        return ", ".join(str(each) for each in (self.operator, self.worker) if each)

    @property
    def about(self) -> str:
        """What its Task is about."""
        return str(self.task.about)

    @birth(
        Task,
        "approved",
        label="Assign",
        says="Names who is to do it. It makes no job yet.",
        codename="assign_task",
        primary=True,
        key="s",
        many=True,
    )
    def assign(
        cls,  # noqa: N805
        task: Task,
        *,
        operator: Operator,
        worker: User | None = None,
        note: str = "",
        starts: datetime | None = None,
        ends: datetime | None = None,
    ) -> "Assignment":
        """Assign an approved Task to an operator, with the appointment where there is one already."""
        if task.governor_id not in (None, operator.pk):
            raise Invalid({"operator": "A task of an operator's own funnel is assigned within that operator."})
        if operator.state != "active":
            raise Invalid({"operator": f"{operator} is {operator.state.replace('_', ' ')} and takes no new work."})
        if worker and not Membership.objects.filter(user=worker, operator=operator, left_at=None).exists():
            raise Invalid({"worker": f"{worker} does not work for {operator}."})
        task.be_assigned()
        made = cls.born(task=task, operator=operator, worker=worker, note=note)
        if starts or ends:
            made.appoint(starts, ends)
        return made

    @move("active", "handed_off", own_door=False)
    def hand_off(self) -> None:
        """Its Job is created; the Task has done its part with it."""
        self.task.hand_off()

    @move(
        "active", "withdrawn", no=True, label="Withdraw the assignment", says="The task goes back to be assigned anew."
    )
    def withdraw(self) -> None:
        """Take the assignment back before a Job is created."""
        self.task.be_unassigned()


class Appointment(Fact):
    """When somebody is to be there, and why that was set anew; of several the newest counts."""

    assignment = PartOf(Assignment, STANDS, related_name="appointments")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    why = models.TextField(max_length=1000, blank=True)

    class Meta(Fact.Meta):
        ordering = ["id"]
        indexes = [models.Index(fields=["starts"], name="governance_appointment_when")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gt=models.F("starts"), ends__lte=models.F("starts") + LONGEST),
                name="governance_appointment_window",
            )
        ]

    def __str__(self) -> str:
        """When, in the zone of the place."""
        return window(self.starts, self.ends, timezone.now(), timezone.get_current_timezone())
