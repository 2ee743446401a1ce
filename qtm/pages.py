"""What the pages for keeping people share: who may, the row they may see, a form on its own page, a link shown once."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from qtm.models import Operator, PersonNote
from qtm.people import Keeper
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in

A_PAGE = 50


def keeping[**P](
    view: Callable[Concatenate[Signed, Keeper, P], HttpResponse],
) -> Callable[Concatenate[Signed, P], HttpResponse]:
    """Only for who keeps people somewhere; the view is given the keeper. 403 for everybody else."""

    @signed_in
    @wraps(view)
    def kept(request: Signed, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.standing.anywhere("qtm.keep_people"):
            raise Forbidden("Keeping people is not yours to do.")
        return view(request, Keeper(request.user), *args, **kwargs)

    return kept


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: what was sent, if anything was."""
    return request.POST if request.method == "POST" else None


def one[T: Model](found: QuerySet[T]) -> T:
    """The row, as far as this keeper may see it; 404 otherwise."""
    row = found.first()
    if row is None:
        raise Http404("There is nothing here for you.")
    return row


def operator_of(keeper: Keeper, pk: int) -> Operator:
    """An operator whose people this keeper keeps."""
    return one(keeper.operators().filter(pk=pk))


def noted(note: PersonNote) -> dict[str, Any]:
    """A note on people for the page."""
    other = f"({note.person})" if note.person_id and note.person_id != note.by_id else ""
    return {"when": note.at, "who": str(note.by or "The system"), "did": note.said, "what": other}


def asked(request: HttpRequest, form: Any, title: str, press: str, *, back: str, says: str = "") -> HttpResponse:
    """A form on a page of its own; 422 with what was typed where something is not right."""
    said = {"form": form, "title": title, "press": press, "back": back, "says": says}
    return render(request, "qtm/asked.html", said, status=422 if form.errors else 200)


def done(request: HttpRequest, sentence: str, url: str) -> HttpResponse:
    """Say what was done, where it shows."""
    messages.success(request, sentence)
    return redirect(url)


def shown_once(request: HttpRequest, link: str, title: str, says: str, back: str) -> HttpResponse:
    """A link that is told to its maker once and kept nowhere."""
    return render(request, "qtm/link.html", {"link": link, "title": title, "says": says, "back": back})
