"""What execution does in the background: the copies of photos that are shown."""

import logging
from datetime import timedelta

from django.db import transaction
from django.tasks import task

from execution import emptying, files, renditions
from qtm.background import Chore, register

GIVEN_UP = "It was tried three times to make a copy of this photo to show, and broken off each time."


@task()
def make_copies(sha256: str) -> None:
    """Make the copies of a photo that are shown."""
    with transaction.atomic():
        files.held([sha256])  # so that nobody takes the photo away meanwhile
        if emptying.needed(sha256):
            renditions.make(sha256)


@task()
def empty(event_id: int) -> None:
    """Take away the files of a ServiceEvent that were erased."""
    emptying.empty(event_id)


def _is_of_a_photo(*arguments: object) -> bool:
    """Whether it is ordered for the digest of one photo."""
    return len(arguments) == 1 and bool(files.DIGEST.fullmatch(str(arguments[0])))


def _given_up(sha256: str) -> None:
    """Say of the photo that there is no copy."""
    renditions.trouble(sha256, GIVEN_UP)


def _is_of_an_event(*arguments: object) -> bool:
    """Whether it is ordered for the number of one ServiceEvent."""
    return len(arguments) == 1 and isinstance(arguments[0], int)


def _stays_there(event_id: int) -> None:
    """Say to whoever keeps the house that erased files are still there; `sweep_evidence --delete` takes them away too."""
    logging.getLogger(__name__).error(
        "the erased files of E-%s could not be taken away: the store does not let go", event_id
    )


COPIES = register(Chore(make_copies, _is_of_a_photo, (timedelta(seconds=1), timedelta(seconds=2)), _given_up))

EMPTYING = register(
    Chore(empty, _is_of_an_event, tuple(map(timedelta, [0] * 5, [5, 60, 600, 7200, 86_400])), _stays_there)
)


def order(sha256: str) -> None:
    """Have the copies of a photo made, once the transaction under way is over."""
    COPIES.order(sha256)


def order_once(sha256: str) -> None:
    """Have the copies of a photo made, unless that is under way already."""
    with transaction.atomic():
        files.held([sha256], alone=True)
        if not COPIES.under_way(sha256):
            order(sha256)
