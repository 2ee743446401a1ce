"""Reading for the auditor: by a cursor of the server's, a thousand rows at a time, however many there are."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connections

AT_ONCE = 1000


def rows(alias: str, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, streamed; inside of a transaction."""
    with connections[alias].chunked_cursor() as cursor:
        cursor.execute(statement, values or None)
        while found := cursor.fetchmany(AT_ONCE):
            yield from found


def count(alias: str, table: str) -> int:
    """How many rows a table has."""
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - tables of our own models
        return int(cursor.fetchone()[0])
