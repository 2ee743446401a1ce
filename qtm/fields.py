"""Column types that Django does not have."""

from typing import Any

from django.db import models


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's xid8: the number of the transaction that wrote the row."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "xid8"


class WordsField(models.Field):  # type: ignore[type-arg]
    """Words to be sought, as PostgreSQL's tsvector; written by the law alone."""

    def db_type(self, connection: Any) -> str:
        """The type of the column."""
        return "tsvector"
