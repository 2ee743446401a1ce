"""The pages of the overview: read by those who oversee the network, and nothing can be done on them."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from qtm.overview.counted import Counted
from qtm.overview.declared import GAPS
from qtm.overview.figures import Figure, figures
from qtm.overview.summing import PERIODS
from qtm.paging import page_of
from qtm.queues import Workplace
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.standing import NOTHING
from qtm.typed import signed_in

OVERSEES, GOVERNS = "qtm.oversee", "governance.approve_task"
USUAL = 30
# Home of those who only look: who governs is at home in the Console.
PLACES = [
    Workplace("Overview", "overview", lambda who: bool(who.holds(OVERSEES) and not who.holds(GOVERNS)), home=4),
    Workplace("Overview", "overview", lambda who: bool(who.holds(OVERSEES) and who.holds(GOVERNS)), home=0),
]


@require_safe
@signed_in
def overview(request: Signed) -> HttpResponse:
    """Every figure over the period that was chosen, with the moment of which it is true."""
    length = _length(request)
    counted = Counted.newest(length)
    drawn = [(figure, figure.made(counted), figure.empty(counted)) for figure in figures()] if counted else []
    said = {"counted": counted, "figures": drawn, "periods": PERIODS, "length": length}
    return render(request, "qtm/overview.html", said)


@require_safe
@signed_in
def table(request: Signed, slug: str) -> HttpResponse:
    """The table of one figure as CSV, with the moment of which it is true in its name."""
    length, figure = _length(request), _figure(slug)
    counted = Counted.newest(length)
    drawn = figure.made(counted) if counted else None
    if counted is None or drawn is None:
        raise Http404(figure.empty(counted) if counted else "Nothing was counted yet.")
    when = timezone.localtime(counted.as_of)
    period = f"-{length}-days" if figure.of_period else ""
    answer = HttpResponse(drawn.table.as_csv(), content_type="text/csv; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{slug}{period}-as-of-{when:%Y-%m-%d-%H%M}.csv"'
    return answer


@require_safe
@signed_in
def gap(request: Signed, slug: str) -> HttpResponse:
    """What lacks something, the oldest first, as it is now; each leads to its own page where this person sees that."""
    _refuse(request)
    found = next((each for each in GAPS if each.slug == slug), None)
    if found is None:
        raise Http404("There is no such list.")
    page = page_of(found.lacking(), request.GET.get("after", ""))
    said = {"gap": found, "page": page, "leads": request.user.standing.sight(found.room) != NOTHING}
    return render(request, "qtm/overview_gap.html", said)


def _length(request: Signed) -> int:
    """The period that was chosen, in days; only for who oversees."""
    _refuse(request)
    chosen = request.GET.get("days", str(USUAL))
    if chosen not in map(str, PERIODS):
        raise Http404("There is no such period.")
    return int(chosen)


def _refuse(request: Signed) -> None:
    """403 for everybody who does not oversee the network."""
    if not request.user.standing.holds(OVERSEES):
        raise Forbidden("The overview is read by those who oversee the network.")


def _figure(slug: str) -> Figure:
    """One figure by its name in the address."""
    found: Any = next((each for each in figures() if each.slug == slug), None)
    if found is None:
        raise Http404("There is no such figure.")
    return found  # type: ignore[no-any-return]
