"""The database of the measurements: made anew, prepared, with the cast of the tests in it; dropped at the end."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch
from urllib.parse import urlsplit, urlunsplit

from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from tests.cast import make_cast
from tests.conftest import drop_database, make_database, point_to

ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_OMNI_URL")


@contextmanager
def house(name: str) -> Iterator[None]:
    """A prepared database of that name with keys and a log of its own, to which Django and every process we start are pointed meanwhile; this one keeps no evidence."""
    stood = str(connections["default"].settings_dict["NAME"])
    urls = {each: urlunsplit(urlsplit(os.environ[each])._replace(path=f"/{name}")) for each in ADDRESSES}
    with TemporaryDirectory(prefix="qtm-bench-") as evidence, TemporaryDirectory(prefix="qtm-bench-") as keys:
        places = {"KEYS_ROOT": Path(keys), "LOG_STATE": Path(keys) / "log.state", "LOG_ROOT": Path(keys) / "log"}
        told = urls | {"EVIDENCE_ROOT": evidence} | {each: str(place) for each, place in places.items()}
        make_database(name)
        try:
            with patch.dict(os.environ, told), override_settings(**places):
                point_to(name)
                call_command("prepare", verbosity=0, stdout=io.StringIO())
                call_command("collectstatic", interactive=False, verbosity=0)
                make_cast()
                yield
        finally:
            point_to(stood)
            drop_database(name)
