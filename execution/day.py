"""A person's own day: what they completed, how long they worked and travelled, and what waits for them by name; in one query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from execution.clock import Clock, clock_of, course_of
from intake.facts import wished_words
from qtm.database import here
from qtm.models import Operator, User

STATEMENT = (Path(__file__).parent / "day.sql").read_text()
LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A line of the log, or a travel fact, as a clock reads it."""

    at: datetime
    becomes: str = ""
    rest: datetime = LATEST
    arrived: bool = False
    act: str = ""


@dataclass(frozen=True, slots=True)
class Ahead:
    """A Job that lies ahead of somebody: what, where, and for when it is wished."""

    job_id: int
    summary: str
    place: str
    wished: str
    claimed: bool

    @property
    def page(self) -> str:
        """Where it is carried out."""
        return reverse("job", args=[self.job_id])

    @property
    def order(self) -> tuple[datetime, bool, int]:
        """By the wished moment; what has none comes after, the claimed before what waits."""
        return wished_moment(self.wished) or LATEST, not self.claimed, self.job_id

    @property
    def when(self) -> str:
        """When it is wished for, in words."""
        return wished_words(self.wished)


@dataclass(frozen=True, slots=True)
class Day:
    """How far somebody is today: Jobs of theirs that were completed, the time that counts, and what waits for them by name."""

    completed: int
    clock: Clock
    named: Sequence[Ahead]


def wished_moment(wished: Any) -> datetime | None:
    """The moment that was wished for; what a correction left unreadable is none."""
    try:
        moment = parse_datetime(str(wished or ""))
    except ValueError:
        return None
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment


def ahead_of(job_id: int, said: Mapping[str, Any], *, claimed: bool) -> Ahead:
    """A Job by what its context says."""
    return Ahead(job_id, str(said["summary"]), str(said["place"] or ""), str(said["wished"] or ""), claimed)


def day_of(user: User, operator: Operator) -> Day:
    """Today, from midnight at the place on, over the ServiceEvents that this person claimed."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = here().run(STATEMENT, [operator.pk, user.pk, midnight])
    assert found
    lines, travels, completed, named = found
    moved, went = _by_event(lines or []), _by_event(travels or [])
    clock = clock_of((course_of(moved[pk], went.get(pk, [])) for pk in moved), since=midnight)
    return Day(completed, clock, [ahead_of(each["id"], each, claimed=False) for each in named or []])


def _by_event(rows: Sequence[Mapping[str, Any]]) -> dict[int, list[Moment]]:
    """Lines or travel facts by their ServiceEvent."""
    found: dict[int, list[Moment]] = {}
    for row in rows:
        rest = datetime.fromisoformat(row["rest"]) if "rest" in row else LATEST
        moment = Moment(datetime.fromisoformat(row["at"]), row.get("becomes", ""), rest, row.get("arrived", False))
        found.setdefault(row["event"], []).append(moment)
    return found
