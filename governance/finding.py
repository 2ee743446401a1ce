"""What somebody looks for in a list: words and filters, read from the address of the page and said in it again."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.http import QueryDict

from governance.listing import Listing
from governance.queues import Place
from governance.rarity import Way, way_to
from governance.sought import LEAST_DIGITS, number_in, phone_in
from intake.models import Funnel
from qtm.models import Operator, Surface
from qtm.queues import Queue
from qtm.waits import Wait

type Choices = Sequence[tuple[str, str]]

LONGEST = 200
PAGE, MOST = 40, 1000  # rows of a page; and how far what a filter leaves is counted
LOOKED = 2000  # where words are looked for in each of what waits, so many are looked at to count
NETWORK = "network"


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
    ways: dict[tuple[str, str], Way] = field(default_factory=dict)

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

    def _where(self, without: str = "") -> Q:
        """Every filter together, if wished without one of them."""
        found = Q()
        for each in FILTERS:
            if each.name != without and (value := self.chosen.get(each.name)):
                found &= each.where(value, self)
        return found

    def waits(self) -> QuerySet[Wait]:
        """What waits in the queue and matches, oldest first."""
        return Wait.objects.none() if self.wrong else self._waits()

    def _waits(self, without: str = "") -> QuerySet[Wait]:
        """The same, if wished without one of the filters."""
        assert self.queue is not None
        rows = Wait.objects.filter(self._where(without), governor=self.governor, queue=self.queue.slug)
        return rows.order_by("governor_id", "queue", "since", "row_id")  # the words of the index

    def rows(self) -> QuerySet[Any]:
        """The same as rows of the queue's room."""
        assert self.queue is not None
        if not self.asked:
            return self.queue.rows(self.place.governor)
        matching = self.waits().order_by().values("row_id")
        return self.queue.rows(self.governor if not self.wrong else None).filter(pk__in=matching)

    def listed(self) -> QuerySet[Listing]:
        """The cases that match among all that this person may see, newest first; without the one that stands before them."""
        rows = self._seen().filter(self._words()).exclude(pk=number_in(self.sought))
        # Where few are looked up, PostgreSQL is kept from going through all from the newest on.
        looked_up = any(way.indexed for way in self.ways.values())
        return rows.order_by((F("case_id") + 0).desc() if looked_up else "-case")

    def way(self, said: str, mark: str = "", *, looked_up: int = 0) -> Way:
        """How the cases with these words are come by, found out once."""
        if (said, mark) not in self.ways:
            self.ways[said, mark] = way_to(said, mark, PAGE, looked_up=looked_up)
        return self.ways[said, mark]

    def numbered(self) -> QuerySet[Listing]:
        """The case whose number was sought without its letter: it stands before what has such a number in its words or phone."""
        return self._seen().filter(pk=number_in(self.sought))

    def _seen(self) -> QuerySet[Listing]:
        """All that this person may see, as far as the filters leave it."""
        if self.wrong or not self.asked:
            return Listing.objects.none()
        own = self.place.governor
        return Listing.objects.filter(Q(governor=own) if own else self.place.standing.sight(Listing), self._where())

    def _words(self) -> Q:
        """What is sought: words, all of them; and what may be a phone number in any notation, as such too."""
        if not self.sought or self.wrong:
            return Q()
        digits = phone_in(self.sought)
        words = self.way(self.sought, looked_up=bool(digits)).q
        shorter = [digits[:length] for length in range(LEAST_DIGITS, len(digits))]
        return words | Q(phone__startswith=digits) | Q(phone__in=shorter) if digits else words

    def counted(self, waiting: int) -> tuple[int, bool]:
        """How many of what waits match, counted up to one more than `MOST`, and whether those are all; `waiting`: how many wait in the queue."""
        place = "" if self.wrong else self.chosen.get("place", "")
        if not place or waiting <= LOOKED or (way := self.way(place, "@")).indexed:
            number = self.waits()[: MOST + 1].count()  # in their order, which is that of an index
            return number, number <= MOST
        first = list(self._waits(without="place").values_list("case_id", flat=True)[: LOOKED + 1])
        number = Listing.objects.filter(way.q, case_id__in=first[:LOOKED])[: MOST + 1].count()
        return number, len(first) <= LOOKED and number <= MOST
