"""What waits in governance, boundary by boundary, and the two places where it is worked on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from governance.models import Assignment, Task
from governance.question import TURNED_AWAY, Question
from intake.models import Request
from qtm.models import Operator
from qtm.queues import (
    COMMERCE,
    GOVERNOR,
    OPERATOR,
    QUEUES,
    REQUESTER,
    WORKPLACES,
    Queue,
    Waiting,
    Workplace,
    told,
    waiting_in,
)
from qtm.refusals import Forbidden
from qtm.standing import Standing
from qtm.words import span

SEE = "governance.see_console"

QUEUES += [
    Queue(
        "to-complete",
        "To complete",
        Request,
        Q(state="received"),
        "Requests that came in with something missing wait here until it is added.",
        next="Add what is missing",
    ),
    Queue(
        "to-review",
        "To review",
        Task,
        Q(state="open"),
        "A complete request opens a task, and the task waits here for somebody to review it.",
        next="Review",
    ),
    Queue(
        "held",
        "Held",
        Task,
        Q(state="held"),
        "A review that waits for something is held, with the reason, and stands here until it is resumed.",
        next="Resume",
    ),
    Queue(
        "to-assign",
        "To assign",
        Task,
        Q(state="approved"),
        "Approved tasks wait here until somebody names who is to do them.",
        next="Assign",
    ),
    Queue(
        "to-create-job",
        "To create job",
        Assignment,
        Q(state="active"),
        "Assigned tasks wait here. Nothing is work before somebody presses Create Job.",
        next="Create Job",
    ),
]


@dataclass(frozen=True, slots=True)
class Place:
    """One of the two layers of governance: the network's Console, or the Task Inbox of an operator."""

    name: str
    route: str
    governor: Operator | None
    queues: list[Queue]
    standing: Standing

    def url(self, queue: Queue | None = None) -> str:
        """Its own page, or that of one queue."""
        return reverse(f"{self.route}-queue", args=[queue.slug]) if queue else reverse(self.route)

    def waiting(self, case_id: int | None = None) -> list[Waiting]:
        """Its queues as they stand."""
        return waiting_in(self.queues, self.governor, case_id)

    def rail(
        self, waiting: list[Waiting], current: Queue | None = None, other: Operator | None = None
    ) -> dict[str, Any]:
        """What the rail beside each of its pages draws; `other`: whose case is looked at, where it is not the place's own."""
        links = [self._link(one, current, other) for one in waiting]
        return {
            "place": self,
            "place_url": self.url(),
            "queues": links,
            "onward": next(
                (
                    {**each, "label": f"Go on: {each['label']}, {each['count']}"}
                    for each in _from(links)
                    if each["count"]
                ),
                None,
            ),
            "waits_in": [self._chip(one, waiting, other) for one in waiting if one.here],
            "failed": told(max((one.letters for one in waiting), default=0)),
        }

    def _link(self, one: Waiting, current: Queue | None, other: Operator | None) -> dict[str, Any]:
        """One queue in the rail."""
        said = {
            "label": one.queue.name,
            "url": self.url(one.queue),
            "zone": one.queue.room.zone,
            "count": one.number if one.count else one.count,
            "overdue": one.overdue and one.overdue_number,
            "patience": span(one.queue.late_after),
            "whose": self.mover(one.queue),
        }
        return said | {
            "oldest": one.oldest,
            "late": one.late,
            "stuck": one.stuck,
            "current": bool(one.here and not other) or one.queue is current,
        }

    def _chip(self, one: Waiting, waiting: list[Waiting], other: Operator | None) -> dict[str, Any]:
        """Where a case waits and since when; `asked`: since when its requester has an open question, where it would else be governance's move."""
        asked = next((each.here for each in waiting if each.queue.whose == REQUESTER), None)
        theirs = f"?{urlencode({'audience': other.pk})}" if other else ""
        return {
            "label": one.queue.name,
            "url": f"{self.url(one.queue)}{theirs}",
            "whose": self.mover(one.queue, str(other or "")),
            "since": one.here,
            "asked": asked if one.queue.whose == GOVERNOR else None,
        }

    def mover(self, queue: Queue, owners: str = "") -> str:
        """Whose move it is, as whoever looks from here reads it; `owners`: of whom, where the case is not the place's own."""
        governs = "your move" if self.governor else "the network’s move"
        governs = f"the move of {owners}’s owners" if owners else governs
        operators = "your move, as the operator" if self.governor else "the operator’s move"
        said = {GOVERNOR: governs, OPERATOR: operators, REQUESTER: "the requester’s move", COMMERCE: "commerce’s move"}
        return said[queue.whose]


def _from(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The queues that follow the present one, and then those before it."""
    here = next((place for place, each in enumerate(links, 1) if each["current"]), 0)
    return links[here:] + links[: max(here - 1, 0)]


def with_beside(rows: QuerySet[Any], *wanted: str) -> QuerySet[Any]:
    """Rows with what they point to, such as their operator, as far as their room has it."""
    has = [field.name for field in rows.model._meta.local_fields if field.name in wanted]
    return rows.select_related(*has) if has else rows


def console(standing: Standing) -> Place:
    """The network's Governance Console, for those whom it lets in."""
    if not standing.holds(SEE):
        raise Forbidden("The Governance Console is for those who govern the network.")
    return Place("Console", "console", None, [queue for queue in QUEUES if standing.holds(queue.permission)], standing)


def inbox(standing: Standing) -> Place:
    """The Task Inbox of an operator, for its owners."""
    operator = standing.operator
    if operator is None or not standing.holds(SEE, operator.pk):
        raise Forbidden("The Task Inbox is for the owners of an operator.")
    queues = [queue for queue in QUEUES if standing.holds(queue.permission, operator.pk)]
    return Place("Task Inbox", "inbox", operator, queues, standing)


def place_of(standing: Standing, governor_id: int | None = None) -> Place:
    """From where a person looks at a case: their Task Inbox where it is their own operator's, else the Console."""
    own = standing.operator is not None and standing.operator.pk == governor_id
    return inbox(standing) if own or not standing.holds(SEE) else console(standing)


WORKPLACES += [
    Workplace("Console", "console", lambda standing: bool(standing.holds(SEE))),
    Workplace(
        "Task Inbox", "inbox", lambda standing: bool(standing.operator and standing.holds(SEE, standing.operator.pk))
    ),
]

NOT_OVER = ~Q(request__state="discarded") & ~Q(request__intake__task__state__in=TURNED_AWAY)
QUEUES += [
    Queue(
        "answers-to-read",
        "Answers to read",
        Question,
        Q(state="answered"),
        "What requesters answer stands here until somebody has read it.",
        next="Read the answer",
        late_after=timedelta(days=1),
        by_due=False,
    ),
    Queue(
        "waiting-for-requester",
        "Waiting for the requester",
        Question,
        Q(state="asked") & NOT_OVER,
        "Questions that requesters have not answered yet stand here: it is their move.",
        next="Their answer",
        whose=REQUESTER,
        late_after=timedelta(days=4),
        by_due=False,
    ),
]
