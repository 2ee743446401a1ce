"""What a device sends on its own, from its outbox: at the same doors as every press, with an id, a digest and its own time beside it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_datetime

from qtm.receipts import Receipt, uuid_or_none
from qtm.refusals import Forbidden, Invalid, Refusal

ITEM, DIGEST, SAID_AT, PERSON = "Qtm-Item", "Qtm-Digest", "Qtm-Said-At", "Qtm-Person"
NOBODY = (
    "none"  # what a page of the house says where nobody is signed in; what a proxy says by itself names nobody at all
)
NOT_COUNTED = {"csrfmiddlewaretoken", "next"}  # what the page adds and the person did not give
SIGNED_OUT = "You are signed out. Sign in again, and what waits is sent."
DAMAGED = "It did not arrive as it was sent."
YEARS = range(2000, 2100)  # a device's clock may be wrong, and is written down as it is; beyond these it is none


class OfSomebodyElse(Forbidden):
    """403: another person is signed in now; what waits goes on waiting for its own."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a device says of what it sends: an id of its own making, the SHA-256 of what was given, when, and whose it is."""

    item: UUID
    digest: str
    said_at: datetime
    person: str

    def receipt(self, user: Any) -> Receipt | None:
        """The receipt it had before, if it has arrived already."""
        return Receipt.of(user, self.item, self.digest)

    def refuse_others(self, request: HttpRequest) -> None:
        """It is sent by the person who made it, and arrived whole; `Forbidden` (403) or `Invalid` (422) otherwise."""
        if self.person != str(request.user.pk):
            raise OfSomebodyElse("This was captured by somebody else on this phone. Only they can send it.")
        if self.digest != digest_of(request):
            raise Invalid({"digest": DAMAGED})


def is_device(request: HttpRequest) -> bool:
    """Whether a device sends this on its own, and reads the answer itself."""
    return ITEM in request.headers


def sent_by(request: HttpRequest) -> Sent | None:
    """What a device says beside what it sends; None for a plain press, `Invalid` (422) where it cannot be read."""
    if not is_device(request):
        return None
    item, said_at = uuid_or_none(request.headers[ITEM]), _moment(request.headers.get(SAID_AT, ""))
    if item is None or said_at is None:
        raise Invalid({"item": "A device names what it sends by a UUID, and says when it was made."})
    return Sent(item, request.headers.get(DIGEST, ""), said_at, request.headers.get(PERSON, ""))


def _moment(said: str) -> datetime | None:
    """A moment with its zone, in years that a clock can show."""
    try:
        moment = parse_datetime(said)
        moment = moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year in YEARS else None


def digest_of(request: HttpRequest) -> str:
    """The SHA-256, in hexadecimal, of the address and of everything that was given, in the order of the names; files by their own."""
    given = sorted([*_texts(request), *_files(request)], key=lambda pair: pair[0])
    text = json.dumps([request.path, *map(list, given)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _texts(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The fields of a form with their values."""
    for name, values in request.POST.lists():
        if name not in NOT_COUNTED:
            yield from ((name, str(value)) for value in values)


def _files(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The files of a form with their digests."""
    for name, files in request.FILES.lists():
        for file in files:
            yield name, hashlib.file_digest(cast(Any, file.file), "sha256").hexdigest()
            file.seek(0)


def stored(receipt: Receipt) -> HttpResponse:
    """200: it is here, since when, and not a second time."""
    return JsonResponse({"stored": receipt.at.isoformat()})


def refused(refusal: Refusal) -> HttpResponse:
    """The refusal as a device reads it; what came damaged it sends again by itself."""
    again = isinstance(refusal, Invalid) and refusal.errors.get("digest") == DAMAGED
    stays = isinstance(refusal, OfSomebodyElse)
    return JsonResponse({"why": refusal.sentence, "again": again, "stays": stays}, status=refusal.status)


def signed_out() -> HttpResponse:
    """401: the session has ended; what waits goes on waiting."""
    return JsonResponse({"why": SIGNED_OUT}, status=401)
