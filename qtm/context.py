"""What every page knows: the workplaces of this person and the zone of the times."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.urls import reverse

from qtm.queues import WORKPLACES


def house(request: HttpRequest) -> dict[str, Any]:
    """The workplaces that let this person in, and the place's zone of time."""
    zone = settings.TIME_ZONE.replace("_", " ")
    return {"workplaces": workplaces(request), "place_zone": zone, "device": device(request)}


def device(request: HttpRequest) -> str:
    """The version of the files that a phone keeps, for whoever works in the field; nothing for others."""
    works = request.user.is_authenticated and request.user.standing.membership
    return str(getattr(staticfiles_storage, "manifest_hash", "") or "plain") if works else ""


def workplaces(request: HttpRequest) -> list[dict[str, Any]]:
    """Name, address and whether one is there now."""
    if not request.user.is_authenticated:
        return []
    standing = request.user.standing
    found = [(place.name, reverse(place.route)) for place in WORKPLACES if place.lets_in(standing)]
    return [{"name": name, "url": url, "current": request.path.startswith(url)} for name, url in found]
