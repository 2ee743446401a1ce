"""A limit on what is sent from one place: generous, as many people may sit behind one address, and narrow enough for a robot."""

from datetime import timedelta

from qtm.refusals import Refusal
from qtm.tries import Budget

FORMS = Budget("public form", timedelta(minutes=15), of_a_place=100)
TOO_MANY = (
    "Too much was sent from where you are. What you typed is still here: wait a quarter of an hour, then send it again."
)


class TooMany(Refusal):
    """429: not now, as too much came from there a short while ago."""

    status = 429


def count(place: str) -> None:
    """Count one more form from a place, unless there were too many."""
    if FORMS.spent(place):
        raise TooMany(TOO_MANY)
    FORMS.count(place)
