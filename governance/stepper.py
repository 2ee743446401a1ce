"""One case after the other: what a person has to look at, oldest first, one press each; and the way from a key to the door it stands for."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from governance import case_views, queues
from governance.case import governs
from governance.many import stepped
from governance.queues import Place
from governance.steps import Steps
from qtm.doors import all_doors, next_page
from qtm.signed import Signed
from qtm.typed import signed_in


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


def _step(request: Signed, place: Place, slug: str) -> HttpResponse:
    """One case with its context and its doors, or the end of the queue."""
    queue = next((each for each in place.queues if each.slug == slug), None)
    if queue is None or not stepped(request.user, place, queue):
        raise Http404("There is no such queue to go through.")
    steps = Steps(place, queue, request.GET)
    row, following = steps.at()
    if said := steps.overtaken(row, request.user):
        messages.info(request, said)
    page = place.rail(place.waiting(), queue) | {"queue": queue, "back": steps.back}
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
