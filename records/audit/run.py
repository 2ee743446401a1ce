"""An audit: every part in its turn, under one view of the database, as one stream of findings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DatabaseError, connections, transaction

from records.audit.before import CHECK, before
from records.audit.before import seen as seen_beside
from records.audit.claims import Claim, claims, published
from records.audit.finding import INTEGRITY, Finding
from records.audit.kept import kept
from records.audit.powers import powers
from records.audit.schema import schema
from records.audit.sealed import records
from records.audit.spine import spine
from records.audit.steps import Step
from records.audit.tree import log, name_of
from records.audit.vouched import vouched
from records.log import tree
from records.log.memory import alone
from records.log.model import Key, Signed

type Part = Callable[[str, Step, Sequence[Claim]], Iterator[Finding]]


def _alone(part: Callable[[str, Step], Iterator[Finding]]) -> Part:
    """A part that asks the database and the files alone."""
    return lambda alias, step, outside: part(alias, step)


PARTS: Mapping[str, Part] = {
    "schema": _alone(schema),
    "log": log,
    "checkpoints": vouched,
    "published": _alone(published),
    "spine": _alone(spine),
    "before": _alone(before),
    "records": _alone(records),
    "files": _alone(kept),
}


def audit(
    alias: str = "default",
    only: Sequence[str] = (),
    told: Callable[[Step], None] = lambda step: None,
    seen: dict[str, Any] | None = None,
) -> Iterator[Finding]:
    """All findings, of all parts or of those that are named; `seen` is given what there was to see where all of it was in order."""
    with _one_view(alias) as outside:
        in_order = not only
        for name in only or PARTS:
            for finding in _part(alias, Step(name, told), outside):
                in_order &= finding.check == CHECK
                yield finding
        if in_order and seen is not None:
            seen.update(_seen(alias))


def _part(alias: str, step: Step, outside: Sequence[Claim]) -> Iterator[Finding]:
    """One part to its end, or to what nobody can read."""
    try:
        with transaction.atomic(using=alias):
            yield from PARTS[step.name](alias, step, outside)
    except DatabaseError as error:
        yield _unreadable(step, f"the database cannot read it: {_first_line(error)}")
    except Exception as error:
        yield _unreadable(step, f"it cannot be read: {type(error).__name__}, {_first_line(error)}")
    step.over = True
    step.told(step)


def _unreadable(step: Step, words: str) -> Finding:
    """A part that was not looked at to its end."""
    return Finding("unreadable", INTEGRITY, f"the part “{step.name}”", words)


def _first_line(error: Exception) -> str:
    """What an error says first."""
    return (str(error).strip().splitlines() or ["nothing more is known"])[0]


@contextmanager
def _one_view(alias: str) -> Iterator[Sequence[Claim]]:
    """The database as it is at one moment, read only, and what is said of the log outside of it while nobody signs it.

    A transaction under way has its own view.
    """
    connection = connections[alias]
    nested = connection.in_atomic_block
    with nullcontext() if nested else transaction.atomic(using=alias), connection.cursor() as cursor:
        with alone():
            if not nested:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL search_path = pg_catalog, public, pg_temp; SET LOCAL timezone = 'UTC'")
            outside = _outside(alias)
        yield outside


def _outside(alias: str) -> Sequence[Claim]:
    """What is said outside of it; where the database cannot tell what the log is called, nothing that holds."""
    try:
        with transaction.atomic(using=alias):
            return claims(name_of(alias))
    except DatabaseError:
        return [Claim("the list of keys", "key")]


def _seen(alias: str) -> dict[str, Any]:
    """What the next audit looks for: the log under its newest checkpoint, how many there are, the keys, and what no Record holds."""
    name = name_of(alias)
    signed = Signed.objects.using(alias).filter(note__startswith=f"{name}\n")
    newest = signed.last()
    return {
        "name": name,
        "size": newest.size if newest else 0,
        "root": (bytes(newest.root) if newest else tree.EMPTY).hex(),
        "checkpoints": signed.count(),
        "keys": list(Key.objects.using(alias).order_by("pk").values_list("public", flat=True)),
        "powers": powers(alias),
        "before": seen_beside(alias),
    }
