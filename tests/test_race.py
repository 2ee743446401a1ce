"""Sixteen at once at a crossing: one wins, the others get a conflict, in every round; and nothing is half done."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from execution.models import Evidence, Job, ServiceEvent
from governance.models import Assignment
from qtm.models import Transition
from qtm.refusals import Conflict, Refusal
from records.models import Record, Signal
from settlement.models import Settlement
from tests.cast import Cast, Walk, enter

ROUNDS, AT_ONCE = 50 if os.environ.get("PROVE") == "1" else 15, 16


class Crowd:
    """Sixteen threads with a connection each, that start together."""

    def __init__(self) -> None:
        """One pool for all rounds: connecting is not what is measured."""
        self.pool = ThreadPoolExecutor(AT_ONCE)
        self.barrier = threading.Barrier(AT_ONCE)

    def press(self, deed: Callable[[int], Any]) -> Counter[str]:
        """All press at once; gives how many of each outcome."""
        return Counter(self.pool.map(lambda number: self._one(deed, number), range(AT_ONCE)))

    def _one(self, deed: Callable[[int], Any], number: int) -> str:
        """One press: won, or the name of the refusal."""
        connection.ensure_connection()
        self.barrier.wait(30)
        try:
            deed(number)
        except Refusal as refusal:
            return type(refusal).__name__
        return "won"

    def _leave(self, number: int) -> None:
        """Close this thread's connections, once every thread is at it."""
        self.barrier.wait(30)
        connections.close_all()

    def close(self) -> None:
        """Close every thread's connection."""
        list(self.pool.map(self._leave, range(AT_ONCE)))
        self.pool.shutdown()


@pytest.fixture
def crowd(committed: str) -> Any:
    """Sixteen at once, on real commits."""
    crowd = Crowd()
    yield crowd
    crowd.close()


CROSSINGS: dict[str, tuple[Callable[[Walk], Any], str, Any, str, dict[str, Any]]] = {
    "assign": (Walk.approved, "ines", Assignment, "assign", {"operator": "Northside"}),
    "Create Job": (Walk.assignment, "ines", Job, "create", {}),
    "claim": (Walk.job, "will", ServiceEvent, "claim", {}),
    "complete": (Walk.filled, "will", Record, "seal", {"outcome": "advised"}),
    "open": (Walk.record, "cora", Settlement, "open", {"amount_minor": 100, "currency": "EUR"}),
    "capture": (Walk.authorized, "cora", Settlement, "capture", {"amount_minor": 100}),
}


@pytest.mark.parametrize("crossing", CROSSINGS)
def test_of_sixteen_at_once_exactly_one_wins_in_every_round(crossing: str, crowd: Crowd) -> None:
    walk_to, name, room, verb, given = CROSSINGS[crossing]
    user = getattr(Cast(), name)
    assert user.standing
    given = {key: getattr(Cast(), value) if key == "operator" else value for key, value in given.items()}
    for _ in range(ROUNDS):
        walk = Walk()
        row = walk_to(walk)
        copies = [type(row).objects.get(pk=row.pk) for _ in range(AT_ONCE)]
        before = Transition.objects.filter(case_id=walk.request.pk).values("act").distinct().count()
        assert crowd.press(lambda number: enter(user, room, verb, copies[number], **given)) == {
            "won": 1,
            "Conflict": AT_ONCE - 1,
        }
        assert Transition.objects.filter(case_id=walk.request.pk).values("act").distinct().count() == before + 1, (
            "one press is one act"
        )


def test_no_evidence_slips_in_after_the_seal(crowd: Crowd) -> None:
    will = Cast().will
    assert will.standing
    for _ in range(10):
        walk = Walk()
        walk.filled()
        events = [walk.event() for _ in range(AT_ONCE)]

        def deed(number: int) -> None:
            if number == 0:
                enter(will, Record, "seal", events[0], outcome="advised")
            else:
                note = {"stage": "study", "kind": "note", "category": "findings", "text": str(number)}
                enter(will, ServiceEvent, "capture", events[number], **note)

        outcomes = crowd.press(deed)
        assert outcomes["won"] + outcomes["Conflict"] == AT_ONCE
        record = Record.objects.get(case_id=walk.request.pk)
        sealed = sum(len(stage["evidence"]) for stage in record.facts["stages"])
        assert sealed == Evidence.objects.filter(event=record.event_id).count()


def test_claim_and_cancel_at_once_leave_one_of_them_true(crowd: Crowd) -> None:
    will, ines = Cast().will, Cast().ines
    assert will.standing
    assert ines.standing
    for _ in range(20):
        walk = Walk()
        job = walk.job()
        copies = [Job.objects.get(pk=job.pk) for _ in range(AT_ONCE)]

        def deed(number: int) -> None:
            if number % 2:
                enter(will, ServiceEvent, "claim", copies[number])
            else:
                enter(ines, Job, "cancel", copies[number], reason="called off")

        assert crowd.press(deed) == {"won": 1, "Conflict": AT_ONCE - 1}
        state = walk.job().state
        assert ServiceEvent.objects.filter(job=job).exists() == (state == "claimed"), state


def test_of_sixteen_completions_one_signal_follows(crowd: Crowd) -> None:
    will = Cast().will
    assert will.standing
    walk = Walk()
    walk.filled()
    events = [walk.event() for _ in range(AT_ONCE)]
    crowd.press(lambda number: enter(will, Record, "seal", events[number], outcome="advised"))
    assert Signal.objects.filter(case_id=walk.request.pk).count() == 1


def test_conflict_is_what_the_others_get(committed: str) -> None:
    walk = Walk()
    stale = walk.assignment()
    walk.job()
    with pytest.raises(Conflict):
        enter(Cast().ines, Job, "create", stale)
