"""Who works when on some days, and what takes their time: what ranking, conflicts and the week are told from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, Value
from django.utils import timezone

from governance.appointed import ENDED
from governance.appointments import counting
from qtm.models import Membership, Operator, called
from qtm.workforce import Span, Who, days_off, minutes, surfaces_of, working_times

NOT_DONE = "cancelled"  # work that ended so takes nobody's time


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for an operator."""

    user_id: int
    name: str
    role: str


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


def members_of(operators: Iterable[Operator]) -> dict[int, list[Member]]:
    """Everybody who works for these operators now, by operator and by name: one query."""
    found: dict[int, list[Member]] = {each.pk: [] for each in operators}
    living = Membership.objects.filter(operator__in=found, left_at=None).order_by("user__first_name", "user__username")
    for row in living.values("operator", "user", "role", "user__first_name", "user__last_name", "user__username"):
        names = {name: row[f"user__{name}"] for name in ("first_name", "last_name", "username")}
        found[row["operator"]].append(Member(row["user"], called(**names), row["role"]))
    return found


class Roster:
    """The times of some operators and their people on some days: five queries, and one for who does what."""

    def __init__(self, operators: Sequence[Operator], members: Mapping[int, Sequence[Member]], first: date, days: int) -> None:
        """`members`: who works for each of the operators; from the first day on, so many days."""
        self.operators, self.members, self.first = operators, members, first
        self.days = [first + timedelta(each) for each in range(days)]

    @cached_property
    def everybody(self) -> list[Who]:
        """Each operator, and each of its people."""
        people = ((each.pk, member.user_id) for each in self.operators for member in self.members[each.pk])
        return [*((each.pk, None) for each in self.operators), *people]

    @cached_property
    def surfaces(self) -> Mapping[Who, set[int]]:
        """What each says they can do."""
        return surfaces_of(self.operators, self.everybody)

    @cached_property
    def _times(self) -> Mapping[tuple[int, int | None, date], list[Span]]:
        """When each works."""
        return working_times(self.operators, self.first, len(self.days), self.everybody)

    @cached_property
    def _off(self) -> set[tuple[int, int | None, date]]:
        """Who has which day off."""
        return days_off(self.operators, self.first, len(self.days), self.everybody)

    @cached_property
    def _booked(self) -> list[Booked]:
        """Every appointment of theirs that touches these days, the first one first."""
        return list(booked(self.operators, bounds(self.days[0])[0], bounds(self.days[-1])[1]))

    def people(self, operator_id: int) -> list[int]:
        """The people of an operator."""
        return [each.user_id for each in self.members[operator_id]]

    def hours(self, operator_id: int, user_id: int | None, day: date) -> list[Span] | None:
        """When somebody works on a day: nothing on a day without work, and None where no hours were said."""
        return self._times.get((operator_id, user_id, day))

    def is_off(self, operator_id: int, user_id: int | None, day: date) -> bool:
        """Whether somebody, or the whole operator, has a day off."""
        return (operator_id, user_id, day) in self._off

    def capacity(self, operator_id: int, user_id: int | None, day: date) -> int | None:
        """How many minutes somebody works on a day, or all people of an operator do together; None where nobody said."""
        who = self.people(operator_id) if user_id is None else [user_id]
        said = [spans for each in who if (spans := self.hours(operator_id, each, day)) is not None]
        return sum(map(minutes, said)) if said else None

    def booked(self, operator_id: int, user_id: int | None, day: date) -> list[Booked]:
        """What takes the time of somebody on a day; of nobody in particular where None."""
        return [
            each
            for each in self._booked
            if (each.operator_id, each.worker_id) == (operator_id, user_id) and each.minutes_on(day)
        ]

    def all_booked(self, operator_id: int, day: date) -> list[Booked]:
        """What takes the time of an operator on a day, whoever of theirs is to do it."""
        return [each for each in self._booked if each.operator_id == operator_id and each.minutes_on(day)]

    def overlapping(
        self, operator_id: int, user_id: int | None, starts: datetime, ends: datetime, but: int | None = None
    ) -> list[Booked]:
        """What takes somebody's time between two moments, but for one Assignment."""
        own = (each for each in self._booked if (each.operator_id, each.worker_id) == (operator_id, user_id))
        return [each for each in own if each.overlaps(starts, ends) and each.assignment_id != but]


def booked(operators: Iterable[Operator], starts: datetime, ends: datetime, using: str = "default") -> Iterator[Booked]:
    """The appointments of some operators that touch some time, and take it: one query."""
    about = {name: F(f"assignment__{name}") for name in ("case_id", "task_id", "governor_id", "operator_id", "worker_id")}
    told = {word: tell("assignment") for word, tell in ENDED.items()}
    found = counting().using(using).filter(
        starts__lt=ends,
        starts__gt=starts - LONGEST,
        ends__gt=starts,
        assignment__operator__in=[each.pk for each in operators],
    )
