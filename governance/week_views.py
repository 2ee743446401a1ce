"""The week, and the way from a card to the page on which it is assigned or set anew: both by a link and by dragging."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from governance import queues
from governance.landing import landing, offered
from governance.models import Assignment, Task
from governance.queues import Place
from governance.week import Week
from qtm.doors import door_of, next_page
from qtm.signed import Signed

CARD = re.compile(r"([TA])-(\d{1,18})", re.ASCII)
WHO = re.compile(r"(\d{1,18})\.(\d{0,18})", re.ASCII)
CARDS = {"T": Task, "A": Assignment}


@require_safe
@login_required
def console_week(request: Signed) -> HttpResponse:
    """The week of the network."""
    return _week(request, queues.console(request.user.standing))


@require_safe
@login_required
def inbox_week(request: Signed) -> HttpResponse:
    """The week of an operator's own people."""
    return _week(request, queues.inbox(request.user.standing))


def _week(request: Signed, place: Place) -> HttpResponse:
    """The grid, with what waits beside it."""
    said = {name: request.GET.get(name, "") for name in ("week", "operator", "after")}
    week = Week(place, request.user.standing, said["week"], said["operator"], said["after"])
    return render(request, "governance/week.html", place.rail(week.waiting) | {"week": week})


@require_safe
@login_required
def put_on(request: Signed) -> HttpResponse:
    """Where a card is to go: a form that asks, and then the page of the door, where it is pressed or not."""
    row = _card(request, request.GET.get("card", ""))
    place = queues.place_of(request.user.standing, row.governor_id)
    who, day = WHO.fullmatch(request.GET.get("who", "")), _day(request.GET.get("day", ""))
    if who and day:
        return _onward(request, row, int(who[1]), int(who[2]) if who[2] else None, day)
    said = {
        "row": row,
        "offered": offered(row),
        "assigned": isinstance(row, Assignment),
        "day": day or timezone.localdate(),
        "next": next_page(request),
        "who": request.GET.get("who", ""),
    }
    wrong = ("who" in request.GET or "day" in request.GET) and not (who and day)
    return render(
        request,
        "governance/put_on.html",
        place.rail(place.waiting()) | said | {"wrong": wrong},
        status=422 if wrong else 200,
    )


def _card(request: Signed, said: str) -> Any:
    """The row of a card, as far as this person sees it; 404 otherwise."""
    found = CARD.fullmatch(said)
    room: Any = CARDS[found[1]] if found else None
    row = room.objects.filter(request.user.standing.sight(room), pk=int(found[2])).first() if found else None
    if row is None:
        raise Http404("There is no such card for you.")
    return row


def _day(said: str) -> date | None:
    """A day, if it is one."""
    try:
        return parse_date(said)
    except ValueError:
        return None


def _onward(request: Signed, row: Any, operator: int, worker: int | None, day: date) -> HttpResponse:
    """The page that asks before anything is done: Assign, or the appointment; or why neither is possible."""
    if isinstance(row, Assignment) and (row.operator_id, row.worker_id) != (operator, worker):
        place = queues.place_of(request.user.standing, row.governor_id)
        door = door_of(Assignment, "withdraw")
        said = {"row": row, "withdraw": door.action(row) if row.state == "active" else "", "next": next_page(request)}
        return render(request, "governance/elsewhere.html", place.rail(place.waiting()) | said, status=409)
    window = landing(row, operator, worker, day)
    moments = {name: f"{timezone.localtime(getattr(window, name)):%Y-%m-%dT%H:%M}" for name in ("starts", "ends")}
    if isinstance(row, Assignment):
        door, query = door_of(Assignment, "reschedule"), moments
    else:
        door, query = door_of(Assignment, "assign"), {"operator": f"{operator}", "worker": f"{worker or ''}", **moments}
    return redirect(f"{door.action(row)}?{urlencode({**query, 'next': next_page(request)})}")
