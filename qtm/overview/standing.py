"""What stands now: each room by state, each queue by the age of what waits, and what the data lack."""

from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any

from django.db.models import Count, Min, Q

from qtm.overview.declared import GAPS
from qtm.picture import standing_counts
from qtm.queues import QUEUES
from qtm.waits import Wait

AGES_DAYS = (1, 3, 7, 30)  # between them what waits is told apart


def standing(now: datetime) -> dict[str, Any]:
    """All of it, in numbers."""
    return {
        "rooms": standing_counts(lambda room: Q()),
        "queues": waiting(now),
        "gaps": {gap.slug: gap.count() for gap in GAPS},
    }


def waiting(now: datetime) -> dict[str, dict[str, Any]]:
    """Each queue: how many wait in each band of ages, how many are overdue, how many of both the network governs, and since when the oldest; one query."""
    moments = [now - timedelta(days=age) for age in AGES_DAYS]
    younger = {f"younger{place}": Count("row_id", filter=Q(since__gt=moment)) for place, moment in enumerate(moments)}
    overdue, own = reduce(or_, (queue.overdue(now) for queue in QUEUES)), Q(governor=None)
    late = {
        "late": Count("row_id", filter=overdue),
        "own": Count("row_id", filter=own),
        "own_late": Count("row_id", filter=overdue & own),
    }
    rows = Wait.objects.order_by().values("queue")
    found: dict[str, Any] = {
        row["queue"]: row for row in rows.annotate(all=Count("row_id"), **late, oldest=Min("since"), **younger)
    }
    return {queue.slug: _told(found.get(queue.slug, {}), list(younger)) for queue in QUEUES}


def _told(row: dict[str, Any], younger: list[str]) -> dict[str, Any]:
    """One queue in numbers; nothing waits where there is no row."""
    passed = [0, *(row.get(name, 0) for name in (*younger, "all"))]
    oldest = row.get("oldest")
    bands = [until - before for before, until in pairwise(passed)]
    numbers = {name: row.get(name, 0) for name in ("late", "own", "own_late")}
    return numbers | {"oldest": oldest and oldest.isoformat(), "bands": bands}
