"""`manage.py sweep_evidence`: evidence files that nothing notes, and notes whose file is not there or not whole."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from execution import files
from execution.emptying import take_away
from execution.models import Evidence
from qtm.words import size


class Command(BaseCommand):
    """Find what a crash between file and commit left behind, and what was erased and is still there; `--delete` takes it away."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to delete, and from what age on."""
        parser.add_argument("--delete", action="store_true", help="take away the files that nothing notes")
        parser.add_argument(
            "--minutes",
            type=int,
            default=60,
            help="leave files alone that are younger than this; they may be noted yet (60)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was found; exit status 1 where something that is noted is not whole."""
        before = timezone.now() - timedelta(minutes=options["minutes"])
        left = [kept for kept in _unnoted() if _older(kept, before)]
        for kept in left:
            size_bytes = files.store().size(kept)
            word = "deleted" if options["delete"] and _take_away(kept, before) else "nothing notes"
            self.stdout.write(f"{word}: {_name(kept)}, {size(size_bytes)}")
        lost = [piece for piece in _pieces() if not files.intact(piece.sha256, piece.size_bytes)]
        for piece in lost:
            self.stderr.write(f"not whole: {piece.sha256}, evidence {piece.pk} of {piece.event.reference}")
        self.stdout.write(f"{len(left)} files that nothing notes.")
        if lost:
            raise CommandError(f"{len(lost)} pieces are noted and their files are not there or not whole.")


def _name(kept: str) -> str:
    """What a file is called in its folder: its digest, if it is whole."""
    return kept.rpartition("/")[2]


def _unnoted() -> Iterator[str]:
    """Every file under a digest that nothing names, and every part of one that was never finished."""
    for folder, kept in groupby(files.all_kept(), lambda each: each[:2]):
        living = Evidence.objects.filter(sha256__startswith=folder, event__emptied=None)
        noted = set(living.values_list("sha256", flat=True))
        yield from (each for each in kept if _name(each) not in noted)


def _older(kept: str, before: datetime) -> bool:
    """Whether a file was made or sent again before a moment, and is still there."""
    try:
        return files.store().get_modified_time(kept) < before
    except FileNotFoundError:
        return False


def _pieces() -> Iterator[Evidence]:
    """Every piece that was noted with a file, and whose file was not erased."""
    return Evidence.objects.exclude(sha256="").filter(event__emptied=None).select_related("event").iterator()


def _take_away(kept: str, before: datetime) -> bool:
    """Delete it while nobody else can keep or note the same picture, with its copies if it has any."""
    digest = _name(kept)
    if not files.DIGEST.fullmatch(digest):
        files.store().delete(kept)
        return True
    with transaction.atomic():
        files.held([digest], alone=True)
        return _older(kept, before) and take_away(digest)
