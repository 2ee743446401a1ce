"""The overview as cases become many: server time of its page, and how long the background counts."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from governance.models import Task
from qtm.overview.making import make
from tests.bench.pages import MOST_QUERIES, look

TIMES, MOST_MS, MOST_TIMES = 200, 300, 1.5


@dataclass(frozen=True)
class Overviewed:
    """The page over so many Tasks: its slow end in milliseconds, its queries, and the seconds in which all of it was counted."""

    tasks: int
    p95_ms: float
    queries: int
    counted_seconds: float


def overviewed() -> Overviewed:
    """Count anew, all lines of the log being of one day, and look at the longest period many times over."""
    snapshot = make()
    if snapshot is None:
        raise RuntimeError("somebody else counts")
    seen = look("Overview", "eve", f"{reverse('overview')}?days=90", TIMES)
    return Overviewed(Task.objects.count(), seen.p95_ms, seen.queries, snapshot.took_seconds)


def compared(before: Overviewed, say: Callable[[str], None]) -> dict[str, bool | None]:
    """What was promised of it, and whether that is kept over what there is by now."""
    after = overviewed()
    times = after.p95_ms / before.p95_ms
    say(f"\nThe overview ({TIMES} times each; promised: p95 {MOST_MS} ms, {MOST_QUERIES} queries, {MOST_TIMES} times)")
    say(f"  {'Tasks':>12}{'p95 ms':>9}{'queries':>9}{'counted anew in s, if all of it were of today':>48}")
    for each in (before, after):
        say(f"  {each.tasks:>12,}{each.p95_ms:>9.1f}{each.queries:>9}{each.counted_seconds:>48.1f}")
    words = f"the overview over {after.tasks:,} Tasks"
    return {
        f"{words}: {MOST_MS} ms at the 95th percentile, and it is {after.p95_ms:.1f}": after.p95_ms <= MOST_MS,
        f"{words}: {MOST_QUERIES} queries, and they are {after.queries}": after.queries <= MOST_QUERIES,
        f"{words}: {MOST_TIMES} times what {before.tasks:,} take, and it is {times:.2f}": times <= MOST_TIMES,
    }
