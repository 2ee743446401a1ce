"""The Governance Console and the Task Inbox: the queues, and finding a case."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from governance import lists, queues
from governance.models import Task
from governance.queues import Place, place_of
from intake.models import Request
from qtm.paging import behind
from qtm.queues import Queue
from qtm.roles import Standing
from qtm.signed import Signed
from qtm.spine import rooms

PAGE = 50
REFERENCE = re.compile(r"([A-Z]?)\s*-?\s*(\d{1,18})", re.ASCII)


@require_safe
@login_required
def console(request: Signed, slug: str = "") -> HttpResponse:
    """The network's queues, or one of them."""
    return _place(request, queues.console(request.user.standing), slug)


@require_safe
@login_required
def inbox(request: Signed, slug: str = "") -> HttpResponse:
    """The queues of an operator's own funnels, or one of them."""
    return _place(request, queues.inbox(request.user.standing), slug)


def _place(request: Signed, place: Place, slug: str) -> HttpResponse:
    """All queues of a place at a glance, or one of them, oldest first."""
    waiting = place.waiting()
    here = next((one for one in waiting if one.queue.slug == slug), None)
    if slug and here is None:
        raise Http404("There is no such queue.")
    if here is None:
        longest = lists.longest(place.queues, place.governor)
        return render(request, "governance/place.html", {**place.rail(waiting), "entries": longest})
    page = {"here": here, **_page(place, here.queue, request.GET.get("after", ""))}
    return render(request, "governance/queue.html", place.rail(waiting, here.queue) | page)


def _page(place: Place, queue: Queue, after: str) -> dict[str, Any]:
    """Fifty rows after a point in the queue, and the point after them."""
    rows = list(queues.with_beside(queue.rows(place.governor).filter(behind(after)), "operator")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    further = f"{last.since.isoformat()},{last.pk}" if last else ""
    return {"entries": lists.entries(queue, rows[:PAGE]), "after": after, "further": further}


@require_safe
@login_required
def find(request: Signed) -> HttpResponse:
    """A case by any of its references."""
    standing, sought = request.user.standing, request.GET.get("q", "").strip()
    place = place_of(standing)
    if case_id := _found(standing, sought):
        return redirect("case", case_id)
    said = {**place.rail(place.waiting()), "sought": sought[:80], "letters": rooms()}
    return render(request, "governance/find.html", said, status=404 if sought else 200)


def _found(standing: Standing, sought: str) -> int | None:
    """The case that a reference belongs to, as far as this person sees it; a bare number is a Request's."""
    said = REFERENCE.fullmatch(sought.upper())
    room = next((room for room in rooms() if said and room.letter == (said[1] or Request.letter)), None)
    if said is None or room is None:
        return None
    of = room._default_manager.filter(pk=int(said[2])).values(room.case_column)
    return Request.objects.filter(standing.sight(Task), pk__in=of).values_list("pk", flat=True).first()
