"""Measurements: a number with its unit; the newest of a slot counts, because it corrects the one before it."""

from decimal import Decimal
from typing import Any

from django import forms

from execution.kinds.base import Kind, Piece, said
from intake.questions import Choice, Words
from qtm.refusals import Invalid
from qtm.runtime import Evidence, plain_number


class Measurement(Kind):
    """How much of something there is."""

    code = "measurement"
    todo = "measure it"
    button, first, again = "Keep the measurement", "Measure", "Measure again"

    def own_fields(self, slot: Evidence) -> dict[str, forms.Field]:
        """The number, and the unit where there is more than one."""
        unit = slot.units[0] if len(slot.units) == 1 else ""
        number = forms.TextInput(
            attrs={
                "inputmode": "decimal" if slot.decimals else "numeric",
                "autocomplete": "off",
                "maxlength": 20,
                "required": True,
            }
        )
        amount = Words(label=f"How much, in {unit}?" if unit else "How much?", help_text=_range(slot), widget=number)
        offered = [(each, each) for each in slot.units]
        return {"amount": amount, **({} if unit else {"unit": Choice(label="Unit", choices=offered)})}

    def pieces(self, slot: Evidence, *, text: str = "", amount: str = "", unit: str = "") -> list[Piece]:
        """One, if the number is one that can be measured here."""
        unit = unit or (slot.units[0] if len(slot.units) == 1 else "")
        if unit not in slot.units:
            raise Invalid({"unit": f"Choose one of these units: {', '.join(slot.units)}."})
        return [Piece(said(text), {"value": _number(slot, amount), "unit": unit})]

    def tells(self, slot: Evidence, value: Any) -> dict[str, Any]:
        """The number and its unit."""
        return {"value": value["value"], "unit": value["unit"]}


def _number(slot: Evidence, amount: str) -> str:
    """A number within the bounds of the slot, with a comma or a point before its decimals."""
    typed, most = amount.strip(), slot.decimals or 0
    if not typed:
        raise Invalid({"amount": "Say how much it is."})
    try:
        number = plain_number(typed.replace(",", ".", 1))
    except ValueError:
        raise Invalid(
            {"amount": f"“{said(typed, 'amount')[:40]}” is no number such as 12{'.5' if most else ''}."}
        ) from None
    if len(number.partition(".")[2]) > most:
        kept = "No decimals are" if not most else f"At most {most} decimal{'s are' if most > 1 else ' is'}"
        raise Invalid({"amount": f"{kept} kept here."})
    below = slot.min and Decimal(number) < Decimal(slot.min)
    if below or (slot.max and Decimal(number) > Decimal(slot.max)):
        raise Invalid({"amount": f"{_range(slot)} is taken here."})
    return number


def _range(slot: Evidence) -> str:
    """Between what and what it lies."""
    if slot.min and slot.max:
        return f"Between {slot.min} and {slot.max}"
    return f"At least {slot.min}" if slot.min else f"At most {slot.max}" if slot.max else ""
