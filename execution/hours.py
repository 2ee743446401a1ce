"""One's own hours: what is said of how one works, to be read; the owners and the workforce keep it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in
from qtm.workforce_pages import work_of


@signed_in
@require_safe
def hours(request: Signed) -> HttpResponse:
    """What one can do, one's week and one's days off, as assigning reads them."""
    standing = request.user.standing
    if not standing.working:
        raise Forbidden("Hours are those of the members of an operator that is let in.")
    said = {"work": work_of(standing.operator, request.user), "of": standing.operator, "mine": True}
    return render(request, "execution/hours.html", said)
