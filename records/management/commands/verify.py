"""`manage.py verify FILE`: check the download of a Record against the keys of this house."""

import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qtm.words import exact
from records.log.keys_shown import every_key
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
        for said, holds in chain(steps(download, published()), dated(download)):
            if not holds:
                raise CommandError(f"Not valid: it does not hold that {said}.")
            self.stdout.write(f"holds:  {said}")


def dated(download: bytes) -> Iterator[tuple[str, bool]]:
    """That it was sealed, by its own word, while its key was the one that signs: what the keys on file know and the script does not."""
    with ZipFile(BytesIO(download)) as archive:
        statement, pem = json.loads(archive.read("statement.json")), archive.read("record-key.pem").decode()
    sealed = datetime.fromisoformat(statement["predicate"]["crossings"][-1]["at"])
    key = next(each for each in every_key() if each.key.pem.strip() == pem.strip())
    yield f"it was sealed while its key was the one that signs, at {exact(sealed)}", key.dates(sealed)


def published() -> str:
    """Every key that this house has ever signed with, as the script reads them."""
    return "".join(str(each.verifier) if each.use == LOG else each.public for each in Key.objects.all())
