"""The questions that can be asked of a list, in their order: surface, funnel, audience, priority, place, operator, age, due."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q
from django.utils import timezone

from governance.finding import FILTERS, NETWORK, Choices, Filter, Finding
from governance.listing import Listing
from governance.models import PRIORITIES, Assignment
from qtm.waits import Wait

AGES = {"1": "over a day", "2": "over 2 days", "7": "over a week", "30": "over 30 days"}
DUE = {"overdue": "overdue", "today": "today", "week": "this week", "none": "no due date"}


class Among(Func):
    """Whether the first is in the array that is the second."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


def _offers(kind: str) -> Callable[[Finding], Choices]:
    """What can be chosen of one kind."""
    return lambda found: found.offered[kind]


def _audiences(found: Finding) -> Choices:
    """The network and every operator, for who sees them all."""
    return [(NETWORK, "The network"), *found.offered["operator"]] if found.sees_all else []


def _audience(value: str, found: Finding) -> Q:
    """In a queue it is said by the index already."""
    return Q() if found.queue else Q(governor=None if value == NETWORK else int(value))


def _place(value: str, found: Finding) -> Q:
    """Words of the address as it stands now."""
    way = found.way(value, "@")
    if found.queue is None:
        return way.q
    cases = Listing.objects.filter(way.q).values("case_id")
    # The few that are looked up are looked up first, whatever PostgreSQL takes them for.
    return Q(Among(F("case_id"), ArraySubquery(cases))) if way.indexed else Q(case_id__in=cases)


def _operator(value: str, found: Finding) -> Q:
    """To whom it is assigned."""
    if found.queue:
        return Q(operator_id=int(value))
    return Q(case_id__in=Assignment.objects.exclude(state="withdrawn").filter(operator=int(value)).values("case_id"))


def _age(value: str, found: Finding) -> Q:
    """How long it has waited, or how long ago it was asked."""
    return Q(since__lt=timezone.now() - timedelta(days=int(value)))


def _due(value: str, found: Finding) -> Q:
    """By when it should be done: in the zone of the place, weeks beginning on Monday."""
    now = timezone.localtime()
    if value == "overdue":
        return _overdue(found)
    if value == "none":
        return Q(due=None)
    begins = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if value == "today":
        return Q(due__gte=begins, due__lt=begins + timedelta(days=1))
    monday = begins - timedelta(days=now.weekday())
    return Q(due__gte=monday, due__lt=monday + timedelta(days=7))


def _overdue(found: Finding) -> Q:
    """The one rule of what is overdue, of this queue or wherever a case waits."""
    now = timezone.now()
    if found.queue:
        return found.queue.overdue(now)
    late = Q()
    for queue in found.place.queues:
        late |= queue.overdue(now)
    return Q(case_id__in=Wait.objects.filter(late).values("case_id"))


FILTERS += [
    Filter("surface", "Surface", _offers("surface"), lambda value, found: Q(surface_id=int(value))),
    Filter("funnel", "Funnel", _offers("funnel"), lambda value, found: Q(funnel_id=int(value))),
    Filter("audience", "Audience", _audiences, _audience),
    Filter(
        "priority",
        "Priority",
        lambda found: [(name, name.capitalize()) for _, name in reversed(PRIORITIES)],
        lambda value, found: Q(priority={name: number for number, name in PRIORITIES}[value]),
    ),
    Filter("place", "Words of the address", None, _place),
    Filter("operator", "Assigned to", _offers("operator"), _operator),
    Filter("age", "Age", lambda found: list(AGES.items()), _age),
    Filter("due", "Due", lambda found: list(DUE.items()), _due),
]
