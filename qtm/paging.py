"""Long lists, a page at a time: by the place in the list and not by its number, so that the last page is as quick as the first."""

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the place of the last of them where more follow."""

    rows: list[Any]
    further: str


def page_of(rows: QuerySet[Any], place: str, *, size: int = 50, newest: bool = False) -> Page:
    """The rows behind a place, by when they came to be where they are: the oldest first, or the newest."""
    order = ("-since", "-pk") if newest else ("since", "pk")
    found = list(rows.filter(behind(place, "lt" if newest else "gt")).order_by(*order)[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], f"{last.since.isoformat()},{last.pk}" if last else "")


def number(said: str) -> int:
    """The number of a row; 0 for what is none."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def behind(place: str, way: str = "gt", key: str = "pk") -> Q:
    """What lies behind a place, by when and then by the key; one that cannot be read is the beginning."""
    said, _, pk = place.partition(",")
    try:
        since = parse_datetime(said)
        since = since.astimezone(UTC) if since and since.tzinfo else None
    except (ValueError, OverflowError):
        return Q()
    if since is None or not number(pk):
        return Q()
    return Q(**{f"since__{way}e": since}) & (Q(**{f"since__{way}": since}) | Q(**{f"{key}__{way}": number(pk)}))
