"""The page of the newest audit, for who oversees."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.typed import signed_in
from records.audit.result import newest


@require_safe
@signed_in
def audited(request: Signed) -> HttpResponse:
    """When it was, by whom, and what it found."""
    if not request.user.standing.holds("qtm.oversee"):
        raise Forbidden("What an audit found is read by those who oversee the network.")
    return render(request, "records/audit.html", {"audit": newest()})
