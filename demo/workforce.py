"""How the demo's operators and members work, as those who keep them say; and who would like to join them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from qtm.acts import acting
from qtm.applications import Application
from qtm.doors import door_of
from qtm.models import Operator, Surface, User
from qtm.people import Keeper
from qtm.workforce_keeping import Kept, Opening

type Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Working:
    """How somebody works: from which hour to which, on which days of the week, what they can do, and when they are off."""

    spans: Spans
    days: Sequence[int] = range(5)
    surfaces: tuple[str, ...] = ()
    off: tuple[tuple[int, int, str], ...] = ()  # in how many days, for how many, why

    @property
    def week(self) -> list[Opening]:
        """The spans of every day."""
        return [(day, time(opens), time(closes)) for day in self.days for opens, closes in self.spans]


WHOLE, BROKEN, EARLY, LATE = [(8, 17)], [(9, 12), (13, 18)], [(6, 14)], [(12, 20)]
POSITIONS: Mapping[str, tuple[str, str]] = {
    "Northside Detailing": ("52.382110", "9.703480"),
    "Harbour Car Care": ("52.368940", "9.709120"),
    "Clearview Advisory": ("52.376610", "9.741250"),
    "Linden Street Works": ("52.359770", "9.698300"),
    "Greenway Gardens": ("52.351200", "9.717640"),
    "Fairweather Events": ("52.364150", "9.725590"),
}
OPERATORS: Mapping[str, Working] = {
    "Northside Detailing": Working(WHOLE, range(6), ("auto-detailing",), ((30, 11, "Between the years"),)),
    "Harbour Car Care": Working(BROKEN, range(5), ("auto-detailing",)),
    "Clearview Advisory": Working(BROKEN, range(5), ("automotive-advisory",)),
    "Linden Street Works": Working(EARLY, range(5), ("municipal-works", "landscaping")),
    "Greenway Gardens": Working(WHOLE, range(5), ("landscaping",), ((12, 2, "The van is inspected"),)),
    "Fairweather Events": Working([(10, 23)], range(1, 7), ("event-coordination",)),
    "Quickfix Roads": Working(EARLY, range(5)),
}
MEMBERS: Mapping[str, Working] = {
    "tomas": Working(LATE, range(5), off=((2, 3, "Moving house"),)),
    "will": Working(BROKEN, (0, 1, 3, 4)),
    "sid": Working(WHOLE, (0, 2, 4), off=((0, 1, ""),)),
    "yara": Working(EARLY, range(5), ("municipal-works",)),
    "ivo": Working(WHOLE, range(4), off=((20, 14, "Parental leave"),)),
}
APPLICATIONS = [
    {
        "name": "Brightside Valeting",
        "contact": "Ruben Asante",
        "phone": "+49 30 23125 260",
        "email": "ruben@brightside.example",
        "address": "11 Quarry Lane, Linden",
        "surfaces": ["auto-detailing"],
        "words": "Two of us, a van with its own water, and every Saturday free.",
    },
    {
        "name": "Hedge & Home",
        "contact": "Paula Winter",
        "phone": "+49 30 23125 268",
        "address": "9 Chapel Court, Linden",
        "surfaces": ["landscaping", "event-coordination"],
        "words": "Gardens all year, and we put up your party tent in them.",
    },
    {
        "name": "Speedy Everything",
        "contact": "Karl Brand",
        "email": "karl@speedy.example",
        "address": "a post box",
        "surfaces": ["auto-detailing", "municipal-works", "landscaping"],
        "words": "We do it all, cheaper.",
    },
]
DECLINED = ("Speedy Everything", "No business address, and nobody there knew of the application when we called.")


def make_workforce(wim: User) -> None:
    """Who keeps people says how they work, and reads what came by the public form."""
    keeper, surfaces = Keeper(wim), {each.code: each for each in Surface.objects.all()}
    for name, working in OPERATORS.items():
        operator = Operator.objects.get(name=name)
        if name in POSITIONS:
            keeper.amend(operator, dict(zip(("latitude", "longitude"), POSITIONS[name], strict=True)))
        _say(Kept(keeper, operator), working, surfaces)
    for login, working in MEMBERS.items():
        user = User.objects.get(username=login)
        membership = user.memberships.select_related("operator").get(left_at=None)
        _say(Kept(keeper, membership.operator, user), working, surfaces)
    for said in APPLICATIONS:
        row = _apply(said)
        if row.name == DECLINED[0]:
            door_of(Application, "decline").enter(wim, row, reason=DECLINED[1])


def _say(kept: Kept, working: Working, surfaces: Mapping[str, Surface]) -> None:
    """All that is said of somebody."""
    kept.say_hours(working.week)
    kept.say_surfaces([surfaces[code] for code in working.surfaces])
    for ahead, days, why in working.off:
        first = timezone.localdate() + timedelta(ahead)
        kept.take_off(first, first + timedelta(days - 1), why)


def _apply(said: Mapping[str, Any]) -> Application:
    """A business applies on the public page."""
    with acting(via="application form", authority="an open form"):
        return Application.born(**said, key=f"demo:{Application.objects.count()}")


def by_application(wim: User, details: Mapping[str, str], contact: str) -> Operator:
    """A business applied, and was taken in."""
    said = {name: details[name] for name in ("name", "phone", "address")}
    row = _apply({**said, "contact": contact, "words": details["about"], "surfaces": ["auto-detailing"]})
    made: Operator = door_of(Operator, "take_in").enter(wim, row, name=row.name)
    return made
