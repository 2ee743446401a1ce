"""Invitations: how a person comes in."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Invitation(models.Model):
    """A link that lets one person in, once: as a member of an operator, or in a role on the network."""

    LASTS = timedelta(days=7)

    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=120)
    operator = models.ForeignKey("qtm.Operator", models.PROTECT, null=True, related_name="invitations")
    role = models.CharField(max_length=20)
    inviter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # nobody: made at the machine itself
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["-id"]

    def __str__(self) -> str:
        """Such as "owner of Northside Detailing"."""
        return f"{self.role} of {self.operator}" if self.operator_id else self.role

    def spend(self) -> bool:
        """Use it up, by coming in or by withdrawing it; of several at once one does."""
        living = type(self).objects.filter(pk=self.pk, spent_at=None, expires_at__gt=Now())
        return bool(living.update(spent_at=Now()))
