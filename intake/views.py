"""The pages of intake: what the public sees and sends, and what staff take and keep. What is sent enters governance, and is taken there."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from intake.facts import facts_of, put_right
from intake.forms import FunnelForm, KeyedForm, NewFunnelForm, PublicForm, WithdrawForm
from intake.models import Funnel, Request
from intake.offers import Offer, funnels, offers_by_funnel, offers_of, own_layer
from intake.staff import KEEP, TAKE, staff
from qtm.case import Case
from qtm.doors import doors_out_of
from qtm.panels import panels
from qtm.signed import Signed
from qtm.tracking import may_withdraw, newest, over, stages, told
from qtm.typed import typed_before

SHOWN = 50
GOVERN = "governance.see_console"
TAKEN = "taken"
NOT_CONTENT, CORRECTION = "not_content", "correction"


@require_safe
def entry_points(request: HttpRequest) -> HttpResponse:
    """Every funnel that is open."""
    return render(request, "intake/entry_points.html", {"funnels": [funnel for funnel in funnels() if not funnel.shut]})


@require_safe
def entry_point(request: HttpRequest, funnel: str) -> HttpResponse:
    """One funnel: its words, and what it offers with its honest status."""
    found = get_object_or_404(funnels(), slug=funnel)
    if found.shut:
        return closed(request, found, found.shut)
    return render(request, "intake/entry_point.html", {"funnel": found, "offers": offers_of(found)})


def closed(request: HttpRequest, funnel: Funnel, sentence: str) -> HttpResponse:
    """409: nothing can be asked here now, and why."""
    return render(request, "intake/closed.html", {"funnel": funnel, "sentence": sentence}, status=409)


def public_form(request: HttpRequest, offer: Offer, form: KeyedForm | None = None, status: int = 200) -> HttpResponse:
    """The public form, empty or with what was typed."""
    said = {"offer": offer, "form": form or PublicForm(offer=offer)}
    return render(request, "intake/form.html", said, status=status)


def asked_with(token: str) -> Request:
    """The Request that a tracking link leads to."""
    beside = ("funnel__operator", "surface", "actor", "intake__version", "follows")
    asked = Request.objects.select_related(*beside).filter(token=token).first()
    if asked is None:
        raise Http404("A tracking link works only whole, as it was given.")
    return asked


def tracking(request: HttpRequest, asked: Request, now: Mapping[str, Any] | None, turn: object = None) -> HttpResponse:
    """What was asked, what of it was put right (`now`: as it stands), and what really happened, for whoever holds the link.

    `turn`: whose move it is, where that is theirs or was just now: `.heading`, `.next` and `.since`.
    """
    said = {**_stands(asked), "facts": put_right(asked, now), "panels": panels("tracking", request, asked)}
    said["turn"] = None if said["over"] else turn
    said["foot"] = panels("foot", request, asked)
    return private(render(request, "intake/track.html", said))


def _stands(asked: Request) -> dict[str, Any]:
    """Where a Request stands, in the requester's words."""
    case = Case(asked.pk)
    news = told(case)
    line = stages(case)
    said = {"asked": asked, "news": news, "now": newest(news), "line": line}
    said |= {"may_withdraw": may_withdraw(case), "over": over(case, line)}
    after = list(Request.objects.filter(follows=asked, channel__in=[NOT_CONTENT, CORRECTION]).order_by("pk"))
    follower = next((each for each in after if each.channel == NOT_CONTENT), None)
    return {**said, "follower": follower, "corrections": [each for each in after if each.corrects]}


def complaint(asked: Request) -> Request | None:
    """The Request by which whoever holds this link said that they are not content; other links lead to no other's case."""
    return Request.objects.filter(follows=asked, channel=NOT_CONTENT).first()


def withdrawal(request: HttpRequest, asked: Request, form: WithdrawForm, status: int = 200) -> HttpResponse:
    """The page on which the requester withdraws, or reads why they no longer can."""
    said = {**_stands(asked), "form": form}
    return private(render(request, "intake/withdraw.html", said, status=status))


def private(response: HttpResponse) -> HttpResponse:
    """Keep a page whose address is its key out of indexes, caches and other sites' logs."""
    # Not `no-referrer`: a browser then posts with the origin `null`, which Django refuses.
    for name, value in {
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "same-origin",
    }.items():
        response[name] = value
    return response


@require_safe
@staff(TAKE)
def intake(request: Signed) -> HttpResponse:
    """What waits to be completed, oldest first, and what can be taken."""
    waiting = Request.objects.filter(own_layer(request.user.standing, TAKE, "governor"), state="received").order_by(
        "since", "pk"
    )
    shown = list(waiting.select_related("surface", "funnel", "actor")[: SHOWN + 1])
    offered = offers_by_funnel(list(funnels(request.user.standing, TAKE).prefetch_related("surfaces")))
    return render(
        request, "intake/intake.html", {"waiting": shown[:SHOWN], "more": len(shown) > SHOWN, "offered": offered}
    )


def take_form(request: HttpRequest, offer: Offer, form: KeyedForm, status: int = 200) -> HttpResponse:
    """The form for somebody on the phone or in front of us."""
    return render(request, "intake/take.html", {"offer": offer, "form": form}, status=status)


@require_safe
@staff(TAKE)
def taken(request: Signed, pk: int) -> HttpResponse:
    """One Request: what was asked, and what is to be done with it."""
    seen = Request.objects.filter(request.user.standing.sight(Request)).select_related(
        "funnel", "surface", "actor", "intake__version"
    )
    asked = get_object_or_404(seen, pk=pk)
    case = asked.page if request.user.standing.holds(GOVERN, asked.governor_id) else ""
    said = {
        "asked": asked,
        "facts": facts_of(asked, contact=True),
        "link": _link_once(request, asked),
        "foot": panels("foot", request, asked),
        "case": case,
        "drawn": [each for each in doors_out_of(asked, request.user, request.path) if not each.door.verb.layer],
    }
    return private(render(request, "intake/taken.html", said))


def tell_link(request: HttpRequest, asked: Request) -> None:
    """Let the next page show the tracking link to whoever has just taken a request; it is the requester's, and shown once."""
    request.session[TAKEN] = asked.pk


def _link_once(request: HttpRequest, asked: Request) -> str:
    """The tracking link, for who took the request just now; empty for everybody else and ever after."""
    if request.session.get(TAKEN) != asked.pk:
        return ""
    del request.session[TAKEN]
    return request.build_absolute_uri(reverse("track", args=[asked.token]))


@require_safe
@staff(KEEP)
def kept_funnels(request: Signed) -> HttpResponse:
    """The funnels that this person keeps."""
    found = funnels(request.user.standing, KEEP).prefetch_related("surfaces")
    return render(request, "intake/funnels.html", {"funnels": found})


@staff(KEEP)
def kept_funnel(request: Signed, slug: str) -> HttpResponse:
    """One funnel's words, surfaces, and whether it is open."""
    found = get_object_or_404(funnels(request.user.standing, KEEP), slug=slug)
    form = FunnelForm(request.POST if request.method == "POST" else None, instance=found, initial=typed_before(request))
    return _keep(request, found, form)


@staff(KEEP)
def new_funnel(request: Signed) -> HttpResponse:
    """A new funnel of one's own layer."""
    standing = request.user.standing
    made = Funnel(operator=None if standing.holds(KEEP) else standing.operator)
    return _keep(
        request,
        made,
        NewFunnelForm(request.POST if request.method == "POST" else None, instance=made, initial=typed_before(request)),
    )


def _keep(request: HttpRequest, funnel: Funnel, form: FunnelForm) -> HttpResponse:
    """Store what was changed, or show what is wrong with it."""
    if form.is_valid():
        kept = form.save()
        messages.success(request, f"{kept} is kept as it stands here.")
        return redirect("funnel", kept.slug)
    link = request.build_absolute_uri(reverse("entry-point", args=[funnel.slug])) if funnel.pk else ""
    return render(
        request,
        "intake/funnel.html",
        {"funnel": funnel, "form": form, "link": link},
        status=422 if form.is_bound else 200,
    )
