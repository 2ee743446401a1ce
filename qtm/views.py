"""The pages of the house itself."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from qtm import omni
from qtm.parts import PARTS
from qtm.picture import path, surfaces
from qtm.queues import WORKPLACES, Workplace
from qtm.refusals import Forbidden
from qtm.signed import Signed
from qtm.spine import rooms, spine_table
from qtm.typed import signed_in

# The house's own workplaces come after those of the zones: home is where one works.
PLACES = [
    Workplace("People", "people", lambda standing: standing.anywhere("qtm.keep_people"), home=7),
    Workplace("Workforce", "workforce", lambda standing: standing.anywhere("qtm.keep_people"), home=0),
    Workplace("Surfaces", "surfaces", lambda standing: bool(standing.holds("qtm.keep_surfaces")), home=0),
    Workplace("Oversight", "admin:index", lambda standing: bool(standing.holds("qtm.oversee")), home=0),
    Workplace("Refusals", "refusals", lambda standing: bool(standing.holds("qtm.read_refusals")), home=0),
    Workplace("Omni", "omni", lambda standing: bool(standing.holds("qtm.oversee")), home=8),
    Workplace("Spine", "spine", lambda standing: True, home=0),
]


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the house serves: it and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each person's own workplace; the front page for everybody else."""
    if not request.user.is_authenticated:
        return render(request, "qtm/front.html", {"rooms": rooms()})
    standing = request.user.standing
    places = sorted(
        (place for place in WORKPLACES if place.home and place.lets_in(standing)), key=lambda place: place.home
    )
    return redirect(places[0].route) if places else render(request, "qtm/nowhere.html")


@require_safe
@signed_in
def spine(request: Signed) -> HttpResponse:
    """The path and its table, drawn, with what stands where and how far each part is."""
    standing = request.user.standing
    said = {
        "path": path(standing),
        "table": spine_table(),
        "surfaces": surfaces(),
        "parts": PARTS,
        "sees_all": standing.holds("qtm.oversee"),
    }
    return render(request, "qtm/spine.html", said)


@require_safe
@signed_in
def observed(request: Signed) -> HttpResponse:
    """What Omni sees; it is read, and nothing can be done on it."""
    if not request.user.standing.holds("qtm.oversee"):
        raise Forbidden("Omni is read by those who oversee the network.")
    return render(request, "qtm/omni.html", {"seen": omni.look()})


@require_safe
@signed_in
def packet(request: Signed) -> HttpResponse:
    """Omni's decision packet of the network; it is read, and whoever decides does so at the cases."""
    if not request.user.standing.holds("qtm.oversee"):
        raise Forbidden("Omni is read by those who oversee the network.")
    return render(request, "qtm/packet.html", {"packet": omni.packet(), "whose": "the network"})


@require_safe
@signed_in
def own_packet(request: Signed) -> HttpResponse:
    """The same for the owners of an operator: of the cases that it governs itself, and of nothing else."""
    standing, own = request.user.standing, request.user.standing.operator
    if own is None or not standing.holds("governance.see_console", own.pk):
        raise Forbidden("This is read by the owners of an operator.")
    return render(request, "qtm/packet.html", {"packet": omni.packet(own.pk), "whose": str(own)})
