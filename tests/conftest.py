"""Real PostgreSQL for every test: a template made once by the owner, worked on by the app's role.

Most tests run in a transaction that is rolled back. What needs real commits (races, the law of one transaction, the browser) asks for
`committed`: a clone of the template of its own.
"""

import atexit
import io
import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from qtm.postgres.roles import database_sql, entry_sql, schema_sql
from records.log.memory import State, keep
from tests.browser import chromium, house, static_files, visit  # noqa: F401  (fixtures for every test)
from tests.cast import Cast, Walk, make_cast

import_module("qtm.urls")  # whichever test is read first: what zones declare stands in the order of the spine
ALIASES = ("default", "owner", "omni")


def pytest_configure() -> None:
    """Folders for static files and for keys that are there when the tests are read, and that no other process of the suite writes to."""
    static, keys = (tempfile.TemporaryDirectory(prefix=f"qtm-{what}-") for what in ("static", "keys"))
    settings.STATIC_ROOT, settings.KEYS_ROOT = Path(static.name), Path(keys.name)
    os.environ["KEYS_ROOT"] = keys.name  # of every process we start
    for folder in (static, keys):
        atexit.register(folder.cleanup)


def _admin(*statements: sql.SQL | sql.Composed, database: str = "") -> None:
    """Statements as the superuser of the test cluster."""
    url = make_conninfo(os.environ["DATABASE_ADMIN_URL"], **({"dbname": database} if database else {}))
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def make_database(name: str, template: str = "template0") -> None:
    """A database as the platform makes it, empty or as a clone."""
    drop_database(name)
    _admin(database_sql(name, template), *entry_sql(name))
    _admin(*schema_sql(), database=name)


def drop_database(name: str) -> None:
    """Drop a database of the tests, whoever is still connected."""
    _admin(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def point_to(name: str) -> None:
    """Point every alias to a database."""
    connections.close_all()
    for alias in ALIASES:
        connections[alias].settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def template(worker_id: str, django_db_blocker: Any) -> Iterator[str]:
    """The template: migrated, prepared, and with the cast in place."""
    name = f"qtm_test_{os.getpid()}_{worker_id}"
    make_database(name)
    with django_db_blocker.unblock():
        point_to(name)
        call_command("prepare", verbosity=0, stdout=io.StringIO())
        make_cast()
        connections.close_all()
    yield name
    connections.close_all()
    drop_database(name)


@pytest.fixture(scope="session")
def django_db_setup(template: str) -> None:
    """In place of Django's own: the template serves as the test database."""


@pytest.fixture
def committed(template: str, django_db_blocker: Any) -> Iterator[str]:
    """A clone of the template in which commits are real; gives its name."""
    name = f"{template}_clone"
    with django_db_blocker.unblock():
        connections.close_all()
        make_database(name, template)
        point_to(name)
        try:
            yield name
        finally:
            point_to(template)
            drop_database(name)


@pytest.fixture
def cast() -> Cast:
    """The people and operators of the tests."""
    return Cast()


@pytest.fixture
def walk() -> Walk:
    """A case of the network, to be walked."""
    return Walk()


@pytest.fixture(autouse=True)
def static_uncollected(settings: Any) -> None:
    """Static files need not have been collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def evidence_apart(static_uncollected: None, tmp_path: Any, settings: Any) -> None:
    """Evidence of a test lies in a folder of its own."""
    settings.EVIDENCE_ROOT = tmp_path / "evidence"
    options = {**settings.STORAGES["evidence"]["OPTIONS"], "location": settings.EVIDENCE_ROOT}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**settings.STORAGES["evidence"], "OPTIONS": options}}


@pytest.fixture(autouse=True)
def log_apart(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the log of a test was when it was last signed, and what was published of it, is of that test alone."""
    settings.LOG_STATE, settings.LOG_ROOT = tmp_path / "log.state", tmp_path / "log"
    keep(State())
    for name in ("LOG_STATE", "LOG_ROOT"):
        monkeypatch.setenv(name, str(getattr(settings, name)))


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing is slow on purpose; here nobody guesses. The served house keeps the real one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
