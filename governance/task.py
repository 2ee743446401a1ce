"""The Task: reviewed, approved and assigned by people, with its corrections and its plan; nothing here is work yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone

from governance.details import ANSWER, Corrected, PutRight, as_asked, correctable, said_in, stands, text_of
from intake.asking import Details, read
from intake.models import Intake, Request
from intake.offers import planned
from qtm.database import here
from qtm.models import Operator, SurfaceVersion
from qtm.refusals import Conflict, Invalid
from qtm.spine import BornOf, Boundary, Fact, PartOf, Room, birth, move, note
from qtm.waits import NORMAL

PRIORITIES = [(0, "low"), (NORMAL, "normal"), (2, "high"), (3, "urgent")]
CORRECTIONS = """
SELECT coalesce(array_agg(field ORDER BY id), '{}'), coalesce(array_agg(becomes ORDER BY id), '{}')
FROM governance_correction WHERE task_id = $1"""
BEFORE_ASSIGNED = ("open", "held", "approved")
BEFORE_ENDED = (*BEFORE_ASSIGNED, "assigned", "handed_off")


class Task(Room):
    """The governance of one intake: review, approval, assignment and closure."""

    first = "open"
    letter = "T"
    zone = "governance"
    title = "Task"
    layer = "governor"
    seen_with = "governance.see_console"
    born_by = "system"
    read_with = ("intake", "version")
    boundary = Boundary("governed submit path", "intake becomes a governance item")

    case_id = models.BigIntegerField(db_index=True)
    intake = BornOf(Intake, {"stored": []}, same=["governor", "version"], related_name="task")
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    version = models.ForeignKey(SurfaceVersion, models.PROTECT, related_name="+")

    class Meta(Room.Meta):
        permissions = [("see_console", "See the Governance Console or the Task Inbox")]
        indexes = [models.Index(fields=["governor", "state", "since", "id"], name="governance_task_queue")]

    @property
    def about(self) -> str:
        """The case by its own reference, what was asked, and where."""
        said = self.stands()
        return " · ".join(filter(None, (f"{Request.letter}-{self.case_id}", said["summary"], said.get("place", ""))))

    @birth(
        Request,
        "received",
        label="Submit",
        says="It becomes an intake, and a task to review.",
        codename="submit_request",
        primary=True,
    )
    def submit(cls, request: Request, *, version: SurfaceVersion, details: Details) -> "Task":  # noqa: N805
        """Take a complete Request through: it is submitted, its Intake stored, its Task opened, in one act.

        Whether its funnel is still open is not asked again: what was taken while it was open may be completed.
        """
        if shut := planned(version):
            raise Conflict(sentence=shut)
        request.submit()
        intake = Intake.born(request=request, version=version, funnel_id=request.funnel_id, **details.columns())
        return cls.born(intake=intake)

    @move("open", "approved", label="Approve", says="It can then be assigned to an operator.", primary=True, key="a")
    def approve(self) -> None:
        """The review says yes."""

    @move(
        "open",
        "held",
        no=True,
        label="Hold",
        says="It waits, with your reason, until somebody resumes it.",
        key="h",
        many=True,
    )
    def hold(self) -> None:
        """The review waits for something."""

    @move("held", "open", label="Resume", says="It goes back into review.", primary=True, key="e")
    def resume(self) -> None:
        """The review goes on."""

    @move(
        BEFORE_ASSIGNED,
        "rejected",
        no=True,
        label="Reject",
        says="Ends here. The requester reads that it will not be done.",
        key="r",
        many=True,
    )
    def reject(self) -> None:
        """The review says no."""

    @move(
        BEFORE_ASSIGNED,
        "cancelled",
        no=True,
        asker=True,
        label="Cancel",
        says="Ends here, because it is no longer wanted.",
    )
    def cancel(self) -> None:
        """It is no longer wanted."""

    @move("approved", "assigned", own_door=False)
    def be_assigned(self) -> None:
        """An Assignment is born of it."""

    @move("assigned", "approved", own_door=False)
    def be_unassigned(self) -> None:
        """Its Assignment was withdrawn."""

    @move("assigned", "handed_off", own_door=False)
    def hand_off(self) -> None:
        """Its Job is created; governance has done its part."""

    @move(
        "handed_off",
        "closed",
        label="Close the task",
        says="Closes the governance of it, and says nothing of the job.",
        key="c",
    )
    def close(self) -> None:
        """Governance closure: explicit, and no word about the Job."""

    @note(
        BEFORE_ASSIGNED,
        label="Correct a detail",
        says="What was asked stays as it is; the job will carry what you put right.",
    )
    def correct(self, *, field: str, becomes: str, why: str) -> "Correction":
        """Put a wrong detail right, beside the frozen Intake."""
        if field not in correctable(self.version.reads):
            raise Invalid({"field": "This is no detail that a review can correct."})
        if not why.strip():
            raise Invalid({"why": "Say why: the reason is kept with the correction."})
        said = self._locked().stands()
        was, right = said.get(field, ""), self._checked(said, field, becomes)
        if right == was:
            raise Invalid({"becomes": "That is what it says already."})
        getattr(self, "_prefetched_objects_cache", {}).pop("corrections", None)
        return Correction.noted(task=self, field=field, was=was, becomes=right, why=why)

    @note(
        BEFORE_ENDED,
        label="Set priority and due date",
        says="Lists show it, and the case is overdue once the due date has passed. It moves nothing.",
    )
    def plan(self, *, priority: int, due: datetime | None = None) -> "Plan":
        """Say how pressing it is and by when it should be done; the newest counts."""
        before = self._locked().plans.last()
        if due and due < timezone.now() and due != (before.due if before else None):
            raise Invalid({"due": "This lies in the past."})
        if (priority, due) == ((before.priority, before.due) if before else (NORMAL, None)):
            raise Invalid({"priority": "That is what it says already."})
        return Plan.noted(task=self, priority=priority, due=due)

    def stands(self) -> dict[str, str]:
        """Every detail of the intake as it stands now, corrections included."""
        lent = getattr(self, "_prefetched_objects_cache", {}).get("corrections")
        return stands(said_in(self.intake), self._corrections() if lent is None else lent)

    def _corrections(self) -> list[Corrected]:
        """The corrections of this task, in their order, by a statement that is made once: Create Job asks it each time."""
        found = here().run(CORRECTIONS, [self.pk])
        assert found is not None  # it always gives one row
        return [PutRight(*each) for each in zip(*found, strict=True)]

    def _locked(self) -> Self:
        """The same task, read anew and held until the act ends: of two who correct at once the second sees what the first did."""
        return type(self).objects.select_for_update(no_key=True).get(pk=self.pk)

    def _checked(self, said: Mapping[str, str], field: str, becomes: str) -> str:
        """What a detail would become, read beside the others as if it had been asked so."""
        reading = read(self.version, as_asked({**said, field: becomes}), past=field != "wished")
        if field in reading.errors:
            raise Invalid({"becomes": reading.errors[field]})
        answer = field.removeprefix(ANSWER) if field.startswith(ANSWER) else ""
        return text_of(reading.clean["answers"].get(answer) if answer else reading.clean.get(field))


class Correction(Fact):
    """A detail put right in review: which, what it was, what it is, and why."""

    task = PartOf(Task, BEFORE_ASSIGNED, related_name="corrections")
    field = models.CharField(max_length=60)
    was = models.TextField(blank=True)
    becomes = models.TextField(blank=True)
    why = models.TextField(max_length=1000)

    class Meta(Fact.Meta):
        ordering = ["id"]


class Plan(Fact):
    """How pressing a case is, and by when it should be done, if that was said."""

    task = PartOf(Task, BEFORE_ENDED, related_name="plans")
    priority = models.PositiveSmallIntegerField(choices=PRIORITIES)
    due = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(priority__in=dict(PRIORITIES)), name="governance_plan_priority")
        ]
