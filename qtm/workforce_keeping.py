"""Keeping what is said of how people work: surfaces, hours and days off, each change with its note in the same act."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from qtm.models import Operator, Surface, User
from qtm.people import Keeper
from qtm.refusals import Conflict
from qtm.working import Capability, DayOff, Hours, Said

type Opening = tuple[int, time, time]  # a day of the week, from, to
CHANGED = "Somebody changed this since you looked. Look again, and press once more."


@dataclass(frozen=True, slots=True)
class Kept:
    """An operator, or one of its members, whose work is kept by somebody."""

    keeper: Keeper
    operator: Operator
    user: User | None = None

    def said[T: Said](self, kind: type[T]) -> QuerySet[T]:
        """What stands of them now, of one kind; of themselves alone."""
        return kind._default_manager.filter(operator=self.operator, user=self.user, until=None)

    def say_surfaces(self, surfaces: Collection[Surface]) -> None:
        """What they can do from now on."""
        stand = {each.surface_id: each for each in self.said(Capability).select_related("surface")}
        wanted = {each.pk: each for each in surfaces}
        gone = [each for pk, each in stand.items() if pk not in wanted]
        new = [Capability(**self._who, surface=each) for pk, each in wanted.items() if pk not in stand]
        if gone or new:
            names = ", ".join(each.name for each in wanted.values()) or self._nothing
            with self._noting(f"said what they can do: {names}"):
                end(gone)
                Capability.objects.bulk_create(new)

    def say_hours(self, week: Iterable[Opening]) -> None:
        """From when to when they work on each day of the week from now on."""
        stand = {(each.weekday, each.opens, each.closes): each for each in self.said(Hours)}
        wanted = sorted(set(week))
        gone = [each for key, each in stand.items() if key not in wanted]
        new = [
            Hours(**self._who, weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in wanted
            if (weekday, opens, closes) not in stand
        ]
        if gone or new:
            with self._noting(f"said the hours: {week_in_words(wanted) or self._nothing}"):
                end(gone)
                Hours.objects.bulk_create(new)

    def take_off(self, first: date, last: date, why: str = "") -> DayOff:
        """Days on which they do not work."""
        made = DayOff(**self._who, first=first, last=last, why=why)
        with self._noting(f"said days off: {made}{f', {why}' if why else ''}"):
            made.save()
        return made

    def end_days_off(self, row: DayOff) -> None:
        """From today on they work again; days off that lie behind stay as they were."""
        today = timezone.localdate()
        with self._noting(f"ended days off: {row}"):
            end([row])
            if row.first < today:
                past = min(row.last, today - timedelta(1))
                DayOff.objects.create(**self._who, first=row.first, last=past, why=row.why)

    @property
    def _who(self) -> dict[str, Any]:
        """Of whom something is said."""
        return {"operator": self.operator, "user": self.user}

    @property
    def _nothing(self) -> str:
        """What it comes to where nothing is said any more."""
        return f"as {self.operator}" if self.user else "nothing"

    def _noting(self, words: str) -> AbstractContextManager[None]:
        """The act, with its note."""
        authority = self.keeper.over(self.operator)
        return self.keeper.noting(authority, words[:300], person=self.user, operator=self.operator)


def end(rows: Collection[Model]) -> None:
    """End what was said; `Conflict` (409) where somebody was first."""
    for row in rows:
        if not type(row)._default_manager.filter(pk=row.pk, until=None).update(until=Now()):
            raise Conflict(sentence=CHANGED)


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def week_in_words(week: Iterable[Opening]) -> str:
    """A week in a line: Mon 09:00 to 12:00, Mon 13:00 to 17:00."""
    return ", ".join(f"{DAYS[weekday]} {Hours(opens=opens, closes=closes)}" for weekday, opens, closes in week)
