"""Cases beside a case: what follows on it, what the same requester asked before, and what is likely the same, each with why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from governance.context import Context
from intake.digits import Digits, last_digits
from intake.models import Actor, Intake, Request

DAYS = timedelta(days=30)  # asked within so many days of each other, two cases may be the same
MOST = 20  # so many of each kind are looked at, the newest; the index gives them however many there are


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that is likely the same, and why it is thought so."""

    request: Request
    why: str


class Beside:
    """The cases of the same layer beside a case: one query."""

    def __init__(self, asked: Request, context: Context, sight: Q) -> None:
        """`context`: what was asked as it stands now; `sight`: what this person sees."""
        said = {name: context.details[name].value for name in ("name", "phone", "email", "place")}
        self.asked, self.sight = asked, sight
        self.phone, self.email, self.name, self.place = (
            last_digits(said["phone"]),
            said["email"].lower(),
            said["name"].lower(),
            said["place"].lower(),
        )

    @cached_property
    def found(self) -> Sequence[Request]:
        """Everything beside it, the newest first."""
        layer = Request.objects.filter(governor=self.asked.governor_id)
        by_key: list[Any] = [
            Request.objects.filter(follows=self.asked).values("pk")[:MOST],
            *(layer.filter(actor__in=each).values("pk")[: MOST + 1] for each in self._people()),
            *(layer.filter(pk__in=each).values("pk")[: MOST + 1] for each in self._places()),
        ]
        beside = Request.objects.filter(self.sight, pk__in=by_key[0].union(*by_key[1:], all=True))
        return list(beside.exclude(pk=self.asked.pk).select_related("actor", "surface", "intake").order_by("-pk"))

    def _people(self) -> list[Any]:
        """Whoever gave the same phone number, e-mail address or name, the newest first."""
        people = Actor.objects.exclude(kind="system").order_by("-pk").values("pk")
        named = [
            people.exclude(phone="").alias(said=Digits("phone")).filter(said=self.phone) if self.phone else None,
            people.exclude(email="").alias(said=Lower("email")).filter(said=self.email) if self.email else None,
            people.exclude(name="").alias(said=Lower("name")).filter(said=self.name) if self.name else None,
        ]
        return [each[: MOST + 1] for each in named if each is not None]

    def _places(self) -> list[Any]:
        """Cases at the same place, the newest first."""
        if not self.place:
            return []
        there = Intake.objects.exclude(place="").alias(said=Lower("place")).filter(said=self.place)
        return [there.order_by("-pk").values("case_id")[: MOST + 1]]

    @property
    def followers(self) -> list[Request]:
        """What follows on it, the oldest first."""
        return [each for each in reversed(self.found) if each.follows_id == self.asked.pk]

    @property
    def before(self) -> str:
        """How many requests the same requester has made before this one, by phone or e-mail."""
        count = sum(1 for each in self.found if each.pk < self.asked.pk and self._same_person(each))
        return f"{MOST} or more" if count >= MOST else str(count or "")

    def _same_person(self, other: Request) -> str:
        """By what it is the same requester; empty where it is not."""
        return " and ".join(
            word
            for word, mine, theirs in (
                ("phone", self.phone, last_digits(other.actor.phone)),
                ("e-mail", self.email, other.actor.email.lower()),
            )
            if mine and mine == theirs
        )

    def likely(self, known: Sequence[int]) -> list[Alike]:
        """What is likely the same; `known`: the cases of which it was said, and what is linked to it otherwise."""
        linked = {*known, self.asked.follows_id, *(each.pk for each in self.followers)}
        near = [each for each in self.found if each.pk not in linked and self._apart(each) <= DAYS]
        return [Alike(each, self._why(each)) for each in near]

    def _apart(self, other: Request) -> timedelta:
        """How long lies between the two, as they came to where they are."""
        return abs(other.since - self.asked.since)

    def _why(self, other: Request) -> str:
        """Why it is thought to be the same."""
        person = self._same_person(other) or ("name" if self.name and self.name == other.actor.name.lower() else "")
        place = self.place and self.place == _place(other)
        words = [f"the same {person}" if person else "", "the same place" if place else ""]
        words += ["the same kind of work"] if other.surface_id == self.asked.surface_id else []
        days = self._apart(other).days
        return (
            f"{', '.join(filter(None, words))}, {f'{days} day{"s" * (days != 1)}' if days else 'less than a day'} apart"
        )


def _place(request: Request) -> str:
    """Where it is to be done."""
    intake = getattr(request, "intake", None)
    return str(intake.place if intake else request.asked.get("place") or "").lower()
