"""The letter as a row: what it is about, to whom it goes, and what became of it."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.models.functions import Now

from qtm.letters.declared import Kind, Recipient, kind_of
from qtm.spine import Fact

STATES = ("waiting", "sent", "failed")
MOST_SAID = 500  # characters of what a server answered


class SentAgain(Fact):
    """Somebody had a letter sent again that had failed; the letter names the newest of these, and each its letter."""

    number = models.BigIntegerField()

    class Meta(Fact.Meta):
        app_label = "qtm"
        ordering = ["id"]


class Letter(models.Model):
    """One message to one recipient about one row; never two for the same thing."""

    living: Sequence[str] = ("state", "since", "tries", "error", "address", "language", "again_id")  # as columns

    case_id = models.BigIntegerField()
    governor = models.ForeignKey("qtm.Operator", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    room = models.CharField(max_length=40)
    row_id = models.BigIntegerField()
    who = models.CharField(max_length=20)
    address = models.EmailField()  # the one it was sent to; until then the one that was known last
    language = models.CharField(max_length=12)
    state = models.CharField(max_length=10, default="waiting")
    tries = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=MOST_SAID, blank=True)
    again = models.ForeignKey(SentAgain, models.PROTECT, null=True, editable=False, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        app_label = "qtm"
        default_permissions = ()
        permissions = [("send_letter", "Send a letter again that failed")]
        indexes = [
            models.Index(fields=["case_id", "id"], name="qtm_letter_case"),
            models.Index(
                fields=["governor", "since", "id"], condition=models.Q(state="failed"), name="qtm_letter_failed"
            ),
            models.Index(fields=["id"], condition=models.Q(state="waiting"), name="qtm_letter_waiting"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["room", "row_id", "kind", "who"], name="qtm_letter_once_key"),
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="qtm_letter_state"),
        ]

    def __str__(self) -> str:
        """Such as "Received, to the requester"."""
        return f"{self.label}, to the {self.who}"

    @property
    def declared(self) -> Kind:
        """Its kind."""
        return kind_of(self.kind)

    @property
    def label(self) -> str:
        """What people call its kind."""
        return self.declared.label

    @property
    def masked(self) -> str:
        """Its address as far as one must see it to know whether it is the right one."""
        name, _, domain = self.address.rpartition("@")
        return f"{name[:1]}…@{domain}" if domain else ""

    def begin(self, recipient: Recipient) -> bool:
        """Count a try, to this recipient; whether it still waits."""
        said = {"address": recipient.address, "language": recipient.language}
        return self._while("waiting", tries=models.F("tries") + 1, **said)

    def end(self, state: str, error: str = "") -> bool:
        """It is sent, or has failed for good, unless somebody was first to say so."""
        return self._while("waiting", state=state, since=Now(), error=error[:MOST_SAID])

    def wait(self, error: str) -> bool:
        """It goes on waiting, and why it was not sent is known."""
        return self._while("waiting", error=error[:MOST_SAID])

    def wait_again(self) -> bool:
        """What has failed waits once more, and it is noted who wanted that; whether it had failed."""
        noted = SentAgain.noted(number=self.pk)
        return self._while("failed", state="waiting", since=Now(), again=noted)

    def _while(self, was: str, **what: Any) -> bool:
        """Change it while it is in a state; whether it was."""
        return bool(type(self).objects.filter(pk=self.pk, state=was).update(**what))
