"""An attack as data, and the words of which its SQL is made."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

ACTING = (
    "SELECT set_config('qtm.act', gen_random_uuid()::text, true), set_config('qtm.user', '«will»', true), set_config('qtm.actor', '', true),"
    " set_config('qtm.authority', 'forged', true), set_config('qtm.via', 'sql', true), set_config('qtm.reason', 'because', true); "
)
CHANGED = "document = «changed», sha256 = encode(sha256(«changed»), 'hex')"
# The tree as the law would have made it of the leaves as they are now.
REHASHED = """DO $do$
DECLARE leaf record; the_level smallint; place bigint; hashed bytea;
BEGIN
  DELETE FROM records_node;
  FOR leaf IN SELECT l.number, r.body FROM records_leaf l JOIN records_record r ON r.id = l.record_id ORDER BY l.number LOOP
    the_level := 0; place := leaf.number; hashed := sha256('\\x00' || leaf.body);
    LOOP
      INSERT INTO records_node (level, number, hash) VALUES (the_level, place, hashed);
      EXIT WHEN place % 2 = 0;
      SELECT sha256('\\x01' || n.hash || hashed) INTO hashed FROM records_node n WHERE n.level = the_level AND n.number = place - 1;
      the_level := the_level + 1; place := place / 2;
    END LOOP;
  END LOOP;
END $do$"""
# What switches laws off or on, which is the owner's to do alone.
SWITCH = re.compile(r"ALTER TABLE \w+ (DISABLE|ENABLE) |SET session_replication_role|DO .*ENABLE ALWAYS TRIGGER", re.S)
# Where SQL falls apart into changes of rows; what is told of an act must stand in one transaction with them.
CHANGE = re.compile(r"; (?=INSERT INTO |UPDATE |DELETE FROM )")
LAWS_ON = """DO $do$
DECLARE law record;
BEGIN
  FOR law IN SELECT tgname FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal LOOP
    EXECUTE format('ALTER TABLE {table} ENABLE ALWAYS TRIGGER %I', law.tgname);
  END LOOP;
END $do$"""


@dataclass(frozen=True)
class Attack:
    """One line of the table: what is tried, near which pages, and by which SQL (each a transaction) or shell command.

    `sees`: by which check the strongest attacker is found out; empty where even that one is refused. `undo`: what is undone of the
    whole cluster. `restart`: the server reads its files anew. `witness`: it is for a witness to notice.
    """

    what: str
    near: str
    sql: tuple[str, ...] = ()
    sees: str = ""
    shell: str = ""
    undo: tuple[str, ...] = ()
    restart: bool = False
    old: bool = False
    witness: bool = False


def quietly(table: str, *sql: str) -> tuple[str, ...]:
    """SQL while the laws of a table are switched off, and then on again as they were: no trace of that remains."""
    return f"ALTER TABLE {table} DISABLE TRIGGER USER", *sql, LAWS_ON.format(table=table)


def by_force(*sql: str) -> tuple[str, ...]:
    """SQL in one transaction in which no trigger of any kind of these tables fires, foreign keys included."""
    tables = ("records_record", "records_annex", "records_signal", "records_leaf", "records_node", "records_head")
    off = "; ".join(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables)
    on = "; ".join(f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in tables)
    return off, *sql, on, *(LAWS_ON.format(table=table) for table in tables)


def changes(attack: Attack) -> tuple[str, ...]:
    """What an attack does to rows, piece by piece, without the switching around it; nothing where it switches nothing or that is all of it."""
    if not any(map(SWITCH.match, attack.sql)):
        return ()
    return tuple(piece for statement in attack.sql for piece in _pieces(statement) if not SWITCH.match(piece))


def _pieces(statement: str) -> Iterator[str]:
    """One statement as the changes it is made of."""
    yield from [statement] if "set_config" in statement else CHANGE.split(statement)
