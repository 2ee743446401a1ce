"""Where cases wait: one row for each case and lane, kept by the law as rows come into a queue and leave it.

A queue says in Python what waits in it (`qtm.queues`); each zone's law says the same in SQL, where the moves are made, and a test holds
the two together. So a queue is counted, paged and filtered along one narrow index, however much there was before.
"""

from django.db import models

NORMAL = 1  # the priority of nearly all: what is more or less pressing has an index of its own


class Wait(models.Model):
    """A case that waits in a queue, with what lists are filtered by; written by the law alone.

    Lanes are ways that a case may go side by side: it waits in one queue of each at a time.
    """

    # Of rows that stay for ever, as the law copies them; so nothing is asked again whether they are there.
    pk = models.CompositePrimaryKey("case_id", "lane")
    case_id = models.BigIntegerField()
    lane = models.CharField(max_length=12)
    queue = models.CharField(max_length=30)
    row_id = models.BigIntegerField()
    since = models.DateTimeField()
    governor = models.ForeignKey(
        "qtm.Operator", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    operator = models.ForeignKey(
        "qtm.Operator", models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    surface = models.ForeignKey("qtm.Surface", models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    funnel_id = models.BigIntegerField()
    priority = models.PositiveSmallIntegerField()
    due = models.DateTimeField(null=True)
    proven = models.BooleanField(db_default=False)  # whether the case has a piece of evidence

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["governor", "queue", "since", "row_id"], name="qtm_wait_queue"),
            models.Index(fields=["governor", "queue", "due", "since"], name="qtm_wait_overdue"),
            models.Index(fields=["governor", "queue", "proven", "since", "row_id"], name="qtm_wait_proven"),
            models.Index(
                fields=["governor", "queue", "priority", "since", "row_id"],
                condition=~models.Q(priority=NORMAL),
                name="qtm_wait_priority",
            ),
            models.Index(
                fields=["governor", "queue", "operator", "since", "row_id"],
                condition=models.Q(operator__isnull=False),
                name="qtm_wait_operator",
            ),
        ]

    def __str__(self) -> str:
        """Which case, and where."""
        return f"Q-{self.case_id} in {self.queue}"
