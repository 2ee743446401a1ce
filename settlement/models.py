"""Settlement: money that follows a sealed Record, by a person's act, and changes nothing upstream."""

from typing import Any

from django.db import connection, models
from django.urls import reverse

from qtm.law import own_law
from qtm.refusals import SENTENCES, Invalid, Lawless
from qtm.runtime import MOST_MINOR
from qtm.spine import BornAmong, Boundary, Room, Verb, birth, move
from qtm.words import EXPONENTS, money
from records.models import Record

LIVING = ~models.Q(state="voided")


class Settlement(Room):
    """One settlement of a Record: an amount in minor units of an ISO 4217 currency."""

    first = "open"
    letter = "M"
    has_page = True
    zone = "settlement"
    title = "Settlement"
    open_to = ("settlement.see_settlements",)
    boundary = Boundary("economic settlement path", "settlement remains downstream economic state")

    case_id = models.BigIntegerField(db_index=True)
    record = BornAmong(Record, "sealed", related_name="settlements")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    captured_minor = models.BigIntegerField(null=True)

    class Meta(Room.Meta):
        permissions = [("see_settlements", "See the settlements")]
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=LIVING, name="settlement_settlement_one_living"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, currency__regex=r"^[A-Z]{3}$"),
                name="settlement_settlement_money",
            ),
            models.CheckConstraint(
                condition=models.Q(captured_minor=None) & ~models.Q(state="captured")
                | models.Q(
                    state="captured",
                    captured_minor__isnull=False,
                    captured_minor__gt=0,
                    captured_minor__lte=models.F("amount_minor"),
                ),
                name="settlement_settlement_captured",
            ),
            own_law("settlement_own_work_law", "settlement/law.sql"),
            own_law("settlement_waits_law", "settlement/waits.sql"),
        ]
        indexes = [models.Index(fields=["state", "since", "id"], name="settlement_queue")]

    @property
    def page(self) -> str:
        """Its own page."""
        return reverse("settlement", args=[self.pk])

    @classmethod
    def shut(cls, verb: Verb, row: Any) -> str:
        """Opened only of the Record of a Job's last part."""
        return "" if verb.name != "open" or row.final else SENTENCES["last"]

    @classmethod
    def living_of(cls, record: Record) -> "Settlement | None":
        """The settlement of a Record that was not voided, if there is one."""
        return cls.objects.filter(LIVING, record=record).first()

    @birth(
        Record,
        "sealed",
        lands=True,
        label="Open a settlement",
        says="Names the amount. No money moves yet.",
        primary=True,
    )
    def open(cls, record: Record, *, amount_minor: int, currency: str) -> "Settlement":  # noqa: N805
        """Open the settlement of a sealed Record."""
        if not record.final:
            raise Lawless(SENTENCES["last"])
        if currency not in EXPONENTS:
            raise Invalid({"currency": "Choose a currency of ISO 4217, such as EUR."})
        _refuse_beyond(amount_minor, MOST_MINOR, currency)
        return cls.born(record=record, amount_minor=amount_minor, currency=currency)

    @move("open", "authorized", label="Authorize", says="The amount may be captured from now on.", primary=True)
    def authorize(self) -> None:
        """The amount may be captured."""

    @move(
        "authorized",
        "captured",
        label="Capture",
        says="The money is taken as received. The record does not change.",
        primary=True,
        writes=("captured_minor",),
    )
    def capture(self, *, amount_minor: int) -> None:
        """Take money as received, up to what was authorized."""
        _refuse_beyond(amount_minor, self.amount_minor, self.currency)
        self.captured_minor = amount_minor

    @move(
        ("open", "authorized"),
        "voided",
        no=True,
        label="Void",
        says="Nothing is captured. The record can be settled anew.",
    )
    def void(self) -> None:
        """Nothing will be captured."""


def _refuse_beyond(amount_minor: Any, most_minor: int, currency: str) -> None:
    """An amount is a whole number of minor units, more than nothing and within its limit."""
    if type(amount_minor) is not int or not 0 < amount_minor <= most_minor:
        raise Invalid({"amount": f"The amount is more than nothing, and at most {money(most_minor, currency)}."})


def own_work(user_id: int, record: Record) -> bool:
    """Whether a person did the work of a Record, or belonged to the operator that did: as the law of the database asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT settlement_own_work(%s, %s)", [record.pk, user_id])
        return bool(cursor.fetchone()[0])
