"""Column types and an index that Django does not have."""

from typing import Any, cast

from django.db import models
from django_fsm import FSMField


class StateField(FSMField):
    """The state of a room. To migrations it is a column of text: each would listen for the moves of every model they pass, for more than half of their time."""

    def deconstruct(self) -> Any:
        """As it is written in a migration."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, {key: kwargs[key] for key in kwargs if key != "protected"}


class TransactionIdField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's xid8: the number of the transaction that wrote the row."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "xid8"


class Brin(models.Index):
    """An index of a few bytes for each stretch of a table that only grows; Django's own would bring a whole app with it."""

    suffix = "brin"

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        """The statement that makes it, and has new stretches summed up as they are filled."""
        statement = super().create_sql(model, schema_editor, using=" USING brin", **kwargs)
        cast(Any, statement).parts["extra"] = " WITH (autosummarize = on)"
        return statement


class WordsField(models.Field):  # type: ignore[type-arg]
    """Words to be sought, as PostgreSQL's tsvector; written by the law alone."""

    def db_type(self, connection: Any) -> str:
        """The type of the column."""
        return "tsvector"
