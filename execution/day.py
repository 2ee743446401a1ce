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
from governance.appointments import as_appointment
from governance.models import Appointment
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
    appointment: Appointment | None = None

    @property
    def page(self) -> str:
        """Where it is carried out."""
        return reverse("job", args=[self.job_id])

    @property
    def order(self) -> tuple[datetime, bool, int]:
        """By its appointment, or the wished moment; what has neither comes after, the claimed before what waits."""
        starts = self.appointment.starts if self.appointment else wished_moment(self.wished)
        return starts or LATEST, not self.claimed, self.job_id

    @property
    def when(self) -> str:
        """When it is to be done, or is wished for, in words."""
        if self.appointment:
            return f"appointment {self.appointment}"
        return f"wished for {wished_words(self.wished)}" if self.wished else ""


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


def ahead_of(job_id: int, said: Mapping[str, Any], *, claimed: bool, appointment: Appointment | None) -> Ahead:
    """A Job by what its context says, and its appointment."""
    summary, place, wished = (str(said[name] or "") for name in ("summary", "place", "wished"))
    return Ahead(job_id, summary, place, wished, claimed, appointment)


def _named(each: Mapping[str, Any]) -> Ahead:
    """A Job that waits by name, with the appointment that counts."""
    return ahead_of(each["id"], each, claimed=False, appointment=as_appointment(each["appointment"]))


def day_of(user: User, operator: Operator) -> Day:
    """Today, from midnight at the place on, over the ServiceEvents that this person claimed."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    found = here().run(STATEMENT, [operator.pk, user.pk, midnight])
    assert found
    lines, travels, completed, named = found
    moved, went = _by_event(lines or []), _by_event(travels or [])
    clock = clock_of((course_of(moved[pk], went.get(pk, [])) for pk in moved), since=midnight)
    return Day(completed, clock, [_named(each) for each in named or []])


def _by_event(rows: Sequence[Mapping[str, Any]]) -> dict[int, list[Moment]]:
    """Lines or travel facts by their ServiceEvent."""
    found: dict[int, list[Moment]] = {}
    for row in rows:
        rest = datetime.fromisoformat(row["rest"]) if "rest" in row else LATEST
        moment = Moment(datetime.fromisoformat(row["at"]), row.get("becomes", ""), rest, row.get("arrived", False))
        found.setdefault(row["event"], []).append(moment)
    return found
