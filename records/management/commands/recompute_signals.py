"""`manage.py recompute_signals`: read every ⭐ again from its Record, by the policy that the Record names, and show each difference."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from records.models import Record
from records.policy import judge
from records.seal.statement import facts_in
from records.verify import MALFORMED


class Command(BaseCommand):
    """Compare what was given at each sealing with what the policy reads now; exit status 1 where one differs. What people did later is in the log."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Downloaded documents, for somebody who has those alone."""
        parser.add_argument("files", nargs="*", type=Path, help="sealed documents, to be read instead of the database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was read, and each difference."""
        if options["files"]:
            for file in options["files"]:
                self.stdout.write(f"{file.name}: {_read(file)}")
            return
        alike = given = differ = 0
        for record in _every():
            if difference := difference_of(record):
                differ += 1
                self.stderr.write(f"{record.reference}: {difference}")
            else:
                alike, given = alike + 1, given + hasattr(record, "signal")
        if differ:
            raise CommandError(f"{differ:,} of {alike + differ:,} records differ from what their policy reads.")
        self.stdout.write(
            f"No difference: {alike:,} records read again, {given:,} ⭐ given and {alike - given:,} withheld."
        )


def difference_of(record: Record) -> str:
    """How the ⭐ of a Record differs from what its policy reads; empty where it does not."""
    try:
        read, named = judge(record.facts), str(record.facts["policy"])
    except MALFORMED as fault:
        return f"nothing can be read from it: {fault}."
    there: Any = getattr(record, "signal", None)
    if there is None:
        return f"{named} gives a ⭐, and none is there." if read.given else ""
    if not read.given:
        return f"{named} withholds it, and {there.reference} is there: {' '.join(read.withheld)}"
    told = there.policy, there.event_id, there.job_id, there.case_id
    if told != (named, record.event_id, record.event.job_id, record.case_id):
        return f"{there.reference} tells of another policy or execution than the Record."
    return ""


def _every() -> Iterator[Record]:
    """All Records in order, each with its ⭐ and its ServiceEvent, streamed by a cursor of the server's."""
    with transaction.atomic():
        yield from Record.objects.select_related("signal", "event").order_by("pk").iterator(chunk_size=200)


def _read(file: Path) -> str:
    """What the policy reads from a sealed document."""
    try:
        facts = facts_in(file.read_bytes())
        verdict = judge(facts)
    except (OSError, json.JSONDecodeError, *MALFORMED) as fault:
        raise CommandError(f"{file.name}: no ⭐ can be read from it: {fault}") from None
    return f"{facts['policy']} {'gives a ⭐.' if verdict.given else 'withholds it: ' + ' '.join(verdict.withheld)}"
