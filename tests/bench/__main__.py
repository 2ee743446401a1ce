"""`python -m tests.bench`: prints everything that `make bench` promises."""

import os
import sys

import django


def main() -> int:
    """Make the house, measure, drop it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qtm.settings")
    django.setup()
    from tests.bench.report import report

    return report()


if __name__ == "__main__":
    sys.exit(main())
