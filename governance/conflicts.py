"""What stands against an appointment of somebody, in words: said before it is done, and never a reason to hide them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from django.utils import timezone

from governance.roster import Booked, Member, Roster
from qtm import words
from qtm.models import Operator
from qtm.spine import WORKING
from qtm.workforce import Span, covers

MIDNIGHT = time(0)
AN_END = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """When something is to be done."""

    starts: datetime
    ends: datetime

    @property
    def days(self) -> list[date]:
        """The days at the place that it touches."""
        first, last = timezone.localdate(self.starts), timezone.localdate(self.ends - AN_END)
        return [first + timedelta(each) for each in range((last - first).days + 1)]

    def on(self, day: date) -> Span:
        """From when until when it takes of a day, by the clock of the place; midnight as its end is the day's end."""
        begins, ends = timezone.localtime(self.starts), timezone.localtime(self.ends)
        opens = begins.time() if begins.date() == day else MIDNIGHT
        return opens, ends.time() if ends.date() == day else MIDNIGHT

    def __str__(self) -> str:
        """In words."""
        return words.window(self.starts, self.ends, timezone.now(), timezone.get_current_timezone())


def conflicts(
    roster: Roster, operator: Operator, member: Member | None, window: Window, but: int | None = None
) -> list[str]:
    """What stands against it, for one of an operator's people or for anybody of theirs; `but`: the Assignment that is moved."""
    found = _of_anybody(roster, operator, window, but) if member is None else _of(roster, operator, member, window, but)
    return [*_of_access(operator), *found]


def _of_access(operator: Operator) -> Iterator[str]:
    """That an operator is not let in to work."""
    if operator.state not in WORKING:
        yield f"The access of {operator} is {operator.state}."


def _of(roster: Roster, operator: Operator, member: Member, window: Window, but: int | None) -> Iterator[str]:
    """What stands against it for one person, or that they have left."""
    if roster.has(operator.pk, member.user_id):
        return _of_one(roster, operator.pk, member, window, but)
    return iter([f"{member.name} does not work for {operator} any more."])


def _of_one(roster: Roster, operator_id: int, member: Member, window: Window, but: int | None) -> Iterator[str]:
    """What stands against it for one person."""
    for day in window.days:
        yield from _of_day(roster, operator_id, member, window, day)
    for each in roster.overlapping(operator_id, member.user_id, window.starts, window.ends, but):
        yield f"{member.name} has another appointment then: {Window(each.starts, each.ends)}."
    for day in window.days:
        taken = _minutes(roster.booked(operator_id, member.user_id, day), window, day, but)
        capacity = roster.capacity(operator_id, member.user_id, day)
        if capacity and taken > capacity:
            yield f"{member.name} would have {span(taken)} of {span(capacity)} on {day_words(day)}."


def _of_day(roster: Roster, operator_id: int, member: Member, window: Window, day: date) -> Iterator[str]:
    """That somebody does not work on a day, or not at that time."""
    hours, said = roster.hours(operator_id, member.user_id, day), day_words(day)
    if roster.is_off(operator_id, member.user_id, day):
        yield f"{member.name} has a day off: {said}."
    elif hours is not None and not hours:
        yield f"{member.name} does not work on {said}."
    elif hours and not covers(hours, *window.on(day)):
        yield f"{member.name} works {hours_words(hours)} on {said}, and this is outside of it."


def _of_anybody(roster: Roster, operator: Operator, window: Window, but: int | None) -> Iterator[str]:
    """What stands against it where any of their people may do it: nobody is free, or all that they can do is taken."""
    people = roster.members[operator.pk]
    free = [each for each in people if not any(_of_one(roster, operator.pk, each, window, but))]
    if not any(_may_work(roster, operator.pk, each, day) for each in people for day in window.days):
        yield f"Nobody of {operator} works on {' or '.join(map(day_words, window.days))}."
    elif len(free) <= _at_once(roster.overlapping(operator.pk, None, window.starts, window.ends, but)):
        yield f"Nobody of {operator} is free then: {window}."


def _at_once(several: Sequence[Booked]) -> int:
    """How many of several appointments take the same moment at most: so many people they need."""
    return max((sum(each.starts <= one.starts < each.ends for each in several) for one in several), default=0)


def _may_work(roster: Roster, operator_id: int, member: Member, day: date) -> bool:
    """Whether somebody works on a day, as far as anybody knows."""
    hours = roster.hours(operator_id, member.user_id, day)
    return not roster.is_off(operator_id, member.user_id, day) and hours != []


def _minutes(booked: Sequence[Booked], window: Window, day: date, but: int | None) -> int:
    """How much of a day would be taken, with this."""
    own = Booked(0, 0, 0, None, 0, None, window.starts, window.ends, "").minutes_on(day)
    return own + sum(each.minutes_on(day) for each in booked if each.assignment_id != but)


def known(sentences: Sequence[str]) -> set[str]:
    """Short names of what was said on a page, by which the press that follows says that it was read."""
    return {sha256(each.encode()).hexdigest()[:12] for each in sentences}


def day_words(day: date) -> str:
    """A day with its weekday: Fri 27 Nov."""
    return f"{day:%a} {day.day} {day:%b}"


def hours_words(hours: Sequence[Span]) -> str:
    """From when until when: 08:00–12:00 and 13:00–17:00."""
    return " and ".join(
        f"{opens:%H:%M}–{'24:00' if closes == MIDNIGHT else f'{closes:%H:%M}'}" for opens, closes in hours
    )


def span(minutes: int) -> str:
    """A length of work: 3 h, 2 h 30 min, 45 min."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest else ""])) or "0 h"
