"""The pages of what went wrong, in plain words."""

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from qtm import devices
from qtm.case import last_line, made_in, mover
from qtm.devices import is_device
from qtm.doors import next_page
from qtm.models import Transition, User
from qtm.refusals import Closed, Conflict, Invalid, Refusal, refusal_by
from qtm.spine import Room, all_rooms, words
from qtm.typed import written_in


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """403, 409 or 422, with what stands now, who moved it and when; a device is told in a sentence."""
    if is_device(request):
        return devices.refused(refusal)
    said = _said(refusal)
    said["written"] = written_in(request)
    if isinstance(refusal, Conflict) and refusal.row is not None:
        said |= _what_stands(request, refusal.row) | {"next": next_page(request)}
    return render(request, f"{refusal.status}.html", {"refusal": said}, status=refusal.status)


def plain(refusal: Refusal) -> HttpResponse:
    """A refusal on a page that asks nothing of the database, which may be what is away, nor of the person."""
    page = HttpResponse(render_to_string(f"{refusal.status}.html", {"refusal": _said(refusal)}), status=refusal.status)
    if isinstance(refusal, Closed):
        page["Retry-After"] = "5"
    return page


def _said(refusal: Refusal) -> dict[str, Any]:
    """A refusal as the pages read it."""
    said = {"heading": refusal.heading, "sentence": refusal.sentence, "status": refusal.status}
    return said | ({"errors": refusal.errors} if isinstance(refusal, Invalid) else {})


def _what_stands(request: HttpRequest, row: Room) -> dict[str, Any]:
    """The present state of a row, who brought it there and when, and a way to it; for one's own press, to what that one made."""
    line = last_line(row)
    if line is None:
        return {}
    said = {"state": f"{row.named} is {words(line.becomes)}", "who": mover(line), "when": line.at}
    if request.user.is_authenticated:  # and so has seen the row, or its door would not have opened
        own = line.user_id == request.user.pk
        said["link"] = (own and _link(made_in(line), request)) or {"url": row.page, "label": row.named}
    return said


def _link(made: Transition | None, request: HttpRequest) -> dict[str, str] | None:
    """A link to a row that one's own first press made."""
    room = next((room for room in all_rooms() if made and room.label() == made.room), None)
    if room is None or made is None or not isinstance(request.user, User):
        return None
    row: Any = room._default_manager.filter(request.user.standing.sight(room), pk=made.row_id).first()
    return {"url": row.page, "label": row.named} if row else None


def too_large(sentence: str = "") -> HttpResponse:
    """413: more than this page takes."""
    return HttpResponse(render_to_string("413.html", {"refusal": {"sentence": sentence}}, None), status=413)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the body was too large, or 422 where too many files came at once."""
    if isinstance(exception, RequestDataTooBig):
        return too_large()
    if isinstance(exception, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        sentence = f"At most {most} pictures at once, and none of these was taken: send {most} first, and the others after them."
        return refused(request, Invalid({"photos": sentence}))
    return unreadable()


def unreadable() -> HttpResponse:
    """400: what came is no request to this house."""
    return HttpResponse(render_to_string("400.html", {}, None), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or what the database or the disk cannot do just now."""
    refusal = refusal_by(sys.exc_info()[1])
    return plain(refusal) if refusal else HttpResponse(render_to_string("500.html", {}, None), status=500)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's own key is missing or old."""
    sentence = (
        "This form has become stale, or your browser keeps no cookies. Go back, reload the page and send it again."
    )
    return HttpResponse(render_to_string("403.html", {"refusal": {"sentence": sentence}}, None), status=403)
