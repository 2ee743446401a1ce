"""Omni: observes, interprets, flags what is stuck, suggests. It reads through a role that can only SELECT, and has no door."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Min, Model, Q, QuerySet, Value
from django.utils import timezone

from qtm import words
from qtm.models import Operator, Transition
from qtm.picture import standing_counts
from qtm.queues import QUEUES, Queue
from qtm.spine import Room, case_named, rooms
from qtm.waits import Wait

ALIAS = "omni"
SHOWN = 5  # rows of each queue that are named one by one
DAY = timedelta(days=1)
EVERYBODYS = Q()


# What would move a row that has waited too long, by the queue's slug; `{row}` is its case, `{who}` its operator where it has one.
RULES = {
    "to-complete": "Complete or discard {row}",
    "to-review": "Approve or reject {row}",
    "held": "Resume {row}, or reject it",
    "to-assign": "Assign {row}, or cancel it",
    "to-create-job": "Create Job from {row} for {who}, or withdraw the assignment",
    "waiting-for-claim": "Ask {who} to claim {row}, or cancel it",
    "in-work": "Ask {who} how {row} is going",
    "next-part": "Ask {who} to open the next part of {row}: the one before it is sealed",
    "job-to-complete": "Ask {who} to complete {row}: its record is sealed",
    "to-close": "Close the task of {row}, which has ended",
    "answers-to-read": "Read what was answered in {row}, and go on",
    "waiting-for-requester": "Reach the requester of {row} in another way, or take the question back",
    "sealed-unsettled": "Settle {row} of {who}",
}
USUAL = "Look at {row}"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A row that has waited too long, and what would move it."""

    case_id: int
    since: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Watched:
    """A queue as Omni sees it."""

    queue: Queue
    count: int
    oldest: datetime | None
    late: int

    @property
    def patience(self) -> str:
        """How long its rows may wait where no due date counts."""
        return words.span(self.queue.late_after)

    @property
    def fact(self) -> str:
        """How many are overdue, and by what."""
        by = "past their due date or without one there" if self.queue.by_due else "there"
        return f"“{self.queue.name}”: {self.late} of {self.count} overdue, {by} longer than {self.patience}."


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What could be done about one case, in words, the likeliest first; it leads to the case and to nothing else."""

    case_id: int
    about: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a finder brings: facts with figures, what it suggests, and what it cannot resolve."""

    facts: Sequence[str] = ()
    suggests: Sequence[Suggestion] = ()
    unresolved: Sequence[str] = ()


# What zones to the right find for the decision packet of an operator, or of the network where None, each reading as Omni: `FINDERS.append(to_assign)`.
FINDERS: list[Callable[[datetime, int | None], Found]] = []


def rows_of(model: type[Model]) -> QuerySet[Any]:
    """The rows of a model, read as Omni."""
    rows: QuerySet[Any] = model._base_manager.using(ALIAS).order_by()
    return rows


def watched(now: datetime, whose: Q = EVERYBODYS) -> list[Watched]:
    """Every queue, in whosever cases: how many wait, since when, and how many are overdue as its page says it; one query."""
    overdue = reduce(or_, (queue.overdue(now) for queue in QUEUES))
    each = (
        rows_of(Wait)
        .filter(whose)
        .values("queue")
        .annotate(count=Count("case_id"), oldest=Min("since"), late=Count("case_id", filter=overdue))
    )
    found = {slug: tuple(rest) for slug, *rest in each.values_list("queue", "count", "oldest", "late")}
    return [Watched(queue, *found.get(queue.slug, (0, None, 0))) for queue in QUEUES]


def stuck(now: datetime, whose: Q = EVERYBODYS) -> list[Stuck]:
    """The overdue rows that have waited longest, a few of each queue, in whosever cases; one query."""
    found = _together([_late(place, queue, now, whose) for place, queue in enumerate(QUEUES)])
    return sorted((_stuck(QUEUES[place], row, now) for place, *row in found), key=lambda each: each.since)


def _late(place: int, queue: Queue, now: datetime, whose: Q) -> Any:
    """The oldest of one queue that are overdue."""
    rows = rows_of(Wait).filter(queue.overdue(now), whose).order_by("since", "row_id")
    return rows.values_list(Value(place), "case_id", "since", "due", F("operator__name"))[:SHOWN]


def _stuck(queue: Queue, row: Sequence[Any], now: datetime) -> Stuck:
    """One row in words."""
    case_id, since, due, who = row
    sentence = RULES.get(queue.slug, USUAL).format(row=case_named(case_id), who=who or "the operator")
    overdue = f"was due {words.span(now - due)} ago, and " if due and queue.by_due else ""
    return Stuck(case_id, since, f"{sentence}. It {overdue}waits {words.span(now - since)} in “{queue.name}”.")


def idle() -> list[str]:
    """Active operators for whom nothing is queued or in work."""
    jobs: type[Room] = next(room for room in rooms() if room.title == "Job")
    busy = rows_of(jobs).filter(state__in=("queued", "claimed")).values("operator")
    return list(
        rows_of(Operator)
        .filter(state="active")
        .exclude(pk__in=busy)
        .order_by("name")
        .values_list("name", flat=True)[:50]
    )


def pace(now: datetime) -> int:
    """How many births and moves the log holds of the last day."""
    return rows_of(Transition).filter(at__gt=now - DAY).count()


def _together(each: Sequence[Any]) -> Iterator[Any]:
    """Several selections in one query."""
    return iter(each[0].union(*each[1:], all=True)) if each else iter(())


@dataclass(frozen=True, slots=True)
class Seen:
    """What Omni sees at one moment."""

    counts: list[tuple[str, str, dict[str, int]]]
    queues: list[Watched]
    stuck: list[Stuck]
    idle: list[str]
    pace: int


def in_order(room: type[Room], by_state: dict[str, int]) -> dict[str, int]:
    """The states that rows stand in, in the order in which they come."""
    return {state: by_state[state] for state in room.states() if state in by_state}


def look() -> Seen:
    """Read all of it, as Omni."""
    now = timezone.now()
    counts = standing_counts(lambda room: Q(), ALIAS)
    stands = [(room.title, room.zone, in_order(room, counts[room.label()])) for room in rooms()]
    return Seen(stands, watched(now), stuck(now), idle(), pace(now))


@dataclass(frozen=True, slots=True)
class Packet:
    """The decision packet: where work is stuck, what was found, what is suggested, and what cannot be resolved."""

    late: list[Watched]
    stuck: list[Stuck]
    found: list[Found]

    @property
    def facts(self) -> list[str]:
        """What it found, with figures: first the queues in which something waits too long."""
        return [*(one.fact for one in self.late), *(each for found in self.found for each in found.facts)]

    @property
    def suggests(self) -> list[Suggestion]:
        """What it suggests."""
        return [each for found in self.found for each in found.suggests]

    @property
    def unresolved(self) -> list[str]:
        """What it cannot resolve."""
        return [each for found in self.found for each in found.unresolved]


def packet(governor: int | None = None) -> Packet:
    """Put the decision packet together, as Omni: of the cases that the network governs or an operator, and of nobody else's."""
    now, whose = timezone.now(), Q(governor=governor)
    late = [one for one in watched(now, whose) if one.late]
    return Packet(late, stuck(now, whose), [find(now, governor) for find in FINDERS])
