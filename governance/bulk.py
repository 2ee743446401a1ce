"""One press for many cases: what was pressed, exactly which cases were in it, and what came of each. Nothing here moves anything."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from django.db import models
from django.urls import reverse

from qtm.models import Operator
from qtm.spine import Fact

MOST = 1000  # so many cases in one press; whoever reads the outcome reads it row by row


class Bulk(Fact):
    """One press for many: at which door, what was typed, and the cases that were in the list when its page was drawn."""

    key = models.UUIDField()  # given when the page was drawn, so that the same press sent twice is one
    governor = models.ForeignKey(Operator, models.PROTECT, null=True, related_name="+")
    queue = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    door = models.CharField(max_length=80)
    typed = models.JSONField()
    tasks = models.JSONField()
    warned = models.JSONField(
        default=dict
    )  # what was said against it before: each sentence, with the cases it is about

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["key"], name="governance_bulk_key", violation_error_message="This was pressed already."
            )
        ]
        indexes = [models.Index(fields=["by", "-id"], name="governance_bulk_mine")]

    def __str__(self) -> str:
        """Such as "bulk 7"."""
        return f"bulk {self.pk}"

    @property
    def page(self) -> str:
        """Where its outcome stands, row by row."""
        return reverse("bulk", args=[self.pk])

    @classmethod
    def pressed(cls, key: str) -> "Bulk | None":
        """The press that was made of a page before, if one was."""
        return cls.objects.filter(key=key).first()

    @cached_property
    def _against(self) -> Mapping[int, Sequence[str]]:
        """What was said against it before, by the case."""
        found: dict[int, list[str]] = {}
        for sentence, tasks in self.warned.items():
            for pk in tasks:
                found.setdefault(pk, []).append(sentence)
        return found

    def against(self, task: int) -> Sequence[str]:
        """What was said against it in one case, before it was pressed all the same."""
        return self._against.get(task, ())

    def left(self) -> Sequence[int]:
        """The cases of which nothing has come yet, in their order."""
        told = set(self.outcomes.values_list("task_id", flat=True))
        return [pk for pk in self.tasks if pk not in told]


class BulkOutcome(Fact):
    """What came of one case of a press for many; written in the act that moved it, or with the reason why nothing did."""

    bulk = models.ForeignKey(Bulk, models.PROTECT, related_name="outcomes")
    task = models.ForeignKey("governance.Task", models.PROTECT, related_name="+")
    why = models.TextField(blank=True)  # empty where it was done

    class Meta(Fact.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bulk", "task"],
                name="governance_bulkoutcome_key",
                violation_error_message="Something came of this case already.",
            )
        ]

    def __str__(self) -> str:
        """Done, or why not."""
        return self.why or "done"
