"""Making the figures: every day that is over is counted once, today anew, and with it all that stands now, as of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from time import monotonic

from django.db import connection, transaction
from django.utils import timezone

from qtm.models import Transition
from qtm.overview import days
from qtm.overview.declared import terms
from qtm.overview.models import Snapshot
from qtm.overview.standing import standing
from qtm.overview.summing import summed

BUDGET_SECONDS = 60  # for days past, each time: a first look at a long log is made in several goes
LOCK = 0x51544D01  # of those who count: one is enough


def make() -> Snapshot | None:
    """Count what is to be counted and keep it; nothing where another process is at it."""
    with _alone() as alone:
        return _made() if alone else None


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else counts at the same time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        alone = bool(cursor.fetchone()[0])
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _made() -> Snapshot:
    """First what is over, each day by itself; then in one view of the database what is not, and what stands now."""
    began, until, first = monotonic(), days.written_until(), _first_day()
    for day in days.uncounted(timezone.localdate(), first):
        if _is_over(day, until) and monotonic() - began < BUDGET_SECONDS:
            days.keep(day, closed=True)
    with _one_view() as as_of:
        today, counted = timezone.localdate(as_of), []
        for day in days.uncounted(today, first):
            if day == today or (not _is_over(day, until) and monotonic() - began < BUDGET_SECONDS):
                days.keep(day, closed=False)
                counted.append(day)
        content = standing(as_of) | summed(today, first, counted)
        said = {"as_of": as_of, "terms": terms(), "took_seconds": monotonic() - began, "content": content}
        return Snapshot.objects.update_or_create(pk=1, defaults=said)[0]


def _is_over(day: date, until: datetime | None) -> bool:
    """Whether nothing can be written into a day any more."""
    return until is not None and days.bounds(day)[1] <= until


@contextmanager
def _one_view() -> Iterator[datetime]:
    """A transaction that sees the database as it is at one moment, and that moment."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT clock_timestamp()")
        yield cursor.fetchone()[0]


def _first_day() -> date:
    """The day on which the log begins, or today."""
    line = Transition.objects.order_by("pk").first()
    return timezone.localdate(line.at if line else None)
