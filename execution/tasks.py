"""What execution does in the background: the copies of photos that are shown."""

from datetime import timedelta

from django.db import transaction
from django.tasks import task

from execution import files, renditions
from qtm.background import Chore, register

GIVEN_UP = "It was tried three times to make a copy of this photo to show, and broken off each time."


@task()
def make_copies(sha256: str) -> None:
    """Make the copies of a photo that are shown."""
    renditions.make(sha256)


def _is_of_a_photo(*arguments: object) -> bool:
    """Whether it is ordered for the digest of one photo."""
    return len(arguments) == 1 and bool(files.DIGEST.fullmatch(str(arguments[0])))


def _given_up(sha256: str) -> None:
    """Say of the photo that there is no copy."""
    renditions.trouble(sha256, GIVEN_UP)


COPIES = register(Chore(make_copies, _is_of_a_photo, (timedelta(seconds=1), timedelta(seconds=2)), _given_up))


def order(sha256: str) -> None:
    """Have the copies of a photo made, once the transaction under way is over."""
    COPIES.order(sha256)


def order_once(sha256: str) -> None:
    """Have the copies of a photo made, unless that is under way already."""
    with transaction.atomic():
        files.held([sha256], alone=True)
        if not COPIES.under_way(sha256):
            order(sha256)
