"""Cases beside a case: what follows on it, what the same requester asked before, and what is likely the same, each with why.

All of it is told by the listing, which says what stands now: once a phone number was corrected, it is the right one that is compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from governance.finding import LEAST_DIGITS
from governance.listing import ALIKE, LAST, Listing
from intake.models import Request

DAYS = timedelta(days=30)  # asked within so many days of each other, two cases may be the same
MOST = 20  # so many of each kind are looked at, the newest; the index gives them however many there are
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
        beside = Request.objects.filter(self.sight, pk__in=following.union(*self._alike(), all=True))
        around = beside.exclude(pk=self.asked.pk).select_related("surface", "intake", "listing")
        return list(around.defer("listing__words").order_by("-pk"))

    def _alike(self) -> list[QuerySet[Any]]:
        """The cases of this layer that say the same of one thing, the newest first, along the index of each."""
        phone, length = self.said.phone, len(self.said.phone)
        said = [("phone", phone[:short]) for short in range(LEAST_DIGITS, min(length, LAST) + 1)]
        said += [(name, getattr(self.said, name)) for name in ("email", "name", "place")]
        found = [self._saying(name, value) for name, value in said if value]
        if LEAST_DIGITS <= length < LAST:  # what was written without the town's code is part of a longer one
            found.append(self._layer().filter(phone__startswith=phone).values("pk")[: MOST + 1])
        return found

    def _saying(self, name: str, value: str) -> QuerySet[Any]:
        """The newest that say this, in the words of the index, as PostgreSQL sees no order behind an IS NULL."""
        saying = self._layer().exclude(**{name: ""}).alias(said=ALIKE[name]).filter(said=value)
        return saying.order_by("governor_id", "said", "-case_id").values("pk")[: MOST + 1]

    def _layer(self) -> QuerySet[Listing]:
        """The cases that the same people govern."""
        return Listing.objects.filter(governor=self.asked.governor_id)

    @property
    def followers(self) -> list[Request]:
        """What follows on it, the oldest first."""
        return [each for each in reversed(self.found) if each.follows_id == self.asked.pk]

    @property
    def before(self) -> str:
        """How many requests the same requester has made before this one, by phone or e-mail."""
        count = sum(1 for each in self.found if each.pk < self.asked.pk and self._same_person(each))
        return f"{MOST} or more" if count >= MOST else str(count or "")

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
        """What is likely the same; `known`: the cases of which it was said, and what is linked to it otherwise."""
        linked = {*known, self.asked.follows_id, *(each.pk for each in self.followers)}
        near = [each for each in self.found if each.pk not in linked and self._apart(each) <= DAYS]
        return [Alike(each, why) for each in near if (why := self._why(each))]

    def _apart(self, other: Request) -> timedelta:
        """How long lies between the two, as they were asked."""
        return abs(other.listing.since - self.said.since)

    def _why(self, other: Request) -> str:
        """Why it is thought to be the same; empty where the last digits alone are."""
        person = self._same_person(other) or ("name" if self._same(other, "name") else "")
        words = [f"the same {person}"] if person else []
        words += ["the same place"] if self._same(other, "place") else []
        if not words:
            return ""
        words += ["the same kind of work"] if other.surface_id == self.asked.surface_id else []
        days = self._apart(other).days
        return f"{', '.join(words)}, {f'{days} day{"s" * (days != 1)}' if days else 'less than a day'} apart"
