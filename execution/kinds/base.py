"""What every kind of evidence is: the questions of its form, the pieces that it notes, and what it tells of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from execution import files
from intake.questions import Words
from qtm.refusals import Invalid
from qtm.runtime import UNSTORABLE, Evidence

MOST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence before it is noted: words, a value, and a file that was checked."""

    text: str = ""
    value: dict[str, Any] | None = None
    file: files.Photo | None = None

    def columns(self) -> dict[str, Any]:
        """What is noted of it."""
        return {"text": self.text, "value": self.value, **(self.file.columns() if self.file else {})}


class Kind:
    """One kind of evidence."""

    code: ClassVar[str]
    todo: ClassVar[str]  # what the page's one button says to do
    button: ClassVar[str]
    again: ClassVar[str]  # what is offered where there is a piece already
    first: ClassVar[str]

    def asks(self, slot: Evidence) -> dict[str, forms.Field]:
        """The fields of its form; whether what they hold is right is said in `pieces`, and once."""
        return {**self.own_fields(slot), "text": note_field("Note", required=False)}

    def own_fields(self, slot: Evidence) -> dict[str, forms.Field]:
        """The fields that no other kind has."""
        return {}

    def given(self, slot: Evidence, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of the verb, from a form that was read."""
        return dict(cleaned)

    def pieces(self, slot: Evidence, *, text: str = "") -> list[Piece]:
        """The pieces to be noted; `Invalid` (422) names what is wrong by its field."""
        raise NotImplementedError

    def tells(self, slot: Evidence, value: Any) -> dict[str, Any]:
        """What a page and the Record say of a piece besides its words and its file."""
        return {}

    def confides(self, value: Any) -> str:
        """What a piece holds that is somebody's own, and so stands in the Record's annex alone."""
        return ""

    @property
    def template(self) -> str:
        """How the Jobs page draws it."""
        return f"execution/kinds/{self.code}.html"

    @property
    def sealed_template(self) -> str:
        """How a certificate draws it."""
        return f"records/kinds/{self.code}.html"


def note_field(label: str, *, required: bool) -> forms.Field:
    """A field for words about what is sent."""
    return Words(label=label, required=required, widget=forms.Textarea(attrs={"rows": 2, "maxlength": MOST_TEXT}))


def said(text: str, name: str = "text", most: int = MOST_TEXT) -> str:
    """Words as they can be stored, but for outer space."""
    if UNSTORABLE.search(text):
        raise Invalid({name: "This holds a NUL byte or half a character, which cannot be stored."})
    words = text.replace("\r\n", "\n").strip()
    if len(words) > most:
        raise Invalid({name: f"At most {most} characters; these are {len(words)}."})
    return words
