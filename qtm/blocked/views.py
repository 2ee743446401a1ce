"""The page of what was tried and refused, for admins: the newest first, by whom, by which law, in which room, of which case."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qtm.blocked.model import Blocked
from qtm.blocked.noting import door_named
from qtm.paging import number
from qtm.refusals import SENTENCES, Forbidden, law_in_words
from qtm.signed import Signed
from qtm.spine import all_rooms
from qtm.typed import signed_in

PAGE = 50
MAY = "qtm.read_refusals"
NOBODY = "nobody"
WORDS = {
    **SENTENCES,
    "authority": "It was not theirs to do.",
    "sight": "What it was tried on is not there, or not for them to see.",
    "signed_in": "Nobody was signed in.",
    "conflict": "It had moved on, or somebody was first.",
    "lawless": "The law knows no such step.",
    "many": "They tried more within this minute than is told one by one.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One blocked attempt as people read it."""

    row: Blocked

    @property
    def label(self) -> str:
        """What was tried, as its button says."""
        door = door_named(self.row.route)
        return door.verb.label if door else self.row.route.replace("-", " ").replace("_", " ").capitalize() or "More"

    @property
    def on(self) -> str:
        """What it was tried on, such as `J-318`."""
        door = door_named(self.row.route)
        return f"{door.pressed_on.letter}-{self.row.row_id}" if door and self.row.row_id else ""

    @property
    def says(self) -> str:
        """The law that refused it, in words."""
        return WORDS.get(self.row.law) or law_in_words(self.row.law) or ""


@require_safe
@signed_in
def refusals(request: Signed) -> HttpResponse:
    """The newest of what was asked for, fifty at a time."""
    if not request.user.standing.holds(MAY):
        raise Forbidden("What was tried and refused is read by admins.")
    asked = {name: request.GET.get(name, "").strip() for name in ("who", "law", "room", "case", "before")}
    found = list(matching(asked).select_related("user").order_by("-pk")[: PAGE + 1])
    said = {
        "shown": [Tried(each) for each in found[:PAGE]],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "asked": asked,
        "filtered": any(asked[name] for name in ("who", "law", "room", "case")),
        "laws": WORDS,
        "rooms": [(each.label(), each.title) for each in all_rooms()],
    }
    return render(request, "qtm/refusals.html", said)


def matching(asked: dict[str, str]) -> QuerySet[Blocked]:
    """The rows that somebody asks for; a number that cannot be read finds nothing, but for the place of a further page."""
    who = asked["who"]
    wanted = Q(user=None) if who == NOBODY else Q(user__username=who) if who else Q()
    for name, column in (("law", "law"), ("room", "room")):
        wanted &= Q(**{column: asked[name]}) if asked[name] else Q()
    if asked["case"]:
        wanted &= Q(case_id=number(asked["case"].upper().removeprefix("Q-")) or 0)
    if before := number(asked["before"]):
        wanted &= Q(pk__lt=before)
    return Blocked.objects.filter(wanted)
