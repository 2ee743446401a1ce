"""How pressing a case is, and by when it should be done, as a form."""

from typing import Any

from django import forms
from django.utils import timezone

from governance.models import PRIORITIES, Task
from intake.questions import PLACE_ZONE
from qtm.doors import DoorForm


class Moment(forms.DateTimeInput):
    """A day and a time, with the help that a browser gives."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        """In the notation of browsers, to the minute."""
        super().__init__(format="%Y-%m-%dT%H:%M")


class PlanForm(DoorForm):
    """Both as they stand now, to be put anew."""

    priority = forms.TypedChoiceField(
        label="Priority",
        choices=[(number, name.capitalize()) for number, name in PRIORITIES],
        coerce=int,
        error_messages={"required": "Choose a priority."},
    )
    due = forms.DateTimeField(
        label="Due",
        required=False,
        widget=Moment(),
        help_text=f"{PLACE_ZONE} time. Left empty, the case has no due date.",
        error_messages={"invalid": "This is no date and time."},
    )

    row: Task

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what was said last."""
        super().__init__(*args, **kwargs)
        said = self.row.intake.request.listing  # as the page of a case has it already
        self.fields["priority"].initial = said.priority
        self.fields["due"].initial = timezone.localtime(said.due) if said.due else None
