"""What the door to erase asks: what of the Record, why, and whether what follows was read; and what a Record tells of it afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from qtm.doors import ReasonForm
from qtm.models import Transition
from records.models import Erasure, Record

WHAT = {"annex": "The annex", "files": "The original files"}


class EraseForm(ReasonForm):
    """On a page of its own, which says what follows; nothing is erased by one press."""

    template: ClassVar[str] = "records/erase.html"

    what = forms.MultipleChoiceField(
        label="What is erased?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what is erased.", "invalid_choice": "That was erased already."},
    )
    known = forms.BooleanField(
        label="I have read what follows, and want it gone for good",
        error_messages={"required": "Read what follows, and say that you want it."},
    )
    field_order = ("what", "reason", "known")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what is still there."""
        super().__init__(*args, **kwargs)
        gone = gone_of(self.row)
        self.fields["what"].choices = [(name, words) for name, words in WHAT.items() if name not in gone]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """The verb's arguments."""
        said = self.cleaned_data
        return {"reason": said["reason"], **{name: name in said["what"] for name in WHAT}}


@dataclass(frozen=True, slots=True)
class Told:
    """One erasure as people read it."""

    what: str
    who: str
    when: datetime
    why: str
    authority: str


def gone_of(record: Any) -> set[str]:
    """What of a Record was erased."""
    return {name for each in record.erasures.all() for name in WHAT if getattr(each, name)}


def told_of(record: Record, lines: Iterable[Transition]) -> list[Told]:
    """What was erased, by whom, when and why, as the log of the case has it; oldest first."""
    rows = {each.pk: each for each in record.erasures.all()}
    mine = (line for line in lines if line.room == Erasure.label() and line.row_id in rows)
    return [_told(rows[line.row_id], line) for line in mine]


def _told(row: Erasure, line: Transition) -> Told:
    """One of them in words."""
    what = " and ".join(
        words for name, words in {"annex": "the annex", "files": "the files"}.items() if getattr(row, name)
    )
    return Told(what, str(line.user), line.at, line.reason, line.authority)
