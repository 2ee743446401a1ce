"""Writing down what was refused, once the refused transaction is over: that one takes with it whatever it has written.

What is tried again within a minute is counted up, and no minute holds many rows of anybody; both are held by the database.
"""

import logging
from typing import Any

from django.db import Error, transaction
from django.db.models import Subquery, Sum
from django.http import HttpRequest

from qtm.blocked.model import Blocked
from qtm.database import here
from qtm.devices import is_device
from qtm.doors import Door, all_doors

INSERT = """
INSERT INTO qtm_blocked (user_id, route, room, row_id, case_id, law, status, via) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (minute, user_id, route, row_id, law) DO UPDATE SET times = qtm_blocked.times + 1"""


def note(user: Any, route: str, pk: object, by: tuple[str, int], via: str) -> None:
    """Write one down, or count it up; where that fails the log of the server says so, and the answer goes out as it is.

    `by`: the law and the status of the answer; without a law only what was typed was wrong, and nothing was blocked.
    """
    if not by[0]:
        return
    door = door_named(route)
    number = pk if isinstance(pk, int) and pk < 2**63 else None
    try:
        with transaction.atomic():
            said = [_room(door), number, _case(door, number), *by, via]
            here().run(INSERT, [user.pk if user.is_authenticated else None, route, *said])
    except Error:
        logging.getLogger(__name__).exception("a refusal could not be written down")


def note_refused(request: HttpRequest) -> None:
    """Write down what was refused in a request that is over, if anything was."""
    by = getattr(request, "refused_by", None)
    if by and request.resolver_match:
        route, given = request.resolver_match.view_name, request.resolver_match.kwargs
        via = "device" if is_device(request) else "page"
        note(request.user, route, given.get("pk", given.get("case_id")), by, via)


def times_of(case: Any) -> Subquery:
    """How often something was blocked in a case, as a column of another row; nothing where nothing was."""
    found = Blocked.objects.filter(case_id=case).order_by().values("case_id")
    return Subquery(found.annotate(blocked=Sum("times")).values("blocked"))


def _room(door: Door | None) -> str:
    """The room of the row that was pressed on."""
    return door.pressed_on.label() if door else ""


def _case(door: Door | None, pk: int | None) -> int | None:
    """The case of that row, if there is one."""
    if door is None or pk is None or not door.pressed_on.case_column:
        return None
    return door.pressed_on._base_manager.filter(pk=pk).values_list(door.pressed_on.case_column, flat=True).first()


def door_named(route: str) -> Door | None:
    """The door of an address, if it is one."""
    return next((each for each in all_doors() if each.name == route), None)
