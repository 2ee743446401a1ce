"""Real PostgreSQL for every test: a template made once by the owner, worked on by the app's role.

Most tests run in a transaction that is rolled back. What needs real commits (races, the law of one transaction, the browser) asks for
`committed`: a clone of the template of its own.
"""

import atexit
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
from tests.browser import chromium, clone_of, house, served, static_files, visit  # noqa: F401  (fixtures for every test)
from tests.cast import Cast, Walk, make_cast

import_module("qtm.urls")  # whichever test is read first: what zones declare stands in the order of the spine
ALIASES = ("default", "owner", "omni")
TAKE_LONG = ("test_platform", "test_killed", "test_ceilings", "test_attacks", "test_demo")
OF_ONE_TEST = {"EVIDENCE_ROOT": "each/evidence", "LOG_STATE": "each/log.state", "LOG_ROOT": "each/log"}


def pytest_configure() -> None:
    """What this process of the suite keeps lies in places of its own, which every process that it starts is told of as well."""
    home = tempfile.TemporaryDirectory(prefix="qtm-tests-")
    atexit.register(home.cleanup)
    for name, place in {"STATIC_ROOT": "static", "KEYS_ROOT": "keys", **OF_ONE_TEST}.items():
        setattr(settings, name, Path(home.name) / place)
        os.environ[name] = str(getattr(settings, name))
    for folder in (settings.STATIC_ROOT, settings.KEYS_ROOT):
        folder.mkdir()
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": settings.EVIDENCE_ROOT}}
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # they need not have been collected
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence, "staticfiles": plain}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no process is left with it at the end."""
    browsed = {item.path for item in items if item.get_closest_marker("browser")}
    items.sort(key=lambda item: not (item.path in browsed or item.path.stem in TAKE_LONG))


def _admin(*statements: sql.SQL | sql.Composed, database: str = "") -> None:
    """Statements as the superuser of the test cluster."""
    url = make_conninfo(os.environ["DATABASE_ADMIN_URL"], **({"dbname": database} if database else {}))
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def make_database(name: str, template: str = "template0") -> None:
    """A database as the platform makes it, empty or as a clone."""
    drop_database(name)
    # Copied file by file: a third of the time where nothing waits for the disk.
    _admin(database_sql(name, template) + sql.SQL(" STRATEGY FILE_COPY"), *entry_sql(name))
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


@contextmanager
def cloned(name: str, template: str, blocker: Any) -> Iterator[str]:
    """A database of this name, made of another and dropped at the end; meanwhile every alias points to it, and commits are real."""
    stood = str(connections["default"].settings_dict["NAME"])
    with blocker.unblock():
        connections.close_all()
        make_database(name, template)
        point_to(name)
        try:
            yield name
        finally:
            point_to(stood)
            drop_database(name)


@pytest.fixture
def committed(template: str, django_db_blocker: Any) -> Iterator[str]:
    """A clone of the template in which commits are real; gives its name."""
    with cloned(clone_of(template), template, django_db_blocker) as name:
        yield name


@pytest.fixture
def cast() -> Cast:
    """The people and operators of the tests."""
    return Cast()


@pytest.fixture
def walk() -> Walk:
    """A case of the network, to be walked."""
    return Walk()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """No test finds what another kept: its evidence, what the log was when it was last signed, and what was published of it."""
    each = Path(os.environ["LOG_STATE"]).parent
    if each.exists():
        shutil.rmtree(each)
    each.mkdir()
    keep(State())


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hashing is slow on purpose; here nobody guesses. The served house keeps the real one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
