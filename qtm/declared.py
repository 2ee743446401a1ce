"""What a room declares, read off its class: as plain data for its law, or refused where it could never work."""

from collections.abc import Sequence
from typing import Any

from qtm.law import DIGEST


def refuse_bad_machine(room: Any) -> None:
    """A room whose states cannot all be reached, or whose declarations name what is not there, is not made."""
    edges = room.edges()
    if lost := set(room.states()) - room.reachable(room.first):
        raise TypeError(f"{room.__name__}: no way leads to {sorted(lost)}")
    if len(edges) != sum(len(verb.was) for verb in room.moves()):
        raise TypeError(f"{room.__name__}: two moves share a pair of states")
    columns = {each.name for each in room._meta.local_fields}
    if unknown := {*room.living, *room.amendable} - columns:
        raise TypeError(f"{room.__name__}: no such columns: {sorted(unknown)}")
    for key in room.upstream():
        _refuse_bad_birth(room, key)


def _refuse_bad_birth(room: Any, key: Any) -> None:
    """A birth that names states which do not exist can never be paid."""
    upstream = key.remote_field.model.states()
    named = {state for states in key.stands.values() for state in _every(room, states)}
    if unknown := ({*key.born_in, *key.stands} - set(upstream)) | (named - set(room.states())):
        raise TypeError(f"{room.__name__}.{key.name}: no such states: {sorted(unknown)}")


def law_of(room: Any) -> dict[str, Any]:
    """What a room declares, as plain data for its law and for the migration that carries it."""
    column = {each.name: each.column for each in room._meta.local_fields}
    free = {"state", "since", *room.living, *room.amendable}
    moves = room.moves()
    return {
        "label": room.label(),
        "word": room._meta.model_name,
        "case": f"NEW.{room.case_column}" if room.case_column else "NULL",
        "root": _root(room)._meta.db_table,
        "first": room.first,
        "by": room.born_by,
        "edges": [list(edge) for edge in room.edges()],
        "no_edges": [f"{was}>{verb.becomes}" for verb in moves if verb.no for was in verb.was],
        "asker_edges": [f"{was}>{verb.becomes}" for verb in moves if verb.asker for was in verb.was],
        "fixed": [name for field, name in column.items() if field not in free],
        "living": ["since", *(column[name] for name in room.living)],
        "writes": [
            [[[was, verb.becomes] for was in verb.was], [column[name] for name in verb.writes]]
            for verb in moves
            if verb.writes
        ],
        "amendable": [column[name] for name in room.amendable],
        "access_at_birth": list(room.access),
        "access_at_moves": [
            [[f"{was}>{verb.becomes}" for was in verb.was], list(verb.access)] for verb in moves if verb.access
        ],
        "births": [_birth_of(room, key) for key in room.upstream()],
        "digest": DIGEST,
    }


def _root(room: Any) -> Any:
    """The room in which the cases of a room begin."""
    births = room.upstream()
    return _root(births[0].remote_field.model) if births else room


def _every(room: Any, states: Sequence[str]) -> list[str]:
    """The states that a birth lists; none listed means every state of the room."""
    return list(states) or room.states()


def _birth_of(room: Any, key: Any) -> dict[str, Any]:
    """What one birth declares, as plain data."""
    up = key.remote_field.model
    return {
        "table": up._meta.db_table,
        "word": up._meta.model_name,
        "label": up.label(),
        "case": up.case_column,
        "column": key.column,
        "states": list(key.born_in),
        "stands": {state: _every(room, states) for state, states in key.stands.items()},
        "same": [room._meta.get_field(name).column for name in key.same],
        "at_sealing": key.at_sealing,
    }
