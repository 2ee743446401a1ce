"""Queues and workplaces: each zone declares its own, and pages that look across zones draw what has been declared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from qtm.spine import Room

MANY = 1000  # nobody counts further, and no page waits until somebody has
HEADS = 10  # so many of those that have waited longest are named
# Stand for the two numbers in a queue's statement, which Django makes once and not for each page.
GOVERNOR, CASE = -1, -2

type Statement = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """What waits before one boundary: rows of a room in some states, oldest first.

    `next`: what a row waits for, in its own words. `governor`: the way from a row to whoever governs its case. `counted`: whether every
    page says how many wait; no page can, where rows are told apart only by looking at another room's, one by one.
    """

    slug: str
    name: str
    room: type[Room]
    waits: Q
    empty: str
    permission: str = "governance.see_console"
    next: str = ""
    governor: str = "governor"
    late_after: timedelta = timedelta(days=2)
    counted: bool = True

    def rows(self, governor: Any) -> QuerySet[Any]:
        """The rows that wait in the cases that an operator governs, or the network where None; oldest first."""
        return self.room._default_manager.filter(self.waits, **{self.governor: governor}).order_by(*self._order)

    @property
    def _order(self) -> tuple[str, ...]:
        """By age; for one state in the words of the index, as PostgreSQL sees no order behind an IS NULL."""
        one_state = any(isinstance(each, tuple) and each[0] == "state" for each in self.waits.children)
        return ("governor_id", "state", "since", "pk") if one_state and self.governor == "governor" else ("since", "pk")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue as it stands: how many wait, where that is counted, since when the oldest, and whether a certain case is among them."""

    queue: Queue
    count: int | None
    oldest: datetime | None
    here: bool = False

    @property
    def number(self) -> str:
        """The count as people read it; empty where nobody counted."""
        if self.count is None:
            return ""
        return f"{self.count:,}" if self.count <= MANY else f"{MANY:,}+"

    @property
    def late(self) -> bool:
        """Whether the oldest has waited longer than it should."""
        return bool(self.oldest and self.oldest < timezone.now() - self.queue.late_after)


@dataclass(frozen=True, slots=True)
class Workplace:
    """A place where somebody works: its name, its route, and who is let in."""

    name: str
    route: str
    lets_in: Callable[[Any], bool]
    home: int = 5  # of several, the least is where one is sent; 0 is nobody's home


QUEUES: list[Queue] = []
WORKPLACES: list[Workplace] = []


def waiting_in(queues: Sequence[Queue], governor: Any, case_id: int | None = None) -> list[Waiting]:
    """All these queues as they stand in what one governs, and where a case waits among them: one query."""
    found = {slug: rest for slug, *rest in _together(_count, queues, governor, case_id)}
    return [Waiting(queue, *found[queue.slug]) for queue in queues]


def oldest_of(queues: Sequence[Queue], governor: Any) -> list[tuple[str, int, datetime]]:
    """The few that have waited longest in any of these queues that is counted, as slug, case and since: one query."""
    counted = [queue for queue in queues if queue.counted]
    found = _together(_heads, counted, governor, None, f"ORDER BY since LIMIT {HEADS}")
    return [(slug, case_id, since) for slug, case_id, since in found]


def _together(
    part: Callable[[Queue, bool, bool], Statement],
    queues: Sequence[Queue],
    governor: Any,
    case_id: int | None,
    then: str = "",
) -> list[tuple[Any, ...]]:
    """One query of a part for each queue."""
    if not queues:
        return []
    stand_for = {GOVERNOR: getattr(governor, "pk", governor), CASE: case_id}
    parts = [part(queue, governor is not None, case_id is not None) for queue in queues]
    values = [stand_for.get(value, value) if isinstance(value, int) else value for _, each in parts for value in each]
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(text for text, _ in parts)} {then}", values)
        return list(cursor.fetchall())


@cache
def _count(queue: Queue, governed: bool, here: bool) -> Statement:
    """How many wait in one queue, since when the oldest, and whether a case is among them."""
    rows = queue.rows(GOVERNOR if governed else None)
    oldest, values = rows.values("since")[: MANY + 1].query.sql_with_params()
    among: Statement = ("SELECT 1 WHERE false", ())
    if here:
        among = rows.order_by().filter(**{queue.room.case_column: CASE}).values("pk").query.sql_with_params()
    if not queue.counted:
        return f"SELECT %s, NULL::bigint, NULL::timestamptz, EXISTS ({among[0]})", (queue.slug, *among[1])
    text = f"SELECT %s, count(*), min(since), EXISTS ({among[0]}) FROM ({oldest}) AS oldest"  # noqa: S608
    return text, (queue.slug, *among[1], *values)


@cache
def _heads(queue: Queue, governed: bool, here: bool) -> Statement:
    """The oldest few of one queue."""
    rows = queue.rows(GOVERNOR if governed else None).annotate(case=F(queue.room.case_column))
    oldest, values = rows.values("case", "since")[:HEADS].query.sql_with_params()
    return f'(SELECT %s, "case", since FROM ({oldest}) AS oldest)', (queue.slug, *values)  # noqa: S608
