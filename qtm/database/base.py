"""Django's PostgreSQL backend, but for acts: who acts is told in the message that begins the transaction, and what an act writes is spoken
to libpq directly (`qtm.database.wire`). Everything else is Django's own.

Django's hook for backends that begin transactions themselves is used (SQLite's does); psycopg stays in autocommit.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base

from qtm.database.wire import Wire


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL that can begin a transaction with words."""

    _first: tuple[str, Sequence[str]] | None = None
    _wire: Wire | None = None

    @property
    def wire(self) -> Wire:
        """The way to libpq, of the connection that is open now."""
        self.ensure_connection()
        if self._wire is None or self._wire.connection is not self.connection:
            self._wire = Wire(self.connection)
        return self._wire

    @contextmanager
    def beginning_with(self, statement: str, values: Sequence[str]) -> Iterator[None]:
        """A transaction, or a part of the one under way, that begins with this statement."""
        nested, self._first = self.in_atomic_block, (statement, values)
        try:
            with transaction.atomic(using=self.alias):
                if nested:
                    self.run(statement, values)
                yield
        finally:
            self._first = None

    def run(self, statement: str, values: Sequence[Any]) -> Sequence[Any] | None:
        """Run a statement with `$1`, `$2` … for its values, and give its first row, if it gives any."""
        if self._watched:
            named = {f"v{place}": value for place, value in enumerate(values, 1)}
            with self.cursor() as cursor:
                cursor.execute(re.sub(r"\$(\d+)", r"%(v\1)s", statement.replace("%", "%%")), named)
                return cursor.fetchone()  # type: ignore[no-any-return]
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return self.wire.run(statement, values)

    @property
    def _watched(self) -> bool:
        """Whether somebody watches what is said: Django's own cursors are watched."""
        return bool(self.queries_logged or self.execute_wrappers)

    def _savepoint(self, sid: str) -> None:
        """Begin a part of a transaction, in one trip."""
        self._say(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        """End a part of a transaction, in one trip."""
        self._say(self.ops.savepoint_commit_sql(sid))

    def _say(self, words: str) -> None:
        """Say something to which there is no answer."""
        if self._watched:
            with self.cursor() as cursor:
                cursor.execute(words)
        else:
            with self.wrap_database_errors:
                self.wire.say(words.encode())

    def _start_transaction_under_autocommit(self) -> None:
        """Send BEGIN, and with it what is to be said first; a connection on which that fails is of no further use."""
        first, self._first = self._first, None
        try:
            with self.wrap_database_errors:
                if first:
                    self.wire.begin_with(*first)
                else:
                    self.connection.execute("BEGIN")
        except BaseException:  # an interrupt between the two would leave a transaction that nobody knows of
            self.close()
            raise

    def _commit(self) -> None:
        """Commit, in one trip."""
        if self.connection is not None:
            with self.wrap_database_errors:
                self.wire.commit()
