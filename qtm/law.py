"""The law as PostgreSQL holds it: triggers and functions made from what a room declares.

A `Law` stands among the constraints of its model, so makemigrations sees every change of it, and a migration shows it as data.
The SQL itself is in `law.sql`; its digest is part of each law, so a change there is a migration too.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import BaseConstraint, Model

LOG = "qtm_transition"
OPERATORS = "qtm_operator"
TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (\w+)")


def sections(path: Path) -> dict[str, str]:
    """The named sections of an SQL file, by the name behind its `-- :` line."""
    parts = re.split(r"^-- :(\S+)\n", path.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


HERE = Path(__file__).parent
SQL = sections(HERE / "law.sql")


def digest(path: Path) -> str:
    """Twelve hexadecimal digits of a file's SHA-256: enough to see that it changed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


DIGEST = digest(HERE / "law.sql")


def text(value: str) -> str:
    """A string as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def array(values: Iterable[str]) -> str:
    """Strings as an SQL array of text."""
    return f"ARRAY[{', '.join(text(value) for value in values)}]::text[]"


def fill(section: str, **words: str) -> str:
    """A section of law.sql with its words put in; a word forgotten or too many is an error."""
    used = set(re.findall(r"{{(\w+)}}", SQL[section]))
    if missing := used - set(words):
        raise KeyError(f"{section}: {sorted(missing)}")
    return re.sub(r"{{(\w+)}}", lambda found: words[found[1]], SQL[section])


def always(sql: str, table: str) -> str:
    """Every trigger that the SQL creates, made to fire in any replication role."""
    return "\n".join(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};" for name in TRIGGER.findall(sql))


def dropped(sql: str, table: str) -> str:
    """The statements that drop every trigger which the SQL creates."""
    return "\n".join(f"DROP TRIGGER {name} ON {table};" for name in TRIGGER.findall(sql))


def changed(columns: Sequence[str]) -> str:
    """An SQL condition: one of these columns changes."""
    return " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in columns) or "false"


def pair_among(edges: Iterable[Sequence[str]]) -> str:
    """An SQL condition: the old and the new state are one of these pairs; of one array, as rows of text compare slowly."""
    return f"OLD.state || '>' || NEW.state = ANY ({array(f'{was}>{becomes}' for was, becomes in edges)})"


class Decree(BaseConstraint):
    """SQL that stands and falls with a model, carried by migrations as a constraint."""

    def __init__(self, *, name: str, said: Mapping[str, Any]) -> None:
        """Keep what is declared, as plain data."""
        super().__init__(name=name)
        self.said = dict(said)

    def sql(self, table: str) -> tuple[str, str]:
        """The statements that make it, and those that undo it."""
        raise NotImplementedError

    def constraint_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing inline: a law is made when all tables of the migration stand."""
        return self.create_sql(model, schema_editor)

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Nothing at once, with its table or after it: it waits for the end of the migration."""
        if model is not None and schema_editor is not None:
            statement = _verbatim(self.sql(model._meta.db_table)[0])
            self.put(cast(list[str], schema_editor.deferred_sql), statement)
        return ""

    def put(self, waiting: list[str], statement: str) -> None:
        """Where it stands among what waits: after what came before."""
        waiting.append(statement)

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """The statement that undoes it."""
        assert model is not None
        return _verbatim(self.sql(model._meta.db_table)[1])

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to ask in Python: the database holds it."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """As data for a migration."""
        path, _, kwargs = super().deconstruct()
        return path, (), {**kwargs, "said": self.said}

    def __eq__(self, other: object) -> bool:
        """Equal when the same is declared."""
        return isinstance(other, Decree) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        """By name, as the declaration is not hashable."""
        return hash(self.name)


def _verbatim(sql: str) -> str:
    """SQL as a statement of the schema editor, with nothing to substitute; Django's stubs call it a string."""
    return cast(str, Statement("%(sql)s", sql=sql))


class LogLaw(Decree):
    """The functions of the law, and the log that only they can write."""

    def put(self, waiting: list[str], statement: str) -> None:
        """Before every other law of the same migration, as those call its functions."""
        waiting.insert(0, statement)

    def sql(self, table: str) -> tuple[str, str]:
        """From the sections `functions` and `functions-undo`."""
        return fill("functions", table=table), fill("functions-undo", table=table)


class FileLaw(Decree):
    """A zone's own clauses in an SQL file beside its models, in a section with its `undo`."""

    def sql(self, table: str) -> tuple[str, str]:
        """From the file named by `said["path"]`, seen from the top of the house."""
        parts, section = sections(HERE.parent / self.said["path"]), self.said.get("section")
        return (parts[section], parts[f"{section}-undo"]) if section else (parts["make"], parts["undo"])


def own_law(name: str, path: str, section: str = "") -> FileLaw:
    """The law of that name in a zone's SQL file, seen from the top of the house; its digest makes a change a migration."""
    named = {"section": section} if section else {}
    return FileLaw(name=name, said={"path": path, "digest": digest(HERE.parent / path), **named})


class Law(Decree):
    """The law of one room: born, fence, fixed at birth, log, someone acts, stands."""

    def sql(self, table: str) -> tuple[str, str]:
        """All triggers and functions of the room."""
        said = self.said
        own = fill(
            "room",
            table=table,
            log=LOG,
            label=text(said["label"]),
            case=said["case"],
            same_case=f"t.case_id = {said['case']}"
            if said["case"] != "NULL"
            else f"t.case_id IS NULL AND t.room = {text(said['label'])} AND t.row_id = NEW.id",
            first=text(said["first"]),
            by=text(said["by"]),
            births="".join(_birth(birth) for birth in said["births"]),
            access_at_birth=_access(said["access_at_birth"]),
            access_at_move=_access_at_moves(said["access_at_moves"]),
            asker_check=fill("asker", root=said["root"], case=said["case"])
            if said["by"] == "asker" or said["asker_edges"]
            else "",
            asker_edges=array(said["asker_edges"]),
            no_edges=array(said["no_edges"]),
            an_edge=pair_among(said["edges"]),
            fixed_changed=changed(said["fixed"]),
            unwritten_changed=_unwritten(said["writes"]),
            still_changed=changed(said["living"]) if said["amendable"] else "true",
        )
        make, undo = own + always(own, table), ""
        for birth in said["births"]:
            more, less = _stands(table, birth, said)
            make, undo = make + more, undo + less
        return make, undo + fill("room-undo", table=table, drop_triggers=dropped(own, table))


class FactLaw(Decree):
    """The law of what is noted once: taken only in its time, by somebody, and never changed."""

    def sql(self, table: str) -> tuple[str, str]:
        """All triggers and functions of the fact."""
        births = "".join(
            fill(
                "birth-of-part",
                uptable=part["table"],
                column=part["column"],
                upstates=array(part["states"]),
                uptable_word=text(part["word"]),
            )
            for part in self.said["parts"]
        )
        own = fill("fact", table=table, by=text(self.said["by"]), births=births)
        return own + always(own, table), fill("fact-undo", table=table, drop_triggers=dropped(own, table))


def _birth(birth: Mapping[str, Any]) -> str:
    """The check that what a row is born of stands as it must, and that the row carries the same facts."""
    same = [("NEW.case_id", f"up.{birth['case']}"), *((f"NEW.{name}", f"up.{name}") for name in birth["same"])]
    own = fill(
        "birth",
        uptable=birth["table"],
        column=birth["column"],
        upstates=array(birth["states"]),
        uptable_word=text(birth["word"]),
        same_new=_row(new for new, _ in same),
        same_up=_row(up for _, up in same),
    )
    if not birth["at_sealing"]:
        return own
    return own + fill(
        "same-act", log=LOG, uplabel=text(birth["label"]), column=birth["column"], uptable_word=text(birth["word"])
    )


def _unwritten(writes: Sequence[Sequence[Any]]) -> str:
    """An SQL condition: a move changes a living column that is another's to write."""
    return " OR ".join(f"NOT {pair_among(edges)} AND ({changed(columns)})" for edges, columns in writes) or "false"


def _row(columns: Iterable[str]) -> str:
    """Columns as one SQL row value."""
    return f"ROW({', '.join(columns)})"


def _access(allowed: Sequence[str]) -> str:
    """The check of the operator's access state, or nothing."""
    return fill("access", operators=OPERATORS, allowed=array(allowed)) if allowed else ""


def _access_at_moves(moves: Sequence[Sequence[Any]]) -> str:
    """The checks of the operator's access state, each for its own pairs of states."""
    return "".join(
        f"    IF was || '>' || NEW.state = ANY ({array(edges)}) THEN\n{_access(allowed)}    END IF;\n"
        for edges, allowed in moves
    )


def _stands(table: str, birth: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, str]:
    """Rows that belong together stand together: the deferred check, hung on both tables where it can matter."""
    stands: Mapping[str, Sequence[str]] = birth["stands"]
    if not stands:
        return "", ""
    column, up = birth["column"], birth["table"]
    listed = sorted({state for states in stands.values() for state in states})
    function = fill(
        "stands",
        table=table,
        column=column,
        uptable=up,
        table_word=text(said["word"]),
        uptable_word=text(birth["word"]),
        cases=" ".join(f"WHEN {text(state)} THEN {array(states)}" for state, states in stands.items()),
        listed=array(listed),
        owing=array(stands),
    )
    name = f"law_{table}_{column}"
    hung = [("upstream", up, f"{name}_up_born", "INSERT", f"NEW.state = ANY ({array(stands)})")]
    pairs = f"OLD.state <> NEW.state AND (OLD.state = ANY ({array(stands)}) OR NEW.state = ANY ({array(stands)}))"
    hung.append(("upstream", up, f"{name}_up_moved", "UPDATE", pairs))
    if said["first"] in listed and said["first"] not in stands.get(birth["states"][0], ()):
        hung.append(("successor", table, f"{name}_born", "INSERT", "true"))
    if matters := _edges_that_matter(said["edges"], stands, listed):
        hung.append(("successor", table, f"{name}_moved", "UPDATE", pair_among(matters)))
    make = function + "".join(
        fill("stands-trigger", table=table, column=column, side=side, on=on, name=trigger, event=event, when=when)
        for side, on, trigger, event, when in hung
    )
    drop = "".join(f"DROP TRIGGER {trigger} ON {on};\n" for _, on, trigger, _, _ in hung)
    return make, drop + f"DROP FUNCTION law_{table}_{column}_stands();\n"


def _edges_that_matter(
    edges: Sequence[Sequence[str]], stands: Mapping[str, Sequence[str]], listed: Sequence[str]
) -> list[tuple[str, str]]:
    """The moves of a successor that can change whether it may stand; the others need no check."""

    def standing(state: str) -> tuple[bool, ...]:
        """Where a state is listed, and under which of the upstream's states."""
        return (state in listed, *(state in states for states in stands.values()))

    return [(was, becomes) for was, becomes in edges if standing(was) != standing(becomes)]
