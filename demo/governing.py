"""Steps of a walk by which governance plans, asks and agrees on times; none of them moves the case."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from demo.stories import counted
from governance.models import PRIORITIES, Assignment, Task
from governance.question import Question
from governance.roster import Booked, Member, Roster, at
from governance.tracking import LINK
from governance.tracking import VIA as TRACKING
from intake.models import Request
from qtm.acts import acting
from qtm.models import User

STEP = timedelta(minutes=30)
AHEAD = 21  # within so many days there is time for everybody


class Governing:
    """What whoever governs a case says beside its way."""

    request: Request
    governor: User

    def _row(self, room: Any) -> Any:
        """The newest row of a room in this case, as it is now."""
        raise NotImplementedError

    def _enter(self, user: User, room: Any, verb: str, **given: Any) -> Any:
        """Press one door."""
        raise NotImplementedError

    def plan(self, priority: str, due: str = "") -> None:
        """Say how pressing it is, and by when it should be done; where that moment of today is over, tomorrow."""
        number = {name: number for number, name in PRIORITIES}[priority]
        moment = timezone.make_aware(datetime.fromisoformat(counted(due))) if due else None
        if moment and moment <= timezone.now():
            moment += timedelta(days=1)
        self._enter(self.governor, Task, "plan", priority=number, due=moment)

    def annotate(self, text: str) -> None:
        """Note something within."""
        self._enter(self.governor, Request, "annotate", text=text)

    def same_as(self, key: str, why: str) -> None:
        """Say that another story is about the same thing."""
        other = Request.objects.get(key=f"demo:{key}")
        self._enter(self.governor, Request, "liken", other=other, why=why)

    def question(self, text: str) -> None:
        """Ask the requester something."""
        self._enter(self.governor, Question, "ask", text=text)

    def answered(self, answer: str) -> None:
        """The requester answers on the tracking page."""
        with acting(via=TRACKING, authority=LINK, actor=self.request.actor):
            self._row(Question).say(answer=answer)

    def read_answer(self) -> None:
        """The answer is read."""
        self._enter(self.governor, Question, "mark_read")

    def take_question_back(self, why: str) -> None:
        """The answer is not needed any more."""
        self._enter(self.governor, Question, "withdraw", reason=why)

    def appoint(self, ahead: int, minutes: int, earliest: str = "00:00") -> None:
        """Agree on a time with who is to do it: so many days ahead, or as soon after as they work and have nothing else."""
        lasts = timedelta(minutes=minutes)
        starts = next(free(self._row(Assignment), ahead, lasts, time.fromisoformat(earliest)))
        self._enter(self.governor, Assignment, "reschedule", starts=starts, ends=starts + lasts)


def free(assignment: Assignment, ahead: int, lasts: timedelta, earliest: time) -> Iterator[datetime]:
    """When there is time for it, the earliest first: within working hours, beside no other appointment of the same people."""
    operator, worker = assignment.operator_id, assignment.worker_id
    members = [Member(worker, "", "")] if worker else []
    roster = Roster({operator: members}, timezone.localdate() + timedelta(ahead), AHEAD)
    for day in roster.days:
        booked = [each for each in roster.all_booked(operator, day) if _meets(worker, each.worker_id)]
        for opens, closes in roster.hours(operator, worker, day) or ():
            yield from _gaps(at(day, max(opens, earliest)), at(day, closes), lasts, booked)


def _meets(worker: int | None, other: int | None) -> bool:
    """Whether two appointments of an operator may fall to the same person: anybody's may fall to each."""
    return None in (worker, other) or worker == other


def _gaps(opens: datetime, closes: datetime, lasts: timedelta, booked: list[Booked]) -> Iterator[datetime]:
    """Where so much fits between two moments of a day."""
    starts = opens
    while starts + lasts <= closes:
        if starts > timezone.now() and not any(each.overlaps(starts, starts + lasts) for each in booked):
            yield starts
        starts += STEP
