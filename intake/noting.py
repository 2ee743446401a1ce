"""What those who govern a case note beside it: for each other, and that it is the same as another."""

import re
from typing import Any

from django import forms

from intake.models import NO_SUCH_CASE, Request
from qtm.doors import DoorForm

REFERENCE = re.compile(r"(?:Q\s*-?\s*)?(\d{1,18})", re.ASCII | re.IGNORECASE)


class NoteForm(DoorForm):
    """What the others who govern the case should know."""

    text = forms.CharField(
        label="Note",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "A note says something."},
    )


class LikenForm(DoorForm):
    """Which other case, and why it is thought to be the same."""

    other = forms.CharField(
        label="Which case?",
        max_length=30,
        widget=forms.TextInput(attrs={"placeholder": "Q-12", "autocomplete": "off"}),
        error_messages={"required": "Name the other case, such as Q-12."},
    )
    why = forms.CharField(
        label="Why?", max_length=1000, error_messages={"required": "Say why: the reason is kept with it."}
    )

    def clean_other(self) -> Request:
        """The case, as far as this person sees it; what they may not see is not there for them."""
        said, row = REFERENCE.fullmatch(self.cleaned_data["other"].strip()), self.row
        seen: Any = Request.objects.filter(self.user.standing.sight(Request))
        found = seen.filter(pk=int(said[1]), governor_id=row.governor_id).first() if said else None  # type: ignore[attr-defined]
        if found is None:
            raise forms.ValidationError(NO_SUCH_CASE)
        return found  # type: ignore[no-any-return]
