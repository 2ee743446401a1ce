"""The case: where it stands, what was asked, whose move it is, what this person may do, and what stands beside it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from governance import beside
from governance import case as cases
from governance.alike import Beside
from governance.context import context_of
from governance.models import Assignment, Task
from governance.plans import SAID, plan_lines, plan_of, undone
from governance.question import Question, turned_away
from governance.queues import Place, place_of
from governance.steps import Steps
from intake.models import Request
from qtm.blocked.noting import times_of
from qtm.blocked.views import MAY as READS_REFUSALS
from qtm.case import Case
from qtm.doors import doors_out_of
from qtm.panels import panels
from qtm.signed import Signed

BESIDE = ("annotate", "liken", "ask")  # the doors that are drawn where what they write is read


@require_safe
@login_required
def case(request: Signed, case_id: int) -> HttpResponse:
    """One case: where it stands, what was asked, what happened, and what this person may do."""
    standing = request.user.standing
    asked = requests().filter(standing.sight(Task), pk=case_id).first()
    if asked is None:  # who takes requests and governs none sees of it what the intake page shows
        return redirect("taken", get_object_or_404(Request, standing.sight(Request), pk=case_id).pk)
    place = place_of(standing, asked.governor_id)
    said = {
        **place.rail(place.waiting(case_id), other=asked.governor if asked.governor != place.governor else None),
        **case_said(request, asked, request.get_full_path()),
        "walk": _walk(request, place),
        "looks_on": not standing.holds("governance.approve_task", asked.governor_id),
        "reads_refusals": standing.holds(READS_REFUSALS),
        "panels": panels("case", request, asked),
    }
    return render(request, "governance/case.html", said)


def _walk(request: Signed, place: Place) -> Steps | None:
    """The way on through the list from which the case was opened, where its address says so."""
    queue = next((each for each in place.queues if each.slug == request.GET.get("queue")), None)
    return Steps(place, queue, request.GET) if queue else None


def case_read(request: Signed, asked: Request) -> dict[str, Any]:
    """What every page of a case reads of it, whatever can be pressed there: the stepper, the page of a door, the case itself."""
    told = Case(asked.pk, str(asked.actor), request.user.standing)
    beside.lend_corrections(asked)
    task, assigned = asked.intake.task if hasattr(asked, "intake") else None, cases.assigned(told)
    if assigned["assignment"]:
        assigned["assignment"].task = task
    said = {"asked": asked, "case": told, "task": task, "context": context_of(asked), "plan": plan_of(asked)}
    return said | assigned | {"log": cases.history(told, task, plan_lines(asked))} | _beside(request, asked)


def case_said(request: Signed, asked: Request, onward: str) -> dict[str, Any]:
    """What is read of a case, with its doors; `onward`: where one is led after a press."""
    read = case_read(request, asked)
    known = {Request: asked, Task: read["task"], Assignment: read["assignment"], Question: None}
    drawn = cases.doors_of(cases.rows_of(read["case"], known), request.user, onward)
    doors = {
        "drawn": [each for each in drawn if each.door.verb.name not in BESIDE],
        **{each.door.verb.name: each for each in drawn if each.door.verb.name in BESIDE},
    }
    questions = [(each, doors_out_of(each, request.user, onward)) for each in beside.questions_of(asked)]
    return read | doors | {"questions": questions, "not_asked": Question.shut(Question.verbs["ask"], asked)}


def _beside(request: Signed, asked: Request) -> dict[str, Any]:
    """What stands beside a case: what was said with the requester and within, and other cases."""
    around = Beside(asked, request.user.standing.sight(Task))
    questions, same = beside.questions_of(asked), beside.same_as(asked)
    linked = [each.other.pk for each in same if each.other]
    return {
        "unread": next((each for each in questions if each.state == "answered"), None),
        "waiting": next((each for each in questions if each.state == "asked" and not turned_away(asked)), None),
        "notes": beside.notes_of(asked),
        "same": same,
        "around": around,
        "followed_by": around.followers,
        "likely": around.likely(linked),
        "kindred": around.kindred(linked),
    }


def requests() -> Any:
    """Requests with all that their case pages show of intake, task and what stands beside: one query."""
    around = ("actor", "funnel", "surface", "governor", "intake__version", "intake__task__version__surface")
    rows = Request.objects.select_related(*around, "listing").defer("listing__words")
    rows = rows.annotate(plans_said=SAID, undone=undone(), blocked=times_of(OuterRef("pk")))
    return beside.with_beside(rows)
