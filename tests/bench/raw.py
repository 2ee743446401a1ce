"""The same case by hand: plain statements through psycopg, into the same tables without law."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.db import connections

from tests.bench.copied import SCHEMA, Born, Case, New, Statement, ThisAct, Value


def lay_out(case: Case) -> None:
    """The tables of a case again with their indexes and defaults, without triggers and foreign keys, for the app's role to write."""
    app = connections["default"].settings_dict["USER"]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(f"CREATE SEQUENCE {SCHEMA}.free")
        for table in {each.table for act in case for each in act}:
            copied = "INCLUDING INDEXES INCLUDING DEFAULTS INCLUDING IDENTITY"
            cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} {copied})")
        for right in ("USAGE ON", "ALL ON ALL TABLES IN", "USAGE ON ALL SEQUENCES IN"):
            cursor.execute(f'GRANT {right} SCHEMA {SCHEMA} TO "{app}"')
    connections["owner"].close()


class Hand:
    """Writes cases by plain statements, as many commits as there were acts; psycopg prepares what it sees often."""

    def __init__(self, acts: Case) -> None:
        """Connect with the options of Django's own connection, and psycopg's own cursor."""
        given = connections["default"].get_connection_params()
        ours = {name: given[name] for name in given if name not in ("cursor_factory", "context", "prepare_threshold")}
        self.acts, self.connection = acts, psycopg.connect(**ours)

    def case(self) -> None:
        """One complete case."""
        born: dict[str, int] = {}
        for act in self.acts:
            number = uuid4()
            for each in act:
                self._write(each, born, number)
            self.connection.commit()

    def _write(self, each: Statement, born: dict[str, int], act: UUID) -> None:
        """One statement; the number that it gives back is kept for those that follow."""
        found = self.connection.execute(each.text.encode(), [_real(value, born, act) for value in each.values])
        if each.makes and (row := found.fetchone()):
            born[each.makes] = row[0]


def _real(value: Value, born: Mapping[str, int], act: UUID) -> Any:
    """What a placeholder stands for in this case."""
    if isinstance(value, Born):
        return born[value.number]
    if isinstance(value, New):
        return (uuid4().hex + uuid4().hex)[: value.length]
    if isinstance(value, tuple):
        return "".join(str(_real(part, born, act)) for part in value)
    return act if isinstance(value, ThisAct) else value
