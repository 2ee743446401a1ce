"""`manage.py sweep_evidence`: evidence files that nothing notes, and notes whose file is not there or not whole."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError

from execution import files
from execution.models import Evidence
from qtm.words import size


class Command(BaseCommand):
    """Find what a crash between file and commit left behind; `--delete` takes it away."""

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
        before = time.time() - 60 * options["minutes"]
        left = [kept for kept in _unnoted() if kept.stat().st_mtime < before]
        for kept in left:
            size_bytes = kept.stat().st_size
            word = "deleted" if options["delete"] and _take_away(kept, before) else "nothing notes"
            self.stdout.write(f"{word}: {kept.name}, {size(size_bytes)}")
        lost = [piece for piece in _pieces() if not files.intact(piece.sha256, piece.size_bytes)]
        for piece in lost:
            self.stderr.write(f"not whole: {piece.sha256}, evidence {piece.pk} of {piece.event.reference}")
        self.stdout.write(f"{len(left)} files that nothing notes.")
        if lost:
            raise CommandError(f"{len(lost)} pieces are noted and their files are not there or not whole.")


def _unnoted() -> Iterator[Path]:
    """Every file under a digest that nothing names, and every part of one that was never finished."""
    for folder in Path(storages["evidence"].path("")).glob("[0-9a-f][0-9a-f]"):
        noted = set(Evidence.objects.filter(sha256__startswith=folder.name).values_list("sha256", flat=True))
        yield from (kept for kept in folder.glob("*/*") if kept.is_file() and kept.name not in noted)


def _noted(name: str) -> bool:
    """Whether a piece of evidence names the file."""
    return Evidence.objects.filter(sha256=name).exists()


def _pieces() -> Iterator[Evidence]:
    """Every piece that was noted with a file."""
    return Evidence.objects.exclude(sha256="").select_related("event").iterator()


def _take_away(kept: Path, before: float) -> bool:
    """Move a file aside, look again, and only then delete it: somebody may be noting the same picture just now."""
    aside = kept.with_suffix(".part")
    kept.rename(aside)
    if aside.stat().st_mtime >= before or _noted(kept.name):
        with suppress(FileExistsError):
            kept.hardlink_to(aside)
        aside.unlink()
        return False
    aside.unlink()
    for longest in (files.LARGE, files.SMALL):
        files.copy_of(kept.name, longest).unlink(missing_ok=True)
    return True
