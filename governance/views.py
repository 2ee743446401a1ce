"""The Governance Console and the Task Inbox: the queues, the case, and finding one."""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from governance import case as cases
from governance import lists, many, queues
from governance.context import context_of
from governance.models import Assignment, Correction, Task
from governance.queues import Place, place_of
from intake.models import Request
from qtm.case import Case
from qtm.paging import behind
from qtm.queues import Queue
from qtm.roles import Standing
from qtm.signed import Signed
from qtm.spine import rooms

PAGE, FOLLOWERS = 50, 20
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
    page |= many.offer(request.user, place, here.queue, request.GET, here.count or 0)
    return render(request, "governance/queue.html", place.rail(waiting, here.queue) | page)


def _page(place: Place, queue: Queue, after: str) -> dict[str, Any]:
    """Fifty rows after a point in the queue, and the point after them."""
    rows = list(queues.with_beside(queue.rows(place.governor).filter(behind(after)), "operator")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    further = f"{last.since.isoformat()},{last.pk}" if last else ""
    return {"entries": lists.entries(queue, rows[:PAGE]), "after": after, "further": further}


@require_safe
@login_required
def case(request: Signed, case_id: int) -> HttpResponse:
    """One case: where it stands, what was asked, what happened, and what this person may do."""
    standing = request.user.standing
    asked = requests().filter(standing.sight(Task), pk=case_id).first()
    if asked is None:  # who takes requests and governs none sees of it what the intake page shows
        return redirect("taken", get_object_or_404(Request, standing.sight(Request), pk=case_id).pk)
    place = place_of(standing, asked.governor_id)
    looks_on = not standing.holds("governance.approve_task", asked.governor_id)
    said = (
        place.rail(place.waiting(case_id))
        | case_said(request, asked, request.path)
        | {"asked": asked, "looks_on": looks_on}
    )
    return render(request, "governance/case.html", said)


def case_said(request: Signed, asked: Request, onward: str) -> dict[str, Any]:
    """What the log, the context and the doors say of a case; `onward`: where one is led after a press."""
    told, task = (
        Case(asked.pk, str(asked.actor), request.user.standing),
        asked.intake.task if hasattr(asked, "intake") else None,
    )
    assigned = cases.assigned(told)
    if assigned["assignment"]:
        assigned["assignment"].task = task
    rows = cases.rows_of(told, {Request: asked, Task: task, Assignment: assigned["assignment"]})
    said = {"case": told, "task": task, "context": context_of(asked), "log": cases.history(told, task)}
    return (
        said
        | assigned
        | {"followed_by": _followers(request, asked), "drawn": cases.doors_of(rows, request.user, onward)}
    )


def _followers(request: Signed, asked: Request) -> Any:
    """The Requests that follow this one, as far as this person sees them."""
    seen = Request.objects.filter(request.user.standing.sight(Request), follows=asked)
    return seen.only("id").order_by("pk")[:FOLLOWERS]


def requests() -> Any:
    """Requests with all that their case pages show of intake and task: two queries."""
    beside = ("actor", "funnel", "surface", "governor", "intake__version", "intake__task__version")
    corrections = Prefetch("intake__task__corrections", Correction.objects.select_related("by"))
    return Request.objects.select_related(*beside).prefetch_related(corrections)


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
