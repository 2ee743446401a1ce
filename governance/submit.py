"""The submit path: one way in for form, intake page and import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.models import Task
from intake.asking import content_of, read
from intake.limit import count
from intake.models import Actor, Funnel, Request, own_language
from intake.offers import planned
from qtm.acts import acting, asker_is
from qtm.models import Surface, User
from qtm.refusals import Conflict, Invalid, Refusal


@dataclass(frozen=True, slots=True)
class Asking:
    """One asking: through which funnel, for which surface, by which channel, what, and the key that makes it one."""

    funnel: Funnel
    surface: Surface
    channel: str
    asked: Mapping[str, Any]
    key: str
    via: str
    authority: str = "open entry"
    user: User | None = None
    system: str = ""
    follows: Request | None = None
    corrects: str = ""  # the SHA-256 of the Record that is to be corrected, one of what it follows
    incomplete: bool = False  # whether what is missing may be completed later, on the intake page
    past: bool = False
    language: str = ""  # in which they are written to; as in what it follows, or the house's own, where nobody says
    place: str = ""  # from which address, where how much comes from one is limited


def ask(asking: Asking) -> tuple[Request, bool]:
    """Take what is asked: Request, Intake and Task at once, or where it is incomplete a Request and nothing else.

    Gives the Request and whether it is new. The same key with the same content is the same Request; with other content a
    `Conflict` (409). `Invalid` (422) names each field that is wrong or missing; `TooMany` (429) where one place sends too much.
    """
    try:
        return _take(asking), True
    except Refusal:  # whatever is said against it now: what was taken before was taken
        if before := _before(asking):
            return before, False
        raise


def _take(asking: Asking) -> Request:
    """Take it, for the first time; a second time the unique key refuses."""
    if asking.funnel.shut:
        raise Conflict(sentence=asking.funnel.shut)
    version = asking.surface.current
    if shut := planned(version):
        raise Conflict(sentence=shut)
    reading = read(version, asking.asked, past=asking.past)
    if reading.wrong or (reading.missing and not asking.incomplete):
        raise Invalid(reading.errors)
    if asking.place:
        count(asking.place)
    with acting(asking.user, via=asking.via, authority=asking.authority):
        request = _receive(asking)
        if reading.details:
            Task.submit(request, version=version, details=reading.details)
    return request


def _before(asking: Asking) -> Request | None:
    """The Request that the same key has made before, if its content is the same."""
    before = Request.objects.filter(key=asking.key).first()
    if before and before.content != content_of(asking.asked):
        raise Conflict(
            sentence=f"This form was sent before with other content, as {before.reference}. Open a new form to ask for something else."
        )
    return before


def _receive(asking: Asking) -> Request:
    """Store what was asked as it was asked, by its Actor."""
    actor = _actor(asking)
    if asking.user is None:
        asker_is(actor)
    return Request.born(
        actor=actor,
        funnel=asking.funnel,
        surface=asking.surface,
        governor_id=asking.funnel.operator_id,
        channel=asking.channel,
        asked=dict(asking.asked),
        key=asking.key,
        content=content_of(asking.asked),
        follows=asking.follows,
        corrects=asking.corrects,
        language=asking.language or (asking.follows.language if asking.follows else own_language()),
    )


def _actor(asking: Asking) -> Actor:
    """Who asks: the person of the form, or a named system."""
    if asking.system:
        return Actor.system(asking.system)
    said = {name: str(asking.asked.get(name) or "").strip() for name in ("name", "phone", "email")}
    return Actor.noted(**said)
