"""How long the pages take over a hundred thousand cases: server time and queries, signed in, through the whole middleware."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from execution.models import Job
from governance.models import Task
from intake.models import Request
from qtm.models import User
from qtm.queues import QUEUES
from records.models import Record
from settlement.models import Settlement
from tests.bench.serving import signed_in

TIMES, MOST_MS, MOST_QUERIES = 20, 30, 12
GOOD = {200, 302}  # what is found by its reference is shown by its own page


@dataclass(frozen=True)
class Measured:
    """One page: who looks, the median and the slow end in milliseconds, and its queries."""

    name: str
    who: str
    median_ms: float
    p95_ms: float
    queries: int

    @property
    def good(self) -> bool:
        """Whether it is within what was promised."""
        return self.median_ms <= MOST_MS and self.queries <= MOST_QUERIES


def measured() -> Iterator[Measured]:
    """Every page that is promised, and those beside them."""
    for name, who, address in _pages():
        yield look(name, who, address)


def _pages() -> Iterator[tuple[str, str, str]]:
    """What is looked at, and by whom."""
    sealed, queued = (
        Record.objects.filter(operator__name="Northside").latest("pk"),
        Job.objects.filter(state="queued", operator__name="Northside").latest("pk"),
    )
    yield "Desk", "will", reverse("desk")
    yield "Console", "ines", reverse("console")
    for queue in QUEUES:
        if queue.permission.startswith("governance"):
            yield f"Console: {queue.name}", "ines", reverse("console-queue", args=[queue.slug])
    yield "Task Inbox", "nora", reverse("inbox")
    yield "Case, settled", "ines", reverse("case", args=[Settlement.objects.latest("pk").case_id])
    yield "Case, sealed", "ines", reverse("case", args=[sealed.case_id])
    yield "Case, to review", "ines", reverse("case", args=[Task.objects.filter(state="open").latest("pk").case_id])
    yield "Find a case", "ines", reverse("find") + f"?q=J-{queued.pk}"
    yield "Job", "will", reverse("job", args=[queued.pk])
    yield "Records", "will", reverse("records")
    yield "Record", "will", reverse("record", args=[sealed.pk])
    yield "Settlements", "cora", reverse("settlements")
    yield "Settlement", "cora", reverse("settlement", args=[Settlement.objects.latest("pk").pk])
    yield "Tracking", "", reverse("track", args=[Request.objects.latest("pk").token])
    yield "Spine", "ines", reverse("spine")
    yield "Overview", "eve", reverse("overview")
    yield "Omni", "eve", reverse("omni")


def visits() -> Iterator[tuple[str, str]]:
    """The address of every page with the cookie of who looks at it."""
    cookies = {"": ""}
    for _, who, address in _pages():
        if who not in cookies:
            cookies[who] = signed_in(who)
        yield address, cookies[who]


def look(name: str, who: str, address: str, times: int = TIMES) -> Measured:
    """Look at one page some times over, after it was seen once."""
    client = Client(HTTP_HOST="localhost")
    if who:
        client.force_login(User.objects.get(username=who), backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as captured:
        _get(client, address)
    queries = len(captured)
    took = [_get(client, address) for _ in range(times)]
    return Measured(name, who or "nobody", median(took), quantiles(took, n=20)[-1], queries)


def _get(client: Client, address: str) -> float:
    """One page, in milliseconds; anything but the page itself is an error."""
    start = perf_counter()
    answer = client.get(address)
    took_ms = (perf_counter() - start) * 1000
    if answer.status_code not in GOOD:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return took_ms
