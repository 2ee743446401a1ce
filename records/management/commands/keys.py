"""`manage.py keys`: show every public key, put another in the place of one, go on with the log, or begin it anew under another name."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from records.log.keys_shown import Shown, every_key
from records.log.memory import Rewound
from records.log.model import Key
from records.log.resuming import resume
from records.seal.keeping import begin_anew, rotate
from records.seal.keys import LOG, RECORD


class Command(BaseCommand):
    """What is signed stays valid under the key that signed it: its public part stays on file."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """What is to be done, and of which key or by which name."""
        parser.add_argument("verb", nargs="?", default="show", choices=["show", "rotate", "resume", "anew"])
        helped = "rotate: record or log; resume: the size or root of the newest checkpoint that you know; anew: the log's new name"
        parser.add_argument("what", nargs="?", default="", help=helped)

    def handle(self, *args: Any, verb: str, what: str, **options: Any) -> None:
        """Do it, and show what came of it."""
        do: dict[str, Callable[[str], str]] = {
            "show": self.show,
            "rotate": self.rotate,
            "resume": resume,
            "anew": self.anew,
        }
        try:
            self.stdout.write(do[verb](what))
        except (ValueError, Rewound, ImproperlyConfigured) as refusal:
            raise CommandError(str(refusal)) from refusal

    def show(self, what: str) -> str:
        """Every key."""
        return "\n\n".join(map(_words, every_key()))

    def rotate(self, what: str) -> str:
        """Another key from now on."""
        if what not in (RECORD, LOG):
            raise ValueError("say which key: `keys rotate record` or `keys rotate log`.")
        return _done(lambda: rotate(what))

    def anew(self, what: str) -> str:
        """Another log."""
        return _done(lambda: begin_anew(what))


def _done(change: Any) -> str:
    """Make a change as the owner, and show the key that came of it."""
    if "owner" not in connections.settings:
        raise ValueError("set DATABASE_OWNER_URL: only the owner of the tables puts a key on file.")
    made: Key = change()
    return f"{_words(next(each for each in every_key() if each.key.pk == made.pk))}\n\nKeep a copy of its private part apart from the database's."


def _words(shown: Shown) -> str:
    """A key in a few lines."""
    until = f" to {shown.until:%Y-%m-%d %H:%M}" if shown.until else ""
    said = f"{shown.key.get_use_display()}: from {shown.key.since:%Y-%m-%d %H:%M}{until} (UTC)"
    return "\n".join(filter(None, [said, f"SHA-256 {shown.sha256}", shown.verifier, shown.key.pem.strip()]))
