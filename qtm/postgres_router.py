"""One database under three roles: only the owner's connection migrates."""

from typing import Any


class OneDatabase:
    """Keeps migrations to the owner's role; relations cross aliases freely, as all are the same database."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Only as the owner."""
        return db == "owner"

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """What a migration knows of a model, it reads by the role that migrates."""
        return "owner" if model.__module__ == "__fake__" else None

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Rows read as Omni and as the app are the same rows."""
        return True
