"""A blocked attempt as a row: who, by which door, on which row, by which law and how often; nothing that was typed."""

from django.db import models
from django.db.models.functions import Now

from qtm.law import own_law


class Blocked(models.Model):
    """One thing that one person tried within one minute, and how often."""

    minute = models.DateTimeField(db_default=Now(), editable=False)
    at = models.DateTimeField(db_default=Now(), editable=False)  # the first time
    user = models.ForeignKey("qtm.User", models.PROTECT, null=True, editable=False, related_name="+")
    route = models.CharField(max_length=80)  # the name of the address; the address itself may hold a requester's link
    room = models.CharField(max_length=40)
    row_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField(null=True)
    law = models.CharField(max_length=80)
    status = models.PositiveSmallIntegerField()
    via = models.CharField(max_length=20)
    times = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        app_label = "qtm"
        default_permissions = ()
        permissions = [("read_refusals", "Read what was tried and refused")]
        indexes = [
            models.Index(fields=["case_id"], condition=~models.Q(case_id=None), name="qtm_blocked_case"),
            models.Index(fields=["user", "-id"], name="qtm_blocked_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["minute", "user", "route", "row_id", "law"], name="qtm_blocked_once_key", nulls_distinct=False
            ),
            own_law("qtm_blocked_law", "qtm/blocked/blocked.sql", "blocked"),
        ]

    def __str__(self) -> str:
        """By which address, and how often."""
        return f"{self.route}, {self.times}"
