"""The way in: what is asked on a form or taken by staff enters governance here, through the submit path."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from governance.submit import Asking, ask
from intake import views
from intake.asking import read
from intake.forms import KeyedForm, PublicForm, Questions, TakeForm
from intake.language import wanted_by
from intake.limit import TooMany
from intake.models import Request
from intake.offers import funnels, offer_or_404, planned
from intake.questions import typed_as
from intake.staff import TAKE, staff
from qtm.doors import DoorForm, blame
from qtm.pages import posted
from qtm.refusals import Conflict, Invalid
from qtm.signed import Signed
from qtm.tries import place_of
from qtm.typed import typed_before

SENT = "Your request is sent. Keep the address of this page: it is the way back to it."
ANEW = "What stands here is a new form now: send it if you want to ask for this as well."


class CompleteForm(Questions, DoorForm):
    """What staff complete: the form as it was left, with what was asked in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The questions of the surface as they are today."""
        super().__init__(*args, **kwargs)
        request: Any = self.row
        self.put(request.surface.current)
        self.initial = {**typed_as(request.asked), **self.initial}

    def given(self) -> dict[str, Any]:
        """The version, and what was completed checked against it; `Invalid` names each field."""
        reading = read(self.version, self.asked())
        if reading.details is None:
            raise Invalid(reading.errors)
        return {"version": self.version, "details": reading.details}

    def shut(self) -> str:
        """Shut while the surface is described only, as it may be since the request was taken."""
        return planned(self.version)


class Entered(NamedTuple):
    """What came of a form: the Request and whether it is new, or none, and the status of the page that says why."""

    made: Request | None
    status: int
    new: bool = False


def entered(form: KeyedForm, **how: Any) -> Entered:
    """Go the submit path with a form that was sent; what is refused stands at its field, and the status says of which kind it is."""
    if not form.is_bound:
        return Entered(None, 200)
    if not form.is_valid():
        return Entered(None, 422)
    try:
        asked, key = form.asked(), form.opened()
        made, new = ask(Asking(form.offer.funnel, form.offer.surface, asked=asked, key=key, **how))
    except Invalid as invalid:
        blame(form, invalid)
        return Entered(None, 422)
    except TooMany as refusal:
        form.add_error(None, refusal.sentence)
        return Entered(None, refusal.status)
    except Conflict as conflict:
        form.renew()
        form.add_error(None, f"{conflict.sentence} {ANEW}")
        return Entered(None, 409)
    return Entered(made, 302, new)


def public(request: HttpRequest, funnel: str, surface: str) -> HttpResponse:
    """The public form: GET draws it, POST sends it, without an account."""
    offer = offer_or_404(funnels(), funnel, surface)
    form = PublicForm(posted(request), offer=offer)
    made, status, _ = entered(
        form, channel="web", via="public form", place=place_of(request), language=wanted_by(request)
    )
    if made is None and offer.shut:
        return views.closed(request, offer.funnel, offer.shut)
    if made is None:
        return views.public_form(request, offer, form, status)
    messages.success(request, SENT)
    return redirect("track", made.token)


@staff(TAKE)
def take(request: Signed, funnel: str, surface: str) -> HttpResponse:
    """The same form for staff, of whoever asks by phone or in person; it may be saved before all is known."""
    offer = offer_or_404(funnels(request.user.standing, TAKE), funnel, surface)
    form = TakeForm(posted(request), offer=offer, initial=typed_before(request))
    made, status, new = entered(form, **_taking(request, form))
    if made is None and offer.shut:
        return views.closed(request, offer.funnel, offer.shut)
    if made is None:
        return views.take_form(request, offer, form, status)
    if new:
        views.tell_link(request, made)
    messages.success(
        request,
        f"{made.reference} is taken."
        if made.state == "submitted"
        else f"{made.reference} is saved, and waits to be completed.",
    )
    return redirect("taken", made.pk)


def _taking(request: Signed, form: TakeForm) -> dict[str, Any]:
    """Who takes it, how it was asked, and whether it may be incomplete."""
    authority = request.user.standing.holds(TAKE, form.offer.funnel.operator_id)
    incomplete, channel = "incomplete" in request.POST, str(request.POST.get("channel"))
    return {
        "channel": channel,
        "language": str(request.POST.get("language") or ""),
        "via": "intake page",
        "authority": authority,
        "user": request.user,
        "incomplete": incomplete,
    }


urlpatterns = [
    path("ask/<slug:funnel>/<slug:surface>/", public, name="public-form"),
    path("intake/take/<slug:funnel>/<slug:surface>/", take, name="take"),
]
