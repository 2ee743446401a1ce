"""The database: the one named in the environment, else a PostgreSQL of this project's own."""

from qtm.postgres.cluster import Cluster
from qtm.postgres.named import database, given
from qtm.processes import Unready

__all__ = ["Cluster", "Unready", "database", "given"]
