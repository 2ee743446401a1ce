"""Writing rows: the INSERT of a birth or a fact and the UPDATE of a move, each statement made once for its model.

Django's ORM makes the words of a statement anew each time it writes. The spine writes few kinds of rows and very many of each, so its
statements are kept; what the columns hold is still prepared by Django's own fields. What the law writes by itself is read back. The few
rows that an act has to look up are read in the same way.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models

from qtm.database import here

# What the law writes over whatever was given: when a row came to where it is; by whom, when and in which act a fact was noted.
BY_THE_LAW = ("since", "by", "at", "act")


def insert(row: models.Model) -> None:
    """Insert a row; afterwards it is as the database holds it, number and moment and all."""
    connection = here()
    statement, columns, back = _insert_into(type(row))
    values = [each.get_db_prep_save(each.pre_save(row, add=True), connection) for each in columns]
    _as_written(row, back, connection.run(statement, values) or ())
    row._state.adding, row._state.db = False, connection.alias


def change(row: models.Model, before: str, writes: tuple[str, ...]) -> bool:
    """Store the state of a row, and what the move writes, where the state still is as it was before; whether it was."""
    connection = here()
    statement, columns, back = _update_of(type(row), writes)
    values = [each.get_db_prep_save(getattr(row, each.attname), connection) for each in columns]
    written = connection.run(statement, [*values, row.pk, before])
    if written:
        _as_written(row, back, written)
    return bool(written)


def latest_of(
    model: type[models.Model], of: str, up: models.Model, *, by: str = "id", without: tuple[str, ...] = ()
) -> Any:
    """The newest of the rows of a model that are of another one, such as the appointment that counts; None where there is none."""
    connection = here()
    statement, names = _newest_of(model, of, by, without)
    if (found := connection.run(statement, [up.pk])) is None:
        return None
    row = model.from_db(connection.alias, names, found)
    setattr(row, of, up)
    return row


def _as_written(row: models.Model, back: Sequence[Any], written: Sequence[Any]) -> None:
    """Take over what the database answered."""
    for column, value in zip(back, written, strict=True):
        setattr(row, column.attname, value)


def given_columns(model: type[models.Model]) -> list[Any]:
    """The columns that a row is inserted with; a number of PostgreSQL's own and what the law writes are not among them."""
    return [each for each in model._meta.local_concrete_fields if _is_given(each)]


def _is_given(column: Any) -> bool:
    """Whether a row says itself what a column holds."""
    return column.name not in BY_THE_LAW and (not column.primary_key or column.has_default())


@cache
def _insert_into(model: type[models.Model]) -> tuple[str, Sequence[Any], Sequence[Any]]:
    """The INSERT of a model, the columns it gives and those that it gets back."""
    given = given_columns(model)
    back = [each for each in model._meta.local_concrete_fields if each.primary_key or each not in given]
    into, places = names(given), ", ".join(f"${place}" for place, _ in enumerate(given, 1))
    return f"INSERT INTO {_table(model)} ({into}) VALUES ({places}) RETURNING {names(back)}", given, back  # noqa: S608


@cache
def _update_of(model: type[models.Model], writes: tuple[str, ...]) -> tuple[str, Sequence[Any], Sequence[Any]]:
    """The UPDATE of a model's moves, the columns that it sets and those that it gets back."""
    columns = [model._meta.get_field(name) for name in ("state", *writes)]
    back = [model._meta.get_field("since")]
    sets = ", ".join(f"{names([each])} = ${place}" for place, each in enumerate(columns, 1))
    where = f"{names([model._meta.pk])} = ${len(columns) + 1} AND {names(columns[:1])} = ${len(columns) + 2}"
    return f"UPDATE {_table(model)} SET {sets} WHERE {where} RETURNING {names(back)}", columns, back  # noqa: S608


@cache
def _newest_of(model: type[models.Model], of: str, by: str, without: tuple[str, ...]) -> tuple[str, Sequence[str]]:
    """The SELECT of a model's newest row, and the names that its columns have on the model."""
    columns = [each for each in model._meta.local_concrete_fields if each.name not in without]
    up, order = names([model._meta.get_field(of)]), names([model._meta.get_field(by)])
    words = f"SELECT {names(columns)} FROM {_table(model)} WHERE {up} = $1 ORDER BY {order} DESC LIMIT 1"  # noqa: S608
    return words, [each.attname for each in columns]


def _table(model: type[models.Model]) -> str:
    """The name of a model's table as SQL."""
    return here().ops.quote_name(model._meta.db_table)


def names(columns: Sequence[Any], of: str = "") -> str:
    """The names of columns as SQL; `of`: what their table is called in the statement."""
    table = f"{of}." if of else ""
    return ", ".join(f"{table}{here().ops.quote_name(each.column)}" for each in columns)
