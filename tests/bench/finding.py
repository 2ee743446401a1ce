"""Queues, filters and searches as Tasks become many: server time over a hundred thousand and over as many as are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from governance.listing import Listing
from qtm.models import Operator
from qtm.queues import QUEUES
from tests.bench.pages import look

TIMES, MOST_MS, MOST_QUERIES, MOST_TIMES = 100, 50, 12, 1.5
LEAST_MS = 15  # what is quicker than this is not compared: a scheduler's hiccup would be most of it


@dataclass(frozen=True)
class Looked:
    """A list over few Tasks and over many: the slow end in milliseconds, and its queries over many."""

    name: str
    who: str
    before_ms: float
    p95_ms: float
    queries: int

    @property
    def times(self) -> float:
        """How much longer it takes."""
        return max(self.p95_ms, LEAST_MS) / max(self.before_ms, LEAST_MS)

    @property
    def good(self) -> bool:
        """Whether it is within what was promised."""
        return self.p95_ms <= MOST_MS and self.queries <= MOST_QUERIES and self.times <= MOST_TIMES


def compared() -> Callable[[], Iterator[Looked]]:
    """Look at every list now; what is given back looks again and compares."""
    before = {(name, who): look(name, who, address, TIMES).p95_ms for name, who, address in _lists()}

    def again() -> Iterator[Looked]:
        """Every list, over what there is by then."""
        for name, who, address in _lists():
            seen = look(name, who, address, TIMES)
            yield Looked(name, who, before[name, who], seen.p95_ms, seen.queries)

    return again


def _lists() -> Iterator[tuple[str, str, str]]:
    """What is looked at: a rare word is in one of 20,011 cases, a common one in every case, another in one of 40."""
    yield "All boundaries", "ines", reverse("console")
    for queue in QUEUES:
        if queue.permission.startswith("governance"):
            yield queue.name, "ines", reverse("console-queue", args=[queue.slug])
    few, most = (Operator.objects.get(name=name).pk for name in ("Southside", "Northside"))
    claim, review, close = (
        reverse("console-queue", args=[slug]) for slug in ("waiting-for-claim", "to-review", "to-close")
    )
    yield "To claim, one operator", "ines", f"{claim}?operator={few}"
    yield "To claim, overdue", "ines", f"{claim}?due=overdue"
    yield "To claim, one street", "ines", f"{claim}?place=quarry"
    yield "To claim, one ward of a street", "ines", f"{claim}?place=quarry+ward+17"
    yield "To claim, with evidence", "ines", f"{claim}?evidence=yes"
    yield "To claim, urgent", "ines", f"{claim}?priority=urgent"
    yield "To review, over 30 days", "ines", f"{review}?age=30"
    yield "To close, without evidence", "ines", f"{close}?evidence=no&operator={most}"
    find, newest = reverse("find"), Listing.objects.latest("pk").pk
    middle = newest // 2
    yield "Search, rare word", "ines", f"{find}?q=zeppelin"
    yield "Search, word of one in 40", "ines", f"{find}?q=gearbox"
    yield "Search, common word", "ines", f"{find}?q=offer"
    yield "Search, common beginning", "ines", f"{find}?q=c"
    yield "Search, two words", "ines", f"{find}?q=gearbox+quarry+ward"
    yield "Search, phone", "ines", f"{find}?q=0049+30+{20000000 + middle}"
    yield "Search, name", "ines", f"{find}?q=customer+{middle}"
    yield "Search, common word and operator", "ines", f"{find}?q=offer&operator={few}"
    yield "Search, common word, no due date", "ines", f"{find}?q=offer&due=none"
    yield "Search, deep page", "ines", f"{find}?q=offer&after={middle}"
