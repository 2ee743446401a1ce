"""`manage.py verify_records`: recompute every Record, and name the first that fails."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from records.models import Record
from records.verify import erased, wrong_with


class Command(BaseCommand):
    """Recompute seal, canonical form, annex, evidence files and ⭐ of every Record; exit status 1 where one does not hold."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to stop at the first."""
        parser.add_argument("--all", action="store_true", help="go on after the first that fails, and name each")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many hold, and what is wrong with those that do not."""
        fine, failed, annexes, files = 0, 0, 0, 0
        for record in _every():
            if not (wrong := wrong_with(record)):
                fine, annexes, files = fine + 1, annexes + erased(record, "annex"), files + erased(record, "files")
                continue
            failed += 1
            self.stderr.write(f"{record.reference} fails: {wrong}")
            if not options["all"]:
                raise CommandError(f"{fine:,} before it hold; those after it were not looked at (--all looks at each).")
        if failed:
            raise CommandError(f"{failed:,} of {fine + failed:,} records fail.")
        self.stdout.write(
            f"{fine:,} records hold: seal, canonical form, annex, evidence and ⭐ are as they were sealed."
            f"{f' Of {annexes:,} the annex was erased; each is whole without it.' if annexes else ''}"
            f"{f' Of {files:,} the files were erased; each keeps their digests.' if files else ''}"
        )


def _every() -> Iterator[Record]:
    """All Records in order, streamed by a cursor of the server's, however many there are."""
    with transaction.atomic():
        yield from (
            Record.objects.select_related("signal")
            .prefetch_related("annexes", "erasures")
            .order_by("pk")
            .iterator(chunk_size=200)
        )
