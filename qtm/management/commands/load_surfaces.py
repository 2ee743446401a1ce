"""`manage.py load_surfaces FILE…`: publish versions of surfaces; one that is malformed is refused, naming the key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qtm.acts import acting
from qtm.models import SurfaceVersion
from qtm.runtime import Malformed, Runtime


class Command(BaseCommand):
    """Read all of the files first; nothing is published unless each of them can be."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The TOML files."""
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        """A line for each file; what is unchanged makes no new version."""
        runtimes = [self.read(file) for file in files]
        with acting(via="load_surfaces", authority="made at the machine"):
            for version, new in map(SurfaceVersion.publish, runtimes):
                self.stdout.write(f"{version}: {'published' if new else 'unchanged'}.")

    def read(self, file: str) -> Runtime:
        """One runtime, or a sentence that says why not."""
        try:
            return Runtime.load(file)
        except (Malformed, OSError) as error:
            raise CommandError(str(error)) from None
