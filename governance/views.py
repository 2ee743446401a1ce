"""The Governance Console and the Task Inbox: the queues, and finding a case."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from governance import lists, many, queues
from governance.finding import MOST, PAGE, Finding
from governance.models import Task
from governance.queues import Place, place_of
from governance.saved_views import rail_views, sharing
from governance.sought import reference_in
from intake.models import Request
from qtm.paging import behind, number
from qtm.queues import Queue, told, waiting_in
from qtm.signed import Signed
from qtm.spine import rooms
from qtm.standing import Standing


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
    rail = place.rail(waiting, here.queue if here else None) | {
        "views": rail_views(place, request.get_full_path()),
    }
    if here is None:
        longest = lists.longest(place.queues, place.governor)
        return render(request, "governance/place.html", {**rail, "entries": longest})
    found = Finding.read(place, request.GET, here.queue)
    if found.owners:  # what others govern is only looked at from here
        here = waiting_in([here.queue], found.governor)[0]
    drawn = _page(found, here.queue, request.GET.get("after", ""))
    page = {
        "here": here,
        "whose": place.mover(here.queue, found.owners),
        **drawn,
        **_filtered(found, here.count, drawn),
    }
    if not found.owners:
        page |= many.offer(request.user, place, here.queue, request.GET, page["matching"] if page["whole"] else None)
    return render(request, "governance/queue.html", {**rail, **page}, status=422 if found.wrong else 200)


def _page(found: Finding, queue: Queue, after: str) -> dict[str, Any]:
    """A page of rows after a point in the queue, and the point after them."""
    rows = list(found.waits().select_related("operator").filter(behind(after, key="row_id"))[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    further = f"{last.since.isoformat()},{last.row_id}" if last else ""
    return {"entries": lists.entries(queue, rows[:PAGE], found.query), "after": after, "further": further}


def _filtered(found: Finding, count: int, drawn: dict[str, Any]) -> dict[str, Any]:
    """What a list draws of its filters: how many match where any is set, and the form for saving them."""
    here = len(drawn["entries"]) + bool(drawn["further"])  # so many there are at least, whatever was counted
    shown = not drawn["after"] and not drawn["further"]  # all of them, on this page
    number, whole = (here, True) if shown else found.counted(count) if found.asked else (count, True)
    number = max(number, here)
    return {
        "finding": found,
        "sharing": sharing(found.place),
        "matching": number,
        "whole": whole,
        "number": told(number if whole else min(number, MOST), whole=whole),
    }


@require_safe
@login_required
def find(request: Signed) -> HttpResponse:
    """A case by any of its references, straight away; or cases by whom, where and what, newest first."""
    standing = request.user.standing
    place = place_of(standing)
    found = Finding.read(place, request.GET, None)
    named = reference_in(found.sought)
    if named and (case_id := _case_of(standing, *named)):
        return redirect("case", case_id)
    after = request.GET.get("after", "")
    case_ids, further = ([], "") if named and "-" in found.sought else _newest(found, after)
    said = {
        "entries": lists.found(case_ids, place.queues),
        "after": after,
        "further": further,
        "finding": found,
        "sharing": sharing(place),
    }
    rail = place.rail(place.waiting()) | {"views": rail_views(place, request.get_full_path()), "letters": rooms()}
    status = 422 if found.wrong else 404 if found.sought and not case_ids and not after else 200
    return render(request, "governance/find.html", {**rail, **said, "sought": found.sought}, status=status)


def _newest(found: Finding, after: str) -> tuple[list[int], str]:
    """The cases of a page, the one whose number was sought before all, and the point behind them; one that cannot be read is the beginning."""
    behind_it = {"pk__lt": number(after)} if number(after) else {}
    first = [] if behind_it else list(found.numbered().values_list("pk", flat=True))
    newest = list(found.listed().filter(**behind_it).values_list("pk", flat=True)[: PAGE + 1])
    return [*first, *newest[:PAGE]], str(newest[PAGE - 1]) if len(newest) > PAGE else ""


def _case_of(standing: Standing, room: Any, number: int) -> int | None:
    """The case that a row of a room belongs to, as far as this person sees it."""
    of = room._default_manager.filter(pk=number).values(room.case_column)
    return Request.objects.filter(standing.sight(Task), pk__in=of).values_list("pk", flat=True).first()
