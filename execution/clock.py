"""Time: how long work was done, rested and was travelled to, counted in one place from what the log and the facts say.

A course is a sequence of what was so from a moment on: a state of the ServiceEvent, or its worker on the way to the place. It is the
server's own (`course_of`), or any other of the same shape, such as the moments that a device claims.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Protocol

from django.utils import timezone

ON_THE_WAY, ARRIVED = "on_the_way", "arrived"
# What is counted while something is so; travelling in a pause is travel and no pause.
COUNTS = {"in_progress": "worked", "paused": "paused", ON_THE_WAY: "travelled"}
LABELS = {"worked": "Worked", "travelled": "On the way", "paused": "Paused"}

type Course = Sequence[tuple[str, datetime]]
type Said = Mapping[str, datetime]  # what devices say of when, by act


class Moved(Protocol):
    """A line of the log, as far as time goes."""

    @property
    def becomes(self) -> str:
        """What it came to."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def act(self) -> object:
        """In which act."""


class Went(Protocol):
    """A travel fact, as far as time goes."""

    @property
    def rest(self) -> datetime:
        """Since when the work rested."""

    @property
    def arrived(self) -> bool:
        """Whether they were there, or set off."""

    @property
    def at(self) -> datetime:
        """When."""

    @property
    def act(self) -> object:
        """In which act."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One hand of a clock: what it counts, how much it has counted, and since when it runs, if it does."""

    counts: str
    before: timedelta = timedelta(0)
    since: datetime | None = None

    @property
    def label(self) -> str:
        """What it counts, in words."""
        return LABELS[self.counts]

    @property
    def before_seconds(self) -> int:
        """What was counted before it began to run, in whole seconds."""
        return int(self.before.total_seconds())

    def seconds(self, now: datetime) -> int:
        """Whole seconds until a moment."""
        running = max(now - self.since, timedelta(0)) if self.since else timedelta(0)
        return int((self.before + running).total_seconds())


@dataclass(frozen=True, slots=True)
class Clock:
    """The hands of one ServiceEvent, or of several together, as they stand at a moment."""

    hands: Mapping[str, Hand]
    now: datetime

    def seconds(self, counts: str) -> int:
        """Whole seconds of what is counted."""
        return self.hands[counts].seconds(self.now)

    @property
    def shown(self) -> list[tuple[Hand, int]]:
        """The hands that have counted something or run, each with its seconds at this moment."""
        return [(hand, hand.seconds(self.now)) for hand in self.hands.values() if hand.before or hand.since]

    @property
    def running(self) -> Hand | None:
        """The hand that runs."""
        return next((hand for hand in self.hands.values() if hand.since), None)

    @property
    def on_the_way(self) -> bool:
        """Whether somebody is under way to the place."""
        return bool(self.hands["travelled"].since)


def course_of(lines: Iterable[Moved], travels: Iterable[Went] = (), said: Said = {}) -> Course:
    """One ServiceEvent: its lines in their order, after each rest's own line the travel in that rest; as devices `said`, else as the server knows."""
    course: list[tuple[str, datetime]] = []
    went = list(travels)
    for line in lines:
        course.append((line.becomes, said.get(str(line.act), line.at)))
        here = [each for each in went if each.rest == line.at]
        course += [(ARRIVED if each.arrived else ON_THE_WAY, said.get(str(each.act), each.at)) for each in here]
    return course


def clock_of(courses: Iterable[Course], now: datetime | None = None, since: datetime | None = None) -> Clock:
    """The sums over the courses of some ServiceEvents until now; `since`: what lies before that moment is not counted."""
    now = now or timezone.now()
    counted = dict.fromkeys(LABELS, timedelta(0))
    running: dict[str, datetime] = {}
    for course in courses:
        for counts, begins, ends in _counted(course):
            from_then = max(begins, since) if since else begins
            if ends is None and counts not in running:
                running[counts] = from_then
            else:
                counted[counts] += max((ends or now) - from_then, timedelta(0))
    return Clock({name: Hand(name, counted[name], running.get(name)) for name in LABELS}, now)


def _counted(course: Course) -> Iterable[tuple[str, datetime, datetime | None]]:
    """What counts from when until when, in UTC; the last has no end. Who has arrived is where the work stood before."""
    resting, begun = "", [(what, at.astimezone(UTC)) for what, at in course]
    ends = [at for _, at in begun[1:]]
    for (what, at), end in zip_longest(begun, ends):
        resting = resting if what in (ON_THE_WAY, ARRIVED) else what
        if counts := COUNTS.get(resting if what == ARRIVED else what):
            yield counts, at, end
