"""The Desk and the lists of the Console as Jobs become many: server time over a hundred thousand and over as many as are asked for, in one database."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from django.urls import reverse

from execution.models import Hand, Job
from qtm.acts import acting
from qtm.models import Membership, Operator, User
from tests.bench.crowd import BATCH, MOST, Share, fill
from tests.bench.finding import Looked, compared
from tests.bench.pages import look

BASE, JOBS = 100_000, int(os.environ.get("BENCH_JOBS", "1000000"))
TIMES, MOST_MS, MOST_QUERIES, MOST_TIMES = 200, 50, 12, 1.5
ONE_OF_MANY = Share("Eastside", "ed", 0.01)
# What a day brings beside what is done: most of it waits, and of what is begun one worker has nearly all in hand.
GROWTH = [*["created"] * 4, "started", *["created"] * 4, "sealed"]
PEOPLE = {"ed": ONE_OF_MANY, "will": MOST, "nora": MOST}  # whose Desks are looked at; nora owns what will carries out


@dataclass(frozen=True)
class Grown:
    """A Desk over few Jobs and over many: the slow end in milliseconds, and its queries over many."""

    who: str
    jobs: int
    held: int
    before_ms: float
    p95_ms: float
    queries: int

    @property
    def times(self) -> float:
        """How much longer it takes."""
        return self.p95_ms / self.before_ms

    @property
    def good(self) -> bool:
        """Whether it is within what was promised."""
        return self.p95_ms <= MOST_MS and self.queries <= MOST_QUERIES and self.times <= MOST_TIMES


def grown(say: Callable[[str], None]) -> Iterator[Grown | Looked]:
    """The Desks of one operator of many and of the one that has most, and every list of the Console, before and after."""
    _open_eastside()
    fill(lambda _: None, share=ONE_OF_MANY)
    _grow(say, BASE)
    before = {who: _desk(who)[0] for who in PEOPLE}
    lists = compared()
    began = monotonic()
    _grow(say, JOBS)
    fill(lambda _: None, share=ONE_OF_MANY, batch=BATCH * (JOBS - BASE) // BASE)
    say(f"  filled in {(monotonic() - began) / 60:.1f} minutes")
    for who, share in PEOPLE.items():
        p95_ms, queries = _desk(who)
        jobs = Job.objects.filter(operator__name=share.operator)
        held = Hand.objects.filter(operator__name=share.operator, worker__username=who).count()
        yield Grown(f"{who} of {share.operator}", jobs.count(), held, before[who], p95_ms, queries)
    yield from lists()


def _open_eastside() -> None:
    """An operator with its worker, as others are."""
    ines = User.objects.get(username="ines")
    with acting(ines, via="bench", authority="qtm.keep_people as admin"):
        eastside = Operator.born(name=ONE_OF_MANY.operator)
    for step in ("accept", "activate"):
        with acting(ines, via="bench", authority=f"qtm.{step}_operator as admin"):
            getattr(eastside, step)()
    Membership.join(User.objects.create(username=ONE_OF_MANY.worker, first_name="Ed"), eastside, "worker")


def _grow(say: Callable[[str], None], jobs: int) -> None:
    """Until there are so many Jobs."""
    batches = max(0, -(-(jobs - Job.objects.count()) // BATCH))
    ends = [GROWTH[number % len(GROWTH)] for number in range(batches)]
    fill(lambda words: say(words) if words.startswith("  ") and "00,000 of" in words else None, ends)


def _desk(who: str) -> tuple[float, int]:
    """The slow end of somebody's Desk in milliseconds, and its queries."""
    seen = look("Desk", who, reverse("desk"), TIMES)
    return seen.p95_ms, seen.queries
