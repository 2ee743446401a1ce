"""The preparations of `make run`, as one process: Django starts once for all of them."""

import os
import sys

import django
from django.core.management import CommandError, call_command

STEPS = {
    "prepare": ("Preparing the database", ["prepare"]),
    "static": ("Collecting static files", ["collectstatic", "--noinput", "--clear", "--verbosity=0"]),
    "demo": ("Filling the demo", ["demo"]),
    "demo-if-empty": ("Filling the demo", ["demo", "--if-empty"]),
}


def main(names: list[str]) -> int:
    """Run the named steps in turn; the first that fails ends it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qtm.settings")
    django.setup()
    for name in names:
        words, command = STEPS[name]
        print(f"· {words} …", flush=True)
        try:
            call_command(*command)
        except CommandError as error:
            print(f"{words}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
