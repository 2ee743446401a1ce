"""A limit on what is sent from one place: generous, as many people may sit behind one address, and narrow enough for a robot."""

from datetime import timedelta

from django.utils import timezone

from intake.models import SentForm
from qtm.refusals import Refusal

REMEMBERED, MOST = timedelta(minutes=15), 100
TOO_MANY = (
    "Too much was sent from where you are. What you typed is still here: wait a quarter of an hour, then send it again."
)


class TooMany(Refusal):
    """429: not now, as too much came from there a short while ago."""

    status = 429


def count(place: str) -> None:
    """Count one more form from a place, unless there were too many; what is old is forgotten."""
    SentForm.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
    if SentForm.objects.filter(place=place).count() >= MOST:
        raise TooMany(TOO_MANY)
    SentForm.objects.create(place=place)
