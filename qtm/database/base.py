"""The one difference from Django's own backend: an act's words go out with the BEGIN of its transaction, in one message.

psycopg sends BEGIN by itself and waits for the answer before the first statement. An act is short, so that wait is a good part of
it. Django's own hook for backends that begin transactions themselves is used (SQLite's does), and psycopg stays in autocommit.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base
from psycopg import ClientCursor, Cursor


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL that can begin a transaction with words."""

    _first: tuple[str, Sequence[Any]] | None = None
    _kept: Cursor[Any] | None = None

    @contextmanager
    def beginning_with(self, statement: str, values: Sequence[Any]) -> Iterator[None]:
        """A transaction, or a part of the one under way, that begins with this statement."""
        self._first = statement, values
        try:
            with transaction.atomic(using=self.alias):
                if self._first:
                    self._say_first()
                yield
        finally:
            self._first = None

    def run(self, statement: str, values: Sequence[Any]) -> Sequence[Any] | None:
        """Run a statement on a cursor that is kept, and give its first row, if it gives any."""
        if self.queries_logged or self.execute_wrappers:  # somebody watches, and watches Django's own cursors
            with self.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchone()  # type: ignore[no-any-return]
        self.ensure_connection()
        self.validate_no_broken_transaction()
        if self._kept is None or self._kept.connection is not self.connection:
            self._kept = self.connection.cursor()
        with self.wrap_database_errors:
            return self._kept.execute(statement.encode(), values).fetchone()

    def _start_transaction_under_autocommit(self) -> None:
        """Send BEGIN, and with it what is to be said first."""
        self._say_first("BEGIN; ")

    def _say_first(self, before: str = "") -> None:
        """Send what is to be said, once."""
        (statement, values), self._first = self._first or ("", ()), None
        with self.wrap_database_errors:
            ClientCursor(self.connection).execute(f"{before}{statement}".encode(), values or None)
