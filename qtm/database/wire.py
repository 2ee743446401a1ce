"""The few statements of which an act is made, spoken to libpq directly: prepared once for each connection, one trip each.

psycopg's cursors find out anew, at each call, how a statement is to be sent; in an act that is more work than the statement. Its own
libpq wrapper (`psycopg.pq`) and its own adaptation of values are used, and what PostgreSQL refuses comes out as its own errors.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, OperationalError, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InFailedSqlTransaction, error_from_result

FINE = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}


def as_text(adapting: Any, values: Sequence[Any]) -> Any:
    """Values in the form in which PostgreSQL reads them; `DataError` where one cannot be stored, such as a NUL byte."""
    return adapting.dump_sequence(values, [PyFormat.TEXT] * len(values))


class Wire:
    """One connection, with the statements that were prepared on it."""

    def __init__(self, connection: "Connection[Any]") -> None:
        """`connection`: psycopg's, in autocommit, so that BEGIN and COMMIT are ours."""
        self.connection, self.libpq = connection, connection.pgconn
        self.prepared: dict[str, bytes] = {}

    def run(self, statement: str, values: Sequence[Any]) -> Sequence[Any] | None:
        """Run a statement with `$1`, `$2` … for its values, and give its first row, if it gives any."""
        name = self.prepared.get(statement) or self._prepare(statement)
        adapting = Transformer(self.connection)
        result = self._fine(self.libpq.exec_prepared(name, as_text(adapting, values)))
        if not result.ntuples:
            return None
        adapting.set_pgresult(result)
        return adapting.load_row(0, tuple)

    def begin_with(self, statement: str, values: Sequence[str]) -> None:
        """Begin a transaction, and run a statement in it, in one trip."""
        name, given = (
            self.prepared.get(statement) or self._prepare(statement),
            as_text(Transformer(self.connection), values),
        )
        self.libpq.enter_pipeline_mode()
        self.libpq.send_query_params(b"BEGIN", None)
        self.libpq.send_query_prepared(name, given)
        self.libpq.pipeline_sync()
        self.libpq.flush()
        begun, _, said, _, _ = (self.libpq.get_result() for _ in range(5))  # both with their ends, and the end of all
        for result in (begun, said):
            if result is None:
                raise OperationalError(self.libpq.get_error_message())
            self._fine(result)
        self.libpq.exit_pipeline_mode()

    def commit(self) -> None:
        """Commit; what the deferred laws refuse is refused here, and so is a transaction in which something was refused before."""
        if self.say(b"COMMIT") != b"COMMIT":
            raise InFailedSqlTransaction("something was refused in this transaction, and all of it went with that")

    def say(self, words: bytes) -> bytes | None:
        """Say something that takes no values and gives no rows, and give what PostgreSQL calls what it did."""
        return self._fine(self.libpq.exec_(words)).command_status

    def _prepare(self, statement: str) -> bytes:
        """Prepare a statement under a name of its own."""
        name = f"wire_{len(self.prepared)}".encode()
        self._fine(self.libpq.prepare(name, statement.encode()))
        self.prepared[statement] = name
        return name

    def _fine(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        """The result, unless it is an error; one whose connection is gone is operational, whatever else it says."""
        if result.status in FINE:
            return result
        if self.libpq.status == pq.ConnStatus.BAD:
            raise OperationalError(self.libpq.get_error_message())
        raise error_from_result(result, encoding="utf-8")
