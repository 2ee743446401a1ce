"""Which database: the one named in the environment, else a PostgreSQL of this project's own."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from qtm.postgres.cluster import Cluster
from qtm.postgres.roles import ROLES
from qtm.processes import VAR, Unready

PATIENCE_SECONDS = 3


@contextmanager
def database(folder: Path = VAR / "postgres") -> Iterator[tuple[dict[str, str], Cluster | None]]:
    """The three addresses of the database that was named, tried, or else of the embedded one, which runs meanwhile."""
    addresses = given()
    if addresses:
        for name, address in addresses.items():
            reach(name, address)
        yield addresses, None
        return
    with Cluster(folder) as cluster:
        yield cluster.urls(), cluster


def given() -> dict[str, str] | None:
    """The three addresses in the environment, or nothing; some without the others are refused."""
    present = {name: os.environ[name] for name in ROLES if os.environ.get(name)}
    missing = [name for name in ROLES if name not in present]
    if present and missing:
        raise Unready(
            f"{' and '.join(present)} without {' and '.join(missing)}: set all three, for the app, owner and Omni roles "
            "(`python -m qtm.postgres sql` prints how to make them), or none to use the embedded database."
        )
    return present or None


def reach(name: str, address: str) -> None:
    """Enter a named database, or say in a sentence without password why not."""
    where = parsed(name, address)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            psycopg.connect(address, connect_timeout=3).close()
            return
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0].rsplit("failed: ", 1)[-1].removeprefix("FATAL:").strip()
            passing = "refused" in reason or "starting up" in reason
            if not passing or time.monotonic() > deadline:
                raise Unready(f"{name}: no way into the database at {where} ({reason}).") from None
            time.sleep(0.5)


def parsed(name: str, address: str) -> str:
    """Which database an address names, for people; one that could be misread is refused, lest a piece of its password be shown."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("postgresql", "postgres") or parts.netloc.count("@") > 1:
            raise ValueError
        return f"{unquote(parts.hostname or 'localhost')}:{parts.port or 5432}{parts.path} as {parts.username}"
    except ValueError:
        raise Unready(
            f"{name} is no address of a PostgreSQL database: write postgresql://role:password@host:port/database, "
            "with %-signs for what is not a letter or a digit in the password."
        ) from None
