"""One real case as plain statements, as the database itself says what was written, so that both sides of the measurement always write the same.

The case is done in a house aside, where every table counts from elsewhere: whatever number of a row of the case is found anywhere, in a key, in
a bare number or within a text, is known by itself.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db import connection, connections

from tests.bench.verbs import Verbs
from tests.conftest import drop_database, make_database, point_to

SCHEMA, ASIDE = "by_hand", "qtm_bench_aside"
MOMENT, NUMBER = "clock_timestamp()", "pg_current_xact_id()"  # what the database writes by itself
FREE = f"nextval('{SCHEMA}.free')"  # a key that the law counts up, as that of a leaf of the log
MOMENTS = {"since", "at", "enqueued_at"}
FRESH = {"key", "token", "sha256"}  # text that no two cases share
UUID = 32  # digits
DIGITS = re.compile(r"\b(\d+)\b")
# The trigger is the first of its table, so that a row is noted before what the law writes because of it.
NOTING = """
CREATE TABLE bench_note (id bigint GENERATED ALWAYS AS IDENTITY, tx xid8, relation text, was jsonb, becomes jsonb);
CREATE FUNCTION bench_noted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  INSERT INTO public.bench_note (tx, relation, was, becomes)
    VALUES (pg_current_xact_id(), TG_TABLE_NAME, to_jsonb(OLD), to_jsonb(NEW));
  RETURN NULL;
END $$;
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'bench_note' LOOP
    EXECUTE format('CREATE TRIGGER a_bench_noted AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION bench_noted()', name);
  END LOOP;
END $$;
SELECT setval(oid::regclass, 10000000 * row_number() OVER ()) FROM pg_class
  WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"""
NOTED = """
SELECT tx::text, relation, (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(was))::text::json,
  (SELECT jsonb_object_agg(key, value) FROM jsonb_each_text(becomes))::text::json FROM bench_note ORDER BY id"""
COLUMNS = """
SELECT a.attrelid::regclass::text, a.attname, a.atttypid::regtype::text, a.attidentity <> '' AS counted, coalesce(a.attnum = ANY (i.indkey), false)
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid IN (SELECT relation::regclass FROM bench_note) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attrelid, a.attnum"""

type Row = Mapping[str, str | None]  # each column of it as text


@dataclass(frozen=True)
class Born:
    """Stands for the number of a row that an earlier statement made."""

    number: str


@dataclass(frozen=True)
class New:
    """Stands for text that no other case has."""

    length: int


class ThisAct:
    """Stands for the act's own number."""


type Value = str | Born | New | ThisAct | tuple[str | Born, ...] | None  # the tuple: text that names rows


@dataclass(frozen=True)
class Statement:
    """A statement, its table and its values, and the number that a row had for which it gives back another."""

    text: str
    table: str
    values: Sequence[Value]
    makes: str = ""


type Case = Sequence[Sequence[Statement]]  # act by act


@dataclass(frozen=True)
class Column:
    """A column of a table: its type, whether PostgreSQL counts it, and whether it is of the key."""

    table: str
    name: str
    type: str
    counted: bool
    key: bool


def copied() -> Case:
    """The statements of a case that is done by the verbs."""
    with _aside():
        with connections["owner"].cursor() as cursor:
            cursor.execute(NOTING)
        Verbs().case()
        with connections["owner"].cursor() as cursor:
            cursor.execute(COLUMNS)
            columns = [Column(*each) for each in cursor.fetchall()]
            cursor.execute(NOTED)
            noted = [Noted(*each) for each in cursor.fetchall()]
    return Copy(columns, noted).acts


@contextmanager
def _aside() -> Iterator[None]:
    """A copy of the house, to which one is pointed for a while."""
    home = connection.settings_dict["NAME"]
    connections.close_all()
    make_database(ASIDE, home)
    point_to(ASIDE)
    try:
        yield
    finally:
        point_to(home)
        drop_database(ASIDE)


@dataclass(frozen=True)
class Noted:
    """A row that was written: in which transaction and table, what it was, and what it became."""

    act: str
    table: str
    was: Row | None
    becomes: Row | None


@dataclass(frozen=True)
class Copy:
    """A case as it was noted, and what it is written with again."""

    columns: Sequence[Column]
    noted: Sequence[Noted]

    @property
    def acts(self) -> Case:
        """Its statements."""
        return [[*map(self._statement, act)] for _, act in groupby(self.noted, lambda each: each.act)]

    @cached_property
    def born(self) -> set[str]:
        """The numbers that PostgreSQL counted for rows of the case, as far as anything names these later."""
        new = [(each, each.becomes) for each in self.noted if each.becomes and not each.was]
        counted = {str(row[column.name]) for each, row in new for column in self._counted(each)}
        return counted & set(DIGITS.findall(" ".join(self._said())))

    def _said(self) -> Iterator[str]:
        """All that its rows say, but for the numbers they are born with."""
        for each in self.noted:
            row = each.becomes or each.was or {}
            yield from (row[column.name] or "" for column in self._of(each) if each.was or not column.counted)

    def _of(self, noted: Noted) -> list[Column]:
        """The columns of a row."""
        return [column for column in self.columns if column.table == noted.table]

    def _counted(self, noted: Noted) -> list[Column]:
        """The column of a row that PostgreSQL counts, where there is one."""
        return [column for column in self._of(noted) if column.counted]

    def _statement(self, noted: Noted) -> Statement:
        """What writes a row so."""
        return self._change(noted, noted.was) if noted.was else self._birth(noted, noted.becomes or {})

    def _birth(self, noted: Noted, row: Row) -> Statement:
        """The INSERT of a row; it gives back the number where something names that later."""
        into, given = self._placed([each for each in self._of(noted) if not each.counted], row, birth=True)
        words = f"INSERT INTO {SCHEMA}.{noted.table} ({', '.join(into)}) VALUES ({', '.join(into.values())})"
        for column in self._counted(noted):
            if (number := str(row[column.name])) in self.born:
                return Statement(f"{words} RETURNING {column.name}", noted.table, given, number)
        return Statement(words, noted.table, given)

    def _change(self, noted: Noted, was: Row) -> Statement:
        """The UPDATE of what has changed in a row, or its DELETE."""
        at, key = self._placed([each for each in self._of(noted) if each.key], was)
        where = " AND ".join(f"{name} = {place}" for name, place in at.items())
        if noted.becomes is None:
            return Statement(f"DELETE FROM {SCHEMA}.{noted.table} WHERE {where}", noted.table, key)
        changed = [each for each in self._of(noted) if noted.becomes[each.name] != was[each.name]]
        into, given = self._placed(changed, noted.becomes)
        sets = ", ".join(f"{name} = {place}" for name, place in into.items())
        return Statement(f"UPDATE {SCHEMA}.{noted.table} SET {sets} WHERE {where}", noted.table, [*given, *key])

    def _placed(
        self, columns: Sequence[Column], row: Row, *, birth: bool = False
    ) -> tuple[dict[str, str], list[Value]]:
        """What stands in a statement for each column, and the values that have to be given for that."""
        stand = {column: self._stands(column, row[column.name]) for column in columns}
        if birth:
            free = (each for each in columns if each.key and each.type == "bigint" and isinstance(stand[each], str))
            stand |= dict.fromkeys(free, FREE)
        places = {each.name: _place(each, value) for each, value in stand.items()}
        return places, [value for value in stand.values() if value not in (MOMENT, NUMBER, FREE)]

    def _stands(self, column: Column, value: str | None) -> Value:
        """What stands for a value of the case in another."""
        if not value:
            return value
        if column.name in MOMENTS or column.type == "xid8":
            return MOMENT if column.name in MOMENTS else NUMBER
        if column.name == "act":
            return ThisAct()
        if column.name in FRESH or column.type == "uuid":
            return New(UUID if column.type == "uuid" else len(value))
        parts = tuple(Born(part) if part in self.born else part for part in DIGITS.split(value) if part)
        if not any(isinstance(part, Born) for part in parts):
            return value
        return parts if parts[1:] else parts[0]


def _place(column: Column, value: Value) -> str:
    """What is written in a statement where a value stands; text that is made is told what it is."""
    if value in (MOMENT, NUMBER, FREE):
        return str(value)
    return f"%s::{column.type}" if isinstance(value, tuple) or column.type == "uuid" else "%s"
