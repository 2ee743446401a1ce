"""What the audit before saw of all that stands in no Record and is only added to: the lines of the log, the refusals, and what follows a Record.

An audit keeps little of it: how many rows there were when it looked, and what they come to, by ten thousand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.db import connections

from qtm.blocked.model import Blocked
from qtm.declared import law_of
from qtm.law import LOG, array, text
from qtm.models import Transition
from qtm.spine import all_rooms
from records.audit import result
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.rows import rows
from records.audit.steps import Step
from records.models import Record

CHECK, AT_ONCE = "seen before", 10_000
# Lines are written at any time, but none that the audit did not see is numbered lower, other than by who was under way then.
LINES = "t.id <= {line} AND NOT (t.tx >= '{under_way}'::xid8 AND t.tx < '{to_come}'::xid8)"
# A refusal is counted up while its minute lasts.
REFUSALS = "t.minute < '{minute}'::timestamptz"
MOMENT = f"""
WITH now AS (SELECT pg_snapshot_xmin(s) AS under_way, pg_snapshot_xmax(s) AS to_come FROM pg_current_snapshot() s)
SELECT n.under_way::text, n.to_come::text, date_trunc('minute', now() - interval '10 minutes')::text,
  (SELECT coalesce(max(t.id), 0) FROM {LOG} t WHERE NOT (t.tx >= n.under_way AND t.tx < n.to_come)) FROM now n"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one kind: how some are called, where they stand, which of them are over, and what of each never changes then."""

    called: str
    tables: str
    over: str
    columns: Mapping[str, str]


def before(alias: str, step: Step) -> Iterator[Finding]:
    """Whatever is no longer what the audit before saw."""
    seen = result.remembered().get("before", {})
    known = kinds()
    for name, said in seen.get("kinds", {}).items():
        kind = known.get(name)
        if kind is None or {*said["columns"]} - kind.columns.keys():
            yield Finding(CHECK, COMPLETENESS, name, "what it saw of these is no longer there to be compared.")
            continue
        there = _blocks(alias, kind, seen["moment"], said["columns"], step)
        for place, (was, now) in enumerate(zip_longest(said["blocks"], there, fillvalue="0 ")):
            if was != now:
                yield _differs(kind, place, was, now)


def _differs(kind: Kind, place: int, was: str, now: str) -> Finding:
    """Ten thousand of which some are missing, or others."""
    row = kind.called.format(f"{place * AT_ONCE:,} to {(place + 1) * AT_ONCE - 1:,}")
    saw, there = (int(each.split()[0]) for each in (was, now))
    if saw == there:
        return Finding(CHECK, INTEGRITY, row, f"they are not the {saw:,} that the audit before saw.")
    return Finding(CHECK, COMPLETENESS, row, f"the audit before saw {saw:,} of them, and there are {there:,}.")


def seen(alias: str) -> dict[str, Any]:
    """What the next audit looks for."""
    ((under_way, to_come, minute, line),) = rows(alias, MOMENT)
    moment = {"under_way": under_way, "to_come": to_come, "minute": minute, "line": line}
    return {
        "moment": moment,
        "kinds": {
            name: {"columns": [*kind.columns], "blocks": [*_blocks(alias, kind, moment, [*kind.columns])]}
            for name, kind in kinds().items()
        },
    }


def _blocks(
    alias: str, kind: Kind, moment: Mapping[str, Any], columns: list[str], step: Step | None = None
) -> Iterator[str]:
    """How many rows there were at a moment and what they come to, ten thousand numbers at a time."""
    source = f"FROM {kind.tables} WHERE {kind.over.format(**moment)}"
    said = ", ".join(kind.columns[each] for each in columns)
    digest = (
        f"left(encode(sha256(string_agg(convert_to(ROW({said})::text, 'UTF8'), ''::bytea ORDER BY t.id)), 'hex'), 32)"
    )
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(t.id), -1) {source}")
        last = cursor.fetchone()[0]
        for first in range(0, last + 1, AT_ONCE):
            cursor.execute(
                f"SELECT count(*) || ' ' || coalesce({digest}, '') {source} AND t.id >= {first} AND t.id < {first + AT_ONCE}"
            )
            if step:
                step.one()
            yield str(cursor.fetchone()[0])


def kinds() -> dict[str, Kind]:
    """All that is looked at, by its name."""
    return {
        "lines": Kind("lines {} of the log", f"{LOG} t", LINES, _columns(Transition)),
        "refusals": Kind("refusals {}", f"{Blocked._meta.db_table} t", REFUSALS, _columns(Blocked)),
        **{room.label(): _following(room) for room in all_rooms() if _follows(room)},
    }


def _columns(model: Any) -> dict[str, str]:
    """Every column."""
    return {each.column: f't."{each.column}"' for each in model._meta.local_concrete_fields}


def _follows(room: Any) -> bool:
    """Whether what is in a room is born of a Record, or of what is."""
    above = [key.remote_field.model for key in room.upstream()]
    return Record in above or any(map(_follows, above))


def _following(room: Any) -> Kind:
    """The rows of a room as its lines tell of them: what is fixed at birth, and what a last move has written."""
    law = law_of(room)
    last = array(state for state in room.states() if room.reachable(state) == {state})
    columns = {each: f'r."{each}"' for each in law["fixed"]}
    for _, written in law["writes"]:
        columns |= {each: f'CASE WHEN t.becomes = ANY ({last}) THEN r."{each}" END' for each in written}
    tables = f"{LOG} t LEFT JOIN {room._meta.db_table} r ON r.id = t.row_id"
    return Kind(
        f"{room.title}, by lines {{}} of the log", tables, f"t.room = {text(room.label())} AND {LINES}", columns
    )
