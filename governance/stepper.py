"""One case after the other: what a person has to look at, oldest first, one press each; and the way from a key to the door it stands for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Q, Value, Window
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from governance import case_views, queues
from governance.case import governs
from governance.many import doors_here, matching, without
from governance.queues import Place
from qtm.case import last_line, mover
from qtm.doors import all_doors, next_page
from qtm.paging import behind
from qtm.queues import MANY, Queue
from qtm.signed import Signed
from qtm.spine import Room, words
from qtm.typed import signed_in

OWN = ("after", "expects")


@require_safe
@signed_in
def console(request: Signed, slug: str) -> HttpResponse:
    """The network's cases of one queue, one after the other."""
    return _step(request, queues.console(request.user.standing), slug)


@require_safe
@signed_in
def inbox(request: Signed, slug: str) -> HttpResponse:
    """An operator's own cases of one queue, one after the other."""
    return _step(request, queues.inbox(request.user.standing), slug)


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
        return self.url(after=_place(row), **({"expects": str(following.case_id)} if following else {}))  # type: ignore[attr-defined]

    def before(self) -> str:
        """The address of the nearest that was skipped, if one was."""
        gone = [row for row in self.seen if not row.left]
        return self.url(**({"after": _place(gone[0])} if len(gone) > 1 else {})) if gone else ""

    def url(self, **own: str) -> str:
        """An address of the walk, with its filter."""
        kept = without(self.asked, *OWN)
        kept.update(own)
        address = reverse(f"{self.place.route}-step", args=[self.queue.slug])
        return f"{address}?{kept.urlencode()}" if kept else address

    def overtaken(self, row: Room | None, user: Any) -> str:
        """What somebody did meanwhile with the case that should have come; empty where it came, or still waits."""
        expected = self.asked.get("expects", "")
        if not expected.isdecimal() or len(expected) > 18 or (row and int(expected) == row.case_id):  # type: ignore[attr-defined]
            return ""
        room: Any = self.queue.room
        here = room._default_manager.filter(user.standing.sight(room), case_id=int(expected))
        went: Any = here.exclude(self.queue.waits).order_by("-pk").first()
        line = last_line(went) if went else None
        if line is None:
            return ""
        when = f"{timezone.localtime(line.at):%H:%M}"
        return f"{went.reference} was {words(line.becomes)} by {mover(line)}, {when}, and so it is stepped over."


def _place(row: Room) -> str:
    """The place of a row in its queue."""
    return f"{row.since.isoformat()},{row.pk}"


def _step(request: Signed, place: Place, slug: str) -> HttpResponse:
    """One case with its context and its doors, or the end of the queue."""
    queue = next((each for each in place.queues if each.slug == slug), None)
    if queue is None or not any(door.verb.primary for door in doors_here(request.user, place, queue)):
        raise Http404("There is no such queue to go through.")
    steps = Steps(place, queue, request.GET)
    row, following = steps.at()
    if said := steps.overtaken(row, request.user):
        messages.info(request, said)
    page = place.rail(place.waiting(), queue) | {"queue": queue, "back": _back(place, queue, request.GET)}
    if row is None:
        return render(
            request, "governance/steps_done.html", page | {"again": steps.url(), "waits": steps.rows.exists()}
        )
    onward = steps.past(row, following)
    asked = case_views.requests().get(pk=row.case_id)
    said_of_it = case_views.case_said(request, asked, onward)
    drawn = [door for door in said_of_it["drawn"] if door.open and door.key]
    walk = {"left": row.left, "skip": onward, "before": steps.before(), "drawn": drawn}
    return render(request, "governance/step.html", page | said_of_it | walk)


def _back(place: Place, queue: Queue, asked: QueryDict) -> str:
    """The list that is walked through."""
    kept = without(asked, *OWN)
    return f"{place.url(queue)}?{kept.urlencode()}" if kept else place.url(queue)


@require_safe
@signed_in
def to_door(request: Signed, case_id: int, verb: str) -> HttpResponse:
    """From a case in a list to the page of one of its doors, where it is confirmed or refused."""
    door = next((door for door in all_doors() if door.verb.name == verb and door.verb.key and governs(door)), None)
    if door is None:
        raise Http404("There is no such door.")
    room: Any = door.pressed_on
    seen = room._default_manager.filter(request.user.standing.sight(room), case_id=case_id)
    row = seen.order_by("-pk").first()
    if row is None:
        raise Http404("There is nothing here for you.")
    return redirect(f"{door.action(row)}?{urlencode({'next': next_page(request)})}")


urlpatterns = [
    path("console/<slug:slug>/steps", console, name="console-step"),
    path("inbox/<slug:slug>/steps", inbox, name="inbox-step"),
    path("cases/<int:case_id>/to/<slug:verb>", to_door, name="case-door"),
]
