"""The newest snapshot as figures read it: what stood at its moment, and one period up to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from django.utils import timezone

from qtm.overview.declared import Crossing, spell, terms
from qtm.overview.models import Snapshot
from qtm.overview.steps import percentile
from qtm.overview.tasks import rests


@dataclass(frozen=True)
class Counted:
    """What was counted, over so many days."""

    snapshot: Snapshot
    length: int

    @classmethod
    def newest(cls, length: int) -> Self | None:
        """The newest that was counted by the present terms, if any was."""
        snapshot = Snapshot.objects.filter(terms=terms()).first()
        return cls(snapshot, length) if snapshot else None

    @property
    def as_of(self) -> datetime:
        """The moment of which all of it is true."""
        return self.snapshot.as_of

    @property
    def stale(self) -> bool:
        """Whether it should have been counted anew long ago."""
        return timezone.now() > self.as_of + 3 * rests(self.snapshot.took_seconds)

    @property
    def content(self) -> Mapping[str, Any]:
        """The numbers."""
        return self.snapshot.content  # type: ignore[no-any-return]

    @cached_property
    def period(self) -> Mapping[str, Any]:
        """The numbers of the period."""
        return self.content["periods"][str(self.length)]  # type: ignore[no-any-return]

    @property
    def today(self) -> date:
        """The day on which it was counted."""
        return date.fromisoformat(self.content["today"])

    @property
    def since(self) -> date:
        """The first day of the period that the log knows."""
        return max(self.today - timedelta(days=self.length - 1), date.fromisoformat(self.content["first"]))

    @property
    def log_begins(self) -> bool:
        """Whether the log is younger than the period."""
        return self.since > self.today - timedelta(days=self.length - 1)

    def days(self) -> Iterator[tuple[date, list[int] | None]]:
        """Each day of the period with the pace of that day, or nothing where it was not counted yet."""
        for after in range((self.today - self.since).days + 1):
            day = self.since + timedelta(days=after)
            yield day, self.content["days"].get(day.isoformat())

    @cached_property
    def missing(self) -> int:
        """How many days of the period are not counted yet."""
        return sum(pace is None for _, pace in self.days())

    def line(self, room: str, was: str, becomes: str) -> int:
        """How often a line of the log was written."""
        return int(self.period["lines"].get(spell((room, was, becomes)), 0))

    def crossed(self, crossing: Crossing) -> int:
        """How many crossed a boundary before which they had waited."""
        return sum(self.period["waits"].get(crossing.key, {}).values())

    def wait(self, crossing: Crossing, share: float) -> float | None:
        """The seconds within which so large a share of them crossed it."""
        steps = {int(step): number for step, number in self.period["waits"].get(crossing.key, {}).items()}
        return percentile(steps, share)

    def turned(self, crossing: Crossing) -> int:
        """How many left from before it by a no."""
        return sum(self.line(*edge) for edge in crossing.otherwise)

    def tally(self, name: str) -> list[list[Any]]:
        """What a later zone counted, row by row."""
        return list(self.period["tallies"].get(name, []))
