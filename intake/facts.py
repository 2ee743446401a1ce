"""What was asked, as a page says it: labels and values in the words of the surface."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from intake.models import Request
from qtm.models import SurfaceVersion
from qtm.runtime import Field, Runtime
from qtm.words import moment, money

type Facts = list[tuple[str, str]]


def version_of(request: Request) -> SurfaceVersion:
    """The version that what was asked is read by: the one it was checked against, or the newest."""
    intake = getattr(request, "intake", None)
    return intake.version if intake else request.surface.current


@dataclass(frozen=True, slots=True)
class PutRight:
    """A detail as it stands, and what it was where a review has put it right since."""

    label: str
    value: str
    was: str | None = None


def facts_of(request: Request, *, contact: bool) -> Facts:
    """What was asked, raw or as it was stored; `contact`: with what is personal, too."""
    return [fact for fact in _facts(version_of(request).reads, _said(request), contact) if fact[1]]


def put_right(request: Request, now: Mapping[str, Any] | None) -> list[PutRight]:
    """What was asked as it stands now, without what is personal; `now`: the details with what was put right, if anything was."""
    runtime, said = version_of(request).reads, _said(request)
    pairs = zip(_facts(runtime, said, False), _facts(runtime, now or said, False), strict=True)
    return [PutRight(label, value, was if was != value else None) for (label, was), (_, value) in pairs if was or value]


def _said(request: Request) -> Mapping[str, Any]:
    """What was asked, raw or as it was stored."""
    intake = getattr(request, "intake", None)
    return {name: getattr(intake, name) for name in STORED} if intake else request.asked


STORED = ("tier", "answers", "place", "latitude", "longitude", "wished", "description", "name", "phone", "email")


def _facts(runtime: Runtime, said: Mapping[str, Any], contact: bool) -> Facts:
    """Every label with its value, empty ones among them."""
    answers = said.get("answers") or {}
    asked = [
        (field.label, answer_words(field, answers.get(field.code)))
        for field in runtime.fields
        if contact or not field.personal
    ]
    facts = [("Service", service_words(runtime, said.get("tier"))), *asked]
    facts += [
        ("Place", str(said.get("place") or "")),
        ("Position", position_words(said)),
        ("Wished for", wished_words(said.get("wished"))),
    ]
    facts += [("In your own words" if not contact else "In their words", str(said.get("description") or ""))]
    return facts + ([(label, str(said.get(name) or "")) for label, name in CONTACT] if contact else [])


CONTACT = [("Name", "name"), ("Phone", "phone"), ("E-mail", "email")]


def service_words(runtime: Runtime, code: Any) -> str:
    """The service with its price."""
    tier = next((each for each in runtime.tiers if each.code == code), None)
    if tier is None:
        return str(code or "")
    return f"{tier.label}, {money(tier.price.amount_minor, tier.price.currency)}" if tier.price else tier.label


def answer_words(field: Field, answer: Any) -> str:
    """An answer as people say it."""
    if isinstance(answer, bool) or (field.kind == "yesno" and answer):
        return {True: "Yes", "yes": "Yes", False: "No", "no": "No"}.get(answer, str(answer))
    return "" if answer is None else field.named(answer)


def position_words(said: Mapping[str, Any]) -> str:
    """Degrees, where both are known."""
    latitude, longitude = said.get("latitude"), said.get("longitude")
    return f"{latitude}, {longitude}" if latitude not in (None, "") and longitude not in (None, "") else ""


def wished_words(raw: Any) -> str:
    """When it is wished for, in the zone of the place."""
    try:
        then = parse_datetime(raw) if isinstance(raw, str) else raw
    except ValueError:
        then = None
    if then is None:
        return str(raw or "")
    then = timezone.make_aware(then) if timezone.is_naive(then) else then
    return moment(then, timezone.now(), timezone.get_current_timezone())
