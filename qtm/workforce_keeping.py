"""Keeping what is said of how people work: surfaces, hours and days off, each change with its note in the same act."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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

    def stamp(self, kind: type[Said]) -> str:
        """What stands of them now, as a form takes it along: it is another once something was changed."""
        return "-".join(str(pk) for pk in self.said(kind).order_by("pk").values_list("pk", flat=True))

    def say_surfaces(self, surfaces: Collection[Surface], seen: str | None = None) -> None:
        """What they can do from now on."""
        named = sorted(surfaces, key=str)
        words = ", ".join(each.name for each in named) or self._nothing
        wanted = {(each.pk,): Capability(**self._who, surface=each) for each in named}
        self._say(Capability, ("surface_id",), wanted, f"said what they can do: {words}", seen)

    def say_hours(self, week: Iterable[Opening], seen: str | None = None) -> None:
        """From when to when they work on each day of the week from now on."""
        wanted = {
            (weekday, opens, closes): Hours(**self._who, weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in sorted(set(week))
        }
        words = week_in_words(wanted) or self._nothing
        self._say(Hours, ("weekday", "opens", "closes"), wanted, f"said the hours: {words}", seen)

    def _say[T: Said](
        self, kind: type[T], names: Sequence[str], wanted: Mapping[Any, T], words: str, seen: str | None
    ) -> None:
        """Let this stand from now on and nothing else; `seen`: what stood when it was typed, if it was typed somewhere."""
        stand = {tuple(getattr(each, name) for name in names): each for each in self.said(kind)}
        if stand.keys() == wanted.keys():
            return
        with self._noting(words):
            if seen is not None and seen != self.stamp(kind):
                raise Conflict(sentence=CHANGED)
            end([each for key, each in stand.items() if key not in wanted])
            kind._default_manager.bulk_create(each for key, each in wanted.items() if key not in stand)

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

    @contextmanager
    def _noting(self, words: str) -> Iterator[None]:
        """The act, with its note; of several at once about one operator each waits for the one before."""
        authority = self.keeper.over(self.operator)
        with self.keeper.noting(authority, words[:300], person=self.user, operator=self.operator):
            Operator.objects.select_for_update(no_key=True).get(pk=self.operator.pk)
            yield


def end(rows: Collection[Model]) -> None:
    """End what was said; `Conflict` (409) where somebody was first."""
    for row in rows:
        if not type(row)._default_manager.filter(pk=row.pk, until=None).update(until=Now()):
            raise Conflict(sentence=CHANGED)


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def week_in_words(week: Iterable[Opening]) -> str:
    """A week in a line: Mon 09:00 to 12:00, Mon 13:00 to 17:00."""
    return ", ".join(f"{DAYS[weekday]} {Hours(opens=opens, closes=closes)}" for weekday, opens, closes in week)
