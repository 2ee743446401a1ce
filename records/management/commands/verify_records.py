"""`manage.py verify_records`: recompute every Record, and name the first that fails."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from records.models import Record
from records.verify import annex_erased, every, wrong_with


class Command(BaseCommand):
    """Recompute seal, canonical form, annex, evidence files and ⭐ of every Record; exit status 1 where one does not hold."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to stop at the first."""
        parser.add_argument("--all", action="store_true", help="go on after the first that fails, and name each")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many hold, and what is wrong with those that do not."""
        with transaction.atomic():
            self._each(every(), go_on=options["all"])

    def _each(self, records: Iterator[Record], *, go_on: bool) -> None:
        """Look at each in turn."""
        fine, failed, erased = 0, 0, 0
        for record in records:
            if not (wrong := wrong_with(record)):
                fine, erased = fine + 1, erased + annex_erased(record)
                continue
            failed += 1
            self.stderr.write(f"{record.reference} fails: {wrong}")
            if not go_on:
                raise CommandError(f"{fine:,} before it hold; those after it were not looked at (--all looks at each).")
        if failed:
            raise CommandError(f"{failed:,} of {fine + failed:,} records fail.")
        self.stdout.write(
            f"{fine:,} records hold: seal, canonical form, annex, evidence and ⭐ are as they were sealed."
            f"{f' Of {erased:,} the annex was erased; each is whole without it.' if erased else ''}"
        )
