"""What stands around the page of a door of governance: the case that it is about, and the queues beside it; who decides can read what on."""

from typing import Any

from governance import case_views
from governance.case import governs
from governance.queues import SEE, place_of
from qtm.doors import Door
from qtm.panels import PANELS
from qtm.signed import Signed
from qtm.spine import Room


def case_around(request: Signed, row: Any, door: Door) -> tuple[str, dict[str, Any]] | None:
    """The case, as every page of it reads."""
    if not _is_read(request, row, door):
        return None
    read = case_views.case_read(request, case_views.requests().get(pk=row.case_id))
    _lend(row, read)
    return "governance/_around.html", read


def _lend(row: Room, read: dict[str, Any]) -> None:
    """Let the row that is pressed on know what was read of it with its case, so that its door asks nothing a second time."""
    same = (each for each in (read["task"], read["assignment"]) if type(each) is type(row) and each.pk == row.pk)
    for each in same:
        vars(row).update(vars(each))


def queues_around(request: Signed, row: Any, door: Door) -> tuple[str, dict[str, Any]] | None:
    """The queues, with those marked in which the case waits."""
    if not _is_read(request, row, door):
        return None
    place = place_of(request.user.standing, row.governor_id)
    return "governance/_rail.html", place.rail(place.waiting(row.case_id))


def _is_read(request: Signed, row: Room, door: Door) -> bool:
    """Whether whoever presses is let into the place where such a case is read."""
    return governs(door) and bool(request.user.standing.holds(SEE, row.governor_id))  # type: ignore[attr-defined]


PANELS["door"].append(case_around)
PANELS["door-rail"].append(queues_around)
