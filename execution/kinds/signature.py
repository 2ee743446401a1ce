"""Signatures: drawn with a finger, or a typed name with a tick; the newest of a slot counts."""

from collections.abc import Sequence
from typing import Any

from django import forms

from execution import files
from execution.kinds.base import Kind, Piece, said
from execution.kinds.photo import FilesField, SeveralFiles, checked_photo
from intake.questions import Words
from qtm.refusals import Invalid
from qtm.runtime import Evidence

MOST_NAME = 120


class UnseenFiles(SeveralFiles):
    """A chooser that nobody sees: the page's canvas fills it."""

    @property
    def is_hidden(self) -> bool:
        """It is drawn without label."""
        return True


class Signature(Kind):
    """Somebody's hand or word that it is so, always with their name, which is their own and so not in the Record's document."""

    code = "signature"
    todo = "have it signed"
    button, first, again = "Keep the signature", "Sign", "Sign again"

    def own_fields(self, slot: Evidence) -> dict[str, forms.Field]:
        """The name, and either the drawing or the tick."""
        name = forms.TextInput(attrs={"autocomplete": "off", "maxlength": MOST_NAME, "required": True})
        unseen = UnseenFiles(attrs={"accept": "image/png", "hidden": True, "aria-hidden": "true", "tabindex": "-1"})
        return {
            "name": Words(label=f"{slot.signs}: full name", widget=name),
            "drawing": FilesField(checked_photo, required=False, widget=unseen),
            "typed": forms.BooleanField(label="I sign with my name", required=False),
        }

    def pieces(
        self,
        slot: Evidence,
        *,
        text: str = "",
        name: str = "",
        drawing: Sequence[files.Photo] = (),
        typed: bool = False,
    ) -> list[Piece]:
        """One, by one of the two ways."""
        signer, words = said(name, "name", MOST_NAME), said(text)
        if not signer:
            raise Invalid({"name": "Say who signs."})
        if not drawing and not typed:
            raise Invalid({"typed": "Draw the signature, or tick that you sign with your name."})
        if len(drawing) > 1 or any(each.media_type != "image/png" for each in drawing):
            raise Invalid({"typed": "A signature is one drawing, made on this page."})
        how = {"name": signer, "how": "drawn" if drawing else "typed"}
        return [Piece(words, how, next(iter(drawing), None))]

    def tells(self, slot: Evidence, value: Any) -> dict[str, Any]:
        """Who signs, by what they are here, and how."""
        return {"signs": slot.signs, "how": value["how"]}

    def confides(self, value: Any) -> str:
        """The signer's name."""
        return str(value["name"])
