"""Cases beside a case: what follows on it, what the same requester asked before, and what is likely the same, each with why.

All of it is told by the listing, which says what stands now: once a phone number was corrected, it is the right one that is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import F, Q, QuerySet

from governance.crews import WHERE_AND_WHEN, position_of, put_right
from governance.listing import ALIKE, LAST, Listing
from governance.near import near
from governance.ranking import Position
from governance.sought import LEAST_DIGITS
from intake.models import Request

DAYS = timedelta(days=30)  # asked within so many days of each other, two cases may be the same
MOST = 20  # so many that say the same are looked at before a case, and as many after it; the index gives them however many there are
AROUND = 30  # so many of the same kind of work are looked at before a case, and as many after it
LATELY, KINDRED = (
    timedelta(days=3),
    5,
)  # where nothing but the work is the same: asked so shortly apart, and so many at most
CALLED = {"phone": "phone", "email": "e-mail", "name": "name"}


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that is likely the same, and why it is thought so."""

    request: Request
    why: str


class Beside:
    """The cases of the same layer beside a case: one query."""

    def __init__(self, asked: Request, sight: Q) -> None:
        """`asked`: the case, with its listing; `sight`: what this person sees."""
        self.asked, self.sight, self.said = asked, sight, asked.listing

    @cached_property
    def found(self) -> Sequence[Request]:
        """Everything beside it, the newest first."""
        following = Request.objects.filter(follows=self.asked).values("pk")[:MOST]
        beside = Request.objects.filter(self.sight, pk__in=following.union(*self._alike(), *self._work(), all=True))
        around = beside.exclude(pk=self.asked.pk).select_related("surface", "intake", "listing")
        return list(around.annotate(put=put_right("intake__task")).defer("listing__words").order_by("-pk"))

    def _alike(self) -> list[QuerySet[Any]]:
        """The cases of this layer that say the same of one thing, just before it and just after it, along the index of each."""
        phone, length = self.said.phone, len(self.said.phone)
        said = [("phone", phone[:short]) for short in range(LEAST_DIGITS, min(length, LAST) + 1)]
        said += [(name, getattr(self.said, name)) for name in ("email", "name", "place")]
        found = [self._saying(name, value) for name, value in said if value]
        if LEAST_DIGITS <= length < LAST:  # what was written without the town's code is part of a longer one
            found.append(
                (self._layer().filter(phone__startswith=phone), (F("case_id") * 1,))
            )  # by the digits' index, not by the case's
        return [each for rows, order in found for each in self._around(rows, MOST, *order)]

    def _work(self) -> list[QuerySet[Any]]:
        """The cases of this layer that ask for the same kind of work, just before it and just after it, along their index."""
        same = self._layer().filter(surface=self.asked.surface_id)
        return self._around(same, AROUND, F("governor_id"), F("surface_id"), F("case_id"))

    def _saying(self, name: str, value: str) -> tuple[QuerySet[Any], tuple[Any, ...]]:
        """Those that say this, and the order of their index."""
        saying = self._layer().exclude(**{name: ""}).alias(said=ALIKE[name]).filter(said=value)
        return saying, (F("governor_id"), F("said"), F("case_id"))

    def _around(self, rows: QuerySet[Any], most: int, *order: Any) -> list[QuerySet[Any]]:
        """The nearest before it and the nearest after it, in the words of the index, as PostgreSQL sees no order behind an IS NULL."""
        *same, by_case = order
        before = rows.filter(case__lt=self.asked.pk).order_by(*(each.asc() for each in same), by_case.desc())
        after = rows.filter(case__gt=self.asked.pk).order_by(*(each.desc() for each in same), by_case.asc())
        return [each.values("pk")[:most] for each in (before, after)]

    def _layer(self) -> QuerySet[Listing]:
        """The cases that the same people govern."""
        return Listing.objects.filter(governor=self.asked.governor_id)

    @property
    def followers(self) -> list[Request]:
        """What follows on it, the oldest first."""
        return [each for each in reversed(self.found) if each.follows_id == self.asked.pk]

    @property
    def before(self) -> str:
        """How many requests the same requester has made before this one, by phone or e-mail, in words; empty where none."""
        count = sum(1 for each in self.found if each.pk < self.asked.pk and self._same_person(each))
        number = f"{MOST} or more" if count >= MOST else str(count)
        return f"{number} request{'s' * (count != 1)}" if count else ""

    def _same(self, other: Request, name: str) -> bool:
        """Whether both say the same of one thing; a phone number in any notation, as it is found."""
        mine, theirs = getattr(self.said, name), getattr(other.listing, name)
        if name != "phone":
            return bool(mine) and mine == theirs
        short, long = sorted((mine, theirs), key=len)
        return len(short) >= LEAST_DIGITS and long.startswith(short)

    def _same_person(self, other: Request) -> str:
        """By what it is the same requester; empty where it is not."""
        return " and ".join(CALLED[name] for name in ("phone", "email") if self._same(other, name))

    def likely(self, known: Sequence[int]) -> list[Alike]:
        """What is likely the same, by requester or place first, then what is near; `known`: the cases that are linked to it already."""
        near = self._unlinked(known, DAYS)
        found = [Alike(each, why) for each in near if (why := self._why(each))]
        return found + [Alike(each, why) for each in near if (why := self._near(each)) and not self._why(each)]

    def kindred(self, known: Sequence[int]) -> list[Alike]:
        """A few of which nothing but the kind of work and the entry point are the same, asked shortly before or after; the nearest first."""
        rest = [each for each in self._unlinked(known, LATELY) if self._kindred(each)]
        few = sorted(rest, key=self._apart)[:KINDRED]
        return [Alike(each, f"the same kind of work by the same entry point, {self._days(each)}") for each in few]

    def _unlinked(self, known: Sequence[int], within: timedelta) -> list[Request]:
        """What was asked within some days of it, and is not linked to it already."""
        linked = {*known, self.asked.follows_id, *(each.pk for each in self.followers)}
        return [each for each in self.found if each.pk not in linked and self._apart(each) <= within]

    def _kindred(self, other: Request) -> bool:
        """Whether it is the same work by the same way in, and nothing else is known to be the same."""
        same = (other.surface_id, other.funnel_id) == (self.asked.surface_id, self.asked.funnel_id)
        apart = self._position and _position(other)  # where both are known to be somewhere, they are not one
        return same and not apart and not self._why(other) and not self._near(other)

    def _apart(self, other: Request) -> timedelta:
        """How long lies between the two, as they were asked."""
        return abs(other.listing.since - self.said.since)

    def _days(self, other: Request) -> str:
        """How long lies between the two, in words."""
        days = self._apart(other).days
        return f"{f'{days} day{"s" * (days != 1)}' if days else 'less than a day'} apart"

    def _why(self, other: Request) -> str:
        """Why it is thought to be the same by requester or place; empty where the last digits alone are."""
        person = self._same_person(other) or ("name" if self._same(other, "name") else "")
        words = [f"the same {person}"] if person else []
        words += ["the same place"] if self._same(other, "place") else []
        if not words:
            return ""
        words += ["the same kind of work"] if other.surface_id == self.asked.surface_id else []
        return ", ".join([*words, self._days(other)])

    def _near(self, other: Request) -> str:
        """Why it is thought to be the same, where the same kind of work is asked for close by; else empty."""
        if other.surface_id != self.asked.surface_id:
            return ""
        close = near(self._position, _position(other), self.said.place, other.listing.place)
        return f"the same kind of work, {close}, {self._days(other)}" if close else ""

    @cached_property
    def _position(self) -> Position | None:
        """Where the work of the case is."""
        if not hasattr(self.asked, "intake"):
            return None
        put = [{"field": each.field, "becomes": each.becomes} for each in self.asked.intake.task.corrections.all()]
        return position_of(self.asked.intake, [each for each in put if each["field"] in WHERE_AND_WHEN])


def _position(other: Any) -> Position | None:
    """Where the work of another case is."""
    return position_of(other.intake, other.put) if hasattr(other, "intake") else None
