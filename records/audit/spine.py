"""The spine as it stands: every edge for orphans and half states, and every row against its lines on the log.

All of it is made from what the rooms declare: births, who stands with whom, moves, and facts.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps

from qtm.law import LOG, array, text
from qtm.spine import Fact, all_rooms
from records.audit.finding import COMPLETENESS, INTEGRITY, Finding
from records.audit.rows import rows
from records.audit.steps import Step

# Each question: the rows for which something does not hold, what that is, and of which kind.
type Question = tuple[str, str, str, str]


def spine(alias: str, step: Step) -> Iterator[Finding]:
    """Ask every question of every room and fact."""
    questions = [*(each for model in _models() for each in _questions(model)), _nowhere(), *ERASED]
    step.expects(len(questions))
    for check, kind, words, statement in questions:
        step.one()
        for row, *said in rows(alias, statement):
            yield Finding(check, kind, str(row), words.format(*said))


# What an erasure orders, and nothing else does.
ERASED: Sequence[Question] = (
    (
        "erasure",
        COMPLETENESS,
        "its files are to be gone, and no erasure says who wanted that, and why.",
        "SELECT 'E-' || e.event_id FROM execution_emptied e WHERE NOT EXISTS (SELECT FROM records_record r"
        " JOIN records_erasure z ON z.record_id = r.id WHERE r.event_id = e.event_id AND z.files)",
    ),
    (
        "erasure",
        COMPLETENESS,
        "its erasure says that its files are to be gone, and nothing was ordered.",
        "SELECT 'R-' || z.record_id FROM records_erasure z JOIN records_record r ON r.id = z.record_id"
        " WHERE z.files AND NOT EXISTS (SELECT FROM execution_emptied e WHERE e.event_id = r.event_id)",
    ),
    (
        "erasure",
        INTEGRITY,
        "its files are said to have been taken away, and were never to be.",
        "SELECT 'E-' || d.event_id FROM execution_removed d WHERE NOT EXISTS (SELECT FROM execution_emptied e WHERE e.event_id = d.event_id)",
    ),
)


def _nowhere() -> Question:
    """Lines of a room that does not exist."""
    known = array(sorted(model.label() for model in all_rooms()))
    return (
        "line",
        INTEGRITY,
        "it tells of {}, which is no room.",
        f"SELECT 'line ' || t.id, t.room FROM {LOG} t WHERE t.room <> ALL ({known}) ORDER BY t.id",  # noqa: S608
    )


def _models() -> list[Any]:
    """Every room and every fact."""
    return [*all_rooms(), *(model for model in apps.get_models() if issubclass(model, Fact))]


def _questions(model: Any) -> Iterator[Question]:
    """What is asked of one table."""
    yield from (_orphans(model, key) for key in model._meta.local_fields if key.is_relation)
    if issubclass(model, Fact):
        return
    yield _states(model)
    for key in model.upstream():
        yield _carried(model, key)
        if key.one_to_one:
            yield _twice(model, key)
        if key.stands:
            yield from _stands(model, key)
    yield from _lines(model)


def _named(model: Any, row: str = "r.id") -> str:
    """How a row is called, as SQL."""
    letter = getattr(model, "letter", "")
    return f"{text(f'{letter}-' if letter else f'{model._meta.verbose_name} ')} || {row}"


def _orphans(model: Any, key: Any) -> Question:
    """Rows that name what is not there."""
    up = key.remote_field.model._meta
    return (
        "orphan",
        COMPLETENESS,
        f"the {up.verbose_name} that it names is not there.",
        f"SELECT {_named(model)} FROM {model._meta.db_table} r LEFT JOIN {up.db_table} u ON u.{up.pk.column} = r.{key.column}"  # noqa: S608
        f" WHERE r.{key.column} IS NOT NULL AND u.{up.pk.column} IS NULL",
    )


def _states(model: Any) -> Question:
    """Rows in a state that the room does not have."""
    return (
        "state",
        INTEGRITY,
        "its state {} is none of its room's.",
        f"SELECT {_named(model)}, r.state FROM {model._meta.db_table} r WHERE r.state <> ALL ({array(model.states())})",  # noqa: S608
    )


def _carried(model: Any, key: Any) -> Question:
    """Rows that carry other facts than what they are born of."""
    up = key.remote_field.model
    pairs = [("case_id", up.case_column), *((model._meta.get_field(name).column,) * 2 for name in key.same)]
    differ = " OR ".join(f"r.{mine} IS DISTINCT FROM u.{theirs}" for mine, theirs in pairs)
    return (
        "carried",
        INTEGRITY,
        f"it carries other facts than the {up.title} that it is born of.",
        f"SELECT {_named(model)} FROM {model._meta.db_table} r JOIN {up._meta.db_table} u ON u.id = r.{key.column} WHERE {differ}",  # noqa: S608
    )


def _twice(model: Any, key: Any) -> Question:
    """Rows upstream that have several successors, where there is one at most."""
    up = key.remote_field.model
    return (
        "half",
        INTEGRITY,
        f"it has {{}} rows of {model.title}, and may have one.",
        f"SELECT {_named(up, f'r.{key.column}')}, count(*) FROM {model._meta.db_table} r GROUP BY r.{key.column} HAVING count(*) > 1",  # noqa: S608
    )


def _stands(model: Any, key: Any) -> Iterator[Question]:
    """Half states: who owes a successor and has none, and who stands with a row that does not allow it."""
    up, every = key.remote_field.model, model.states()
    stands = {state: states or every for state, states in key.stands.items()}
    may = " ".join(f"WHEN {text(state)} THEN {array(states)}" for state, states in stands.items())
    listed = array(sorted({state for states in stands.values() for state in states}))
    allowed = f"CASE u.state {may} ELSE '{{}}'::text[] END"
    tables = f"{model._meta.db_table} r", f"{up._meta.db_table} u"
    yield (
        "half",
        COMPLETENESS,
        f"it is {{}} and owes a {model.title}.",
        f"SELECT {_named(up, 'u.id')}, u.state FROM {tables[1]} WHERE u.state = ANY ({array(stands)})"  # noqa: S608
        f" AND NOT EXISTS (SELECT FROM {tables[0]} WHERE r.{key.column} = u.id AND r.state = ANY ({allowed}))",
    )
    yield (
        "half",
        INTEGRITY,
        f"it is {{}}, and cannot be while its {up.title} is {{}}.",
        f"SELECT {_named(model)}, r.state, u.state FROM {tables[0]} JOIN {tables[1]} ON u.id = r.{key.column}"  # noqa: S608
        f" WHERE r.state = ANY ({listed}) AND r.state <> ALL ({allowed})",
    )


def _lines(model: Any) -> Iterator[Question]:
    """The rows of a room against their lines: born once, one line after the other, and now where the last one says."""
    label, table = text(model.label()), model._meta.db_table
    case = f"r.{model.case_column}" if model.case_column else "NULL"
    edges = array(f"{was}>{becomes}" for was, becomes in [("", model.first), *model.edges()])
    lines = (
        "SELECT t.row_id, t.case_id, t.was, t.becomes, t.at, lag(t.becomes, 1, '') OVER w AS before, lead(t.id) OVER w IS NULL AS newest"  # noqa: S608
        f" FROM {LOG} t WHERE t.room = {label} WINDOW w AS (PARTITION BY t.row_id ORDER BY t.id)"
    )
    yield (
        "line",
        COMPLETENESS,
        "the log says that it came from {} to {}, and before that it was {}.",
        f"SELECT {_named(model, 'l.row_id')}, coalesce(nullif(l.was, ''), 'nothing'), l.becomes, coalesce(nullif(l.before, ''), 'nothing')"  # noqa: S608
        f" FROM ({lines}) l WHERE l.was <> l.before",
    )
    yield (
        "line",
        INTEGRITY,
        "the log tells of a move from {} to {}, which there is not.",
        f"SELECT {_named(model, 't.row_id')}, coalesce(nullif(t.was, ''), 'nothing'), t.becomes FROM {LOG} t"  # noqa: S608
        f" WHERE t.room = {label} AND t.was || '>' || t.becomes <> ALL ({edges})",
    )
    yield (
        "line",
        COMPLETENESS,
        "the log tells of it, and it is not there.",
        f"SELECT DISTINCT {_named(model, 't.row_id')} FROM {LOG} t LEFT JOIN {table} r ON r.id = t.row_id WHERE t.room = {label} AND r.id IS NULL",  # noqa: S608
    )
    yield (
        "line",
        INTEGRITY,
        "it is {} since {}, and its last line says {} since {}.",
        f"SELECT {_named(model)}, r.state, r.since, coalesce(l.becomes, 'nothing'), l.at"  # noqa: S608
        f" FROM {table} r LEFT JOIN ({lines}) l ON l.row_id = r.id AND l.newest"
        f" WHERE (l.becomes, l.at, l.case_id) IS DISTINCT FROM (r.state, r.since, {case})",
    )
