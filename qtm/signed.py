"""What a page may rely on once somebody is signed in."""

from django.http import HttpRequest

from qtm.models import User


class Signed(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
