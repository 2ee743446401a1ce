"""Where the demo may be filled, and how far it has come."""

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from demo.cast import FUNNELS, MAIL, OPERATORS, ROOT, Cast, make_cast, make_root
from demo.stories import Story
from demo.walk import Walk
from intake.models import Funnel, Request
from qtm.doors import door_of
from qtm.models import Operator, User

NOT_HERE = "The demo is filled only where DEMO_ALLOWED=1 says that it may be; `make run` says so for its own database."
NOT_OURS = "This database holds people, operators or requests that are not the demo's: the demo is for an empty one, and touches nothing here."
IN_THE_END = {
    "quickfix": (
        "limit",
        "Two patches came up again within a week. They finish what they have begun, and we talk in December.",
    ),
    "gloss": ("suspend", "Insurance has run out. No work until the new policy is on the table."),
}


def complete() -> bool:
    """Whether it was filled to the end: whatever has happened to it since, it is left alone."""
    return User.objects.filter(username=ROOT.login, email__endswith=MAIL).exists()


def refuse_elsewhere() -> None:
    """Stop where it was not allowed, or where anybody else's rows are."""
    if not settings.DEMO_ALLOWED:
        raise CommandError(NOT_HERE)
    if lived_in():
        raise CommandError(NOT_OURS)


def lived_in() -> bool:
    """Whether anybody else's rows are here, and the demo was not whole before they came."""
    theirs = (
        User.objects.exclude(email__endswith=MAIL),
        Request.objects.exclude(key__startswith="demo:"),
        Operator.objects.exclude(name__in=[business.name for business in OPERATORS.values()]),
        Funnel.objects.exclude(slug__in=FUNNELS),
    )
    return not complete() and any(rows.exists() for rows in theirs)


def people_in() -> bool:
    """Make the people, all or none; whether they are new."""
    with transaction.atomic():
        missing = not User.objects.filter(email__endswith=MAIL).exists()
        if missing:
            make_cast()
    return missing


def told(story: Story, cast: Cast) -> None:
    """Walk one case to where its story ends, whole or not at all, unless it is there already."""
    with transaction.atomic():
        if not Request.objects.filter(key=story.request_key).exists():
            Walk(story, cast).whole()


def ended() -> None:
    """What happens to operators last of all, and the mark that all is done."""
    with transaction.atomic():
        cast = Cast()
        for key, (verb, why) in IN_THE_END.items():
            door_of(Operator, verb).enter(cast.users["ines"], cast.operators[key], reason=why)
        make_root()
