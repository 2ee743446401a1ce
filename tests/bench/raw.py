"""The same case by hand: the rows that the verbs wrote, by plain statements through psycopg, into tables that no law guards.

Nobody copies the statements: they are read off one real case, act by act, so that both sides always write the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.apps import apps
from django.db import connection, connections
from django.db.models import Model

from qtm.models import SurfaceVersion, Transition
from qtm.spine import Fact, Room, rooms

SCHEMA = "by_hand"
MOMENT, NUMBER = "clock_timestamp()", "pg_current_xact_id()"  # what the law writes by itself
FRESH = {"key": 60, "token": 32, "sha256": 64}  # what no two cases share, and its length

type Row = tuple[str, int]  # a table and an id of the case that is copied


@dataclass(frozen=True)
class Born:
    """Stands for the id of a row that an earlier statement made."""

    row: Row


@dataclass(frozen=True)
class New:
    """Stands for text that no other case has."""

    length: int


class ThisAct:
    """Stands for the act's own number."""


@dataclass(frozen=True)
class Statement:
    """A statement, its values, and the row whose id it gives back if a later one needs that."""

    text: str
    values: Sequence[Any]
    makes: Row | None = None


@dataclass
class Copy:
    """The statements of one real case, act by act."""

    case_id: int
    acts: list[list[Statement]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the case."""
        lines = list(Transition.objects.filter(case_id=self.case_id))
        facts = [(row, row.act) for model in _facts() for row in model._default_manager.filter(pk__in=_of_case(model, self.case_id))]
        self.rows = {_row(room, line.row_id): room._default_manager.get(pk=line.row_id) for line in lines for room in [_room(line)]}
        self.last = {(line.room, line.row_id): line.pk for line in lines}
        self.known = {*self.rows, *(_row(type(fact), fact.pk) for fact, _ in facts)}
        first = {fact.act: fact.at for fact, _ in reversed(sorted(facts, key=lambda each: each[0].at))}
        first |= {line.act: line.at for line in reversed(lines)}
        for act in sorted(first, key=lambda each: first[each]):
            noted = [fact for fact, when in facts if when == act]
            self.acts.append([*self._act([line for line in lines if line.act == act], noted)])

    def _act(self, lines: Iterable[Transition], noted: Iterable[Fact]) -> Iterator[Statement]:
        """What one act wrote: who asked comes first, then each line with what it did, then what was noted of those rows."""
        free = [fact for fact in noted if not self._owes(fact)]
        yield from map(self._insert, free)
        for line in lines:
            row = self.rows[_row(_room(line), line.row_id)]
            yield self._move(row, line) if line.was else self._insert(row)
            yield self._line(line)
        yield from (self._insert(fact) for fact in noted if fact not in free)

    def _owes(self, fact: Fact) -> bool:
        """Whether it points to a row of the case."""
        return any(isinstance(self._value(fact, each), Born) for each in type(fact)._meta.local_fields)

    def _insert(self, row: Model) -> Statement:
        """The birth of a row."""
        columns = [each for each in type(row)._meta.local_fields if not each.primary_key]
        values = {each.column: self._value(row, each) for each in columns}
        return _insert(type(row)._meta.db_table, values, _row(type(row), row.pk))

    def _value(self, row: Model, column: Any) -> Any:
        """What a column was born with, or what stands for it."""
        value = getattr(row, column.attname)
        if isinstance(row, Room) and column.name in {"state", *row.living}:
            value = row.first if column.name == "state" else column.get_default()
        if column.name in {"since", "at"}:
            return MOMENT
        if column.name in FRESH and value:
            return New(FRESH[column.name])
        if column.name == "act":
            return ThisAct()
        table = "intake_request" if column.name == "case_id" else column.remote_field.model._meta.db_table if column.remote_field else ""
        return Born((table, value)) if table and (table, value) in self.known else column.get_db_prep_save(value, connection)

    def _move(self, row: Room, line: Transition) -> Statement:
        """A change of state; what else the row says is written with its last."""
        ends = self.last[line.room, line.row_id] == line.pk
        living = [type(row)._meta.get_field(name) for name in row.living] if ends else []
        changed: dict[str, Any] = {"state": line.becomes, "since": MOMENT}
        changed |= {each.column: each.get_db_prep_save(getattr(row, each.attname), connection) for each in living}
        table, me = type(row)._meta.db_table, Born(_row(type(row), row.pk))
        put, values = _placed(changed)
        pairs = ", ".join(f"{name} = {value}" for name, value in zip(changed, put, strict=True))
        return Statement(f"UPDATE {SCHEMA}.{table} SET {pairs} WHERE id = %s AND state = %s", [*values, me, line.was])

    def _line(self, line: Transition) -> Statement:
        """The line of the log, which the law writes by itself."""
        columns = [each for each in Transition._meta.local_fields if not each.primary_key]
        values = {each.column: getattr(line, each.attname) for each in columns}
        values |= {
            "case_id": Born(("intake_request", self.case_id)),
            "row_id": Born(_row(_room(line), line.row_id)),
            "at": MOMENT,
            "tx": NUMBER,
            "act": ThisAct(),
        }
        if line.actor_id:
            values["actor_id"] = Born(("intake_actor", line.actor_id))
        return _insert(Transition._meta.db_table, values, None)


def _facts() -> list[type[Fact]]:
    """What is noted about cases."""
    return [model for model in apps.get_models() if issubclass(model, Fact) and model is not SurfaceVersion]


def _of_case(model: type[Fact], case_id: int) -> list[int]:
    """The rows of a fact that were noted in the acts of a case; an act of evidence alone is known by its event."""
    rows = {_row(_room(line), line.row_id) for line in Transition.objects.filter(case_id=case_id)}
    acts = set(Transition.objects.filter(case_id=case_id).values_list("act", flat=True))
    keys = [each for each in model._meta.local_fields if each.remote_field and issubclass(each.remote_field.model, Room) and each.remote_field.model in rooms()]
    within = {
        pk
        for key in keys
        for pk in model._default_manager.filter(
            **{f"{key.attname}__in": [number for table, number in rows if table == key.remote_field.model._meta.db_table]}
        ).values_list("pk", flat=True)
    }
    return sorted(within | set(model._default_manager.filter(act__in=acts).values_list("pk", flat=True)))


def _room(line: Transition) -> type[Room]:
    """The room of a line."""
    return next(room for room in rooms() if room.label() == line.room)


def _row(model: type[Model], pk: int) -> Row:
    """How a row is named here."""
    return model._meta.db_table, pk


def _placed(values: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """The placeholders of values, and the values that need one."""
    plain = {MOMENT, NUMBER}
    put = [value if isinstance(value, str) and value in plain else "%s" for value in values.values()]
    return put, [value for value, place in zip(values.values(), put, strict=True) if place == "%s"]


def _insert(table: str, values: Mapping[str, Any], makes: Row | None) -> Statement:
    """An INSERT that gives back the id where one is named."""
    put, given = _placed(values)
    back = " RETURNING id" if makes else ""
    return Statement(f"INSERT INTO {SCHEMA}.{table} ({', '.join(values)}) VALUES ({', '.join(put)}){back}", given, makes)


def lay_out() -> None:
    """The same tables again with their indexes and defaults, without law and foreign keys, for the app's role to write."""
    app = connections["default"].settings_dict["USER"]
    tables = [Transition, *rooms(), *_facts()]
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in (model._meta.db_table for model in tables):
            cursor.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE public.{table} INCLUDING INDEXES INCLUDING DEFAULTS INCLUDING IDENTITY)")
        cursor.execute(
            f'GRANT USAGE ON SCHEMA {SCHEMA} TO "{app}"; GRANT ALL ON ALL TABLES IN SCHEMA {SCHEMA} TO "{app}"; GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO "{app}"'
        )
    connections["owner"].close()


class Hand:
    """Writes cases by plain statements, as many commits as there were acts; psycopg prepares what it sees often."""

    def __init__(self, copy: Copy) -> None:
        """Connect with the options of Django's own connection."""
        given = connections["default"].get_connection_params()
        options = {name: value for name, value in given.items() if name not in ("cursor_factory", "context", "prepare_threshold")}
        self.copy, self.connection = copy, psycopg.connect(**options)

    def case(self) -> None:
        """One complete case."""
        born: dict[Row, int] = {}
        for act in self.copy.acts:
            number = uuid4()
            for each in act:
                found = self.connection.execute(each.text, [_real(value, born, number) for value in each.values])  # type: ignore[call-overload]
                if each.makes:
                    born[each.makes] = found.fetchone()[0]
            self.connection.commit()


def _real(value: Any, born: Mapping[Row, int], act: UUID) -> Any:
    """What a placeholder stands for in this case."""
    if isinstance(value, Born):
        return born[value.row]
    if isinstance(value, New):
        return (uuid4().hex + uuid4().hex)[: value.length]
    return act if isinstance(value, ThisAct) else value
