"""Photos as they are looked at: the copies, a page for one of them, and the original for the few who may take it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from execution import originals, renditions
from execution.emptying import ERASED
from execution.kinds import KINDS
from execution.models import Evidence, Rendition
from execution.sight import photos_for
from execution.slots import fills
from execution.tasks import order_once
from qtm.refusals import Forbidden
from qtm.signed import Signed

ALONE = {"default-src": [CSP.NONE], "sandbox": ""}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}


def _photo(request: Signed, pk: int) -> Evidence:
    """A photo that this person may see; 404 otherwise."""
    seen = photos_for(request.user.standing).select_related("by", "event__job", "event__version", "event__emptied")
    return get_object_or_404(seen, pk=pk)


@require_safe
@login_required
def shown(request: Signed, pk: int, longest: int = renditions.LARGE) -> HttpResponseBase:
    """A clean copy of a photo; nothing is decoded here, and where there is no copy yet one is ordered."""
    piece = _photo(request, pk)
    if piece.erased:
        return _in_its_place("erased", 410)
    made = renditions.latest(piece.sha256, longest)
    if made and made.trouble:
        raise Http404(made.trouble)
    content = made.content if made else None
    if made is None or content is None:
        order_once(piece.sha256)
        return _in_its_place("being_prepared", 503)
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["ETag"] = f'"{made.copy_sha256}"'
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    answer["Content-Disposition"] = f'inline; filename="{piece.stage}-{piece.pk}.jpg"'
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_vary_headers(answer, ["Cookie"])  # somebody else on the same phone has nothing of it
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


def _in_its_place(drawing: str, status: int) -> HttpResponse:
    """A picture that says why there is none; where one is being prepared it is asked for again."""
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    headers |= {"Retry-After": "2"} if status == 503 else {}
    drawn = render_to_string(f"execution/{drawing}.svg")
    return HttpResponse(drawn, content_type="image/svg+xml", status=status, headers=headers)


@require_safe
@login_required
def about(request: Signed, pk: int) -> HttpResponse:
    """One photo or drawn signature large, with what is known of it and what its camera says, and the way to the next."""
    piece = _photo(request, pk)
    slot = {name: getattr(piece, name) for name in ("stage", "kind", "category", "item")}
    beside = piece.event.evidence.filter(**slot, media_type__startswith="image/")
    numbers = list(beside.order_by("id").values_list("pk", flat=True))
    place = numbers.index(piece.pk)
    stage = piece.event.version.reads.stage(piece.stage)
    wants = next(each for each in piece.event.places if fills(piece, each))
    made = Rendition(trouble=ERASED) if piece.erased else renditions.latest(piece.sha256, renditions.LARGE)
    may = bool(request.user.standing.holds(originals.MAY)) and not piece.erased
    said: dict[str, Any] = {
        "piece": piece,
        "stage": stage,
        "wants": wants,
        "signer": KINDS[piece.kind].confides(piece.value),
        "made": made,
        "number": place + 1,
        "count": len(numbers),
        "before": numbers[place - 1] if place else None,
        "after": numbers[place + 1] if place + 1 < len(numbers) else None,
        "downloads": piece.downloads.select_related("by") if may else None,
        "may": may,
    }
    return render(request, "execution/photo.html", said)


@require_POST
@login_required
@csp_override(ALONE)
def original(request: Signed, pk: int) -> HttpResponseBase:
    """The original bytes, to be kept and not looked at here, for those who may take them; each time is noted first."""
    piece = _photo(request, pk)
    authority = request.user.standing.holds(originals.MAY)
    if not authority:
        raise Forbidden("Originals are for network admins to take: they may say more than the picture shows.")
    if piece.erased:
        raise Http404(ERASED)
    try:
        file = originals.take(piece, request.user, authority)
    except FileNotFoundError:
        raise Http404(renditions.LOST) from None
    name = f"{piece.event.reference}-{piece.pk}.{ENDINGS.get(piece.media_type, 'bin')}"
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="application/octet-stream", headers=headers
    )
