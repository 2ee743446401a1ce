"""`manage.py invite_admin NAME`: a one-time link for an admin, made at the machine: how the first one comes in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from qtm.people import new_invitation


class Command(BaseCommand):
    """Whoever can run this has the machine; from then on admins invite each other in the browser."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom it is for."""
        parser.add_argument("name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        """Tell the path once."""
        _, token = new_invitation(name[:120], "admin")
        self.stdout.write(f"Open this path of the house within seven days, once: {reverse('invited', args=[token])}")
