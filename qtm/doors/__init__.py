"""Doors: the one way by which people make a move or cross into the next room.

A door's address is the row and the verb. What draws its button guards its POST: the same permission, the same state, the same words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from qtm.doors.door import Door, next_page
from qtm.doors.drawn import DrawnDoor
from qtm.doors.form import DoorForm, ReasonForm, blame, written
from qtm.spine import Room

__all__ = [
    "Door",
    "DoorForm",
    "DrawnDoor",
    "ReasonForm",
    "all_doors",
    "blame",
    "door_of",
    "doors",
    "doors_out_of",
    "governed_from",
    "next_page",
    "written",
]

_doors: dict[tuple[type[Room], str], Door] = {}


def doors(
    *rooms: type[Room], via: str | Callable[[Any], str], forms: Mapping[str, type[DoorForm]] = {}
) -> Iterator[URLPattern]:
    """The routes of every door that belongs to these rooms; `forms` by verb, where a press is not enough."""
    for room in rooms:
        for verb in room.verbs.values():
            if verb.own_door:
                form = forms.get(f"{room.__name__}.{verb.name}") or (ReasonForm if verb.no else None)
                place = governed_from if verb.layer == "governor" else via if callable(via) else _always(via)
                door = Door(room, verb, place, form)
                _doors[room, verb.name] = door
                yield path(door.route, _view(door), name=door.name)


def governed_from(row: Any) -> str:
    """From which of the two layers of governance a row is governed, also where the door leads out of it."""
    return "task inbox" if row.governor_id else "console"


def _always(via: str) -> Callable[[Any], str]:
    """A place that does not depend on the row."""
    return lambda row: via


def _view(door: Door) -> Callable[..., HttpResponse]:
    """The door's view as a function, marked where it takes uploads."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        return door.view(request, pk)

    setattr(view, "takes_uploads", bool(door.form and door.form.takes_uploads))  # noqa: B010
    return view


def door_of(room: type[Room], verb: str) -> Door:
    """The door of a verb."""
    return _doors[room, verb]


def all_doors() -> Sequence[Door]:
    """Every door of the house."""
    return list(_doors.values())


def doors_out_of(row: Room, user: Any, next_page: str = "") -> list[DrawnDoor]:
    """The doors that lead out of a row for this person: open ones first, then those that may still open."""
    drawn = []
    for door in _doors.values():
        if door.pressed_on is type(row) and door.ahead(row) and door.authority(user, row):
            is_open = row.state in door.verb.was
            drawn.append(DrawnDoor(door, row, door.bound(user, row) if is_open else None, next_page))
    return sorted(drawn, key=lambda each: (not each.open, not each.primary))
