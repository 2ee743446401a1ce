"""The letters of a case on its page, those that failed in a list, and sending one again."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from governance.beside import letters_of
from governance.letters import reachable
from governance.queues import Place, place_of
from intake.models import Request
from qtm.acts import acting
from qtm.doors import governed_from, next_page
from qtm.letters.model import Letter
from qtm.letters.post import POST, missing
from qtm.mailing import FOLDER
from qtm.pages import done
from qtm.paging import page_of
from qtm.panels import PANELS
from qtm.refusals import Conflict, Forbidden
from qtm.signed import Signed
from qtm.typed import pressed, signed_in

MAY = "qtm.send_letter"


def outlet() -> str:
    """What people have to know of where letters of this house go; nothing where they go out."""
    if lacking := missing():
        return f"This house sends no e-mail yet: letters wait until {' and '.join(lacking)} {'are' if lacking[1:] else 'is'} set."
    if settings.MAILERS["default"]["BACKEND"] == FOLDER:
        return "Letters of this house go into a folder of its machine, and not out."
    return ""


def of_case(request: HttpRequest, asked: Request) -> tuple[str, dict[str, Any]]:
    """The panel of a case: each letter, to whom, and what became of it."""
    said = {
        "letters": letters_of(asked),
        "outlet": outlet(),
        "unknown": not reachable(asked),
        "unwritten": asked.unwritten,  # type: ignore[attr-defined]
        "may_send": bool(request.user.is_authenticated and request.user.standing.holds(MAY, asked.governor_id)),
    }
    return "governance/_letters.html", said


PANELS["case"].append(of_case)


@require_safe
@signed_in
def failed(request: Signed) -> HttpResponse:
    """The letters that failed, of the cases that this person governs, the longest first."""
    place = place_of(request.user.standing)
    own = Letter.objects.filter(governor=place.governor, state="failed")
    after = request.GET.get("after", "")
    page = page_of(own.select_related("again__by"), after)
    said = {"page": page, "after": after, "outlet": outlet(), "may_send": _may(request, place)}
    return render(request, "governance/letters.html", place.rail(place.waiting()) | said)


def _may(request: Signed, place: Place) -> bool:
    """Whether this person sends letters of a place again."""
    return bool(request.user.standing.holds(MAY, place.governor.pk if place.governor else None))


@pressed
def again(request: Signed, pk: int) -> HttpResponse:
    """Send a letter that failed once more; of several at once one does, and it is noted who."""
    standing = request.user.standing
    letter = Letter.objects.filter(pk=pk).select_related("governor").first()
    if letter is None or not Request.objects.filter(standing.sight(Request), pk=letter.case_id).exists():
        raise Http404("There is nothing here for you.")
    authority = standing.holds(MAY, letter.governor_id)
    if not authority:
        raise Forbidden("Letters are sent again by whoever governs the case.")
    with acting(request.user, via=governed_from(letter), authority=authority):
        if not letter.wait_again():
            raise Conflict(sentence="This letter has not failed, or somebody sends it again already.")
        POST.order(letter.pk)
    return done(
        request, f"“{letter.label}” is sent again.", next_page(request) or reverse("case", args=[letter.case_id])
    )
