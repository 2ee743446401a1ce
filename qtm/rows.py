"""Writing rows: the INSERT of a birth or a fact and the UPDATE of a move, each statement made once for its model.

Django's ORM makes the words of a statement anew each time it writes. The spine writes few kinds of rows and very many of each, so its
statements are kept; what the columns hold is still prepared by Django's own fields. What the law writes by itself is read back.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models

# What the law writes over whatever was given: when a row came to where it is; by whom, when and in which act a fact was noted.
BY_THE_LAW = ("since", "by", "at", "act")


def insert[Row: models.Model](*rows: Row) -> None:
    """Insert rows; afterwards each is as the database holds it, number and moment and all."""
    for row in rows:
        statement, columns, back = _insert_into(type(row))
        values = [each.get_db_prep_save(each.pre_save(row, add=True), connection) for each in columns]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            _as_written(row, back, cursor.fetchone())
        row._state.adding, row._state.db = False, connection.alias


def change(row: models.Model, before: str, living: Sequence[str]) -> bool:
    """Store the state of a row and its living columns where the state still is as it was before; whether it was."""
    statement, columns, back = _update_of(type(row), tuple(living))
    values = [each.get_db_prep_save(getattr(row, each.attname), connection) for each in columns]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk, before])
        written = cursor.fetchone()
        if written:
            _as_written(row, back, written)
    return bool(written)


def _as_written(row: models.Model, back: Sequence[Any], written: Sequence[Any]) -> None:
    """Take over what the database answered."""
    for column, value in zip(back, written, strict=True):
        setattr(row, column.attname, value)


@cache
def _insert_into(model: type[models.Model]) -> tuple[str, Sequence[Any], Sequence[Any]]:
    """The INSERT of a model, the columns it gives and those that it gets back."""
    fields = model._meta.local_concrete_fields
    given = [each for each in fields if not each.primary_key and each.name not in BY_THE_LAW]
    back = [each for each in fields if each.primary_key or each.name in BY_THE_LAW]
    into, places = _names(given), ", ".join(["%s"] * len(given))
    return f"INSERT INTO {_table(model)} ({into}) VALUES ({places}) RETURNING {_names(back)}", given, back  # noqa: S608


@cache
def _update_of(model: type[models.Model], living: tuple[str, ...]) -> tuple[str, Sequence[Any], Sequence[Any]]:
    """The UPDATE of a model's moves, the columns that it sets and those that it gets back."""
    columns = [model._meta.get_field(name) for name in ("state", *living)]
    back = [model._meta.get_field("since")]
    sets = ", ".join(f"{_names([each])} = %s" for each in columns)
    where = f"{_names([model._meta.pk])} = %s AND {_names(columns[:1])} = %s"
    return f"UPDATE {_table(model)} SET {sets} WHERE {where} RETURNING {_names(back)}", columns, back  # noqa: S608


def _table(model: type[models.Model]) -> str:
    """The name of a model's table as SQL."""
    return connection.ops.quote_name(model._meta.db_table)


def _names(columns: Sequence[Any]) -> str:
    """The names of columns as SQL."""
    return ", ".join(connection.ops.quote_name(each.column) for each in columns)
