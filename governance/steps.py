"""The way through a queue with its filter, from one case to the next, oldest first; what was dealt with or skipped stays behind."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, Value, Window
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from governance.lists import point_of, walked
from governance.many import matching, pressed_on, without
from governance.queues import Place
from qtm.case import last_line, mover
from qtm.paging import behind, number
from qtm.queues import MANY, Queue
from qtm.spine import Room, words

OWN = ("after", "expects", "queue")


@dataclass(frozen=True)
class Steps:
    """A queue with its filter, walked from the oldest on; what is skipped stays behind."""

    place: Place
    queue: Queue
    asked: QueryDict

    @property
    def rows(self) -> Any:
        """What waits, oldest first."""
        return matching(self.place, self.queue, self.asked)

    @cached_property
    def seen(self) -> list[Any]:
        """The two cases to come, each with how many are left, and behind a place the two before it: one query, oldest first."""
        after, room = self.asked.get("after", ""), self.queue.room._default_manager
        ahead = self.rows.filter(behind(after))[: MANY + 1].values("pk")
        come = room.filter(pk__in=ahead).annotate(left=Window(Count("pk"))).order_by("since", "pk")[:2]
        since, _, pk = after.partition(",")
        if behind(after) == Q():
            return list(come)
        gone = self.rows.filter(behind(f"{since},{int(pk) + 1}", "lt")).annotate(left=Value(0)).reverse()[:2]
        return sorted(come.union(gone, all=True), key=lambda row: (row.since, row.pk))

    def at(self) -> tuple[Any, Any]:
        """The case to look at, and the one that follows it."""
        come = iter([row for row in self.seen if row.left])
        return next(come, None), next(come, None)

    def past(self, row: Room, following: Room | None) -> str:
        """The address of what comes after a case, and which case that should be."""
        return self.url(after=point_of(row), **({"expects": str(following.case_id)} if following else {}))  # type: ignore[attr-defined]

    def before(self) -> str:
        """The address of the nearest that was skipped, if one was."""
        gone = [row for row in self.seen if not row.left]
        return self.url(**({"after": point_of(gone[0])} if len(gone) > 1 else {})) if gone else ""

    def url(self, **own: str) -> str:
        """An address of the walk, with its filter."""
        kept = without(self.asked, *OWN)
        kept.update(own)
        address = reverse(f"{self.place.route}-step", args=[self.queue.slug])
        return f"{address}?{kept.urlencode()}" if kept else address

    @property
    def back(self) -> str:
        """The list that is walked through, with its filter."""
        kept = without(self.asked, *OWN)
        return f"{self.place.url(self.queue)}?{kept.urlencode()}" if kept else self.place.url(self.queue)

    @property
    def next_case(self) -> str:
        """The page of the case that follows in the list from which a case was opened; empty where none does."""
        row, _ = self.at()
        if row is None:
            return ""
        kept = without(self.asked, *OWN)
        return f"{reverse('case', args=[row.case_id])}?{walked(self.queue, row, kept.urlencode())}"

    def overtaken(self, row: Room | None, user: Any) -> str:
        """What somebody did meanwhile with the case that should have come; empty where it came, or still waits."""
        expected = number(self.asked.get("expects", ""))
        if not expected or (row and expected == row.case_id):  # type: ignore[attr-defined]
            return ""
        room, waits = pressed_on(self.queue)
        here = room._default_manager.filter(user.standing.sight(room), case_id=expected)
        went: Any = here.exclude(waits).order_by("-pk").first()
        line = last_line(went) if went else None
        if line is None:
            return ""
        when = f"{timezone.localtime(line.at):%H:%M}"
        return f"{went.case_reference} was {words(line.becomes)} by {mover(line)}, {when}, and so it is stepped over."
