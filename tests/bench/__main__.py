"""`python -m tests.bench`: prints everything that is promised of speed."""

import os
import sys

DEFAULTS = {
    "DJANGO_SETTINGS_MODULE": "qtm.settings",
    "SECRET_KEY": "for-the-bench-alone-0123456789abcdefghijklmnopqrstuvwxyz",
    "LOOPBACK": "1",
}
for _name, _value in DEFAULTS.items():
    os.environ.setdefault(_name, _value)

import django  # noqa: E402

django.setup()

from tests.bench.report import report  # noqa: E402

sys.exit(report())
