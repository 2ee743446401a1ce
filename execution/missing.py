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


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a phone has sent of a ServiceEvent: its id, the act in which it was taken, and when the phone says that it was."""

    event: int
    item: str
    act: str
    said_at: str


def asked_of(event_id: int) -> tuple[list[Missing], list[Arrived]]:
    """What a ServiceEvent still lacks, and what phones have sent of it and of the other parts of its Job, in one question."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT coalesce((SELECT json_agg(m) FROM evidence_missing(%(event)s) m), '[]'),
                coalesce((SELECT json_agg(json_build_object('event', r.row_id, 'item', r.item, 'act', r.act, 'said_at', r.said_at))
                  FROM qtm_receipt r JOIN execution_serviceevent e ON e.id = r.row_id
                  WHERE e.job_id = (SELECT job_id FROM execution_serviceevent WHERE id = %(event)s) AND r.door LIKE 'door-serviceevent-%%'), '[]')""",
            {"event": event_id},
        )
        lacking, arrived = cursor.fetchone()
    return [Missing(**each) for each in lacking], [Arrived(**each) for each in arrived]
