"""`manage.py demo`: fills an empty database with people, operators and cases to look at, through the same doors as real ones; safe to run again."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from demo.cast import Cast
from demo.house import complete, ended, lived_in, people_in, refuse_elsewhere, told
from demo.logins import table
from demo.rush import rush
from demo.stories import stories


class Command(BaseCommand):
    """Fill the demo, or go on where it was left; then say how to sign in."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether it must be filled, or only may be."""
        parser.add_argument("--if-empty", action="store_true", help="leave a database alone that holds anything else")
        parser.add_argument(
            "--rush", type=int, default=0, metavar="N", help="N further cases that wait, for a full Console"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse where it could touch anything real; say what is done meanwhile."""
        if options["if_empty"] and lived_in():
            self.stdout.write("  Not filled: this database holds people, operators or requests of its own.")
            return
        refuse_elsewhere()
        if complete():
            self.stdout.write("The demo is filled.")
        else:
            self._fill()
        for story in rush(options["rush"]):
            told(story, Cast())
        for line in table():
            self.stdout.write(line)

    def _fill(self) -> None:
        """People first, then each case, then what happens last."""
        import_module(settings.ROOT_URLCONF)  # where every zone hangs its doors
        if people_in():
            self.stdout.write("  People, operators and funnels are in.")
        told_all, cast = list(stories()), Cast()
        for number, story in enumerate(told_all, 1):
            told(story, cast)
            if number % 10 == 0 or number == len(told_all):
                self.stdout.write(f"  {number} of {len(told_all)} cases walked.")
                self.stdout.flush()
        ended()
