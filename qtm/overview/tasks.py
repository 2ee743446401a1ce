"""The overview in the background: counted anew every few minutes, and less often where it takes long."""

from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from qtm.background import ROUNDS, Chore, register
from qtm.overview.declared import terms
from qtm.overview.making import make
from qtm.overview.models import Snapshot

EVERY = timedelta(minutes=5)
REST = 20  # times as long as it took, so that it never takes more than a twentieth of one core


@task()
def count_overview() -> None:
    """Count all of it anew."""
    import_module(settings.ROOT_URLCONF)  # where the zones declare their queues
    make()


def rests(took_seconds: float) -> timedelta:
    """How long the figures stand before they are counted anew."""
    return max(EVERY, timedelta(seconds=took_seconds) * REST)


def _takes_nothing(*arguments: object) -> bool:
    """It is ordered without any argument."""
    return not arguments


def _given_up() -> None:
    """The page says how old its figures are; the next round orders it again."""


CHORE = register(Chore(count_overview, _takes_nothing, (timedelta(seconds=30),), _given_up))


def order_when_due() -> None:
    """Have it counted anew where the figures are old, or are counted by other terms than today's, unless that is under way."""
    newest = Snapshot.objects.only("as_of", "took_seconds", "terms").first()
    fresh = newest and newest.terms == terms() and timezone.now() < newest.as_of + rests(newest.took_seconds)
    if not fresh and not CHORE.under_way():
        CHORE.order()


ROUNDS.append(order_when_due)
