"""Saved views in the rail; and saving one, changing it, and letting it go: three presses, each from a list."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case, Q, QuerySet, When
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from governance.finding import Finding
from governance.queues import SEE, Place, console, inbox
from governance.saved import SHARED, SavedView
from qtm.queues import Queue
from qtm.refusals import Invalid
from qtm.signed import Signed
from qtm.standing import Standing
from qtm.typed import pressed

GOVERNS = "governance.approve_task"
MOST = 50  # so many are drawn in a rail
PLACES = {"console": console, "inbox": inbox}
EMPTY = "Set a filter first: a view without one is the queue itself."


class ViewForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name of a view, and who sees it."""

    shared = forms.ChoiceField(
        choices=SHARED, initial="me", error_messages={"invalid_choice": "Choose who is to see it."}
    )

    class Meta:
        model = SavedView
        fields = ["name", "shared"]
        error_messages = {"name": {"required": "Give the view a name."}}

    def kept(self) -> SavedView:
        """Keep it; what is wrong is one sentence for each field (422)."""
        if not self.is_valid():
            raise Invalid({name: " ".join(map(str, said)) for name, said in self.errors.items()})
        return self.save()  # type: ignore[no-any-return]

    def _get_validation_exclusions(self) -> set[str]:
        """The name is compared with those of the same person in the same place."""
        return super()._get_validation_exclusions() - {"maker", "governor"}  # type: ignore[misc,no-any-return]


@pressed
def save(request: Signed) -> HttpResponse:
    """Save what a list was asked under a name."""
    place = _place(request, request.POST.get("place", ""))
    queue = _queue(place, request.POST.get("queue", ""))
    found = Finding.read(place, QueryDict(request.POST.get("query", "")[:2000]), queue)
    if found.wrong or not found.asked:
        raise Invalid(found.wrong or {"": EMPTY})
    made = SavedView(
        maker=request.user,
        governor=place.governor,
        role=role_here(place),
        queue=queue.slug if queue else "",
        query=found.query,
    )
    view = _shareable(place, ViewForm(request.POST, instance=made)).kept()
    messages.success(request, f"“{view}” is saved. It stands in the rail.")
    return redirect(view.url)


@pressed
def change(request: Signed, pk: int) -> HttpResponse:
    """Give one's own view another name, or other people who see it."""
    view, place = _own(request, pk)
    view = _shareable(place, ViewForm(request.POST, instance=view)).kept()
    messages.success(request, f"It is called “{view}” now.")
    return redirect(view.url)


@pressed
def delete(request: Signed, pk: int) -> HttpResponse:
    """Let go of one's own view, or of one that is shared where one governs; the cases in it stay where they are."""
    view = get_object_or_404(SavedView, pk=pk)
    if not lets_go(request.user.standing, view):
        raise Http404("There is no such view of yours.")
    place = _placed(request, view)
    view.delete()
    messages.success(request, f"“{view}” is gone. Its cases are where they were.")
    return redirect(place.url())


def sharing(place: Place) -> list[tuple[str, str]]:
    """With whom one may share: who only looks on keeps views for themselves, as the rail of others is for those who govern here."""
    return SHARED if _governs(place.standing, place.governor.pk if place.governor else None) else SHARED[:1]


def _governs(standing: Standing, governor_id: int | None) -> bool:
    """Whether somebody governs the network's place or an operator's."""
    return bool(standing.holds(GOVERNS, governor_id))


def lets_go(standing: Standing, view: SavedView) -> bool:
    """Whether somebody may let go of a view: whoever made it, and of a shared one whoever governs where it stands."""
    return view.maker_id == standing.user_id or (view.shared != "me" and _governs(standing, view.governor_id))


def _shareable(place: Place, form: ViewForm) -> ViewForm:
    """The form, with nothing to choose but what is offered."""
    form.fields["shared"].choices = sharing(place)  # type: ignore[attr-defined]
    return form


def _own(request: Signed, pk: int) -> tuple[SavedView, Place]:
    """A view that this person made, and its place, as long as they are let in there; 404 for anybody else's."""
    view = get_object_or_404(SavedView, pk=pk, maker=request.user)
    return view, _placed(request, view)


def _placed(request: Signed, view: SavedView) -> Place:
    """The place of a view, if this person is let in there; 404 otherwise."""
    place = _place(request, "inbox" if view.governor_id else "console")
    if place.governor and place.governor.pk != view.governor_id:
        raise Http404("There is no such view.")
    return place


def _place(request: Signed, name: str) -> Place:
    """The place of that name, if this person is let in."""
    if name not in PLACES:
        raise Http404("There is no such place.")
    return PLACES[name](request.user.standing)


def _queue(place: Place, slug: str) -> Queue | None:
    """The queue that is filtered, or none for a search in everything."""
    queue = next((each for each in place.queues if each.slug == slug), None)
    if slug and queue is None:
        raise Http404("There is no such queue.")
    return queue


def role_here(place: Place) -> str:
    """By what a person is let into a place, in a word."""
    standing = place.standing
    return str(standing.membership.role) if place.governor else standing.network[SEE]


def seen_from(place: Place) -> QuerySet[SavedView]:
    """The views that a person sees in a place: their own, their team's and everybody's, and no other place's."""
    shared = Q(maker=place.standing.user_id) | Q(shared="all") | Q(shared="team", role=role_here(place))
    return SavedView.objects.filter(shared, governor=place.governor).select_related("maker")


def rail_views(place: Place, here: str = "") -> list[dict[str, Any]]:
    """The views as the rail draws them; the one whose address is `here` is marked."""
    slugs = {queue.slug for queue in place.queues}
    own_first = seen_from(place).order_by(Case(When(maker=place.standing.user_id, then=0), default=1), "name", "id")
    seen = [view for view in own_first[:MOST] if not view.queue or view.queue in slugs]
    return [
        {
            "view": view,
            "url": view.url,
            "current": view.url == here,
            "own": view.maker_id == place.standing.user_id,
            "lets_go": lets_go(place.standing, view),
        }
        for view in seen
    ]
