"""The database of the measurements: made anew, prepared, with the cast of the tests in it; dropped at the end."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests.cast import make_cast
from tests.conftest import drop_database, make_database, point_to

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_OMNI_URL")


@contextmanager
def house(name: str) -> Iterator[None]:
    """A prepared database of that name, to which Django and every process we start are pointed."""
    make_database(name)
    point_to(name)
    for address in ADDRESSES:
        os.environ[address] = urlunsplit(urlsplit(os.environ[address])._replace(path=f"/{name}"))
    evidence, keys = TemporaryDirectory(prefix="qtm-bench-"), TemporaryDirectory(prefix="qtm-bench-")
    for setting, place in (("KEYS_ROOT", ""), ("LOG_STATE", "log.state"), ("LOG_ROOT", "log")):
        setattr(settings, setting, Path(keys.name) / place)
        os.environ[setting] = str(getattr(settings, setting))
    os.environ["EVIDENCE_ROOT"] = evidence.name  # of every process we start; this one keeps no file
    try:
        call_command("prepare", verbosity=0, stdout=io.StringIO())
        call_command("collectstatic", interactive=False, verbosity=0)
        make_cast()
        yield
    finally:
        connections.close_all()
        drop_database(name)
        evidence.cleanup()
        keys.cleanup()
