"""Queues and workplaces: each zone declares its own, and pages that look across zones draw what has been declared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from qtm.spine import Room
from qtm.waits import Wait

MANY = 10_000  # nobody counts further, and no page waits until somebody has
HEADS = 10  # so many of those that have waited longest are named
GOVERNOR, OPERATOR, REQUESTER, COMMERCE = "governor", "operator", "requester", "commerce"

# Along the two indexes of what waits, whatever else there is: how many, since when the oldest, how many are overdue, and since when a case
# is among them; and beside them all how many letters failed. In each the order is named in the words of the index, as PostgreSQL sees none behind an IS NULL.
COUNTS = """
SELECT q.slug, counted.number, oldest.since, dated.number + undated.number + patient.number, (
    SELECT w.since FROM qtm_wait w WHERE w.case_id = %(case)s AND w.queue = q.slug), (
    SELECT count(*) FROM (SELECT FROM qtm_letter w WHERE {governed} AND w.state = 'failed' LIMIT %(most)s) each)
  FROM unnest(%(slugs)s::text[], %(late)s::timestamptz[], %(by_due)s::boolean[]) AS q (slug, late, by_due)
  CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
    SELECT FROM qtm_wait w WHERE {governed} AND w.queue = q.slug LIMIT %(most)s) each) counted
  LEFT JOIN LATERAL (SELECT w.since FROM qtm_wait w WHERE {governed} AND w.queue = q.slug
    ORDER BY w.governor_id, w.queue, w.since, w.row_id LIMIT 1) oldest ON true
  CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
    SELECT FROM qtm_wait w WHERE {governed} AND w.queue = q.slug AND q.by_due AND w.due < %(now)s LIMIT %(most)s) each) dated
  CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
    SELECT FROM qtm_wait w WHERE {governed} AND w.queue = q.slug AND q.by_due AND w.due IS NULL AND w.since < q.late LIMIT %(most)s) each) undated
  CROSS JOIN LATERAL (SELECT count(*) AS number FROM (
    SELECT FROM qtm_wait w WHERE {governed} AND w.queue = q.slug AND NOT q.by_due AND w.since < q.late LIMIT %(most)s) each) patient"""
# A case may wait in two lanes: it is named once, by what it has waited for longest.
OLDEST = """
SELECT * FROM (SELECT DISTINCT ON (w.case_id) w.* FROM unnest(%(slugs)s::text[]) AS q (slug) CROSS JOIN LATERAL (
    SELECT w.case_id, w.lane FROM qtm_wait w WHERE {governed} AND w.queue = q.slug
    ORDER BY w.governor_id, w.queue, w.since, w.row_id LIMIT %(most)s) head
  JOIN qtm_wait w ON w.case_id = head.case_id AND w.lane = head.lane ORDER BY w.case_id, w.since, w.lane) w
  ORDER BY w.since, w.row_id, w.case_id LIMIT %(most)s"""


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """What waits before one boundary: rows of a room in some states, oldest first.

    Where the rows come into it and leave it, the law says so by `law_waits` under its slug. `next`: what a row waits for, in its own words.
    `whose`: who is to move it. `governor`: the way from a row to whoever governs its case. `late_after`: how long it may wait where no due
    date counts. `by_due`: whether the work of the case is still to be done there, so that its due date counts. `door`: the room and the verb by which a case leaves it, where that is pressed on another room than waits.
    """

    slug: str
    name: str
    room: type[Room]
    waits: Q
    empty: str
    permission: str = "governance.see_console"
    next: str = ""
    whose: str = GOVERNOR
    governor: str = "governor"
    door: tuple[type[Room], str] | None = None
    late_after: timedelta = timedelta(days=2)
    by_due: bool = True

    def rows(self, governor: Any) -> QuerySet[Any]:
        """The rows that wait in the cases that an operator governs, or the network where None; oldest first."""
        return self.room._default_manager.filter(self.waits, **{self.governor: governor}).order_by(*self._order)

    @property
    def _order(self) -> tuple[str, ...]:
        """By age; for one state in the words of the index, as PostgreSQL sees no order behind an IS NULL."""
        one_state = any(isinstance(each, tuple) and each[0] == "state" for each in self.waits.children)
        return ("governor_id", "state", "since", "pk") if one_state and self.governor == "governor" else ("since", "pk")

    def overdue(self, now: datetime) -> Q:
        """Which of what waits here is overdue: its due date has passed, or none counts and it has waited longer than it should."""
        waited = Q(since__lt=now - self.late_after)
        return Q(queue=self.slug) & (Q(due__lt=now) | Q(due=None) & waited if self.by_due else waited)

    def is_overdue(self, due: datetime | None, since: datetime, now: datetime) -> bool:
        """The same of one that waits here."""
        return due < now if due and self.by_due else since < now - self.late_after


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue as it stands: how many wait, since when the oldest, how many are overdue, and since when a certain case is among them."""

    queue: Queue
    count: int
    oldest: datetime | None
    overdue: int
    here: datetime | None = None
    letters: int = 0  # that failed, in whatever is governed from here

    @property
    def number(self) -> str:
        """The count as people read it."""
        return told(self.count)

    @property
    def overdue_number(self) -> str:
        """How many are overdue, as people read it."""
        return told(self.overdue)

    @property
    def late(self) -> bool:
        """Whether anything here is overdue."""
        return self.overdue > 0

    @property
    def stuck(self) -> bool:
        """Whether work is stuck here: half of what waits is overdue, or more than anybody counts."""
        return self.late and (self.overdue > MANY or self.overdue * 2 >= self.count)


@dataclass(frozen=True, slots=True)
class Workplace:
    """A place where somebody works: its name, its route, and who is let in."""

    name: str
    route: str
    lets_in: Callable[[Any], bool]
    home: int = 5  # of several, the least is where one is sent; 0 is nobody's home


QUEUES: list[Queue] = []
WORKPLACES: list[Workplace] = []


def told(count: int, *, whole: bool = True) -> str:
    """A count as people read it, exact as far as anybody counted; `whole`: whether that was to the end."""
    return f"{min(count, MANY):,}{'' if whole and count <= MANY else '+'}"


def waiting_in(queues: Sequence[Queue], governor: Any, case_id: int | None = None) -> list[Waiting]:
    """All these queues as they stand in what one governs, where a case waits among them, and how many letters failed: one query."""
    now = timezone.now()
    late = [now - queue.late_after for queue in queues]
    by_due = [queue.by_due for queue in queues]
    statement, given = _about(COUNTS, queues, governor, case=case_id, late=late, by_due=by_due, now=now, most=MANY + 1)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = {slug: rest for slug, *rest in cursor.fetchall()}
    return [Waiting(queue, *found[queue.slug]) for queue in queues]


def oldest_of(queues: Sequence[Queue], governor: Any) -> list[Wait]:
    """The few that have waited longest in any of these queues, each with its operator: two queries."""
    statement, given = _about(OLDEST, queues, governor, most=HEADS)
    return list(Wait.objects.raw(statement, given).prefetch_related("operator"))


def _about(statement: str, queues: Sequence[Queue], governor: Any, **given: Any) -> tuple[str, dict[str, Any]]:
    """A statement about these queues in what one governs, and its values."""
    governed = "w.governor_id IS NULL" if governor is None else "w.governor_id = %(governor)s"
    named = {"slugs": [queue.slug for queue in queues], "governor": getattr(governor, "pk", governor)}
    return statement.format(governed=governed), {**named, **given}
