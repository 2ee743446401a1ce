"""One real case as plain statements, read off its rows and its log, so that both sides of the measurement always write the same."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from intake.models import Actor, Request
from qtm.models import SurfaceVersion, Transition
from qtm.spine import Fact, PartOf, Room, rooms

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
    """A statement, its values, and the row whose id it gives back."""

    text: str
    values: Sequence[Any]
    makes: Row | None = None


def facts() -> list[type[Fact]]:
    """What is noted about cases, as models."""
    return [model for model in apps.get_models() if issubclass(model, Fact) and model is not SurfaceVersion]


def room_of(line: Transition) -> type[Room]:
    """The room of a line."""
    return next(room for room in rooms() if room.label() == line.room)


def row_of(line: Transition) -> Row:
    """The row of a line."""
    return room_of(line)._meta.db_table, line.row_id


@dataclass
class Copy:
    """The statements of one case, act by act."""

    case_id: int
    acts: list[list[Statement]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read the case."""
        lines = list(Transition.objects.filter(case_id=self.case_id))
        self.rows = {row_of(line): room_of(line)._default_manager.get(pk=line.row_id) for line in lines}
        self.last = {row_of(line): line.pk for line in lines}
        noted = [*self._noted()]
        self.known = {*self.rows, *((fact._meta.db_table, fact.pk) for fact in noted)}
        moments = [*((fact.at, fact.act) for fact in noted), *((line.at, line.act) for line in lines)]
        for act in dict.fromkeys(act for _, act in sorted(moments, key=lambda each: each[0])):
            of_act = [fact for fact in noted if fact.act == act]
            self.acts.append([*self._act([line for line in lines if line.act == act], of_act)])

    def _noted(self) -> Iterator[Fact]:
        """Who asked, and what was noted about the rows of the case."""
        yield Actor.objects.get(requests=Request.objects.get(pk=self.case_id))
        for model in facts():
            for key in (each for each in model._meta.local_fields if isinstance(each, PartOf)):
                table = key.remote_field.model._meta.db_table
                numbers = [number for name, number in self.rows if name == table]
                yield from model._default_manager.filter(**{f"{key.attname}__in": numbers})

    def _act(self, lines: Iterable[Transition], noted: Iterable[Fact]) -> Iterator[Statement]:
        """What one act wrote: who asks, then each birth and move with its line, then what was noted of them."""
        yield from (self._birth(fact) for fact in noted if isinstance(fact, Actor))
        for line in lines:
            row = self.rows[row_of(line)]
            yield self._move(row, line) if line.was else self._birth(row)
            yield self._line(line)
        yield from (self._birth(fact) for fact in noted if not isinstance(fact, Actor))

    def _birth(self, row: Model) -> Statement:
        """The INSERT of a row."""
        values = {
            str(each.column): self._born_with(row, each) for each in row._meta.local_fields if not each.primary_key
        }
        return _insert(row._meta.db_table, values, (row._meta.db_table, row.pk))

    def _born_with(self, row: Model, column: Any) -> Any:
        """What a column was born with, or what stands for it."""
        value = getattr(row, column.attname)
        if isinstance(row, Room) and column.name in {"state", *row.living}:
            value = row.first if column.name == "state" else column.get_default()
        if column.name in {"since", "at"}:
            return MOMENT
        if column.name in FRESH and value:
            return New(FRESH[column.name])
        return ThisAct() if column.name == "act" else self._plain(column, value)

    def _plain(self, column: Any, value: Any) -> Any:
        """A value, or the row of this case that it points to."""
        key = column.remote_field.model._meta.db_table if column.remote_field else ""
        table = Request._meta.db_table if column.name == "case_id" else key
        return (
            Born((table, value))
            if table and (table, value) in self.known
            else column.get_db_prep_save(value, connection)
        )

    def _move(self, row: Room, line: Transition) -> Statement:
        """The UPDATE of a move; what else the row says is written with its last."""
        me = row_of(line)
        changed: dict[str, Any] = {"state": line.becomes, "since": MOMENT}
        if self.last[me] == line.pk:
            for column in (each for each in row._meta.local_fields if each.name in row.living):
                changed[str(column.column)] = self._plain(column, getattr(row, column.attname))
        put, values = _placed(changed)
        pairs = ", ".join(f"{name} = {value}" for name, value in zip(changed, put, strict=True))
        return Statement(
            f"UPDATE {SCHEMA}.{me[0]} SET {pairs} WHERE id = %s AND state = %s", [*values, Born(me), line.was]
        )

    def _line(self, line: Transition) -> Statement:
        """The line of the log, which the law writes by itself."""
        values = {
            str(each.column): getattr(line, each.attname) for each in line._meta.local_fields if not each.primary_key
        }
        values |= {"case_id": Born((Request._meta.db_table, self.case_id)), "row_id": Born(row_of(line))}
        values |= {"at": MOMENT, "tx": NUMBER, "act": ThisAct()}
        if line.actor_id:
            values["actor_id"] = Born((Actor._meta.db_table, line.actor_id))
        return _insert(Transition._meta.db_table, values, None)


def _placed(values: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """The placeholders of values, and the values that need one."""
    put = [value if isinstance(value, str) and value in {MOMENT, NUMBER} else "%s" for value in values.values()]
    return put, [value for value, place in zip(values.values(), put, strict=True) if place == "%s"]


def _insert(table: str, values: Mapping[str, Any], makes: Row | None) -> Statement:
    """An INSERT that gives back the id where one is named."""
    put, given = _placed(values)
    back = " RETURNING id" if makes else ""
    return Statement(
        f"INSERT INTO {SCHEMA}.{table} ({', '.join(values)}) VALUES ({', '.join(put)}){back}", given, makes
    )
