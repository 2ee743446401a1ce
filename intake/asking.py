"""What was asked, checked against a version of its surface: one place for form, intake page and import."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from qtm.models import SurfaceVersion
from qtm.positions import Unread, degrees_in
from qtm.runtime import UNSTORABLE

LENGTHS = {"name": 120, "phone": 40, "email": 254, "place": 250, "description": 4000, "summary": 200}
POSITION = ("latitude", "longitude")
MISSING = "This is needed."
# A moment outside of these is a slip of the pen, and further out no calendar of the house could tell of it.
EARLIEST, MOST_AHEAD = datetime(1970, 1, 1, tzinfo=UTC), timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class Details:
    """The columns of an Intake, cleaned."""

    summary: str
    tier: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    phone: str = ""
    email: str = ""
    place: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    wished: datetime | None = None
    description: str = ""

    def columns(self) -> dict[str, Any]:
        """As keyword arguments for an Intake."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading: details where all is there, else as much as is right; what is missing, and what is wrong, by field."""

    details: Details | None
    clean: Mapping[str, Any]
    missing: dict[str, str]
    wrong: dict[str, str]

    @property
    def errors(self) -> dict[str, str]:
        """Both kinds together."""
        return self.missing | self.wrong


def content_of(asked: Mapping[str, Any]) -> str:
    """The SHA-256 of what was asked, by which a second submit is told from another one."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def read(version: SurfaceVersion, asked: Mapping[str, Any], *, past: bool = False) -> Reading:
    """Check what was asked; `past` allows a wished date in the past, for what is entered later than it was asked."""
    runtime, wrong, missing = version.reads, {}, {}
    clean: dict[str, Any] = {}
    for name, check in CHECKS.items():
        raw = asked.get(name)
        value, error = check(name, raw, past) if raw not in (None, "") else (None, "")
        if error:
            wrong[name] = error
        elif value not in (None, ""):
            clean[name] = value
    for name in ("name", "phone", "email", "place", "wished", "description"):
        if getattr(runtime.asks, name) == "required" and name not in clean and name not in wrong:
            missing[name] = MISSING
    if runtime.asks.position == "required":
        missing |= {name: MISSING for name in POSITION if name not in clean and name not in wrong}
    _tier(runtime, asked, clean, missing, wrong)
    answers = asked.get("answers") or {}
    clean["answers"], errors = runtime.answers(answers)
    for code, sentence in errors.items():
        blank = _blank(answers.get(code))
        (missing if blank else wrong)[f"answers.{code}"] = MISSING if blank else sentence
    clean.setdefault("summary", _summary(runtime, clean))
    details = None if missing or wrong else Details(**clean)
    return Reading(details, clean, missing, wrong)


def _blank(value: Any) -> bool:
    """Whether nothing was said."""
    return value is None or (isinstance(value, str) and not value.strip())


def _tier(
    runtime: Any, asked: Mapping[str, Any], clean: dict[str, Any], missing: dict[str, str], wrong: dict[str, str]
) -> None:
    """The service tier: one of the surface's, wherever it has any."""
    tier = asked.get("tier") or ""
    codes = {each.code for each in runtime.tiers}
    if tier and tier not in codes:
        wrong["tier"] = f"{runtime.name} has no such service."
    elif codes and not tier:
        missing["tier"] = "Choose a service."
    else:
        clean["tier"] = tier


def _summary(runtime: Any, clean: Mapping[str, Any]) -> str:
    """A title made of what is no personal data: the surface and the service."""
    return f"{runtime.name}: {runtime.tier(clean['tier']).label}" if clean.get("tier") else str(runtime.name)


def _text(name: str, raw: Any, past: bool) -> tuple[str | None, str]:
    """Text within its length, as it is but for outer space; NUL bytes cannot be stored."""
    if not isinstance(raw, str):
        return None, "This is not text."
    if UNSTORABLE.search(raw):
        return None, "This holds a NUL byte or half a character, which cannot be stored."
    value = raw.replace("\r\n", "\n").strip()
    if len(value) > LENGTHS[name]:
        return None, f"At most {LENGTHS[name]} characters; these are {len(value)}."
    return value, ""


def _email(name: str, raw: Any, past: bool) -> tuple[str | None, str]:
    """An e-mail address."""
    value, error = _text(name, raw, past)
    try:
        if value:
            validate_email(value)
    except ValidationError:
        return None, "This is no e-mail address."
    return value, error


def _phone(name: str, raw: Any, past: bool) -> tuple[str | None, str]:
    """A phone number in any notation: some digits."""
    value, error = _text(name, raw, past)
    if value and sum(character.isdigit() for character in value) < 4:
        return None, "This is no phone number."
    return value, error


def _degrees(name: str, raw: Any, past: bool) -> tuple[Decimal | None, str]:
    """Degrees of latitude or longitude, WGS 84."""
    try:
        return degrees_in(str(raw), name), ""
    except Unread as unread:
        return None, str(unread)


def _wished(name: str, raw: Any, past: bool) -> tuple[datetime | None, str]:
    """A moment; without an offset it is meant in the zone of the place."""
    try:
        value = raw if isinstance(raw, datetime) else parse_datetime(str(raw))
    except ValueError:
        value = None
    if value is None:
        return None, "This is no date and time."
    try:
        value = (timezone.make_aware(value) if timezone.is_naive(value) else value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, "This is no date and time."
    beyond = _beyond(value, past)
    return None if beyond else value, beyond


def _beyond(value: datetime, past: bool) -> str:
    """Why a moment is none that could be meant; empty where it could."""
    now = timezone.now()
    if value > now + MOST_AHEAD:
        return "This lies more than ten years ahead."
    if value < EARLIEST:
        return "This lies before 1970."
    return "This lies in the past." if value < now and not past else ""


CHECKS = {
    "summary": _text,
    "name": _text,
    "phone": _phone,
    "email": _email,
    "place": _text,
    "description": _text,
    "latitude": _degrees,
    "longitude": _degrees,
    "wished": _wished,
}
