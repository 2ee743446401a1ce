"""Notes: words alone."""

from django import forms

from execution.kinds.base import Kind, Piece, note_field, said
from qtm.refusals import Invalid
from qtm.runtime import Evidence


class Note(Kind):
    """Something written down."""

    code = "note"
    todo = "write it"
    button, first, again = "Keep the note", "Write a note", "Another note"

    def asks(self, slot: Evidence) -> dict[str, forms.Field]:
        """The words, and nothing else."""
        return {"text": note_field("Note", required=True)}

    def pieces(self, slot: Evidence, *, text: str = "") -> list[Piece]:
        """A note, unless it says nothing."""
        words = said(text)
        if not words:
            raise Invalid({"text": "Write the note first."})
        return [Piece(words)]
