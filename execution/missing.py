"""What a ServiceEvent still lacks, as the database's one function answers it."""

from typing import Any

from django.db import connection


class Missing:
    """One thing that a ServiceEvent still lacks: `kind` is photo, note or stage."""

    __slots__ = ("category", "have", "kind", "needed", "stage")

    def __init__(self, stage: str, kind: str, category: str, needed: int, have: int) -> None:
        """As the database's function answers."""
        self.stage, self.kind, self.category, self.needed, self.have = stage, kind, category, needed, have

    def words(self, runtime: Any) -> str:
        """What is missing, as a person would say it."""
        stage = runtime.stage(self.stage)
        if self.kind == "stage":
            return f"{stage.label} marked as done"
        label = next(each.label for each in stage.evidence if (each.kind, each.category) == (self.kind, self.category))
        count = self.needed - self.have
        return f"{count} {self.kind}{'s' if count > 1 else ''} of {label}"


def missing_of(event_id: int) -> list[Missing]:
    """Ask the one function that the completing law asks too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stage, kind, category, needed, have FROM evidence_missing(%s)", [event_id])
        return [Missing(*row) for row in cursor.fetchall()]
