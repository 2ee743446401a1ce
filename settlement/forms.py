"""What the doors of settlement ask: amounts and currencies; and that nobody settles their own work."""

from functools import cached_property
from typing import Any

from django import forms

from qtm.doors import DoorForm, ReasonForm
from qtm.refusals import SENTENCES, Conflict
from qtm.words import EXPONENTS, money
from records.models import Record
from settlement.models import Settlement, own_work
from settlement.money import NotMoney, minor, plain


class SettleForm(DoorForm):
    """A door of settlement: shut for whoever did the work."""

    @cached_property
    def record(self) -> Record:
        """The Record that is settled."""
        return self.row if isinstance(self.row, Record) else self.row.record  # type: ignore[attr-defined]

    @cached_property
    def _own(self) -> bool:
        """Whether this person, or their operator, did the work."""
        return own_work(self.user.pk, self.record)

    def shut(self) -> str:
        """Whoever did the work cannot settle it."""
        return SENTENCES["own_work"] if self._own else ""


class VoidForm(SettleForm, ReasonForm):
    """Why nothing will be captured."""


class AmountField(forms.CharField):
    """An amount in major units, as it is typed."""

    def __init__(self, **kwargs: Any) -> None:
        """With the keys of numbers on a phone."""
        super().__init__(
            max_length=24, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs
        )


class OpenForm(SettleForm):
    """How much, in which currency; the Record's service says it where it has a price."""

    amount = AmountField(
        label="Amount",
        error_messages={"required": "Say how much."},
        help_text="With a point before the decimals, like 180.00.",
    )
    currency = forms.ChoiceField(
        label="Currency",
        choices=[(code, code) for code in sorted(EXPONENTS)],
        error_messages={"invalid_choice": "Choose a currency of ISO 4217, such as EUR."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prefilled from the Record's tier."""
        super().__init__(*args, **kwargs)
        price = (self.record.facts["tier"] or {}).get("price")
        self.fields["currency"].initial = price["currency"] if price else "EUR"
        if price:
            self.fields["amount"].initial = plain(price["amount_minor"], price["currency"])
            self.fields[
                "amount"
            ].help_text = "The price of the service, as the record has it. Change it where something else was agreed."

    @cached_property
    def _living(self) -> Settlement | None:
        """What settles the Record already, if anything does."""
        return Settlement.living_of(self.record)

    def shut(self) -> str:
        """Shut, too, while another settlement of the Record lives."""
        return super().shut() or (
            f"{self._living.reference} settles it already; it is {self._living.state}." if self._living else ""
        )

    def clean(self) -> dict[str, Any]:
        """The amount in the minor units of its currency."""
        if self._living:
            raise Conflict(
                self._living,
                sentence=f"{self._living.reference} settles this record already. Another can be opened once that one is voided.",
            )
        if {"amount", "currency"} <= self.cleaned_data.keys():
            _count(self, self.cleaned_data["currency"])
        return self.cleaned_data

    def given(self) -> dict[str, Any]:
        """In minor units."""
        return {"amount_minor": self.cleaned_data["amount_minor"], "currency": self.cleaned_data["currency"]}


class CaptureForm(SettleForm):
    """How much was received: the whole, or less."""

    amount = AmountField(label="Amount received", error_messages={"required": "Say how much."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prefilled with all that was authorized."""
        super().__init__(*args, **kwargs)
        settlement: Any = self.row
        self.fields["amount"].initial = plain(settlement.amount_minor, settlement.currency)
        self.fields[
            "amount"
        ].help_text = f"In {settlement.currency}; never more than the {money(settlement.amount_minor, settlement.currency)} that were authorized."

    def clean(self) -> dict[str, Any]:
        """No more than was authorized."""
        settlement: Any = self.row
        if "amount" in self.cleaned_data:
            amount = _count(self, settlement.currency)
            if amount and amount > settlement.amount_minor:
                self.add_error(
                    "amount",
                    f"No more than the {money(settlement.amount_minor, settlement.currency)} that were authorized.",
                )
        return self.cleaned_data

    def given(self) -> dict[str, Any]:
        """In minor units."""
        return {"amount_minor": self.cleaned_data["amount_minor"]}


def _count(form: forms.Form, currency: str) -> int | None:
    """Put the typed amount into minor units, or say at its field what is wrong with it."""
    try:
        form.cleaned_data["amount_minor"] = amount = minor(form.cleaned_data["amount"], currency)
    except NotMoney as error:
        form.add_error("amount", str(error))
        return None
    return amount
