"""Service requests of Open311 GeoReport v2, as they are asked here."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.offers import Offer
from qtm.models import Surface
from qtm.refusals import Invalid
from qtm.runtime import UNSTORABLE, Service

# Our names of what is asked, and theirs.
THEIRS = {
    "place": "address",
    "latitude": "lat",
    "longitude": "long",
    "description": "description",
    "tier": "service_name",
}
KEPT = ("service_request_id", "service_name", "requested_datetime")
MOST_ID = 60


@dataclass(frozen=True, slots=True)
class Foreign:
    """One service request of another system: its own id, for which surface, and what is asked."""

    id: str
    surface: Surface
    asked: Mapping[str, Any]


type Services = Mapping[str, tuple[Surface, Service]]


def services_of(offers: Iterable[Offer]) -> dict[str, tuple[Surface, Service]]:
    """What the services of other systems mean to the surfaces of a funnel, by name."""
    return {service.name: (offer.surface, service) for offer in offers for service in offer.reads.open311}


def foreign(row: Any, services: Services) -> Foreign:
    """Read one row; `Invalid` names what is wrong with it, in its own words. Its status is not ours."""
    if not isinstance(row, dict):
        raise Invalid({"": "This is no service request: it must be an object."})
    if wrong := _unstorable(row):
        raise Invalid(wrong)
    number, (surface, service) = _id(row), _service(row, services)
    if not isinstance(row.get("requested_datetime"), str | None):
        raise Invalid({"requested_datetime": "This is not text."})
    given = {
        ours: row[theirs] for ours, theirs in THEIRS.items() if ours != "tier" and row.get(theirs) not in (None, "")
    }
    answers = {"answers": dict(service.fields)} if service.fields else {}
    kept = {"open311": {name: row[name] for name in KEPT if row.get(name) is not None}}
    return Foreign(number, surface, {**given, **kept, "tier": service.tier, **answers})


def _id(row: Mapping[str, Any]) -> str:
    """The id that the other system gave it."""
    number = row.get("service_request_id")
    if isinstance(number, bool) or not isinstance(number, str | int | None):
        raise Invalid({"service_request_id": "This is no id: it must be text or a whole number."})
    number = str("" if number is None else number).strip()
    if not 0 < len(number) <= MOST_ID:
        raise Invalid(
            {
                "service_request_id": f"At most {MOST_ID} characters; these are {len(number)}."
                if number
                else "This is missing."
            }
        )
    return number


def _service(row: Mapping[str, Any], services: Services) -> tuple[Surface, Service]:
    """The surface, and what the service means to it."""
    name = row.get("service_name")
    if name in (None, ""):
        raise Invalid({"service_name": "This is missing."})
    if not isinstance(name, str) or name not in services:
        raise Invalid({"service_name": f"No surface of this funnel knows the service {str(name)[:80]!r}."})
    return services[name]


def _unstorable(row: Mapping[str, Any]) -> dict[str, str]:
    """Each field of a row that holds what cannot be stored, however deep, with a sentence."""
    said = {ascii(name)[1:-1][:MOST_ID]: _stops([name, value]) for name, value in row.items()}
    return {name: sentence for name, sentence in said.items() if sentence}


def _stops(values: list[Any]) -> str:
    """Why one of these cannot be stored; empty where all can."""
    while values:
        match values.pop():
            case str() as text if UNSTORABLE.search(text):
                return "This holds a NUL byte or half a character, which cannot be stored."
            case float() as number if not math.isfinite(number):
                return "This holds a number that is none."
            case list() as items:
                values += items
            case dict() as table:
                values += [*table, *table.values()]
    return ""


def in_their_words(invalid: Invalid) -> str:
    """Each error by the name under which it stands in the other system's row."""
    return " ".join(
        f"{THEIRS.get(name, name)}: {sentence}" if name else sentence for name, sentence in invalid.errors.items()
    )
