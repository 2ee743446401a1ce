"""What a door asks besides the press."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from qtm.refusals import Invalid
from qtm.spine import Room

WRITTEN = (forms.Textarea, forms.TextInput)  # what holds a person's own words


class DoorForm(forms.Form):
    """What a door asks besides the press; it knows the row and who presses."""

    takes_uploads: ClassVar[bool] = False
    of_one: ClassVar[tuple[str, ...]] = ()  # fields that are not asked where one press is for many
    template: ClassVar[str] = "door.html"  # the page on which it is drawn by itself
    many_template: ClassVar[str] = "_parts/form.html"  # how it is drawn where one press is for many
    prefilled: ClassVar[
        tuple[str, ...]
    ] = ()  # fields that an address may fill in: shown there, and never an act by itself

    many: Sequence[int] = ()  # the rows that one press is for, where it is for many

    def __init__(self, *args: Any, row: Room, user: Any, **kwargs: Any) -> None:
        """`row`: what is pressed on; `user`: who presses."""
        self.row, self.user = row, user
        super().__init__(*args, **kwargs)

    def given(self) -> dict[str, Any]:
        """The verb's arguments."""
        return dict(self.cleaned_data)

    def warnings(self) -> Mapping[str, Sequence[int]]:
        """What stands against a press for many, each sentence with the rows that it is about."""
        return {}

    def shut(self) -> str:
        """Why the door is shut for this very person; empty where it is open."""
        return ""

    def crosses(self) -> Sequence[tuple[str, str]]:
        """What crosses by this door, each under its label, for whoever is about to press."""
        return ()


class ReasonForm(DoorForm):
    """Why the answer is no."""

    reason = forms.CharField(
        label="Why?",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: the reason is kept with the decision."},
    )


def written(form: type[DoorForm] | None, typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What somebody wrote into a form in their own words, each by its label."""
    asked = ((name, field) for name, field in form.base_fields.items() if type(field.widget) in WRITTEN) if form else ()
    return [(str(field.label or name), said) for name, field in asked if (said := str(typed.get(name, "")).strip())]


def blame(form: forms.BaseForm, invalid: Invalid) -> None:
    """Put each error of a refusal at its field, or above the form where it has none."""
    for name, sentence in invalid.errors.items():
        form.add_error(name if name in form.fields else None, sentence)
