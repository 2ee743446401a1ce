"""What a ServiceEvent still lacks, as the database's one function answers it."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a ServiceEvent still lacks, with the words for it; `kind` is one of evidence, or stage."""

    stage: str
    kind: str
    category: str
    item: str
    needed: int
    have: int
    words: str


def missing_of(event_id: int) -> list[Missing]:
    """Ask the one function that the law of marking and completing asks too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stage, kind, category, item, needed, have, words FROM evidence_missing(%s)", [event_id])
        return [Missing(*row) for row in cursor.fetchall()]
