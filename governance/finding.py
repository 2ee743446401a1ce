"""What somebody looks for in a list: words and filters, read from the address of the page and said in it again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.http import QueryDict
from django.utils import timezone

from governance.listing import Listing
from governance.models import PRIORITIES, Assignment
from governance.queues import Place
from intake.models import Funnel
from qtm.models import Operator, Surface
from qtm.queues import Queue
from qtm.waits import Wait

type Choices = Sequence[tuple[str, str]]

LONGEST = 200
LEAST_DIGITS = 6  # fewer are part of very many numbers
PHONE = re.compile(r"[\d\s+()/.\-–]+", re.ASCII)
NETWORK = "network"
AGES = {"1": "over a day", "2": "over 2 days", "7": "over a week", "30": "over 30 days"}
DUE = {"overdue": "overdue", "today": "today", "week": "this week", "none": "no due date"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One question to a list: its name in the address, its label, what can be chosen, and which rows that leaves.

    `choices`: what can be chosen, or None where words are typed; where it is empty the question is not asked. `where`: the rows that a
    choice leaves, of `Wait` in a queue and of `Listing` in a search; both say `case_id`, `since`, `surface_id`, `funnel_id`, `priority`, `due`, `proven`.
    """

    name: str
    label: str
    choices: Callable[["Finding"], Choices] | None
    where: Callable[[str, "Finding"], Q]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set: what it says, and the query without it."""

    label: str
    value: str
    without: str


FILTERS: list[Filter] = []


@dataclass
class Finding:
    """Words and filters, as they were asked: of a queue, or of all that a person may see where there is none."""

    place: Place
    queue: Queue | None
    sought: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, place: Place, query: QueryDict, queue: Queue | None) -> Self:
        """Read it off the address of a page; what makes no sense is said in `wrong`, by name, and then nothing is found."""
        said = {name: query.get(name, "").strip() for name in ("q", *(each.name for each in FILTERS))}
        chosen = {name: value for name, value in said.items() if value and name != "q"}
        found = cls(place, queue, "" if queue else said["q"], chosen)
        found.wrong = {name: sentence for name, value in said.items() if (sentence := found._wrong(name, value))}
        return found

    def _wrong(self, name: str, value: str) -> str:
        """Why a value makes no sense; empty where it does."""
        if not value or (name == "q" and self.queue):
            return ""
        if "\x00" in value or len(value) > LONGEST:
            return f"At most {LONGEST} characters, and none that cannot be stored."
        asked = next((each for each in FILTERS if each.name == name), None)
        if asked and asked.choices:
            known = dict(asked.choices(self))
            return "" if value in known else f"“{value[:40]}” is nothing that can be chosen here."
        return "" if re.search(r"\w", value) else "There is no letter and no digit in this to look for."

    @property
    def asked(self) -> bool:
        """Whether anything is asked at all."""
        return bool(self.sought or self.chosen)

    @property
    def query(self) -> str:
        """What is asked, as the query of an address."""
        return self._query()

    def _query(self, without: str = "") -> str:
        """The query, if wished without one of its names."""
        said = {"q": self.sought, **{each.name: self.chosen.get(each.name, "") for each in FILTERS}}
        return urlencode({name: value for name, value in said.items() if value and name != without})

    @property
    def chips(self) -> list[Chip]:
        """The filters that are set."""
        return [
            Chip(each.label, dict(each.choices(self) if each.choices else ()).get(value, value), self._query(each.name))
            for each in FILTERS
            if (value := self.chosen.get(each.name))
        ]

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Every filter as a form draws it."""
        drawn = [(each, each.choices(self) if each.choices else None) for each in FILTERS]
        return [
            {
                "name": each.name,
                "label": each.label,
                "choices": choices,
                "value": self.chosen.get(each.name, ""),
                "wrong": self.wrong.get(each.name, ""),
            }
            for each, choices in drawn
            if choices != []
        ]

    @cached_property
    def offered(self) -> dict[str, list[tuple[str, str]]]:
        """The surfaces, funnels and operators that can be chosen from here: one query."""
        own = self.place.governor
        funnels = Funnel.objects.filter(operator=own) if own or not self.sees_all else Funnel.objects.all()
        kinds: dict[str, QuerySet[Any]] = {"surface": Surface.objects.all(), "funnel": funnels}
        if not own:
            kinds["operator"] = Operator.objects.exclude(state__startswith="pending")
        named = [
            rows.order_by().annotate(kind=Value(kind), said=F("name")).values_list("kind", "pk", "said")
            for kind, rows in kinds.items()
        ]
        found: dict[str, list[tuple[str, str]]] = {"surface": [], "funnel": [], "operator": []}
        for kind, pk, said in named[0].union(*named[1:], all=True).order_by("said"):
            found[kind].append((str(pk), said))
        return found

    @property
    def sees_all(self) -> bool:
        """Whether this person sees every case of every layer, and looks from the network's place."""
        return self.place.governor is None and not self.place.standing.sight(Listing)

    @property
    def governor(self) -> Any:
        """In whose cases a queue is looked at."""
        audience = NETWORK if "audience" in self.wrong else self.chosen.get("audience", NETWORK)
        return self.place.governor if audience == NETWORK else int(audience)

    @property
    def owners(self) -> str:
        """Whose cases are looked at, by name, where they are not the place's own."""
        return "" if self.governor == self.place.governor else dict(self.offered["operator"])[self.chosen["audience"]]

    @property
    def _where(self) -> Q:
        """Every filter together."""
        found = Q()
        for each in FILTERS:
            if value := self.chosen.get(each.name):
                found &= each.where(value, self)
        return found

    def waits(self) -> QuerySet[Wait]:
        """What waits in the queue and matches, oldest first."""
        assert self.queue is not None
        if self.wrong:
            return Wait.objects.none()
        rows = Wait.objects.filter(self._where, governor=self.governor, queue=self.queue.slug)
        return rows.order_by("governor_id", "queue", "since", "row_id")  # the words of the index

    def rows(self) -> QuerySet[Any]:
        """The same as rows of the queue's room."""
        assert self.queue is not None
        if not self.asked:
            return self.queue.rows(self.place.governor)
        matching = self.waits().order_by().values("row_id")
        return self.queue.rows(self.governor if not self.wrong else None).filter(pk__in=matching)

    def listed(self) -> QuerySet[Listing]:
        """The cases that match among all that this person may see, newest first."""
        if self.wrong or not self.asked:
            return Listing.objects.none()
        own = self.place.governor
        seen = Q(governor=own) if own else self.place.standing.sight(Listing)
        return Listing.objects.filter(seen, self._words(), self._where).order_by("-case")

    def _words(self) -> Q:
        """What is sought: a phone number in any notation, or else words, all of them."""
        if not self.sought:
            return Q()
        digits = backwards(self.sought) if PHONE.fullmatch(self.sought) else ""
        if len(digits) < LEAST_DIGITS:
            return Q(words__sought=self.sought)
        shorter = [digits[:length] for length in range(LEAST_DIGITS, len(digits))]
        return Q(phone__startswith=digits) | Q(phone__in=shorter)

    def count(self, most: int) -> int:
        """How many match, counted up to one more than `most`."""
        found = self.waits() if self.queue else self.listed()
        return found.order_by()[: most + 1].count()


def backwards(phone: str) -> str:
    """A phone number as the law keeps it: without the zeros in front and in brackets, backwards, as the last digits are those that stay."""
    return "".join(re.findall("[0-9]", phone.replace("(0)", ""))).lstrip("0")[::-1]


def _offers(kind: str) -> Callable[[Finding], Choices]:
    """What can be chosen of one kind."""
    return lambda found: found.offered[kind]


def _audiences(found: Finding) -> Choices:
    """The network and every operator, for who sees them all."""
    return [(NETWORK, "The network"), *found.offered["operator"]] if found.sees_all else []


def _audience(value: str, found: Finding) -> Q:
    """In a queue it is said by the index already."""
    return Q() if found.queue else Q(governor=None if value == NETWORK else int(value))


def _place(value: str, found: Finding) -> Q:
    """Words of the address as it stands now."""
    if found.queue is None:
        return Q(words__sought_place=value)
    return Q(case_id__in=Listing.objects.filter(words__sought_place=value).values("case_id"))


def _operator(value: str, found: Finding) -> Q:
    """To whom it is assigned."""
    if found.queue:
        return Q(operator_id=int(value))
    return Q(case_id__in=Assignment.objects.exclude(state="withdrawn").filter(operator=int(value)).values("case_id"))


def _age(value: str, found: Finding) -> Q:
    """How long it has waited, or how long ago it was asked."""
    return Q(since__lt=timezone.now() - timedelta(days=int(value)))


def _due(value: str, found: Finding) -> Q:
    """By when it should be done: in the zone of the place, weeks beginning on Monday."""
    now = timezone.localtime()
    if value == "overdue":
        return _overdue(found)
    if value == "none":
        return Q(due=None)
    begins = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if value == "today":
        return Q(due__gte=begins, due__lt=begins + timedelta(days=1))
    monday = begins - timedelta(days=now.weekday())
    return Q(due__gte=monday, due__lt=monday + timedelta(days=7))


def _overdue(found: Finding) -> Q:
    """The one rule of what is overdue, of this queue or wherever a case waits."""
    now = timezone.now()
    if found.queue:
        return found.queue.overdue(now)
    late = Q()
    for queue in found.place.queues:
        late |= queue.overdue(now)
    return Q(case_id__in=Wait.objects.filter(late).values("case_id"))


FILTERS += [
    Filter("surface", "Surface", _offers("surface"), lambda value, found: Q(surface_id=int(value))),
    Filter("funnel", "Funnel", _offers("funnel"), lambda value, found: Q(funnel_id=int(value))),
    Filter("audience", "Audience", _audiences, _audience),
    Filter(
        "priority",
        "Priority",
        lambda found: [(name, name.capitalize()) for _, name in reversed(PRIORITIES)],
        lambda value, found: Q(priority={name: number for number, name in PRIORITIES}[value]),
    ),
    Filter("place", "Words of the address", None, _place),
    Filter("operator", "Assigned to", _offers("operator"), _operator),
    Filter("age", "Age", lambda found: list(AGES.items()), _age),
    Filter("due", "Due", lambda found: list(DUE.items()), _due),
]
