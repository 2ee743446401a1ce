"""Operators over many cases at once: what speaks for each, and what stands against them case by case. A suggestion, and never by a ⭐.

What counts, in this order: of how many they do the surface, on how many of the wished days they work, how much of those days is taken, and
how far it is. Days are compared as far as four weeks ahead.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from json import dumps
from math import inf
from statistics import median

from governance.conflicts import day_words, span
from governance.ranking import BAD, GOOD, PLAIN, Reason, Sought, Suggested, distance_of
from governance.roster import Member, Roster
from qtm.models import Operator

AHEAD = 28  # days


class Crowd:
    """Many cases, and the operators that come into question for all of them."""

    def __init__(
        self,
        asked: Mapping[int, Sought],
        operators: Sequence[Operator],
        members: Mapping[int, Sequence[Member]],
        today: date,
    ) -> None:
        """`asked`: what each Task asks."""
        self.asked, self.operators, self.members, self.today = asked, operators, members, today

    @cached_property
    def roster(self) -> Roster:
        """The times of all of them, on the days that count."""
        return Roster(self.members, self.today, AHEAD)

    @cached_property
    def days(self) -> list[date]:
        """The days that cases are wished for and that are compared; one for each case that names one."""
        last = self.today + timedelta(AHEAD)
        return [each.day for each in self.asked.values() if each.day and self.today <= each.day < last]

    @cached_property
    def suggested(self) -> list[Suggested]:
        """The operators, the likeliest first."""
        found = [Suggested(each, None, list(self._reasons(each))) for each in self.operators]
        return sorted(found, key=lambda each: (each.weight, each.name.casefold()))

    def _reasons(self, operator: Operator) -> Iterator[Reason]:
        """What speaks for an operator, and against it."""
        yield self._does(operator)
        if self.days:
            yield self._works(operator)
            yield self._load(operator)
        if any(each.position for each in self.asked.values()):
            yield self._far(operator)

    def _does(self, operator: Operator) -> Reason:
        """Of how many cases somebody there does the surface."""
        surfaces = Counter(each.surface_id for each in self.asked.values())
        done = sum(count for surface, count in surfaces.items() if self._able(operator, None, surface))
        number = len(self.asked)
        said = f"Does the surface of {_of(done, number)}" if done else "Has not said to do the surface of any"
        return Reason(said, GOOD if done == number else PLAIN if done else BAD, number - done)

    def _able(self, operator: Operator, member: Member | None, surface_id: int) -> bool:
        """Whether somebody, or anybody there, has said to do such work."""
        people = [member.user_id] if member else self.roster.people(operator.pk)
        return any(surface_id in self.roster.surfaces[operator.pk, each] for each in people)

    def _works(self, operator: Operator) -> Reason:
        """On how many of the wished days somebody there works."""
        idle = [each for each in self.days if self._idle(operator, None, each)]
        works, number = len(self.days) - len(idle), len(self.days)
        if not any(self.roster.hours(operator.pk, each, self.today) is not None for each in self._people(operator)):
            return Reason("Has not said when it works", PLAIN if not idle else BAD, number)
        said = (
            f"Works on the day wished for in {_of(works, number)}" if works else "Works on none of the days wished for"
        )
        return Reason(said, GOOD if not idle else PLAIN if works else BAD, len(idle))

    def _people(self, operator: Operator) -> list[int | None]:
        """Who works there."""
        return self.roster.people(operator.pk)

    def _idle(self, operator: Operator, member: Member | None, day: date) -> bool:
        """Whether it is known that somebody, or nobody there, works on a day."""
        people: Sequence[int | None] = [member.user_id] if member else self._people(operator)
        return all(self._rests(operator.pk, each, day) for each in people)

    def _rests(self, operator_id: int, user_id: int | None, day: date) -> bool:
        """Whether it is known that one person does not work on a day."""
        return self.roster.is_off(operator_id, user_id, day) or self.roster.hours(operator_id, user_id, day) == []

    def _load(self, operator: Operator) -> Reason:
        """How much of the wished days is taken."""
        taken = capacity = booked = 0
        for day in set(self.days):
            several = self.roster.all_booked(operator.pk, day)
            booked += len(several)
            taken += sum(each.minutes_on(day) for each in several)
            capacity += self.roster.capacity(operator.pk, None, day) or 0
        count = f"{booked or 'No'} appointment{'' if booked == 1 else 's'} on those days"
        said = f"{count}, {span(taken)} of {span(capacity)}" if capacity else count
        return Reason(said, PLAIN, taken / capacity if capacity else float(bool(booked)))

    def _far(self, operator: Operator) -> Reason:
        """How far half of the cases are at most."""
        known = [each.position for each in self.asked.values() if each.position]
        if operator.latitude is None or operator.longitude is None:
            return Reason("How far they are, is not known: its place is not on file", PLAIN, inf)
        km = median(distance_of(operator, each) for each in known)
        return Reason(f"{km:.0f} km away" if len(known) == 1 else f"{km:.0f} km away, half of them nearer", PLAIN, km)

    def against(self, operator: Operator, member: Member | None) -> dict[str, list[int]]:
        """What stands against whoever is chosen, each once with the Tasks that it is about, what concerns most of them first."""
        alike: dict[tuple[int, str, date | None], list[int]] = {}
        for task, sought in self.asked.items():
            alike.setdefault((sought.surface_id, sought.surface, sought.day), []).append(task)
        found: dict[str, list[int]] = {}
        for said, tasks in alike.items():
            for sentence in self._sentences(operator, member, *said):
                found.setdefault(sentence, []).extend(tasks)
        return dict(sorted(found.items(), key=lambda each: -len(each[1])))

    def _sentences(
        self, operator: Operator, member: Member | None, surface_id: int, surface: str, day: date | None
    ) -> Iterator[str]:
        """What stands against it where such work is asked for that day."""
        name = member.name if member else str(operator)
        if not self._able(operator, member, surface_id):
            yield f"{name} has not said to do {surface}."
        if day is None or day not in self.days:
            return
        if self._idle(operator, member, day):
            yield f"{name} does not work on {day_words(day)}, the day wished for."
        elif full := self._full(operator, member, day):
            yield f"{name} has no time left on {day_words(day)}, the day wished for: {full} are taken."

    def _full(self, operator: Operator, member: Member | None, day: date) -> str:
        """How much of a day is taken, where that is all of it."""
        user_id = member.user_id if member else None
        capacity = self.roster.capacity(operator.pk, user_id, day)
        booked = self.roster.booked(operator.pk, user_id, day) if user_id else self.roster.all_booked(operator.pk, day)
        taken = sum(each.minutes_on(day) for each in booked)
        return f"{span(taken)} of {span(capacity)}" if capacity and taken >= capacity else ""


def known_as(against: Mapping[str, Sequence[int]]) -> str:
    """A short name of all that was said on a page, by which the press that follows says that it was read."""
    return sha256(dumps(against).encode()).hexdigest()[:16] if against else ""


def _of(some: int, number: int) -> str:
    """How many of how many."""
    return f"{some} of {number}" if some != number else f"all {number}" if number > 1 else "it"
