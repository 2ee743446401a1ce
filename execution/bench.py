"""A Job as somebody has it before them who carries it out: its stages with their slots, what comes next, and what else can be done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from execution.claimed import Claimed, Told, claimed_of
from execution.clock import Clock, clock_of, course_of
from execution.missing import Arrived, Missing, asked_of
from execution.models import UNDER_WAY, Job, ServiceEvent, Travel
from execution.parts import Parts
from execution.slots import Slot, Step, fills, of
from qtm.case import Case
from qtm.doors import DrawnDoor, door_of, doors_out_of
from qtm.models import Transition, User
from qtm.runtime import Place, Stage, places

IN_PLACE = {(ServiceEvent, "capture"), (ServiceEvent, "mark")}  # drawn where the evidence stands


class Doing(Case):
    """The log of a case as far as execution goes: its operator reads nothing of Task or Settlement."""

    @cached_property
    def lines(self) -> Sequence[Transition]:
        """The lines of the Job and its ServiceEvents, oldest first."""
        rooms = [Job.label(), ServiceEvent.label()]
        return list(Transition.objects.filter(case_id=self.case_id, room__in=rooms).select_related("user"))


@dataclass(frozen=True, slots=True)
class Act:
    """Something that comes next on the way, once its time has come: a press, a slot to fill, or a stage to mark as done."""

    kind: str  # start, resume, slot, mark, complete
    what: Any
    of: str = ""  # the code of the slot or the stage
    now: bool = False


class Bench:
    """One Job before one person of its operator."""

    def __init__(self, job: Job, user: User) -> None:
        """`user`: who looks, and may be somebody else than who claimed it."""
        self.job, self.user, self.event = job, user, job.event
        self.travels = list(Travel.objects.filter(event__job=job)) if self.event else []
        if self.event:
            self.event.legs = [each for each in self.travels if each.event_id == self.event.pk]
            self.event.job, self.event.version, self.event.operator = job, job.version, job.operator
        self.runtime, self.parts = job.version.reads, Parts(job)

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

    @property
    def comes_to_work(self) -> bool:
        """Whether evidence is taken now or will be, from this person: a phone without network goes on by itself."""
        return bool(self.theirs and self.event and self.event.state in UNDER_WAY)

    @cached_property
    def clock(self) -> Clock:
        """The time that the Job has taken, over all its ServiceEvents."""
        return clock_of(course_of(*told) for told in self._told)

    @cached_property
    def claimed(self) -> Claimed | None:
        """The same by the clocks of phones while work is under way, where that is worth saying; its Record tells it afterwards."""
        said = {each.act: datetime.fromisoformat(each.said_at) for each in self._asked[1]}
        found = claimed_of(self._told, said, self.clock.now)
        return found if found and found.differs(self.clock) else None

    @cached_property
    def _told(self) -> list[Told]:
        """Of each of its ServiceEvents the lines of the log and the travel."""
        lines = [line for line in self.doing.lines if line.room == ServiceEvent.label()] if self.event else []
        events = dict.fromkeys(line.row_id for line in lines)
        return [
            ([line for line in lines if line.row_id == pk], [leg for leg in self.travels if leg.event_id == pk])
            for pk in events
        ]

    @cached_property
    def _asked(self) -> tuple[list[Missing], list[Arrived]]:
        """What is missing and what has arrived from phones, as long as work is under way or comes to it."""
        return asked_of(self.event.pk) if self.event and self.event.state in UNDER_WAY else ([], [])

    @property
    def lacks(self) -> list[Missing]:
        """What is still missing, while it can still be added."""
        return self._asked[0] if self.event and self.event.state == "in_progress" else []

    @cached_property
    def acts(self) -> list[Act]:
        """The acts of the work on its way, one after the other; the first whose time has come is the next one."""
        if not self.comes_to_work:
            return []
        at_work = self.event.state == "in_progress"
        acts = [Act(verb, door, now=door.open) for verb in ("start", "resume") if (door := self.door(verb))]
        for step in self.steps:
            acts += [Act("slot", slot, slot.code, at_work) for slot in step.slots if slot.still]
            if not step.mark:
                acts.append(Act("mark", step, step.stage.code, at_work))
        if door := self.onward:
            acts.append(Act("complete", door, now=at_work))
        first = next((act for act in acts if act.now), None)
        return [replace(act, now=act is first) for act in acts]

    def door(self, verb: str) -> DrawnDoor | None:
        """The door of the ServiceEvent for a verb, where it lies ahead of this person and access does not keep it shut."""
        own = (door for door in self.doors if door.row is self.event and door.door.verb.name == verb)
        return next((door for door in own if not ServiceEvent.shut(door.door.verb, self.event)), None)

    @property
    def marking(self) -> str:
        """The stage that is marked as done next, if that is what comes next."""
        return next((act.of for act in self.acts if act.now and act.kind == "mark"), "")

    @property
    def plan(self) -> dict[str, Any]:
        """What the page's script needs to know, to see by itself where the work stands once everything has arrived."""
        slots = [slot for step in self.steps for slot in step.slots]
        return {
            "job": self.job.pk,
            "event": self.event.pk,
            "state": self.event.state,
            "stamp": self.event.since.isoformat(),
            "mine": self.event.worker_id == self.user.pk,
            "slots": {slot.code: slot.still for slot in slots},
            "marked": [step.stage.code for step in self.steps if step.mark],
            "has": [each.item for each in self._asked[1] if each.event == self.event.pk],
        }

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
        stages = self.runtime.stages_of(self.parts.code)
        here = next((stage for stage in stages if stage.code not in marks), None)
        slots = [Slot(place, [each for each in pieces if fills(each, place)]) for place in self._places]
        return [
            Step(stage, of(stage, slots), marks.get(stage.code), stage is here, self._still(stage)) for stage in stages
        ]

    @property
    def _places(self) -> list[Place]:
        """Where evidence is put in this case."""
        return places(self.runtime, self.job.context["answers"], self.parts.code)

    def _still(self, stage: Stage) -> str:
        """What a stage still needs, in the words of the database."""
        return ", ".join(each.words for each in self.lacks if each.stage == stage.code and each.kind != "stage")

    @cached_property
    def doors(self) -> list[DrawnDoor]:
        """Every door out of it that this person may pass, but for those that are drawn in their place."""
        rows = [self.event, self.job] if self.event else [self.job]
        found = [door for row in rows for door in doors_out_of(row, self.user, self.job.page)] if self.theirs else []
        return [door for door in found if (door.door.room, door.door.verb.name) not in IN_PLACE]

    @property
    def onward(self) -> DrawnDoor | None:
        """The door that completes the work and leads into the next room."""
        return next((door for door in self.doors if door.door.verb.of is ServiceEvent), None)

    @property
    def next(self) -> DrawnDoor | None:
        """The next lawful act before the work and after it, where it is a press."""
        return None if self.acts else next((door for door in self.doors if door.open and door.primary), None)

    @property
    def shut(self) -> DrawnDoor | None:
        """The next door ahead, where access keeps it shut."""
        ahead = (door for door in self.doors if door.primary and not door.open and door.row.state in door.door.verb.was)
        return None if any(act.now for act in self.acts) or self.next else next(ahead, None)

    @property
    def beside(self) -> list[DrawnDoor]:
        """What else can be done, now or once the work has come to it."""
        ahead = self.comes_to_work
        return [door for door in self.doors if not door.primary and (door.open or (ahead and door.row is self.event))]

    @property
    def giving_up(self) -> str:
        """How the surface calls an end without completion."""
        return next((each.label for each in self.runtime.outcomes_of(self.parts.code) if not each.completes), "")

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


def claim_door(job: Job, user: Any) -> DrawnDoor | None:
    """The door that claims a Job, for those who may: the worker it was given to, or an owner in their place."""
    door = door_of(ServiceEvent, "claim")
    may = job.worker_id in (None, user.pk) or user.standing.membership.role == "owner"
    return DrawnDoor(door, job, None) if may and door.authority(user, job) else None
