"""Receipts: a press that a device kept until it could send it is one press, however often it arrives."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models

from qtm.refusals import Conflict
from qtm.spine import Fact

OTHER = "Something else came under this number before. Nothing was changed."
UNARRIVED = "Something that was captured for it has not arrived yet. It waits on the phone that it was captured with: send it first."


class Receipt(Fact):
    """What a device sent, by the id that it gave it: at which door, the digest, and its own time beside that of receipt."""

    noted_by: ClassVar[str] = "person"

    item = models.UUIDField()
    door = models.CharField(max_length=80)
    row_id = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    said_at = models.DateTimeField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["row_id", "door"], name="qtm_receipt_row")]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], name="qtm_receipt_item_key", violation_error_message="It has arrived already."
            ),
            models.CheckConstraint(condition=models.Q(digest__regex="^[0-9a-f]{64}$"), name="qtm_receipt_digest"),
        ]

    @classmethod
    def of(cls, user: Any, item: UUID, digest: str) -> Self | None:
        """The receipt of what arrived before; `Conflict` (409) where something else did under the same id."""
        first = cls.objects.filter(item=item).first()
        if first and (first.by_id, first.digest) != (user.pk, digest):
            raise Conflict(sentence=OTHER, heading="It is there already")
        return first


def refuse_unarrived(items: Iterable[str], row_id: int) -> None:
    """`Conflict` (409) unless everything that a device names as captured for a row has arrived, and for that row."""
    named = set(items)
    known = [found for item in named if (found := uuid_or_none(item))]
    if named and Receipt.objects.filter(item__in=known, row_id=row_id).count() < len(named):
        raise Conflict(sentence=UNARRIVED, heading="It is not all here")


def uuid_or_none(said: str) -> UUID | None:
    """An id as it was written, if it is one."""
    try:
        return UUID(said)
    except ValueError:
        return None
