"""A person's calendar feed: an address that only they know, kept as its SHA-256 alone, for one operator and until it is revoked."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now

from intake.models import unguessable
from qtm.models import Operator, User
from qtm.people import digest
from qtm.refusals import Conflict


class Feed(models.Model):
    """The secret address of one person's jobs at one operator; one living at a time."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="+")
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None), name="execution_feed_one_living"
            )
        ]

    def __str__(self) -> str:
        """Whose it is."""
        return f"the calendar of {self.user}"

    @classmethod
    def living(cls, user: User) -> Any:
        """The address that a person has now, if any."""
        return cls.objects.filter(user=user, ended_at=None).first()

    @classmethod
    def make(cls, user: User, operator: Operator) -> str:
        """Make a new address, and end the one before; its token is told once and kept nowhere."""
        token = unguessable()
        try:
            with transaction.atomic():
                cls.revoke(user)
                cls.objects.create(user=user, operator=operator, token_sha256=digest(token))
        except IntegrityError:
            raise Conflict(
                sentence="Two presses came at the same moment, and one of them made an address. Look at it."
            ) from None
        return token

    @classmethod
    def revoke(cls, user: User) -> bool:
        """Let the address lead nowhere; whether there was one."""
        return bool(cls.objects.filter(user=user, ended_at=None).update(ended_at=Now()))

    @classmethod
    def opened_by(cls, token: str) -> "Feed | None":
        """The feed of a token, as long as its person works for its operator and that one is let in."""
        found = cls.objects.select_related("user", "operator").filter(token_sha256=digest(token), ended_at=None).first()
        if found is None:
            return None
        standing = found.user.standing
        return found if standing.working and standing.operator.pk == found.operator_id else None
