"""Follow-on: from a Job that has ended its operator asks for further work, as a new Request that is linked to the one before."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from execution.asked import Asked
from execution.models import Job
from governance.entry import entered
from intake.facts import Facts, position_words
from intake.forms import KeyedForm
from intake.models import Request
from intake.offers import Offer
from intake.questions import typed_as
from intake.staff import TAKE
from intake.views import closed
from qtm.models import User
from qtm.pages import posted
from qtm.refusals import Conflict, Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in, typed_before

CARRIED = ("name", "phone", "email", "place", "latitude", "longitude")
UNDER_WAY = "Further work is asked for once this job is completed, with whatever outcome."
NOT_YOURS = "Follow-on work is asked for by the members of the operator that carried the job out."


class FollowForm(KeyedForm):
    """What is wished now; who asks and where are carried over, and asked only where they were not known."""

    def __init__(self, *args: Any, job: Job, offer: Offer, **kwargs: Any) -> None:
        """`job`: the one that is followed."""
        self.carried = {name: str(job.context[name]) for name in CARRIED if job.context.get(name)}
        super().__init__(*args, offer=offer, about=f"follow-on/{job.pk}", **kwargs)
        for name in self.carried:
            self.fields.pop(name, None)
        self.names = tuple(name for name in self.names if name not in self.carried)
        self.initial = {**typed_as({"answers": job.context["answers"]}), **self.initial}

    def asked(self) -> dict[str, Any]:
        """What was typed, and what is carried over."""
        return {**self.carried, **super().asked()}

    @property
    def facts(self) -> Facts:
        """What is carried over, in words."""
        named = [(name.replace("email", "e-mail").capitalize(), self.carried.get(name, "")) for name in CARRIED[:4]]
        return [*named, ("Position", position_words(self.carried))]


class Following:
    """What may follow a Job, and what does, as far as its operator sees it."""

    def __init__(self, job: Job, user: User) -> None:
        """`user`: who looks."""
        self.job, self.user = job, user

    @property
    def ended(self) -> bool:
        """Whether the work has ended and the operator has said so."""
        return bool(self.job.state == "completed")

    @property
    def action(self) -> str:
        """Where this person asks for follow-on work; empty where they may not, or not yet."""
        may = self.ended and self.user.standing.holds(TAKE, self.job.operator_id)
        return reverse("follow-on", args=[self.job.pk]) if may else ""

    @cached_property
    def asked_for(self) -> list[Request]:
        """What was asked for from this Job: that it was, and when, and nothing of what governance makes of it."""
        return list(_followers(self.job)) if self.ended else []


def _followers(job: Job) -> Any:
    """The Requests by which its operator asked for more."""
    return Request.objects.filter(follows=job.case_id, channel="follow_on").only("id", "state", "since").order_by("pk")


@signed_in
def follow(request: Signed, pk: int) -> HttpResponse:
    """Ask for follow-on work: GET draws the form, POST sends it the way that every request goes."""
    standing = request.user.standing
    job = get_object_or_404(Job.objects.filter(standing.sight(Job)).select_related("operator"), pk=pk)
    authority = standing.holds(TAKE, job.operator_id)
    if not authority:
        raise Forbidden(NOT_YOURS)
    if job.state != "completed":
        raise Conflict(job, sentence=UNDER_WAY, heading="It has not come that far")
    before = Request.objects.select_related("funnel__operator", "surface").get(pk=job.case_id)
    offer = Offer(before.funnel, before.surface.current)
    form = FollowForm(posted(request), job=job, offer=offer, initial=typed_before(request))
    how = {"channel": "follow_on", "via": "desk", "authority": authority, "user": request.user, "follows": before}
    made, status, _ = entered(form, **how)
    if made is None and offer.shut:
        return closed(request, offer.funnel, offer.shut)
    if made is None:
        said = {"job": job, "asked": Asked(job), "form": form, "offer": offer}
        return render(request, "execution/follow.html", said, status=status)
    messages.success(
        request, f"{made.reference} is asked for. Whether and by whom it is done is decided as for every request."
    )
    return redirect(job.page)
