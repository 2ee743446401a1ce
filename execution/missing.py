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


def asked_of(event_id: int) -> tuple[list[Missing], list[str]]:
    """What a ServiceEvent still lacks, and the ids of what phones have sent of it, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce((SELECT json_agg(m) FROM evidence_missing(%(event)s) m), '[]'),
                coalesce((SELECT json_agg(r.item) FROM qtm_receipt r WHERE r.row_id = %(event)s AND r.door LIKE 'door-serviceevent-%%'), '[]')""",
            {"event": event_id},
        )
        lacking, items = cursor.fetchone()
    return [Missing(**each) for each in lacking], items
