"""What is published of the log, handed out as it lies in its folder: public, without a cookie, and kept by whoever passes it on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from records.log import shelf
from records.log.keys_shown import every_key
from records.log.memory import Rewound
from records.log.standing import Standing
from records.log.tiles import PLACE

FOR_EVER, SHORTLY = "public, max-age=31536000, immutable", "public, max-age=2"


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The log, for anybody; and for who oversees the network why it is not signed, where it is not."""
    oversees = request.user.is_authenticated and bool(request.user.standing.holds("qtm.oversee"))
    return render(request, "records/log/log.html", {"log": Standing(oversees=oversees)})


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every public key, and from when to when it signed."""
    return render(request, "records/log/keys.html", {"keys": every_key()})


@require_safe
def keys_file(request: HttpRequest) -> HttpResponse:
    """The same as a file, as the script that verifies takes it."""
    headers = {"Content-Disposition": 'attachment; filename="keys.txt"', "Access-Control-Allow-Origin": "*"}
    return HttpResponse("\n".join(map(str, every_key())), content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
def checkpoint(request: HttpRequest, name: str) -> HttpResponse:
    """The newest checkpoint of the log of that name, with whoever vouches for it."""
    return _file(name, shelf.CHECKPOINT, "text/plain; charset=utf-8", SHORTLY)


@require_safe
def tile(request: HttpRequest, name: str, place: str) -> HttpResponse:
    """A tile of the log of that name, or the leaves under one; nothing else that may lie in that folder."""
    named = f"tile/{place}"
    return _file(name, named if PLACE.fullmatch(named) else "", "application/octet-stream", FOR_EVER)


def _file(name: str, place: str, kind: str, caching: str) -> HttpResponse:
    """A file for anybody; where there is none, that is said in a line."""
    found = shelf.read(place) if name == _published_name() else None
    if found is None:
        answer = HttpResponse("The log has published nothing here.\n", content_type="text/plain", status=404)
        answer.headers["Cache-Control"] = "no-store"  # it may be there a moment later
    else:
        answer = HttpResponse(found, content_type=kind, headers={"Cache-Control": caching})
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _published_name() -> str:
    """What the log is called that lies in the folder: another one that follows it lies at addresses of its own."""
    try:
        shown = shelf.published()
    except Rewound:
        return ""
    return shown.origin if shown else ""
