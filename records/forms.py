"""What completing asks: how it ended, and why where that needs a reason; and what a correction asks."""

from typing import Any

from django import forms

from execution.models import PAID, ServiceEvent
from qtm.doors import DoorForm
from qtm.runtime import Outcome


class AddendumForm(forms.Form):
    """What is wrong in a Record, and what would be right."""

    use_required_attribute = False
    words = forms.CharField(
        label="What is wrong in it, and what would be right?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Say what is wrong: somebody will read it word for word."},
    )


class OutcomeChoices(forms.RadioSelect):
    """The outcomes: those that take a reason are marked, so that the page asks for it then; those that are shut cannot be chosen."""

    reasoned: frozenset[str] = frozenset()
    shut: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One outcome as a radio button."""
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"data-reasons": str(value) in self.reasoned, "disabled": str(value) in self.shut}
        return option


class CompleteForm(DoorForm):
    """How the work ended; while something required is missing, the page offers only the ways that do not complete it."""

    use_required_attribute = False  # a browser cannot point at a question that is not shown
    row: ServiceEvent

    outcome = forms.ChoiceField(
        label="How did it end?", widget=OutcomeChoices, error_messages={"required": "Choose how it ended."}
    )
    reason_code = forms.ChoiceField(label="Why?", error_messages={"required": "Choose the reason."})
    remark = forms.CharField(
        label="Remarks",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="They stand in the record as you write them.",
    )
    paid = forms.ChoiceField(
        label="Was it paid on the spot?",
        required=False,
        choices=PAID,
        help_text="A note for the record: no money moves by it.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The outcomes and reasons of the surface in the version that was pinned."""
        super().__init__(*args, **kwargs)
        outcomes = self.row.version.reads.outcomes_of(self.row.part)
        self._offer(self.fields["outcome"], outcomes)
        reasons = [
            (each.label, [(reason.code, reason.label) for reason in each.reasons]) for each in outcomes if each.reasons
        ]
        self.fields["reason_code"].choices = [("", "Choose a reason"), *reasons]  # type: ignore[attr-defined]
        self.fields["reason_code"].required = not self.is_bound or bool(self._reasons())
        if not reasons:
            del self.fields["reason_code"]

    def _reasons(self) -> set[str]:
        """The reasons of the outcome that was chosen."""
        return {
            reason.code
            for each in self.row.version.reads.outcomes_of(self.row.part)
            if each.code == self.data.get("outcome")
            for reason in each.reasons
        }

    def clean_reason_code(self) -> str:
        """A reason belongs to the outcome that was chosen; one that takes none gets none."""
        reasons, given = self._reasons(), str(self.cleaned_data["reason_code"])
        if reasons and given not in reasons:
            raise forms.ValidationError("Choose one of the reasons that belong to this outcome.")
        return given if reasons else ""

    def _offer(self, field: Any, outcomes: tuple[Outcome, ...]) -> None:
        """Every outcome, those shut that do not complete yet; what they wait for is said above them."""
        field.choices = [(each.code, each.label) for each in outcomes]
        field.error_messages["invalid_choice"] = "This surface knows no such outcome."
        field.widget.reasoned = frozenset(each.code for each in outcomes if each.reasons)
        if self.row.lacks:
            field.widget.shut = frozenset(each.code for each in outcomes if each.completes)
            field.help_text = (
                f"To complete it, there is still needed: {'; '.join(each.words for each in self.row.lacks)}."
            )

    def given(self) -> dict[str, Any]:
        """The verb's arguments; a reason only where the outcome takes one."""
        return {"outcome": "", "reason_code": "", "remark": "", "paid": "", **self.cleaned_data}
