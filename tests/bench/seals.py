"""What the proof costs and gives: seals a second with it and without, how large a proof is, how long it takes, how fast it is checked."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from django.db import connections

from records.canonical import canonical
from records.log import tree
from records.log.model import Leaf as Place
from records.log.proofs import consistency, inclusion
from records.log.signing import root_of
from records.models import Record
from records.seal.leaf import leaf_of
from tests.bench.pairs import FORK
from tests.cast import Cast, Walk, enter
from tests.conftest import drop_database, make_database, point_to
from tests.leaves import grow, superuser

ROUNDS, EACH = int(os.environ.get("BENCH_SEALS", "5")), 60
LEAST_SHARE, LEAST_CHECKS, MOST_TIMES, TIMES = 0.8, 500, 2.0, 300
LEAVES = [each for each in (1_000, 10_000, 100_000) if each <= int(os.environ.get("BENCH_LEAVES", "100000"))]
LEFT_OUT = ("law_6_signed", "law_9_append")


@contextmanager
def copies(*names: str) -> Iterator[None]:
    """Copies of the database of the measurements, each for as long as it is measured."""
    whole = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    try:
        for name in names:
            make_database(name, whole)
        yield
    finally:
        point_to(whole)
        for name in names:
            drop_database(name)


@dataclass(frozen=True)
class Sealed:
    """Seals a second of so many at once, with the proof and without; the share is that of the median pair."""

    clients: int
    proven: float
    plain: float
    share: float


def sealed() -> Iterator[Sealed]:
    """Completing with statement, signature and place in the log, and with all three left out, in turns."""
    with copies("qtm_bench_proven", "qtm_bench_plain"):
        with superuser("qtm_bench_plain") as admin:
            for law in LEFT_OUT:
                admin.execute(f"DROP TRIGGER {law} ON records_record".encode())
        for clients in (1, 2):
            pairs = [
                (rate("qtm_bench_proven", clients, proven=True), rate("qtm_bench_plain", clients, proven=False))
                for _ in range(ROUNDS)
            ]
            ours, theirs = zip(*pairs, strict=True)
            yield Sealed(clients, median(ours), median(theirs), median(mine / other for mine, other in pairs))


def rate(database: str, clients: int, *, proven: bool) -> float:
    """Seals a second of so many processes together; what leads up to a sealing is done before."""
    connections.close_all()
    ready, results = FORK.Barrier(clients), FORK.SimpleQueue()
    running = [FORK.Process(target=_client, args=(database, proven, ready, results)) for _ in range(clients)]
    for process in running:
        process.start()
    total = sum(float(results.get()) for _ in running)
    for process in running:
        process.join()
    return total


def _client(database: str, proven: bool, ready: Any, results: Any) -> None:
    """One process: prepare, wait for the others, seal."""
    point_to(database)
    will, events = Cast().will, [Walk().filled() for _ in range(EACH)]
    with ExitStack() as without:
        for change in [] if proven else _left_out():
            without.enter_context(change)
        ready.wait()
        start = perf_counter()
        for event in events:
            enter(will, Record, "seal", event, outcome="advised")
        results.put(EACH / (perf_counter() - start))
    connections.close_all()


def _left_out() -> list[Any]:
    """What a sealing is without the statement and the signature; the place in the log is left out by the database."""
    unsigned = type("Unsigned", (), {"body": b"{}"})
    return [
        patch("records.compose.statement", lambda facts: canonical({"predicate": facts})),
        patch("records.models.sealed_with", lambda *_: unsigned),
    ]


@dataclass(frozen=True)
class Proven:
    """The proofs of a log of so many leaves."""

    leaves: int
    hashes: int
    inclusion_ms: float
    consistency_ms: float
    checks: float

    @property
    def short(self) -> bool:
        """Whether the longest is no longer than the logarithm."""
        return self.hashes <= (self.leaves - 1).bit_length()


def proven() -> Iterator[Proven]:
    """Proofs of leaves here and there, as the log grows."""
    with copies("qtm_bench_leaves"):
        point_to("qtm_bench_leaves")
        for leaves in LEAVES:
            grow("qtm_bench_leaves", leaves)
            with superuser("qtm_bench_leaves") as admin:
                admin.execute("ANALYZE records_node, records_leaf")
            random = Random(leaves)
            places = [random.randrange(leaves) for _ in range(TIMES)]
            found = [inclusion(each, leaves) for each in places]
            yield Proven(
                leaves,
                max(map(len, found)),
                _ms(partial(inclusion, size=leaves), places),
                _ms(partial(consistency, size=leaves), [each + 1 for each in places]),
                _checks(leaves),
            )


def _ms(ask: Callable[[int], Any], places: list[int]) -> float:
    """How long one takes in the middle."""
    taken = []
    for each in places:
        start = perf_counter()
        ask(each)
        taken.append(perf_counter() - start)
    return 1000 * median(taken)


def _checks(leaves: int) -> float:
    """Whole checks of a Record a second: its signature, and its way to the root."""
    first = Place.objects.select_related("record").order_by("number")[0]
    body, document = bytes(first.record.body), bytes(first.record.document)
    proof, root = inclusion(0, leaves), root_of(leaves)
    start = perf_counter()
    for _ in range(TIMES):
        assert leaf_of(body).holds(document)
        assert tree.root_by_inclusion(tree.leaf_hash(body), 0, leaves, proof) == root
    return TIMES / (perf_counter() - start)
