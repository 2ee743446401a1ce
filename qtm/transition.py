"""The log: a line for each birth and each move, which nobody but the law writes."""

from django.conf import settings
from django.db import models

from qtm.fields import Brin, TransactionIdField
from qtm.law import DIGEST, LogLaw


class Transition(models.Model):
    """One line of the log: a birth or a move, written by the database itself, for ever."""

    case_id = models.BigIntegerField(null=True)
    room = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    was = models.CharField(max_length=20, blank=True)
    becomes = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_id = models.BigIntegerField(null=True)
    authority = models.CharField(max_length=200)
    via = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    act = models.UUIDField()
    at = models.DateTimeField()
    tx = TransactionIdField()

    class Meta:
        default_permissions = ()
        ordering = ["id"]
        indexes = [
            models.Index(fields=["case_id", "id"], name="qtm_transition_case"),
            models.Index(fields=["room", "row_id"], condition=models.Q(case_id=None), name="qtm_transition_row"),
            Brin(fields=["at"], name="qtm_transition_at"),  # costs a move nothing to speak of
        ]
        constraints = [LogLaw(name="qtm_transition_law", said={"digest": DIGEST})]

    def __str__(self) -> str:
        """Such as "governance.Task 7: open → approved"."""
        return f"{self.room} {self.row_id}: {self.was or '·'} → {self.becomes}"
