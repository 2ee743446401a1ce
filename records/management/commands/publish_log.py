"""`manage.py publish_log`: make again whatever of the published log is missing, and compare the rest with the database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.log import checkpoints
from records.log.memory import Rewound
from records.log.published import publish


class Command(BaseCommand):
    """Go through every tile that the newest checkpoint covers; exit status 1 where one holds something else than the log."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many were made."""
        try:
            made = publish(all_of_it=True)
        except Rewound as refusal:
            raise CommandError(str(refusal)) from refusal
        newest = checkpoints.newest()
        if newest is None:
            self.stdout.write("Nothing is signed yet, so there is nothing to publish.")
            return
        self.stdout.write(f"{newest.size:,} Records are published; {made:,} tiles were missing and were made again.")
