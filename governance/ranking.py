"""Which operators come into question for a Task, the likeliest first, each with the reasons in words: a suggestion, and nothing more.

What counts, in this order: whether they do this surface, whether anybody of theirs works on that day, whether they are free then, how
much of the day is taken, and how far it is. Never a ⭐: what was done before changes nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import asin, cos, inf, radians, sin, sqrt

from governance.conflicts import Window, conflicts, day_words, hours_words, span
from governance.roster import Member, Roster
from qtm.models import Operator
from qtm.workforce import end_of

EARTH_KM = 6371.0088  # mean radius
GOOD, BAD, PLAIN = "good", "poor", ""

type Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sought:
    """What is to be done, as far as it matters for who is to do it."""

    surface_id: int
    surface: str
    position: Position | None = None
    day: date | None = None
    window: Window | None = None
    wished: datetime | None = None
    but: int | None = None  # the Assignment that is moved


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for somebody or against them, in words; `weight`: the less, the better."""

    words: str
    tone: str
    weight: float


@dataclass(frozen=True, slots=True)
class Suggested:
    """An operator, or one of its people, with the reasons; what stands against an appointment apart."""

    operator: Operator
    member: Member | None
    reasons: Sequence[Reason]
    conflicts: Sequence[str] = ()

    @property
    def weight(self) -> tuple[float, ...]:
        """By which they are ordered: the first reason in which two differ decides."""
        return tuple(each.weight for each in self.reasons)

    @property
    def number(self) -> str:
        """The id by which a form names them."""
        return str(self.member.user_id if self.member else self.operator.pk)

    @property
    def name(self) -> str:
        """What people call them."""
        return self.member.name if self.member else str(self.operator)


def ranked(roster: Roster, operators: Iterable[Operator], sought: Sought) -> list[Suggested]:
    """The operators, the likeliest first."""
    found = [_operator(roster, each, sought) for each in operators]
    return sorted(found, key=lambda each: (each.weight, each.name.casefold()))


def people_of(roster: Roster, operator: Operator, sought: Sought) -> list[Suggested]:
    """The people of one operator, the likeliest first."""
    found = [_person(roster, operator, each, sought) for each in roster.members[operator.pk]]
    return sorted(found, key=lambda each: (each.weight, each.name.casefold()))


def _operator(roster: Roster, operator: Operator, sought: Sought) -> Suggested:
    """One operator with its reasons."""
    against = conflicts(roster, operator, None, sought.window, sought.but) if sought.window else []
    reasons = [_does(roster, operator, sought)]
    if sought.day:
        reasons.append(_works(roster, operator, sought.day))
    if sought.window:
        reasons.append(_free(roster, operator, sought.window, sought.but))
    if sought.day:
        reasons.append(_load(roster, operator.pk, None, sought.day))
    if sought.position:
        reasons.append(_far(operator, sought.position))
    return Suggested(operator, None, reasons, against)


def _person(roster: Roster, operator: Operator, member: Member, sought: Sought) -> Suggested:
    """One person with their reasons."""
    does = sought.surface_id in roster.surfaces[operator.pk, member.user_id]
    reasons = [Reason(f"{'Does' if does else 'Has not said to do'} {sought.surface}", GOOD if does else BAD, not does)]
    against = conflicts(roster, operator, member, sought.window, sought.but) if sought.window else []
    if sought.day:
        reasons.append(_works_alone(roster, operator.pk, member.user_id, sought.day))
        reasons.append(_load(roster, operator.pk, member.user_id, sought.day))
    return Suggested(operator, member, reasons, against)


def _does(roster: Roster, operator: Operator, sought: Sought) -> Reason:
    """Whether an operator does the surface: its people do, or some of them, or nobody has said so."""
    people = roster.people(operator.pk)
    able = [each for each in people if sought.surface_id in roster.surfaces[operator.pk, each]]
    if not able:
        return Reason(f"Has not said to do {sought.surface}", BAD, 1)
    whole = len(able) == len(people) or not roster.whole
    said = f"Does {sought.surface}" if whole else f"{_some(able, people, 'does', 'do')} {sought.surface}"
    return Reason(said, GOOD, 0)


def _works(roster: Roster, operator: Operator, day: date) -> Reason:
    """Who of an operator works on a day, and from when to when."""
    people = roster.people(operator.pk)
    hours = [roster.hours(operator.pk, each, day) for each in people]
    at_work = [spans for spans in hours if spans]
    if at_work:
        opens = min(spans[0][0] for spans in at_work)
        closes = max((spans[-1][1] for spans in at_work), key=end_of)
        whole = len(at_work) == len(people) or not roster.whole
        said = "Works" if whole else _some(at_work, people, "works", "work")
        return Reason(f"{said} on {day_words(day)}, {hours_words([(opens, closes)])}", GOOD, 0)
    if None in hours and not roster.is_off(operator.pk, None, day):
        return Reason("Has not said when it works", PLAIN, 1)
    return Reason(f"Nobody works on {day_words(day)}", BAD, 2)


def _works_alone(roster: Roster, operator_id: int, user_id: int, day: date) -> Reason:
    """Whether one person works on a day, and when; why they have a day off is not told."""
    hours = roster.hours(operator_id, user_id, day)
    if roster.is_off(operator_id, user_id, day):
        return Reason(f"Has a day off on {day_words(day)}", BAD, 2)
    if hours is None:
        return Reason("Has not said when they work", PLAIN, 1)
    if not hours:
        return Reason(f"Does not work on {day_words(day)}", BAD, 2)
    return Reason(f"Works on {day_words(day)}, {hours_words(hours)}", GOOD, 0)


def _free(roster: Roster, operator: Operator, window: Window, but: int | None) -> Reason:
    """Who of an operator nothing stands against at that time."""
    members = roster.members[operator.pk]
    free = [each for each in members if not conflicts(roster, operator, each, window, but)]
    if not free:
        return Reason("Nobody of them is free then", BAD, 1)
    return Reason(f"{_some(free, members, 'is', 'are')} free then", GOOD, 0)


def _load(roster: Roster, operator_id: int, user_id: int | None, day: date) -> Reason:
    """How many appointments there are that day, and how much of it they take."""
    booked = roster.booked(operator_id, user_id, day) if user_id else roster.all_booked(operator_id, day)
    taken, capacity = sum(each.minutes_on(day) for each in booked), roster.capacity(operator_id, user_id, day)
    count = f"{len(booked) or 'No'} appointment{'' if len(booked) == 1 else 's'} that day"
    if not roster.whole or capacity is None:
        return Reason(f"{count}, {span(taken)}" if booked else count, PLAIN, min(len(booked), 2))
    full = taken >= capacity
    said = f"{count}, {span(taken)} of {span(capacity)}" if booked else f"{count}, {span(capacity)} to give"
    return Reason(said if capacity else count, BAD if booked and full else GOOD, _fullness(taken, capacity))


def _fullness(taken: int, capacity: int) -> int:
    """How much of a day is taken: nothing, less than half, less than all, or all."""
    return 0 if not taken else 1 if 2 * taken < capacity else 2 if taken < capacity else 3


def _far(operator: Operator, position: Position) -> Reason:
    """How far it is from the operator's place to where the work is, as the crow flies."""
    if operator.latitude is None or operator.longitude is None:
        return Reason("How far it is, is not known: its place is not on file", PLAIN, inf)
    km = distance_of(operator, position)
    return Reason(f"{km:.0f} km away" if km >= 10 else f"{km:.1f} km away", PLAIN, km)


def distance_of(operator: Operator, position: Position) -> float:
    """How far it is from an operator's place, which is on file, to a position."""
    return distance_km((float(operator.latitude or 0), float(operator.longitude or 0)), position)


def distance_km(here: Position, there: Position) -> float:
    """How far two positions on the earth are apart, as the crow flies (haversine)."""
    (a, b), (c, d) = ((radians(each) for each in position) for position in (here, there))
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def _some(some: Sequence[object], people: Sequence[object], one: str, several: str) -> str:
    """How many of how many, with the verb."""
    return f"{len(some)} of {len(people)} of its people {one if len(some) == 1 else several}"
