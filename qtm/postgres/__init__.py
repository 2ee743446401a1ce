"""The database: the one named in the environment, else a PostgreSQL of this project's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qtm.postgres.cluster import Cluster
from qtm.postgres.roles import ROLES
from qtm.processes import VAR, Unready

__all__ = ["Cluster", "Unready", "environment", "given"]


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


@contextmanager
def environment(folder: Path = VAR / "postgres") -> Iterator[dict[str, str]]:
    """The three addresses: those in the environment, else the embedded database's, which runs meanwhile."""
    addresses = given()
    if addresses:
        yield addresses
        return
    with Cluster(folder) as cluster:
        yield cluster.urls()
