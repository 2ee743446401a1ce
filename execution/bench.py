"""A Job as somebody has it before them who carries it out: its stages with their slots, what comes next, and what else can be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from execution.clock import Clock, clock_of, course_of
from execution.forms import slot_code
from execution.missing import Missing
from execution.models import Evidence, Job, ServiceEvent, StageMark, Travel
from qtm.case import Case
from qtm.doors import DrawnDoor, door_of, doors_out_of
from qtm.models import Transition, User
from qtm.runtime import Evidence as Required
from qtm.runtime import Stage

IN_PLACE = {(ServiceEvent, "capture"), (ServiceEvent, "mark")}  # drawn where the evidence stands


class Doing(Case):
    """The log of a case as far as execution goes: its operator reads nothing of Task or Settlement."""

    @cached_property
    def lines(self) -> Sequence[Transition]:
        """The lines of the Job and its ServiceEvents, oldest first."""
        rooms = [Job.label(), ServiceEvent.label()]
        return list(Transition.objects.filter(case_id=self.case_id, room__in=rooms).select_related("user"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for evidence in a stage, with what was put there."""

    stage: Stage
    wants: Required
    pieces: Sequence[Evidence]

    @property
    def code(self) -> str:
        """How a form names it."""
        return slot_code(self.stage, self.wants)

    @property
    def anchor(self) -> str:
        """How the page names its control."""
        return f"add-{self.stage.code}-{self.wants.kind}-{self.wants.category}"

    @property
    def still(self) -> int:
        """How many are still needed."""
        return max(0, self.wants.required - len(self.pieces))

    @property
    def empty(self) -> range:
        """The places that wait to be filled, but for the one that is filled next."""
        return range(1, self.still)

    @property
    def full(self) -> bool:
        """Whether all that is required is there."""
        return not self.still


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as it stands: its slots, and whether and by whom it was marked as done."""

    stage: Stage
    slots: Sequence[Slot]
    mark: StageMark | None
    here: bool

    @property
    def anchor(self) -> str:
        """How the page names it."""
        return f"stage-{self.stage.code}"

    @property
    def still(self) -> str:
        """What is needed before it can be marked as done."""
        return ", ".join(
            f"{slot.still} {slot.wants.kind}{'s' if slot.still > 1 else ''} of {slot.wants.label}"
            for slot in self.slots
            if slot.still
        )


class Bench:
    """One Job before one person of its operator."""

    def __init__(self, job: Job, user: User) -> None:
        """`user`: who looks, and may be somebody else than who claimed it."""
        self.job, self.user, self.event = job, user, job.event
        self.travels = list(Travel.objects.filter(event__job=job)) if self.event else []
        if self.event:
            self.event.legs = [each for each in self.travels if each.event_id == self.event.pk]
            self.event.job, self.event.version, self.event.operator = job, job.version, job.operator
        self.runtime = job.version.reads

    @property
    def theirs(self) -> bool:
        """Whether it is this person's to carry on: they claimed it or could claim it, or they are an owner."""
        named = self.event.worker_id if self.event else self.job.worker_id
        return named in (None, self.user.pk) or self.user.standing.membership.role == "owner"

    @property
    def whose(self) -> User | None:
        """Whose it is, where it is somebody else's."""
        worker = self.event.worker if self.event else self.job.worker
        return worker if worker and worker.pk != self.user.pk else None

    @property
    def working(self) -> bool:
        """Whether evidence is taken now, from this person."""
        return bool(self.theirs and self.event and self.event.state == "in_progress")

    @cached_property
    def doing(self) -> Doing:
        """What happened to it."""
        return Doing(self.job.case_id)

    @property
    def started(self) -> Transition | None:
        """When the work began, and by whose press."""
        pk = self.event.pk if self.event else None
        return next(
            (
                line
                for line in self.doing.lines
                if (line.row_id, line.was, line.becomes) == (pk, "ready", "in_progress")
            ),
            None,
        )

    @cached_property
    def clock(self) -> Clock:
        """The time that the Job has taken, over all its ServiceEvents."""
        lines = [line for line in self.doing.lines if line.room == ServiceEvent.label()] if self.event else []
        events = dict.fromkeys(line.row_id for line in lines)
        return clock_of(
            course_of(
                [line for line in lines if line.row_id == pk], [leg for leg in self.travels if leg.event_id == pk]
            )
            for pk in events
        )

    @cached_property
    def lacks(self) -> list[Missing]:
        """What is still missing, while it can still be added."""
        return self.event.lacks if self.event and self.event.state == "in_progress" else []

    @property
    def still(self) -> str:
        """What is still missing, in words: first what is to be captured, then the stages to mark."""
        pieces = [each.words for each in self.lacks if each.kind != "stage"]
        stages = [self.runtime.stage(each.stage).label for each in self.lacks if each.kind == "stage"]
        return "; ".join(filter(None, [", ".join(pieces), f"{' and '.join(stages)} marked as done" if stages else ""]))

    @cached_property
    def steps(self) -> list[Step]:
        """Every stage as it stands."""
        pieces = list(self.event.evidence.select_related("by")) if self.event else []
        marks = {mark.stage: mark for mark in self.event.marks.select_related("by")} if self.event else {}
        here = next((stage for stage in self.runtime.stages if stage.code not in marks), None)
        return [
            Step(stage, _slots(stage, pieces), marks.get(stage.code), stage is here) for stage in self.runtime.stages
        ]

    @cached_property
    def doors(self) -> list[DrawnDoor]:
        """Every door out of it that this person may pass, but for those that are drawn in their place."""
        rows = [self.event, self.job] if self.event else [self.job]
        found = [door for row in rows for door in doors_out_of(row, self.user, self.job.page)] if self.theirs else []
        return [door for door in found if (door.door.room, door.door.verb.name) not in IN_PLACE]

    @property
    def onward(self) -> DrawnDoor | None:
        """The door that completes the work and leads into the next room."""
        return next((door for door in self.doors if door.door.verb.of is ServiceEvent and door.open), None)

    @property
    def todo(self) -> Slot | Step | None:
        """The first thing that is missing: a slot to fill, or a stage to mark as done."""
        if not self.working or not self.lacks:
            return None
        step = next(step for step in self.steps if step.stage.code == self.lacks[0].stage)
        return next((slot for slot in step.slots if slot.still), step)

    @property
    def next(self) -> DrawnDoor | None:
        """The next lawful act, where it is a press; what is missing comes first."""
        return None if self.lacks else next((door for door in self.doors if door.open and door.primary), None)

    @property
    def shut(self) -> DrawnDoor | None:
        """The next door ahead, where access keeps it shut."""
        ahead = (door for door in self.doors if door.primary and not door.open and door.row.state in door.door.verb.was)
        return None if self.lacks or self.next else next(ahead, None)

    @property
    def beside(self) -> list[DrawnDoor]:
        """What else can be done."""
        return [door for door in self.doors if door.open and not door.primary]

    @property
    def giving_up(self) -> str:
        """How the surface calls an end without completion."""
        return next((outcome.label for outcome in self.runtime.outcomes if not outcome.completes), "")

    @property
    def outcome(self) -> tuple[str, str]:
        """How it ended, and why where that took a reason."""
        if not self.event or not self.event.outcome:
            return "", ""
        reason = self.runtime.reason(self.event.outcome, self.event.reason).label if self.event.reason else ""
        return self.runtime.outcome(self.event.outcome).label, reason

    @property
    def capture(self) -> str:
        """Where evidence is sent."""
        return door_of(ServiceEvent, "capture").action(self.event) if self.event else ""

    @property
    def mark(self) -> str:
        """Where a stage is marked as done."""
        return door_of(ServiceEvent, "mark").action(self.event) if self.event else ""


def _slots(stage: Stage, pieces: Sequence[Evidence]) -> list[Slot]:
    """The slots of a stage, each with its pieces."""
    there = [each for each in pieces if each.stage == stage.code]
    return [
        Slot(stage, wants, [each for each in there if (each.kind, each.category) == (wants.kind, wants.category)])
        for wants in stage.evidence
    ]


def claim_door(job: Job, user: Any) -> DrawnDoor | None:
    """The door that claims a Job, for those who may: the worker it was given to, or an owner in their place."""
    door = door_of(ServiceEvent, "claim")
    may = job.worker_id in (None, user.pk) or user.standing.membership.role == "owner"
    return DrawnDoor(door, job, None) if may and door.authority(user, job) else None
