"""What an operator has in hand: its claimed Jobs, each with its newest ServiceEvent, however many were claimed before.

Who has a Job in hand is told by its newest part, and that it still is by the Job: no index goes over both. So the law keeps a row of it
from the claim on until the Job is completed or given back, and a Desk reads no further than what it shows.
"""

from django.db import models
from django.db.models.expressions import RawSQL

from execution.job import Job
from qtm.law import own_law
from qtm.models import Operator, User

# Of each who is or was a member the oldest, and of those the oldest: one who holds nearly all is not walked over to find the rest.
OTHERS = """
SELECT h.job_id FROM (SELECT DISTINCT user_id FROM qtm_membership WHERE operator_id = %s AND user_id <> %s) m CROSS JOIN LATERAL
  (SELECT job_id, since FROM execution_hand WHERE operator_id = %s AND worker_id = m.user_id ORDER BY since, job_id LIMIT %s) h
ORDER BY h.since, h.job_id LIMIT %s"""


class Hand(models.Model):
    """A claimed Job in somebody's hand; written by the law alone."""

    # Of rows that stay for ever, as the law copies them: to ask whether they are there would cost each claim four questions.
    job = models.OneToOneField(Job, models.PROTECT, primary_key=True, db_constraint=False, related_name="hand")
    event = models.OneToOneField("execution.ServiceEvent", models.PROTECT, db_constraint=False, related_name="hand")
    operator = models.ForeignKey(Operator, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    worker = models.ForeignKey(User, models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    since = models.DateTimeField()  # when the Job was claimed

    class Meta:
        app_label = "execution"
        default_permissions = ()
        indexes = [models.Index(fields=["operator", "worker", "since", "job"], name="execution_hand_desk")]
        constraints = [own_law("execution_hand_law", "execution/hand.sql")]

    def __str__(self) -> str:
        """Which Job."""
        return f"{self.job} in hand"


def of_others(user: User, operator: Operator, most: int) -> RawSQL:
    """The Jobs that others than this person have in hand longest, as a subquery."""
    return RawSQL(OTHERS, [operator.pk, user.pk, operator.pk, most, most])  # noqa: S611
