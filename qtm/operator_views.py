"""The pages of the operators: who is on file, with which access, whose members, and what happened."""

from copy import copy
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from qtm.case import said_of
from qtm.forms import OperatorForm
from qtm.models import Membership, Operator, Transition
from qtm.pages import A_PAGE, asked, done, keeping, noted, operator_of, posted
from qtm.people import Keeper
from qtm.people_invited import open_invitations
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import typed_before
from qtm.workforce_pages import work_of


@keeping
def people(request: Signed, keeper: Keeper) -> HttpResponse:
    """The operators with their access; an owner goes straight to their own."""
    if not keeper.network:
        return redirect(request.user.standing.operator.page)
    state = request.GET.get("state", "")
    found = Operator.objects.annotate(number=Count("memberships", filter=Q(memberships__left_at=None))).order_by("name")
    page = Paginator(found.filter(state=state) if state in Operator.states() else found, A_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request, "qtm/people.html", {"keeper": keeper, "page": page, "states": Operator.states(), "state": state}
    )


@keeping
def operator(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """One operator: its access, its members, its invitations, and what happened."""
    row = operator_of(keeper, pk)
    said = {
        "keeper": keeper,
        "operator": row,
        "members": members(row),
        "invitations": open_invitations(row),
        "keeps_owners": keeper.over(row, "owner"),
        "work": work_of(row),
        "access": access(row),
        "log": [noted(note) for note in row.notes.select_related("by", "person")[:A_PAGE]],
    }
    return render(request, "qtm/operator.html", said)


def members(row: Operator) -> QuerySet[Membership]:
    """Who belongs to an operator now, owners first."""
    return row.memberships.filter(left_at=None).select_related("user").order_by("role", "joined_at")


def access(row: Operator) -> list[dict[str, Any]]:
    """How an operator was let in and out, newest first: who, when, by what and why, from the log."""
    moves = Transition.objects.filter(case_id=None, room=Operator.label(), row_id=row.pk).select_related("user")
    return [moved(line) for line in moves.order_by("-id")[:A_PAGE]]


def moved(line: Transition, born: str = "put it on file") -> dict[str, Any]:
    """A line of the log for the page; `born`: what the first of them is called."""
    did, what = said_of(line) if line.was else (born, "")
    said = {"who": str(line.user or "The system"), "did": did, "what": what}
    return {"when": line.at, "sentence": said, "via": line.via, "authority": line.authority, "reason": line.reason}


@keeping
def take_in(request: Signed, keeper: Keeper) -> HttpResponse:
    """An operator applies: it is put on file, to be reviewed."""
    if not keeper.network:
        raise Forbidden("Operators are taken in by those who keep the network's people.")
    form = OperatorForm(posted(request), initial=typed_before(request))
    if request.method == "POST" and form.is_valid():
        return done(request, "On file, to be reviewed.", keeper.take_in(**form.cleaned_data).page)
    says = "It waits for its review. Nobody of theirs is let in before it is active."
    return asked(request, form, "An operator applies", "Put it on file", back=reverse("people"), says=says)


@keeping
def amend(request: Signed, keeper: Keeper, pk: int) -> HttpResponse:
    """Put an operator's details right."""
    row = operator_of(keeper, pk)
    form = OperatorForm(posted(request), instance=copy(row), initial=typed_before(request), named=bool(keeper.network))
    if request.method == "POST" and form.is_valid():
        keeper.amend(row, form.cleaned_data)
        return done(request, "The details are changed.", row.page)
    return asked(request, form, f"Details of {row}", "Keep these details", back=row.page)
