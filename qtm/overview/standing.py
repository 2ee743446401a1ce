"""What stands now: each room by state, each queue by the age of what waits, and what the data lack."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Min, Q

from qtm.overview.declared import GAPS
from qtm.picture import standing_counts
from qtm.queues import QUEUES, Queue

AGES_DAYS = (1, 3, 7, 30)  # between them what waits is told apart


def standing(now: datetime) -> dict[str, Any]:
    """All of it, in numbers."""
    return {
        "rooms": standing_counts(lambda room: Q()),
        "queues": {queue.slug: _waiting(queue, now) for queue in QUEUES},
        "gaps": {gap.slug: gap.count() for gap in GAPS},
    }


def _waiting(queue: Queue, now: datetime) -> dict[str, Any]:
    """One queue: how many wait in each band of ages, how many for too long, and since when the oldest."""
    moments = [now - timedelta(days=age) for age in AGES_DAYS]
    younger = {f"younger{place}": Count("pk", filter=Q(since__gt=moment)) for place, moment in enumerate(moments)}
    late = Count("pk", filter=Q(since__lt=now - queue.late_after))
    rows = queue.room._base_manager.filter(queue.waits).order_by()
    found = rows.aggregate(all=Count("pk"), late=late, oldest=Min("since"), **younger)
    passed = [0, *(found[name] for name in younger), found["all"]]
    bands = [until - before for before, until in pairwise(passed)]
    return {"late": found["late"], "oldest": found["oldest"] and found["oldest"].isoformat(), "bands": bands}
