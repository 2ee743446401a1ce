"""Queues and workplaces: each zone declares its own, and pages that look across zones draw what has been declared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.utils import timezone

from qtm.spine import Room

MANY = 1000  # nobody counts further, and no page waits until somebody has


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits before one boundary: rows of a room in some states, oldest first.

    `next`: what a row waits for, in its own words. `governor`: the way from a row to whoever governs its case.
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
    """A queue as it stands: how many wait, since when the oldest, and whether a certain case is among them."""

    queue: Queue
    count: int
    oldest: datetime | None
    here: bool = False

    @property
    def number(self) -> str:
        """The count as people read it."""
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
    if not queues:
        return []
    said, given = zip(*(_count(queue, governor, case_id) for queue in queues), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(said), [value for values in given for value in values])
        found = {slug: rest for slug, *rest in cursor.fetchall()}
    return [Waiting(queue, *found[queue.slug]) for queue in queues]


def oldest_of(queues: Sequence[Queue], governor: Any, most: int) -> list[dict[str, Any]]:
    """What has waited longest among all these queues, as `slug`, `case` and `since`: one query."""
    heads = [
        queue.rows(governor)
        .annotate(slug=Value(queue.slug), case=F(queue.room.case_column))
        .values("slug", "case", "since")[:most]
        for queue in queues
    ]
    return list(heads[0].union(*heads[1:], all=True).order_by("since")[:most]) if heads else []


def _count(queue: Queue, governor: Any, case_id: int | None) -> tuple[str, list[Any]]:
    """The part of one queue: both statements within it are Django's own, with their values apart."""
    rows = queue.rows(governor)
    oldest, values = rows.values("since")[: MANY + 1].query.sql_with_params()
    here, case = _is_here(queue, rows, case_id) if case_id else ("SELECT 1 WHERE false", ())
    return f"SELECT %s, count(*), min(since), EXISTS ({here}) FROM ({oldest}) AS oldest", [queue.slug, *case, *values]  # noqa: S608


def _is_here(queue: Queue, rows: QuerySet[Any], case_id: int) -> tuple[str, tuple[Any, ...]]:
    """The statement that finds a case among the rows of a queue."""
    return rows.order_by().filter(**{queue.room.case_column: case_id}).values("pk").query.sql_with_params()
