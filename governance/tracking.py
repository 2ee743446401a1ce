"""What whoever holds a tracking link reads and does there: where it stands, an answer, a withdrawal, and what was not right."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_safe

from governance.again import again, stands
from governance.appointments import as_appointment, newest, telling
from governance.models import Assignment, Task
from governance.question import Question, turned_away
from governance.speaking import NotContentForm, RequesterForm
from governance.submit import Asking, ask
from governance.turn import turn_of
from intake import limit, views
from intake.forms import WithdrawForm
from intake.models import Request
from qtm.acts import acting
from qtm.case import Case
from qtm.pages import posted
from qtm.panels import PANELS
from qtm.refusals import Conflict, Refusal
from qtm.tracking import over, stages
from qtm.tries import place_of

VIA, LINK = "tracking page", "the requester's own link"
NOT_YET = "It is still under way. Once it is done, or has ended otherwise, you can say here what is not right."


@require_safe
def track(request: HttpRequest, token: str) -> HttpResponse:
    """What was asked as it stands now, and what really happened, for whoever holds the link."""
    asked = views.asked_with(token)
    return views.tracking(request, asked, stands(asked), turn_of(_all_questions(asked)))


def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """The requester withdraws what they asked, before it is assigned."""
    asked = views.asked_with(token)
    form = WithdrawForm(posted(request))
    if not form.is_valid():
        return views.withdrawal(request, asked, form, 422 if form.is_bound else 200)
    try:
        _withdraw(asked, form.cleaned_data["reason"] or "Withdrawn by the requester")
    except Conflict:
        return views.withdrawal(request, asked, form, 409)
    return redirect("track", token)


def _withdraw(asked: Request, reason: str) -> None:
    """End it where it stands: the Task if there is one, the Request if not."""
    row: Any = Task.objects.filter(case_id=asked.pk).first()
    with acting(via=VIA, authority=LINK, actor=asked.actor):
        row.cancel(reason=reason) if row else asked.discard(reason=reason)


def asked_of_them(request: HttpRequest, asked: Request) -> tuple[str, dict[str, Any]] | None:
    """The questions that the requester was asked, what waits for an answer first."""
    found = [each for each in _all_questions(asked) if each.state != "withdrawn"]
    if not found:
        return None
    waiting = [each for each in found if each.state == "asked" and not turned_away(each.request)]
    said = {"asked": asked, "waiting": waiting, "answered": [each for each in found if each.answer]}
    return "governance/_asked_of_them.html", {**said, "form": RequesterForm()}


def appointed(request: HttpRequest, asked: Request) -> tuple[str, dict[str, Any]] | None:
    """When somebody comes: once it is work, and while that has not ended."""
    row = telling(Assignment.objects.filter(case_id=asked.pk, state="handed_off")).annotate(said=newest("pk")).first()
    if row is None or row.ended or not row.said:
        return None
    return "governance/_appointed.html", {"appointment": as_appointment(row.said)}


def _questions(which: Q) -> Any:
    """Questions, with what says whether their case has ended."""
    return Question.objects.filter(which).select_related("request__intake__task", "request__actor")


def _all_questions(asked: Request) -> list[Question]:
    """The questions of a case; read once for a page, however often it asks."""
    if "questioned" not in asked.__dict__:
        asked.__dict__["questioned"] = list(_questions(Q(case_id=asked.pk)))
    return asked.__dict__["questioned"]  # type: ignore[no-any-return]


def answer(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """The requester answers a question, once; the same answer again is the same, another one is 409."""
    asked = views.asked_with(token)
    question = get_object_or_404(_questions(Q(case_id=asked.pk)), pk=pk)
    form = RequesterForm(posted(request))
    if not form.is_valid():
        return _answering(request, asked, question, form, 422 if form.is_bound else 200)
    said = form.cleaned_data["answer"]
    if question.answer == said:
        return redirect("track", token)
    try:
        _answer(request, question, said)
    except Refusal as refusal:
        now = _questions(Q(pk=pk)).get()
        if now.answer == said:  # the same press, a moment before
            return redirect("track", token)
        return _refused(request, asked, now, form, refusal)
    return redirect("track", token)


def _answer(request: HttpRequest, question: Question, said: str) -> None:
    """Store the answer, by the Actor of that very Request, unless too much came from there."""
    limit.count(place_of(request))
    with acting(via=VIA, authority=LINK, actor=question.request.actor):
        question.say(answer=said)


def _refused(
    request: HttpRequest, asked: Request, question: Question, form: forms.Form, refusal: Refusal
) -> HttpResponse:
    """The page with what was typed, and why it was not taken."""
    if not isinstance(refusal, Conflict):
        form.add_error(None, refusal.sentence)
    return _answering(request, asked, question, form, refusal.status)


def _answering(request: HttpRequest, asked: Request, question: Question, form: forms.Form, status: int) -> HttpResponse:
    """The page on which one question is answered, or that says why it cannot be any more."""
    said = {"asked": asked, "question": question, "form": form, "ended": turned_away(question.request)}
    return views.private(render(request, "governance/answer.html", said, status=status))


def not_content(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever is not content with what came of it says so: that is a new Request, linked to this one, and reopens nothing."""
    asked = views.asked_with(token)
    shut = "" if over(case := Case(asked.pk), stages(case)) else NOT_YET
    form = NotContentForm(posted(request))
    if shut or not form.is_valid():
        status = 409 if shut and form.is_bound else 422 if form.is_bound else 200
        return _complaining(request, asked, form, status, shut)
    try:
        made, _ = ask(_again(request, asked, form.cleaned_data["words"]))
    except Refusal as refusal:
        form.add_error(None, refusal.sentence)
        return _complaining(request, asked, form, refusal.status)
    return redirect("track", made.token)


def _complaining(request: HttpRequest, asked: Request, form: forms.Form, status: int, shut: str = "") -> HttpResponse:
    """The page on which it is said what is not right, or that leads to where it was said."""
    said = {"asked": asked, "form": form, "shut": shut, "follower": views.complaint(asked)}
    return views.private(render(request, "governance/not_content.html", said, status=status))


def _again(request: HttpRequest, asked: Request, words: str) -> Asking:
    """The same asking again, in the words of what is not right; one key, so that there is one of it."""
    key = f"not-content:{asked.pk}"
    return again(asked, words, channel="not_content", key=key, place=place_of(request), via=VIA, authority=LINK)


PANELS["tracking"] += [asked_of_them, appointed]
urlpatterns = [
    path("track/<str:token>/", track, name="track"),
    path("track/<str:token>/withdraw", withdraw, name="withdraw"),
    path("track/<str:token>/not-content", not_content, name="not-content"),
    path("track/<str:token>/questions/<int:pk>", answer, name="answer"),
]
