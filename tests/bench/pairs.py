"""Measuring two ways of doing the same in turns, so that whatever else the machine does falls on both."""

from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from statistics import median
from time import monotonic
from typing import Any, Protocol

from django.db import connections

FORK = get_context("fork")
ROUNDS, SECONDS, WARM = 5, 3.0, 8


class Works(Protocol):
    """Something that can do a case."""

    def case(self) -> Any:
        """Do one."""


@dataclass(frozen=True)
class Pair:
    """Cases per second through the verbs and by hand, and the median ratio of the pairs."""

    verbs: float
    raw: float
    ratio: float


def pair(verbs: Callable[[], Works], raw: Callable[[], Works], clients: int) -> Pair:
    """Measure both in turns; the median of each, and of their ratios."""
    rounds = [(rate(verbs, clients), rate(raw, clients)) for _ in range(ROUNDS)]
    ours, theirs = zip(*rounds, strict=True)
    return Pair(median(ours), median(theirs), median(mine / other for mine, other in rounds))


def rate(make: Callable[[], Works], clients: int) -> float:
    """Cases per second of so many processes together, each warmed up before all begin."""
    connections.close_all()
    ready, results = FORK.Barrier(clients), FORK.SimpleQueue()
    running = [FORK.Process(target=_client, args=(make, ready, results)) for _ in range(clients)]
    for process in running:
        process.start()
    total = sum(float(results.get()) for _ in running)
    for process in running:
        process.join()
    return total


def _client(make: Callable[[], Works], ready: Any, results: Any) -> None:
    """One process: warm up, wait for the others, work for the time given."""
    worker = make()
    for _ in range(WARM):
        worker.case()
    ready.wait()
    start, done = monotonic(), 0
    while monotonic() - start < SECONDS:
        worker.case()
        done += 1
    results.put(done / (monotonic() - start))
    connections.close_all()
