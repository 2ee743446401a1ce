"""An audit: every part in its turn, under one view of the database, as one stream of findings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import DatabaseError, connections, transaction

from records.audit.claims import Claim, claims, published
from records.audit.finding import INTEGRITY, Finding
from records.audit.kept import kept
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
    "records": _alone(records),
    "files": _alone(kept),
}


def audit(
    alias: str = "default", only: Sequence[str] = (), told: Callable[[Step], None] = lambda step: None
) -> Iterator[Finding]:
    """All findings, of all parts or of those that are named."""
    with _one_view(alias) as outside:
        for name in only or PARTS:
            step = Step(name, told)
            try:
                with transaction.atomic(using=alias):
                    yield from PARTS[name](alias, step, outside)
            except DatabaseError as error:
                words = f"the database cannot read it: {str(error).strip().splitlines()[0]}"
                yield Finding("unreadable", INTEGRITY, f"the part “{name}”", words)
            step.over = True
            told(step)


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
            outside = claims(name_of(alias))
        yield outside


def seen(alias: str) -> dict[str, Any]:
    """What the next audit will look for: the log under its newest checkpoint, how many there are, and the keys."""
    name = name_of(alias)
    signed = Signed.objects.using(alias).filter(note__startswith=f"{name}\n")
    newest = signed.last()
    return {
        "name": name,
        "size": newest.size if newest else 0,
        "root": (bytes(newest.root) if newest else tree.EMPTY).hex(),
        "checkpoints": signed.count(),
        "keys": list(Key.objects.using(alias).order_by("pk").values_list("public", flat=True)),
    }
