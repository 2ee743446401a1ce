"""Queues and workplaces: each zone declares its own, and pages that look across zones draw what has been declared."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from qtm.spine import Room


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits before one boundary: rows of a room in some states, oldest first."""

    slug: str
    name: str
    room: type[Room]
    waits: Q
    empty: str
    permission: str = "governance.see_console"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue as it stands: how many wait, and since when the oldest."""

    queue: Queue
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Workplace:
    """A place where somebody works: its name, its route, and who is let in."""

    name: str
    route: str
    lets_in: Callable[[Any], bool]


QUEUES: list[Queue] = []
WORKPLACES: list[Workplace] = []


def waiting(queue: Queue, standing: Any) -> Waiting:
    """Count a queue as far as this person sees it: one query."""
    found = queue.room._default_manager.filter(standing.sight(queue.room), queue.waits).aggregate(count=Count("pk"), oldest=Min("since"))
    return Waiting(queue, found["count"], found["oldest"])
