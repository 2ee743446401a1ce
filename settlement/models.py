"""Settlement: money that follows a sealed Record, by a person's act, and changes nothing upstream."""

from django.db import models

from qtm.law import HERE, FileLaw, digest
from qtm.refusals import Invalid
from qtm.spine import BornAmong, Boundary, Room, birth, move
from records.models import Record


class Settlement(Room):
    """One settlement of a Record: an amount in minor units of an ISO 4217 currency."""

    first = "open"
    letter = "M"
    zone = "settlement"
    title = "Settlement"
    open_to = ("settlement.see_settlements",)
    living = ("captured_minor",)
    boundary = Boundary("economic settlement path", "settlement remains downstream economic state", queue="Sealed, unsettled")

    case_id = models.BigIntegerField(db_index=True)
    record = BornAmong(Record, "sealed", related_name="settlements")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    captured_minor = models.BigIntegerField(null=True)

    class Meta(Room.Meta):
        permissions = [("see_settlements", "See the settlements")]
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=~models.Q(state="voided"), name="settlement_settlement_one_living"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0, currency__regex=r"^[A-Z]{3}$"), name="settlement_settlement_money"),
            models.CheckConstraint(
                condition=models.Q(captured_minor=None) & ~models.Q(state="captured")
                | models.Q(state="captured", captured_minor__isnull=False, captured_minor__gt=0, captured_minor__lte=models.F("amount_minor")),
                name="settlement_settlement_captured",
            ),
            FileLaw(name="settlement_own_work_law", said={"path": "settlement/law.sql", "digest": digest(HERE.parent / "settlement" / "law.sql")}),
        ]
        indexes = [models.Index(fields=["state", "since", "id"], name="settlement_queue")]

    @birth(Record, "sealed", label="Open a settlement", says="Names the amount. No money moves yet.", primary=True)
    def open(cls, record: Record, *, amount_minor: int, currency: str) -> "Settlement":  # noqa: N805
        """Open the settlement of a sealed Record."""
        if amount_minor <= 0:
            raise Invalid({"amount": "The amount is more than nothing."})
        return cls.born(record=record, amount_minor=amount_minor, currency=currency)  # type: ignore[attr-defined,no-any-return]

    @move("open", "authorized", label="Authorize", says="The amount may be captured from now on.", primary=True)
    def authorize(self) -> None:
        """The amount may be captured."""

    @move("authorized", "captured", label="Capture", says="The money is taken as received. The record does not change.", primary=True)
    def capture(self, *, amount_minor: int) -> None:
        """Take money as received, up to what was authorized."""
        if not 0 < amount_minor <= self.amount_minor:
            raise Invalid({"amount": "Capture more than nothing, and no more than was authorized."})
        self.captured_minor = amount_minor

    @move(("open", "authorized"), "voided", no=True, label="Void", says="Nothing is captured. The record can be settled anew.")
    def void(self) -> None:
        """Nothing will be captured."""
