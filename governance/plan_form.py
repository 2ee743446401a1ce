"""How pressing a case is, and by when it should be done, as a form."""

from typing import Any

from django import forms
from django.utils import timezone

from governance.models import PRIORITIES, Task
from governance.windows import MomentField
from intake.questions import PLACE_ZONE
from qtm.doors import DoorForm


class PlanForm(DoorForm):
    """Both as they stand now, to be put anew."""

    priority = forms.TypedChoiceField(
        label="Priority",
        choices=[(number, name.capitalize()) for number, name in PRIORITIES],
        coerce=int,
        error_messages={"required": "Choose a priority."},
    )
    due = MomentField(
        label="Due", required=False, help_text=f"{PLACE_ZONE} time. Left empty, the case has no due date."
    )

    row: Task

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with what was said last."""
        super().__init__(*args, **kwargs)
        said = self.row.intake.request.listing  # as the page of a case has it already
        self.fields["priority"].initial = said.priority
        self.fields["due"].initial = timezone.localtime(said.due) if said.due else None
