"""Who works when on some days, and what takes their time: what ranking, conflicts and the week are told from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from governance.appointed import ENDED, LONGEST
from governance.appointments import counting
from governance.models import Appointment
from qtm.workforce import Day, Said, Span, Who, done_in, minutes, said_of, times_in

NOT_DONE = "cancelled"  # work that ended so takes nobody's time


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for an operator."""

    user_id: int
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment that takes somebody's time, or that of anybody of an operator."""

    assignment_id: int
    task_id: int
    case_id: int
    governor_id: int | None
    operator_id: int
    worker_id: int | None
    starts: datetime
    ends: datetime
    ended: str

    def overlaps(self, starts: datetime, ends: datetime) -> bool:
        """Whether both take some of the same time."""
        return self.starts < ends and starts < self.ends

    def minutes_on(self, day: date) -> int:
        """How much of a day it takes."""
        begins, ends = bounds(day)
        return max(int((min(self.ends, ends) - max(self.starts, begins)).total_seconds() // 60), 0)


def bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins and ends at the place."""
    return at(day, time.min), at(day + timedelta(1), time.min)


def at(day: date, clock: time) -> datetime:
    """A moment of a day by the clock of the place."""
    return timezone.make_aware(datetime.combine(day, clock))


class Roster:
    """The times of some operators and their people on some days: one query for what was said, and one for what takes their time."""

    def __init__(
        self, members: Mapping[int, Sequence[Member]], first: date, days: int = 1, using: str = "default"
    ) -> None:
        """`members`: who works for each operator; from the first day on, so many days."""
        self.members, self.using = members, using
        self.whole = using == "default"  # Omni knows no memberships, but only of whom something is said
        self.days = [first + timedelta(each) for each in range(days)]

    @cached_property
    def everybody(self) -> list[Who]:
        """Each operator, and each of its people."""
        people = ((operator, member.user_id) for operator, several in self.members.items() for member in several)
        return [*((operator, None) for operator in self.members), *people]

    @cached_property
    def surfaces(self) -> Mapping[Who, set[int]]:
        """What each says they can do, by the surfaces' ids."""
        return done_in(self._said, self.everybody)

    @cached_property
    def _said(self) -> Said:
        """What was said of all of them."""
        return said_of(self.members, self.days[0], self.days[-1], self.using)

    @cached_property
    def _times(self) -> tuple[Mapping[Day, list[Span]], set[Day]]:
        """When each works, and has a day off."""
        return times_in(self._said, self.everybody, self.days[0], len(self.days))

    @cached_property
    def _booked(self) -> Mapping[Who, list[Booked]]:
        """Every appointment that touches these days, the first one first, by whose time it takes."""
        found: dict[Who, list[Booked]] = {}
        for each in booked(self.members, bounds(self.days[0])[0], bounds(self.days[-1])[1], self.using):
            found.setdefault((each.operator_id, each.worker_id), []).append(each)
        return found

    def has(self, operator_id: int, user_id: int) -> bool:
        """Whether somebody works for an operator now."""
        return any(each.user_id == user_id for each in self.members[operator_id])

    def left(self, operator_id: int) -> list[int]:
        """Who does not work for an operator any more although its appointments take their time."""
        return [user for of, user in self._booked if of == operator_id and user and not self.has(of, user)]

    def people(self, operator_id: int) -> list[int | None]:
        """Who works for an operator, by their ids; to Omni, which knows not all, the operator stands for the others."""
        known = [each.user_id for each in self.members[operator_id]]
        return [*known] if self.whole else [*known, None]

    def hours(self, operator_id: int, user_id: int | None, day: date) -> list[Span] | None:
        """When somebody works on a day: nothing on a day without work, and None where no hours were said."""
        return self._times[0].get((operator_id, user_id, day))

    def is_off(self, operator_id: int, user_id: int | None, day: date) -> bool:
        """Whether somebody, or the whole operator, has a day off."""
        return (operator_id, user_id, day) in self._times[1]

    def capacity(self, operator_id: int, user_id: int | None, day: date) -> int | None:
        """How many minutes somebody works on a day, or all people of an operator do together; None where nobody said."""
        who = self.people(operator_id) if user_id is None else [user_id]
        said = [spans for each in who if (spans := self.hours(operator_id, each, day)) is not None]
        return sum(map(minutes, said)) if said else None

    def booked(self, operator_id: int, user_id: int | None, day: date) -> list[Booked]:
        """What takes the time of somebody on a day; of nobody in particular where None."""
        return [each for each in self._booked.get((operator_id, user_id), []) if each.minutes_on(day)]

    def all_booked(self, operator_id: int, day: date) -> list[Booked]:
        """What takes the time of an operator on a day, whoever of theirs is to do it."""
        return [
            each
            for who, several in self._booked.items()
            if who[0] == operator_id
            for each in several
            if each.minutes_on(day)
        ]

    def overlapping(
        self, operator_id: int, user_id: int | None, starts: datetime, ends: datetime, but: int | None = None
    ) -> list[Booked]:
        """What takes somebody's time between two moments, but for one Assignment."""
        own = self._booked.get((operator_id, user_id), [])
        return [each for each in own if each.overlaps(starts, ends) and each.assignment_id != but]


def touching(starts: datetime, ends: datetime) -> QuerySet[Appointment]:
    """The appointments that count and touch some time."""
    return counting().filter(starts__lt=ends, starts__gt=starts - LONGEST, ends__gt=starts)


def taken(days: Sequence[date]) -> Exists:
    """That an appointment takes time of an operator on one of these days, beside its row."""
    found = touching(bounds(days[0])[0], bounds(days[-1])[1]).filter(assignment__operator=OuterRef("pk"))
    return Exists(found.filter(~ENDED[NOT_DONE]("assignment")))


def booked(operators: Iterable[int], starts: datetime, ends: datetime, using: str = "default") -> Iterator[Booked]:
    """The appointments of some operators that touch some time, and take it: one query."""
    found = touching(starts, ends).using(using).filter(assignment__operator__in=list(operators))
    told = {word: tell("assignment") for word, tell in ENDED.items()}
    of = [f"assignment__{name}" for name in ("task_id", "case_id", "governor_id", "operator_id", "worker_id")]
    named = found.annotate(**told).order_by("starts", "pk")
    rows: Any = named.values_list("assignment_id", *of, "starts", "ends", *told)
    for row in rows:
        ended = next((word for word, so in zip(told, row[8:], strict=True) if so), "")
        if ended != NOT_DONE:
            yield Booked(*(*row[:8], ended))
