"""What every page knows: the workplaces of this person and the zone of the times."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from qtm.queues import WORKPLACES


def house(request: HttpRequest) -> dict[str, Any]:
    """The workplaces that let this person in, and the place's zone of time."""
    return {"workplaces": workplaces(request), "place_zone": settings.TIME_ZONE.replace("_", " ")}


def workplaces(request: HttpRequest) -> list[dict[str, Any]]:
    """Name, address and whether one is there now."""
    if not request.user.is_authenticated:
        return []
    standing = request.user.standing
    found = [(place.name, reverse(place.route)) for place in WORKPLACES if place.lets_in(standing)]
    return [{"name": name, "url": url, "current": request.path.startswith(url)} for name, url in found]
