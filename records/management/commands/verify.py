"""`manage.py verify FILE`: check the download of a Record against the keys of this house."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from records.log.model import Key
from records.seal.keys import LOG
from records.verifying.verify_record import steps

PROVES = (
    "Valid: nothing in it was changed since it was sealed and logged. This is its integrity; that no Record is missing (completeness), or that"
    " what was captured is true, it does not show."
)


class Command(BaseCommand):
    """Check the download of a Record, each step said, against the keys that this house has ever signed with; exit status 1 where one does not hold."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file."""
        parser.add_argument("file", type=Path, help="the download of a Record, such as R-12.zip")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say each step, and stop at the first that does not hold."""
        try:
            self._check(options["file"].read_bytes())
        except CommandError:
            raise
        except Exception as fault:  # whatever a file can be made to hold
            raise CommandError(f"Not valid: it cannot be read ({type(fault).__name__} {fault}).") from fault
        self.stdout.write(PROVES)

    def _check(self, download: bytes) -> None:
        """Each step."""
        for said, holds in steps(download, published()):
            if not holds:
                raise CommandError(f"Not valid: it does not hold that {said}.")
            self.stdout.write(f"holds:  {said}")


def published() -> str:
    """Every key that this house has ever signed with, as the script reads them."""
    return "".join(str(each.verifier) if each.use == LOG else each.public for each in Key.objects.all())
