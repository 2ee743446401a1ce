"""Django's PostgreSQL backend, but for acts: `here()` is the app's own connection."""

from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from qtm.database.base import DatabaseWrapper


def here() -> "DatabaseWrapper":
    """The connection by which the app serves."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    return connection  # type: ignore[no-any-return]
